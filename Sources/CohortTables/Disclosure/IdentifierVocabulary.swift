/// Whole names of columns that speak of identifiers, by kind: lower case, without accents and without anything between the words.
///
/// English, German, French, Spanish, Portuguese, Italian, Dutch, Danish, Norwegian, Swedish and Finnish. A name counts
/// only as a whole (`street`, not `street_drugs`), so that a word may be listed that is harmless within others.
enum IdentifierVocabulary {
  /// The kind that a name's words, joined, stand for.
  static func kind(ofWholeName joined: String) -> IdentifierKind? { kinds[joined] }

  /// Whether a whole name speaks of birth, but not only of its date: of its year or place as well.
  static func isBareBirth(_ joined: String) -> Bool { bareBirths.contains(joined) }

  /// Whether a whole name means free text.
  static func isFreeText(_ joined: String) -> Bool { freeText.contains(joined) }

  private static let kinds: [String: IdentifierKind] = {
    let lists: [(IdentifierKind, String)] = [
      (.birthDate, births), (.email, emails), (.phone, phones), (.nationalNumber, nationals),
      (.medicalRecordNumber, records), (.personName, people), (.address, addresses),
      (.bankAccount, accounts), (.networkAddress, networks),
    ]
    return lists.reduce(into: [:]) { kinds, list in
      for word in list.1.split(separator: " ") { kinds[String(word)] = list.0 }
    }
  }()

