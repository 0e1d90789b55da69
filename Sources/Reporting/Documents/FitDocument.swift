internal import CohortTables
public import Estimation

/// A fit that can be handed over as a document: what all fits with coefficients have, and what its kind adds.
///
/// A further kind of fit conforms and says in ``description`` what is its own; rows, coefficients, covariance,
/// means, contrasts, notes and the disclosure gate's knowledge of small counts are written for it.
public protocol DocumentedFit: EstimatedModel {
  /// What each coefficient rests on.
  var coefficientSupports: [Support] { get }
  /// What the least supported part rests on: statistics of the whole model tell of it too.
  var leastSupport: Support { get }
  /// How each coefficient is named in tables and in JSON.
  var coefficientLabels: [CoefficientLabel] { get }
  /// What its kind adds.
  var description: FitDescription { get }
}

/// The columns that name a coefficient.
public struct CoefficientLabel: Sendable, Equatable {
  /// The level of the response that the coefficient's equation is of; nil for models of one equation.
  public var outcome: String?
  /// The part of the model: mean, scale, threshold or zero.
  public var component: String
  /// The term.
  public var term: String

  /// A label.
  public init(outcome: String? = nil, component: String = "mean", term: String) {
    self.outcome = outcome
    self.component = component
    self.term = term
  }
}

/// What a kind of fit says of itself in a document, besides what all fits say.
public struct FitDescription: Sendable {
  /// What stands before the formula in the title.
  public var title: String
  /// Members of the contract's `model`, such as its kind; nil members are left out.
  public var model: [String: JSONValue?]
  /// Statistics of the whole model.
  public var statistics: [String: JSONValue?]
  /// A table of the whole model.
  public var summary: TidyTable
  /// Tests of the whole model; nil for kinds that have none.
  public var tests: [JSONValue]?
  /// How an iteration ended; nil for kinds without one.
  public var convergence: Convergence?
  /// Coefficients beside those of the linear predictor, such as the logarithm of a scale.
  public var further: [(label: CoefficientLabel, coefficient: Coefficient)] = []
  /// Further members of the JSON.
  public var members: [String: JSONValue] = [:]
  /// Further tables.
  public var tables: [TidyTable] = []
  /// The link, through which means are also given on the response's scale.
  public var link: Link = .identity
  /// The scale of means and contrasts where the link does not name it.
  public var scale: String?
  /// Whose means those on the response's scale are, where they are not the population's.
  public var meansAreOf: String?
  /// Whether a mean of the linear predictor has a meaning, and not only its slopes and differences.
  public var hasMeans = true

  /// A description.
  public init(
    title: String, model: [String: JSONValue?], statistics: [String: JSONValue?], summary: TidyTable
  ) {
    self.title = title
    self.model = model
    self.statistics = statistics
    self.summary = summary
  }

  /// The scale of means and contrasts.
  fileprivate var linearScale: String { scale ?? (link == .identity ? "response" : link.rawValue) }
}

extension DocumentedFit {
  /// One equation of the mean.
  public var coefficientLabels: [CoefficientLabel] { coefficients.map { CoefficientLabel(term: $0.term) } }

  /// The fewest people, or events, that the whole model tells of.
  var fewest: Int {
    [leastSupport.fewest, ArmPeople(rows).smallest ?? 0].filter { $0 > 0 }.min() ?? 0
  }
}

extension DocumentedFit where Self: FittedModel {
  /// The supports of the design's columns.
  public var coefficientSupports: [Support] { support.columns }
  /// The support of the design's least supported column.
  public var leastSupport: Support { support.least }
}

