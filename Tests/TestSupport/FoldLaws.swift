public import Estimation
public import Testing

/// Checks the laws of a fold on given blocks: neutrality, associativity, split invariance and
/// bit-identity over executors.
///
/// - Parameters:
///   - fold: The fold under test.
///   - blocks: At least three blocks, in data order.
///   - tolerance: The largest distance that rounding explains.
///   - distance: How far two outputs are apart, as a relative error.
///   - identical: Whether two outputs have the same bits.
///   - sourceLocation: Where a failure is reported.
/// - Throws: What the fold's `finalize` throws.
public func checkFoldLaws<F: Fold>(
  _ fold: F, blocks: [F.Block], tolerance: Double, distance: (F.Output, F.Output) -> Double,
  identical: (F.Output, F.Output) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(blocks.count >= 3, "the laws need three blocks", sourceLocation: sourceLocation)
  func state(of part: ArraySlice<F.Block>) -> F.State {
    var state = fold.initialState
    for block in part { fold.accumulate(block, into: &state) }
    return state
  }
  func merged(_ earlier: F.State, _ later: F.State) -> F.State {
    var result = earlier
    fold.merge(later, into: &result)
    return result
  }
  let whole = try fold.finalize(state(of: blocks[...]))
  func expectNear(_ state: F.State, _ law: Comment) throws {
    let error = distance(whole, try fold.finalize(state))
    #expect(error <= tolerance, law, sourceLocation: sourceLocation)
  }

  let all = state(of: blocks[...])
  try expectNear(merged(fold.initialState, all), "the initial state is neutral on the left")
  try expectNear(merged(all, fold.initialState), "the initial state is neutral on the right")
  for cut in 1..<blocks.count {
    try expectNear(merged(state(of: blocks[..<cut]), state(of: blocks[cut...])), "split at \(cut)")
  }
  let (a, b, c) = (state(of: blocks[..<1]), state(of: blocks[1..<2]), state(of: blocks[2...]))
  try expectNear(merged(merged(a, b), c), "merging from the left")
  try expectNear(merged(a, merged(b, c)), "merging from the right")

  let source = BlockList(blocks)
  let serial = try SerialExecutor().run(fold, over: source)
  #expect(distance(whole, serial) <= tolerance, "the tree's result", sourceLocation: sourceLocation)
  for threads in [1, 2, 3, 8] {
    let threaded = try ThreadedExecutor(threads: threads).run(fold, over: source)
    #expect(identical(serial, threaded), "bits on \(threads) threads", sourceLocation: sourceLocation)
  }
}
