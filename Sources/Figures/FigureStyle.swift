/// Colours of figures and the style sheet that sets them on a page.
///
/// The palette keeps the hues of Okabe and Ito (Color Universal Design, 2008) and shifts their
/// lightness so that every colour has a contrast of at least 3:1 with its ground (WCAG 2.2, 1.4.11)
/// and any two stay apart under simulated protanopia and deuteranopia (Machado, Oliveira & Fernandes
/// 2009): at least 0.098 in OKLab. Dashes and marker shapes tell series apart without colour.
public enum FigureStyle {
  /// The colours of series 1 to 8 on a light ground.
  public static let lightSeries = [
    "#0E62AA", "#B13D05", "#2E9D78", "#781A5C", "#B58120", "#0394DA", "#696969", "#521711",
  ]

  /// The colours of series 1 to 8 on a dark ground.
  public static let darkSeries = [
    "#068FF6", "#FC7725", "#49EDA9", "#D415A0", "#F3C535", "#82D4FF", "#9F9F9F", "#CA2F26",
  ]

  package struct Theme: Sendable {
    package let text: String
    package let muted: String
    package let grid: String
    package let ground: String
    package let series: [String]

    fileprivate var declarations: String {
      var lines = ["--figure-muted: \(muted);", "--figure-grid: \(grid);", "--figure-ground: \(ground);"]
      lines += series.enumerated().map { "--series-\($0.offset + 1): \($0.element);" }
      return lines.joined(separator: " ")
    }
  }

  package static let light = Theme(
    text: "#1A1D21", muted: "#5B6470", grid: "#DDE1E6", ground: "#FFFFFF", series: lightSeries)
  package static let dark = Theme(
    text: "#E6E9ED", muted: "#A9B2BD", grid: "#2F363E", ground: "#111418", series: darkSeries)

  /// The style sheet for a page with figures: colours for light, dark and print, and the choice of rendition.
  ///
  /// Text and axes take the page's `color`. A page with another ground than white or `#111418` sets
  /// `--figure-ground` after this sheet.
  public static let css = """
    :root { \(light.declarations) }
    @media (prefers-color-scheme: dark) { :root { \(dark.declarations) } }
    @media print { :root { \(light.declarations) } }
    .tandem-figure { display: block; width: 100%; height: auto; font-variant-numeric: tabular-nums; }
    .figure-wide { max-width: 860px; }
    .figure-narrow { display: none; max-width: 480px; }
    @media screen and (max-width: 640px) {
      .figure-wide { display: none; }
      .figure-narrow { display: block; }
    }
    @media print {
      .figure-wide, .figure-narrow { break-inside: avoid; }
      .tandem-figure { color: \(light.text); background: \(light.ground); }
    }

    """
}
