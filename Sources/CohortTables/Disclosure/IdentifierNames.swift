/// What a column's name says about its content.
///
/// Names are split into words at capitals and at everything that is neither letter nor digit, in lower case
/// without accents: `patientName`, `PATIENT_NAME` and `patient name` are the words patient and name.
struct ColumnWords {
  let words: [String]
  /// The words without anything between them.
  let joined: String

  init(_ name: String) {
    var words: [String] = []
    var word = ""
    var previousIsLower = false
    for scalar in name.unicodeScalars {
      let isUpper = scalar.properties.isUppercase
      let text = Self.plain(scalar)
      if text.isEmpty || (isUpper && previousIsLower) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      word += text
      previousIsLower = scalar.properties.isLowercase
    }
    if !word.isEmpty { words.append(word) }
    self.words = words
    joined = words.joined()
  }

  /// Whether one word, or all of them joined, is in a list.
  func has(_ list: Set<String>) -> Bool { words.contains(where: list.contains) || list.contains(joined) }

  /// A letter in lower case without its accent, a digit, or nothing.
  private static func plain(_ scalar: Unicode.Scalar) -> String {
    let lower = scalar.properties.lowercaseMapping
    if lower.utf8.count == 1, let byte = lower.utf8.first {
      let isWord = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      return isWord ? lower : ""
    }
    return accents[lower] ?? (scalar.properties.isAlphabetic ? lower : "")
  }

  private static let accents = [
    "\u{E0}": "a", "\u{E1}": "a", "\u{E2}": "a", "\u{E3}": "a", "\u{E4}": "a", "\u{E5}": "a", "\u{E6}": "ae",
    "\u{E7}": "c", "\u{E8}": "e", "\u{E9}": "e", "\u{EA}": "e", "\u{EB}": "e", "\u{EC}": "i", "\u{ED}": "i",
    "\u{EE}": "i", "\u{EF}": "i", "\u{F1}": "n", "\u{F2}": "o", "\u{F3}": "o", "\u{F4}": "o", "\u{F5}": "o",
    "\u{F6}": "o", "\u{F8}": "o", "\u{F9}": "u", "\u{FA}": "u", "\u{FB}": "u", "\u{FC}": "u", "\u{DF}": "ss",
  ]
}

/// Column names that speak of identifiers, in English and the larger languages around.
enum IdentifierNames {
  /// What a column holds by its name alone.
  static func kind(of name: String) -> IdentifierKind? {
    let column = ColumnWords(name)
    if let kind = IdentifierVocabulary.kind(ofWholeName: column.joined) { return kind }
    if isBirthDate(column) { return .birthDate }
    if isEmail(column) { return .email }
    if isPhone(column) { return .phone }
    if isNational(column) { return .nationalNumber }
    if isMedicalRecord(column) { return .medicalRecordNumber }
    if isName(column) { return .personName }
    if isAddress(column) { return .address }
    return nil
  }

  /// Whether a name leads one to expect free text; its values decide.
  static func hintsAtFreeText(_ name: String) -> Bool { ColumnWords(name).has(freeText) }

  /// Whether a name means free text and nothing else.
  static func meansFreeText(_ name: String) -> Bool {
    IdentifierVocabulary.isFreeText(ColumnWords(name).joined)
  }

  /// Whether a name speaks of birth, but not of its date.
  static func isBareBirth(_ name: String) -> Bool {
    IdentifierVocabulary.isBareBirth(ColumnWords(name).joined)
  }

  /// Whether a name speaks of places or things, which may be called as people are.
  static func isOfPlaces(_ name: String) -> Bool { ColumnWords(name).has(places) }

  /// Whether a name leads one to expect people; its values decide.
  static func hintsAtPeople(_ name: String) -> Bool {
    ColumnWords(name).has(hints)
  }

  /// Whether a date's name says that it is another one than that of birth.
  static func isOtherDate(_ name: String) -> Bool { ColumnWords(name).has(otherDates) }

  // MARK: - Kinds

  private static func isBirthDate(_ column: ColumnWords) -> Bool {
    if column.has(["dob", "birthdate", "birthday", "bdate", "geburtsdatum", "gebdat", "dateofbirth"]) {
      return true
    }
    let isBirth = column.has([
      "birth", "born", "naissance", "nacimiento", "nascimento", "nascita", "geburt", "fodsel", "fodelse",
      "geboorte",
    ])
    let isDate = column.has(["date", "day", "dt", "datum", "dato", "fecha", "data", "tag"])
    return isBirth && isDate
      || column.has([
        "fodselsdato", "fodelsedatum", "fodelsedato", "geboortedatum", "syntymaaika", "syntymapaiva",
      ])
  }

  private static func isEmail(_ column: ColumnWords) -> Bool {
    column.has(["email", "emails", "emailaddress", "courriel", "epost", "mailadresse"])
      || column.joined == "mail" || column.joined.hasPrefix("emailaddr")
      || zip(column.words, column.words.dropFirst()).contains { $0 == "e" && $1 == "mail" }
  }

