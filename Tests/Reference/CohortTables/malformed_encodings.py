"""Encodings, control characters, other kinds of files, compressed files."""

import struct
import zlib

from corpus_kit import FIRST_ROWS, Numbers, Texts, read, refused

SAVE = "expected UTF-8 text; save the file as \"CSV UTF-8\""
TEXT = FIRST_ROWS + "P2,4,9\n"
COLUMNS = {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4), "phq9": Numbers(15, 9)}


def list_files():
    marks()
    invalid_utf8()
    controls()
    other_kinds()
    names_like_marks()
    gzip_files()
    zstandard_files()


def not_utf8(column, byte, offset, shown):
    return f"column '{column}': byte 0x{byte:02X} at offset {offset} is not UTF-8 (in '{shown}'); {SAVE}"


def nul(byte):
    return f"not a text file: byte {byte} is NUL; expected CSV text in UTF-8"


def marks():
    read("utf8-mark.csv", "a UTF-8 byte-order mark", "\ufeff" + TEXT, COLUMNS)
    read("utf8-mark-and-quote.csv", "a UTF-8 byte-order mark before a quoted name", '\ufeff"phq9"\n15\n',
         {"phq9": Numbers(15)})
    read("utf8-mark-twice.csv", "two byte-order marks: both are skipped", "\ufeff\ufeffphq9\n15\n",
         {"phq9": Numbers(15)})
    read("utf8-mark-in-middle.csv", "two files with marks were put together",
         "\ufeffphq9\n15\n\ufeff9\n", {"phq9": Texts("15", "\ufeff9", offender=1, numbers=1, shown="\\u{FEFF}9")})
    for kind, name, codec, mark in [
        ("UTF-16", "utf16-little", "utf-16-le", b"\xff\xfe"), ("UTF-16", "utf16-big", "utf-16-be", b"\xfe\xff"),
        ("UTF-32", "utf32-little", "utf-32-le", b"\xff\xfe\0\0"),
        ("UTF-32", "utf32-big", "utf-32-be", b"\0\0\xfe\xff"),
    ]:
        data = TEXT.encode(codec)
        refused(f"{name}-mark.csv", f"{codec.upper()} with a byte-order mark", mark + data, "wrongEncoding",
                f"the file is in {kind}; expected UTF-8; save it as \"CSV UTF-8\"")
        trouble = f"{codec.upper()} without a byte-order mark"
        if kind == "UTF-16":
            refused(f"{name}.csv", trouble, data, "wrongEncoding",
                    "the file seems to be in UTF-16, without a mark; expected UTF-8; save it as \"CSV UTF-8\"")
        else:
            refused(f"{name}.csv", trouble, data, "notText", nul(data.index(0) + 1))


