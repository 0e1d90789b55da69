import CohortTables

/// A small deterministic generator for test data: Knuth's 64-bit linear congruence, top bits used.
struct TestRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Uniform in 0..<1.
  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// Approximately normal: the sum of 12 uniforms less 6.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

/// A made-up cohort for laws, where only the shape of the data matters.
enum Simulated {
  /// Columns `y`, `x`, `z` (far from 0), `arm` (a to c), `site` (1 to 4), `w` (0 to 3), `time`, `event`.
  static func cohort(rows: Int, seed: UInt64 = 1, distinctTimes: Int = 400) throws -> Table {
    var random = TestRandom(seed: seed)
    var (y, x, z, w, time, event) = ([Double](), [Double](), [Double](), [Double](), [Double](), [Double]())
    var (arm, site) = ([String?](), [Double]())
    for _ in 0..<rows {
      let group = Int(random.uniform() * 3)
      let covariate = random.normal()
      x.append(covariate)
      z.append(20_000 + 30 * random.uniform())
      arm.append(["a", "b", "c"][group])
      site.append(Double(1 + Int(random.uniform() * 4)))
      w.append(Double(Int(random.uniform() * 4)))
      y.append(10 + 2 * covariate - Double(group) + random.normal())
      let rate = Double(1 + group) * (0.5 + covariate * covariate)
      time.append(Double(Int(Double(distinctTimes) * random.uniform() / rate)))
      event.append(random.uniform() < 0.6 ? 1 : 0)
    }
    return try Table(
      columns: [
        .numeric("y", y), .numeric("x", x), .numeric("z", z), .category("arm", arm), .numeric("site", site),
        .numeric("w", w), .numeric("time", time), .numeric("event", event),
      ], name: "simulated")
  }
}
