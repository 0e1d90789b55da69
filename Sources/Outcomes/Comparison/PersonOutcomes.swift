public import CohortTables

/// One row a person: arm, baseline, and the score that stands for each horizon.
public struct PersonOutcomes: Sendable {
  /// The columns `person`, `arm`, `baseline`, `mean follow-up score`, one `score at HORIZON` for each horizon, and
  /// the covariates under their own names.
  public let table: Table
  /// The name of the column that stands for the whole follow-up.
  public static let followUpColumn = "mean follow-up score"

  /// The name of a horizon's column.
  public static func columnName(_ horizon: Double) -> String {
    "score at \(NumberText.shortest(horizon))"
  }

  /// Arranges visits by person.
  ///
  /// The score at a horizon is that of the visit nearest to it within the window, the earlier one of
  /// two equally near; the follow-up mean is the mean of the scores at the horizons that are there, so that
  /// the times that count are chosen by the question and not by how often people came. With fewer
  /// than two horizons it is the mean of all scores after the baseline.
  ///
  /// - Throws: `TableError`, `OutcomesError` when a person's arm changes over time.
  public init(_ visits: VisitTable, _ question: ComparisonQuestion) throws {
    // People without a usable visit stand at the end with nothing but their arm and covariates, so that
    // those who are missing are counted as missing.
    let seen = visits.people.count
    let people = Array(visits.people) + Array(visits.withoutVisits)
    let baselines = try Self.baselines(visits, people, seen: seen, question.baseline)
    let atHorizons = question.horizons.map { horizon in
      people.indices.map { index -> Double in
        guard index < seen else { return .nan }
        return Self.score(
          visits, people[index], at: horizon, within: question.window, after: baselines[index].time)
      }
    }
    let followUpMeans = people.indices.map { index -> Double in
      guard index < seen else { return .nan }
      return !question.usesHorizons
        ? Self.mean(Self.followUp(visits, people[index], after: baselines[index].time))
        : Self.mean(atHorizons.map { $0[index] }.filter { !$0.isNaN })
    }
    var columns: [Column] = [
      .category("person", people.map(\.id)),
      .category("arm", try visits.armOfEachPerson(people)),
      .numeric("baseline", baselines.map(\.score)),
      .numeric(Self.followUpColumn, followUpMeans),
    ]
    for (horizon, scores) in zip(question.horizons, atHorizons) {
      columns.append(.numeric(Self.columnName(horizon), scores))
    }
    for name in question.covariates {
      guard !columns.contains(where: { $0.name == name }) else {
        throw OutcomesError(
          "the covariate '\(name)' has the name of a column that the comparison makes: rename it in the file")
      }
      columns.append(try visits.firstValues(of: name, people))
    }
    table = try Table(columns: columns, name: "\(visits.table.source.displayName), one row a person")
  }

  /// The baseline score of each person and the time up to which visits are not follow-up.
  private static func baselines(
    _ visits: VisitTable, _ people: [VisitTable.Person], seen: Int, _ rule: BaselineRule
  ) throws -> [(score: Double, time: Double)] {
    switch rule {
    case .lastVisitUpToZero:
      return people.enumerated().map { index, person in
        guard index < seen, let row = person.rows.last(where: { visits.times[$0] <= 0 }) else {
          return (.nan, 0)
        }
        return (visits.scores[row], 0)
      }
    case .firstVisit:
      return people.enumerated().map { index, person in
        index < seen ? (visits.scores[person.rows[0]], visits.times[person.rows[0]]) : (.nan, 0)
      }
    case .column(let name):
      return try visits.firstValues(of: name, people).numericValues().map { ($0, 0) }
    }
  }

  private static func score(
    _ visits: VisitTable, _ person: VisitTable.Person, at horizon: Double, within window: Double,
    after start: Double
  ) -> Double {
    // Decimal times are not exact: 3.9 and 4.1 are equally near to 4 all the same.
    let slack = 1e-9 * max(abs(horizon), 1)
    var best = (distance: Double.infinity, score: Double.nan)
    for row in person.rows where visits.times[row] > start {
      let distance = abs(visits.times[row] - horizon)
      if distance <= window + slack, distance < best.distance - slack {
        best = (distance, visits.scores[row])
      }
    }
    return best.score
  }

  private static func followUp(
    _ visits: VisitTable, _ person: VisitTable.Person, after start: Double
  ) -> [Double] {
    person.rows.filter { visits.times[$0] > start }.map { visits.scores[$0] }
  }

  /// The mean, or NaN (missing) of nothing.
  private static func mean(_ scores: [Double]) -> Double {
    scores.isEmpty ? .nan : scores.reduce(0, +) / Double(scores.count)
  }
}