def invalid_utf8():
    head = "subject_id,name\nP1,x\n".encode()
    refused("latin1.csv", "Latin-1 text", head + b"P2,Ren\xe9e\n", "invalidUTF8",
            not_utf8("name", 0xE9, 27, "Ren\ufffde"), 3, "name")
    refused("latin1-header.csv", "Latin-1 in the header", b"subject_id,pr\xe9nom\nP1,x\n", "invalidUTF8",
            not_utf8("pr\ufffdnom", 0xE9, 13, "pr\ufffdnom"), 1, "pr\ufffdnom")
    refused("windows1252.csv", "typographic quotes in Windows-1252", head + b"P2,\x93x\x94\n", "invalidUTF8",
            not_utf8("name", 0x93, 24, "\ufffdx\ufffd"), 3, "name")
    refused("utf8-cut-at-end.csv", "the file stops within a character", head + b"P2,caf\xc3", "invalidUTF8",
            not_utf8("name", 0xC3, 27, "caf\ufffd"), 3, "name")
    refused("utf8-cut-in-cell.csv", "a character is cut in the middle of the file", head + b"P2,\xe2\x82,\n"[:-2]
            + b"\nP3,y\n", "invalidUTF8", not_utf8("name", 0xE2, 24, "\ufffd"), 3, "name")
    refused("utf8-cut-before-delimiter.csv", "a cut character before a delimiter",
            b"name,week\ncaf\xc3,0\n", "invalidUTF8", not_utf8("name", 0xC3, 13, "caf\ufffd"), 2, "name")
    refused("utf8-overlong.csv", "a slash in two bytes", head + b"P2,\xc0\xaf\n", "invalidUTF8",
            not_utf8("name", 0xC0, 24, "\ufffd\ufffd"), 3, "name")
    refused("utf8-overlong-nul.csv", "NUL in two bytes, as Java writes it", head + b"P2,\xc0\x80\n", "invalidUTF8",
            not_utf8("name", 0xC0, 24, "\ufffd\ufffd"), 3, "name")
    refused("utf8-surrogates.csv", "a pair of surrogates in three bytes each (CESU-8)",
            head + b"P2,\xed\xa0\xbd\xed\xb8\x80\n", "invalidUTF8",
            not_utf8("name", 0xED, 24, "\ufffd" * 6), 3, "name")
    refused("utf8-beyond-range.csv", "a character beyond U+10FFFF", head + b"P2,\xf4\x90\x80\x80\n", "invalidUTF8",
            not_utf8("name", 0xF4, 24, "\ufffd" * 4), 3, "name")
    refused("utf8-stray-continuation.csv", "a continuation byte that continues nothing", head + b"P2,\x80\n",
            "invalidUTF8", not_utf8("name", 0x80, 24, "\ufffd"), 3, "name")
    refused("utf8-invalid-in-quotes.csv", "a wrong byte on the second line of a cell: the line is that of the byte",
            b'subject_id,note\nP1,"one\ntw\xff"\nP2,x\n', "invalidUTF8",
            not_utf8("note", 0xFF, 26, "\"one\\ntw\ufffd\""), 3, "note")
    read("utf8-all-lengths.csv", "characters of one to four bytes, joined and combining ones",
         "name,week\na\u00e9\u65e5\U0001f600,0\ne\u0301,4\n\U0001f469\u200d\U0001f4bb,8\n\u202eabc,12\n",
         {"name": Texts("a\u00e9\u65e5\U0001f600", "e\u0301", "\U0001f469\u200d\U0001f4bb", "\u202eabc"),
          "week": Numbers(0, 4, 8, 12)})
    read("utf8-composed-and-not.csv", "one word with the accent as one character and as two: one level",
         "name,week\ncaf\u00e9,0\ncafe\u0301,4\n", {"name": Texts("caf\u00e9", "caf\u00e9"), "week": Numbers(0, 4)})
    read("mojibake.csv", "UTF-8 read as Latin-1 and saved again: text like any other",
         "name,week\nRen\u00c3\u00a9e,0\n", {"name": Texts("Ren\u00c3\u00a9e"), "week": Numbers(0)})
    read("replacement-character.csv", "a replacement character: somebody lost a letter before",
         "name,week\nRen\ufffde,0\n", {"name": Texts("Ren\ufffde"), "week": Numbers(0)})


def controls():
    refused("nul-in-cell.csv", "a NUL in a cell", FIRST_ROWS + "P2,4,\0\n", "notText", nul(35), 3)
    refused("nul-at-end.csv", "NULs after the last row, from a disk block", FIRST_ROWS + "\0\0\0\0", "notText",
            nul(30), 3)
    read("control-characters.csv", "a bell, an escape and a backspace are text",
         "note,week\na\ab,0\n\x1b[31mred\x1b[0m,4\nc\b,8\n",
         {"note": Texts("a\ab", "\x1b[31mred\x1b[0m", "c\b", shown="a\\u{7}b"), "week": Numbers(0, 4, 8)})
    read("zero-width-space.csv", "a zero-width space makes text of a number", "phq9,week\n15,0\n9\u200b,4\n",
         {"phq9": Texts("15", "9\u200b", offender=1, numbers=1, shown="9\\u{200B}"), "week": Numbers(0, 4)})


