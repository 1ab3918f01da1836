"""法律与清单的页面。 Pages of law and lists."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client

Sql = Callable[..., None]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/law/",
        "/law/?on=2022-01-01&q=条例",
        "/lists/matters/",
        "/lists/matters/?basis=idle",
        "/lists/powers/",
    ],
)
def test_the_page_is_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_day_that_is_none_is_said_at_the_question(client: Client) -> None:
    answer = client.get("/law/?on=2022-13-01")
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()


def test_an_unknown_version_is_not_found(client: Client) -> None:
    assert client.get("/law/cn/nowhere/none@2020-01-01/").status_code == 404
    assert client.get("/law/cn/nowhere/none@2020-13-41/").status_code == 404


def test_every_clause_of_a_text_has_its_address_and_every_link_leads_to_one(client: Client) -> None:
    page = client.get("/lists/powers/").content.decode()
    found = re.findall(r'href="(/law/[^"#]+)#([^"]+)"', page)
    texts = {where: client.get(where).content.decode() for where, _clause in found}
    assert found
    assert not [(where, clause) for where, clause in found if f'id="{clause}"' not in texts[where]]


def test_the_downloaded_list_holds_every_entry_and_no_formula(client: Client) -> None:
    rows = list(
        csv.DictReader(io.StringIO(client.get("/lists/matters.csv").content.decode().lstrip("\ufeff")))
    )
    listed = client.get("/lists/matters.json").json()["matters"]
    assert len(rows) == len(listed) > 100
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert {row["why_idle"] for row in rows if row["active"] == "False"} <= {"no_clause", "not_in_force"}


def test_the_powers_list_can_be_downloaded_with_every_act_and_its_clauses(client: Client) -> None:
    sheet = client.get("/lists/powers.csv")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode().lstrip("\ufeff"))))
    listed = client.get("/lists/powers.json").json()["powers"]
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="powers.csv"'
    assert [row["verb"] for row in rows] == [one["verb"] for one in listed]
    by_verb = {one["verb"]: one for one in listed}
    page = client.get("/lists/powers/").content.decode()
    assert list(by_verb) == re.findall(r'<tr id="(\w+)"', page) and len(by_verb) > 50
    voting = by_verb["vote_law"]
    assert voting["by"] == ["legal_officer"] and voting["active"] and not voting["personal"]
    assert "law:cn/legislation-law@2023-03-13#a87.p1" in voting["clauses"]
    assert next(row for row in rows if row["verb"] == "vote_law")["clauses"] == ";".join(voting["clauses"])
    assert by_verb["consult_commenter"]["personal"]
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert 'href="/lists/powers.csv"' in page and 'href="/lists/powers.json"' in page


def test_a_power_whose_clause_is_gone_is_idle_in_the_download_and_says_why(
    client: Client, owner_sql: Sql
) -> None:
    owner_sql(
        "UPDATE law_clause SET in_force_to = '2026-01-01' WHERE id IN (SELECT b.clause_id FROM law_binding b"
        " JOIN law_listentry e ON e.id = b.entry_id WHERE e.list = 'power' AND e.code = 'vote_law')"
    )
    power = next(
        one for one in client.get("/lists/powers.json").json()["powers"] if one["verb"] == "vote_law"
    )
    assert (power["active"], power["why_idle"]) == (False, "not_in_force")


def test_an_idle_entry_says_why(client: Client) -> None:
    idle = next(m for m in client.get("/lists/matters.json").json()["matters"] if not m["active"])
    assert "notice-banner" in client.get(f"/lists/matters/{idle['code']}/").content.decode()
    assert client.get("/lists/matters/nothing/").status_code == 404
