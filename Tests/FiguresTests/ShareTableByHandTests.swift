import Figures
import Testing

/// Cells, texts and shades of a table of shares.
@Suite("ByHand: table of shares") struct ShareTableByHandTests {
  private func drawing(_ figure: ShareTableFigure, _ layout: FigureLayout = .wide) throws -> ParsedDrawing {
    try #require(ParsedDrawing(figure.svg(idPrefix: "p", layout: layout)))
  }

  @Test func everyShareIsWritten() throws {
    let texts = try drawing(Examples.shares).all("text").map(\.text)
    #expect(texts.filter { $0.hasSuffix("%") } == ["0%", "25%", "50%", "<1%", "100%", ">99%"])
    // One cell without a share, one that is not a number and one that is no share.
    #expect(texts.count { $0 == "\u{2013}" } == 3)
    #expect(texts.first == "Week")
    for name in ["0", "4", "12", "All", "G & <H>"] { #expect(texts.contains(name)) }
  }

  @Test func theShadeFollowsTheShare() throws {
    let cells = try drawing(Examples.shares).all("path")
    #expect(cells.count == 9)
    // 0 has no fill; 0.06 + 0.39 share otherwise.
    #expect(cells[0].attributes["fill"] == "none")
    #expect(cells[1].attributes["fill-opacity"] == "0.16")
    #expect(cells[2].attributes["fill-opacity"] == "0.26")
    #expect(cells[4].attributes["fill-opacity"] == "0.45")
    #expect(cells[5].attributes["fill"] == "none")
  }

  @Test func tooltipsHoldTheCounts() throws {
    let titles = try drawing(Examples.shares).all("title").map(\.text)
    #expect(titles.contains("All, 4: 25% (2 of 8)"))
    #expect(titles.contains("G & <H>, 4: >99%"))
  }

  @Test func manyColumnsAreSetInBlocksOfEqualLength() throws {
    for layout in FigureLayout.allCases {
      let canvas = Canvas(idPrefix: "p", layout: layout, ink: .page)
      let drawing = ShareTableDrawing(Examples.manyShares, layout: layout, canvas: canvas)
      let sizes = drawing.blocks.map(\.columns.count)
      #expect(sizes.reduce(0, +) == 20)
      #expect(sizes.count > 1 && sizes.dropLast().allSatisfy { $0 == sizes[0] })
      #expect(zip(drawing.blocks, drawing.blocks.dropFirst()).allSatisfy { $0.top < $1.top })
      #expect(
        zip(drawing.blocks, drawing.blocks.dropFirst()).allSatisfy {
          $0.columns.upperBound == $1.columns.lowerBound
        })
    }
  }
}
