import Tandem

/// The schema of a plan's file.
struct PlannedSchema {
  let path: String
  let schema: TableSchema

  /// Reads the schema that a plan names; a plan that also names missing codes says two things at once.
  init?(_ members: [String: PlanNode], folder: String) throws {
    guard let node = members["schema"] else { return nil }
    if let missing = members["missing"] {
      throw missing.failure("\(missing.name): the schema says which codes are missing")
    }
    path = PlanText.place(try node.text(), in: folder)
    schema = try SchemaText.read(path)
  }
}