def other_kinds():
    def named(file, trouble, data, kind):
        refused(file, trouble, data, "notText",
                f"not a text file but {kind}; expected CSV text; export it as CSV first")

    def other(file, trouble, data, kind):
        refused(file, trouble, data, "notText",
                f"not a table of text but {kind}; expected CSV text; export it as CSV first")

    def packed(file, trouble, data, kind):
        refused(file, trouble, data, "compressed",
                f"the file is compressed with {kind}; expected CSV text, plain or once compressed with gzip or zstd")

    archive = b"PK\x03\x04\x14\0\0\0\x08\0"
    named("kind-zip.csv", "a ZIP archive", archive + b"visits.csv", "a ZIP archive or an Excel workbook")
    named("kind-xlsx.csv", "an Excel workbook with its name changed", archive + b"[Content_Types].xml",
          "a ZIP archive or an Excel workbook")
    named("kind-xls.csv", "an old Excel workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(24),
          "an old Excel workbook")
    named("kind-pdf.csv", "a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF")
    named("kind-parquet.csv", "a Parquet file", b"PAR1\x15\x04\x15\x10PAR1", "a Parquet file")
    named("kind-spss.csv", "an SPSS file", b"$FL2@(#) SPSS DATA FILE" + bytes(8), "an SPSS file")
    named("kind-stata.csv", "a Stata file since 13", b"<stata_dta><header><release>118</release>", "a Stata file")
    refused("kind-stata-old.csv", "a Stata file before 13", b"\x72\x02\x01\0\x03\0", "notText", nul(4))
    named("kind-sas7bdat.csv", "a SAS data set", bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", "a SAS data set")
    named("kind-sas-transport.csv", "a SAS transport file",
          b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  SAS     SAS     SASLIB  " + bytes(4),
          "a SAS transport file")
    named("kind-sqlite.csv", "an SQLite database", b"SQLite format 3\0\x10\0", "an SQLite database")
    named("kind-arrow.csv", "an Arrow file (Feather 2)", b"ARROW1\0\0\xff\xff\xff\xff", "an Arrow file")
    named("kind-feather.csv", "a Feather file of the first version", b"FEA1\0\0\0\0\x10\0\0\0", "a Feather file")
    named("kind-rds-plain.csv", "an R object that is not compressed", b"X\n\0\0\0\x03\0\x04\x02\x01", "an R object")
    named("kind-rdata-plain.csv", "an R workspace that is not compressed", b"RDX3\nX\n\0\0\0\x03\0\x04\x02\x01",
          "an R workspace")
    packed("kind-rds-bzip2.csv", "an R object compressed with bzip2", b"BZh91AY&SY\x10\x20", "bzip2")
    packed("kind-rds-xz.csv", "an R object compressed with xz", b"\xfd7zXZ\0\0\x04", "xz")
    page = "a web page (a log-in page, perhaps)"
    other("kind-html.csv", "a web page saved as CSV (a log-in page, say)",
          "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n", page)
    other("kind-html-after-space.csv", "a web page after a mark and blank lines",
          "\ufeff\r\n\n  <HTML lang=en>\n<body>Please log in</body></HTML>\n", page)
    other("kind-xml.csv", "an XML file", '<?xml version="1.0"?>\n<visits><week>0</week></visits>\n', "XML")
    other("kind-json.csv", "a JSON file", '[{"subject_id": "P1", "week": 0}]\n', "JSON")
    other("kind-json-lines.csv", "JSON, an object a line", '{"subject_id": "P1", "week": 0}\n{"subject_id": "P2"}\n',
          "JSON")
    other("kind-json-indented.csv", "JSON with line breaks", '[\n  {\n    "week": 0\n  }\n]\n', "JSON")


def names_like_marks():
    """Columns whose names begin as the files of other programs do: those go on with other bytes."""
    for file, name in [("parquet", "PAR1"), ("feather", "FEA1"), ("arrow", "ARROW1"), ("spss", "$FL2"),
                       ("rdata", "RDX"), ("bzip2", "BZhours"), ("json-object", "{week}"), ("json-list", "[week]")]:
        read(f"name-like-{file}.csv", f"a column named {name}", f"{name},phq9\n1,15\n",
             {name: Numbers(1), "phq9": Numbers(15)})


def gzip_member(data, checksum=None, size=None):
    """One gzip member (RFC 1952) without name and time, so that its bytes never change."""
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)  # stored blocks: the same bytes whatever the zlib
    body = packer.compress(data) + packer.flush()
    checksum = zlib.crc32(data) if checksum is None else checksum
    size = len(data) if size is None else size
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + struct.pack("<II", checksum, size)


def cut(kind):
    return f"the {kind} compression ends in the middle; expected a whole {kind} file; copy or make it again"


def damaged(kind):
    return f"the {kind} compression is damaged; expected a whole {kind} file; copy or make it again"


def not_unpacked(file, trouble, data, message):
    """What is wrong with the compression has no line."""
    refused(file, trouble, data, "damagedCompression", message, None)


