"""Every route says who may open it, in tests/house/permissions.csv: four witnesses, each method.

`PROPOSE=1 pytest tests/house/test_permissions.py` adds a row for each route that has none, and the answers where a
row has none; what stands there already is not touched. Somebody reads what it proposes.
"""

import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.urls import get_resolver, path
from django.utils import timezone

from tests.house import permissions
from tests.house.permissions import Scene, answers, proposed_path, read_table, set_scene, write_table
from tests.house.rules import pages
from tests.house.rules.terms import said

METHODS = ("GET", "POST")
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
NOWHERE = ("^api/.*$", r"^open311/v2/(?:.*\.(?P<kind>json|xml)|.*)$")  # there is nothing, whatever is asked
HEADED = ("with_basis", "outsider")


@pytest.fixture(scope="module")
def scene(committed_city: str) -> Iterator[Scene]:
    """The scene, committed in a city of this module's own, at a moment that does not depend on the day of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", _later)
        yield set_scene()


def _later() -> datetime:
    return permissions.LATER


def found_routes() -> list[pages.Route]:
    """The routes of the house."""
    return list(pages.routes(get_resolver().url_patterns))


def test_every_route_says_who_may_open_it(scene: Scene) -> None:
    if os.environ.get("PROPOSE"):
        _propose(scene)
    found = pages.permissions(found_routes(), read_table())
    assert not found, said(found)


def test_every_route_is_tried_with_each_method() -> None:
    tried = {(row["route"], row["method"]) for row in read_table()}
    missing = [
        (route.pattern, method)
        for route in found_routes()
        for method in METHODS
        if (route.pattern, method) not in tried
    ]
    assert not missing, missing


@pytest.mark.parametrize(
    "row", read_table(), ids=lambda row: f"{row['method']} /{row['path']} {row['data']}".strip()
)
def test_four_witnesses_are_answered_as_the_table_says(scene: Scene, row: dict[str, str]) -> None:
    told = {witness: row[witness] for witness in permissions.WITNESSES}
    assert answers(scene, row) == told


def test_nobody_is_answered_by_a_breakdown() -> None:
    assert not [
        row for row in read_table() for witness in permissions.WITNESSES if row[witness].startswith("broken")
    ]


def test_every_route_keeps_an_outsider_out_or_is_listed_as_public() -> None:
    found = pages.guarded(read_table(), permissions.read_public())
    assert not found, said(found)


@pytest.mark.parametrize("method", OTHER_METHODS)
def test_every_other_method_is_refused_to_every_witness(scene: Scene, method: str) -> None:
    """One row for each route stands in the table; what it says of no method holds for all the others, whoever asks."""
    wrong = []
    for row in {one["route"]: one for one in read_table()}.values():
        told = set(answers(scene, {**row, "method": method, "data": ""}).values())
        if told != {"absent" if row["route"] in NOWHERE else "no method"}:
            wrong.append((method, row["path"], told))
    assert not wrong, wrong


def test_head_is_answered_as_get_is_and_has_no_body(scene: Scene) -> None:
    wrong = []
    for row in read_table():
        if row["method"] == "GET" and not row["data"]:
            told = {name: answers(scene, {**row, "method": "HEAD"}, [name])[name] for name in HEADED}
            if told != {name: row[name] for name in HEADED}:
                wrong.append((row["path"], told))
    assert not wrong, wrong


def _propose(scene: Scene) -> None:
    rows = {(row["route"], row["method"], row["path"], row["data"]): row for row in read_table()}
    known = {key[:2] for key in rows}
    for route in found_routes():
        for method in METHODS:
            if (route.pattern, method) not in known:
                row = {
                    "route": route.pattern,
                    "method": method,
                    "path": proposed_path(route.pattern),
                    "data": "",
                }
                rows[route.pattern, method, row["path"], ""] = row
    order = {route.pattern: place for place, route in enumerate(found_routes())}
    kept = [
        row if row.get("outsider") else {**row, **answers(scene, row)}
        for key, row in rows.items()
        if key[0] in order
    ]
    write_table(sorted(kept, key=lambda row: (order[row["route"]], row["method"], row["path"])))


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def test_a_route_without_a_row_is_named() -> None:
    planted = [*pages.routes([path("secrets/<int:n>/", lambda _: None, name="secrets")])]
    (found,) = pages.permissions(planted, [])
    assert found.where == "/secrets/<int:n>/" and "an outsider" in found.instead


def test_a_row_without_a_route_is_named() -> None:
    (found,) = pages.permissions([], [{"route": "gone/"}])
    assert "/gone/" in found.what


def test_a_route_that_answers_an_outsider_and_is_not_listed_is_named() -> None:
    (found,) = pages.guarded([{"route": "secrets/", "outsider": "ok"}], {})
    assert found.where == "/secrets/" and "public.csv" in found.instead


def test_a_public_route_that_is_none_is_named() -> None:
    (found,) = pages.guarded([{"route": "desk/", "outsider": "sign in"}], {"desk/": "why not"})
    assert "/desk/" in found.what


def test_a_row_that_lets_a_stranger_in_is_noticed(scene: Scene) -> None:
    row = {"route": "", "method": "GET", "path": "desk/", "data": ""}
    assert answers(scene, row)["outsider"] != "ok"
