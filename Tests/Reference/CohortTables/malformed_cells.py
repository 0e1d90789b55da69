"""Cells that look like numbers and are not, or are and should not be."""

from corpus_kit import Numbers, Texts, read

WEEKS = list(range(0, 200, 4))


def list_files():
    spellings()
    identifiers()
    not_numbers()
    missing()
    other_values()
    spreadsheets()


def column(file, trouble, cells, expected, written=None):
    """A file of one interesting column beside one of weeks."""
    written = written if written is not None else cells
    rows = "".join(f"{cell},{week}\n" for cell, week in zip(written, WEEKS))
    read(file, trouble, "x,week\n" + rows, {"x": expected, "week": Numbers(*WEEKS[: len(written)])})


def texts(file, trouble, *cells, numbers=0, offender=None, shown=None, **more):
    column(file, trouble, cells, Texts(*cells, numbers=numbers, offender=offender, shown=shown), **more)


def spellings():
    column("number-spellings.csv", "signs, points and exponents that are numbers",
           ["1", "-2.5", "+3", ".5", "5.", "-.5", "1e3", "1E-3", "2e+2", "0", "-0", "00.5", "007e0", "0e999999"],
           Numbers(1, -2.5, 3, 0.5, 5, -0.5, 1000, 0.001, 200, 0, 0, 0.5, 7, 0))
    column("number-spaces.csv", "spaces and tabs around numbers that are not quoted",
           [" 1", "2 ", "\t3\t", "  -4.5  "], Numbers(1, 2, 3, -4.5))
    texts("number-spaces-quoted.csv", "a space within the quotes makes text of a number", "1", " 2", numbers=2,
          offender=1, written=["1", '" 2"'])
    texts("number-no-break-space.csv", "no-break spaces around numbers", "1", "\u00a02", "3\u202f", offender=1,
          numbers=1, shown="\\u{A0}2")
    column("number-many-digits.csv", "fractions of many digits",
           ["0.1000000000000000055511151231257827", "3.141592653589793238462643383279502884197", "1.0000000000000000000000"],
           Numbers(0.1, 3.141592653589793, 1))
    column("number-tiny.csv", "numbers near and below the smallest",
           ["5e-324", "2.4e-324", "1e-400", "2.2250738585072014e-308"], Numbers(5e-324, 0, 0, 2.2250738585072014e-308))
    column("number-huge.csv", "the largest number", ["1.7976931348623157e308", "-1.7976931348623158e308"],
           Numbers(1.7976931348623157e308, -1.7976931348623157e308))
    texts("number-too-large.csv", "1e400 is beyond the range of a double", "1", "1e400", numbers=1, offender=1)
    texts("number-just-too-large.csv", "the first decimal that rounds to infinity", "1", "1.7976931348623159e308",
          numbers=1, offender=1)


def identifiers():
    column("identifiers-leading-zeros.csv", "identifiers with leading zeros keep them", ["001", "002", "010"],
           Texts("001", "002", "010", why="leadingZeros", numbers=3))
    column("identifiers-leading-zero-late.csv", "a leading zero in the third row only", ["100", "200", "007"],
           Texts("100", "200", "007", why="leadingZeros", offender=2, numbers=3))
    column("identifiers-double-zero.csv", "00 is an identifier, 0 is not", ["0", "00"],
           Texts("0", "00", why="leadingZeros", offender=1, numbers=2))
    column("identifiers-16-digits.csv", "integers of 16 digits keep them all", ["1234567890123456", "9007199254740993"],
           Texts("1234567890123456", "9007199254740993", why="longInteger", numbers=2))
    column("identifiers-15-digits.csv", "integers of 15 digits are numbers", ["123456789012345", "999999999999999"],
           Numbers(123456789012345, 999999999999999))
    column("identifiers-20-digits.csv", "integers beyond 64 bits", ["98765432109876543210", "1"],
           Texts("98765432109876543210", "1", why="longInteger", numbers=2))
    column("identifiers-long-with-zeros.csv", "16 zeros and a one", ["00000000000000001"],
           Texts("00000000000000001", why="leadingZeros", numbers=1))
    column("identifiers-exponent.csv", "identifiers that a spreadsheet made numbers of", ["1.23457E+15", "1.23457E+15"],
           Numbers(1.23457e15, 1.23457e15))
    column("identifiers-like-exponents.csv", "identifiers such as 1E5 are read as numbers", ["1E5", "2E7"],
           Numbers(1e5, 2e7))
    texts("identifiers-nhs.csv", "numbers written in groups", "943 476 5919", "943 476 5870")


