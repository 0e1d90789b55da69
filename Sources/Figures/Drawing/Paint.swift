/// What a mark is painted with; ``FigureInk`` decides the colour.
package enum Paint: Sendable, Hashable {
  case none
  /// Axes and text.
  case text
  /// Secondary text.
  case muted
  /// Grid lines.
  case grid
  /// The ground behind the drawing.
  case ground
  /// A series by its place in the palette.
  case series(Int)

  package func value(_ ink: FigureInk) -> String {
    switch (self, ink) {
    case (.none, _): "none"
    case (.text, .page): "currentColor"
    case (.text, .paper): FigureStyle.light.text
    case (.muted, .page): "var(--figure-muted, currentColor)"
    case (.muted, .paper): FigureStyle.light.muted
    case (.grid, .page): "var(--figure-grid, #C9CED6)"
    case (.grid, .paper): FigureStyle.light.grid
    case (.ground, .page): "var(--figure-ground, Canvas)"
    case (.ground, .paper): FigureStyle.light.ground
    case (.series(let style), .page):
      "var(--series-\(SeriesStyle(style).colour + 1), \(FigureStyle.lightSeries[SeriesStyle(style).colour]))"
    case (.series(let style), .paper): FigureStyle.lightSeries[SeriesStyle(style).colour]
    }
  }
}
