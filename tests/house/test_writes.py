"""Only operations write, every public operation is an act, and nothing leads past the gate."""

import importlib
from collections.abc import Callable

import pytest

from tests.house.rules import acts, models, writes
from tests.house.rules.terms import NOT_ACTS, Violation, said
from tests.house.rules.tree import Tree

Plant = Callable[[dict[str, str]], Tree]
RULES = [
    writes.writes,
    writes.operations_are_acts,
    writes.entries_come_from_the_gate,
    writes.no_way_past_the_gate,
    writes.owner_connection,
    models.side_effects,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(house: Tree, rule: Callable[[Tree], list[Violation]]) -> None:
    found = rule(house)
    assert not found, said(found)


def test_what_every_room_of_operations_offers_is_an_act(house: Tree) -> None:
    rooms = [
        importlib.import_module(name)
        for name in house.by_name
        if name.split(".")[2:] == ["operations"] and name not in NOT_ACTS
    ]
    assert len(rooms) >= 5
    found = acts.offered(rooms)
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------

WRITES = [
    "Case.objects.create(number='1')",
    "Case(number='1').save()",
    "case.save(update_fields=['state'])",
    "Case.objects.filter(state='x').update(state='y')",
    "rows = Case.objects.all()\nrows.update(state='y')",
    "case.delete()",
    "Case.objects.filter(pk=1).delete()",
    "Case.objects.bulk_create([])",
    "Case.objects.bulk_update([], ['state'])",
    "Case.objects.get_or_create(number='1')",
    "case.log.create(seq=1)",
    "cursor.execute('INSERT INTO cases_case DEFAULT VALUES')",
    "cursor.execute('update cases_case set state = %s', ['x'])",
    "cursor.execute(f'UPDATE {table} c SET state = 1')",
    "cursor.execute('''WITH x AS (SELECT 1)\n  DELETE FROM cases_case''')",
    "cursor.copy('COPY cases_case (id) FROM STDIN')",
    "cursor.execute('TRUNCATE cases_case')",
    "from tongxin.ledger.operations import lay_rows",
]


@pytest.mark.parametrize("line", WRITES)
@pytest.mark.parametrize("room", ["views", "queries", "tasks"])
def test_a_write_outside_operations_is_named(plant: Plant, line: str, room: str) -> None:
    found = writes.writes(plant({f"tongxin/cases/{room}.py": line + "\n"}))
    assert len(found) == 1 and found[0].where.startswith(f"tongxin/cases/{room}.py:")
    assert "public operation" in found[0].instead


@pytest.mark.parametrize(
    "line",
    [
        "known.update({'a': 1})",
        "shown.update(url='/')",
        "digest.update(b'x')",
        "cache.delete('x')",
        "picture.save(out, 'JPEG')",
        "'the words insert into and delete from in a sentence'",
        "Case.objects.filter(pk=1)",
        "cursor.execute('SELECT 1 FROM cases_case FOR UPDATE')",
    ],
)
def test_what_only_looks_like_a_write_is_left_alone(plant: Plant, line: str) -> None:
    assert writes.writes(plant({"tongxin/cases/views.py": line + "\n"})) == []


def test_a_write_in_operations_is_where_it_belongs(plant: Plant) -> None:
    assert writes.writes(plant({"tongxin/cases/operations/flow.py": "\n".join(WRITES)})) == []


def test_the_exception_for_deliveries_covers_deliveries_only(plant: Plant) -> None:
    tree = plant({"tongxin/web/tasks.py": "Delivery.objects.create(done=True)\nNotice.objects.create()\n"})
    (found,) = writes.writes(tree)
    assert found.where == "tongxin/web/tasks.py:2"


def test_a_public_operation_that_is_no_act_is_named(plant: Plant) -> None:
    tree = plant({"tongxin/cases/operations.py": "def move(*, case): ...\n\n\ndef _inner(case): ...\n"})
    (found,) = writes.operations_are_acts(tree)
    assert "`move` is no act" in found.what and "@act" in found.instead


def test_an_operation_with_arguments_by_position_is_named(plant: Plant) -> None:
    tree = plant(
        {"tongxin/cases/operations.py": "@act('move', title=('', ''))\ndef move(warrant, *, case): ...\n"}
    )
    (found,) = writes.operations_are_acts(tree)
    assert "by position" in found.what


def test_what_a_package_of_operations_offers_must_be_an_act(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/operations/__init__.py": "from tongxin.cases.operations.flow import move, shared\n",
            "tongxin/cases/operations/flow.py": "def shared(): ...\n\n\ndef inner(): ...\n\n\n@act('move')\ndef move(*, a): ...\n",
        }
    )
    assert [v.what for v in writes.operations_are_acts(tree)] == ["the operation `shared` is no act"]


@pytest.mark.parametrize(
    "line",
    [
        "from tongxin.ledger.operations import append_entries",
        "ledger.append_entries(entries=[])",
        "actor = Actor(person='person:me', platform=True)",
        "cursor.execute(\"SELECT set_config('tongxin.act', %s, true)\", [x])",
    ],
)
def test_an_entry_or_an_act_made_outside_the_gate_is_named(plant: Plant, line: str) -> None:
    (found,) = writes.entries_come_from_the_gate(plant({"tongxin/cases/operations.py": line + "\n"}))
    assert found.where == "tongxin/cases/operations.py:1"


@pytest.mark.parametrize("argument", ["skip_checks", "bypass", "force", "as_superuser", "unchecked"])
def test_an_argument_that_leads_past_the_gate_is_named(plant: Plant, argument: str) -> None:
    tree = plant({"tongxin/acts/gate.py": f"def act(verb, *, {argument}=False): ...\n"})
    (found,) = writes.no_way_past_the_gate(tree)
    assert f"`{argument}`" in found.what


@pytest.mark.parametrize(
    "line",
    [
        "connections['owner'].cursor()",
        "Case.objects.using('owner')",
        "call_command('flush', database='owner')",
    ],
)
def test_a_use_of_the_owners_connection_is_named(plant: Plant, line: str) -> None:
    (found,) = writes.owner_connection(plant({"tongxin/cases/queries.py": line + "\n"}))
    assert "under its own role" in found.instead


def test_a_model_that_does_more_than_save_is_named(plant: Plant) -> None:
    tree = plant({"tongxin/cases/models.py": "class Case:\n    def save(self): ...\n"})
    (found,) = models.side_effects(tree)
    assert "own `save`" in found.what
