import CohortTables
import Estimation

/// Checks between files: people who stand in one of them only, or in both with different arms.
enum LinkChecks {
  /// One person in the files: where, and with which arm.
  private struct Person {
    let code: Int32
    let arm: String?
  }

  private static let separate = "reads one file at a time: nothing is joined"

  static func findings(_ files: [CheckedFile], _ options: CheckOptions) -> [Finding] {
    guard files.count > 1 else { return [] }
    let known = files.map(people)
    let visits = files.indices.filter { files[$0].kind == .visits && files[$0].people != nil }
    let episodes = files.indices.filter { files[$0].kind == .episodes && files[$0].people != nil }
    var findings: [Finding?] = []
    if !visits.isEmpty, !episodes.isEmpty {
      for file in episodes { findings.append(orphans(files, known, file, others: visits)) }
      for file in visits { findings.append(orphans(files, known, file, others: episodes)) }
    }
    for (index, file) in files.enumerated() {
      for other in 0..<index {
        if files[other].kind == file.kind, file.kind != .other {
          findings.append(shared(files[other], known[other], file, known[index]))
        }
        findings.append(arms(files[other], known[other], file, known[index]))
      }
    }
    return findings.compactMap { $0 }
  }

  /// The people of a file by identifier, with the arm of the first row that has one.
  private static func people(_ file: CheckedFile) -> [String: Person] {
    guard let subject = file.subject, let groups = file.people else { return [:] }
    var result: [String: Person] = [:]
    result.reserveCapacity(groups.count)
    for person in 0..<groups.count where groups.size(person) > 0 {
      let arm = file.arm.flatMap { arm in
        groups[person].lazy.map { arm.codes[Int($0)] }.first { $0 >= 0 }.map(arm.level)
      }
      result[subject.level(Int32(person))] = Person(code: Int32(person), arm: arm)
    }
    return result
  }

  /// All rows of people, by person and then in file order.
  private static func rows(_ file: CheckedFile, _ people: some Sequence<Person>) -> [Int32] {
    guard let groups = file.people else { return [] }
    return people.map(\.code).sorted().flatMap { groups[Int($0)] }
  }

  // MARK: - Orphans

  private static func orphans(
    _ files: [CheckedFile], _ known: [[String: Person]], _ index: Int, others: [Int]
  ) -> Finding? {
    let file = files[index]
    let missing = known[index].filter { id, _ in others.allSatisfy { known[$0][id] == nil } }
    guard !missing.isEmpty else { return nil }
    let isVisits = file.kind == .visits
    let nobody = missing.count == known[index].count
    let names = others.map { files[$0].name }.joined(separator: ", ")
    let how =
      nobody
      ? "none of \(Words.count(missing.count, "person", "people")) is"
      : "\(Words.grouped(missing.count)) of \(Words.grouped(known[index].count)) people \(missing.count == 1 ? "is" : "are") not"
    // Not everyone who is seen has an episode; an episode without visits, and files without a common person, are odd.
    return file.finding(
      isVisits ? .noEpisodes : .noVisits, nobody ? .serious : isVisits ? .note : .caution,
      column: file.parts.subject, rows: rows(file, missing.values),
      "\(how) in \(names)" + (nobody ? ": identifiers may be written differently" : ""),
      file.analyses.map { Consequence($0, .notAffected, separate) })
  }

  // MARK: - Files that overlap

  private static func shared(
    _ first: CheckedFile, _ inFirst: [String: Person], _ second: CheckedFile, _ inSecond: [String: Person]
  ) -> Finding? {
    let both = inSecond.filter { inFirst[$0.key] != nil }
    return second.finding(
      .peopleInSeveralFiles, .note, column: second.parts.subject, rows: rows(second, both.values),
      "\(Words.count(both.count, "person is", "people are")) in \(first.name) too: the same people, or identifiers used twice",
      second.analyses.map { Consequence($0, .notAffected, separate) })
  }

  private static func arms(
    _ first: CheckedFile, _ inFirst: [String: Person], _ second: CheckedFile, _ inSecond: [String: Person]
  ) -> Finding? {
    let differing = inSecond.filter { id, person in
      guard let other = inFirst[id]?.arm, let arm = person.arm else { return false }
      return other != arm
    }
    return second.finding(
      .armDiffersBetweenFiles, .caution, column: second.parts.arm, rows: rows(second, differing.values),
      "\(Words.count(differing.count, "person has", "people have")) another arm than in \(first.name)",
      second.analyses.map { Consequence($0, .used, "takes the arm of the file that it reads") })
  }
}
