"""Every capability's migrations are one line, each can be taken back or is marked: an upgrade is tried in the order it happens."""

from django.db import migrations as made
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from tests.house.rules import migrations as rules
from tests.house.rules.terms import said


def own() -> dict[tuple[str, str], Migration]:
    found = MigrationLoader(None).disk_migrations
    return {key: one for key, one in found.items() if one.__module__.startswith("tongxin.")}


def test_the_migrations_of_each_capability_are_one_line() -> None:
    assert len(own()) >= 17
    found = rules.forks(own())
    assert not found, said(found)


def test_every_migration_can_be_taken_back_or_says_why_not() -> None:
    found = rules.one_way(own().values())
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def planted(name: str, *after: str, operations: list[object] | None = None, mark: str = "") -> Migration:
    one = Migration(name, "cases")
    one.dependencies = [("cases", before) for before in after]
    one.operations = operations or []  # type: ignore[assignment]
    if mark:
        one.irreversible = mark  # type: ignore[attr-defined]
    return one


def test_two_that_follow_the_same_and_one_that_joins_them_are_found() -> None:
    line = [planted("0001_a"), planted("0002_b", "0001_a"), planted("0002_c", "0001_a")]
    line.append(planted("0003_d", "0002_b", "0002_c"))
    found = rules.forks({("cases", one.name): one for one in line})
    assert [one.where for one in found] == ["cases.0002_c", "cases.0003_d"]
    assert rules.forks({("cases", "0002_b"): planted("0002_b")})


def test_a_step_without_a_way_back_is_found_unless_it_is_marked_and_a_mark_for_nothing_too() -> None:
    forward = made.RunSQL("SELECT 1")
    back = made.RunSQL("SELECT 1", "SELECT 1")
    assert rules.one_way([planted("0001_a", operations=[forward])])
    assert not rules.one_way([planted("0001_a", operations=[forward], mark="the rows are gone for good")])
    assert rules.one_way([planted("0001_a", operations=[back], mark="the rows are gone for good")])
    assert not rules.one_way([planted("0001_a", operations=[back])])
