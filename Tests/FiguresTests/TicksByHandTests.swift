import Figures
import Testing

@Suite struct TicksByHandTests {
  @Test func plainNumbersUseOneTwoFive() {
    #expect(Ticks.enclosing(0...1, most: 6).values == [0, 0.2, 0.4, 0.6, 0.8, 1])
    #expect(Ticks.enclosing(0...1, most: 6).labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(Ticks.enclosing(3...17.2, most: 8).values == [0, 5, 10, 15, 20])
    #expect(Ticks.enclosing(3...17.2, most: 9).values == [2, 4, 6, 8, 10, 12, 14, 16, 18])
    #expect(Ticks.inside(3...17.2, most: 8).labels == ["4", "6", "8", "10", "12", "14", "16"])
    #expect(Ticks.inside(-0.31...0.1, most: 5).labels == ["−0.3", "−0.2", "−0.1", "0.0", "0.1"])
  }

  @Test func ticksAreExactDecimals() {
    #expect(Ticks.inside(0...0.7, most: 8).values == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    #expect(Ticks.inside(1e-7...5e-7, most: 5).values == [1e-7, 2e-7, 3e-7, 4e-7, 5e-7])
  }

  @Test func percentagesAndThousands() {
    #expect(
      Ticks.enclosing(0...1, most: 6, unit: .percent).labels == ["0%", "20%", "40%", "60%", "80%", "100%"])
    #expect(
      Ticks.enclosing(0...0.02, most: 5, unit: .percent).labels == ["0.0%", "0.5%", "1.0%", "1.5%", "2.0%"])
    #expect(Ticks.inside(0...20_000, most: 3).labels == ["0", "10\u{202F}000", "20\u{202F}000"])
  }

  @Test func timesFollowCalendars() {
    #expect(Ticks.inside(0...24, most: 8, unit: .weeks).values == [0, 4, 8, 12, 16, 20, 24])
    #expect(Ticks.inside(0...24, most: 3, unit: .weeks).values == [0, 12, 24])
    #expect(Ticks.inside(0...156, most: 7, unit: .weeks).values == [0, 26, 52, 78, 104, 130, 156])
    #expect(Ticks.inside(0...365, most: 7, unit: .days).values == [0, 60, 120, 180, 240, 300, 360])
    #expect(Ticks.inside(0...3000, most: 6, unit: .days).values == [0, 730, 1460, 2190, 2920])
    #expect(Ticks.inside(0...24, most: 9, unit: .months).values == [0, 3, 6, 9, 12, 15, 18, 21, 24])
    #expect(
      Ticks.inside(0...0.5, most: 6, unit: .weeks).labels == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"])
  }

  @Test func logarithmicTicks() {
    #expect(Ticks.logarithmic(0.2...8, most: 6).labels == ["0.2", "0.5", "1", "2", "5"])
    #expect(Ticks.logarithmic(0.5...4, most: 8).labels == ["0.5", "0.7", "1", "1.5", "2", "3"])
    #expect(Ticks.logarithmic(1e-3...1e3, most: 7).values == [0.001, 0.01, 0.1, 1, 10, 100, 1000])
    #expect(Ticks.logarithmic(1e-6...1e6, most: 7).values == [1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6])
    #expect(Ticks.logarithmic(0.95...1.12, most: 8).labels == ["0.95", "1.00", "1.05", "1.10"])
  }

  @Test func visitsKeepTheirDecimals() {
    #expect(Ticks.at([0, 2, 3, 5, 8]).labels == ["0", "2", "3", "5", "8"])
    #expect(Ticks.at([0, 0.5, 2]).labels == ["0.0", "0.5", "2.0"])
  }

  @Test(arguments: [1e-12, 1e-3, 1, 7.3, 1e5, 1e12, 1e40])
  func anyRangeGetsTicksWithinTheLimit(size: Double) {
    for unit in [AxisUnit.number, .percent, .days, .weeks, .months, .years] {
      for most in 3...12 {
        let ticks = Ticks.inside((-0.37 * size)...(0.91 * size), most: most, unit: unit)
        #expect((2...max(most, 5)).contains(ticks.values.count), "\(size) \(unit) \(most)")
        #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 })
        let enclosing = Ticks.enclosing((-0.37 * size)...(0.91 * size), most: most, unit: unit)
        #expect(enclosing.values.count <= most)
        #expect((enclosing.values.first ?? 0) <= -0.37 * size && (enclosing.values.last ?? 0) >= 0.91 * size)
      }
    }
  }
}

@Suite struct AxisScaleByHandTests {
  @Test func linearPlaces() {
    let scale = AxisScale(10...20, from: 100, to: 300)
    #expect([10, 15, 20, 25].map { scale.place($0) } == [100, 200, 300, 400])
    let upright = AxisScale(0...1, from: 300, to: 100)
    #expect([0, 0.25, 1].map { upright.place($0) } == [300, 250, 100])
  }

  @Test func logarithmicPlaces() {
    let scale = AxisScale(0.1...10, from: 0, to: 200, isLogarithmic: true)
    #expect(abs(scale.place(0.1)) < 1e-12)
    #expect(abs(scale.place(1) - 100) < 1e-12)
    #expect(abs(scale.place(10) - 200) < 1e-12)
  }

  @Test func rangesLeaveOutWhatCannotBeDrawn() {
    #expect(AxisScale.range(of: [3, .nan, -1, .infinity, 1e300]) == -1...3)
    #expect(AxisScale.range(of: [.nan]) == nil)
    #expect(AxisScale.range(of: [Double]()) == nil)
    #expect(AxisScale.range(of: [5, 5]) == 4...6)
    #expect(AxisScale.range(of: [0]) == -1...1)
  }
}
