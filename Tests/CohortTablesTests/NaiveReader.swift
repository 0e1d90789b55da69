/// A reader that follows the rules scalar by scalar, slowly and plainly: the yardstick.
struct NaiveReader {
  struct Refused: Error {}

  var rows: [[String]] = []
  var lines: [Int] = []

  init(_ text: String, delimiter: Unicode.Scalar) throws {
    var scalars = Array(text.unicodeScalars)
    while scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var (row, line, first, position) = ([String](), 1, 1, 0)
    func at(_ index: Int) -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    guard !scalars.isEmpty else { throw Refused() }
    while true {
      var cell = ""
      let isQuoted = at(position) == "\""
      if isQuoted {
        position += 1
        while at(position) != "\"" || at(position + 1) == "\"" {
          guard let scalar = at(position) else { throw Refused() }
          if scalar == "\n" { line += 1 }
          cell.unicodeScalars.append(scalar)
          position += scalar == "\"" ? 2 : 1
        }
        position += 1
      }
      while !isQuoted, let scalar = at(position), ![delimiter, "\n", "\r"].contains(scalar) {
        if scalar == "\"" { throw Refused() }
        cell.unicodeScalars.append(scalar)
        position += 1
      }
      row.append(cell)
      if at(position) == delimiter {
        position += 1
        continue
      }
      if at(position) == "\r", at(position + 1) == "\n" { position += 1 }
      if let scalar = at(position), scalar != "\n" { throw Refused() }
      let isBlank = row == [""] && !isQuoted && rows.first.map { $0.count > 1 } == true
      if !isBlank {
        rows.append(row)
        lines.append(first)
      }
      (row, line, first, position) = ([], line + 1, line + 1, position + 1)
      if position >= scalars.count { break }
    }
    guard rows.allSatisfy({ $0.count == rows[0].count }) else { throw Refused() }
  }
}
