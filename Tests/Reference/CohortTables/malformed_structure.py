"""Rows, quotes, line ends, headers, delimiters."""

from corpus_kit import FIRST_ROWS, Numbers, Texts, read, refused

FIELDS = "expected 3 fields, as in the header"
ENDS = "expected lines that end in LF or CRLF"
CLOSING = "the quote that opens here is never closed; expected a closing quote before the file ends"
AFTER = "follows the closing quote of a field; expected a delimiter or the end of the line"
INSIDE = "expected the whole field in quotes, with every quote inside it doubled"
LONE = f"a carriage return without a line feed, as in old Macintosh files; {ENDS}"
NO_NAME = "the header has no name here; expected a name for every column"
BLANK = "column 1: the first line is blank; expected a header with the columns' names"


def list_files():
    rows()
    quotes()
    quotes_that_are_right()
    line_ends()
    blank_lines()
    headers()
    delimiters()
    lines_that_are_no_data()
    two_troubles()
    messages()


def short(column, count):
    fields = "1 field" if count == 1 else f"{count} fields"
    return f"column '{column}': the row stops before this column, after {fields}; {FIELDS}"


def long(column, text, count):
    extra = f"'{text}'" if text else "an empty field"
    return f"column '{column}': the row goes on after this last column with {extra}, to {count} fields; {FIELDS}"


def rows():
    refused("ragged-short-row.csv", "a row has a field too few", FIRST_ROWS + "P1,4\nP2,0,9\n",
            "raggedRow", short("phq9", 2), 3, "phq9")
    refused("ragged-short-last-row.csv", "the file stops within its last row", FIRST_ROWS + "P1",
            "raggedRow", short("week", 1), 3, "week")
    refused("ragged-long-row.csv", "a row has a field too many", FIRST_ROWS + "P1,4,12,x\n",
            "raggedRow", long("phq9", "x", 4), 3, "phq9")
    refused("ragged-comma-in-text.csv", "a comma in a text that is not quoted",
            "subject_id,site,phq9\nP1,Leeds,9\nP2,Leeds, UK,12\n", "raggedRow", long("phq9", "12", 4), 3,
            "phq9")
    refused("ragged-comma-in-single-quotes.csv", "a comma between apostrophes, which are no quotes",
            "subject_id,site,phq9\nP1,'Leeds, UK',9\n", "raggedRow", long("phq9", "9", 4), 2, "phq9")
    refused("ragged-decimal-comma.csv", "a decimal comma in a comma-separated file",
            FIRST_ROWS + "P1,4,12,5\n", "raggedRow", long("phq9", "5", 4), 3, "phq9")
    refused("ragged-thousands-comma.csv", "a thousands separator that is not quoted",
            "subject_id,day,cost\nP1,0,1,200\n", "raggedRow", long("cost", "200", 4), 2, "cost")
    refused("trailing-delimiter-rows.csv", "every row but the header ends in a delimiter",
            "subject_id,week,phq9\nP1,0,15,\nP1,4,12,\n", "raggedRow", long("phq9", "", 4), 2, "phq9")
    refused("trailing-delimiter-all.csv", "the header and every row end in a delimiter",
            "subject_id,week,phq9,\nP1,0,15,\nP1,4,12,\n", "blankHeaderName", f"column 4: {NO_NAME}", 1, "4")
    refused("ragged-after-quoted-newline.csv", "a short row after a cell of two lines: line 4, row 2",
            'subject_id,note,phq9\nP1,"a\nb",15\nP1,c\n', "raggedRow", short("phq9", 2), 4, "phq9")


