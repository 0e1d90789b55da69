import CohortTables
import Testing

/// Check digits of national numbers: the issuers' published examples, and the same with one digit changed.
@Suite("ByHand: national numbers") struct NationalNumberByHandTests {
  /// Published or well-known test numbers, each with the sum that proves it.
  static let valid: [(NationalNumber, String)] = [
    // NHS Data Dictionary: 9*10+4*9+3*8+4*7+7*6+6*5+5*4+9*3+1*2 = 299 = 27*11+2, 11-2 = 9.
    (.nhs, "9434765919"), (.nhs, "943 476 5919"), (.nhs, "943-476-5919"),
    // 4*10+5*9+0*8+5*7+5*6+7*5+7*4+1*3+0*2 = 216 = 19*11+7, 11-7 = 4.
    (.nhs, "4505577104"),
    // An example of the Social Security Administration's history pages, in groups 3-2-4.
    (.socialSecurity, "078-05-1120"),
    // CPR-kontoret's example: 0*4+7*3+0*2+7*7+6*6+1*5+4*4+2*3+8*2+5 = 154 = 14*11.
    (.cpr, "070761-4285"), (.cpr, "0707614285"),
    // Skatteverket: 7+1+2+2+4+8+9+8+5+4 = 50 after doubling every other digit of 811228987 and adding digits.
    (.personnummer, "811228-9874"), (.personnummer, "19811228-9874"), (.personnummer, "8112289874"),
    // A co-ordination number adds 60 to the day: 5+0+2+0+3+3+4+3+9+1 = 30.
    (.personnummer, "701063-2391"),
    // The Digital and Population Data Services Agency's example: 131052308 = 4227493*31+25, and T is number 25.
    (.hetu, "131052-308T"),
    // 0*3+1*7+0*6+1*1+8*8+0*9+0*4+0*5+1*2 = 74 = 6*11+8, so 3; then 71 = 6*11+5, so 6.
    (.fodselsnummer, "01018000136"), (.fodselsnummer, "010180 00136"),
    // The Federal Central Tax Office's test number; its 7 stands twice among the first ten.
    (.steuerID, "86095742719"),
    // 1*9+1*8+1*7+2*6+2*5+2*4+3*3+3*2-3 = 66 = 6*11.
    (.bsn, "111222333"),
    // INSEE's example: 97 - 2550814168025 mod 97 = 38.
    (.nir, "255081416802538"), (.nir, "2 55 08 14 168 025 38"),
    // 12345678 mod 23 = 14, and Z is letter 14; X stands for 0.
    (.dni, "12345678Z"), (.dni, "X1234567L"),
  ]

  @Test(arguments: valid) func publishedNumbersPass(_ kind: NationalNumber, _ text: String) {
    #expect(kind.matches(text))
  }

  static let invalid: [(NationalNumber, String)] = [
    (.nhs, "9434765918"), (.nhs, "943476591"), (.nhs, "94347659190"), (.nhs, "9434 765919"),
    (.nhs, "0000000000"),
    // Areas 000, 666 and 900-999, group 00 and serial 0000 are never issued; bare digits prove nothing.
    (.socialSecurity, "000-05-1120"), (.socialSecurity, "666-05-1120"), (.socialSecurity, "900-05-1120"),
    (.socialSecurity, "078-00-1120"), (.socialSecurity, "078-05-0000"), (.socialSecurity, "078051120"),
    (.cpr, "070761-4286"), (.cpr, "320761-4285"), (.cpr, "071361-4285"),
    (.personnummer, "811228-9875"), (.personnummer, "811328-9874"), (.personnummer, "31811228-9874"),
    (.hetu, "131052-308U"), (.hetu, "131352-308T"), (.hetu, "131052/308T"),
    (.fodselsnummer, "01018000137"), (.fodselsnummer, "01138000136"),
    (.steuerID, "86095742718"), (.steuerID, "06095742719"), (.bsn, "111222334"), (.bsn, "000000000"),
    (.nir, "255081416802539"), (.nir, "355081416802538"), (.dni, "12345678A"), (.dni, "W1234567L"),
    (.nhs, ""),
  ]

  @Test(arguments: invalid) func oneSlipFails(_ kind: NationalNumber, _ text: String) {
    #expect(!kind.matches(text))
  }
}
