/// A statistic that is computed block by block and whose partial states combine.
///
/// The fold value holds parameters (a design plan, the current coefficients); its state holds only
/// sums over data. That makes a fold a pure description: it can be run again, run on many threads
/// and run on parts of the data whose states are merged later.
///
/// Laws, up to rounding, that every conformer keeps and that the tests check:
/// - `initialState` is neutral for `merge`;
/// - `merge` is associative, and ordered: `later` comes after `earlier` in the data;
/// - accumulating two blocks equals merging their separate states.
public protocol Fold<Block>: Sendable {
  /// A run of consecutive rows.
  associatedtype Block: Sendable
  /// The sums over the rows that were seen.
  associatedtype State: Sendable
  /// What the sums say once all rows were seen.
  associatedtype Output: Sendable

  /// The state of no rows.
  var initialState: State { get }

  /// Adds one block of rows to a state.
  func accumulate(_ block: Block, into state: inout State)

  /// Adds the state of later rows to the state of earlier rows.
  func merge(_ later: consuming State, into earlier: inout State)

  /// Turns the state of all rows into the result.
  func finalize(_ state: consuming State) throws -> Output
}

/// Two folds over the same blocks, run in one pass.
public struct PairFold<First: Fold, Second: Fold>: Fold where First.Block == Second.Block {
  let first: First
  let second: Second

  /// Joins two folds.
  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// The states of both folds.
  public struct State: Sendable {
    var first: First.State
    var second: Second.State
  }

  /// The results of both folds.
  public struct Output: Sendable {
    /// The first fold's result.
    public let first: First.Output
    /// The second fold's result.
    public let second: Second.Output
  }

  /// The state of no rows.
  public var initialState: State { State(first: first.initialState, second: second.initialState) }

  /// Adds one block of rows to a state.
  public func accumulate(_ block: First.Block, into state: inout State) {
    first.accumulate(block, into: &state.first)
    second.accumulate(block, into: &state.second)
  }

  /// Adds the state of later rows to the state of earlier rows.
  public func merge(_ later: consuming State, into earlier: inout State) {
    first.merge(later.first, into: &earlier.first)
    second.merge(later.second, into: &earlier.second)
  }

  /// Turns the state of all rows into the result.
  public func finalize(_ state: consuming State) throws -> Output {
    Output(first: try first.finalize(state.first), second: try second.finalize(state.second))
  }
}
