/// Who is at risk, has the event and leaves at each time at which someone of a block leaves.
struct LifeTable: Sendable {
  /// The index of each time among the records' times.
  private(set) var time: [Int32] = []
  /// How many are at risk just before.
  private(set) var atRisk: [Double] = []
  /// Events by cause, one time after the other.
  private(set) var byCause: [Double] = []
  /// How many are censored.
  private(set) var censored: [Double] = []
  /// How many came under observation since the time before.
  private(set) var entered: [Double] = []
  /// Rows at risk, with the event and censored, not weighted.
  private(set) var cells: [RowCounts] = []
  /// Rows with the event by cause; empty for one cause.
  private var rowsByCause: [Int32] = []
  /// The number of causes.
  let causeCount: Int

  /// Rows, not weighted.
  struct RowCounts: Sendable, Equatable {
    var atRisk = 0
    var events = 0
    var censored = 0
    var entered = 0
  }

  /// The number of times.
  var count: Int { time.count }

  /// Events of any cause.
  @inline(__always)
  func events(_ k: Int) -> Double {
    if causeCount == 1 { return byCause[k] }
    var sum = 0.0
    for cause in 0..<causeCount { sum += byCause[k * causeCount + cause] }
    return sum
  }

  /// Events of one cause, numbered from 0.
  @inline(__always)
  func events(_ k: Int, cause: Int) -> Double { byCause[k * causeCount + cause] }

  /// The rows behind a time's counts, with the event those of one cause, numbered from 0.
  func cells(_ k: Int, cause: Int) -> RowCounts {
    var cell = cells[k]
    if causeCount > 1 { cell.events = Int(rowsByCause[k * causeCount + cause]) }
    return cell
  }

  /// Whether everyone at risk has the event.
  @inline(__always)
  func isExhausted(_ k: Int) -> Bool { cells[k].events == cells[k].atRisk }

  /// The share of those at risk that has no event.
  @inline(__always)
  func surviving(_ k: Int) -> Double { isExhausted(k) ? 0 : (atRisk[k] - events(k)) / atRisk[k] }

  /// Counts a block.
  ///
  /// - Complexity: O(rows of the block).
  init(_ records: SurvivalRecords, block: Int, causeCount: Int = 1) {
    self.causeCount = causeCount
    let range = records.blocks[block]
    var leaving: [Double] = []
    var leavingRows: [Int] = []
    var joined: [Double] = []
    var joinedRows: [Int] = []
    var nextEntry = range.lowerBound
    let hasEntries = !records.byEntry.isEmpty
    var place = range.lowerBound
    while place < range.upperBound {
      let now = records.exit[Int(records.byExit[place])]
      let k = time.count
      time.append(now)
      byCause.append(contentsOf: repeatElement(0, count: causeCount))
      if causeCount > 1 { rowsByCause.append(contentsOf: repeatElement(0, count: causeCount)) }
      censored.append(0)
      var cell = RowCounts()
      let first = place
      var sum = 0.0
      while place < range.upperBound {
        let row = Int(records.byExit[place])
        guard records.exit[row] == now else { break }
        let weight = records.weight(row)
        sum += weight
        let cause = Int(records.cause[row])
        if cause > 0 {
          byCause[k * causeCount + cause - 1] += weight
          cell.events += 1
          if causeCount > 1 { rowsByCause[k * causeCount + cause - 1] += 1 }
        } else if records.goesOn?[row] != true {
          censored[k] += weight
          cell.censored += 1
        }
        place += 1
      }
      leaving.append(sum)
      leavingRows.append(place - first)
      if hasEntries {
        var (sum, all, told) = (0.0, 0, 0.0)
        while nextEntry < range.upperBound {
          let row = Int(records.byEntry[nextEntry])
          guard records.entry[row] < now else { break }
          let weight = records.weight(row)
          sum += weight
          all += 1
          if records.follows?[row] != true {
            told += weight
            cell.entered += 1
          }
          nextEntry += 1
        }
        joined.append(sum)
        joinedRows.append(all)
        entered.append(told)
      }
      cells.append(cell)
    }
    // From the last time back, so that the few who are left at the end are not a difference of large sums.
    atRisk = leaving
    var (sum, rows) = (0.0, 0)
    for k in time.indices.reversed() {
      sum += leaving[k]
      rows += leavingRows[k]
      atRisk[k] = sum
      cells[k].atRisk = rows
      if hasEntries {
        rows -= joinedRows[k]
        sum = rows == 0 ? 0 : sum - joined[k]
      }
    }
  }
}
