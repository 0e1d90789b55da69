import Estimation

/// Sentences without small counts.
///
/// Sentences that rest on few people are left out where they are made; this is the net below: a number before rows, people,
/// events or episodes, both numbers of "3 of 20 people", and the number after "among". Percentages in
/// a sentence with a hidden count go too, but for levels of confidence.
struct GatedProse {
  let gate: DisclosureGate
  /// Whether percentages of missing data by arm may tell of small counts.
  let hidesPercentages: Bool

  func gated(_ notes: [Diagnostic]) -> [Diagnostic] {
    notes.map { note in
      Diagnostic(
        note.kind, note.severity, terms: note.terms,
        gated(note.message, hidesPercentages: hidesPercentages && note.kind == .missingData))
    }
  }

  func gated(_ text: String) -> String { gated(text, hidesPercentages: false) }

  private func gated(_ text: String, hidesPercentages: Bool) -> String {
    // The gate's own sentence says its threshold.
    guard gate.isOn, !text.hasPrefix("Disclosure gate: ") else { return text }
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    var isHidden = false
    for index in words.indices {
      guard let number = Self.number(in: words[index]), gate.hides(number.value),
        Self.isCount(index, words)
      else { continue }
      words[index].replaceSubrange(number.range, with: gate.mark)
      isHidden = true
    }
    guard isHidden || hidesPercentages else { return text }
    for index in words.indices where words[index].contains("%") && !isTold(index, words) {
      let next = index + 1 < words.count ? words[index + 1] : ""
      guard !next.hasPrefix("limits"), !next.hasPrefix("bands"), !next.hasPrefix("CI") else { continue }
      guard let digits = Self.number(in: words[index]) else { continue }
      words[index].replaceSubrange(digits.range, with: "*")
    }
    return words.joined(separator: " ")
  }

  /// Whether the percentage of "73 of 100 people (27%" tells of enough people.
  private func isTold(_ index: Int, _ words: [String]) -> Bool {
    guard index >= 4, words[index - 3] == "of", let part = Self.number(in: words[index - 4]),
      let whole = Self.number(in: words[index - 2])
    else { return false }
    return !gate.hides(part.value) && !gate.hides(whole.value - part.value) && !gate.hides(whole.value)
  }

  /// Whether the number at a place counts people, rows or events.
  private static func isCount(_ index: Int, _ words: [String]) -> Bool {
    func word(_ offset: Int) -> String {
      let place = index + offset
      guard words.indices.contains(place) else { return "" }
      return words[place].lowercased().filter { $0.isLetter }
    }
    guard words[index].last?.isNumber == true else { return word(-1) == "among" }
    guard !times.contains(word(-1)) else { return false }
    if nouns.contains(word(1)) || word(-1) == "among" { return true }
    // "12 with a standard error", "3 used rows", "3 of 20 people".
    if word(1) == "with", words[index].allSatisfy({ $0.isNumber || $0 == "," }) { return true }
    if nouns.contains(word(2)), number(in: words.indices.contains(index + 1) ? words[index + 1] : "") == nil {
      return true
    }
    if word(1) == "of", words.indices.contains(index + 2), number(in: words[index + 2]) != nil { return true }
    return word(-1) == "of" && words.indices.contains(index - 2) && number(in: words[index - 2]) != nil
  }

  /// The number that a word is, apart from the punctuation around it.
  private static func number(in word: String) -> (value: Int, range: Range<String.Index>)? {
    guard let first = word.firstIndex(where: \.isNumber), let last = word.lastIndex(where: \.isNumber),
      word[..<first].allSatisfy({ "(;".contains($0) }),
      word[word.index(after: last)...].allSatisfy({ ",.;:)%".contains($0) })
    else { return nil }
    let range = first..<word.index(after: last)
    guard let value = Int(word[range].filter { $0 != "," }) else { return nil }
    return (value, range)
  }

  private static let nouns: Set<String> = [
    "row", "rows", "person", "persons", "people", "event", "events", "episode", "episodes", "subject",
    "subjects",
    "participants",
  ]
  private static let times: Set<String> = ["day", "week", "month", "year", "visit", "time", "than", "least"]
}
