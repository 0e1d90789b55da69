extension ShareTableFigure {
  /// Draws the figure as one `<svg>` element.
  public func svg(idPrefix: String, layout: FigureLayout, ink: FigureInk) -> String {
    let canvas = Canvas(idPrefix: idPrefix, layout: layout, ink: ink)
    let alternative = description.isEmpty ? dataSummary : description
    guard !rows.isEmpty, !columns.isEmpty else {
      return canvas.empty(width: sizes[layout].width, title: title, description: description)
    }
    return ShareTableDrawing(self, layout: layout, canvas: canvas).draw(
      on: canvas, title: title, description: alternative)
  }

  /// The data in words: for each row its least and greatest share.
  public var dataSummary: String {
    let parts = rows.compactMap { row -> String? in
      let cells = zip(columns, row.shares).compactMap { name, share -> (String, Double)? in
        share.flatMap { Self.isDrawable($0) ? (name, $0) : nil }
      }
      guard let least = cells.min(by: { $0.1 < $1.1 }), let most = cells.max(by: { $0.1 < $1.1 }) else {
        return nil
      }
      guard least.1 < most.1 else { return "\(row.label): \(Self.percent(most.1))." }
      return
        "\(row.label): from \(Self.percent(least.1)) (\(least.0)) to \(Self.percent(most.1)) (\(most.0))."
    }
    guard !parts.isEmpty else { return "No data." }
    return ([columnLabel].filter { !$0.isEmpty }.map { "\($0): \(columns.joined(separator: ", "))." } + parts)
      .joined(separator: " ")
  }

  static func isDrawable(_ share: Double) -> Bool { (0...1).contains(share) }

  /// Whole per cent; a small share is not rounded to none, nor a large one to all.
  package static func percent(_ share: Double) -> String {
    if share > 0, share < 0.005 { return "<1%" }
    if share < 1, share >= 0.995 { return ">99%" }
    return NumberText.fixed(100 * share, decimals: 0) + "%"
  }
}