def quotes():
    refused("unclosed-quote.csv", "a quote is never closed and takes the rest of the file",
            'subject_id,note,phq9\nP1,"well,15\nP2,ill,9\n', "unclosedQuote", f"column 'note': {CLOSING}", 2,
            "note")
    refused("unclosed-quote-at-end.csv", "the last byte of the file opens a quote",
            FIRST_ROWS + 'P1,4,"', "unclosedQuote", f"column 'phq9': {CLOSING}", 3, "phq9")
    refused("unclosed-quote-header.csv", "a quote in the header is never closed",
            'subject_id,"week,phq9\nP1,0,15\n', "unclosedQuote", f"column 2: {CLOSING}", 1, "2")
    refused("unclosed-quote-after-doubled.csv", "three quotes at the end: a doubled one and no closing one",
            'subject_id,note\nP1,"ill""\nP2,well\n', "unclosedQuote", f"column 'note': {CLOSING}", 2, "note")
    refused("quote-alone.csv", "the file is one quote", '"', "unclosedQuote", f"column 1: {CLOSING}", 1, "1")
    refused("quote-in-unquoted-field.csv", "inches in a field that is not quoted",
            'subject_id,height\nP1,5\'11"\n', "quoteInUnquotedField",
            f"column 'height': a quote inside the unquoted field '5'11\"'; {INSIDE}", 2, "height")
    refused("quote-after-space.csv", "a space before the opening quote",
            'subject_id,note\nP1, "ill, then well"\n', "quoteInUnquotedField",
            f"column 'note': a quote inside the unquoted field ' \"ill'; {INSIDE}", 2, "note")
    refused("quote-in-header.csv", "a quote inside a name that is not quoted", 'subject_id,the "score"\nP1,3\n',
            "quoteInUnquotedField",
            f"column 2: a quote inside the unquoted field 'the \"score\"'; {INSIDE}", 1, "2")
    refused("text-after-quote.csv", "text after a closing quote", 'subject_id,note\nP1,"ill"ness\n',
            "textAfterQuote", f"column 'note': 'ness' {AFTER}", 2, "note")
    refused("space-after-quote.csv", "a space after a closing quote", '"P" ,week\nP1,0\n', "textAfterQuote",
            f"column 1: ' ' {AFTER}", 1, "1")
    refused("quote-escaped-with-backslash.csv", "quotes escaped as in C, not doubled",
            'subject_id,note\nP1,"he said \\"no\\" twice"\n', "textAfterQuote",
            f"column 'note': 'no\\\" twice\"' {AFTER}", 2, "note")
    refused("spreadsheet-text-formula.csv", "identifiers as =\"001\", which keeps a spreadsheet from dropping zeros",
            'subject_id,week\n="001",0\n="002",4\n', "quoteInUnquotedField",
            f"column 'subject_id': a quote inside the unquoted field '=\"001\"'; {INSIDE}", 2, "subject_id")


def quotes_that_are_right():
    read("spreadsheet-text-formula-quoted.csv", "the same, quoted as it should be",
         'subject_id,week\n"=""001""",0\n"=""002""",4\n',
         {"subject_id": Texts('="001"', '="002"'), "week": Numbers(0, 4)})
    read("quotes-doubled.csv", "doubled quotes within, at both ends, and alone",
         'note,week\n"say ""hi""",0\n"""",4\n"""a""",8\n"",12\n',
         {"note": Texts('say "hi"', '"', '"a"', None), "week": Numbers(0, 4, 8, 12)})
    read("quoted-newlines.csv", "line feeds, CRLF and a carriage return within quotes",
         'subject_id,note\nP1,"one\ntwo"\nP2,"one\r\ntwo\r"\nP3,"\n"\n',
         {"subject_id": Texts("P1", "P2", "P3"),
          "note": Texts("one\ntwo", "one\r\ntwo\r", "\n", shown="one\\ntwo")}, lines=[2, 4, 6])
    read("quoted-delimiters.csv", "every delimiter within quotes", 'note,week\n"a,b;c\td",0\n",",4\n',
         {"note": Texts("a,b;c\td", ",", shown="a,b;c\\td"), "week": Numbers(0, 4)})
    read("quote-at-very-end.csv", "a closing quote is the last byte", 'subject_id,note\nP1,"ill"',
         {"subject_id": Texts("P1"), "note": Texts("ill")})
    read("quoted-empty-at-end.csv", "two quotes are the last bytes", 'subject_id,phq9\nP1,4\nP2,""',
         {"subject_id": Texts("P1", "P2"), "phq9": Numbers(4, None)})
    read("quoted-everything.csv", "every cell in quotes, numbers too", '"subject_id","phq9"\n"P1","15"\n"P2",""\n',
         {"subject_id": Texts("P1", "P2"), "phq9": Numbers(15, None)})
    read("quotes-typographic.csv", "typographic quotes, which are text", "note,week\n“ill”,0\n«well»,4\n",
         {"note": Texts("“ill”", "«well»"), "week": Numbers(0, 4)})
    read("backslash-in-cell.csv", "backslashes are text", "note,week\nC:\\data,0\n\\N,4\na\\,8\n",
         {"note": Texts("C:\\data", "\\N", "a\\"), "week": Numbers(0, 4, 8)})


