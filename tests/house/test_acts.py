"""Every act has its clauses in every pack, its words, a test and a page; the table and the words are written down."""

import importlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings
from django.urls import get_resolver

from tests.house.rules import acts
from tests.house.rules.terms import said
from tests.house.rules.tree import Tree
from tests.plugin import ROOT
from tongxin.acts.registry import REGISTRY, Declaration
from tongxin.acts.rules import statement
from tongxin.acts.terms import By
from tongxin.exchange.operations.call_statement import CALL
from tongxin.law.book import StatuteBook
from tongxin.ledger.operations import APPEND_IN_ONE, IN_HAND

Plant = Callable[[dict[str, str]], Tree]


@pytest.fixture(scope="module", autouse=True)
def _every_capability_is_there() -> None:
    for name in settings.CAPABILITIES:
        if (ROOT / "tongxin" / name / "operations.py").exists() or (
            ROOT / "tongxin" / name / "operations"
        ).is_dir():
            importlib.import_module(f"tongxin.{name}.operations")


def register() -> list[Declaration]:
    """The acts of the house, in order; those that a test declares for itself are not among them."""
    return sorted((d for d in REGISTRY.values() if d.operation.startswith("tongxin.")), key=lambda d: d.verb)


def test_every_act_is_founded_by_every_packs_powers_list() -> None:
    assert len(register()) >= 25
    found = acts.powers(register(), ROOT / "city")
    assert not found, said(found)


def test_every_act_is_said_and_explained_in_both_languages() -> None:
    found = acts.words(register())
    assert not found, said(found)


def test_every_act_has_a_test() -> None:
    found = acts.tested(register(), acts.test_texts(ROOT))
    assert not found, said(found)


def test_every_act_has_a_page_or_runs_by_itself(house: Tree) -> None:
    found = acts.reached(register(), house)
    assert not found, said(found)


def test_every_act_is_done_by_somebody() -> None:
    assert all(d.by for d in register())
    assert get_resolver() is not None


def test_only_the_platform_founds_a_city() -> None:
    assert {d.verb for d in register() if d.founding and d.by != {By.PLATFORM}} == set()


# ---- The tests of the tests -----------------------------------------------------------------------------------------

MOVE = Declaration(
    verb="move_thing",
    title="移动",
    title_en="move a thing",
    by=frozenset({By.CASE_OFFICER}),
    personal=False,
    many=False,
    founding=False,
    needs_entry=False,
    scope=lambda: None,
    operation="tongxin.cases.operations.flow.move_things",
    explanation="移动。 Move a thing.",
)


@pytest.mark.parametrize(
    "rows", ["", "move_thing,,no clause\n", "Move_Thing,law:x@2020-01-01#a1,another word\n"]
)
def test_an_act_without_a_clause_in_a_pack_is_named(plant: Plant, rows: str) -> None:
    tree = plant({"tongxin/cases/terms.py": "", "city/oz/lists/powers.csv": "verb,clauses,note\n" + rows})
    found = acts.powers([MOVE], tree.root / "city")
    assert found[0].where == "city/oz/lists/powers.csv" and "`move_thing` has no clause" in found[0].what


def test_a_power_that_is_no_act_is_named(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/terms.py": "",
            "city/oz/lists/powers.csv": "verb,clauses,note\nmove_thing,law:x@2020-01-01#a1,\nfly_away,law:x@2020-01-01#a1,\n",
        }
    )
    (found,) = acts.powers([MOVE], tree.root / "city")
    assert "`fly_away` is no act" in found.what


def test_a_founding_act_needs_no_power() -> None:
    assert (
        acts.powers([replace(MOVE, founding=True)], ROOT / "city")[0].what
        != "the act `move_thing` has no clause"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"title": "move"},
        {"title_en": "移动"},
        {"title_en": ""},
        {"explanation": ""},
        {"explanation": "Move a thing."},
        {"explanation": "移动。"},
    ],
)
def test_an_act_that_is_not_said_in_both_languages_is_named(change: dict[str, str]) -> None:
    assert len(acts.words([replace(MOVE, **change)])) == 1


def test_an_act_without_a_test_is_named() -> None:
    (found,) = acts.tested([MOVE], ["def test_move_other_things(): remove_things()"])
    assert "no test mentions the act `move_thing`" in found.what
    assert acts.tested([MOVE], ["cases.move_things(actor=a)"]) == []


def test_an_act_without_a_page_is_named(plant: Plant) -> None:
    tree = plant({"tongxin/cases/views.py": "", "tongxin/cases/tasks.py": "move_things()\n"})
    (found,) = acts.reached([MOVE], tree)
    assert "(case_officer) is reached from nowhere" in found.what
    assert acts.reached([replace(MOVE, by=frozenset({By.PLATFORM}))], tree) == []
    assert acts.reached([MOVE], plant({"tongxin/cases/views.py": "operations.move_things()\n"})) == []


def test_an_act_of_the_platform_may_run_within_an_act_of_a_capability_above_and_only_there(
    plant: Plant,
) -> None:
    inner = replace(MOVE, by=frozenset({By.PLATFORM}), operation="tongxin.places.operations.move_things")
    above = {"tongxin/law/operations.py": "def enact():\n    move_things(actor=PLATFORM)\n"}
    own = {"tongxin/places/operations.py": "def found():\n    move_things(actor=PLATFORM)\n"}
    assert len(acts.reached([inner], plant(own))) == 1
    assert acts.reached([inner], plant(above)) == []
    assert len(acts.reached([replace(inner, by=frozenset({By.CASE_OFFICER}))], plant(above))) == 1


def test_a_function_that_operations_offer_and_is_no_act_is_named() -> None:
    (found,) = acts.offered([importlib.import_module("tongxin.ledger.operations")])[:1]
    assert "is no act" in found.what


# ---- Acts done in one statement (docs/decisions/0013) -----------------------------------------------------------------------

IN_ONE = {"call_data": "a thousand calls a second, and nothing may change between the check and its record"}


def test_only_acts_that_are_listed_with_a_reason_are_done_in_one_statement() -> None:
    assert {d.verb for d in register() if d.in_one} == set(IN_ONE)


def test_an_act_in_one_statement_writes_only_what_the_gate_lets_through() -> None:
    parts = [sql for text in CALL.writes.split("AS (\n")[1:] for sql in [" ".join(text.split())]]
    assert len(parts) == 3
    for part in parts:
        assert re.match(r"(INSERT INTO|UPDATE) exchange_", part) and re.search(r"\bFROM let\b", part), part
    for text in (CALL.wait, CALL.about, CALL.rests, CALL.own, CALL.answer):
        assert not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b(?! OF m)", text), text
    whole = statement(CALL, book=StatuteBook().in_one, append=APPEND_IN_ONE, in_hand=IN_HAND).text
    order = [
        whole.index(word)
        for word in (
            "standing AS",
            "basis AS",
            "own AS",
            "verdict AS",
            "INSERT INTO ledger_ledgerentry",
            "let AS",
            "INSERT INTO exchange_call",
        )
    ]
    assert order == sorted(order)
    assert "let AS (SELECT new.id AS entry FROM new, verdict WHERE verdict.code IS NULL)" in whole