  private static func isPhone(_ column: ColumnWords) -> Bool {
    column.has([
      "phone", "telephone", "phonenumber", "phoneno", "telefon", "telefono", "telefone", "telefoon", "tlf",
      "puhelin", "puhelinnumero", "handynummer", "mobilnummer", "mobiltelefon", "telefonnummer", "cellphone",
      "mobilephone", "telno", "fax",
    ])
      || ["tel", "mobile", "mobil", "cell", "mobilenumber", "mobileno", "telnumber"].contains(column.joined)
  }

  private static func isNational(_ column: ColumnWords) -> Bool {
    if column.has([
      "nhsnumber", "nhsno", "nhsnum", "ssn", "socialsecurity", "cpr", "cprnr", "cprnumber", "cprnummer",
      "personnummer", "personnr", "fodselsnummer", "fodselsnr", "hetu", "henkilotunnus", "bsn",
      "burgerservicenummer", "nino", "steueridentifikationsnummer", "sozialversicherungsnummer", "passport",
      "passportnumber", "aadhaar", "pesel", "curp", "codicefiscale", "rijksregisternummer",
    ]) {
      return true
    }
    return [
      "nhs", "nir", "dni", "nie", "numerosecuritesociale", "nationalid", "nationalinsurance",
      "nationalinsurancenumber", "nationalnumber", "nationalidnumber", "socialsecuritynumber",
      "socialsecurityno",
      "chinumber", "chino", "steuerid", "steueridnr", "svnr", "taxid", "medicarenumber", "medicareno",
      "medicaidid", "insurancenumber", "healthcardnumber", "driverslicense", "drivinglicence",
    ].contains(column.joined)
  }

  private static func isMedicalRecord(_ column: ColumnWords) -> Bool {
    column.has([
      "mrn", "medrec", "medrecno", "mrnumber", "chartno", "chartnumber", "hospitalnumber", "hospno",
    ])
      || [
        "medicalrecord", "medicalrecordnumber", "medicalrecordno", "hospitalno", "hospitalnr", "chartnumber",
        "patientfilenumber", "fallnummer", "krankenaktennummer", "journalnummer",
      ].contains(column.joined)
  }

  private static func isName(_ column: ColumnWords) -> Bool {
    if column.has([
      "surname", "lastname", "firstname", "forename", "fullname", "givenname", "familyname", "maidenname",
      "middlename", "initials", "vorname", "nachname", "familienname", "prenom", "apellido", "apellidos",
      "sobrenome", "cognome", "fornavn", "efternavn", "etternavn", "fornamn", "efternamn", "etunimi",
      "sukunimi", "voornaam", "achternaam", "patientname", "subjectname", "participantname", "clientname",
      "username", "nickname",
    ]) {
      return true
    }
    let isName = column.has(nameWords)
    return ["name", "names", "navn", "namn", "naam", "nombre"].contains(column.joined)
      || isName && column.has(people)
  }

  private static func isAddress(_ column: ColumnWords) -> Bool {
    column.has([
      "address", "adresse", "adress", "adres", "direccion", "indirizzo", "endereco", "osoite",
      "streetaddress", "strasse", "postcode", "postalcode", "zipcode", "plz", "postleitzahl", "postnummer",
      "codepostal", "postinumero", "homeaddress", "housenumber",
    ]) || ["zip", "zip5", "zip9", "postal", "addr", "addr1", "addr2"].contains(column.joined)
      || zip(column.words, column.words.dropFirst()).contains {
        ["zip", "postal", "post"].contains($0) && $1 == "code"
          || $0 == "house" && ["number", "no"].contains($1)
      }
  }

  private static let nameWords: Set<String> = [
    "name", "names", "navn", "namn", "naam", "nombre", "nom", "nome",
  ]
  private static let people: Set<String> = [
    "patient", "patients", "subject", "participant", "client", "person", "full", "first", "last", "given",
    "family", "maiden", "middle", "clinician", "doctor", "physician", "gp", "therapist", "nurse", "carer",
    "caregiver", "mother", "father", "parent", "spouse", "partner", "contact", "preferred", "legal", "kin",
    "interviewer", "rater",
  ]
  private static let hints: Set<String> = [
    "patient", "client", "clinician", "doctor", "physician", "gp", "therapist", "nurse", "carer", "caregiver",
    "mother", "father", "spouse", "kin", "interviewer", "rater", "name", "names",
  ]
  private static let freeText: Set<String> = [
    "note", "notes", "comment", "comments", "remark", "remarks", "freetext", "narrative", "text", "verbatim",
    "bemerkung", "bemerkungen", "kommentar", "kommentarer", "anmerkung", "commentaire", "commentaires",
    "observaciones", "opmerking", "opmerkingen", "description", "details", "specify", "summary", "letter",
  ]
  private static let places: Set<String> = [
    "site", "centre", "center", "clinic", "hospital", "city", "town", "county", "region", "state", "country",
    "ward", "team",
    "unit", "trust", "practice", "drug", "medication", "treatment", "arm", "group", "cohort", "study",
  ]
  private static let otherDates: Set<String> = [
    "visit", "onset", "diagnosis", "diagnosed", "dx", "admission", "admitted", "discharge", "death", "died",
    "start", "end", "entry", "exit", "enrolment", "enrollment", "enrolled", "inclusion", "consent", "event",
    "relapse", "remission", "assessment", "screening", "randomisation", "randomization", "baseline",
    "followup",
    "index", "first", "last", "treatment", "referral", "censor",
  ]
}
