/// The words of a sentence, and which of its numbers count people, rows or events.
///
/// Every whole number does, unless it is a time ("week 12", "30 days"), a limit ("at least 5"), a unit's number ("3.5
/// points", "2 contrasts"), part of a list of such, or stands before a word that joins ("1 and 2").
struct ProseWords {
  /// A number and the place of its word.
  struct Number: Equatable {
    let index: Int
    let value: Int
  }

  private var words: [String]
  private let numbers: [Int: (value: Int, range: Range<String.Index>)]
  /// The numbers that count people, rows, events or other things of people.
  let counts: [Number]
  private(set) var hasSpelled = false

  init(_ text: String) {
    words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    var numbers: [Int: (value: Int, range: Range<String.Index>)] = [:]
    for index in words.indices { numbers[index] = Self.number(in: words[index]) }
    self.numbers = numbers
    var isCount: [Int: Bool] = [:]
    let view = View(words: words, numbers: numbers)
    for index in numbers.keys.sorted() where !words[index].contains("%") {
      isCount[index] = view.isCount(index, before: isCount[index - 1] ?? isCount[index - 2])
    }
    counts = isCount.filter(\.value).keys.sorted().compactMap { index in
      numbers[index].map { Number(index: index, value: $0.value) }
    }
  }

  /// The sentence.
  var text: String { words.joined(separator: " ") }

  /// Both numbers of every "3 of 20", where both are counts.
  var shares: [(part: Number, whole: Number)] {
    counts.compactMap { part in
      guard part.index + 2 < words.count, words[part.index + 1] == "of",
        let whole = counts.first(where: { $0.index == part.index + 2 })
      else { return nil }
      return (part, whole)
    }
  }

  /// Numbers of degrees of freedom.
  var degreesOfFreedom: [Number] {
    words.indices.dropLast().compactMap { index in
      guard words[index + 1].lowercased().filter(\.isLetter) == "df", let number = numbers[index] else {
        return nil
      }
      return Number(index: index, value: number.value)
    }
  }

  /// Percentages that are not levels of confidence.
  var percentages: [Number] {
    words.indices.compactMap { index in
      guard words[index].contains("%"), let number = numbers[index] else { return nil }
      let next = index + 1 < words.count ? words[index + 1] : ""
      guard !["limits", "bands", "CI"].contains(where: next.hasPrefix) else { return nil }
      return Number(index: index, value: number.value)
    }
  }

  /// Counts in words: "three people".
  var spelledCounts: [(index: Int, value: Int)] {
    words.indices.dropLast().compactMap { index in
      let word = words[index].lowercased().filter(\.isLetter)
      guard let value = Self.spelled[word],
        Self.people.contains(words[index + 1].lowercased().filter(\.isLetter))
      else { return nil }
      let next = index + 2 < words.count ? words[index + 2] : ""
      return next == "or" ? nil : (index, value)
    }
  }

  mutating func replace(_ index: Int, with mark: String) {
    guard let number = numbers[index] else { return }
    words[index].replaceSubrange(number.range, with: mark)
  }

  mutating func spell(_ index: Int, as mark: String) {
    words[index] = mark
    hasSpelled = true
  }

  /// The number that a word is, apart from the punctuation around it.
  private static func number(in word: String) -> (value: Int, range: Range<String.Index>)? {
    guard let first = word.firstIndex(where: \.isNumber), let last = word.lastIndex(where: \.isNumber),
      word[..<first].allSatisfy({ "(;".contains($0) }),
      word[word.index(after: last)...].allSatisfy({ ",.;:)%".contains($0) })
    else { return nil }
    let range = first..<word.index(after: last)
    guard let value = Int(word[range].filter { $0 != "," }) else { return nil }
    return (value, range)
  }

  private static let spelled = [
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
  ]
  private static let people: Set<String> = [
    "rows", "persons", "people", "events", "episodes", "subjects", "participants", "patients", "scores",
    "visits", "values", "cells", "relapses", "deaths", "women", "men", "children", "observations",
    "censorings",
  ]
}

/// The words around a number.
private struct View {
  let words: [String]
  let numbers: [Int: (value: Int, range: Range<String.Index>)]

  /// Judges a number by the words around it.
  ///
  /// - Parameters:
  ///   - index: The number's place.
  ///   - earlier: Whether the number before it, at most one word away, is a count.
  /// - Returns: Whether it counts people, rows or events.
  func isCount(_ index: Int, before earlier: Bool?) -> Bool {
    let before = word(index - 1)
    let ends = words[index].last?.isNumber != true
    if before == "among" || before == "n" || words[max(0, index - 1)] == "=" { return true }
    if Self.leading.contains(before) { return false }
    // "months 2, 3 and 5": a list is what its first number is.
    if let earlier, !earlier, isListed(index) { return false }
    if isPart(index) || isWhole(index) { return true }
    guard !ends else { return false }
    let next = word(index + 1)
    guard !next.isEmpty, !Self.following.contains(next) else { return false }
    // "3 visits or more" is a rule.
    return !(word(index + 2) == "or" && ["more", "fewer", "less", "later"].contains(word(index + 3)))
  }

  private func word(_ index: Int) -> String {
    guard words.indices.contains(index) else { return "" }
    return words[index].lowercased().filter { $0.isLetter }
  }

  /// Whether the number goes on after another: directly, or after "and" or "or".
  private func isListed(_ index: Int) -> Bool {
    if numbers[index - 1] != nil { return true }
    return ["and", "or", "to"].contains(word(index - 1)) && numbers[index - 2] != nil
  }

  private func isPart(_ index: Int) -> Bool {
    words[index].last?.isNumber == true && word(index + 1) == "of" && numbers[index + 2] != nil
  }

  private func isWhole(_ index: Int) -> Bool {
    word(index - 1) == "of" && numbers[index - 2] != nil && words[index - 2].last?.isNumber == true
  }

  private static let leading: Set<String> = [
    "day", "days", "week", "weeks", "month", "months", "year", "years", "visit", "visits", "wave", "waves",
    "time",
    "times", "than", "least", "most", "below", "above", "under", "over", "line", "lines", "column", "columns",
    "holds", "hold", "code", "codes", "level", "score", "cutoff", "threshold", "figure", "table", "by",
    "version",
    "horizon", "horizons", "limits", "from", "between",
  ]
  private static let following: Set<String> = [
    "and", "or", "to", "as", "in", "on", "at", "by", "for", "is", "was", "times", "point", "points",
    "percent",
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hours", "hour", "minutes", "seconds",
    "df", "degrees", "coefficient", "coefficients", "contrast", "contrasts", "term", "terms", "newton",
    "step", "steps", "iteration", "iterations", "digits", "decimals", "column", "columns", "file", "files",
    "note", "notes", "weights", "means", "knots", "analyses", "analysis", "arms", "lower", "higher",
    "further", "field", "fields", "byte", "bytes", "character", "characters", "line", "lines", "quotes",
    "threads", "levels",
  ]
}
