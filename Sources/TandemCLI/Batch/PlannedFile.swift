import Foundation

/// The files of a plan that are read as one table, and how.
struct PlannedFile {
  let files: [String]
  let missing: [String]?
  let schema: PlannedSchema?
  let allowIdentifiers: Set<String>

  /// What two readings of the same file in the same way have in common.
  var key: String {
    [
      files.map { URL(filePath: $0).standardizedFileURL.path }.joined(separator: "\n"),
      missing?.joined(separator: ",") ?? "-",
      schema?.path ?? "-",
      allowIdentifiers.sorted().joined(separator: ","),
    ].joined(separator: "|")
  }
}

extension VisitsPlan {
  var input: PlannedFile {
    PlannedFile(files: files, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}

extension EpisodesPlan {
  var input: PlannedFile {
    PlannedFile(files: files, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}

extension FitPlan {
  var input: PlannedFile {
    PlannedFile(files: files, missing: missing, schema: schema, allowIdentifiers: allowIdentifiers)
  }
}
