internal import CNumberText

/// How rows are written as lines of text.
struct LineSyntax {
  /// What stands before each column's cell.
  var prefixes: [[UInt8]]
  /// What stands for a missing value.
  var missing: [UInt8]
  /// What stands after the last cell.
  var end: [UInt8]
  /// Adds a text as a cell.
  var appendText: (Span<UInt8>, inout [UInt8]) -> Void

  /// Fields between delimiters, in quotes where they must be.
  static func csv(columnCount: Int, delimiter: UInt8) -> LineSyntax {
    LineSyntax(
      prefixes: (0..<columnCount).map { $0 == 0 ? [] : [delimiter] }, missing: [], end: [UInt8(ascii: "\n")]
    ) { CSVQuoting.append($0, delimiter: delimiter, to: &$1) }
  }

  /// An object with a member for each column.
  static func json(_ names: [String]) -> LineSyntax {
    let prefixes = names.enumerated().map { index, name in
      var prefix = [UInt8(ascii: index == 0 ? "{" : ",")]
      prefix += JSONText.quoted(name)
      prefix.append(UInt8(ascii: ":"))
      return prefix
    }
    return LineSyntax(prefixes: prefixes, missing: Array("null".utf8), end: Array("}\n".utf8)) {
      JSONText.append($0, to: &$1)
    }
  }
}

/// Rows of columns as lines of text, many at a time.
///
/// What is written row by row comes from two flat arrays, one of numbers and one of texts that are ready to be
/// copied.
struct RowLines {
  private let rowCount: Int
  private let syntax: LineSyntax
  /// Column by column: a number, or the place of a text; NaN where missing.
  private var cells: [Double] = []
  /// The column's first text, or -1 for a column of numbers.
  private var firstText: [Int] = []
  /// The texts of cells, and after them those before each column's cell, for missing values and at the end of a line.
  private var texts: [UInt8] = []
  private var ends: [Int] = [0]
  /// The most bytes that a line takes, but for the texts of its cells.
  private var lineRoom = 0
  private var textRoom = 0

  /// Takes columns of equal length.
  init(_ columns: [Column], _ syntax: LineSyntax) {
    precondition(columns.count == syntax.prefixes.count, "the syntax is that of the columns")
    rowCount = columns.first?.count ?? 0
    self.syntax = syntax
    cells.reserveCapacity(rowCount * columns.count)
    for column in columns {
      precondition(column.count == rowCount, "columns have the same number of rows")
      switch column.values {
      case .numeric(let numbers): append(numbers)
      case .category(let categories): append(categories)
      }
    }
    for fixed in syntax.prefixes + [syntax.missing, syntax.end] {
      texts += fixed
      ends.append(texts.count)
      lineRoom += fixed.count
    }
    lineRoom += columns.count * max(Int(NUMBER_TEXT_ROOM), syntax.missing.count)
  }

  private mutating func append(_ numbers: NumericValues) {
    firstText.append(-1)
    cells += numbers.array(of: 0..<rowCount)
  }

  private mutating func append(_ categories: CategoryValues) {
    let first = ends.count - 1
    firstText.append(first)
    let codes = categories.codes.array(of: 0..<rowCount)
    guard categories.levels.count > rowCount else {
      for level in categories.levels.indices { appendText(categories.levels, level) }
      for code in codes {
        cells.append(code < 0 ? .nan : Double(code))
        if code >= 0 { textRoom += ends[first + Int(code) + 1] - ends[first + Int(code)] }
      }
      return
    }
    // More levels than rows, as of identifiers: only those of the rows.
    for code in codes {
      cells.append(code < 0 ? .nan : Double(ends.count - 1 - first))
      guard code >= 0 else { continue }
      appendText(categories.levels, Int(code))
      textRoom += ends[ends.count - 1] - ends[ends.count - 2]
    }
  }

  private mutating func appendText(_ levels: LevelList, _ level: Int) {
    levels.withUTF8(of: level) { syntax.appendText($0, &texts) }
    ends.append(texts.count)
  }

  /// The lines.
  var bytes: [UInt8] {
    let room = rowCount * lineRoom + textRoom
    let (cells, texts, ends, firstText) = (cells.span, texts.span, ends.span, firstText.span)
    let columnCount = firstText.count
    let fixed = ends.count - 1 - columnCount - 2
    let (missing, lineEnd) = (fixed + columnCount, fixed + columnCount + 1)
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      guard var place = buffer.baseAddress else { return }
      let start = unsafe place
      func copy(_ text: Int) {
        for index in ends[text]..<ends[text + 1] {
          // SAFETY: `room` is the most bytes that the lines can take.
          unsafe place.initialize(to: texts[index])
          unsafe place += 1
        }
      }
      for row in 0..<rowCount {
        for column in 0..<columnCount {
          copy(fixed + column)
          let cell = cells[column * rowCount + row]
          if !cell.isFinite {
            copy(missing)
          } else if firstText[column] < 0 {
            // SAFETY: each cell has the room that the function asks for.
            unsafe place += Int(number_text_shortest(cell, place))
          } else {
            copy(firstText[column] + Int(cell))
          }
        }
        copy(lineEnd)
      }
      filled = unsafe place - start
    }
  }
}
