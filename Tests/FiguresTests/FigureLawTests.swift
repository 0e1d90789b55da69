import Figures
import Testing

/// What holds for every figure, layout and ink.
@Suite struct FigureLawTests {
  @Test(arguments: Examples.all.indices, FigureLayout.allCases)
  func everyDrawingIsWellFormedAndAccessible(index: Int, layout: FigureLayout) throws {
    let (name, figure) = Examples.all[index]
    for ink in [FigureInk.page, .paper] {
      let svg = figure.svg(idPrefix: "p", layout: layout, ink: ink)
      let drawing = try #require(ParsedDrawing(svg), "\(name) is not well-formed XML")
      let root = try #require(drawing.elements.first)
      #expect(root.name == "svg" && root.attributes["role"] == "img")
      #expect(root.attributes["aria-labelledby"] == "p-title p-desc")
      #expect(root.attributes["viewBox"] != nil)
      let title = try #require(drawing.elements.first { $0.attributes["id"] == "p-title" })
      let description = try #require(drawing.elements.first { $0.attributes["id"] == "p-desc" })
      #expect(title.name == "title" && title.text == figure.title)
      #expect(description.name == "desc" && !description.text.isEmpty)
      #expect(Set(drawing.ids).count == drawing.ids.count)
      for (key, value) in drawing.elements.flatMap(\.attributes) {
        let isNumber = !value.lowercased().contains("nan") && !value.lowercased().contains("inf")
        #expect(isNumber, "\(name): \(key) is \(value)")
      }
    }
  }

  @Test(arguments: Examples.all.indices)
  func sameFigureGivesSameBytes(index: Int) {
    let figure = Examples.all[index].figure
    #expect(figure.html(idPrefix: "a") == figure.html(idPrefix: "a"))
    #expect(figure.svgDocument() == figure.svgDocument())
  }

  @Test(arguments: Examples.all.indices)
  func prefixesKeepIdentifiersApart(index: Int) throws {
    let figure = Examples.all[index].figure
    let page = "<div>" + figure.html(idPrefix: "f1") + figure.html(idPrefix: "f2") + "</div>"
    let ids = try #require(ParsedDrawing(page)).ids
    #expect(ids.count >= 8 && Set(ids).count == ids.count)
  }

  @Test(arguments: Examples.all.indices)
  func pageInkFollowsThePageAndPaperInkDoesNot(index: Int) {
    let figure = Examples.all[index].figure
    #expect(!figure.svgDocument().contains("var("))
    #expect(!figure.svgDocument().contains("currentColor"))
    #expect(figure.svg(idPrefix: "a").contains("currentColor"))
  }

  // Widths are the generous estimates the layout itself uses; a browser's own boxes are smaller.
  @Test(arguments: Examples.all.indices, FigureLayout.allCases)
  func textStaysInsideAndApart(index: Int, layout: FigureLayout) throws {
    let (name, figure) = Examples.all[index]
    let drawing = try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: layout)))
    let box = try #require(drawing.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap {
      Double($0)
    }
    let bodySize = try #require(drawing.elements.first?.number("font-size"))
    let extents = drawing.all("text").map { text in
      let size = text.number("font-size") ?? bodySize
      // Text drawn bold is measured as regular by a tenth too small.
      let width = TextMetrics.width(text.text, size: size)
      let x = text.number("x") ?? .nan
      let left =
        switch text.attributes["text-anchor"] {
        case "end": x - width
        case "middle": x - width / 2
        default: x
        }
      return (text: text.text, left: left, right: left + width, y: text.number("y") ?? .nan, size: size)
    }
    for extent in extents {
      let isInside = extent.left >= -1 && extent.right <= box[2] + 1
      let isBetween = extent.y >= extent.size * 0.7 && extent.y <= box[3]
      #expect(isInside && isBetween, "\(name): '\(extent.text)' is cut off")
    }
    for (index, first) in extents.enumerated() {
      for second in extents[(index + 1)...] where abs(first.y - second.y) < min(first.size, second.size) * 0.8
      {
        let isApart = first.right <= second.left + 0.5 || second.right <= first.left + 0.5
        #expect(isApart, "\(name): '\(first.text)' lies on '\(second.text)'")
      }
    }
  }

  @Test func figuresWithoutDataSaySo() throws {
    let withoutData = [
      "no series", "no curves", "no rows", "no bins", "no balance", "no stages", "no shares",
    ]
    for (name, figure) in Examples.all where withoutData.contains(name) {
      let drawing = try #require(ParsedDrawing(figure.svg(idPrefix: "p")))
      #expect(drawing.all("text").map(\.text) == ["No data"], "\(name)")
      #expect(drawing.all("desc").first?.text.hasPrefix("No data.") == true)
    }
  }

  @Test func everySeriesHasItsOwnDashesAndMarker() {
    let styles = (0..<16).map { SeriesStyle($0) }
    #expect(Set(styles.prefix(8).map(\.dashes)).count == 8)
    #expect(Set(styles.prefix(8).map(\.marker)).count == 8)
    #expect(Set(styles).count == 16)
  }

  @Test func smallestSizeIsStillDrawn() throws {
    let least = FigureSize(width: 240, height: 120)
    var (trajectory, survival, forest) = (
      Examples.trajectory(series: 8), Examples.survival(curves: 8), Examples.forest
    )
    trajectory.sizes = FigureSizes(wide: least, narrow: least)
    survival.sizes = trajectory.sizes
    forest.sizes = trajectory.sizes
    for figure in [trajectory, survival, forest] as [any Figure] {
      for layout in FigureLayout.allCases {
        let drawing = try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: layout)))
        let texts = drawing.all("text").filter { $0.attributes["text-anchor"] == "middle" }
        #expect(texts.count >= 3 && texts.allSatisfy { (0...240).contains($0.number("x") ?? -1) })
      }
    }
  }

  @Test func awkwardTextIsEscaped() throws {
    let svg = Examples.awkwardTrajectory.svg(idPrefix: "p")
    #expect(svg.contains("<title id=\"p-title\">Awkward &quot;&lt;&amp;&gt;&quot;</title>"))
    let drawing = try #require(ParsedDrawing(Examples.trajectory(series: 8).svg(idPrefix: "p")))
    #expect(drawing.all("text").contains { $0.text == "G & <H>" })
  }

  @Test func emptyDescriptionIsReplacedByTheData() {
    #expect(Examples.onePoint.svg(idPrefix: "p").contains("BDI by Month. All: 12.0 at 3.0.</desc>"))
    #expect(Examples.ratios.dataSummary.contains("Therapy: 1.50 (0.90 to 2.50)."))
    #expect(
      Examples.balance.dataSummary.contains("Crude: largest difference 0.40 (Age), 2 of 2 above 0.10."))
    #expect(
      Examples.shares.dataSummary.hasPrefix("Week: 0, 4, 12. All: from 0% (0) to 50% (12). "))
    #expect(Examples.flow.dataSummary.contains("Excluded, Missing PHQ-9: 12 people."))
  }
}
