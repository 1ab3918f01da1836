"""docs/asvs.md says of each requirement where we stand; every test and document it names exists, and its count is right."""

import ast
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from tests.plugin import ROOT

TABLE = ROOT / "docs" / "asvs.md"
ROW = re.compile(
    r"^\| (?P<number>\d+\.\d+\.\d+) \| (?P<level>[12]) \| (?P<words>[^|]+) \| (?P<state>[^|]+) \| (?P<proof>.+) \|$"
)
STATES = {"met", "n/a", "not met"}
REQUIREMENTS = 253  # of levels 1 and 2 in version 5.0.0
NAMED = re.compile(r"`([^`]+)`")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of the table."""
    return [found.groupdict() for line in text.splitlines() if (found := ROW.match(line))]


@lru_cache(maxsize=200)
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


def faults(text: str, root: Path) -> list[str]:
    """What the table says and is not so."""
    wrong = []
    for row in rows(text):
        named = NAMED.findall(row["proof"]) if row["state"] == "met" else []
        if row["state"] not in STATES:
            wrong.append(f"{row['number']}: {row['state']} is no state")
        if row["state"] == "met" and not named:
            wrong.append(f"{row['number']}: met, and nothing proves it")
        if row["state"] != "met" and len(row["proof"]) < 4:
            wrong.append(f"{row['number']}: {row['state']} without a reason")
        for one in named:
            path, _, test = one.partition("::")
            if not (root / path).is_file():
                wrong.append(f"{row['number']}: there is no {path}")
            elif test and test not in _tests(root / path):
                wrong.append(
                    f"{row['number']}: {path} has no test {test}: name the one that proves it, or say «not met»"
                )
    return wrong


def test_every_proof_that_the_table_names_exists() -> None:
    found = faults(TABLE.read_text(encoding="utf-8"), ROOT)
    assert not found, "\n".join(found)


def test_every_requirement_stands_in_the_table_once_and_is_counted_right() -> None:
    text = TABLE.read_text(encoding="utf-8")
    numbers = [row["number"] for row in rows(text)]
    count = Counter(row["state"] for row in rows(text))
    assert len(numbers) == len(set(numbers)) == REQUIREMENTS
    assert f"{count['met']} met · {count['n/a']} not applicable · {count['not met']} not met" in text


@pytest.mark.parametrize(
    "row",
    [
        "| 1.1.1 | 2 | x | met | nothing |", "| 1.1.1 | 2 | x | met | `tests/nothing.py::test_x` |",
        "| 1.1.1 | 2 | x | met | `tests/house/test_asvs.py::test_that_is_not_there` |", "| 1.1.1 | 2 | x | perhaps | `README.md` |",
        "| 1.1.1 | 2 | x | n/a | – |",
    ],
)  # fmt: skip
def test_a_row_that_claims_too_much_is_named(row: str) -> None:
    assert faults(row, ROOT)
