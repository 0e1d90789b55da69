internal import LinearAlgebra

/// What the people of one pattern add up to.
///
/// With `z_i` a person's rows of design and response side by side, visit by visit, everything that a Gaussian
/// likelihood needs is a function of `sum_i z_i z_i'`. Its triangular factor is kept instead, so that no
/// digit is lost to squaring: as few rows as `z` has different columns stand for all people, and are treated
/// like people.
struct PatternPart: Sendable {
  /// How many people there are, or stand behind frequency weights.
  var people = 0.0
  /// The sum of the logarithms of precision weights.
  var logWeight = 0.0
  /// Rows x (visits x columns), visit by visit, the response last of each visit's columns.
  var rows: Matrix

  /// Fewer rows with the same cross-product.
  ///
  /// Of columns that are equal, as a person's baseline is at all visits, one is factored; zeros stay.
  mutating func compress() {
    let places = Self.distinctColumns(of: rows)
    guard rows.rowCount > places.columns.count else { return }
    let factor = UpperTriangle(factoring: rows.selecting(columns: places.columns)).matrix
    let count = factor.rowCount
    var elements = [Double](repeating: 0, count: count * rows.columnCount)
    for (column, place) in places.of.enumerated() where place >= 0 {
      for i in 0..<count { elements[column * count + i] = factor[i, place] }
    }
    rows = Matrix(rowCount: count, columnCount: rows.columnCount, columnMajor: elements)
  }

  /// The first of each set of equal columns, and for each column its place among them; -1 where it is zero.
  private static func distinctColumns(of rows: Matrix) -> (columns: [Int], of: [Int]) {
    let count = rows.rowCount
    var known: [UInt64: [Int]] = [:]
    var columns: [Int] = []
    var of: [Int] = []
    rows.withElements { elements in
      for column in 0..<rows.columnCount {
        let start = column * count
        var hash: UInt64 = 0
        for i in start..<start + count {
          hash = hash &* 0x9E37_79B9_7F4A_7C15 &+ (elements[i] + 0).bitPattern
        }
        guard hash != 0 || (start..<start + count).contains(where: { elements[$0] != 0 }) else {
          of.append(-1)
          continue
        }
        let twin = known[hash]?.first { place in
          let other = columns[place] * count
          return (0..<count).allSatisfy { elements[other + $0] == elements[start + $0] }
        }
        of.append(twin ?? columns.count)
        guard twin == nil else { continue }
        known[hash, default: []].append(columns.count)
        columns.append(column)
      }
    }
    return (columns, of)
  }
}

/// One pass over the rows: what the people of each pattern add up to.
///
/// Rows are multiplied by the root of their precision weight, which is then that of a unit weight; frequency
/// weights of a person multiply their rows in the same way and count in the number of people.
///
/// - Complexity: O(rows x (different columns of a person)) time for wide designs whose columns repeat over visits;
///   at most O(people x (visits x columns)^2).
struct PatternSums: Fold {
  let columnCount: Int
  let weightKind: WeightKind?

  struct State: Sendable {
    var parts: [Int: PatternPart] = [:]
    /// Whether a column of the design differs within some person.
    var varies: [Bool]
  }

  var initialState: State { State(varies: [Bool](repeating: false, count: columnCount)) }

  func accumulate(_ block: RepeatedBlock, into state: inout State) {
    noteChanges(block, in: &state)
    var members: [Int: [Int]] = [:]
    for person in 0..<block.people.count {
      members[block.people.patterns[person], default: []].append(person)
    }
    for (pattern, people) in members {
      add(part(of: people, visits: block.patterns[pattern].visits.count, block), pattern, to: &state)
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for (pattern, part) in later.parts { add(part, pattern, to: &earlier) }
    for column in 0..<columnCount where later.varies[column] { earlier.varies[column] = true }
  }

  func finalize(_ state: consuming State) -> State { state }

  private func noteChanges(_ block: RepeatedBlock, in state: inout State) {
    let count = block.rows.rowCount
    block.rows.design.withElements { design in
      for column in 0..<columnCount where !state.varies[column] {
        let start = count * column
        state.varies[column] = (0..<block.people.count).contains { person in
          let own =
            block.people.starts[person]
            + 1..<max(block.people.starts[person + 1], block.people.starts[person] + 1)
          return own.contains { design[start + $0] != design[start + $0 - 1] }
        }
      }
    }
  }

  private func add(_ part: PatternPart, _ pattern: Int, to state: inout State) {
    guard var own = state.parts.removeValue(forKey: pattern) else {
      state.parts[pattern] = part
      return
    }
    own.people += part.people
    own.logWeight += part.logWeight
    own.rows = own.rows.appendingRows(of: part.rows)
    own.compress()
    state.parts[pattern] = own
  }

  private func part(of people: [Int], visits: Int, _ block: RepeatedBlock) -> PatternPart {
    let (count, width) = (people.count, columnCount + 1)
    var elements = [Double](repeating: 0, count: count * width * visits)
    var result = PatternPart(rows: Matrix(rowCount: 0, columnCount: 0))
    let rowCount = block.rows.rowCount
    block.rows.design.withElements { design in
      for (place, person) in people.enumerated() {
        let first = block.people.starts[person]
        let copies = block.people.copies(of: person)
        result.people += copies
        for visit in 0..<visits {
          let row = first + visit
          var factor = copies.squareRoot()
          if weightKind != .frequency, let weight = block.rows.weights?[row] {
            factor = weight.squareRoot()
            result.logWeight += logarithm(weight)
          }
          var target = place + count * width * visit
          for column in 0..<columnCount {
            elements[target] = factor * design[row + rowCount * column]
            target += count
          }
          elements[target] = factor * block.rows.response[row]
        }
      }
    }
    result.rows = Matrix(rowCount: count, columnCount: width * visits, columnMajor: elements)
    result.compress()
    return result
  }
}
