import ArgumentParser
import Foundation
import Tandem

/// What a single model needs of its files, and whether they are held in memory.
struct BlockedReading {
  private let formula: Formula
  private let model: ModelOptionsGroup
  private let dates: FitTimeOptions
  /// The visit column of estimating equations and repeated measures.
  private let visit: String?
  /// The column whose levels have covariances of their own.
  private let covarianceBy: String?

  init(_ analysis: FitAnalysis) {
    formula = analysis.formula
    model = analysis.question.model
    dates = analysis.question.dates
    visit = analysis.question.estimating.visit
    covarianceBy = analysis.question.variances.covarianceBy
  }

  /// From this size on files are read in blocks.
  private static let longFile = 2 << 30

  /// The columns that the model reads, among those of a header.
  func columns(among names: [String], countsPeople: Bool = true) -> Set<String> {
    let roles = ColumnRoles(subject: model.subject, arm: model.arm).recognised(among: names).roles
    let subject = countsPeople ? roles.subject : model.subject
    let named = [
      subject, roles.arm, model.weights, model.cluster, dates.time, dates.indexDate, visit, covarianceBy,
    ]
    return formula.columns.union(named.compactMap(\.self))
  }

  /// Whether the files are to be passed over in blocks.
  func isWanted(_ files: [String], schema: String?, isForced: Bool) throws -> Bool {
    let needsRows = dates.time != nil || schema != nil || files.contains("-")
    guard !isForced else {
      if needsRows {
        throw ValidationError("--in-blocks goes with neither --time, --schema nor standard input")
      }
      return true
    }
    guard !needsRows else { return false }
    let paths = try FileNames.expanded(files)
    let isPacked = paths.contains { $0.hasSuffix(".gz") || $0.hasSuffix(".zst") }
    return !isPacked && paths.reduce(0) { $0 + Self.byteCount($1) } >= Self.longFile
  }

  private static func byteCount(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? Int) ?? 0
  }
}
