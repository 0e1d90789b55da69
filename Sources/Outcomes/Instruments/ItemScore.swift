import CohortTables

/// A score made of items, with what was missing.
public struct ItemScore: Sendable, Equatable {
  /// Why there is no score.
  public enum Reason: String, Sendable {
    /// Answers are missing and no rule says what to do.
    case missingItems = "missing_items"
    /// More answers are missing than the rule allows.
    case tooFewItems = "too_few_items"
  }

  /// The score; nil where answers are missing that no rule fills.
  public let value: Double?
  /// The answers that were given.
  public let answered: Int
  /// Whether the mean of the given answers stands for missing ones.
  public let isProrated: Bool
  /// Why there is no score.
  public let reason: Reason?
}

extension ItemLayout {
  /// The score when all items, turned the way of the score, have one answer.
  func score(of answer: Double) -> Double {
    switch scoring {
    case .sum: answer * Double(count)
    case .mean(let factor): answer * factor
    }
  }

  /// The score of a person's answers.
  ///
  /// With `m` the mean of the answers given, turned the way of the score, a sum is `count` times `m` and a mean is the factor
  /// times `m`. Without a rule for missing answers (the layout's, or one given here) they leave no score.
  ///
  /// - Parameters:
  ///   - answers: One an item, in order; NaN where it is missing.
  ///   - rule: A rule in place of the layout's.
  /// - Returns: The score, or why there is none.
  /// - Throws: `OutcomesError` when there are more or fewer answers than items, or one lies outside the items' range.
  public func score(_ answers: [Double], prorating rule: Prorating? = nil) throws -> ItemScore {
    guard answers.count == count else {
      throw OutcomesError("\(answers.count) answers were given, expected \(count)")
    }
    let reversed = Set(reversed)
    var (sum, answered) = (0.0, 0)
    for (index, answer) in answers.enumerated() where !answer.isNaN {
      if let allowed = self.answers, !allowed.contains(answer) {
        throw OutcomesError(
          "item \(index + 1): \(NumberText.shortest(answer)) is not allowed, expected \(NumberText.shortest(allowed.lowerBound)) to "
            + NumberText.shortest(allowed.upperBound)
        )
      }
      if reversed.contains(index + 1), let allowed = self.answers {
        sum += allowed.lowerBound + allowed.upperBound - answer
      } else {
        sum += answer
      }
      answered += 1
    }
    if answered == count {
      // A sum of whole answers stays whole.
      let value: Double =
        switch scoring {
        case .sum: sum
        case .mean(let factor): sum * factor / Double(count)
        }
      return ItemScore(value: value, answered: answered, isProrated: false, reason: nil)
    }
    guard let rule = rule ?? prorating else {
      return ItemScore(value: nil, answered: answered, isProrated: false, reason: .missingItems)
    }
    guard answered >= max(rule.fewestAnswered ?? 1, 1) else {
      return ItemScore(value: nil, answered: answered, isProrated: false, reason: .tooFewItems)
    }
    return ItemScore(
      value: score(of: sum / Double(answered)), answered: answered, isProrated: true, reason: nil)
  }
}
