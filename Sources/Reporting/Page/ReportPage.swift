import Mustache

/// A report as one HTML file that needs nothing else: no script, no font, no image from outside.
///
/// The answers come first, then each cohort's figures, tables, row accounting, notes and methods. The
/// page reads on a phone, on a desk and in print, in light and dark. All text is escaped, whatever it
/// holds; the same report gives the same bytes.
public struct ReportPage: Sendable {
  /// What the page shows.
  public let report: Report

  /// The page of a report.
  public init(_ report: Report) {
    self.report = report
  }

  /// The page's HTML, in UTF-8 when written as a file.
  ///
  /// - Throws: The template engine's error if the page's own template is malformed.
  /// - Complexity: O(size of the page).
  public func html() throws -> String {
    var library = MustacheLibrary()
    for part in ReportTemplate.parts { try library.register(part.template, named: part.name) }
    let page = try MustacheTemplate(string: ReportTemplate.page)
    return page.render(PageView(report), library: library)
  }
}
