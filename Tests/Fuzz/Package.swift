// swift-tools-version: 6.2
import PackageDescription

// Chunk sizes are set through package access, so the target leaves its own package (packageAccess) and
// takes the name that SwiftPM gives to the one around it: its folder's, lower case, as an identifier.
let project = Context.packageDirectory.split(separator: "/").dropLast(2).last.map(String.init) ?? "tandem"
let projectName = String(project.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "tandem", path: "../..")],
  targets: [
    .executableTarget(
      name: "FuzzCSV", dependencies: [.product(name: "Tandem", package: "tandem")],
      packageAccess: false,
      swiftSettings: [
        .swiftLanguageMode(.v6), .strictMemorySafety(),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .unsafeFlags(["-package-name", projectName]),
      ])
  ],
  cxxLanguageStandard: .cxx17
)
