import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG drawing read back by an XML parser.
struct ParsedDrawing {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""

    func number(_ key: String) -> Double? { attributes[key].flatMap { Double($0) } }
  }

  let elements: [Element]

  /// Reads a drawing; `nil` if it is not well formed.
  init?(_ svg: String) {
    let recorder = Recorder()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = recorder
    guard parser.parse() else { return nil }
    elements = recorder.elements
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  var ids: [String] { elements.compactMap { $0.attributes["id"] } }

  private final class Recorder: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open.append(elements.count)
      elements.append(Element(name: name, attributes: attributes))
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if let last = open.last { elements[last].text += text }
    }
  }
}
