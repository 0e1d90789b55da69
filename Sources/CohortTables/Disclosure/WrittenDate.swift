/// A day of the calendar as it is usually written in files, for telling dates of birth from other dates.
struct WrittenDate {
  let year: Int
  let month: Int

  /// Reads `1987-04-23`, `1987/04/23`, `23.04.1987`, `23/04/1987` or `04/23/1987`, with or without a time behind, and
  /// `19870423`.
  init?(_ text: String) {
    if text.utf8.count == 8, let number = Int(text), number > 0 {
      (year, month) = (number / 10_000, number / 100 % 100)
      guard (1880...2100).contains(year), (1...12).contains(month), (1...31).contains(number % 100) else {
        return nil
      }
      return
    }
    let date = text.utf8.prefix { $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: " ") }
    guard (8...10).contains(date.count) else { return nil }
    let parts = date.split(omittingEmptySubsequences: false) { "-/.".utf8.contains($0) }
    guard parts.count == 3 else { return nil }
    let numbers = parts.compactMap { part -> Int? in
      guard !part.isEmpty, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return part.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
    guard numbers.count == 3 else { return nil }
    let isYearFirst = parts[0].count == 4
    guard isYearFirst || parts[2].count == 4 else { return nil }
    year = isYearFirst ? numbers[0] : numbers[2]
    let pair = isYearFirst ? (numbers[1], numbers[2]) : (numbers[1], numbers[0])
    // Where the middle number cannot be a month, the date is written month first.
    (month, _) = pair.0 > 12 ? (pair.1, pair.0) : pair
    guard (1800...2200).contains(year), (1...12).contains(month), max(pair.0, pair.1) <= 31,
      min(pair.0, pair.1) >= 1
    else { return nil }
  }

  /// The date in years.
  var years: Double { Double(year) + (Double(month) - 0.5) / 12 }
}

/// The dates of one column, in years.
struct WrittenDates {
  /// Ascending, one for each distinct value.
  let years: [Double]

  /// The column's dates, when at least nine in ten of its values are dates and there are at least three.
  init?(_ levels: [String]) {
    guard LevelSample.mayReach(0.9, levels, { WrittenDate($0) != nil }) else { return nil }
    let found = levels.compactMap { WrittenDate($0)?.years }
    guard found.count >= 3, found.count * 10 >= levels.count * 9 else { return nil }
    years = found.sorted()
  }

  func quantile(_ share: Double) -> Double { years[Int((Double(years.count - 1) * share).rounded())] }

  /// Whether these dates are births, where no other dates tell when people were seen.
  ///
  /// The middle 80% of them span 20 years or more, as the ages of people do and visits of a cohort hardly ever, and the
  /// middle date lies in 1995 or before.
  var areOld: Bool { quantile(0.9) - quantile(0.1) >= 20 && quantile(0.5) < 1996 && quantile(0) >= 1880 }

  /// Whether these dates are births for people of a cohort seen at about the given time.
  ///
  /// All three must hold: the middle date lies 15 years or more before; the middle 80% of the dates span ten years or
  /// more, as ages do and visits do not; and nearly all of them (98%) give an age from 0 to 110.
  func areBirths(for cohort: Double) -> Bool {
    guard cohort - quantile(0.5) >= 15, quantile(0.9) - quantile(0.1) >= 10 else { return false }
    let alive = years.count { (0...110).contains(cohort - $0) }
    return alive * 100 >= years.count * 98
  }
}
