import CohortTables
import TestSupport
import Testing

/// Which columns the screen refuses, and which look alike and pass.
@Suite("ByHand: identifiers") struct IdentifierByHandTests {
  private static func table(_ name: String, _ values: [String], dates: [String] = []) throws -> Table {
    var lines = ["person,\(name)" + (dates.isEmpty ? "" : ",visit_date")]
    for (index, value) in values.enumerated() {
      let date = dates.isEmpty ? "" : ",\(dates[index % dates.count])"
      lines.append("S\(1000 + index),\"\(value)\"\(date)")
    }
    return try Table(csvBytes: Array((lines.joined(separator: "\n") + "\n").utf8), name: "cohort.csv")
  }

  private static func kinds(_ name: String, _ values: [String], dates: [String] = []) throws
    -> [IdentifierKind]
  {
    IdentifierScreen().findings(in: try table(name, values, dates: dates)).map(\.kind)
  }

  // MARK: - By name

  static let names: [(String, IdentifierKind)] = [
    ("surname", .personName), ("FirstName", .personName), ("patient_name", .personName),
    ("name", .personName),
    ("Nachname", .personName), ("pr\u{E9}nom", .personName), ("f\u{F6}rnamn", .personName),
    ("initials", .personName),
    ("email", .email), ("E-Mail", .email), ("contactEmail", .email), ("phone", .phone),
    ("mobile_phone", .phone),
    ("Telefon", .phone), ("home_address", .address), ("postcode", .address), ("Stra\u{DF}e", .address),
    ("zip_code", .address), ("nhs_number", .nationalNumber), ("SSN", .nationalNumber),
    ("cpr", .nationalNumber),
    ("personnummer", .nationalNumber), ("hetu", .nationalNumber), ("MRN", .medicalRecordNumber),
    ("hospital_number", .medicalRecordNumber), ("medical_record_no", .medicalRecordNumber),
    ("dob", .birthDate),
    ("date_of_birth", .birthDate), ("BirthDate", .birthDate), ("Geburtsdatum", .birthDate),
    ("date_naissance", .birthDate), ("f\u{F8}dselsdato", .birthDate), ("GebDatum", .birthDate),
    ("fecha_nacimiento", .birthDate), ("data di nascita", .birthDate), ("f\u{F6}delsedatum", .birthDate),
    ("insurance_no", .nationalNumber), ("Versichertennummer", .nationalNumber),
    ("n\u{FA}mero seguridad social", .nationalNumber),
    ("tessera sanitaria", .nationalNumber), ("street", .address), ("c\u{F3}digo postal", .address),
    ("huisnummer", .address),
    ("nombre_completo", .personName), ("Patientenname", .personName), ("correo electr\u{F3}nico", .email),
    ("Handy", .phone), ("telem\u{F3}vel", .phone), ("IBAN", .bankAccount), ("ip_address", .networkAddress),
  ]

  @Test func wordsThatMeanSeveralThingsAreJudgedByTheirValues() throws {
    for name in ["birth", "born", "naissance"] {
      #expect(try Self.kinds(name, ["1961-04-12", "1975-09-30", "x"]) == [.birthDate])
      #expect(try Self.kinds(name, ["1961", "1975", "1948"]) == [], "years")
      #expect(try Self.kinds(name, ["Denmark", "Sweden", "Iran"]) == [], "places")
    }
    #expect(try Self.kinds("patient", ["Smith", "Jones", "Brown", "Hansen"]) == [.personName])
    #expect(try Self.kinds("patient", ["P1", "P2", "P3"]) == [])
    for name in ["comment", "free_text", "Bemerkungen", "observaciones"] {
      #expect(try Self.kinds(name, ["ok", "saw her sister", "fine"]) == [.freeText], "\(name)")
      #expect(try Self.kinds(name, ["ok", "good", "fine"]) == [])
    }
  }

  @Test(arguments: names) func aNameIsEnough(_ name: String, _ kind: IdentifierKind) throws {
    #expect(try Self.kinds(name, ["a7b", "c8d1x", "e9f22"]) == [kind])
    // Columns that were not read are judged by the header.
    let found = IdentifierScreen().findings(
      in: try Self.table("x", ["1"]), header: ["person", "x", name])
    #expect(found.map(\.kind) == [kind] && found.first?.line == 1)
  }

