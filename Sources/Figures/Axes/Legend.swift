/// Samples of the series with their names, in rows from the left.
package struct Legend {
  /// What stands before a name.
  package enum Sample {
    /// A line with a marker in its middle.
    case markedLine
    /// A line.
    case line
    /// A marker.
    case marker
  }

  /// One entry.
  package struct Entry {
    package let name: String
    package let style: Int

    package init(name: String, style: Int) {
      self.name = name
      self.style = style
    }
  }

  private static let sampleWidth = 34.0
  private static let gap = 6.0
  private static let entryGap = 22.0

  private let rows: [[(entry: Entry, x: Double, text: String)]]
  private let lineHeight: Double

  /// Sets entries into rows no wider than given.
  package init(_ entries: [Entry], width: Double, canvas: Canvas) {
    var rows: [[(entry: Entry, x: Double, text: String)]] = []
    var x = 0.0
    let lead = Self.sampleWidth + Self.gap
    for entry in entries {
      let text = TextMetrics.truncate(entry.name, width: width - lead, size: canvas.fontSize)
      let extent = lead + TextMetrics.width(text, size: canvas.fontSize)
      if rows.isEmpty || x + extent > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x, text))
      x += extent + Self.entryGap
    }
    self.rows = rows
    lineHeight = canvas.fontSize * 1.6
  }

  /// The height taken, with the distance to what follows.
  package var height: Double { rows.isEmpty ? 0 : Double(rows.count) * lineHeight + 6 }

  /// Draws the legend from a height down.
  package func draw(on canvas: inout Canvas, top: Double, sample: Sample) {
    for (index, row) in rows.enumerated() {
      let middle = top + (Double(index) + 0.5) * lineHeight
      for (entry, x, text) in row {
        if sample != .marker {
          canvas.line(
            from: Position(x, middle), to: Position(x + Self.sampleWidth, middle), .series(entry.style),
            width: 2.2, dashes: SeriesStyle(entry.style).dashes)
        }
        if sample != .line {
          canvas.marker(entry.style, at: Position(x + Self.sampleWidth / 2, middle))
        }
        canvas.text(
          text, at: Position(x + Self.sampleWidth + Self.gap, middle + canvas.fontSize * 0.36),
          full: entry.name)
      }
    }
  }
}
