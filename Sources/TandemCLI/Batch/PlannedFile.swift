import Foundation

/// A file of a plan and how it is to be read.
struct PlannedFile {
  let file: String
  let missing: [String]?
  let schema: PlannedSchema?
  let allowIdentifiers: Set<String>

  /// What two readings of the same file in the same way have in common.
  var key: String {
    [
      URL(filePath: file).standardizedFileURL.path, missing?.joined(separator: ",") ?? "-", schema?.path ?? "-",
      allowIdentifiers.sorted().joined(separator: ","),
    ].joined(separator: "|")
  }
}

extension VisitsPlan {
  var input: PlannedFile {
    PlannedFile(file: file, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}

extension EpisodesPlan {
  var input: PlannedFile {
    PlannedFile(file: file, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}

extension FitPlan {
  var input: PlannedFile {
    PlannedFile(file: file, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}
