#if canImport(Glibc)
  import Glibc
#endif

extension MarginalMeans {
  /// Contrasts of contrasts: differences between the differences, such as the change of one arm less that of another.
  ///
  /// With one family for each factor, in the order of the factors, each combination of their contrasts is one
  /// contrast whose weights are products: `(combined - therapy) : (12 - 0)`.
  ///
  /// - Parameters:
  ///   - families: One for each factor.
  ///   - adjustment: How to allow for their number.
  /// - Returns: The contrasts, those of the first factor fastest.
  /// - Throws: `EstimationError` for unknown levels, or when there is not one family for each factor.
  public func interactionContrasts(
    _ families: [ContrastFamily], adjustment: MultiplicityAdjustment = .holm
  ) throws -> Contrasts {
    guard families.count == factors.count, !families.isEmpty else {
      throw EstimationError(
        .unsupported,
        "\(families.count) families of contrasts for \(factors.count) factors: an interaction contrast needs one for each"
      )
    }
    return try Contrasts(self, adjustment: adjustment, isPairwise: false) { rows in
      try interactionMembers(families, rows: rows)
    }
  }

  private func interactionMembers(
    _ families: [ContrastFamily], rows: [Int]
  ) throws -> [ContrastFamily.Member] {
    let levels = factors.indices.map { axis in
      rows.reduce(into: [String]()) { found, row in
        let text = means[row].at[axis].value.text
        if !found.contains(text) { found.append(text) }
      }
    }
    let parts = try zip(families, levels).map { try $0.contrasts(of: $1) }
    let counts = parts.map(\.count)
    return (0..<counts.reduce(1, *)).map { index in
      var rest = index
      let chosen = zip(parts, counts).map { members, count in
        defer { rest /= count }
        return members[rest % count]
      }
      let weights = rows.map { row in
        zip(chosen, levels).enumerated().reduce(1.0) { product, pair in
          let (axis, (member, own)) = pair
          let position = own.firstIndex(of: means[row].at[axis].value.text) ?? 0
          return product * member.weights[position]
        }
      }
      let name = chosen.map { chosen.count > 1 ? "(\($0.name))" : $0.name }.joined(separator: " : ")
      let ratio = chosen.map { chosen.count > 1 ? "(\($0.ratioName))" : $0.ratioName }.joined(
        separator: " : ")
      return ContrastFamily.Member(name, ratioName: ratio, weights)
    }
  }
}

extension Contrasts.Ratio {
  /// The exponentiated contrast; nil where it has no standard error.
  init?(_ contrast: Contrasts.Contrast, name: String, kind: String) {
    guard let estimate = contrast.estimate, let error = contrast.standardError, let low = contrast.lower,
      let high = contrast.upper
    else { return nil }
    self.init(
      name: name, kind: kind, value: exp(estimate), standardError: exp(estimate) * error, lower: exp(low),
      upper: exp(high), adjustedLower: contrast.adjustedLower.map { exp($0) },
      adjustedUpper: contrast.adjustedUpper.map { exp($0) })
  }
}