def gzip_files():
    data = TEXT.encode()
    whole = gzip_member(data)
    half = data.index(b"\nP2") + 1
    read("gzip.csv.gz", "a whole gzip file", whole, COLUMNS)
    read("gzip-two-members.csv.gz", "two gzip members, one after the other",
         gzip_member(data[:half]) + gzip_member(data[half:]), COLUMNS)
    read("gzip-seam-in-cell.csv.gz", "the seam of two members within a cell",
         gzip_member(data[:half - 3]) + gzip_member(data[half - 3:]), COLUMNS)
    read("gzip-empty-members.csv.gz", "members of nothing before, between and after",
         gzip_member(b"") + gzip_member(data[:half]) + gzip_member(b"") + gzip_member(data[half:]) + gzip_member(b""),
         COLUMNS)
    read("gzip-padded.csv.gz", "zeros after the last member, as on tape", whole + bytes(40), COLUMNS)
    read("gzip-named-csv.csv", "a gzip file named .csv", whole, COLUMNS)
    read("gzip-with-name.csv.gz", "the original name and a comment in the gzip header",
         whole[:3] + b"\x18" + whole[4:10] + b"visits.csv\0a comment\0" + whole[10:], COLUMNS)
    read("gzip-blank-lines.csv.gz", "CRLF, a mark and blank lines within a gzip file",
         gzip_member(("\ufeff" + TEXT).replace("\n", "\r\n\r\n").encode()), COLUMNS, lines=[3, 5], blank=3)
    not_unpacked("gzip-cut-header.csv.gz", "a gzip file that stops within its header", whole[:6], cut("gzip"))
    not_unpacked("gzip-cut-body.csv.gz", "a gzip file that stops within its data", whole[:30], cut("gzip"))
    not_unpacked("gzip-cut-trailer.csv.gz", "a gzip file without its checksum", whole[:-8], cut("gzip"))
    not_unpacked("gzip-cut-second-member.csv.gz", "the second member stops short", whole + whole[:20], cut("gzip"))
    not_unpacked("gzip-wrong-checksum.csv.gz", "the checksum is wrong", gzip_member(data, checksum=1), damaged("gzip"))
    not_unpacked("gzip-wrong-size.csv.gz", "the stated size is wrong", gzip_member(data, size=7), damaged("gzip"))
    not_unpacked("gzip-corrupt-body.csv.gz", "a deflate block of a kind that does not exist",
                 whole[:10] + b"\x07" + whole[11:], damaged("gzip"))
    not_unpacked("gzip-unknown-method.csv.gz", "a compression method that is not deflate",
                 whole[:2] + b"\x07" + whole[3:], damaged("gzip"))
    other = ("other bytes follow the end of the gzip data; "
             "expected nothing but gzip data; unpack the file and look at its end")
    not_unpacked("gzip-trailing-text.csv.gz", "text after the last member", whole + b"P3,8,7\n", other)
    not_unpacked("gzip-then-zstandard.csv.gz", "a Zstandard frame after a gzip member",
                 whole + zstandard_frame(data), other)
    refused("gzip-of-nothing.csv.gz", "a gzip file of an empty file", gzip_member(b""), "emptyFile",
            "the file is empty; expected a header with the columns' names")
    refused("gzip-of-utf16.csv.gz", "a gzip file of UTF-16 text",
            gzip_member(b"\xff\xfe" + TEXT.encode("utf-16-le")), "wrongEncoding",
            "the file is in UTF-16; expected UTF-8; save it as \"CSV UTF-8\"")
    refused("gzip-of-workbook.csv.gz", "a gzip file of an Excel workbook",
            gzip_member(b"PK\x03\x04\x14\0\0\0\x08\0[Content_Types].xml"), "notText",
            "not a text file but a ZIP archive or an Excel workbook; expected CSV text; export it as CSV first")
    refused("gzip-of-gzip.csv.gz", "a gzip file of a gzip file", gzip_member(whole), "compressed",
            "the file is compressed with gzip, twice; expected CSV text, plain or once compressed with gzip or zstd")
    refused("gzip-of-zstandard.csv.gz", "a gzip file of a Zstandard file", gzip_member(zstandard_frame(data)),
            "compressed",
            "the file is compressed with zstd, twice; expected CSV text, plain or once compressed with gzip or zstd")
    refused("gzip-of-ragged.csv.gz", "a gzip file of a ragged table: line 3",
            gzip_member((FIRST_ROWS + "P1,4\n").encode()), "raggedRow",
            "column 'phq9': the row stops before this column, after 2 fields; expected 3 fields, as in the header",
            3, "phq9")
    refused("gzip-of-latin1.csv.gz", "a gzip file of Latin-1 text: the offset is that in the text",
            gzip_member(b"subject_id,name\nP1,Ren\xe9\n"), "invalidUTF8",
            not_utf8("name", 0xE9, 22, "Ren\ufffd"), 2, "name")
    not_unpacked("gzip-of-ragged-cut.csv.gz", "a ragged row in a gzip file that is cut: the text cannot be trusted",
                 gzip_member((FIRST_ROWS + "P1,4\n").encode())[:-8], cut("gzip"))
    read("plain-named-gzip.csv.gz", "plain text named .csv.gz", TEXT, COLUMNS)


