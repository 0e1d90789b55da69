// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of the library never resolve what only benchmarks need.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "tandem", path: "..")],
  targets: [
    .executableTarget(
      name: "MixedTimes", dependencies: [.product(name: "Tandem", package: "tandem")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .executableTarget(
      name: "ReadingTimes", dependencies: [.product(name: "Tandem", package: "tandem")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .executableTarget(
      name: "RegressionTimes", dependencies: [.product(name: "Tandem", package: "tandem")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .executableTarget(
      name: "SurvivalTimes", dependencies: [.product(name: "Tandem", package: "tandem")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .executableTarget(
      name: "TrendTimes", dependencies: [.product(name: "Tandem", package: "tandem")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
)
