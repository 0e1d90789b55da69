import Estimation

/// Sentences without small counts.
///
/// Sentences that rest on few people are left out where they are made; this is the net below. A whole number in a
/// sentence is taken for a count unless the words around it say that it is none (``ProseWords``), so that a
/// new sentence shows too little rather than too much. Small counts show the mark. What gives one by subtraction becomes `*`: the
/// whole of "97 of 100 people", the larger of two counts that differ by a small one, and the hidden totals of the
/// result. Percentages in a sentence with a hidden count go too, but for levels of confidence.
struct GatedProse {
  let gate: DisclosureGate
  /// Counts of the result that would give a hidden one.
  let totals: HiddenTotals
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
    var words = ProseWords(text)
    var marks: [Int: String] = [:]
    for count in words.counts where gate.hides(count.value) { marks[count.index] = gate.mark }
    // "Three people" is a count as well as "3 people".
    for (index, value) in words.spelledCounts where gate.hides(value) { words.spell(index, as: gate.mark) }
    for (part, whole) in words.shares where gate.hides(part.value) || gate.hides(whole.value - part.value) {
      marks[whole.index] = marks[whole.index] ?? "*"
    }
    let told = words.counts.filter { marks[$0.index] == nil }
    for place in NestedCounts.hidden(told.map { Double($0.value) }, gate: gate) {
      marks[told[place].index] = "*"
    }
    for count in told where totals.holds(Double(count.value)) { marks[count.index] = "*" }
    for index in partsOfHiddenTotals(words, marks) { marks[index] = "*" }
    for count in words.degreesOfFreedom where totals.tells(degreesOfFreedom: Double(count.value)) {
      marks[count.index] = "*"
    }
    let hidesAny = !marks.isEmpty || words.hasSpelled
    guard hidesAny || hidesPercentages else { return text }
    for share in words.percentages {
      guard !isTold(share.index, words, marks) else { continue }
      marks[share.index] = "*"
    }
    for (index, mark) in marks { words.replace(index, with: mark) }
    return words.text
  }

  /// The largest count of a sentence whose counts together make a total of it that is hidden.
  private func partsOfHiddenTotals(_ words: ProseWords, _ marks: [Int: String]) -> [Int] {
    let hidden = words.counts.filter { marks[$0.index] == "*" }
    let shown = words.counts.filter { marks[$0.index] == nil && $0.value > 0 }
    let sum = shown.reduce(0) { $0 + $1.value }
    guard shown.count > 1, let largest = shown.max(by: { $0.value < $1.value }),
      hidden.contains(where: { $0.value == sum })
    else { return [] }
    return [largest.index]
  }

  /// Whether the percentage of "73 of 100 people (27%" tells of enough people, all of whom are shown.
  private func isTold(_ index: Int, _ words: ProseWords, _ marks: [Int: String]) -> Bool {
    words.shares.contains { part, whole in
      whole.index == index - 2 && marks[part.index] == nil && marks[whole.index] == nil
    }
  }
}
