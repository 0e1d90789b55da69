/// How a series is told from others without colour: its dashes and the shape of its markers.
package struct SeriesStyle: Sendable, Hashable {
  /// The place in the palette of eight.
  package let colour: Int
  /// The pattern of dashes, empty for a solid line.
  package let dashes: String
  /// The shape of the markers.
  package let marker: Marker

  /// The style at a position.
  ///
  /// Colours and shapes repeat after eight, then with other dashes.
  package init(_ position: Int) {
    precondition(position >= 0, "a style's position starts at 0")
    let patterns = ["", "7 3", "2 3", "9 3 2 3", "12 4", "4 2", "9 3 2 3 2 3", "1 2"]
    colour = position % 8
    dashes = patterns[(position + position / 8) % 8]
    marker = Marker.allCases[position % 8]
  }
}

/// The shape of a point's mark.
package enum Marker: Sendable, Hashable, CaseIterable {
  case disc, square, triangle, diamond, ring, wedge, box, cross

  /// Whether the shape's inside shows the ground.
  package var isOpen: Bool { self == .ring || self == .box || self == .cross }

  /// The outline around a point; shapes have about the area of a disc with the radius.
  package func path(x: Double, y: Double, radius: Double) -> String {
    func polygon(_ corners: [(Double, Double)]) -> String {
      PathText.polygon(corners.map { Position(x + $0.0 * radius, y + $0.1 * radius) })
    }
    switch self {
    case .disc, .ring:
      let r = Markup.coordinate(radius)
      let width = Markup.coordinate(2 * radius)
      let start = "M\(Markup.coordinate(x - radius)) \(Markup.coordinate(y))"
      return start + "a\(r) \(r) 0 1 0 \(width) 0a\(r) \(r) 0 1 0 -\(width) 0Z"
    case .square, .box:
      return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .triangle:
      return polygon([(0, -1.25), (1.15, 0.8), (-1.15, 0.8)])
    case .wedge:
      return polygon([(0, 1.25), (1.15, -0.8), (-1.15, -0.8)])
    case .diamond:
      return polygon([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .cross:
      let a = 0.35
      return polygon([
        (-a, -1.1), (a, -1.1), (a, -a), (1.1, -a), (1.1, a), (a, a), (a, 1.1), (-a, 1.1), (-a, a), (-1.1, a),
        (-1.1, -a), (-a, -a),
      ])
    }
  }
}
