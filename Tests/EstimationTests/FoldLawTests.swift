import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// The laws of every fold of the estimators: neutrality, associativity, split invariance, bits.
@Suite("Laws: folds")
struct FoldLawTests {
  static let formula = "y ~ x + z + arm"

  /// Blocks of very unequal size from one frame; some are narrower than the design has columns.
  static func blocks(weights: WeightKind?) throws -> (blocks: [DesignBlock], columns: Int) {
    let options = ModelOptions(weights: weights.map { Weights(column: "w", kind: $0) })
    let frame = try ModelFrame(Formula(formula), table: Simulated.cohort(rows: 400), options: options)
    let response = try Simulated.cohort(rows: 400).requireColumn("y").numericValues()
    let sizes = [1, 40, 7, 3, 100, 2, 1, 60]
    var start = 0
    let blocks = try sizes.map { size in
      let rows = Array(frame.usedRows[start..<start + size])
      start += size
      let weights = try weights.map { _ in
        let all = try Simulated.cohort(rows: 400).requireColumn("w").numericValues()
        return rows.map { all[$0] }
      }
      return DesignBlock(
        design: frame.design.matrix(rows: rows), response: rows.map { response[$0] }, weights: weights)
    }
    return (blocks, frame.plan.columnCount)
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    let scale = a.reduce(0) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(scale, 1e-300)
  }

  @Test("moments", arguments: [nil, WeightKind.precision])
  func moments(_ kind: WeightKind?) throws {
    let (blocks, columns) = try Self.blocks(weights: kind)
    try checkFoldLaws(
      DesignMoments(columnCount: columns), blocks: blocks, tolerance: 1e-12,
      distance: { a, b in
        max(
          a.rows == b.rows ? 0 : 1, Self.distance([a.weight, a.logWeight], [b.weight, b.logWeight]),
          zip(a.means, b.means).reduce(0) { max($0, abs($1.0 - $1.1) / max(abs($1.0), 1)) },
          zip(a.squares, b.squares).reduce(0) { max($0, abs($1.0 - $1.1) / max($1.0, 1e-300)) })
      }, identical: { $0 == $1 })
  }

  @Test("triangular factor", arguments: [nil, WeightKind.precision])
  func triangle(_ kind: WeightKind?) throws {
    let (blocks, columns) = try Self.blocks(weights: kind)
    let fold = TriangularFactorization(
      shifts: [0, 0.5, 20_000, 0, 0, 10], usesWeights: kind != nil)
    #expect(columns == 5)
    try checkFoldLaws(
      fold, blocks: blocks, tolerance: 1e-13,
      distance: { Self.distance($0.matrix.columnMajor, $1.matrix.columnMajor) },
      identical: { $0.matrix.columnMajor == $1.matrix.columnMajor })
  }

  @Test(
    "meat of the sandwich", arguments: RobustCovariance.allCases.filter { !$0.isClustered },
    [nil, WeightKind.frequency])
  func sandwich(_ robust: RobustCovariance, _ kind: WeightKind?) throws {
    let (blocks, columns) = try Self.blocks(weights: kind)
    let shifts = [0, 0, 20_015, 0.3, 0.3, 10]
    let triangle = try SerialExecutor().run(
      TriangularFactorization(shifts: shifts, usesWeights: kind != nil), over: BlockList(blocks))
    let solution = try LeastSquaresSolution(
      factor: triangle, shifts: shifts, referenceNorms: [Double](repeating: 1, count: columns),
      hasIntercept: true, tolerance: 1e-7)
    try checkFoldLaws(
      SandwichMeat(kind: robust, solution: solution, weightKind: kind, observationCount: 300), blocks: blocks,
      tolerance: 1e-13,
      distance: { Self.distance($0.matrix.columnMajor, $1.matrix.columnMajor) },
      identical: { $0 == $1 })
  }

  @Test("two folds in one pass give what each gives alone")
  func pairs() throws {
    let (blocks, columns) = try Self.blocks(weights: nil)
    let moments = DesignMoments(columnCount: columns)
    let triangle = TriangularFactorization(shifts: [0, 0, 0, 0, 0, 0], usesWeights: false)
    for threads in [1, 2, 3, 8] {
      let executor = ThreadedExecutor(threads: threads)
      let both = try executor.run(PairFold(moments, triangle), over: BlockList(blocks))
      #expect(both.first == (try executor.run(moments, over: BlockList(blocks))))
      #expect(both.second == (try executor.run(triangle, over: BlockList(blocks))))
    }
    try checkFoldLaws(
      PairFold(moments, triangle), blocks: blocks, tolerance: 1e-12,
      distance: { Self.distance($0.first.squares, $1.first.squares) },
      identical: { $0.first == $1.first && $0.second == $1.second })
  }

