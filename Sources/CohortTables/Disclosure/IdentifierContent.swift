/// What the distinct values of a column say about its content.
struct ContentJudgement {
  let kind: IdentifierKind
  /// What the values look like, in the plural: "Danish CPR numbers".
  let looks: String
  /// How many of the distinct values look like it.
  let matches: Int
  let isMatch: @Sendable (String) -> Bool
}

/// A look at a few of many distinct values, which spares most columns the look at all of them.
enum LevelSample {
  /// Whether a share of the values can match, judged by 200 of them, evenly spread.
  ///
  /// False only where fewer than a third of what is needed match in the sample; small shares are never ruled out.
  static func mayReach(_ share: Double, _ levels: [String], _ isMatch: (String) -> Bool) -> Bool {
    guard levels.count > 1000, share >= 0.2 else { return true }
    let step = levels.count / 200
    let seen = stride(from: 0, to: levels.count, by: step).map { isMatch(levels[$0]) }
    return Double(seen.count { $0 }) >= share / 3 * Double(seen.count)
  }
}

/// Rules by content.
///
/// Each has a least number of different values that match and a least share of all, so
/// that a code that happens to look like an identifier refuses no one's file.
enum IdentifierContent {
  /// The kind of identifiers that the distinct values are, or nil.
  ///
  /// - Parameters:
  ///   - levels: Distinct values.
  ///   - present: How many cells hold a value.
  ///   - name: The column's name, which may lower what is needed.
  /// - Returns: The first kind whose rule is met.
  static func judge(_ levels: [String], present: Int, name: String) -> ContentJudgement? {
    if let found = email(levels) { return found }
    if let found = accounts(levels) { return found }
    if let found = network(levels) { return found }
    if let found = national(levels) { return found }
    if let found = phone(levels) { return found }
    if let found = address(levels) { return found }
    if let found = names(levels, name: name) { return found }
    return freeText(levels, present: present, name: name)
  }

  // MARK: - Kinds

  /// One address is enough: nothing else looks like it.
  private static func email(_ levels: [String]) -> ContentJudgement? {
    judgement(.email, "e-mail addresses", levels, fewest: 1, share: 0, isEmail)
  }

  /// Nine values in ten pass the check of one kind, and enough of them that chance does not explain it.
  static func national(_ levels: [String]) -> ContentJudgement? {
    for number in NationalNumber.allCases {
      // A few values decide whether the rest are worth a look.
      let first = levels.prefix(40)
      guard first.count(where: number.matches) * 10 >= first.count * 8 else { continue }
      let found = judgement(
        .nationalNumber, "\(number.rawValue)s", levels, fewest: number.fewest, share: 0.9, number.matches)
      if let found { return found }
    }
    return nil
  }

  /// The check of modulus 97 and the country's letters leave little to chance.
  private static func accounts(_ levels: [String]) -> ContentJudgement? {
    judgement(.bankAccount, "international bank account numbers", levels, fewest: 1, share: 0.5, isIBAN)
  }

  private static func network(_ levels: [String]) -> ContentJudgement? {
    judgement(.networkAddress, "network addresses", levels, fewest: 2, share: 0.8, isNetworkAddress)
  }

  private static func phone(_ levels: [String]) -> ContentJudgement? {
    judgement(.phone, "telephone numbers", levels, fewest: 2, share: 0.5, isPhone)
  }

  private static func address(_ levels: [String]) -> ContentJudgement? {
    judgement(.address, "postal addresses", levels, fewest: 3, share: 0.3, isStreet)
      ?? judgement(.address, "full postcodes", levels, fewest: 5, share: 0.8, isBritishPostcode)
  }

  /// Capitalised words that begin with common given names.
  ///
  /// Capitalised words alone are also hospitals and drugs. Where the column's name speaks of people, half of three or
  /// more must look like full names and a tenth begin with a common given name; elsewhere four in five of twelve or
  /// more, and a quarter; or four in five of three or more, all but a fifth with a common given name or surname.
  private static func names(_ levels: [String], name: String) -> ContentJudgement? {
    if IdentifierNames.hintsAtPeople(name) {
      if let found = surnames(levels) { return found }
      let isNamed = levels.count(where: hasGivenName) * 10 >= levels.count
      return isNamed
        ? judgement(.personName, "names of people", levels, fewest: 3, share: 0.5, isFullName) : nil
    }
    if !IdentifierNames.isOfPlaces(name), let found = surnames(levels) { return found }
    guard levels.count >= 3,
      let found = judgement(.personName, "names of people", levels, fewest: 3, share: 0.8, isFullName)
    else { return nil }
    // Of few values most must begin with a given name, or end with a surname.
    let named = levels.count { hasGivenName($0) || hasSurname($0) }
    return levels.count >= 12
      ? (levels.count(where: hasGivenName) * 4 >= levels.count ? found : nil)
      : named * 10 >= levels.count * 8 ? found : nil
  }

  /// Single words of which most are common surnames or given names; those that are also words are in neither list.
  private static func surnames(_ levels: [String]) -> ContentJudgement? {
    guard let found = judgement(.personName, "names of people", levels, fewest: 3, share: 0.6, isKnownName),
      levels.contains(where: isSurname) || levels.count >= 5
    else { return nil }
    return found
  }

  /// Sentences rather than labels: many different long cells; with a hint in the column's name fewer are needed.
  private static func freeText(_ levels: [String], present: Int, name: String) -> ContentJudgement? {
    if IdentifierNames.meansFreeText(name),
      let found = judgement(
        .freeText, "free text", levels, fewest: 1, share: 0, { isText($0, words: 3, characters: 12) })
    {
      return found
    }
    if IdentifierNames.hintsAtFreeText(name),
      let found = judgement(
        .freeText, "free text", levels, fewest: 3, share: 0.2, { isText($0, words: 4, characters: 20) })
    {
      return found
    }
    let essays = judgement(
      .freeText, "free text", levels, fewest: 3, share: 0.05, { isText($0, words: 15, characters: 120) })
    if let essays { return essays }
    // Labels are used again and again, sentences are not.
    guard levels.count * 5 >= present else { return nil }
    return judgement(
      .freeText, "free text", levels, fewest: 10, share: 0.2, { isText($0, words: 6, characters: 35) })
  }

  private static func judgement(
    _ kind: IdentifierKind, _ looks: String, _ levels: [String], fewest: Int, share: Double,
    _ isMatch: @escaping @Sendable (String) -> Bool
  ) -> ContentJudgement? {
    guard LevelSample.mayReach(share, levels, isMatch) else { return nil }
    let matches = levels.count(where: isMatch)
    guard matches >= fewest, Double(matches) >= share * Double(levels.count) else { return nil }
    return ContentJudgement(kind: kind, looks: looks, matches: matches, isMatch: isMatch)
  }
}
