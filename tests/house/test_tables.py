"""Every table that is exported as CSV is written by one function, which lets no cell run in a spreadsheet."""

import ast

from tests.plugin import ROOT

WRITERS = {
    "tongxin/law/rules/cells.py": "the one function",
    "tongxin/web/sample_sources.py": "writes the file that a sample source drops; a program reads it",
}


def test_csv_is_written_in_one_place() -> None:
    found = {path for path in _writers() if path not in WRITERS}
    assert not found, f"write the table with tongxin.law.rules.cells.csv_text instead: {sorted(found)}"


def test_the_finder_finds_the_writers_there_are() -> None:
    assert set(_writers()) == set(WRITERS)


def _writers() -> set[str]:
    found = set()
    for path in (ROOT / "tongxin").rglob("*.py"):
        if "/tests/" in path.as_posix():
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("writer", "DictWriter")
                and ast.unparse(node.value) == "csv"
            ):
                found.add(path.relative_to(ROOT).as_posix())
    return found
