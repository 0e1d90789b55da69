internal import CohortTables
internal import LinearAlgebra

/// The clusters over which the errors of a mixed model are summed.
///
/// Rows of different clusters are independent under the model: every group lies in one cluster.
struct MixedClusters: Sendable {
  /// The column, or the groups' columns joined by a colon.
  let name: String
  /// The rows of each cluster, in the order in which clusters appear.
  let rows: [[Int]]
  /// Consecutive clusters that are worked on together.
  let leaves: [Range<Int>]

  /// The clusters of a column, or where none is named the groups in which all others lie.
  ///
  /// - Throws: `EstimationError` where a group has rows in several clusters.
  init(_ column: String?, _ rows: MixedRows) throws {
    let groupings = rows.random.groupings
    let codes: [Int32]
    if let column, let found = rows.frame.clusters {
      (name, codes) = (column, found)
      if let split = Self.split(groupings, over: codes, rows) {
        throw EstimationError(
          .unsupported,
          "\(split.grouping) '\(split.label)' has rows in several clusters of '\(column)', and the model correlates them: errors "
            + "can be clustered by a column in which every group of \(split.grouping) lies whole")
      }
    } else {
      guard let top = groupings.last else { preconditionFailure("a mixed model has groups") }
      (name, codes) = (top.name, top.groups.codes)
      if let split = Self.split(Array(groupings.dropLast()), over: codes, rows) {
        throw EstimationError(
          .unsupported,
          "\(split.grouping) and \(top.name) are crossed: no set of groups holds the others whole; name a column by which errors "
            + "are to be clustered")
      }
    }
    self.rows = Self.listed(codes, rows.order)
    try ClusterSandwich.requireTwo(self.rows.count, name)
    var starts = [0]
    for own in self.rows { starts.append((starts.last ?? 0) + own.count) }
    leaves = MixedRows.cut(starts)
  }

  /// A group that lies in more than one cluster.
  private static func split(
    _ groupings: [RandomDesign.Grouping], over codes: [Int32], _ rows: MixedRows
  ) -> (grouping: String, label: String)? {
    for grouping in groupings {
      var cluster = [Int32](repeating: -1, count: grouping.groups.count)
      for row in rows.order {
        let group = Int(grouping.groups.codes[row])
        if cluster[group] >= 0, cluster[group] != codes[row] {
          return (grouping.name, grouping.groups.label(group))
        }
        cluster[group] = codes[row]
      }
    }
    return nil
  }

  private static func listed(_ codes: [Int32], _ order: [Int]) -> [[Int]] {
    var place: [Int32: Int] = [:]
    var result: [[Int]] = []
    for row in order {
      if let known = place[codes[row]] {
        result[known].append(row)
      } else {
        place[codes[row]] = result.count
        result.append([row])
      }
    }
    return result
  }
}
