import Foundation
import Reporting
import Testing

/// What holds for the page of any report.
@Suite("Laws: report page")
struct ReportPageLawTests {
  static let names = SampleReports.all.map(\.name)

  private func html(_ name: String) throws -> String {
    let sample = try #require(SampleReports.all.first { $0.name == name })
    return try ReportPage(sample.report).html()
  }

  private func page(_ name: String) throws -> ParsedPage { try #require(ParsedPage(html(name))) }

  @Test("the page is well formed", arguments: names)
  func wellFormed(name: String) throws {
    let page = try page(name)
    #expect(page.elements.first?.name == "html")
    #expect(page.elements.first?.attributes["lang"] == "en")
    #expect(page.all("title").first?.text.isEmpty == false)
    #expect(page.all("meta").contains { $0.attributes["name"] == "viewport" })
    #expect(page.all("main").count == 1)
  }

  @Test("the same report gives the same bytes", arguments: names)
  func deterministic(name: String) throws {
    #expect(try html(name) == html(name))
    #expect(
      try ReportPage(SampleReports.full(text: { $0 })).html()
        == ReportPage(SampleReports.full(text: { $0 })).html())
  }

  @Test("identifiers are unique and every reference to one leads somewhere", arguments: names)
  func references(name: String) throws {
    let page = try page(name)
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for element in page.elements {
      for id in (element.attributes["aria-labelledby"] ?? "").split(separator: " ") {
        #expect(ids.contains(String(id)))
      }
      if let link = element.attributes["href"], link.first == "#" {
        #expect(ids.contains(String(link.dropFirst())))
      }
    }
  }

  @Test("headings are in order", arguments: names)
  func headings(name: String) throws {
    let levels = try page(name).elements.compactMap { element -> Int? in
      guard element.name.count == 2, element.name.first == "h" else { return nil }
      return element.name.last.flatMap { Int(String($0)) }
    }
    #expect(levels.first == 1)
    #expect(levels.count { $0 == 1 } == 1)
    for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
  }

  @Test("nothing runs and nothing is loaded from elsewhere", arguments: names)
  func selfContained(name: String) throws {
    let page = try page(name)
    for forbidden in ["script", "iframe", "object", "embed", "img", "base", "form", "image", "use"] {
      #expect(page.all(forbidden).isEmpty)
    }
    for element in page.elements {
      #expect(element.attributes.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "src" && $0 != "style" })
      if element.name == "link" { #expect(element.attributes["href"] == "data:,") }
      for (key, value) in element.attributes where key != "xmlns" && key != "content" {
        #expect(!value.contains("//") && !value.contains("javascript:"))
        if value.contains("url(") { #expect(value.hasPrefix("url(#")) }
      }
    }
    for style in page.all("style") {
      for loading in ["@import", "@font-face", "url(", "http", "//"] {
        #expect(!style.text.contains(loading))
      }
    }
    let policy = page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
    #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'; style-src 'unsafe-inline'") == true)
  }

  @Test("every figure has a text alternative and a caption", arguments: names)
  func figures(name: String) throws {
    let page = try page(name)
    for drawing in page.positions("svg", class: "tandem-figure") {
      #expect(page.elements[drawing].attributes["role"] == "img")
      #expect(page.all("title", in: drawing).first?.text.isEmpty == false)
      #expect(page.all("desc", in: drawing).first?.text.isEmpty == false)
    }
    for figure in page.positions("figure") {
      #expect(page.all("figcaption", in: figure).count == 1)
      #expect(page.all("svg", in: figure).count == 2)
    }
  }

  @Test("every table has a caption and headings that say what they head", arguments: names)
  func tables(name: String) throws {
    let page = try page(name)
    for table in page.positions("table") {
      #expect(page.all("caption", in: table).first?.text.isEmpty == false)
      #expect(page.all("th", in: table).allSatisfy { ["col", "row"].contains($0.attributes["scope"]) })
      #expect(page.all("th", in: table).allSatisfy { !$0.text.isEmpty })
      let scroll = page.elements[table].ancestors.last.map { page.elements[$0] }
      #expect(scroll?.classes == ["scroll"] && scroll?.attributes["tabindex"] == "0")
    }
  }

  @Test("no text changes the structure of the page")
  func hostileStructure() throws {
    let (plain, hostile) = (try page("full"), try page("hostile"))
    // Drawings wrap long labels over several elements, so they are compared apart.
    func skeleton(_ page: ParsedPage) -> [String] {
      let drawings = Set(page.positions("svg", class: "tandem-figure"))
      return page.elements.filter { drawings.isDisjoint(with: $0.ancestors) }.map {
        "\($0.name) \($0.attributes.keys.sorted())"
      }
    }
    #expect(skeleton(plain) == skeleton(hostile))
    #expect(try !html("hostile").contains("<b>\"") && !html("hostile").contains("<script"))
  }
}
