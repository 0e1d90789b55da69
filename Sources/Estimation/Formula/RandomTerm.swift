extension Formula {
  /// Effects that vary between groups: `(week | id)`.
  ///
  /// What is written short is taken apart, so that each of these has one set of groups and effects that are correlated
  /// with each other:
  /// - `(1 | site/id)` is `(1 | site)` and `(1 | site:id)`;
  /// - `(week || id)` is `(1 | id)` and `(0 + week | id)`. The columns of one term stay correlated: for a category `arm`,
  ///   `(arm || id)` is `(1 | id)` and `(0 + arm | id)`, with one effect for each arm, as in lme4.
  public struct RandomTerm: Sendable, Equatable {
    /// The term as it was written.
    public let text: String
    /// Where it stands.
    public let offset: Int
    /// What varies, without the constant.
    public let terms: [Term]
    /// Whether the constant varies.
    public let hasIntercept: Bool
    /// The columns whose combinations are the groups.
    public let groups: [String]

    /// The name of the groups, such as `site:id`.
    public var group: String { groups.joined(separator: ":") }

    /// All columns that the term reads.
    public var columns: [String] { terms.flatMap(\.variables).flatMap(\.columns) + groups }
  }

  /// The random terms as they were written.
  var randomTexts: [String] {
    randomTerms.enumerated().filter { index, term in
      index == 0 || randomTerms[index - 1].offset != term.offset
    }.map(\.element.text)
  }

  /// Refuses random terms, for all models that have none.
  ///
  /// - Throws: `FormulaError` under the first of them.
  func refuseRandomTerms() throws {
    guard let random = randomTerms.first else { return }
    throw error(
      at: random.offset,
      "the random term \(random.text) belongs to a mixed model; this model has fixed terms only")
  }

  /// What varies in a random term, as the right-hand side of a formula of its own.
  func varying(in term: RandomTerm) -> Formula {
    Formula(
      text: text, response: response, terms: term.terms, hasIntercept: term.hasIntercept, offsets: [],
      strata: [],
      randomTerms: [])
  }
}

/// Random terms: `( sum | group )`, with `||` for effects without correlation.
extension FormulaParser {
  /// Reads from behind the opening parenthesis to behind the closing one.
  mutating func parseRandomTerm(from place: Int) throws -> [Term] {
    let outer = (hasIntercept, offsets.count, strata.count, randomTerms.count)
    hasIntercept = true
    let terms = ordered(try parseSum())
    let constant = hasIntercept
    hasIntercept = outer.0
    guard (offsets.count, strata.count, randomTerms.count) == (outer.1, outer.2, outer.3) else {
      throw failure("offset( ), strata( ) and random terms cannot stand inside a random term", at: place)
    }
    guard constant || !terms.isEmpty else {
      throw failure("nothing varies in this random term: write 1 for the constant, or a column", at: place)
    }
    let isUncorrelated = current == .symbol("||")
    guard isUncorrelated || current == .symbol("|") else {
      throw failure("expected '|' and the groups, as in (week | id)")
    }
    position += 1
    let groups = try parseGroups()
    guard accept(")") else { throw failure("the random term that opens here is not closed", at: place) }
    let text = source(from: place, to: tokens[position - 1].offset + 1)
    for names in groups {
      func add(_ terms: [Term], intercept: Bool) {
        randomTerms.append(
          Formula.RandomTerm(text: text, offset: place, terms: terms, hasIntercept: intercept, groups: names))
      }
      guard isUncorrelated else {
        add(terms, intercept: constant)
        continue
      }
      if constant { add([], intercept: true) }
      for term in terms { add([term], intercept: false) }
    }
    return []
  }

  /// `name (':' name)*` or `name ('/' name)*`: the groups of one or several terms.
  private mutating func parseGroups() throws -> [[String]] {
    let what = "the column that names the groups of the random term"
    var names = [try expectName(what)]
    var prefixes: [[String]] = []
    while true {
      let isNested = current == .symbol("/")
      guard isNested || current == .symbol(":") else { break }
      position += 1
      if isNested { prefixes.append(names) }
      let place = offset
      let name = try expectName(what)
      guard !names.contains(name) else { throw failure("'\(name)' names these groups twice", at: place) }
      names.append(name)
    }
    guard current == .symbol(")") || current == .end else {
      throw failure("groups are a column, columns joined by ':', or columns nested by '/'")
    }
    return prefixes + [names]
  }

  private func source(from start: Int, to end: Int) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: Array(text.unicodeScalars)[start..<end])
    return String(view)
  }
}