/// The geometry of a table of shares.
package struct ShareTableDrawing {
  /// Columns that stand side by side.
  package struct Block {
    package let columns: Range<Int>
    package let top: Double
  }

  private let figure: ShareTableFigure
  private let width: Double
  private let nameRoom: Double
  private let labels: [[String]]
  private let rowHeights: [Double]
  private let cellWidth: Double
  private let headHeight: Double
  private let headings: [[String]]
  package let blocks: [Block]
  private let bottom: Double

  package init(_ figure: ShareTableFigure, layout: FigureLayout, canvas: Canvas) {
    self.figure = figure
    let width = figure.sizes[layout].width
    self.width = width
    let widest = figure.rows.map { TextMetrics.width($0.label, size: canvas.fontSize) }.max() ?? 0
    let nameRoom = min(widest, width * 0.38) + 12
    self.nameRoom = nameRoom
    labels = figure.rows.map {
      TextMetrics.wrap($0.label, width: nameRoom - 12 + 1, size: canvas.fontSize, lines: 2)
    }
    rowHeights = labels.map { max(24, Double($0.count) * canvas.lineHeight + 7) }
    // A cell holds ">99%", and a heading of two lines.
    let least = TextMetrics.width(">99%", size: canvas.smallSize) + 8
    let name = figure.columns.map { TextMetrics.width($0, size: canvas.smallSize) }.max() ?? 0
    let wanted = min(max(least, name + 8), layout == .wide ? 92 : 84)
    let room = width - nameRoom
    let perBlock = max(1, min(figure.columns.count, Int(room / wanted)))
    let blockCount = (figure.columns.count + perBlock - 1) / perBlock
    // Blocks of equal length look like one table.
    let columnsEach = (figure.columns.count + blockCount - 1) / blockCount
    let cellWidth = min(room / Double(columnsEach), layout == .wide ? 110 : 96)
    self.cellWidth = cellWidth
    let headings = figure.columns.map {
      TextMetrics.wrap($0, width: cellWidth - 6, size: canvas.smallSize, lines: 2)
    }
    self.headings = headings
    let lines = headings.map(\.count).max() ?? 1
    let headHeight = Double(lines) * canvas.lineHeight + 8
    self.headHeight = headHeight
    var top = figure.columnLabel.isEmpty ? 0 : canvas.lineHeight + 4
    let height = rowHeights.reduce(0, +)
    var blocks: [Block] = []
    for start in stride(from: 0, to: figure.columns.count, by: columnsEach) {
      blocks.append(Block(columns: start..<min(start + columnsEach, figure.columns.count), top: top))
      top += headHeight + height + 14
    }
    self.blocks = blocks
    bottom = top - 10
  }

  // MARK: - Drawing

  func draw(on blank: Canvas, title: String, description: String) -> String {
    var canvas = blank
    if !figure.columnLabel.isEmpty {
      let label = TextMetrics.truncate(figure.columnLabel, width: width - nameRoom, size: canvas.fontSize)
      canvas.text(label, at: Position(nameRoom, canvas.fontSize), full: figure.columnLabel)
    }
    for block in blocks {
      drawHeadings(block, on: &canvas)
      var y = block.top + headHeight
      for (index, row) in figure.rows.enumerated() {
        draw(row, label: labels[index], block, top: y, height: rowHeights[index], on: &canvas)
        y += rowHeights[index]
      }
    }
    return canvas.finish(width: width, height: bottom, title: title, description: description)
  }

  private func drawHeadings(_ block: Block, on canvas: inout Canvas) {
    for (place, column) in block.columns.enumerated() {
      let middle = nameRoom + (Double(place) + 0.5) * cellWidth
      let lines = headings[column]
      for (index, part) in lines.enumerated() where !part.isEmpty {
        let baseline = block.top + headHeight - 8 - Double(lines.count - 1 - index) * canvas.lineHeight
        canvas.text(
          part, at: Position(middle, baseline), anchor: .middle, size: canvas.smallSize,
          full: part.hasSuffix("…") ? figure.columns[column] : nil)
      }
    }
  }

  private func draw(
    _ row: ShareTableFigure.Row, label: [String], _ block: Block, top: Double, height: Double,
    on canvas: inout Canvas
  ) {
    let first = top + height / 2 + canvas.fontSize * 0.36 - Double(label.count - 1) * canvas.lineHeight / 2
    for (index, part) in label.enumerated() where !part.isEmpty {
      canvas.text(
        part, at: Position(0, first + Double(index) * canvas.lineHeight),
        full: part.hasSuffix("…") ? row.label : nil)
    }
    for (place, column) in block.columns.enumerated() {
      let left = nameRoom + Double(place) * cellWidth
      drawCell(row, column, left: left, top: top, height: height, on: &canvas)
    }
  }

  /// A cell is shaded up to 0.45 of the colour's full strength, on which text keeps its contrast.
  private func drawCell(
    _ row: ShareTableFigure.Row, _ column: Int, left: Double, top: Double, height: Double,
    on canvas: inout Canvas
  ) {
    let share = row.shares[column].flatMap { ShareTableFigure.isDrawable($0) ? $0 : nil }
    let corners = [
      Position(left + 1, top + 1), Position(left + cellWidth - 1, top + 1),
      Position(left + cellWidth - 1, top + height - 1), Position(left + 1, top + height - 1),
    ]
    let note = row.notes.isEmpty ? "" : row.notes[column]
    let text = share.map(ShareTableFigure.percent) ?? "–"
    let name = [row.label, figure.columns[column]].joined(separator: ", ")
    canvas.path(
      PathText.polygon(corners), stroke: .grid,
      fill: share.map { $0 > 0 ? .series(figure.style) : .none } ?? .none,
      fillOpacity: 0.06 + 0.39 * (share ?? 0),
      tooltip: "\(name): \(text)" + (note.isEmpty ? "" : " (\(note))"))
    canvas.text(
      text, at: Position(left + cellWidth / 2, top + height / 2 + canvas.smallSize * 0.36), anchor: .middle,
      share == nil ? .muted : .text, size: canvas.smallSize)
  }
}
