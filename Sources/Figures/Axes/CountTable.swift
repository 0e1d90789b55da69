/// Counts by series under the ticks of a horizontal axis, such as numbers at risk.
///
/// In the wide rendition names stand left of their counts, in the narrow one above them.
package struct CountTable {
  /// The counts of one series.
  package struct Row {
    package let name: String
    package let style: Int
    /// Count by tick, `nil` where there is none.
    package let counts: [Int?]

    package init(name: String, style: Int, counts: [Int?]) {
      self.name = name
      self.style = style
      self.counts = counts
    }
  }

  private static let sampleWidth = 24.0

  // A quarter of the width, and no more than is needed for about twenty letters.
  private static func widestName(_ width: Double) -> Double { min(150, width / 4) }

  /// The widest room of a count, by which ticks keep apart.
  package static func cellWidth(_ largest: Int, canvas: Canvas) -> Double {
    TextMetrics.width(NumberText.count(largest), size: canvas.smallSize)
  }

  /// The room that names need left of the plot: none in the narrow rendition.
  package static func nameRoom(
    _ names: [String], cellWidth: Double, width: Double, layout: FigureLayout, canvas: Canvas
  ) -> Double {
    guard layout == .wide, !names.isEmpty else { return 0 }
    let widest = names.map { TextMetrics.width($0, size: canvas.smallSize) }.max() ?? 0
    return sampleWidth + 6 + min(widest, widestName(width)) + 10 + cellWidth / 2
  }

  /// The height of a table of so many rows.
  package static func height(rowCount: Int, layout: FigureLayout, canvas: Canvas) -> Double {
    guard rowCount > 0 else { return 0 }
    let lines = layout == .wide ? rowCount : 2 * rowCount
    return 10 + Double(lines + 1) * canvas.lineHeight + 4
  }

  /// Draws the table.
  package static func draw(
    _ rows: [Row], title: String, ticks: Ticks, scale: AxisScale, top: Double, width: Double,
    layout: FigureLayout, leastCount: Int = 0, on canvas: inout Canvas
  ) {
    guard !rows.isEmpty else { return }
    var y = top + 10 + canvas.smallSize
    let heading = TextMetrics.truncate(title, width: width, size: canvas.smallSize)
    canvas.text(heading, at: Position(0, y), size: canvas.smallSize, isBold: true, full: title)
    let room = layout == .wide ? widestName(width) : width - sampleWidth - 6
    for row in rows {
      y += canvas.lineHeight
      let middle = y - canvas.smallSize * 0.36
      canvas.line(
        from: Position(0, middle), to: Position(sampleWidth, middle), .series(row.style), width: 2.2,
        dashes: SeriesStyle(row.style).dashes)
      let name = TextMetrics.truncate(row.name, width: room, size: canvas.smallSize)
      canvas.text(name, at: Position(sampleWidth + 6, y), size: canvas.smallSize, full: row.name)
      if layout == .narrow { y += canvas.lineHeight }
      for (value, count) in zip(ticks.values, row.counts) {
        guard let count else { continue }
        canvas.text(
          count > 0 && count < leastCount ? "<\(leastCount)" : NumberText.count(count),
          at: Position(scale.place(value), y), anchor: .middle,
          size: canvas.smallSize)
      }
    }
  }
}
