// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "tandem",
  products: [
    .library(name: "Tandem", targets: ["Tandem"]),
    .executable(name: "tandem", targets: ["TandemCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "3.12.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // C seams: system BLAS/LAPACK and the Boost.Math distributions.
    .systemLibrary(
      name: "COpenBLAS", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .target(name: "CBoostMath"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CNumberText", exclude: ["README.md"]),
    .target(name: "CTextScan", exclude: ["README.md"]),
    .target(name: "CRowKernels", exclude: ["README.md", "Kernels.inc"]),

    // Numerics.
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CRowKernels"], swiftSettings: settings),
    .target(name: "Distributions", dependencies: ["CBoostMath"], swiftSettings: settings),

    // Data, models and the clinical questions.
    .target(
      name: "CohortTables",
      dependencies: [
        "CNumberText", "CTextScan", "CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .target(
      name: "Estimation", dependencies: ["CRowKernels", "CohortTables", "Distributions", "LinearAlgebra"],
      swiftSettings: settings),
    .target(
      name: "Outcomes",
      dependencies: ["CohortTables", "Distributions", "Estimation", "LinearAlgebra"],
      swiftSettings: settings),

    // What a reader sees.
    .target(name: "Figures", swiftSettings: settings),
    .target(
      name: "Reporting",
      dependencies: [
        "CohortTables", "Estimation", "Figures", "LinearAlgebra", "Outcomes",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      swiftSettings: settings),
    .target(
      name: "Tandem",
      dependencies: [
        "CohortTables", "Distributions", "Estimation", "Figures", "LinearAlgebra", "Outcomes",
        "Reporting",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "TandemCLI",
      dependencies: [
        "Tandem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["Estimation"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DistributionsTests", dependencies: ["Distributions", "TestSupport"],
      exclude: ["Generate", "Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "CohortTablesTests", dependencies: ["CohortTables", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "EstimationTests",
      dependencies: ["CohortTables", "Distributions", "Estimation", "LinearAlgebra", "TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "OutcomesTests",
      dependencies: [
        "CohortTables", "Distributions", "Estimation", "LinearAlgebra", "Outcomes", "TestSupport",
      ],
      exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "FiguresTests", dependencies: ["Figures", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "CohortTables", "Estimation", "Figures", "LinearAlgebra", "Outcomes", "Reporting", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["CohortTables", "Outcomes", "TestSupport", "TandemCLI"],
      exclude: ["Golden"],
      swiftSettings: settings),
  ],
  cxxLanguageStandard: .cxx17
)
