/// First score against last, a mark for each pair of scores that occurs, as large as it is frequent.
///
/// Marks on the diagonal have not changed; lines beside it are where change is more than measurement error, lines along
/// the axes are cut-offs (Jacobson and Truax 1991, J. Consult. Clin. Psychol. 59, 12-19, figure 1). Both axes have one scale.
public struct ChangeScatterFigure: Figure, Hashable {
  /// People with about the same two scores.
  public struct Mark: Sendable, Hashable {
    /// The first score.
    public var first: Double
    /// The last score.
    public var last: Double
    /// How many people.
    public var count: Int

    /// Creates a mark.
    public init(first: Double, last: Double, count: Int = 1) {
      (self.first, self.last, self.count) = (first, last, count)
    }
  }

  /// The people of one group.
  public struct Series: Sendable, Hashable {
    /// The group's name.
    public var name: String
    /// Its marks.
    public var marks: [Mark]
    /// Position in the palette; by default the series' place in the figure.
    public var style: Int?

    /// Creates a series.
    public init(name: String, marks: [Mark], style: Int? = nil) {
      (self.name, self.marks, self.style) = (name, marks, style)
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The label of the axis of first scores.
  public var xLabel: String
  /// The label of the axis of last scores.
  public var yLabel: String
  /// The groups.
  public var series: [Series]
  /// The change beyond measurement error, drawn on both sides of the diagonal.
  public var reliableChange: Double?
  /// Cut-offs, drawn along both axes.
  public var cutoffs: [ReferenceLine]
  /// The sizes of the two renditions.
  public var sizes: FigureSizes
  /// Whether people are not drawn because their mark would be small.
  public internal(set) var hidden = false
  /// The width of the squares that marks stand for; nil where they stand for pairs of scores.
  var square: Double?

  /// Creates a figure of first and last scores; marks at the same place are taken together, and where there are very many
  /// places, those of a square of a round width.
  public init(
    title: String, description: String = "", xLabel: String, yLabel: String, series: [Series],
    reliableChange: Double? = nil, cutoffs: [ReferenceLine] = [], sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.reliableChange = reliableChange
    self.cutoffs = cutoffs
    self.sizes = sizes
    self.series = series
    for index in series.indices {
      self.series[index].marks = Self.together(series[index].marks.filter(\.isDrawable), width: nil)
    }
    if self.series.contains(where: { $0.marks.count > 2500 }) {
      let step = AxisScale.range(of: series.flatMap(\.marks).map(\.first)).map { range in
        TickStep.candidates(for: .number, span: range.upperBound - range.lowerBound).first {
          $0.size >= (range.upperBound - range.lowerBound) / 50
        }?.size ?? 1
      }
      self = coarser(step ?? 1)
    }
  }

  /// Without marks of fewer people; before that squares of marks are taken together, wider as long as more than a tenth of the
  /// people would not be drawn and there are at least four along an axis.
  public func hidingCounts(below least: Int) -> ChangeScatterFigure {
    guard least > 1 else { return self }
    var figure = self
    if let range = AxisScale.range(of: series.flatMap(\.marks).flatMap { [$0.first, $0.last] }) {
      let span = range.upperBound - range.lowerBound
      for step in TickStep.candidates(for: .number, span: span)
      where step.size <= span / 4 && figure.hiddenShare(least) > 0.1 {
        figure = coarser(step.size)
      }
    }
    for index in figure.series.indices {
      let marks = figure.series[index].marks
      figure.series[index].marks = marks.filter { $0.count >= least }
      if figure.series[index].marks.count < marks.count { figure.hidden = true }
    }
    return figure
  }

  private func hiddenShare(_ least: Int) -> Double {
    let counts = series.flatMap(\.marks).map(\.count)
    return Double(counts.reduce(0) { $0 + ($1 < least ? $1 : 0) }) / Double(max(1, counts.reduce(0, +)))
  }

  private func coarser(_ width: Double) -> ChangeScatterFigure {
    var figure = self
    figure.square = width
    for index in series.indices {
      figure.series[index].marks = Self.together(series[index].marks, width: width)
    }
    return figure
  }

  /// Marks of the same place, or of the same square, as one in its middle.
  private static func together(_ marks: [Mark], width: Double?) -> [Mark] {
    func place(_ value: Double) -> Double { width.map { ((value / $0).rounded(.down) + 0.5) * $0 } ?? value }
    var counts: [Mark: Int] = [:]
    for mark in marks {
      counts[Mark(first: place(mark.first), last: place(mark.last)), default: 0] += mark.count
    }
    return counts.map { Mark(first: $0.key.first, last: $0.key.last, count: $0.value) }
      .sorted { ($0.first, $0.last) < ($1.first, $1.last) }
  }
}

extension ChangeScatterFigure.Mark {
  fileprivate var isDrawable: Bool { AxisScale.isDrawable(first) && AxisScale.isDrawable(last) && count > 0 }
}
