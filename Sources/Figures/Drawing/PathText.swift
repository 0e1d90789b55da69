/// A place in the drawing, in user units from the upper left.
package struct Position: Sendable, Hashable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Path data (SVG 2, section 9.3) from positions.
package enum PathText {
  /// Straight lines through the positions.
  package static func polyline(_ positions: [Position]) -> String {
    positions.enumerated().map { index, place in
      (index == 0 ? "M" : "L") + "\(Markup.coordinate(place.x)) \(Markup.coordinate(place.y))"
    }.joined()
  }

  /// The closed outline through the positions.
  package static func polygon(_ positions: [Position]) -> String {
    positions.isEmpty ? "" : polyline(positions) + "Z"
  }

  /// Steps that hold each value until the next position's x.
  ///
  /// Steps that do not change the value draw nothing; the line still reaches the last position.
  package static func steps(_ positions: [Position]) -> String {
    guard let first = positions.first else { return "" }
    var text = "M\(Markup.coordinate(first.x)) \(Markup.coordinate(first.y))"
    var current = first
    for (index, place) in positions.enumerated().dropFirst() {
      let isLast = index == positions.count - 1
      guard place.y != current.y || isLast else { continue }
      if place.x != current.x { text += "H\(Markup.coordinate(place.x))" }
      if place.y != current.y { text += "V\(Markup.coordinate(place.y))" }
      current = place
    }
    return text
  }

  /// The corners of a step line: the positions with a corner before each change.
  package static func stepCorners(_ positions: [Position]) -> [Position] {
    var corners: [Position] = []
    for place in positions {
      if let last = corners.last, last.y != place.y, last.x != place.x {
        corners.append(Position(place.x, last.y))
      }
      corners.append(place)
    }
    return corners
  }
}
