/// How many rows, people and events were read, used and left out, by reason and by arm.
///
/// Reasons are exclusive and applied in a stated order (response, terms in formula order, offset,
/// weights): each excluded row has exactly one, so that `read = used + sum of excluded`. A person is
/// excluded when no row of theirs is used, and counts under the reason of their first row.
public struct RowAccounting: Sendable, Equatable {
  /// Rows in the table.
  public var read = 0
  /// Rows in the analysis.
  public var used = 0
  /// Rows left out because their weight is 0; they are also listed under `excluded`.
  public var zeroWeight = 0
  /// People in the table; nil when no column identifies them.
  public var subjectsRead: Int?
  /// People with at least one used row.
  public var subjects: Int?
  /// Events among the used rows; nil for models without events.
  public var events: Int?
  /// Total time at risk; nil for models without time.
  public var timeAtRisk: Double?
  /// Used rows by arm; nil when no column names the arm.
  public var byArm: [Arm]?
  /// What was left out, in the order in which the reasons apply.
  public var excluded: [Exclusion] = []
  /// The clusters of the used rows; nil when standard errors do not allow for clusters.
  public var clusters: Clusters?

  /// How many clusters there are, and of what size.
  public struct Clusters: Sendable, Equatable {
    /// The column that names them.
    public var column: String
    /// Clusters with a used row.
    public var count: Int
    /// Used rows of the smallest.
    public var smallest: Int
    /// Used rows of the largest.
    public var largest: Int
  }

  /// The used rows of one arm.
  public struct Arm: Sendable, Equatable {
    /// The arm's level; "(missing)" where none is given.
    public var arm: String
    /// Used rows.
    public var rows: Int
    /// People with a used row.
    public var subjects: Int?
    /// Events among the used rows.
    public var events: Int?
    /// Time at risk of the used rows.
    public var timeAtRisk: Double?
  }

  /// The rows left out for one reason.
  public struct Exclusion: Sendable, Equatable {
    /// Why, such as "missing phq9".
    public var reason: String
    /// Rows.
    public var rows: Int
    /// People of whom no row is used and whose first row has this reason.
    public var subjects: Int?
    /// Rows by arm, sorted by arm; nil when no column names the arm.
    public var byArm: [ArmCount]?
  }

  /// A count of rows in one arm.
  public struct ArmCount: Sendable, Equatable {
    /// The arm's level.
    public var arm: String
    /// Rows.
    public var rows: Int
  }

  /// Whether the totals add up, for rows and for people.
  public var isReconciled: Bool {
    let rowsAgree = read == used + excluded.reduce(0) { $0 + $1.rows }
    guard let subjectsRead, let subjects else { return rowsAgree }
    return rowsAgree && subjectsRead == subjects + excluded.reduce(0) { $0 + ($1.subjects ?? 0) }
  }
}
