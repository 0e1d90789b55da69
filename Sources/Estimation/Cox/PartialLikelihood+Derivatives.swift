import LinearAlgebra

extension PartialLikelihood {
  /// The gradient of the log partial likelihood and the negative of its second derivative.
  struct Derivatives: Sendable {
    var score: [Double]
    var information: Matrix
    /// `sum over events of m m'`: what was taken off the first part of the information.
    var meanProducts: Matrix
  }

  /// Score and information, the events of each key counted with a multiplier.
  ///
  /// Multipliers are one a key, nil for 1.
  func derivatives(times multipliers: [Double]? = nil, _ executor: some FoldExecutor) -> Derivatives {
    let hazards = CumulativeHazards(self, multipliers, executor)
    let fold = RiskDerivatives(likelihood: self, multipliers: multipliers, hazards: hazards)
    guard let sums = try? executor.run(fold, over: BlockList(Array(rows.leaves.indices))) else {
      preconditionFailure("sums of leaves do not fail")
    }
    return Derivatives(
      score: sums.score, information: (sums.products - sums.means).mirroring(), meanProducts: sums.means)
  }
}

/// Cumulative hazards up to and with each key of a leaf, within its stratum and in the leaf's unit.
struct CumulativeHazards: Sendable {
  /// For each leaf, its keys' cumulative hazards.
  let byLeaf: [[Double]]
  /// What is taken off the hazard of a key's own events.
  let reductions: [[Double]]
  /// For each leaf's rows the cumulative hazard at entry; empty where all are there from the start.
  let atEntry: [[Double]]

  init(_ likelihood: PartialLikelihood, _ multipliers: [Double]?, _ executor: some FoldExecutor) {
    let rows = likelihood.rows
    let local = executor.gather(rows.leaves.count) {
      leaf -> (hazards: [Double], reductions: [Double], firstEnd: Double) in
      let keys = rows.leaves[leaf].keys
      var (hazards, reductions): ([Double], [Double]) = ([], [])
      hazards.reserveCapacity(keys.count)
      reductions.reserveCapacity(keys.count)
      var sum = 0.0
      var place = 0
      for key in keys {
        if rows.isStratumStart(key) { sum = 0 }
        var reduction = 0.0
        if rows.eventCounts[key] > 0 {
          let step = likelihood.events[leaf][place]
          let multiplier = multipliers?[key] ?? 1
          sum += multiplier * step.hazard
          reduction = multiplier * step.reduction
          place += 1
        }
        hazards.append(sum)
        reductions.append(reduction)
      }
      return (hazards, reductions, sum)
    }
    // What earlier leaves of the leaf's first stratum have come to.
    var offsets = [Double](repeating: 0, count: rows.leaves.count)
    for leaf in rows.leaves.indices.dropFirst() {
      let keys = rows.leaves[leaf].keys
      guard !rows.isStratumStart(keys.lowerBound) else { continue }
      let before = rows.leaves[leaf - 1].keys
      let isOne = rows.stratum(ofKey: before.lowerBound) == rows.stratum(ofKey: before.upperBound - 1)
      let passed = local[leaf - 1].firstEnd + (isOne ? offsets[leaf - 1] : 0)
      offsets[leaf] =
        passed * PartialLikelihood.fading(rows.leaves[leaf].unit - rows.leaves[leaf - 1].unit)
    }
    let settled = offsets
    byLeaf = executor.gather(rows.leaves.count) { leaf -> [Double] in
      var hazards = local[leaf].hazards
      let keys = rows.leaves[leaf].keys
      let end = min(rows.stratumStarts[rows.stratum(ofKey: keys.lowerBound) + 1], keys.upperBound)
      if settled[leaf] != 0 {
        for place in 0..<(end - keys.lowerBound) { hazards[place] += settled[leaf] }
      }
      return hazards
    }
    reductions = local.map(\.reductions)
    guard let entries = rows.entries else {
      atEntry = []
      return
    }
    let all = byLeaf.flatMap { $0 }
    atEntry = executor.gather(rows.leaves.count) { leaf -> [Double] in
      rows.rows(ofLeaf: leaf).map { entries.keys[$0] < 0 ? 0 : all[Int(entries.keys[$0])] }
    }
  }
}

/// Score and information, leaf by leaf.
private struct RiskDerivatives: Fold {
  let likelihood: PartialLikelihood
  let multipliers: [Double]?
  let hazards: CumulativeHazards

  struct State: Sendable {
    var score: [Double]
    /// `sum over rows of r H x x'`.
    var products: Matrix
    /// `sum over events of m m'`.
    var means: Matrix
  }

  var initialState: State {
    let columns = likelihood.rows.columnCount
    let empty = Matrix(rowCount: columns, columnCount: columns)
    return State(score: [Double](repeating: 0, count: columns), products: empty, means: empty)
  }

