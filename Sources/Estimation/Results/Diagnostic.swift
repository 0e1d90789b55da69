/// Something a reader of a fit must know, as data.
public struct Diagnostic: Sendable, Equatable {
  /// What it is about.
  public enum Kind: String, Sendable {
    /// Columns that depend on earlier ones.
    case aliased
    /// The iteration did not reach its criterion.
    case notConverged = "not_converged"
    /// A coefficient grows without bound.
    case monotoneLikelihood = "monotone_likelihood"
    /// Hazard ratios that change with time.
    case nonProportionalHazards = "non_proportional_hazards"
    /// Effects that are part of an interaction are averaged over it.
    case interaction
    /// Few rows, people or events for what is asked.
    case smallSample = "small_sample"
    /// Rows that are left out may bias the result.
    case missingData = "missing_data"
    /// How a column was read.
    case coding
    /// Standard errors differ from the model's.
    case robust
    /// A perfect fit: no residual variance is left.
    case perfectFit = "perfect_fit"
    /// Treatment was not assigned at random.
    case notRandomised = "not_randomised"
    /// Rows of the same person are treated as independent.
    case dependence
    /// A part of an analysis that could not be computed.
    case notComputed = "not_computed"
    /// What the numbers take for granted.
    case assumption
    /// Standard errors that rest on few clusters.
    case fewClusters = "few_clusters"
    /// A covariance structure that was replaced, or what it takes for granted.
    case covarianceStructure = "covariance_structure"
    /// A file that was probably read twice.
    case repeatedFile = "repeated_file"
    /// The correlation that estimating equations were given could not be used, or rests on an order that was
    /// not declared.
    case workingCorrelation = "working_correlation"
    /// A variance of a mixed model is 0, or a correlation is 1 or -1.
    case boundary
  }

  /// How much it matters.
  public enum Severity: String, Sendable, Comparable {
    /// Worth knowing.
    case note
    /// The result needs care.
    case caution
    /// The result should not be used as it stands.
    case serious

    private var rank: Int {
      switch self {
      case .note: 0
      case .caution: 1
      case .serious: 2
      }
    }

    /// Orders by how much it matters.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
  }

  /// What it is about.
  public let kind: Kind
  /// How much it matters.
  public let severity: Severity
  /// The terms it concerns.
  public let terms: [String]
  /// What happened and what to do.
  public let message: String

  /// A diagnostic.
  public init(_ kind: Kind, _ severity: Severity, terms: [String] = [], _ message: String) {
    self.kind = kind
    self.severity = severity
    self.terms = terms
    self.message = message
  }
}

extension Diagnostic {
  /// Says when people have several rows that a model takes as independent.
  static func dependence(_ rows: RowAccounting) -> [Diagnostic] {
    guard rows.clusters == nil else { return [] }
    guard let subjects = rows.subjects, subjects > 0, rows.used > subjects else { return [] }
    // Rows of a survival model are episodes, of which a person's first can stand alone.
    let message =
      rows.events == nil
      ? "\(rows.used) rows of \(subjects) people: rows of one person are taken as independent here, so that standard errors "
        + "are usually too small; analyse one row a person, or use a model for repeated measures"
      : "\(rows.used) episodes of \(subjects) people: episodes of the same person are taken as independent, so limits are too "
        + "narrow; keep each person's first episode"
    return [Diagnostic(.dependence, .caution, message)]
  }
}

/// How an iteration ended.
public struct Convergence: Sendable, Equatable {
  /// Whether the criterion was met.
  public let isConverged: Bool
  /// How many steps were taken.
  public let iterations: Int
  /// What was compared.
  public let criterion: String
  /// Its last value.
  public let value: Double
  /// The end in plain words.
  public let message: String
}
