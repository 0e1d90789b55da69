public import CohortTables
import Estimation

extension PersonTrends {
  /// Consecutive people whose rows are best made together.
  public var chunks: [Range<Int>] { people.chunks }

  /// The rows of some consecutive people as columns.
  ///
  /// - Parameters:
  ///   - chosen: The columns, in order.
  ///   - range: The people's positions.
  /// - Returns: Columns of these names, with one row a person.
  /// - Complexity: O(visits of these people); q-values and shrunken slopes take a pass over all people when they are first
  ///   asked for.
  public func columns(_ chosen: [TrendColumn], of range: Range<Int>) -> [Column] {
    let needs = chosen.reduce(into: TrendNeeds()) { $0.formUnion($1.needs) }
    let rows = rows(of: range, needs)
    return chosen.map { column in
      Column(name: column.rawValue, values: values(column, rows, range))
    }
  }

  /// The visits after the first of some consecutive people, each with the band it is judged by, as columns
  /// `subject, week, score, expected, limit, not_on_track`; nil without bands.
  ///
  /// - Complexity: O(visits of these people), after the bands were made.
  public func trackedVisits(of range: Range<Int>) -> [Column]? {
    guard let bands else { return nil }
    let people = people.progress(of: range, bands)
    let counts = people.map(\.visits.count)
    let ids = self.people.identifiers(of: range)
    let visits = people.flatMap(\.visits)
    return [
      Column(
        name: "subject",
        values: .category(
          CategoryValues(
            codes: zip(ids.codes.array(), counts).flatMap { Array(repeating: $0, count: $1) },
            levels: ids.levels))),
      .numeric("week", visits.map(\.week)), .numeric("score", visits.map(\.score)),
      .numeric("expected", visits.map { $0.band?.expected ?? .nan }),
      .numeric("limit", visits.map { $0.band?.limit ?? .nan }),
      Column(
        name: "not_on_track",
        values: .category(
          CategoryValues(
            codes: visits.map { $0.isOffTrack.map { $0 ? 1 : 0 } ?? CategoryValues.missingCode },
            levels: LevelList(["no", "yes"])))),
    ]
  }

  /// What is computed of consecutive people.
  func rows(of range: Range<Int>, _ needs: TrendNeeds) -> [TrendRow] {
    var rows = people.rows(
      of: range, needs, population: needs.contains(.shrinkage) ? population : nil,
      bands: needs.contains(.progress) ? bands : nil, level: confidenceLevel)
    if needs.contains(.qValues) {
      let discovery = falseDiscovery
      for person in rows.indices { rows[person].qValue = rows[person].figures.pValue.map(discovery.qValue) }
    }
    return rows
  }

  private func values(_ column: TrendColumn, _ rows: [TrendRow], _ range: Range<Int>) -> ColumnValues {
    switch column {
    case .subject: return .category(people.identifiers(of: range))
    case .arm:
      let none = CategoryValues(codes: [Int32](repeating: -1, count: range.count), levels: LevelList([]))
      return .category(people.arms(of: range) ?? none)
    case .response: return Self.flags(rows, \.figures.response)
    case .remission: return Self.flags(rows, \.figures.remission)
    case .reliableChange:
      return Self.levels(rows, ReliableChange.allCases.map(\.rawValue)) {
        $0.figures.reliableChange.flatMap { ReliableChange.allCases.firstIndex(of: $0) }
      }
    case .status:
      return Self.levels(rows, TrendStatus.allCases.map(\.rawValue)) {
        TrendStatus.allCases.firstIndex(of: $0.figures.status)
      }
    case .notOnTrack: return Self.flags(rows) { $0.progress?.visits.last?.isOffTrack }
    case .firstNotOnTrackWeek:
      return .numeric(
        NumericValues(
          rows.map { slopeUnit == .week ? $0.progress?.firstOffTrackWeek ?? .nan : .nan }))
    case .sustainedRemission: return Self.flags(rows) { $0.course?.sustainedRemission.value }
    case .changeCategory:
      return Self.levels(rows, ChangeCategory.allCases.map(\.rawValue)) {
        ($0.course?.category.value).flatMap { ChangeCategory.allCases.firstIndex(of: $0) }
      }
    case .firstResponseWeek, .firstRemissionWeek, .sustainedRemissionWeek, .improvementOnsetWeek:
      // Visits that are only counted have no weeks.
      let week = slopeUnit == .week ? column.courseWeek : { _ in nil }
      return .numeric(NumericValues(rows.map { $0.course.flatMap(week) ?? .nan }))
    default:
      let number = column.number(weeksPerUnit: people.weeksPerUnit)
      return .numeric(NumericValues(rows.map { number($0) ?? .nan }))
    }
  }

  private static func levels(_ rows: [TrendRow], _ names: [String], _ code: (TrendRow) -> Int?)
    -> ColumnValues
  {
    .category(
      CategoryValues(
        codes: rows.map { code($0).map { Int32($0) } ?? CategoryValues.missingCode }, levels: LevelList(names)
      ))
  }

