import CohortTables
import Estimation
import Outcomes
import Testing

/// How rows become people and visits.
@Suite("ByHand: visits")
struct VisitTableByHandTests {
  @Test("usual names are recognised in order of preference, whatever their case; given names win")
  func recognition() throws {
    let table = try csvTable("ID,patient_id,Week,day,PHQ9,score,Treatment\n1,2,3,4,5,6,7\n")
    let (roles, taken) = ColumnRoles().recognised(in: table)
    #expect(roles == ColumnRoles(subject: "patient_id", time: "Week", outcome: "PHQ9", arm: "Treatment"))
    #expect(taken.map(\.part) == ["person", "time", "score", "arm"])
    let (named, rest) = ColumnRoles(subject: "ID", outcome: "score").recognised(in: table)
    #expect(named == ColumnRoles(subject: "ID", time: "Week", outcome: "score", arm: "Treatment"))
    #expect(rest.map(\.part) == ["time", "arm"])
  }

  @Test("what is not recognised is asked for by name")
  func missingRoles() throws {
    let table = try csvTable("who,week,phq9\nA,0,9\n", name: "clinic.csv")
    let text = message { _ = try VisitTable(table, roles: ColumnRoles()) }
    #expect(
      text
        == "clinic.csv:1: no column was recognised that identifies people; name it with --subject; there are who, week, phq9"
    )
    let other = message { _ = try VisitTable(table, roles: ColumnRoles(subject: "whom")) }
    #expect(
      other?.hasPrefix("clinic.csv:1: column 'whom': there is no such column (did you mean 'who'?)") == true)
    let noUnit = try csvTable("id,time,phq9\nA,0,9\n", name: "clinic.csv")
    #expect(
      message { _ = try VisitTable(noUnit, roles: ColumnRoles()) }?.contains(
        "the unit of 'time' is not known") == true)
  }

  @Test("units of time are told by names and counted in weeks")
  func units() {
    let names = [
      ("Week", TimeUnit.week), ("visit_day", .day), ("months", .month), ("YEAR", .year), ("wave", .visit),
      ("visit", .visit),
    ]
    for (name, unit) in names { #expect(TimeUnit.recognised(from: name) == unit, "\(name)") }
    #expect(TimeUnit.recognised(from: "t") == nil)
    #expect(TimeUnit.day.weeks == 1 / 7.0 && TimeUnit.week.weeks == 1 && TimeUnit.visit.weeks == nil)
    #expect(TimeUnit.month.weeks == 365.25 / 84 && TimeUnit.year.weeks == 365.25 / 7)
    #expect(TimeUnit.week.name(for: 1) == "week" && TimeUnit.week.name(for: 0.5) == "weeks")
  }

  @Test("a slope is the same in every unit, and per visit where the distance is not known")
  func slopesAcrossUnits() throws {
    func slope(_ unit: TimeUnit, _ step: Double) throws -> Double? {
      try PersonTrends(visits([("A", 0, 9), ("A", step, 2)], unit: unit)).people.first?.slope
    }
    #expect(try slope(.week, 7) == -1)
    #expect(try slope(.day, 49) == -1)
    let perMonth = try #require(try slope(.month, 49 * 12 / 365.25))
    #expect(abs(perMonth + 1) < 1e-14)
    #expect(try slope(.visit, 7) == -1)
    #expect(try PersonTrends(visits([("A", 0, 9), ("A", 1, 2)], unit: .visit)).slopeUnit == .visit)
  }

  @Test("rows reconcile by reason and by arm, the first reason counting")
  func accounting() throws {
    let table = try csvTable(
      """
      id,week,phq9,arm
      A,0,20,x
      A,1,,x
      B,,12,y
      B,,,y
      ,0,11,y
      ,,,x
      C,0,,y
      D,2,7,
      A,2,10,x

      """)
    let visits = try VisitTable(table, roles: ColumnRoles())
    let rows = visits.rows
    #expect(rows.isReconciled && rows.read == 9 && rows.used == 3)
    #expect(rows.excluded.map(\.reason) == ["missing id", "missing week", "missing phq9"])
    #expect(rows.excluded.map(\.rows) == [2, 2, 2])
    #expect(rows.excluded.map(\.subjects) == [0, 1, 1])
    #expect(rows.subjectsRead == 4 && rows.subjects == 2)
    #expect(
      rows.excluded[0].byArm?.map(\.arm) == ["x", "y"] && rows.excluded[0].byArm?.map(\.rows) == [1, 1])
    #expect(rows.excluded[2].byArm?.map(\.rows) == [1, 1])
    let arms = try #require(rows.byArm)
    #expect(
      arms.map(\.arm) == ["(missing)", "x"] && arms.map(\.rows) == [1, 2] && arms.map(\.subjects) == [1, 1])
    #expect(visits.people.map(\.id) == ["A", "D"])
    #expect(try visits.armOfEachPerson() == ["x", nil])
  }

  @Test("visits are sorted by time, those at one time staying in file order")
  func order() throws {
    let table = try csvTable("id,week,phq9\nB,2,1\nA,3,5\nB,0,2\nB,2,3\nA,1,6\n")
    let visits = try VisitTable(table, roles: ColumnRoles())
    #expect(visits.people.map(\.id) == ["B", "A"])
    #expect(visits.people.map { Array($0.rows) } == [[2, 0, 3], [4, 1]])
  }

  @Test("an arm that changes is refused with its line; a missing one is filled from other visits")
  func changingArm() throws {
    let table = try csvTable(
      "id,week,phq9,arm\nA,0,9,x\nB,0,9,\nA,6,8,y\nB,1,7,y\n", name: "clinic.csv")
    let visits = try VisitTable(table, roles: ColumnRoles())
    let text = message { _ = try PersonTrends(visits) }
    #expect(
      text?.hasPrefix("clinic.csv:4: column 'arm': 'y' is not allowed; expected 'x' as at the earlier visits")
        == true)
    let steady = try csvTable("id,week,phq9,arm\nB,0,9,\nB,1,7,y\n")
    #expect(try VisitTable(steady, roles: ColumnRoles()).armOfEachPerson() == ["y"])
  }

  @Test("a person's covariate is that of the first visit that has it")
  func firstValues() throws {
    let table = try csvTable("id,week,phq9,age,sex\nA,1,9,41,F\nA,0,9,,M\nB,0,9,,\n")
    let visits = try VisitTable(table, roles: ColumnRoles())
    let age = try visits.firstValues(of: "age").numericValues()
    #expect(age[0] == 41 && age[1].isNaN)
    let sex = try visits.firstValues(of: "sex").asCategories()
    #expect(sex.text(row: 0) == "M" && sex.text(row: 1) == nil)
    #expect(message { _ = try visits.firstValues(of: "ages") }?.contains("did you mean 'age'") == true)
  }

  @Test("text in the score, and a file without a usable row, are refused")
  func unusable() throws {
    let text = try csvTable("id,week,phq9\nA,0,many\n", name: "clinic.csv")
    #expect(
      message { _ = try VisitTable(text, roles: ColumnRoles()) }?.hasPrefix("clinic.csv:2: column 'phq9'")
        == true)
    let empty = try csvTable("id,week,phq9\nA,0,\nA,1,\n", name: "clinic.csv")
    #expect(
      message { _ = try VisitTable(empty, roles: ColumnRoles()) }
        == "clinic.csv: no row has a person, a time and a score")
  }
}