  private static let births = """
    birth born birthdt birthdte dtbirth dateborn bornon bday gebdatum gebtag geburt geburtstag geboren geborenam \
    datenaissance datedenaissance datnaiss ddn naissance fechanacimiento fechadenacimiento fechanac fecnac fnac \
    nacimiento datanascimento datadenascimento datanasc dtnasc dtnascimento nascimento datanascita datadinascita nascita \
    geboortedatum geboorte gebdat fodselsdato fodselsdag foedselsdato foedselsdag fodt foedt fodd fodelsedag \
    fodelsedatum syntymaaika syntymapaiva syntynyt
    """
  private static let bareBirths: Set<String> = [
    "birth", "born", "geburt", "geboren", "naissance", "nacimiento", "nascimento", "nascita", "geboorte",
    "fodt", "foedt",
    "fodd", "syntynyt",
  ]
  private static let emails = """
    emailadresse epostadresse epostadress emailadres mailadres correo correoelectronico correio correioeletronico \
    postaelettronica indirizzoemail indirizzomail adressemail adresseemail adressemel mel adresseelectronique sahkoposti \
    sahkopostiosoite
    """
  private static let phones = """
    handy handynr rufnummer telnr telefonnr mobilnr mobilfunk mobilfunknummer mobiltelefonnummer numerotelephone \
    numerodetelephone telephoneportable telmobile telportable movil celular telefonomovil numerotelefono \
    numerodetelefono cellulare numeroditelefono telemovel numerotelefone numerodetelefone telefoonnummer telefoonnr \
    mobielnummer mobiel gsmnummer telefonnummer tlfnr puhelinnro matkapuhelin whatsapp phoneno1 phone1 phone2 tel1 tel2 \
    contactnumber contactno homephone workphone
    """
  private static let nationals = """
    nhsnr nhsid hcn healthno healthnumber healthcareno healthinsuranceno healthinsurancenumber insuranceno \
    insurancenr insuranceid insurancepolicy insurancepolicyno policyno policynumber medicareid medicaidno medicaidnumber \
    socsecno ssnumber natinsno nationalidno identitycard identitycardno idcardno passportno driverlicence driverslicence \
    driverlicense licenceplate licenseplate versicherungsnummer versicherungsnr versichertennummer versichertennr \
    krankenversicherungsnummer krankenversichertennummer krankenkassennummer kvnr sozialversicherungsnr \
    rentenversicherungsnummer svnummer personalausweis personalausweisnummer ausweisnummer reisepass reisepassnummer \
    passnummer ahvnummer ahvnr steuernummer numerosecu numsecu nss numeross numerosecuritesociale \
    numerodesecuritesociale securitesociale carteidentite passeport numeropasseport numeroseguridadsocial \
    seguridadsocial nuss tarjetasanitaria documentoidentidad pasaporte dninie nifnie cedula tesserasanitaria \
    numerotesserasanitaria cartaidentita cartadidentita passaporto numeroutente numerodeutente nif nisss cartaocidadao \
    cartaodecidadao cartaodocidadao cpf cnsnumero sofinummer rijksregisternr identiteitsnummer verzekeringsnummer \
    polisnummer paspoort paspoortnummer cprno personnr personnumret samordningsnummer fnr dnummer fodselsnummeret \
    sundhedskort henkilotunnukset
    """
  private static let records = """
    krankenhausnummer fallnr aktennummer patientenaktennummer numerodossier numerodossiermedical dossiermedical ipp \
    historiaclinica numerohistoria numerohistoriaclinica nhc cartellaclinica numerocartella numeroprocesso \
    dossiernummer patientendossier patientjournal patientjournalnummer journalnr emrnumber ehrnumber ehrid hospitalnum
    """
  private static let people = """
    surnames firstnames lname ptname patname pname ptinitials nameofpatient nextofkin nachnamevorname \
    vornamenachname patientenname geburtsname rufname nomprenom prenomnom nomdefamille nomfamille nompatient nomdupatient \
    prenoms nomdenaissance nomjeunefille apellidopaterno apellidomaterno primerapellido segundoapellido primernombre \
    segundonombre nombrecompleto nombrepaciente nombredelpaciente nombreyapellidos nomepaciente nomedopaciente \
    nomecompleto ultimonome primeironome nomepaziente nomeecognome cognomenome cognomeenome voorletters roepnaam \
    geboortenaam tussenvoegsel naampatient patientnaam patientnavn fuldtnavn fulltnavn fullstendignavn mellemnavn \
    mellomnavn mellannamn pikenavn kaldenavn tilltalsnamn patientnamn fullstandigtnamn
    """
  private static let addresses = """
    street streetname streetno streetnumber streetandnumber housename housenr homeaddr addressline addressline1 addressline2 \
    address1 address2 mailingaddress postaladdress postcodefull fullpostcode zipfull fullzip zipplus4 latitude longitude gps \
    gpscoordinates geolocation anschrift wohnanschrift wohnadresse strassehausnummer strassenname hausnummer hausnr rue \
    nomdelarue numerorue adressepostale adressecomplete domicile calle domicilio direccionpostal codigopostal morada \
    enderecocompleto residenza indirizzodiresidenza codiceavviamentopostale straat straatnaam huisnummer woonadres gade \
    gadenavn vejnavn husnummer gateadresse gatenavn gatuadress gatunamn postadress postadresse bostadsadress bopael katuosoite
    """
  private static let accounts = """
    iban bankaccount bankaccountno bankaccountnumber accountnumber kontonummer kontonr bankkonto numerocuenta cuentabancaria \
    contabancaria contocorrente rekeningnummer comptebancaire bankgiro creditcard creditcardnumber cardnumber
    """
  private static let networks = """
    ipaddress ipaddr ipadresse ipadress ipadres ipv4 ipv6 adresseip direccionip macaddress macaddr clientip remoteaddr
    """
  private static let freeText = Set(
    """
    comment comments freetext narrative remark remarks notes clinicalnotes casenotes verbatim opentext freitext bemerkung \
    bemerkungen kommentar kommentare anmerkung anmerkungen notiz notizen commentaire commentaires remarque remarques \
    textelibre comentario comentarios observaciones textolibre notas observacoes textolivre commento commenti osservazioni \
    testolibero opmerking opmerkingen toelichting vrijetekst bemaerkning bemaerkninger fritekst merknad merknader \
    kommentarer anmarkning anmarkningar anteckning anteckningar fritext huomautus huomautukset
    """.split(separator: " ").map(String.init))
}
