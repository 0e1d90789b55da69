import Figures
import Testing

@Suite struct TextByHandTests {
  @Test func markupIsEscaped() {
    #expect(Markup.escape("a<b & \"c\" > 'd'") == "a&lt;b &amp; &quot;c&quot; &gt; 'd'")
    #expect(Markup.escape("tab\tline\nnull\u{0}é漢") == "tab line null\u{FFFD}é漢")
  }

  @Test func coordinatesHaveTwoDecimals() {
    #expect(Markup.coordinate(12) == "12")
    #expect(Markup.coordinate(12.5) == "12.5")
    #expect(Markup.coordinate(12.345) == "12.35")
    #expect(Markup.coordinate(-0.004) == "0")
    #expect(Markup.coordinate(-3.1) == "-3.1")
    #expect(Markup.coordinate(100) == "100")
  }

  @Test func numbersHaveNoLocale() {
    #expect(NumberText.fixed(-2.05, decimals: 1) == "−2.1")
    #expect(NumberText.fixed(-0.04, decimals: 1) == "0.0")
    #expect(NumberText.fixed(1234.5, decimals: 2) == "1234.50")
    #expect(NumberText.fixed(0.007, decimals: 3) == "0.007")
    #expect(NumberText.count(-1_234_567) == "−1\u{202F}234\u{202F}567")
    #expect(NumberText.count(9999) == "9999")
    #expect(NumberText.brief(0) == "0")
    #expect(NumberText.brief(123.4) == "123")
    #expect(NumberText.brief(0.0456) == "0.046")
    #expect(NumberText.brief(.nan) == "not estimable")
    #expect(NumberText.brief(-.infinity) == "−∞")
  }

  @Test func longTextIsWrappedThenCut() {
    let text = "one two three four five six"
    let lines = TextMetrics.wrap(text, width: 90, size: 10, lines: 5)
    #expect(lines.joined(separator: " ") == text)
    #expect(lines.allSatisfy { TextMetrics.width($0, size: 10) <= 90 })
    let cut = TextMetrics.wrap(text, width: 60, size: 10, lines: 1)
    #expect(cut.count == 1 && cut[0].hasSuffix("…") && TextMetrics.width(cut[0], size: 10) <= 60)
    #expect(TextMetrics.wrap("", width: 60, size: 10, lines: 2) == [""])
    #expect(TextMetrics.truncate("short", width: 100, size: 10) == "short")
  }
}