  func accumulate(_ leaf: Int, into state: inout State) {
    let rows = likelihood.rows
    let block = rows.blocks[leaf]
    let count = block.rowCount
    let base = Int(rows.keyStarts[rows.leaves[leaf].keys.lowerBound])
    // Each row's expected events, and what it has had beyond them.
    var expected = likelihood.parts[leaf].risk
    var residual = [Double](repeating: 0, count: count)
    addResiduals(leaf, base, &expected, &residual)
    for (j, sum) in block.transposeTimes(residual).enumerated() { state.score[j] += sum }
    state.products += block.crossProduct(weights: expected)
    addMeans(leaf, to: &state.means)
  }

  private func addResiduals(_ leaf: Int, _ base: Int, _ expected: inout [Double], _ residual: inout [Double])
  {
    let rows = likelihood.rows
    let (hazard, reduction) = (hazards.byLeaf[leaf], hazards.reductions[leaf])
    let atEntry = hazards.atEntry.isEmpty ? [] : hazards.atEntry[leaf]
    let (keyStarts, eventCounts) = (rows.keyStarts, rows.eventCounts)
    let (starts, counts) = (keyStarts.span, eventCounts.span)
    let weights = rows.weights
    var target = expected.mutableSpan
    var rest = residual.mutableSpan
    for (place, key) in rows.leaves[leaf].keys.enumerated() {
      let (start, end) = (Int(starts[key]) - base, Int(starts[key + 1]) - base)
      let events = start + Int(counts[key])
      let (all, own) = (hazard[place], hazard[place] - reduction[place])
      let multiplier = multipliers?[key] ?? 1
      for i in start..<end {
        let isEvent = i < events
        var passed = isEvent ? own : all
        if !atEntry.isEmpty { passed -= atEntry[i] }
        let value = target[i] * passed
        target[i] = value
        rest[i] = (isEvent ? (weights?[base + i] ?? 1) * multiplier : 0) - value
      }
    }
  }

