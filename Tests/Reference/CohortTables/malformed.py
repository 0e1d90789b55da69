#!/usr/bin/env python3
"""Writes Data/malformed: files with one trouble each, and expected.json with what they must give.

    python3 Tests/Reference/CohortTables/malformed.py

Every message and every cell is written down by hand in the malformed_*.py files beside this one; no
CSV reader runs here. The files are the same bytes on every machine (Python 3.11, standard library).
"""

import pathlib

import corpus_kit
import malformed_cells
import malformed_encodings
import malformed_generated
import malformed_structure

ROOT = pathlib.Path(__file__).resolve().parents[3]

for part in (malformed_structure, malformed_encodings, malformed_cells, malformed_generated):
    part.list_files()
print(corpus_kit.write(ROOT / "Data" / "malformed"), "files")