  // MARK: - The checker and the executors themselves

  /// Means are averaged without regard to how many rows each stands for.
  private struct MeanOfMeans: Fold {
    var initialState: Double { 0 }
    func accumulate(_ block: [Double], into state: inout Double) {
      state = (state + block.reduce(0, +) / Double(block.count)) / 2
    }
    func merge(_ later: consuming Double, into earlier: inout Double) { earlier = (earlier + later) / 2 }
    func finalize(_ state: consuming Double) -> Double { state }
  }

  /// The order of the leaves, as a list: shows any merge in the wrong order.
  private struct Order: Fold {
    var initialState: [Int] { [] }
    func accumulate(_ block: Int, into state: inout [Int]) { state.append(block) }
    func merge(_ later: consuming [Int], into earlier: inout [Int]) { earlier += later }
    func finalize(_ state: consuming [Int]) -> [Int] { state }
  }

  /// How states were combined, as text: shows the shape of the tree.
  private struct Shape: Fold {
    var initialState: String { "" }
    func accumulate(_ block: Int, into state: inout String) { state += "\(block)" }
    func merge(_ later: consuming String, into earlier: inout String) { earlier = "(\(earlier)\(later))" }
    func finalize(_ state: consuming String) -> String { state }
  }

  @Test("a fold that breaks the laws is caught")
  func unlawful() {
    withKnownIssue("the checker must object to a mean of means") {
      try checkFoldLaws(
        MeanOfMeans(), blocks: [[1, 2, 3], [4], [5, 6, 7, 8]], tolerance: 1e-12,
        distance: { abs($0 - $1) }, identical: ==)
    }
  }

  @Test("leaves stay in order and the tree is the binary counter, on any number of threads")
  func order() throws {
    for count in [0, 1, 2, 3, 5, 8, 31, 64, 100] {
      let source = BlockList(Array(0..<count))
      let shape = try SerialExecutor().run(Shape(), over: source)
      #expect(try SerialExecutor().run(Order(), over: source) == Array(0..<count))
      for threads in [1, 2, 3, 8] {
        let executor = ThreadedExecutor(threads: threads)
        #expect(try executor.run(Order(), over: source) == Array(0..<count))
        #expect(try executor.run(Shape(), over: source) == shape)
      }
    }
    #expect(try SerialExecutor().run(Shape(), over: BlockList(Array(0..<5))) == "(((01)(23))4)")
    #expect(try SerialExecutor().run(Shape(), over: BlockList([7])) == "7")
    #expect(try SerialExecutor().run(Shape(), over: BlockList([])) == "")
  }

  @Test("an error of the last stage comes through")
  func failure() throws {
    struct Failing: Fold {
      struct Failed: Error {}
      var initialState: Int { 0 }
      func accumulate(_ block: Int, into state: inout Int) { state += block }
      func merge(_ later: consuming Int, into earlier: inout Int) { earlier += later }
      func finalize(_ state: consuming Int) throws -> Int { throw Failed() }
    }
    #expect(throws: Failing.Failed.self) { try SerialExecutor().run(Failing(), over: BlockList([1, 2])) }
    #expect(throws: Failing.Failed.self) {
      try ThreadedExecutor(threads: 3).run(Failing(), over: BlockList([1, 2]))
    }
  }

  @Test("keyed sums keep a range of keys and add in any order")
  func keyedSums() {
    var a = KeyedSums(width: 2)
    #expect(a.keys.isEmpty && a.value(3, 0) == 0)
    a.set(7, [1, 2])
    a.set(5, [10, 20])
    #expect(a.keys == 5..<8)
    #expect((5..<8).map { a.value($0, 1) } == [20, 0, 2])
    var b = KeyedSums(width: 2)
    b.set(2, [3, 4])
    var sum = a
    sum.add(b)
    var turned = b
    turned.add(a)
    #expect(sum == turned && sum.keys == 2..<8 && sum.value(2, 0) == 3 && sum.value(7, 0) == 1)
    sum.add(KeyedSums(width: 2))
    #expect(sum == turned)
  }
}

extension KeyedSums {
  /// Adds the numbers of one key.
  fileprivate mutating func set(_ key: Int, _ numbers: [Double]) {
    update(key) { values, start in
      for (j, number) in numbers.enumerated() { values[start + j] += number }
    }
  }
}
