import Figures

/// What the page's template reads, top down: everything is text or a list by now.
struct PageView {
  let pageTitle: String
  let introduction: String?
  let style: String
  let cohorts: [CohortView]
  let hasNoCohorts: Bool
  let provenance: ListView?

  /// Everything on the page comes from the report that has passed its gate.
  init(_ ungated: Report) {
    let report = ungated.gate.pass(ungated)
    pageTitle = PageText.unlessBlank(report.title) ?? "Report"
    introduction = PageText.unlessBlank(report.introduction)
    style = FigureStyle.css + ReportStyle.css
    var numbering = Numbering()
    cohorts = report.cohorts.map { CohortView($0, report.gate, &numbering) }
    hasNoCohorts = cohorts.isEmpty
    provenance = ListView(report.provenance)
  }
}

/// A list that is there only when it has items.
struct ListView {
  let items: [String]

  init?(_ texts: [String]) {
    items = texts.compactMap(PageText.unlessBlank)
    if items.isEmpty { return nil }
  }
}

/// Numbers of figures and tables and names of cohorts, each once in the page.
struct Numbering {
  private var figures = 0
  private var tables = 0
  private var identifiers: Set<String> = []

  mutating func nextFigure() -> Int {
    figures += 1
    return figures
  }

  mutating func nextTable() -> Int {
    tables += 1
    return tables
  }

  /// An identifier for a cohort; identifiers of its parts append two hyphens, which none contains.
  mutating func identifier(_ name: String) -> String {
    let slug = PageText.slug(name)
    let base = slug.isEmpty ? "cohort" : "cohort-\(slug)"
    var identifier = base
    var copy = 2
    while !identifiers.insert(identifier).inserted {
      identifier = "\(base)-\(copy)"
      copy += 1
    }
    return identifier
  }
}