  @Test(arguments: [
    "subject_id", "patient_id", "id", "site", "site_name", "arm", "week", "visit_date", "age", "phq9",
    "score",
    "drug_name", "birth_year", "birthplace", "year_of_birth", "record_id", "patient_number", "hospital_id",
    "modality",
    "names_recalled", "cell_count", "yob", "Geburtsjahr", "birth_weight", "street_drugs", "insurance", "ip",
    "telephone_sessions_scheduled_x", "last_visit", "first_episode",
    "email_reminder_x",
  ])
  func aPseudonymousNamePasses(_ name: String) throws {
    let flagged = ["telephone_sessions_scheduled_x", "email_reminder_x"].contains(name)
    // A flag is no telephone number, whatever its column is called.
    let values = flagged ? ["0", "1", "1"] : ["a7b", "c8d1x", "e9f22"]
    #expect(try Self.kinds(name, values) == [])
  }

  @Test func namesAreOverruledByTheirValues() throws {
    #expect(try Self.kinds("phone", ["yes", "no", "yes"]) == [])
    #expect(try Self.kinds("nhs", ["0", "1", "1"]) == [])
    #expect(try Self.kinds("dob", ["1961", "1975", "1980"]) == [], "a year is no date")
    #expect(try Self.kinds("dob", ["19610412", "19750930"]) == [.birthDate])
    #expect(try Self.kinds("postcode", ["SW1A", "M1", "B33"]) == [], "an area is no address")
    #expect(try Self.kinds("zip", ["021", "606"]) == [])
    #expect(try Self.kinds("surname", ["", "NA", ""]) == [], "nothing is there")
  }

  // MARK: - By content

  static let contents: [(IdentifierKind, [String])] = [
    (.email, ["none", "x", "jane.doe@example.org", "y", "z"]),
    (.phone, ["+45 12 34 56 78", "+45 87 65 43 21", "+44 20 7946 0958"]),
    (.phone, ["(212) 555-0123", "312-555-0187", "415.555.0102"]),
    (.phone, ["07700 900123", "07700 900456", "020 7946 0018"]),
    (.address, ["12 Acacia Avenue, Leeds", "7 Mill Road, York", "221b Baker Street"]),
    (.address, ["Hauptstra\u{DF}e 12, Bonn", "Bergstra\u{DF}e 3, Ulm", "Gartenweg 9 a, Trier"]),
    (.address, ["SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT"]),
    (.nationalNumber, ["078-05-1120", "219-09-9999", "457-55-5462"]),
    (.phone, ["+45 12 34 56 78", "+44 20 7946 0958", "none"]),
    (.personName, ["Smith", "Jones", "Garc\u{ED}a", "M\u{FC}ller"]),
    (.personName, ["HANSEN", "OLSEN", "BERG"]),
    (.personName, ["Anna", "James", "Maria", "Lars", "Peter"]),
    // The examples of ISO 13616 for Great Britain and Germany.
    (.bankAccount, ["GB82 WEST 1234 5698 7654 32", "x"]), (.bankAccount, ["DE89370400440532013000"]),
    (.networkAddress, ["192.168.1.4", "10.0.0.12", "8.8.8.8"]),
    (.networkAddress, ["2001:db8::1", "fe80::1ff:fe23:4567:890a"]),
    (.networkAddress, ["00:1B:44:11:3A:B7", "00-1b-44-11-3a-b8"]),
  ]

