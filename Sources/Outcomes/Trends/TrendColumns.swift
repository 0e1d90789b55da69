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
      guard column.needs.isDisjoint(with: .series) else {
        let number = column.seriesNumber(weeksPerUnit: people.weeksPerUnit)
        return .numeric(NumericValues(rows.map { number($0) ?? .nan }))
      }
      // Rows are large: each is read where it stands, not copied into a closure.
      var numbers: [Double] = []
      numbers.reserveCapacity(rows.count)
      for row in rows.indices { numbers.append(column.number(of: rows[row]) ?? .nan) }
      return .numeric(NumericValues(numbers))
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
  fileprivate func number(of row: TrendRow) -> Double? {
    switch self {
    case .visits: Double(row.figures.visits)
    case .span: row.figures.span
    case .first: row.figures.first
    case .last: row.figures.last
    case .change: row.figures.last - row.figures.first
    case .slope: row.figures.slope
    case .standardError: row.figures.standardError
    case .statistic: row.figures.statistic
    case .degreesOfFreedom: row.figures.degreesOfFreedom
    case .pValue: row.figures.pValue
    case .lower: row.figures.lower
    case .upper: row.figures.upper
    case .rSquared: row.figures.rSquared
    case .residualStandardDeviation: row.figures.residualStandardDeviation
    case .percentageChange: row.figures.percentageChange
    case .notOnTrackVisits: row.progress.flatMap { $0.judged == 0 ? nil : Double($0.offTrack) }
    case .expectedLast: row.progress?.visits.last?.band?.expected
    case .notOnTrackLimit: row.progress?.visits.last?.band?.limit
    case .qValue: row.qValue
    case .shrunkenSlope: row.shrunken?.slope
    case .shrunkenSlopeError: row.shrunken?.slopeError
    case .shrunkenSlopeConditionalError: row.shrunken?.slopeConditionalError
    case .shrunkenIntercept: row.shrunken?.intercept
    case .shrunkenInterceptError: row.shrunken?.interceptError
    case .slopeReliability: row.shrunken?.reliability
    default: preconditionFailure("\(rawValue) is no number of a line")
    }
  }

  fileprivate func seriesNumber(weeksPerUnit: Double) -> (TrendRow) -> Double? {
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