extension ResultDocument {
  /// A fit with, if asked, marginal means (where the link is another, on the response's scale too) and contrasts.
  ///
  /// - Parameters:
  ///   - fit: The fit.
  ///   - means: Means or slopes of it.
  ///   - contrasts: Contrasts of the means.
  ///   - population: The same means on the response's scale averaged over random effects.
  ///   - description: What its kind adds, where that is not the usual.
  ///   - further: What was found out about the fit after it was made.
  ///   - provenance: Where it comes from.
  public init(
    _ fit: some DocumentedFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil,
    population: [MarginalMeans.Mean]? = nil, description: FitDescription? = nil,
    notes further: [Diagnostic] = [],
    provenance: Provenance
  ) {
    let own = description ?? fit.description
    let notes =
      fit.diagnostics + further + (contrasts?.diagnostics ?? (own.hasMeans ? means?.diagnostics : nil) ?? [])
    let shown = means.flatMap { own.hasMeans || $0.quantity != .mean ? $0 : nil }
    var members: [String: JSONValue?] = [
      "schema": .string("tandem.fit/1"), "rows": ContractJSON.rows(fit.rows),
      "coefficients": ContractJSON.coefficients(fit, further: own.further),
      "covariance": ContractJSON.covariance(fit), "diagnostics": ContractJSON.diagnostics(notes),
      "provenance": provenance.json, "verdict": .string(fit.verdict(closing: notes)),
      "model": ContractJSON.model(fit, own.model),
      "statistics": .about(people: fit.fewest, .members(own.statistics)),
      "tests": own.tests.map { .array($0.map { .about(people: fit.fewest, $0) }) },
      "convergence": own.convergence.map(ContractJSON.convergence),
      "means": shown.map {
        ContractJSON.means(
          $0, link: own.link, scale: own.linearScale, population: population,
          isOfPerson: own.meansAreOf != nil)
      },
      "contrasts": contrasts.map { ContractJSON.contrasts($0, scale: own.linearScale) },
    ]
    members.merge(own.members) { _, new in new }
    self.init(
      title: "\(own.title): \(fit.formula.text)", verdict: fit.verdict(closing: notes),
      tables: Self.tables(fit, own, shown, contrasts, population), diagnostics: notes,
      accounting: [("model", fit.rows)],
      json: .members(members))
  }

  private static func tables(
    _ fit: some DocumentedFit, _ own: FitDescription, _ means: MarginalMeans?, _ contrasts: Contrasts?,
    _ population: [MarginalMeans.Mean]?
  ) -> [TidyTable] {
    let arms = ArmPeople(fit.rows)
    var tables =
      [TidyTable(coefficientsOf: fit, further: own.further), own.summary.resting(on: fit.fewest)] + own.tables
    if let means { tables += meanTables(means, own, population, arms) }
    if let contrasts { tables.append(TidyTable(contrasts, withRatios: true).knowing(arms)) }
    return tables
  }

  /// Means on the link's scale and, where that is another, on the response's: of a person, and of the population.
  private static func meanTables(
    _ means: MarginalMeans, _ own: FitDescription, _ population: [MarginalMeans.Mean]?, _ arms: ArmPeople
  ) -> [TidyTable] {
    let linear = TidyTable(means).knowing(arms)
    guard own.link != .identity, means.quantity == .mean else { return [linear] }
    let names = means.factors + means.by
    func table(_ name: String, _ title: String, _ rows: [MarginalMeans.Mean]) -> TidyTable {
      TidyTable(
        name: name, title: title + means.grid,
        columns: names + ["estimate", "std_error", "conf_low", "conf_high"],
        rows: rows.map { mean in
          mean.at.map { CSVCell.text($0.value.text) } + [
            .optional(mean.estimate), .optional(mean.standardError), .optional(mean.lower),
            .optional(mean.upper),
          ]
        }
      ).resting(on: means.means.map(\.support)).knowing(arms)
    }
    let whose = own.meansAreOf.map { ", \($0)" } ?? ""
    let response = table(
      "means_response", "Estimated marginal means on the response scale\(whose)",
      means.onResponseScale(own.link))
    guard let population else { return [linear, response] }
    let averaged = "Means of the population on the response scale, averaged over random effects"
    return [linear, response, table("means_population", averaged, population)]
  }
}