  @Test func valuesAreEnough() throws {
    for (kind, values) in Self.contents { #expect(try Self.kinds("v1", values) == [kind], "\(values)") }
  }

  @Test func healthNumbersAreFoundAmongNumbers() throws {
    // Built by the rule: the check digit follows from the nine digits before it.
    let built = (0..<40).compactMap { index -> String? in
      let digits = Array("\(412_345_678 + index * 7_919)".utf8).map { Int($0) - 0x30 }
      let sum = zip(digits, stride(from: 10, through: 2, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
      let check = (11 - sum % 11) % 11
      return check == 10 ? nil : digits.map(String.init).joined() + "\(check)"
    }
    #expect(try Self.table("code", built).column("code")?.isNumeric == true)
    #expect(try Self.kinds("code", built) == [.nationalNumber])
    #expect(try Self.kinds("code", Array(built.prefix(5))) == [], "five may be chance")
    // Numbers that run on pass the check once in eleven times.
    #expect(try Self.kinds("code", (0..<200).map { "\(4_123_456_780 + $0)" }) == [])
  }

  @Test func namesOfPeopleAreFoundByGivenNames() throws {
    let given = ["Anna", "James", "Maria", "Lars", "Sophie", "Peter"]
    let family = ["Smith", "O'Neill", "van der Berg", "Garc\u{ED}a", "J\u{F8}rgensen"]
    let people = given.flatMap { first in family.map { "\(first) \($0)" } }
    #expect(try Self.kinds("v7", people) == [.personName])
    #expect(
      try Self.kinds("v7", people.map { $0.split(separator: " ").reversed().joined(separator: ", ") }) != [])
    #expect(try Self.kinds("therapist", Array(people.prefix(4))) == [.personName])
    #expect(try Self.kinds("v7", Array(people.prefix(4))) == [.personName], "all begin with given names")
    #expect(
      try Self.kinds("v7", ["Mona Prism", "Anna Smith", "Vega Tower"]) == [],
      "fewer than twelve, few with a known name")
    let places = [
      "Royal Free", "St Thomas", "Guys Hospital", "Leeds General", "Queen Elizabeth", "Royal Infirmary",
      "North Bristol",
      "Kings College", "City Clinic", "New Cross", "Great Western", "Royal Oldham", "West Suffolk",
      "East Kent",
    ]
    #expect(try Self.kinds("centre", places) == [])
    #expect(
      try Self.kinds("therapist_type", ["Clinical Psychologist", "Social Worker", "Nurse Practitioner"]) == []
    )
    #expect(
      try Self.kinds("drug_name", ["Sertraline Hydrochloride", "Lithium Carbonate", "Zopiclone"]) == [])
  }

  @Test func birthDatesAreDecadesBeforeTheOthers() throws {
    let visits = (1...12).map { "2021-\($0 < 10 ? "0" : "")\($0)-11" }
    let births = (0..<24).map { "19\(40 + 2 * $0)-03-1\($0 % 10)" }
    #expect(try Self.kinds("d1", births, dates: visits) == [.birthDate])
    #expect(
      try Self.kinds("onset_date", births, dates: visits) == [], "its name says that it is another date")
    #expect(try Self.kinds("d1", births) == [.birthDate], "decades apart, as ages are")
    #expect(
      try Self.kinds("d1", (0..<24).map { "20\(10 + $0 / 2)-03-11" }) == [], "no other date to compare with")
    #expect(
      try Self.kinds("x1", ["1961-04-12", "1975-09-30", "1948-01-02"]) == [.birthDate], "few are enough")
    #expect(try Self.kinds("x1", ["19610412", "19750930", "19480102"]) == [.birthDate])
    let enrolments = (0..<24).map { "20\(10 + $0 / 6)-0\(1 + $0 % 9)-15" }
    #expect(try Self.kinds("d1", enrolments, dates: visits) == [])
    let german = births.map { "\($0.suffix(2)).03.\($0.prefix(4))" }
    #expect(try Self.kinds("d1", german, dates: visits) == [.birthDate])
  }

  @Test func freeTextIsLongAndDifferent() throws {
    let notes = (0..<12).map { "Patient \($0) reports that sleep has improved since the last session" }
    #expect(try Self.kinds("v3", notes) == [.freeText])
    #expect(
      try Self.kinds(
        "notes", ["came late and left early", "called her sister twice", "slept badly all week"])
        == [.freeText])
    #expect(try Self.kinds("notes", ["A", "B", "C1"]) == [])
    // Labels are used again and again.
    let labels = [
      "Cognitive behavioural therapy together with sertraline 50 mg daily",
      "Sertraline 50 mg daily with clinical management and no therapy",
      "Cognitive behavioural therapy alone in twelve weekly sessions",
    ]
    #expect(try Self.kinds("treatment", (0..<60).map { labels[$0 % 3] }) == [])
    let answers = ["Not at all", "Several days", "More than half the days", "Nearly every day"]
    #expect(try Self.kinds("phq9_item1", (0..<40).map { answers[$0 % 4] }) == [])
  }

  static let alike: [(String, [String])] = [
    ("code", (0..<30).map { "S\(100_000 + $0)" }), ("code", (0..<30).map { "00\(10_000 + $0)" }),
    ("code", (0..<30).map { "101-2023-00\(100 + $0)" }), ("code", (0..<30).map { "201-001-0\(100 + $0)" }),
    ("code", (0..<30).map { "AB\(100 + $0)CD" }),
    ("when", (1...28).map { "2023-02-\($0 < 10 ? "0" : "")\($0)" }),
    ("when", (1...28).map { "2023-02-\($0 < 10 ? "0" : "")\($0)T10:30:00" }),
    ("ratio", ["1/2", "3/4", "5/8"]), ("dose", ["50 mg", "100 mg", "150 mg"]),
    ("range", ["18-25", "26-40", "41-65"]),
    ("handle", ["a@b", "@home", "x@y"]), ("length", [">6m", "<6m"]),
    ("code", (0..<30).map { "2301\(15)\(1000 + $0)" }),
    ("race", ["White", "Black", "Brown", "Asian"]), ("site", ["Austin", "Jackson", "Madison", "York"]),
    ("drug", ["Sertraline", "Lithium", "Fluoxetine"]), ("substance", ["heroin", "cocaine", "alcohol"]),
    ("version", ["1.2.3", "1.2.4"]), ("phone_contacts", ["3", "12", "7"]), ("name_count", ["2", "4", "9"]),
    ("month", ["May", "June", "July"]), ("when", ["2019-01-31", "2020-05-31", "2021-07-01"]),
  ]

  @Test func lookAlikesPass() throws {
    for (name, values) in Self.alike { #expect(try Self.kinds(name, values) == [], "\(values.prefix(3))") }
  }

  @Test(arguments: [
    "btheb/visits", "demo/visits", "demo/episodes", "help/episodes", "ptsd_fdd/visits",
  ])
  func realCohortsPass(_ file: String) throws {
    let table = try Table(csv: ProjectFiles.path("Data/\(file).csv"))
    #expect(IdentifierScreen().findings(in: table) == [])
  }

  // MARK: - What is said

  @Test func messagesMaskWhatLooksLikeAnIdentifier() {
    for (text, shown) in [
      ("jane.doe@example.org", "j***.***@*******.***"), ("x;Anna Smith;4", "x;A*** *****;4"),
      ("\"+45 12 34 56 78", "\"+4* ** ** ** **"), ("see jane@x.org now", "see j***@*.*** now"),
      ("12 Mill Road", "1* **** ****"), ("GB82WEST12345698765432", "G*********************"),
      ("12 mg", "12 mg"), ("3,5", "3,5"), ("combined", "combined"), ("2021-04-31", "2021-04-31"),
      ("Not at all", "Not at all"),
    ] { #expect(IdentifierScreen.masked(text) == shown) }
  }

  @Test func aBrokenFileTellsNoOne() throws {
    let quote = try #require(throws: TableError.self) {
      try Table(csvBytes: Array("id,mail\n1,\"jane@example.org\"x\n2,y\n".utf8), name: "cohort.csv")
    }
    #expect(!quote.description.contains("jane") && !(quote.offendingText ?? "").contains("jane"))
    let table = try Table(
      csvBytes: Array("id,surname,score\n1,Ng,4\n2,Xu,jane@example.org\n".utf8), name: "cohort.csv")
    for column in ["surname", "score"] {
      let number = try #require(throws: TableError.self) { try table.requireColumn(column).numericValues() }
      #expect(!number.description.contains("jane") && !number.description.contains("Ng"), "\(number)")
    }
  }

  @Test func theRefusalNamesThePlaceAndMasksTheValue() throws {
    let table = try Table(
      csvBytes: Array("id,dob,mail\n1,,none\n2,1975-05-12,jane.doe@example.org\n3,1980-01-01,x\n".utf8),
      name: "cohort.csv")
    let error = try #require(throws: TableError.self) { try IdentifierScreen().check(table) }
    #expect(error.code == .identifyingColumn)
    #expect(
      error.description
        == "cohort.csv:3: column 'dob': '1***-**-**': the column's name speaks of dates of birth; "
        + "also 'mail' (e-mail addresses); expected data that tell of no one who they are: drop what identifies, or "
        + "name it in --allow-identifiers dob,mail")
    #expect(!error.description.contains("jane"))
    let some = try #require(throws: TableError.self) { try IdentifierScreen(allowing: ["dob"]).check(table) }
    #expect(some.column == "mail" && some.line == 2)
    let found = try IdentifierScreen(allowing: ["dob", "mail"]).check(table)
    #expect(found.map(\.column) == ["dob", "mail"])
    let missing = try #require(throws: TableError.self) {
      try IdentifierScreen(allowing: ["bod"]).check(table)
    }
    #expect(missing.code == .missingColumn)
  }
}
