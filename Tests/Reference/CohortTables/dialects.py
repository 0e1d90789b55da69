#!/usr/bin/env python3
"""Makes 200 CSV files in many dialects and records the cells that Python's csv and DuckDB read.

    pip install duckdb==2.0.0
    python3 Tests/Reference/CohortTables/dialects.py     # writes dialects.json beside it

The files follow from the seed alone, and the run stops unless both readers give the same cells.
DIFFERENCES says where they part otherwise, and who is right.
"""

import csv
import io
import json
import pathlib
import platform
import random
import tempfile

import duckdb

DIFFERENCES = [
    "CRLF files whose header has a line feed within quotes: DuckDB takes the first line ending that it sees, "
    "even within quotes, for that of the file, and then fails (invalid state, or CSV Error on Line: 1). "
    "Python is right: by RFC 4180 what is within quotes ends no line. With new_line given DuckDB agrees.",
    "A field of nothing but spaces and tabs: both keep them; Tandem keeps them within quotes and takes the bare "
    "field for missing, by its documented rule. Such fields are quoted in these files.",
]
SEED = 20240607
COUNT = 200
DELIMITERS = [",", ";", "\t"]
QUOTINGS = ["minimal", "all", "nonnumeric", "random"]
WORDS = [
    "combined", "medication", "therapy", "a,b", "x;y", "tab\there", 'say "hi"', '"', '""', '"quoted"', 'end"',
    '"start', "two\nlines", "cr\r\nlf", "\r", "\n", "\n\n", "three\n\nlines", ",", ";", "\t", ",,", '","', '\n"\n',
    "é", "日本語", "😀", "👩‍💻", "\u2028", "\u00a0", "naïve", "Straße", "  padded  ", "a b", "'single'", "back\\slash", "\\",
    "#comment", "NA", "null", "NULL", "true", "=1+2", "-", "0x1F", "x" * 300, "line,\n\"both\";\ttab",
]
NUMBERS = ["0", "1", "-2.5", "12.50", "007", "1e3", ".5", "1234567890123456789", "+4", "3,5"]
NAMES = ["id", "week", "phq9", "site name", "größe", "日", "😀", 'the "score"', "two\nlines", "a,b", "x;y", "t\tt", "'n'"]


def is_number(cell):
    try:
        return float(cell) == float(cell) and "," not in cell
    except ValueError:
        return False


def rendered(cell, delimiter, quoting, alone, random):
    structural = any(c in cell for c in (delimiter, '"', "\n", "\r")) or (cell != "" and cell.strip(" \t") == "")
    wanted = {"minimal": False, "all": True, "nonnumeric": not is_number(cell), "random": random.random() < 0.4}
    # A lone empty field must be quoted: unquoted it would be a blank line.
    if structural or wanted[quoting] or (alone and cell == ""):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def make(number):
    """One file: its dialect and its text."""
    random_ = random.Random(SEED * 1000 + number)
    delimiter = DELIMITERS[number % 3]
    quoting = QUOTINGS[number // 3 % 4]
    ending = random_.choice(["\n", "\r\n"])
    columns = random_.choice([1, 1, 2, 2, 3, 4, 5, 8, 13, 40])
    rows = random_.choice([0, 1, 2, 3, 5, 8, 13, 21]) if columns < 20 else random_.choice([1, 2, 3])
    mark = random_.random() < 0.25
    ended = random_.random() < 0.7
    blanks = columns > 1 and random_.random() < 0.25
    names = []
    for column in range(columns):
        name = random_.choice(NAMES) if random_.random() < 0.6 else f"c{column}"
        if quoting in ("minimal", "random") and any(c in name for c in ",;\t"):
            name = f"c{column}"
        names.append(name if name not in names else f"{name}{column}")
    empty = random_.choice([0, 0.1, 0.5])

    def cell():
        if random_.random() < empty:
            return ""
        return random_.choice(NUMBERS if random_.random() < 0.4 else WORDS)

    table = [names] + [[cell() for _ in range(columns)] for _ in range(rows)]
    lines = []
    for index, row in enumerate(table):
        line = delimiter.join(rendered(c, delimiter, quoting, columns == 1, random_) for c in row)
        lines.append(line)
        if blanks and index > 0 and random_.random() < 0.3:
            lines.append("")
    if blanks and not lines[-1] and not ended:
        lines.pop()
    text = ("\ufeff" if mark else "") + ending.join(lines) + (ending if ended else "")
    return {
        "name": f"dialect-{number:03}", "delimiter": delimiter, "quoting": quoting,
        "line_ending": "CRLF" if ending == "\r\n" else "LF", "mark": mark, "ended": ended,
    }, text, columns


def python_cells(text, delimiter):
    source = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return [row for row in csv.reader(source, delimiter=delimiter, strict=True) if row]


def duckdb_cells(text, delimiter, columns, ending=None):
    types = {f"c{column}": "VARCHAR" for column in range(columns)}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "t.csv"
        path.write_bytes(text.encode("utf-8"))
        given = f", new_line='{ending}'" if ending else ""
        relation = duckdb.sql(
            f"""SELECT * FROM read_csv('{path}', delim='{delimiter}', quote='"', escape='"', header=false,
            columns={types}, auto_detect=false, nullstr='\x01no such text\x01', parallel=false, comment=''{given})"""
        )
        return [list(row) for row in relation.fetchall()]


def main():
    files, guessed_wrong = [], 0
    for number in range(COUNT):
        dialect, text, columns = make(number)
        python = python_cells(text, dialect["delimiter"])
        ending = "\\r\\n" if dialect["line_ending"] == "CRLF" else "\\n"
        assert python == duckdb_cells(text, dialect["delimiter"], columns, ending), dialect["name"]
        try:
            assert python == duckdb_cells(text, dialect["delimiter"], columns), dialect["name"]
        except duckdb.Error:
            assert "\n" in text.removeprefix("\ufeff").split("\r\n")[0], dialect["name"]
            dialect["note"] = "DuckDB reads this file only with new_line given"
            guessed_wrong += 1
        files.append(dialect | {"text": text, "cells": python})
    record = {
        "made_by": "Tests/Reference/CohortTables/dialects.py",
        "software": f"Python {platform.python_version()} csv; DuckDB {duckdb.__version__} read_csv",
        "date": "2026-11-23", "seed": SEED, "differences": DIFFERENCES,
    }
    head = json.dumps(record)[:-1]
    body = ",\n".join(json.dumps(file) for file in files)
    path = pathlib.Path(__file__).with_name("dialects.json")
    path.write_text(f'{head}, "files": [\n{body}\n]}}\n', encoding="ascii")
    print(len(files), "files,", guessed_wrong, "of them with new_line given to DuckDB,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
