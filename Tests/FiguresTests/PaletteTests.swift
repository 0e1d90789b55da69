import Figures
import Foundation
import Testing

/// WCAG 2.2 contrast of the palette and the text against their grounds.
@Suite struct PaletteByHandTests {
  private func luminance(_ hex: String) throws -> Double {
    let value = try #require(UInt32(hex.dropFirst(), radix: 16))
    let parts = [16, 8, 0].map { Double((value >> UInt32($0)) & 0xFF) / 255 }
    let linear = parts.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  private func contrast(_ a: String, _ b: String) throws -> Double {
    let (x, y) = (try luminance(a), try luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  @Test func blackOnWhiteIs21() throws {
    #expect(abs(try contrast("#000000", "#FFFFFF") - 21) < 1e-9)
  }

  @Test(arguments: [FigureStyle.light, FigureStyle.dark])
  func everyColourStandsOut(theme: FigureStyle.Theme) throws {
    #expect(theme.series.count == 8 && Set(theme.series).count == 8)
    for colour in theme.series { #expect(try contrast(colour, theme.ground) >= 3, "\(colour)") }
    for text in [theme.text, theme.muted] { #expect(try contrast(text, theme.ground) >= 4.5, "\(text)") }
  }

  @Test func styleSheetSetsEveryProperty() {
    for index in 1...8 {
      #expect(FigureStyle.css.components(separatedBy: "--series-\(index): ").count == 4)
    }
    #expect(FigureStyle.css.contains("prefers-color-scheme: dark"))
    #expect(FigureStyle.css.contains("@media print"))
  }
}
