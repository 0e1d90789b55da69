"""What the lists of malformed files are written with: one call a file, and the writer of the folder."""

import json
import pathlib

ENTRIES = []
FIRST_ROWS = "subject_id,week,phq9\nP1,0,15\n"


class Numbers:
    """A column that must be read as numbers; None is missing."""

    def __init__(self, *cells, why="numbers"):
        self.cells = cells
        self.why = why if any(cell is not None for cell in cells) else "allMissing"

    def record(self, name, lines):
        return {"name": name, "type": "numeric", "why": self.why,
                "missing": sum(cell is None for cell in self.cells), "cells": list(self.cells)}


class Texts:
    """A column that must be read as categories; None is missing.

    `offender` is the row (from 0) of the first cell that keeps the column from being numeric, by
    default the first that is not missing; `shown` is its text in messages where that differs.
    """

    def __init__(self, *cells, why="text", offender=None, numbers=0, shown=None):
        self.cells, self.why, self.numbers = cells, why, numbers
        present = [row for row, cell in enumerate(cells) if cell is not None]
        self.offender = offender if offender is not None else present[0]
        self.shown = shown if shown is not None else cells[self.offender]

    def record(self, name, lines):
        return {"name": name, "type": "category", "why": self.why,
                "missing": sum(cell is None for cell in self.cells), "numbers": self.numbers,
                "offender": {"line": lines[self.offender], "text": self.shown},
                "cells": list(self.cells)}


def content(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def refused(file, trouble, text, code, message, line=1, column=None):
    """A file that must be refused; `message` is what follows `file:line: `, the column included.

    `line` is None for what has no line: damaged compression.
    """
    place = file if line is None else f"{file}:{line}"
    ENTRIES.append({"file": file, "trouble": trouble, "outcome": "refused", "code": code,
                    "line": line, "column": column, "message": f"{place}: {message}",
                    "bytes": content(text)})


def read(file, trouble, text, columns, delimiter=",", lines=None, blank=0):
    """A file that must be read, its columns by name; `lines` are those on which the rows start."""
    rows = max((len(column.cells) for column in columns.values()), default=0)
    lines = lines if lines is not None else list(range(2, rows + 2))
    ENTRIES.append({"file": file, "trouble": trouble, "outcome": "read", "delimiter": delimiter,
                    "rows": rows, "blank_lines": blank, "lines": lines,
                    "columns": [c.record(name, lines) for name, c in columns.items()],
                    "bytes": content(text)})


def generated(file, trouble, parts, **expected):
    """A long file made when the test runs.

    A part is a text; or `{"text": t, "times": n}`; or `{"series": t, "from": a, "to": b,
    "between": s}`, where every `#` in t stands for the running number.
    """
    ENTRIES.append({"file": file, "trouble": trouble, "generated": parts, **expected})


def write(folder):
    """Writes the files and their index; what is no longer listed is removed."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = [entry["file"] for entry in ENTRIES]
    assert len(set(names)) == len(names), "two files have one name"
    for old in folder.iterdir():
        if old.name not in {"README.md", ".gitattributes"}:
            old.unlink()
    for entry in ENTRIES:
        data = entry.pop("bytes", None)
        if data is not None:
            assert len(data) <= 4096, entry["file"]
            (folder / entry["file"]).write_bytes(data)
    lines = ",\n".join(json.dumps(entry) for entry in ENTRIES)
    (folder / "expected.json").write_text("[\n" + lines + "\n]\n", encoding="ascii")
    return len(ENTRIES)
