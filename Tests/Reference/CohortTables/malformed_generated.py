"""Long files: made when the test runs, from parts."""

from corpus_kit import generated


def list_files():
    names = {"series": "c#", "from": 1, "to": 1000, "between": ","}
    ones = {"series": "#", "from": 1, "to": 1000, "between": ","}
    generated("columns-1000.csv", "a thousand columns", [names, "\n", ones, "\n", ones, "\n"], outcome="read",
              rows=2, column_count=1000,
              columns=[{"name": "c1", "type": "numeric", "cells": [1, 1]},
                       {"name": "c731", "type": "numeric", "cells": [731, 731]},
                       {"name": "c1000", "type": "numeric", "cells": [1000, 1000]}])
    generated("columns-1000-short.csv", "a thousand columns, the last row one field short",
              [names, "\n", ones, "\n", {**ones, "to": 999}, "\n"], outcome="refused", code="raggedRow", line=3,
              column="c1000",
              message="columns-1000-short.csv:3: column 'c1000': the row stops before this column, "
                      "after 999 fields; expected 1000 fields, as in the header")
    megabyte = {"text": "x", "times": 1_000_000}
    generated("cell-of-a-megabyte.csv", "a cell of a megabyte", ["id,note\nP1,", megabyte, "\nP2,y\n"],
              outcome="read", rows=2, column_count=2,
              columns=[{"name": "note", "type": "category", "cells": [megabyte, "y"],
                        "offender": {"line": 2, "text": "x" * 40 + "..."}}])
    lines = {"text": "one line, and \"\"another\"\"\n", "times": 40_000}
    plain = {"text": "one line, and \"another\"\n", "times": 40_000}
    generated("cell-of-40000-lines.csv", "a quoted cell of a megabyte and 40,000 lines; the next row's line counts them",
              ["id,note\nP1,\"", lines, "\"\nP2,y\n"], outcome="read", rows=2, column_count=2, lines=[2, 40003],
              columns=[{"name": "note", "type": "category", "cells": [plain, "y"],
                        "offender": {"line": 2, "text": 'one line, and "another"\\none line, and "a...'}}])
    generated("cell-of-a-megabyte-unclosed.csv", "a quote that is never closed, 100,000 rows before the end",
              ["id,note\nP1,a\nP2,\"b\n", {"series": "P#,c\n", "from": 3, "to": 100_000}], outcome="refused",
              code="unclosedQuote", line=3, column="note",
              message="cell-of-a-megabyte-unclosed.csv:3: column 'note': the quote that opens here is never closed; "
                      "expected a closing quote before the file ends")
    generated("quote-opens-late.csv", "a stray quote in row 60,000 that another closes in row 90,000",
              ["id,note\n", {"series": "P#,c\n", "from": 1, "to": 59_999}, "P60000,\"c\n",
               {"series": "P#,c\n", "from": 60_001, "to": 89_999}, "P90000,c\"\n",
               {"series": "P#,c\n", "from": 90_001, "to": 100_000}], outcome="read", rows=70_000, column_count=2,
              columns=[])
    generated("type-breaks-late.csv", "10,000 numbers and one word near the end",
              ["id,phq9\n", {"series": "P#,#\n", "from": 1, "to": 9_000}, "P9001,n/a\n",
               {"series": "P#,#\n", "from": 9_002, "to": 10_000}], outcome="read", rows=10_000, column_count=2,
              columns=[{"name": "phq9", "type": "category", "why": "text", "missing": 0, "numbers": 9_999,
                        "offender": {"line": 9_002, "text": "n/a"}}])
    generated("leading-zero-late.csv", "50,000 numbers, then an identifier with leading zeros",
              ["id\n", {"series": "#\n", "from": 1, "to": 50_000}, "007\n"], outcome="read", rows=50_001,
              column_count=1,
              columns=[{"name": "id", "type": "category", "why": "leadingZeros", "missing": 0, "numbers": 50_001,
                        "offender": {"line": 50_002, "text": "007"}}])
    generated("ragged-late.csv", "a short row after 100,000 good ones",
              ["id,week\n", {"series": "P#,#\n", "from": 1, "to": 100_000}, "P100001\n"], outcome="refused",
              code="raggedRow", line=100_002, column="week",
              message="ragged-late.csv:100002: column 'week': the row stops before this column, after 1 field; "
                      "expected 2 fields, as in the header")
    generated("levels-100000.csv", "100,000 levels, each once",
              ["id\n", {"series": "P#\n", "from": 900_000, "to": 999_999}], outcome="read", rows=100_000,
              column_count=1,
              columns=[{"name": "id", "type": "category", "why": "text", "missing": 0, "numbers": 0,
                        "offender": {"line": 2, "text": "P900000"}}])
    generated("blank-lines-200000.csv", "200,000 blank lines", ["id,week\n", {"text": "\n", "times": 200_000}, "P1,0\n"],
              outcome="read", rows=1, column_count=2, lines=[200_002], blank_lines=200_000,
              columns=[{"name": "week", "type": "numeric", "cells": [0]}])
    generated("number-of-100000-digits.csv", "a number of 100,000 digits after its point",
              ["x,week\n0.", {"text": "3", "times": 100_000}, ",0\n"], outcome="read", rows=1, column_count=2,
              columns=[{"name": "x", "type": "numeric", "cells": [1 / 3]}])
