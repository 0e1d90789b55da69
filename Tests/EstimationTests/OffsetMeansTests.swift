import CohortTables
import Estimation
import TestSupport
import Testing

/// Marginal means are the model's predictions, so an offset belongs to them.
@Suite("Identities: marginal means with an offset")
struct OffsetMeansTests {
  @Test("a mean is the prediction at the columns' means, contrasts do not change")
  func offset() throws {
    let table = try Table(columns: [
      .numeric("y", [3, 5, 4, 8, 9, 7]), .numeric("x", [1, 2, 3, 1, 2, 4]),
      .numeric("o", [2, 1, 4, 3, 5, 6]),
      .category("g", ["a", "a", "a", "b", "b", "b"]),
    ])
    let fit = try LinearModel("y ~ g + x + offset(o)").fit(table)
    let beta = fit.coefficients.map { $0.estimate ?? .nan }
    let means = try fit.marginalMeans(of: "g")
    // The means of x and o are 13/6 and 3.5.
    expectAgreement(try #require(means.means[0].estimate), beta[0] + beta[2] * 13 / 6 + 3.5, digits: 13)
    expectAgreement(
      try #require(means.means[1].estimate), beta[0] + beta[1] + beta[2] * 13 / 6 + 3.5, digits: 13)
    let contrast = try means.contrasts(.reference("a")).contrasts[0]
    expectAgreement(try #require(contrast.estimate), beta[1], digits: 13)
    let at = try fit.marginalMeans(of: "g", at: ["o": 10])
    expectAgreement(
      try #require(at.means[0].estimate), try #require(means.means[0].estimate) + 6.5, digits: 13)
  }
}