def line_ends():
    refused("line-ends-cr.csv", "carriage returns only, as on old Macintoshes", "subject_id,week\rP1,0\rP1,4\r",
            "loneCarriageReturn", f"column 2: {LONE}", 1, "2")
    refused("line-ends-cr-once.csv", "one row ends in a carriage return", "subject_id,week\nP1,0\rP1,4\n",
            "loneCarriageReturn", f"column 'week': {LONE}", 2, "week")
    refused("line-ends-cr-at-end.csv", "the last byte is a carriage return", "subject_id,week\r\nP1,0\r",
            "loneCarriageReturn", f"column 'week': {LONE}", 2, "week")
    refused("line-ends-crcrlf.csv", "a CRLF file was converted to CRLF again", "subject_id,week\r\r\nP1,0\r\r\n",
            "loneCarriageReturn", f"column 2: {LONE}", 1, "2")
    refused("line-ends-cr-after-quote.csv", "a carriage return after a closing quote",
            'subject_id,note\nP1,"ill"\rP2,"well"\n', "loneCarriageReturn", f"column 'note': {LONE}", 2, "note")
    both = {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4)}
    read("line-ends-crlf.csv", "CRLF throughout", "subject_id,week\r\nP1,0\r\nP2,4\r\n", both)
    read("line-ends-mixed.csv", "LF and CRLF in one file", "subject_id,week\nP1,0\r\nP2,4\n", both)
    read("line-ends-no-last.csv", "no line ending after the last row", "subject_id,week\nP1,0\nP2,4", both)
    refused("line-ends-lfcr.csv", "line feed and carriage return the wrong way round",
            "subject_id,week\n\rP1,0\n\rP2,4\n\r", "loneCarriageReturn", f"column 'subject_id': {LONE}", 2,
            "subject_id")
    read("line-separators-unicode.csv", "U+2028, U+0085, vertical tab and form feed end no line",
         "note,week\na\u2028b,0\nc\u0085d,4\ne\vf,8\ng\fh,12\n",
         {"note": Texts("a\u2028b", "c\u0085d", "e\vf", "g\fh", shown="a\\u{2028}b"),
          "week": Numbers(0, 4, 8, 12)})


def blank_lines():
    both = {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4)}
    read("blank-line-in-middle.csv", "a blank line between rows: skipped and counted",
         "subject_id,week\nP1,0\n\nP2,4\n", both, lines=[2, 4], blank=1)
    read("blank-lines-at-end.csv", "blank lines after the last row", "subject_id,week\nP1,0\nP2,4\n\n\n\n", both,
         blank=3)
    read("blank-lines-crlf.csv", "blank lines in a CRLF file", "subject_id,week\r\n\r\nP1,0\r\n\r\nP2,4\r\n", both,
         lines=[3, 5], blank=2)
    refused("blank-line-of-spaces.csv", "a line of spaces between rows", FIRST_ROWS + "   \nP1,4,12\n",
            "raggedRow", short("week", 1), 3, "week")
    refused("blank-first-line.csv", "a blank line before the header", "\nsubject_id,week\nP1,0\n",
            "blankHeaderName", BLANK, 1, "1")
    refused("blank-first-line-crlf.csv", "a blank line before the header, CRLF", "\r\nsubject_id,week\r\nP1,0\r\n",
            "blankHeaderName", BLANK, 1, "1")
    refused("blank-only-newline.csv", "the file is one line feed", "\n", "blankHeaderName", BLANK, 1, "1")
    refused("blank-only-spaces.csv", "the file is spaces", "   \n  \n", "blankHeaderName", BLANK, 1, "1")
    read("blank-lines-one-column.csv", "a blank line in a file of one column is a missing cell",
         "phq9\n15\n\n9\n", {"phq9": Numbers(15, None, 9)})
    read("blank-line-in-quotes.csv", "a blank line within quotes is text", 'subject_id,note\nP1,"a\n\nb"\nP2,c\n',
         {"subject_id": Texts("P1", "P2"), "note": Texts("a\n\nb", "c", shown="a\\n\\nb")}, lines=[2, 5])


