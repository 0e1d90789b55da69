/// Where the people or rows went: read, excluded by reason, used, and used by arm.
///
/// The height follows from the boxes.
public struct FlowFigure: Figure, Hashable {
  /// A number of people or rows with its name.
  public struct Box: Sendable, Hashable {
    /// What is counted, such as "Used" or an arm's name.
    public var label: String
    /// The counts as text, such as "6,210 rows, 600 people".
    public var detail: String

    /// Creates a box.
    public init(label: String, detail: String) {
      self.label = label
      self.detail = detail
    }
  }

  /// A stage, and what is taken out after it.
  public struct Stage: Sendable, Hashable {
    /// What is there.
    public var box: Box
    /// What leaves after this stage, by reason.
    public var excluded: [Box]

    /// Creates a stage.
    public init(_ box: Box, excluded: [Box] = []) {
      self.box = box
      self.excluded = excluded
    }
  }

  /// What the figure shows, in one line.
  public var title: String
  /// The text alternative; when empty, ``dataSummary`` stands in its place.
  public var description: String
  /// The stages, from the top.
  public var stages: [Stage]
  /// What the last stage divides into.
  public var arms: [Box]
  /// The heading of a box of exclusions.
  public var excludedTitle: String
  /// The widths of the two renditions; their heights are not used.
  public var sizes: FigureSizes

  /// Creates a flow diagram.
  ///
  /// - Parameters:
  ///   - title: What the figure shows, in one line.
  ///   - description: The text alternative; when empty, a summary of the data stands in its place.
  ///   - stages: The stages, from the top.
  ///   - arms: What the last stage divides into.
  ///   - excludedTitle: The heading of a box of exclusions.
  ///   - sizes: The widths of the two renditions.
  public init(
    title: String, description: String, stages: [Stage], arms: [Box] = [],
    excludedTitle: String = "Excluded", sizes: FigureSizes = .standard
  ) {
    self.title = title
    self.description = description
    self.stages = stages
    self.arms = arms
    self.excludedTitle = excludedTitle
    self.sizes = sizes
  }
}
