import CohortTables
import Foundation
import Testing

@Suite("Atomic files, by hand")
struct AtomicFileByHandTests {
  @Test("A file is made, replaced whole, and nothing else is left in the folder")
  func replace() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("out.csv")
    try AtomicFile.write(Array("old".utf8), to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try CSVWriter(header: ["a"]).write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\n")
    #expect(try folder.names() == ["out.csv"])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o640)
  }

  @Test("A symbolic link stays a link, and its file is replaced")
  func link() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(Array("old".utf8), to: folder.path("real.csv"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.csv"), withDestinationPath: folder.path("real.csv"))
    try AtomicFile.write(Array("new".utf8), to: folder.path("link.csv"))
    #expect(try String(contentsOfFile: folder.path("real.csv"), encoding: .utf8) == "new")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.csv"))
        == folder.path("real.csv"))
  }

  @Test("Failures name the path and leave no temporary file")
  func failures() throws {
    let folder = try TemporaryFolder()
    #expect(
      failure { try AtomicFile.write([1], to: folder.root) }?.description
        == "\(folder.root): this is a directory; expected a path of a file")
    let nowhere = folder.path("none/out.csv")
    #expect(
      failure { try AtomicFile.write([1], to: nowhere) }?.description
        == "\(nowhere): the file's folder does not exist; expected a path in a folder that exists")
    #expect(try folder.names() == [])
  }

  @Test("A device is written to, not replaced")
  func device() throws {
    try AtomicFile.write([1, 2, 3], to: "/dev/null")
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
    #expect(failure { try AtomicFile.write([1], to: "/dev/full") }?.code == .writeFailed)
  }
}