def headers():
    empty = "the file is empty; expected a header with the columns' names"
    refused("empty.csv", "no byte", "", "emptyFile", empty)
    refused("empty-but-mark.csv", "a byte-order mark and nothing else", "\ufeff", "emptyFile", empty)
    none = {"subject_id": Numbers(), "week": Numbers()}
    read("header-only.csv", "a header and no row", "subject_id,week\n", none)
    read("header-only-unended.csv", "a header without a line ending", "subject_id,week", none)
    read("header-missing.csv", "the first row is data: it is taken for the header", "P1,0,15\nP2,4,9\n",
         {"P1": Texts("P2"), "0": Numbers(4), "15": Numbers(9)})
    refused("header-duplicate-name.csv", "two columns have one name", "subject_id,phq9,phq9\nP1,15,9\n",
            "duplicateColumn",
            "column 'phq9': columns 2 and 3 of the header have this name; expected different names", 1, "phq9")
    refused("header-duplicate-but-spaces.csv", "names that differ in spaces around them only",
            "subject_id,phq9, phq9 \nP1,15,9\n", "duplicateColumn",
            "column 'phq9': columns 2 and 3 of the header have this name; expected different names", 1, "phq9")
    refused("header-duplicate-composed.csv", "an accent as one character and as two: the same name",
            "caf\u00e9,cafe\u0301\n1,2\n", "duplicateColumn",
            "column 'cafe\u0301': columns 1 and 2 of the header have this name; expected different names", 1,
            "cafe\u0301")
    read("header-differs-in-case.csv", "names that differ in case are different", "PHQ9,phq9\n15,9\n",
         {"PHQ9": Numbers(15), "phq9": Numbers(9)})
    refused("header-blank-name.csv", "a name is missing in the middle", "subject_id,,phq9\nP1,0,15\n",
            "blankHeaderName", f"column 2: {NO_NAME}", 1, "2")
    refused("header-blank-first-name.csv", "row names as R writes them: the first column has no name",
            '"","subject_id","week"\n"1","P1",0\n', "blankHeaderName", f"column 1: {NO_NAME}", 1, "1")
    refused("header-of-delimiters.csv", "a header of delimiters", ",,\nP1,0,15\n", "blankHeaderName",
            f"column 1: {NO_NAME}", 1, "1")
    refused("header-quoted-nothing.csv", "the header is two quotes", '""\n1\n', "blankHeaderName",
            f"column 1: {NO_NAME}", 1, "1")
    refused("header-no-break-space.csv", "a name of a no-break space", "subject_id,\u00a0\nP1,0\n",
            "blankHeaderName", f"column 2: {NO_NAME}", 1, "2")
    read("header-spaces.csv", "spaces and tabs around names are dropped, those within are kept",
         " subject_id ,\tweek,PHQ 9 total\nP1,0,15\n",
         {"subject_id": Texts("P1"), "week": Numbers(0), "PHQ 9 total": Numbers(15)})
    read("header-quoted-newline.csv", "a name of two lines", '"subject\nid",week\nP1,0\n',
         {"subject\nid": Texts("P1"), "week": Numbers(0)}, lines=[3])
    read("header-units-row.csv", "a second line with units makes text of the columns",
         "subject_id,week,phq9\n,weeks,points\nP1,0,15\n",
         {"subject_id": Texts(None, "P1"), "week": Texts("weeks", "0", numbers=1),
          "phq9": Texts("points", "15", numbers=1)})
    read("header-missing-code.csv", "a column named NA", "NA,week\n1,0\n", {"NA": Numbers(1), "week": Numbers(0)})
    read("one-column.csv", "one column", "phq9\n15\n9\n", {"phq9": Numbers(15, 9)})
    read("one-cell.csv", "a name and nothing else", "phq9", {"phq9": Numbers()})


