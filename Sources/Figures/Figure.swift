/// A statistical chart that draws itself as SVG.
///
/// A figure is a value: what to show, without sizes of marks or colours. Drawing is a pure function
/// of the value and the arguments, so the same figure gives the same bytes on every run.
public protocol Figure: Sendable {
  /// What the figure shows, in one line; the accessible name of the drawing.
  var title: String { get }

  /// The text alternative: what a reader should take from the figure who cannot see it.
  var description: String { get }

  /// The figure without counts from 1 to one less than asked, and without what is drawn from them.
  ///
  /// A report draws its figures only after this, so that no figure shows what its tables hide. A
  /// figure that holds no counts returns itself.
  ///
  /// - Parameter least: The smallest count that may be shown; 0 and 1 leave the figure as it is.
  /// - Returns: The figure; the same when applied again.
  func hidingCounts(below least: Int) -> Self

  /// Draws the figure as one `<svg>` element.
  ///
  /// - Parameters:
  ///   - idPrefix: Prefix of every `id` in the drawing. It must differ between the drawings of a
  ///     page, and be a valid start of an XML name: a letter, then letters, digits, `-`, `_`.
  ///   - layout: The rendition for a wide or a narrow place.
  ///   - ink: Colours that follow the page, or fixed ones.
  /// - Returns: The element with a line break at its end.
  func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String
}

extension Figure {
  /// Draws the figure with colours that follow the page.
  public func svg(idPrefix: String, layout: FigureLayout = .wide) -> String {
    svg(idPrefix: idPrefix, layout: layout, ink: .page)
  }

  /// Draws both renditions for an HTML page, of which ``FigureStyle/css`` shows the one that fits.
  ///
  /// Identifiers start with `idPrefix-wide` and `idPrefix-narrow`.
  public func html(idPrefix: String) -> String {
    FigureLayout.allCases.map { layout in
      let drawing = svg(idPrefix: "\(idPrefix)-\(layout.rawValue)", layout: layout, ink: .page)
      return "<div class=\"figure-\(layout.rawValue)\">\n\(drawing)</div>\n"
    }.joined()
  }

  /// Draws the figure as a file of its own, with fixed colours on white, for print and word processors.
  public func svgDocument(layout: FigureLayout = .wide) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + svg(idPrefix: "figure", layout: layout, ink: .paper)
  }
}

/// The place a figure is drawn for.
public enum FigureLayout: String, Sendable, CaseIterable {
  /// A page column of a desktop screen or of paper.
  case wide
  /// A phone held upright, about 360 pixels wide.
  case narrow
}

/// Where the colours of a drawing come from.
public enum FigureInk: Sendable {
  /// CSS custom properties and the page's text colour, so that light, dark and print modes apply.
  case page
  /// Fixed colours on a white ground, for files that stand alone.
  case paper
}

/// The size of a drawing in SVG user units, which are pixels at its natural size.
///
/// The height holds the plot and its axes. A legend or a table of counts adds to it, so that many
/// series do not squeeze the plot.
public struct FigureSize: Sendable, Hashable {
  /// The width of the whole drawing.
  public var width: Double
  /// The height of the plot with its axes and labels.
  public var height: Double

  /// Creates a size.
  ///
  /// - Precondition: `width` is at least 240 and `height` at least 120, both finite.
  public init(width: Double, height: Double) {
    precondition(width.isFinite && height.isFinite, "a figure's size must be finite")
    precondition(width >= 240 && height >= 120, "a figure needs at least 240 x 120 units")
    self.width = width
    self.height = height
  }

  /// The default for a wide place, 720 x 440.
  public static let wide = FigureSize(width: 720, height: 440)
  /// The default for a narrow place, 380 x 340.
  public static let narrow = FigureSize(width: 380, height: 340)
}

/// The sizes of the two renditions of a figure.
public struct FigureSizes: Sendable, Hashable {
  /// The size for a wide place.
  public var wide: FigureSize
  /// The size for a narrow place.
  public var narrow: FigureSize

  /// Creates the sizes of the two renditions.
  public init(wide: FigureSize = .wide, narrow: FigureSize = .narrow) {
    self.wide = wide
    self.narrow = narrow
  }

  /// The default sizes.
  public static let standard = FigureSizes()

  package subscript(layout: FigureLayout) -> FigureSize {
    switch layout {
    case .wide: wide
    case .narrow: narrow
    }
  }
}

/// A labelled value drawn as a line across the plot, such as a threshold of remission.
public struct ReferenceLine: Sendable, Hashable {
  /// The text beside the line.
  public var label: String
  /// The value the line marks, in the units of its axis.
  public var value: Double

  /// Creates a reference line.
  public init(label: String, value: Double) {
    self.label = label
    self.value = value
  }
}

/// The unit of an axis, which decides which multiples make round ticks.
public enum AxisUnit: Sendable, Hashable {
  /// Plain numbers: ticks at 1, 2 or 5 times a power of ten.
  case number
  /// Fractions shown as percentages.
  case percent
  /// Days: ticks at 1, 2, 7, 14, 30, 60, 90, 180 days, or whole years of 365 days.
  case days
  /// Weeks: ticks at 1, 2, 4, 8, 12, 26 or 52 weeks, or whole years of 52 weeks.
  case weeks
  /// Months: ticks at 1, 2, 3, 6 or 12 months, or whole years.
  case months
  /// Years: as plain numbers.
  case years
}

/// Which way of a score is the better one.
public enum ScoreDirection: Sendable, Hashable {
  /// Lower values are better, as for a symptom score.
  case lowerIsBetter
  /// Higher values are better, as for a well-being score.
  case higherIsBetter
}
