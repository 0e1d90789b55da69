import CohortTables

/// The people of a visit table, each with the rows of their visits.
///
/// All rows stand in two flat arrays: a person is a stretch of them, and made when asked for.
public struct VisitPeople: RandomAccessCollection, Sendable {
  /// One person's visits.
  public struct Person: Sendable {
    private let levels: LevelList
    private let level: Int32
    /// Rows of the table, ascending in time; visits at the same time stay in file order.
    public let rows: VisitRows

    init(_ level: Int32, of levels: LevelList, rows: VisitRows) {
      (self.level, self.levels, self.rows) = (level, levels, rows)
    }

    /// The person's identifier as it stands in the file.
    public var id: String { levels[Int(level)] }
  }

  /// The identifiers.
  let levels: LevelList
  /// The level of each person's identifier.
  let codes: [Int32]
  /// Where each person's visits begin, and after them the number of all visits.
  let starts: [Int]
  /// The row of each visit; nil where visits are the rows of the table.
  let order: [Int32]?

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of people.
  public var endIndex: Int { codes.count }

  /// One person.
  public subscript(person: Int) -> Person {
    Person(codes[person], of: levels, rows: VisitRows(starts[person]..<starts[person + 1], order))
  }

  /// The number of visits of all people.
  var visitCount: Int { starts.last ?? 0 }

  /// The places of a person's visits among those of all.
  func visits(of person: Int) -> Range<Int> { starts[person]..<starts[person + 1] }

  /// The values of a column at some consecutive visits, in their order.
  func values(_ column: NumericValues, at visits: Range<Int>) -> [Double] {
    order.map { column.array(at: $0[visits]) } ?? column.array(of: visits)
  }

  /// The row of a visit.
  func row(ofVisit visit: Int) -> Int { order.map { Int($0[visit]) } ?? visit }
}

/// Rows of a table.
public struct VisitRows: RandomAccessCollection, Sendable {
  private let visits: Range<Int>
  private let order: [Int32]?

  init(_ visits: Range<Int>, _ order: [Int32]?) { (self.visits, self.order) = (visits, order) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int { visits.count }

  /// One row.
  public subscript(index: Int) -> Int {
    precondition(visits.indices.contains(visits.lowerBound + index), "row out of range")
    return order.map { Int($0[visits.lowerBound + index]) } ?? visits.lowerBound + index
  }
}

extension VisitPeople {
  /// The people of rows all of which are used, where each person's rows follow each other in order of time; nil where
  /// they do not.
  ///
  /// - Complexity: One pass over the rows.
  init?(sorted ids: CategoryValues, times: NumericValues) {
    let blockRows = 8192
    var isSeen = [Bool](repeating: false, count: ids.levels.count)
    var (codes, starts): ([Int32], [Int]) = ([], [])
    codes.reserveCapacity(ids.levels.count)
    starts.reserveCapacity(ids.levels.count + 1)
    var (current, before) = (CategoryValues.missingCode, -Double.infinity)
    for first in stride(from: 0, to: ids.count, by: blockRows) {
      let rows = first..<Swift.min(first + blockRows, ids.count)
      let (people, visits) = (ids.codes.array(of: rows), times.array(of: rows))
      for place in people.indices {
        if people[place] == current {
          guard visits[place] >= before else { return nil }
        } else {
          current = people[place]
          guard !isSeen[Int(current)] else { return nil }
          isSeen[Int(current)] = true
          codes.append(current)
          starts.append(first + place)
        }
        before = visits[place]
      }
    }
    starts.append(ids.count)
    self.init(levels: ids.levels, codes: codes, starts: starts, order: nil)
  }

  /// The people of the rows that pass a test, in order of the first of these.
  ///
  /// - Complexity: O(rows + people) where people's rows are in order of time, else O(rows log(rows per person)).
  init(_ ids: CategoryValues, times: [Double]?, where isIncluded: (Int) -> Bool) {
    var place = [Int32](repeating: -1, count: ids.levels.count)
    var codes: [Int32] = []
    let levels = ids.codes.array()
    for (row, level) in levels.enumerated() where level >= 0 && place[Int(level)] < 0 && isIncluded(row) {
      place[Int(level)] = Int32(codes.count)
      codes.append(level)
    }
    var groups = PersonGroups(
      levels.map { $0 < 0 ? $0 : place[Int($0)] }, people: codes.count, where: isIncluded)
    if let times { groups = groups.sorted(by: times) }
    self.init(levels: ids.levels, codes: codes, starts: groups.offsets, order: groups.rows)
  }
}