def separator(line):
    return (f"the first line is '{line}', which tells a spreadsheet the delimiter; expected a header with the "
            "columns' names; delete the first line")


def delimiters():
    three = {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4), "phq9": Numbers(15, 9.5)}
    read("delimiter-semicolon.csv", "semicolons", "subject_id;week;phq9\nP1;0;15\nP2;4;9.5\n", three, delimiter=";")
    read("delimiter-tab.tsv", "tabs", "subject_id\tweek\tphq9\nP1\t0\t15\nP2\t4\t9.5\n", three, delimiter="\t")
    read("delimiter-semicolon-decimal-comma.csv", "semicolons and decimal commas: the numbers are text",
         "subject_id;week;phq9\nP1;0;15,5\nP2;4;9\n",
         {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4), "phq9": Texts("15,5", "9", numbers=1)},
         delimiter=";")
    read("delimiter-tabs-in-commas.csv", "tabs around and within the cells of a comma-separated file",
         "subject_id,week,note\nP1,\t0,a\tb\nP2,4\t,\tc\n",
         {"subject_id": Texts("P1", "P2"), "week": Numbers(0, 4), "note": Texts("a\tb", "\tc", shown="a\\tb")})
    read("delimiter-pipe.csv", "bars, which are no delimiter: one column",
         "subject_id|week\nP1|0\nP2|4\n", {"subject_id|week": Texts("P1|0", "P2|4")})
    read("delimiter-space.csv", "spaces, which are no delimiter: one column", "subject_id week\nP1 0\nP2 4\n",
         {"subject_id week": Texts("P1 0", "P2 4")})
    refused("delimiter-changes.csv", "a header with commas, rows with semicolons",
            "subject_id,week,phq9\nP1;0;15\nP2;4;9\n", "raggedRow", short("week", 1), 2, "week")
    refused("delimiter-mixed-header.csv", "commas and semicolons in the header",
            "subject_id;week,phq9\nP1;0;15\n", "raggedRow",
            "column 'phq9': the row stops before this column, after 1 field; "
            "expected 2 fields, as in the header", 2, "phq9")
    read("delimiter-only-lines.csv", "lines of delimiters are rows of missing cells",
         "subject_id,week,phq9\nP1,0,15\n,,\n,,\n",
         {"subject_id": Texts("P1", None, None), "week": Numbers(0, None, None),
          "phq9": Numbers(15, None, None)})
    read("delimiter-quoted-in-header.csv", "semicolons within quotes do not count when the delimiter is chosen",
         '"a;b;c",week\nP1,0\n', {"a;b;c": Texts("P1"), "week": Numbers(0)})
    refused("sep-line-semicolon.csv", "Excel's first line sep=;", "sep=;\nsubject_id;week\nP1;0\n",
            "notText", separator("sep=;"))
    refused("sep-line-comma.csv", "Excel's first line sep=,", "sep=,\nsubject_id,week\nP1,0\n",
            "notText", separator("sep=,"))
    refused("sep-line-quoted.csv", "the same line with a mark, in quotes, as some programs write it",
            '\ufeff"sep=\t"\r\nsubject_id\tweek\r\nP1\t0\r\n', "notText", separator('"sep=\\t"'))