  /// Adds the products of the risk sets' mean covariates.
  ///
  /// Of tied events `sum weight m m'` is a form of two vectors, the sums over the risk set and over the events: its
  /// root has two rows a key.
  private func addMeans(_ leaf: Int, to means: inout Matrix) {
    let rows = likelihood.rows
    let columns = rows.columnCount
    let keys = rows.leaves[leaf].keys
    let roots = MeanRoots(likelihood, leaf, multipliers)
    guard roots.count > 0 else { return }
    let sums = RiskSetMeans(likelihood, leaf)
    let products = Matrix(rowCount: roots.count, columnCount: columns) { target in
      var done = 0
      if rows.entries == nil, rows.stratumStarts.count == 2 {
        while done + 4 <= columns {
          sums.writeFour(keys, column: done, roots, into: &target)
          done += 4
        }
      }
      for j in done..<columns {
        sums.forEachEvent(keys, column: j) { place, total, own in
          let root = roots.keys[place]
          target[j * roots.count + root.row] = root.total * total - root.own * own
          if root.second > 0 { target[j * roots.count + root.row + 1] = root.second * own }
        }
      }
    }
    means += products.crossProduct()
    for (row, sign) in roots.negative where sign < 0 {
      // A multiplier below 0 takes off twice what its row has added.
      let vector = products.row(row)
      for j in 0..<columns { for k in 0..<columns { means[j, k] -= 2 * vector[j] * vector[k] } }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for j in earlier.score.indices { earlier.score[j] += later.score[j] }
    earlier.products += later.products
    earlier.means += later.means
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// Roots of the forms that tied events have in the sums over the risk set and over the events.
struct MeanRoots {
  struct Key {
    let row: Int
    let total: Double
    let own: Double
    let second: Double
  }

  var keys: [Key] = []
  var count = 0
  var negative: [(row: Int, sign: Double)] = []

  init(_ likelihood: PartialLikelihood, _ leaf: Int, _ multipliers: [Double]?) {
    let rows = likelihood.rows
    var place = 0
    for key in rows.leaves[leaf].keys where rows.eventCounts[key] > 0 {
      let step = likelihood.events[leaf][place]
      place += 1
      let multiplier = multipliers?[key] ?? 1
      let scale = abs(multiplier).squareRoot()
      let first = step.squares.squareRoot()
      let second = max(step.own - step.mixed * (step.mixed / step.squares), 0).squareRoot()
      keys.append(
        Key(row: count, total: scale * first, own: scale * step.mixed / first, second: scale * second))
      if multiplier < 0 { negative.append((count, -1)) }
      count += 1
      if scale * second > 0 {
        if multiplier < 0 { negative.append((count, -1)) }
        count += 1
      }
    }
  }
}

/// Sums of a covariate over the risk sets of a leaf's keys.
struct RiskSetMeans {
  let likelihood: PartialLikelihood
  let leaf: Int

  init(_ likelihood: PartialLikelihood, _ leaf: Int) {
    self.likelihood = likelihood
    self.leaf = leaf
  }

  /// Goes through the keys with events from the last to the first: their place among the leaf's, the sum over the risk set,
  /// and over the events where several are tied.
  @inline(__always)
  func forEachEvent(
    _ keys: Range<Int>, column j: Int, _ body: (_ place: Int, _ total: Double, _ own: Double) -> Void
  ) {
    let rows = likelihood.rows
    let (risks, elements) = (likelihood.parts[leaf].risk, rows.blocks[leaf].columnMajor)
    let count = rows.blocks[leaf].rowCount
    let risk = risks.span
    let values = elements.span.extracting(j * count..<(j + 1) * count)
    let base = Int(rows.keyStarts[keys.lowerBound])
    let (keyStarts, counts) = (rows.keyStarts, rows.eventCounts)
    let starts = keyStarts.span
    let eventCounts = counts.span
    var place = likelihood.events[leaf].count
    if let entries = rows.entries {
      let entryRisk = likelihood.entryRisks[leaf]
      let entered = entries.blocks[leaf]
      let entryBase = Int(entries.keyStarts[keys.lowerBound])
      var sum = likelihood.carried[leaf].covariates[j]
      for key in keys.reversed() {
        if rows.isStratumStart(key + 1) { sum = RunningSum() }
        let (start, end) = (Int(starts[key]) - base, Int(starts[key + 1]) - base)
        for i in start..<end { sum.add(risk[i] * values[i]) }
        for entry in entries.entries(ofKey: key) {
          sum.add(-entryRisk[entry - entryBase] * entered[entry - entryBase, j])
        }
        let events = Int(eventCounts[key])
        guard events > 0 else { continue }
        place -= 1
        var own = 0.0
        for i in start..<start + events { own += risk[i] * values[i] }
        body(place, sum.value, own)
      }
      return
    }
    let hasStrata = rows.stratumStarts.count > 2
    var sum = likelihood.carried[leaf].covariates[j].value
    for key in keys.reversed() {
      if hasStrata, rows.isStratumStart(key + 1) { sum = 0 }
      let (start, end) = (Int(starts[key]) - base, Int(starts[key + 1]) - base)
      for i in start..<end { sum += risk[i] * values[i] }
      let events = Int(eventCounts[key])
      guard events > 0 else { continue }
      place -= 1
      var own = 0.0
      for i in start..<start + events { own += risk[i] * values[i] }
      body(place, sum, own)
    }
  }

  /// Writes the roots of four columns side by side, for one stratum whose rows are all there from the start: the four sums do not
  /// wait for each other.
  func writeFour(
    _ keys: Range<Int>, column j: Int, _ roots: MeanRoots, into target: inout MutableSpan<Double>
  ) {
    let rows = likelihood.rows
    let (risks, elements) = (likelihood.parts[leaf].risk, rows.blocks[leaf].columnMajor)
    let count = rows.blocks[leaf].rowCount
    let risk = risks.span
    let (first, second) = (j * count, (j + 1) * count)
    let (third, fourth) = ((j + 2) * count, (j + 3) * count)
    let values = elements.span
    let (keyStarts, counts) = (rows.keyStarts, rows.eventCounts)
    let (starts, eventCounts) = (keyStarts.span, counts.span)
    let base = Int(starts[keys.lowerBound])
    let carried = likelihood.carried[leaf].covariates
    var sum = SIMD4(carried[j].value, carried[j + 1].value, carried[j + 2].value, carried[j + 3].value)
    var place = likelihood.events[leaf].count
    for key in keys.reversed() {
      let (start, end) = (Int(starts[key]) - base, Int(starts[key + 1]) - base)
      let events = Int(eventCounts[key])
      var own = SIMD4<Double>.zero
      for i in start..<start + events {
        own += risk[i] * SIMD4(values[first + i], values[second + i], values[third + i], values[fourth + i])
      }
      sum += own
      for i in start + events..<end {
        sum += risk[i] * SIMD4(values[first + i], values[second + i], values[third + i], values[fourth + i])
      }
      guard events > 0 else { continue }
      place -= 1
      let root = roots.keys[place]
      let whole = root.total * sum - root.own * own
      for k in 0..<4 { target[(j + k) * roots.count + root.row] = whole[k] }
      guard root.second > 0 else { continue }
      for k in 0..<4 { target[(j + k) * roots.count + root.row + 1] = root.second * own[k] }
    }
  }
}
