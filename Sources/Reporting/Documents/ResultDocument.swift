public import CohortTables
public import Estimation
public import Outcomes

/// A result in every form in which it can be handed over.
public struct ResultDocument: Sendable {
  /// What kind of result it is, for people.
  public let title: String
  /// One line on how it was made and whether to trust it.
  public let verdict: String
  /// Statements in plain words, if the result answers a question.
  public var statements: [String] = []
  /// What a check of the data found; nil for results that are not such a check.
  public var findings: [Finding]?
  /// The main table first.
  public let tables: [TidyTable]
  /// What a reader must know.
  public let diagnostics: [Diagnostic]
  /// What was read, used and left out, by analysis where there are several.
  public let accounting: [(name: String, rows: RowAccounting)]
  /// The contract's JSON.
  public var json: JSONValue { annotated.plain }
  /// The contract's JSON with what its parts rest on.
  let annotated: JSONValue
  /// The gate that the result has passed, and through which its accounting is still to be shown.
  public let gate: DisclosureGate
  /// What the gate keeps back of the accounting.
  var hiddenTotals = HiddenTotals()

  /// A result.
  public init(
    title: String, verdict: String, statements: [String] = [], tables: [TidyTable], diagnostics: [Diagnostic],
    accounting: [(name: String, rows: RowAccounting)], json: JSONValue, gate: DisclosureGate = .off
  ) {
    self.title = title
    self.verdict = verdict
    self.statements = statements
    self.tables = tables
    self.diagnostics = diagnostics
    self.accounting = accounting
    annotated = json
    self.gate = gate
  }

  /// The gravest thing that a reader must know.
  public var severity: Diagnostic.Severity {
    (diagnostics.map(\.severity) + (findings ?? []).map(\.severity)).max() ?? .note
  }
}

/// Where a result comes from, for its JSON.
public struct Provenance: Sendable, Equatable {
  /// The program's version.
  public var version: String
  /// The input files.
  public var inputs: [TableSource]
  /// The seed of the random numbers, if any were used.
  public var seed: UInt64?

  /// Where a result comes from.
  public init(version: String, inputs: [TableSource], seed: UInt64? = nil) {
    self.version = version
    self.inputs = inputs.flatMap(\.files)
    self.seed = seed
  }

  /// The contract's `provenance` object.
  public var json: JSONValue {
    .object([
      "tandem": .string(version),
      "inputs": .array(
        inputs.map { input in
          .object([
            "file": .string(input.fileName), "sha256": .optional(input.sha256),
            "rows": .integer(input.rowCount),
          ])
        }),
      "seed": seed.map { .optional(Int(exactly: $0)) } ?? .null,
    ])
  }
}