def lines_that_are_no_data():
    refused("comment-first.csv", "a comment before the header", "# exported 2024-03-01\nsubject_id,week\nP1,0\n",
            "raggedRow",
            "column '# exported 2024-03-01': the row goes on after this last column with 'week', to 2 fields; "
            "expected 1 field, as in the header", 2, "# exported 2024-03-01")
    refused("comment-in-middle.csv", "a comment between rows", FIRST_ROWS + "# second site\nP2,0,9\n",
            "raggedRow", short("week", 1), 3, "week")
    refused("title-lines.csv", "a title and a blank line before the header",
            "Depression study\n\nsubject_id,week\nP1,0\n", "raggedRow",
            "column 'Depression study': the row goes on after this last column with 'week', to 2 fields; "
            "expected 1 field, as in the header", 3, "Depression study")
    read("second-header.csv", "the header again in the middle: two files were put together",
         "subject_id,week,phq9\nP1,0,15\nsubject_id,week,phq9\nP2,0,9\n",
         {"subject_id": Texts("P1", "subject_id", "P2"), "week": Texts("0", "week", "0", offender=1, numbers=2),
          "phq9": Texts("15", "phq9", "9", offender=1, numbers=2)})
    refused("footer-total.csv", "a footer of one field", FIRST_ROWS + "Total: 12\n", "raggedRow",
            short("week", 1), 3, "week")
    read("footer-total-row.csv", "a footer with as many fields as the rows",
         "subject_id,week,phq9\nP1,0,15\nP2,4,9\nTotal,,24\n",
         {"subject_id": Texts("P1", "P2", "Total"), "week": Numbers(0, 4, None), "phq9": Numbers(15, 9, 24)})
    refused("footer-rows-affected.csv", "what a database client says at the end",
            FIRST_ROWS + "\n(1 rows affected)\n", "raggedRow", short("week", 1), 4, "week")
    refused("footer-end-of-file-mark.csv", "the end-of-file character of DOS", FIRST_ROWS + "\x1a", "raggedRow",
            short("week", 1), 3, "week")
    refused("merge-conflict.csv", "the marks of a merge conflict",
            FIRST_ROWS + "<<<<<<< HEAD\nP1,4,12\n=======\nP1,4,13\n>>>>>>> b\n", "raggedRow",
            short("week", 1), 3, "week")


