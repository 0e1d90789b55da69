internal import LinearAlgebra

/// The rows of several groupings in the order of the components that hang together.
struct ComponentOrder: Sendable {
  let rows: [Int]
  /// Where each group of the first grouping begins among them, and at last the row count.
  let starts: [Int]
  /// The group at each place.
  let groups: [Int]
  /// The first place of each component, and at last the number of groups.
  let componentStarts: [Int]
  let components: [FactorGraph.Part]
  /// For each trailing grouping and group its first column in its component.
  let columns: [[Int]]
  /// Where each component's effects begin among all: those of its first groups, then the trailing ones.
  let modeStarts: [Int]

  /// The most columns beyond the first grouping that may hang together: a gradient inverts a matrix of them.
  static let mostTrailing = 3_000

  init(_ groupings: [RandomDesign.Grouping], order: [Int], starts groupStarts: [Int]) throws {
    let graph = FactorGraph(groupings, order: order)
    let most = graph.components.map(\.trailingCount).max() ?? 0
    guard most <= Self.mostTrailing else {
      throw EstimationError(
        .designTooLarge,
        "\(most) effects of \(groupings.dropFirst().map(\.name).joined(separator: " and ")) are crossed with each other or with "
          + "those of \(groupings[0].name), and a generalised linear mixed model takes at most \(Self.mostTrailing): use fewer "
          + "groups, or fixed terms")
    }
    components = graph.components
    columns = graph.columns
    var (rows, starts, groups, firsts, modes) = ([Int](), [0], [Int](), [0], [0])
    rows.reserveCapacity(order.count)
    for component in graph.components {
      for group in component.groups {
        rows += order[groupStarts[group]..<groupStarts[group + 1]]
        starts.append(rows.count)
        groups.append(group)
      }
      firsts.append(groups.count)
      modes.append(
        (modes.last ?? 0) + component.groups.count * groupings[0].width + component.trailingCount)
    }
    (self.rows, self.starts, self.groups, componentStarts, modeStarts) = (rows, starts, groups, firsts, modes)
  }

  /// Leaves of whole components with so many rows at least.
  func cut(leafRows: Int) -> [Range<Int>] {
    var (leaves, first) = ([Range<Int>](), 0)
    for component in components.indices {
      let end = componentStarts[component + 1]
      guard starts[end] - starts[first] >= leafRows || component == components.count - 1 else { continue }
      leaves.append(first..<end)
      first = end
    }
    return leaves
  }
}

/// How the groups of one block's rows hang together.
struct GroupCrossing: Sendable {
  struct Component: Sendable {
    /// Its groups of the first grouping, by their places in the block.
    let groups: Range<Int>
    /// How many trailing columns it has.
    let trailing: Int
    /// Where its effects begin among all.
    let modeStart: Int
    /// The groups as they are numbered over all rows.
    let groupNumbers: [Int]
    /// The trailing groups with their first columns.
    let blocks: [(grouping: Int, group: Int, column: Int)]
  }

  let components: [Component]
  /// How many trailing entries each row has.
  let entryCount: Int
  /// Rows x entries: the trailing column of each entry.
  let entryColumns: [Int]
  /// Rows x entries: its place among the group's links.
  let entryLinks: [Int]
  /// Where each group's links begin, and at last how many there are.
  let linkStarts: [Int]
  /// The trailing columns that each group has rows in common with.
  let links: [Int]

  init(_ order: ComponentOrder, groups: Range<Int>, rows: [Int], _ groupings: [RandomDesign.Grouping]) {
    let first = order.componentStarts.firstIndex(of: groups.lowerBound) ?? 0
    let last = order.componentStarts.firstIndex(of: groups.upperBound) ?? first
    components = (first..<last).map { index in
      let own = order.componentStarts[index]..<order.componentStarts[index + 1]
      return Component(
        groups: own.lowerBound - groups.lowerBound..<own.upperBound - groups.lowerBound,
        trailing: order.components[index].trailingCount, modeStart: order.modeStarts[index],
        groupNumbers: Array(order.groups[own]), blocks: order.components[index].blocks)
    }
    let others = Array(groupings.dropFirst())
    let entryCount = others.reduce(0) { $0 + $1.width }
    self.entryCount = entryCount
    var columns: [Int] = []
    columns.reserveCapacity(rows.count * entryCount)
    for row in rows {
      for (k, grouping) in others.enumerated() {
        let start = order.columns[k][Int(grouping.groups.codes[row])]
        for c in 0..<grouping.width { columns.append(start + c) }
      }
    }
    var (entryLinks, links, linkStarts) = ([Int](), [Int](), [0])
    entryLinks.reserveCapacity(columns.count)
    let base = order.starts[groups.lowerBound]
    for group in groups {
      var places: [Int: Int] = [:]
      for entry in (order.starts[group] - base) * entryCount..<(order.starts[group + 1] - base) * entryCount {
        let column = columns[entry]
        if places[column] == nil {
          places[column] = places.count
          links.append(column)
        }
        entryLinks.append(places[column] ?? 0)
      }
      linkStarts.append(links.count)
    }
    entryColumns = columns
    (self.entryLinks, self.links, self.linkStarts) = (entryLinks, links, linkStarts)
  }
}
