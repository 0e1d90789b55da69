import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page read back by an XML parser: it is well formed or it is nil.
struct ParsedPage {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The elements around it, outermost first, as positions in the page.
    let ancestors: [Int]
    /// Its own text and that of the elements in it.
    var text = ""

    var classes: [String] { (attributes["class"] ?? "").split(separator: " ").map(String.init) }
  }

  let elements: [Element]

  init?(_ html: String) {
    let recorder = Recorder()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = recorder
    guard parser.parse() else { return nil }
    elements = recorder.elements
  }

  func all(_ name: String, class wanted: String? = nil) -> [Element] {
    elements.filter { $0.name == name && (wanted.map($0.classes.contains) ?? true) }
  }

  /// The elements of a name inside an element.
  func all(_ name: String, in position: Int) -> [Element] {
    elements.filter { $0.name == name && $0.ancestors.contains(position) }
  }

  func positions(_ name: String, class wanted: String? = nil) -> [Int] {
    elements.indices.filter {
      elements[$0].name == name && (wanted.map(elements[$0].classes.contains) ?? true)
    }
  }

  /// The cells of every row of a table, by the start of its caption.
  func rows(ofTable caption: String) -> [[String]] {
    let tables = positions("table").filter { table in
      all("caption", in: table).contains { $0.text.contains(caption) }
    }
    guard let table = tables.first else { return [] }
    let rows = positions("tr").filter { elements[$0].ancestors.contains(table) }
    return rows.map { row in
      elements.filter { ["th", "td"].contains($0.name) && $0.ancestors.contains(row) }.map(\.text)
    }
  }

  private final class Recorder: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append(Element(name: name, attributes: attributes, ancestors: open))
      open.append(elements.count - 1)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      for position in open { elements[position].text += text }
    }
  }
}