def two_troubles():
    """Which of two is named: the first record in trouble; within one NUL, then structure, then encoding."""
    two = "expected 2 fields, as in the header"
    stops = f"column 'name': the row stops before this column, after 1 field; {two}"
    refused("two-troubles-ragged-latin1.csv", "a short row, then Latin-1", b"subject_id,name\nP1\nP2,Ren\xe9\n",
            "raggedRow", stops, 2, "name")
    latin1 = "expected UTF-8 text; save the file as \"CSV UTF-8\""
    refused("two-troubles-latin1-ragged.csv", "Latin-1, then a short row",
            b"subject_id,name\nP1,Ren\xe9\nP2\n", "invalidUTF8",
            f"column 'name': byte 0xE9 at offset 22 is not UTF-8 (in 'Ren\ufffd'); {latin1}", 2, "name")
    refused("two-troubles-latin1-in-ragged.csv", "Latin-1 in a row that is too long: the structure is named",
            b"subject_id,name\nP1,Ren\xe9,x\n", "raggedRow",
            f"column 'name': the row goes on after this last column with 'x', to 3 fields; {two}", 2, "name")
    refused("two-troubles-ragged-nul.csv", "a short row, then a NUL", "subject_id,name\nP1\nP2,\0\n", "raggedRow",
            stops, 2, "name")
    refused("two-troubles-nul-ragged.csv", "a NUL, then a short row", "subject_id,name\nP1,\0\nP2\n", "notText",
            "not a text file: byte 20 is NUL; expected CSV text in UTF-8", 2)
    refused("two-troubles-nul-in-ragged.csv", "a NUL in a short row: the NUL is named",
            "subject_id,name\nP1\0\nP2,x\n", "notText",
            "not a text file: byte 19 is NUL; expected CSV text in UTF-8", 2)
    refused("two-troubles-nul-latin1.csv", "Latin-1, then a NUL in the same row: the NUL is named",
            b"subject_id,name\nP\xe9,\0\n", "notText",
            "not a text file: byte 20 is NUL; expected CSV text in UTF-8", 2)
    refused("two-troubles-unclosed-nul.csv", "a quote that is never closed takes a NUL with it: the NUL is named",
            'subject_id,name\nP1,"x\nP2,\0\n', "notText",
            "not a text file: byte 26 is NUL; expected CSV text in UTF-8", 3)
    refused("two-troubles-header-nul.csv", "a name is missing, then a NUL three lines below",
            "subject_id,\nP1,x\nP2,y\nP3,\0\n", "blankHeaderName", f"column 2: {NO_NAME}", 1, "2")
    refused("two-troubles-header-quote-nul.csv", "a quote in a name, then a NUL two lines below",
            'subject_id,the "name"\nP1,x\nP2,\0\n', "quoteInUnquotedField",
            f"column 2: a quote inside the unquoted field 'the \"name\"'; {INSIDE}", 1, "2")
    refused("two-troubles-ragged-twice.csv", "two short rows: the first is named", "subject_id,name\nP1\nP2\n",
            "raggedRow", stops, 2, "name")
    refused("two-troubles-ragged-unclosed.csv", "a short row, then a quote that is never closed",
            'subject_id,name\nP1\nP2,"x\n', "raggedRow", stops, 2, "name")
    refused("two-troubles-unclosed-ragged.csv", "a quote that is never closed takes the short row with it",
            'subject_id,name\nP1,"x\nP2\n', "unclosedQuote", f"column 'name': {CLOSING}", 2, "name")
    refused("two-troubles-header-unclosed.csv", "a name twice, then a quote that is never closed",
            'name,name\nP1,"x\n', "duplicateColumn",
            "column 'name': columns 1 and 2 of the header have this name; expected different names", 1, "name")
    refused("two-troubles-long-quote.csv", "a quote inside a field beyond the last column: its number is given",
            'subject_id,name\nP1,x,y"z\n', "quoteInUnquotedField",
            f"column 3: a quote inside the unquoted field 'y\"z'; {INSIDE}", 2, "3")
    refused("two-troubles-short-cr.csv", "a short row that ends in a carriage return", "subject_id,name\nP1\rP2,x\n",
            "loneCarriageReturn", f"column 'subject_id': {LONE}", 2, "subject_id")


def messages():
    """How texts are shown in a message."""
    refused("message-cut.csv", "a text of 60 letters is cut to 40", "a,b\n1," + "x" * 60 + '"\n',
            "quoteInUnquotedField",
            f"column 'b': a quote inside the unquoted field '{'x' * 40}...'; {INSIDE}", 2, "b")
    refused("message-controls.csv", "control characters are escaped", 'a,b\n1,\a\u200b\u202e"\n',
            "quoteInUnquotedField",
            f"column 'b': a quote inside the unquoted field '\\u{{7}}\\u{{200B}}\\u{{202E}}\"'; {INSIDE}", 2, "b")
    # Each sign is one character to a reader, of three scalars and 11 bytes; the middle one is hidden.
    refused("message-joined-emoji.csv", "signs of several characters", "a,b\n1," + "\U0001f469\u200d\U0001f4bb" * 30 + '"\n',
            "quoteInUnquotedField",
            f"column 'b': a quote inside the unquoted field '{(chr(0x1f469) + chr(92) + 'u{200D}' + chr(0x1f4bb)) * 30}\"'; "
            f"{INSIDE}", 2, "b")
    refused("message-latin1-far-in-cell.csv", "a wrong byte 100 letters into a cell", b"a,b\n1," + b"x" * 100 + b"\xe9\n",
            "invalidUTF8",
            f"column 'b': byte 0xE9 at offset 106 is not UTF-8 (in '...{'x' * 24}\ufffd'); "
            "expected UTF-8 text; save the file as \"CSV UTF-8\"", 2, "b")
    read("header-quoted-spaces.csv", "spaces within the quotes of a name are kept", '" week ",week\n1,2\n',
         {" week ": Numbers(1), "week": Numbers(2)})
