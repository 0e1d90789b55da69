/// Instruments that can be asked for by name and recognised by a column's name.
public struct InstrumentRegistry: Sendable, Equatable {
  /// The instruments, in order.
  public let instruments: [Instrument]
  private let byName: [String: Int]
  private let byColumn: [String: Int]

  /// A registry.
  ///
  /// - Throws: `OutcomesError` with the first problem of an instrument, or when two share a name or a column name.
  public init(_ instruments: [Instrument]) throws {
    for instrument in instruments {
      if let problem = instrument.problems.first {
        throw OutcomesError("instrument '\(instrument.name)': \(problem)")
      }
    }
    try self.init(checked: instruments)
  }

  private init(checked instruments: [Instrument]) throws {
    self.instruments = instruments
    var names: [String: Int] = [:]
    var columns: [String: Int] = [:]
    for (index, instrument) in instruments.enumerated() {
      if let other = names.updateValue(index, forKey: Self.key(instrument.name)) {
        throw OutcomesError("instruments '\(instruments[other].name)' and '\(instrument.name)' share a name")
      }
      for column in Set(instrument.columnNames.map(Self.key)) {
        if let other = columns.updateValue(index, forKey: column) {
          throw OutcomesError(
            "instruments '\(instruments[other].name)' and '\(instrument.name)' share the column name '\(column)'"
          )
        }
      }
    }
    byName = names
    byColumn = columns
  }

  /// The instruments that come with the package.
  public static let shipped: InstrumentRegistry = {
    do {
      return try InstrumentRegistry(ShippedInstruments.all)
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// This registry with further instruments; one of the same name takes the place of the one that is there.
  ///
  /// - Throws: As ``init(_:)``.
  public func adding(_ own: [Instrument]) throws -> InstrumentRegistry {
    let names = Set(own.map { Self.key($0.name) })
    return try InstrumentRegistry(instruments.filter { !names.contains(Self.key($0.name)) } + own)
  }

  /// The instrument of a name or column name, if there is one.
  public func named(_ name: String) -> Instrument? {
    let key = Self.key(name)
    return (byName[key] ?? byColumn[key]).map { instruments[$0] }
  }

  /// The instrument that a column's name tells, if it tells one.
  ///
  /// Names that stand for several versions of a questionnaire (such as `hamd`, or `who5`, which counts to 25 or to 100)
  /// tell nothing.
  public func recognised(from column: String) -> Instrument? {
    byColumn[Self.key(column)].map { instruments[$0] }
  }

  /// A name without case, spaces, hyphens and underscores.
  static func key(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}
