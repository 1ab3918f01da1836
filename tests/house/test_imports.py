"""Floors, doors, cycles, imports in functions: kept by the house, and each planted fault is named."""

import tomllib
from collections.abc import Callable

import pytest

from tests.house.rules import imports
from tests.house.rules.terms import FLOORS, Violation, said
from tests.house.rules.tree import Tree
from tests.plugin import ROOT

Plant = Callable[[dict[str, str]], Tree]
RULES = [
    imports.floors,
    imports.doors,
    imports.cycles,
    imports.cycles_of_siblings,
    imports.imports_in_functions,
    imports.dynamic_imports,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(house: Tree, rule: Callable[[Tree], list[Violation]]) -> None:
    found = rule(house)
    assert not found, said(found)


def test_every_capability_of_the_plan_has_one_floor() -> None:
    plan = (
        (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
        if (ROOT / "docs" / "house.md").exists()
        else ""
    )
    for name in FLOORS:
        assert not plan or name in plan, f"{name} stands on a floor here and not in docs/house.md"


def test_the_linter_of_imports_knows_the_same_floors() -> None:
    """`lint-imports` and this test must not tell two stories."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contract = next(c for c in settings["contracts"] if c["type"] == "layers")
    told = [
        sorted(name.strip("() ").removeprefix("tongxin.") for name in layer.split("|"))
        for layer in contract["layers"]
    ]
    by_floor: dict[tuple[int, int], list[str]] = {}
    for name, floor in FLOORS.items():
        by_floor.setdefault(floor, []).append(name)
    assert told == [sorted(by_floor[floor]) for floor in sorted(by_floor, reverse=True)]


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def test_an_import_of_a_floor_above_is_named(plant: Plant) -> None:
    tree = plant(
        {"tongxin/law/queries.py": "from tongxin.cases import queries\n", "tongxin/cases/queries.py": ""}
    )
    (found,) = imports.floors(tree)
    assert (
        found.where == "tongxin/law/queries.py:1"
        and "floor above" in found.what
        and "call down" in found.instead
    )


def test_an_import_upward_within_the_standing_facts_is_named(plant: Plant) -> None:
    tree = plant(
        {"tongxin/places/queries.py": "import tongxin.organs.queries\n", "tongxin/organs/queries.py": ""}
    )
    (found,) = imports.floors(tree)
    assert "`places` imports `tongxin.organs.queries`" in found.what


def test_the_ledger_importing_acts_is_named(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/ledger/operations.py": "from tongxin.acts.terms import Actor\n",
            "tongxin/acts/terms.py": "",
        }
    )
    assert [v.where for v in imports.floors(tree)] == ["tongxin/ledger/operations.py:1"]


@pytest.mark.parametrize(("one", "other"), [("video", "culture"), ("exchange", "network")])
def test_an_import_of_a_neighbour_is_named(plant: Plant, one: str, other: str) -> None:
    tree = plant(
        {
            f"tongxin/{one}/operations.py": f"from tongxin.{other}.operations import x\n",
            f"tongxin/{other}/operations.py": "",
        }
    )
    (found,) = imports.floors(tree)
    assert "neighbour" in found.what and "one floor down" in found.instead


def test_a_relative_import_of_another_capability_is_named_too(plant: Plant) -> None:
    tree = plant(
        {"tongxin/law/queries.py": "from ..cases.queries import cases\n", "tongxin/cases/queries.py": ""}
    )
    assert [v.where for v in imports.floors(tree)] == ["tongxin/law/queries.py:1"]


def test_a_capability_without_a_floor_is_named(plant: Plant) -> None:
    (found,) = imports.floors(plant({"tongxin/parking/terms.py": ""}))
    assert "`parking` stands on no floor" in found.what


@pytest.mark.parametrize(
    "line",
    [
        "from tongxin.law.models import Version",
        "from tongxin.law import models",
        "import tongxin.law.views",
        "from tongxin.law.operations import enact_pack\nfrom tongxin.law.book import StatuteBook",
    ],
)
def test_an_entry_by_no_door_is_named(plant: Plant, line: str) -> None:
    tree = plant(
        {
            "tongxin/cases/operations.py": line + "\n",
            "tongxin/law/models.py": "",
            "tongxin/law/views.py": "",
            "tongxin/law/operations.py": "",
            "tongxin/law/book.py": "",
        }
    )
    (found,) = imports.doors(tree)
    assert "no door" in found.what and "`operations` (write), `queries` (read)" in found.instead


def test_the_doors_are_open(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/operations.py": "from tongxin.law import operations, queries, rules, terms\n"
            "from tongxin.acts.gate import act\nfrom tongxin.law.rules.text import plain\n",
            "tongxin/cases/models.py": "from tongxin.law.models import Version\n",
            "tongxin/law/models.py": "",
            "tongxin/law/operations.py": "",
            "tongxin/law/queries.py": "",
            "tongxin/law/terms.py": "",
            "tongxin/law/rules/text.py": "",
            "tongxin/acts/gate.py": "",
            "tongxin/web/views.py": "from tongxin.law import models\n",
        }
    )
    assert imports.doors(tree) == []


def test_a_reader_of_indicators_other_than_web_is_named(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/views.py": "from tongxin.indicators.queries import value\n",
            "tongxin/indicators/queries.py": "",
        }
    )
    assert "read by web alone" in imports.doors(tree)[0].instead


def test_a_cycle_is_named_with_every_module_in_it(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/terms.py": "from tongxin.cases import rules\n",
            "tongxin/cases/rules.py": "from tongxin.cases.queries import x\n",
            "tongxin/cases/queries.py": "from tongxin.cases.terms import y\n",
            "tongxin/cases/views.py": "",
        }
    )
    (found,) = imports.cycles(tree)
    assert found.what.endswith(
        "tongxin.cases.queries → tongxin.cases.rules → tongxin.cases.terms → tongxin.cases.queries"
    )


def test_two_parts_that_import_each_other_by_different_modules_are_named(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/web/pack/read.py": "from tongxin.web.console import show\n",
            "tongxin/web/pack/rows.py": "",
            "tongxin/web/console/show.py": "",
            "tongxin/web/console/run.py": "import tongxin.web.pack.rows\n",
        }
    )
    assert imports.cycles(tree) == []
    (found,) = imports.cycles_of_siblings(tree)
    assert found.what.endswith("tongxin.web.console → tongxin.web.pack → tongxin.web.console")


@pytest.mark.parametrize(
    "text",
    [
        "def f() -> None:\n    from decimal import Decimal\n",
        "class A:\n    def f(self) -> None:\n        import json\n",
        "async def f() -> None:\n    if True:\n        import json\n",
    ],
)
def test_an_import_in_a_function_is_named(plant: Plant, text: str) -> None:
    (found,) = imports.imports_in_functions(plant({"tongxin/cases/views.py": text}))
    assert "in the function `f`" in found.what and "head of the module" in found.instead


def test_an_import_by_a_name_made_at_run_time_is_named(plant: Plant) -> None:
    tree = plant({"tongxin/cases/tasks.py": "import importlib\nx = importlib.import_module('tongxin.web')\n"})
    (found,) = imports.dynamic_imports(tree)
    assert found.where == "tongxin/cases/tasks.py:2"


def test_an_exception_that_nothing_needs_is_named(plant: Plant) -> None:
    (found,) = imports.dynamic_imports(plant({"tongxin/acts/registry.py": ""}))
    assert "nothing needs" in found.what and "remove it" in found.instead
