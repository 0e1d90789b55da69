/// Finds the name that someone probably meant.
enum NearestName {
  /// The name with the fewest edits to the wanted one, if they are few for its length.
  ///
  /// Case, spaces, hyphens, dots and underscores do not count as edits.
  static func nearest(to wanted: String, among names: [String]) -> String? {
    let target = folded(wanted)
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = editDistance(target, folded(name))
      if distance < best?.distance ?? Int.max { best = (name, distance) }
    }
    guard let best, best.distance <= max(1, target.count / 3), best.distance < max(target.count, 1)
    else { return nil }
    return best.name
  }

  private static func folded(_ name: String) -> [Character] {
    name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != "." && !$0.isWhitespace }
  }

  /// Levenshtein distance.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (row, character) in a.enumerated() {
      var current = [row + 1]
      for (column, other) in b.enumerated() {
        let substitution = previous[column] + (character == other ? 0 : 1)
        current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}