def not_numbers():
    texts("not-number-hexadecimal.csv", "hexadecimal", "0x1F", "1", "0x1p3", numbers=1)
    texts("not-number-infinity.csv", "infinities in many spellings", "1", "inf", "Inf", "INF", "-inf", "+Infinity", "1.#INF",
          "\u221e", numbers=1, offender=1)
    column("not-number-nan.csv", "not a number: NaN is a missing code, other spellings are text",
           ["1", "NaN", "nan", "NAN", "-NaN", "1.#QNAN", "nan(0)"],
           Texts("1", None, "nan", "NAN", "-NaN", "1.#QNAN", "nan(0)", offender=2, numbers=1))
    column("not-number-thousands-comma.csv", "commas between thousands, quoted", ["1,234", "999", "12,345.5"],
           Texts("1,234", "999", "12,345.5", numbers=1), written=['"1,234"', "999", '"12,345.5"'])
    texts("not-number-thousands-others.csv", "other marks between thousands", "1 234", "1'234", "1_234", "1\u202f234",
          "1.234.567")
    column("not-number-decimal-comma.csv", "decimal commas, quoted", ["15,5", "9"], Texts("15,5", "9", numbers=1),
           written=['"15,5"', "9"])
    texts("not-number-minus.csv", "a typographic minus, a dash, a minus behind", "1", "\u22122", "\u20133", "4-", "(5)",
          "- 6", numbers=1, offender=1)
    texts("not-number-percent.csv", "percent signs", "12%", "3.5 %", "7", numbers=1)
    texts("not-number-units.csv", "units and bounds", "5mg", "<5", ">=20", "~3", "3*", "\u00a35", numbers=0)
    texts("not-number-digits.csv", "digits that are not ASCII, and fractions", "\u0663", "\uff15", "\u00bd", "1/2", "\u00b2")
    texts("not-number-exponents.csv", "exponents that are not whole", "1e", "e5", "1e+", "1d3", "1e5.0", "1 e5", "10^3",
          "1\u00d710\u00b3")
    texts("not-number-points.csv", "points that are no decimal points", "1.2.3", "-", "+", "--1", "+-1", "1..2", "-.")
    column("not-number-one-point.csv", "a point alone is a missing code", ["1", ".", "2"], Numbers(1, None, 2))
    texts("not-number-letter-o.csv", "the letters O and l for 0 and 1", "1O", "l5", "10", numbers=1)


def missing():
    column("missing-default.csv", "the codes that are missing unless others are given",
           ["1", "NA", "NaN", "null", ".", "", '""', '"NA"', " NA ", "   ", "\t"],
           Numbers(1, *[None] * 10))
    codes = ["N/A", "n/a", "na", "NULL", "None", "missing", "-", "--", "?", "#N/A", "nil", "(null)", "\\N", "..", "*", "unknown"]
    texts("missing-other-spellings.csv", "other spellings of missing are text", "1", *codes, numbers=1, offender=1)
    column("missing-as-numbers.csv", "-99, 999 and 9999 are numbers unless they are given as codes",
           ["1", "-99", "999", "-9", "9999", "-999.0"], Numbers(1, -99, 999, -9, 9999, -999))
    column("missing-all.csv", "a column without a value is numeric", ["NA", "", "."], Numbers(None, None, None))
    column("missing-quoted-space.csv", "a quoted space is text", ["1", '" "'], Texts("1", " ", offender=1, numbers=1))
    column("missing-among-text.csv", "missing codes in a column of text", ["mild", "NA", "", "na"],
           Texts("mild", None, None, "na"))
    column("missing-no-break-space.csv", "a no-break space is text", ["1", "\u00a0"],
           Texts("1", "\u00a0", offender=1, numbers=1, shown="\\u{A0}"))


def other_values():
    texts("dates.csv", "dates in many forms", "2024-03-01", "01/03/2024", "3/1/24", "1 Mar 2024", "2024-03-01T09:30:00Z",
          "20240301", numbers=1)
    column("dates-as-serials.csv", "dates as a spreadsheet's day numbers", ["45352", "45353.5"],
           Numbers(45352, 45353.5))
    texts("times.csv", "times of day", "09:30", "9.30 am", "24:00")
    texts("booleans.csv", "truth values", "TRUE", "false", "T", "yes", "0", "1", numbers=2)
    texts("levels-case-and-spaces.csv", "levels that differ in case and spaces stay apart", "therapy", "Therapy", "therapy ",
          " therapy")
    texts("mixed-types.csv", "numbers, text and dates in one column", "12", "twelve", "2024-03-01", "12.0", numbers=2,
          offender=1)
    column("last-cell-is-text.csv", "one slip in the last of twenty cells", [*map(str, range(19)), "1o"],
           Texts(*map(str, range(19)), "1o", numbers=19, offender=19))


def spreadsheets():
    column("formula-injection.csv", "cells that a spreadsheet would run are text and are kept as they stand",
           ["=1+2", "+1+2", "@SUM(A1)", "-2+3", "=cmd|' /C calc'!A0"],
           Texts("=1+2", "+1+2", "@SUM(A1)", "-2+3", "=cmd|' /C calc'!A0"))
    texts("spreadsheet-errors.csv", "errors of a spreadsheet", "1", "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#####",
          numbers=1, offender=1)
    texts("spreadsheet-apostrophe.csv", "an apostrophe before a number", "'001", "'2")