def zstandard_frame(data, flags=0x20, tail=b""):
    """One Zstandard frame (RFC 8878) with one raw block."""
    block = struct.pack("<I", 1 | len(data) << 3)[:3] + data
    return b"\x28\xb5\x2f\xfd" + bytes([flags, len(data)]) + block + tail


def zstandard_files():
    data = TEXT.encode()
    whole = zstandard_frame(data)
    half = data.index(b"\nP2") + 1
    skippable = b"\x50\x2a\x4d\x18\x04\0\0\0skip"
    read("zstandard.csv.zst", "a whole Zstandard file", whole, COLUMNS)
    read("zstandard-two-frames.csv.zst", "two Zstandard frames, one after the other",
         zstandard_frame(data[:half]) + zstandard_frame(data[half:]), COLUMNS)
    read("zstandard-skippable-frame.csv.zst", "a frame to be skipped between two",
         zstandard_frame(data[:half]) + skippable + zstandard_frame(data[half:]), COLUMNS)
    read("zstandard-skippable-first.csv.zst", "a frame to be skipped at the beginning, as pzstd writes it",
         skippable + whole, COLUMNS)
    read("zstandard-seam-in-cell.csv.zst", "the seam of two frames within a cell",
         zstandard_frame(data[:half - 3]) + zstandard_frame(b"") + zstandard_frame(data[half - 3:]), COLUMNS)
    not_unpacked("zstandard-cut.csv.zst", "a Zstandard file that stops within its data", whole[:-10], cut("zstd"))
    not_unpacked("zstandard-cut-header.csv.zst", "a Zstandard file that stops after its first bytes", whole[:4],
                 cut("zstd"))
    not_unpacked("zstandard-cut-second-frame.csv.zst", "the second frame stops short", whole + whole[:8], cut("zstd"))
    not_unpacked("zstandard-wrong-checksum.csv.zst", "the checksum is wrong",
                 zstandard_frame(data, 0x24, b"\1\2\3\4"), damaged("zstd"))
    not_unpacked("zstandard-reserved-block.csv.zst", "a block of a kind that does not exist",
                 whole[:6] + bytes([whole[6] | 6]) + whole[7:], damaged("zstd"))
    not_unpacked("zstandard-wrong-size.csv.zst", "the stated size is not that of the data",
                 whole[:5] + bytes([len(data) - 1]) + whole[6:], damaged("zstd"))
    not_unpacked("zstandard-trailing-text.csv.zst", "text after the last frame", whole + b"P3,8,7\n",
                 "other bytes follow the end of the zstd data; "
                 "expected nothing but zstd data; unpack the file and look at its end")
    not_unpacked("zstandard-needs-dictionary.csv.zst", "a frame that names a dictionary",
                 b"\x28\xb5\x2f\xfd" + bytes([0x21, 0x07, len(data)]) + whole[6:],
                 "the zstd compression needs a dictionary; expected a zstd file that was packed without a dictionary")
    not_unpacked("zstandard-needs-memory.csv.zst", "a frame that needs a window of a terabyte",
                 b"\x28\xb5\x2f\xfd\x00\xf0" + whole[6:],
                 "the zstd compression needs more than 128 MB of memory to unpack; "
                 "expected a zstd file that was packed without --ultra or --long")
    refused("zstandard-of-nothing.csv.zst", "a Zstandard file of an empty file", zstandard_frame(b""), "emptyFile",
            "the file is empty; expected a header with the columns' names")
    refused("zstandard-of-gzip.csv.zst", "a Zstandard file of a gzip file", zstandard_frame(gzip_member(data)),
            "compressed",
            "the file is compressed with gzip, twice; expected CSV text, plain or once compressed with gzip or zstd")
    refused("zstandard-of-unclosed.csv.zst", "a Zstandard file of a quote that is never closed",
            zstandard_frame(b'subject_id,note\nP1,"ill\nP2,x\n'), "unclosedQuote",
            "column 'note': the quote that opens here is never closed; expected a closing quote before the file ends",
            2, "note")
