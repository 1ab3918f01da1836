"""Stored scripts: hostile text in everything anybody wrote, and every page opened."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache

from conftest import KEPT
from tests.attack.conftest import Browse
from tests.attack.hostile import HOSTILE, MARK, escaped, planted
from tests.attack.test_routes import asked, listed, one_of_each
from tests.house.permissions import OF_ANOTHER_POST, Scene
from tests.plugin import owner_connection
from tongxin.law.rules.cells import RUNS, csv_text, plain_cell, read_cell


@pytest.fixture(scope="module")
def hostile(scene: Scene) -> int:
    """The city of the attack with hostile text in it; how many values hold it."""
    with owner_connection() as owner:
        count = planted(owner)
    cache.clear()
    for kept in KEPT:
        kept.cache_clear()
    return count


def test_nothing_that_somebody_wrote_becomes_markup(scene: Scene, browser: Browse, hostile: int) -> None:
    assert hostile > 1_000
    wrong, seen, opened = [], 0, 0
    for row in one_of_each():
        if row["method"] != "GET":
            continue
        for who in {"resident", OF_ANOTHER_POST.get(row["route"], "with_basis")}:
            answer = asked(browser(who), scene, row)
            assert answer.status_code < 500, (row["path"], who)
            body = getattr(answer, "content_read", None) or answer.content
            kind = answer.headers.get("Content-Type", "")
            if kind.startswith("text/html"):
                found, here = escaped(body.decode())
                seen, opened = seen + here, opened + 1
                wrong += [(row["path"], who, one) for one in found]
            elif "xml" in kind:
                tree = ET.fromstring(body)  # noqa: S314 - our own
                wrong += [(row["path"], who, one.tag) for one in tree.iter() if MARK in str(one.tag)]
            elif kind.startswith("text/csv"):
                wrong += [(row["path"], who, cell) for cell in _running(body.decode())]
            else:
                assert not kind.startswith("text/") or kind.startswith("text/plain"), (row["path"], kind)
    assert not wrong, listed(wrong)
    assert opened > 100 and seen > 500, (opened, seen)


def _running(text: str) -> list[str]:
    rows = csv.reader(io.StringIO(text.removeprefix("\\ufeff").removeprefix("\ufeff")))
    return [
        cell
        for row in rows
        for cell in row
        if cell.lstrip(" ").startswith(RUNS[:-1]) and not _is_number(cell)
    ]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_what_would_be_markup_is_found() -> None:
    """The finder itself, on a page that forgot to escape."""
    assert escaped(f"<p>{HOSTILE}</p>")[0] and escaped('<p title="x" onclick="y()">')[0]
    assert escaped('<a href=" JavaScript:alert(1)">')[0] and escaped("<script>1</script>")[0]
    assert escaped("<p>{{7*7}}{% now %}</p>".replace("{{7*7}}", "49"))[0]


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "\u3000=1",
        "'=1",
        "'",
    ],
)
def test_a_cell_that_would_run_is_quoted_and_read_back_as_it_was(cell: str) -> None:
    made = plain_cell(cell)
    assert made == f"'{cell}" and read_cell(str(made)) == cell
    (head, row) = csv.reader(io.StringIO(csv_text(["=head"], [[cell]]).removeprefix("\ufeff")))
    assert head == ["'=head"] and [read_cell(one) for one in row] == [cell.replace("\r", "\r")]


@pytest.mark.parametrize("cell", ["低保", "a=b", "", "1-2", "http://x", 5, -5, 1.5, None])
def test_a_plain_cell_stays_as_it_is(cell: object) -> None:
    assert plain_cell(cell) == cell and (not isinstance(cell, str) or read_cell(cell) == cell)
