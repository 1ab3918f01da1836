"""What must be written down is: settings, the table of acts, the words of the field."""

import argparse
import importlib
from collections.abc import Callable

from tests.house.rules import documents
from tests.house.rules.terms import said
from tests.house.rules.tree import Tree
from tests.plugin import ROOT
from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import By
from tongxin.cases.operations import Purpose
from tongxin.cases.terms import Channel, ClockChange, ClockGround, Outcome, ReturnGround, Role, State
from tongxin.law.terms import Stage, Unit
from tongxin.ledger.terms import LedgerOutcome
from tongxin.web.console.commands.founding import acts_table

Plant = Callable[[dict[str, str]], Tree]
WORDS = [
    By,
    Purpose,
    Channel,
    ClockChange,
    ClockGround,
    Outcome,
    ReturnGround,
    Role,
    State,
    Stage,
    Unit,
    LedgerOutcome,
]


def _text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_setting_is_explained(house: Tree) -> None:
    found = documents.settings(house, _text("settings.md"))
    assert not found, said(found)


def test_the_table_of_acts_is_the_registers() -> None:
    _, made = acts_table(argparse.Namespace())
    found = documents.acts(_text("acts.md"), made)
    assert not found, said(found)


def test_every_word_of_the_field_is_in_the_glossary(house: Tree) -> None:
    for name in house.by_name:
        if name.split(".")[2:] == ["operations"]:
            importlib.import_module(name)
    verbs = [d.verb for d in REGISTRY.values() if d.operation.startswith("tongxin.")]
    enums = [word.value for words in WORDS for word in words]
    found = documents.glossary(_text("glossary.md"), [*house.capabilities, *verbs, *enums])
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def test_a_setting_that_is_not_explained_is_named(plant: Plant) -> None:
    tree = plant({"tongxin/web/settings.py": "import os\nA = os.environ.get('TONGXIN_COLOUR')\n"})
    (found,) = documents.settings(tree, "| variable |\n")
    assert found.where == "tongxin/web/settings.py:2" and "docs/settings.md" in found.instead


def test_a_setting_that_nothing_reads_is_named(plant: Plant) -> None:
    (found,) = documents.settings(plant({"tongxin/web/settings.py": ""}), "| `TONGXIN_COLOUR` | x | y |\n")
    assert "`TONGXIN_COLOUR`, which nothing reads" in found.what


def test_an_old_table_of_acts_is_named() -> None:
    found = documents.acts("| a |\n| b |\n", "| a |\n| c |\n")
    assert [v.what[-5:] for v in found] == ["| c |", "| b |"] and "tongxin acts" in found[0].instead


def test_a_word_that_is_not_in_the_glossary_is_named() -> None:
    (found,) = documents.glossary("| 事项 | case | `case` |", ["case", "thing"])
    assert "`thing`" in found.what