  private static func flags(_ rows: [TrendRow], _ value: (TrendRow) -> Bool?) -> ColumnValues {
    levels(rows, ["no", "yes"]) { value($0).map { $0 ? 1 : 0 } }
  }
}

extension TrendColumn {
  /// The week of an event in a person's course.
  fileprivate var courseWeek: (ClinicalChange) -> Double? {
    switch self {
    case .firstResponseWeek: { $0.firstResponseWeek.value }
    case .firstRemissionWeek: { $0.firstRemissionWeek.value }
    case .sustainedRemissionWeek: { $0.sustainedRemissionWeek.value }
    case .improvementOnsetWeek: { $0.sustainedImprovementOnset.value }
    default: preconditionFailure("\(rawValue) is no week of the course")
    }
  }

  /// The number that a column of numbers holds of a person.
  fileprivate func number(weeksPerUnit: Double) -> (TrendRow) -> Double? {
    switch self {
    case .visits: { Double($0.figures.visits) }
    case .span: { $0.figures.span }
    case .first: { $0.figures.first }
    case .last: { $0.figures.last }
    case .change: { $0.figures.last - $0.figures.first }
    case .slope: { $0.figures.slope }
    case .standardError: { $0.figures.standardError }
    case .statistic: { $0.figures.statistic }
    case .degreesOfFreedom: { $0.figures.degreesOfFreedom }
    case .pValue: { $0.figures.pValue }
    case .lower: { $0.figures.lower }
    case .upper: { $0.figures.upper }
    case .rSquared: { $0.figures.rSquared }
    case .residualStandardDeviation: { $0.figures.residualStandardDeviation }
    case .percentageChange: { $0.figures.percentageChange }
    case .notOnTrackVisits: { $0.progress.flatMap { $0.judged == 0 ? nil : Double($0.offTrack) } }
    case .expectedLast: { $0.progress?.visits.last?.band?.expected }
    case .notOnTrackLimit: { $0.progress?.visits.last?.band?.limit }
    case .qValue: { $0.qValue }
    case .shrunkenSlope: { $0.shrunken?.slope }
    case .shrunkenSlopeError: { $0.shrunken?.slopeError }
    case .shrunkenSlopeConditionalError: { $0.shrunken?.slopeConditionalError }
    case .shrunkenIntercept: { $0.shrunken?.intercept }
    case .shrunkenInterceptError: { $0.shrunken?.interceptError }
    case .slopeReliability: { $0.shrunken?.reliability }
    default: seriesNumber(weeksPerUnit: weeksPerUnit)
    }
  }

  private func seriesNumber(weeksPerUnit: Double) -> (TrendRow) -> Double? {
    func perWeek(_ value: @escaping (SeriesFigures) -> Double?) -> (TrendRow) -> Double? {
      { $0.series.flatMap(value).map { $0 / weeksPerUnit } }
    }
    func plain(_ value: @escaping (SeriesFigures) -> Double?) -> (TrendRow) -> Double? {
      { $0.series.flatMap(value) }
    }
    return switch self {
    case .theilSenSlope: perWeek { $0.theilSen?.slope }
    case .theilSenLower: perWeek { $0.theilSen?.lower }
    case .theilSenUpper: perWeek { $0.theilSen?.upper }
    case .kendallTau: plain { $0.kendall?.tau }
    case .kendallPValue: plain { $0.kendall?.pValue }
    case .huberSlope: perWeek { $0.huber?.slope }
    case .huberError: perWeek { $0.huber?.standardError }
    case .bisquareSlope: perWeek { $0.bisquare?.slope }
    case .bisquareError: perWeek { $0.bisquare?.standardError }
    case .autoregressiveSlope: perWeek { $0.autoregressive?.slope }
    case .autoregressiveError: perWeek { $0.autoregressive?.standardError }
    case .autoregressiveDegreesOfFreedom: plain { $0.autoregressive?.degreesOfFreedom }
    case .autoregressivePValue: plain { $0.autoregressive?.pValue }
    case .autoregressiveLower: perWeek { $0.autoregressive?.lower }
    case .autoregressiveUpper: perWeek { $0.autoregressive?.upper }
    case .autocorrelationOfDeviations: plain { $0.autoregressive?.correlation }
    case .autoregressiveGap: plain { $0.autoregressive?.gap }
    case .mean: plain { $0.variability?.mean }
    case .standardDeviation: plain { $0.variability?.standardDeviation }
    case .successiveDifference: plain { $0.variability?.rootMeanSquareSuccessiveDifference }
    case .autocorrelation: plain { $0.variability?.autocorrelation }
    case .varianceTau: plain { $0.warning?.varianceTau }
    case .autocorrelationTau: plain { $0.warning?.autocorrelationTau }
    default: preconditionFailure("\(rawValue) is no column of numbers")
    }
  }
}
