"""法律与清单的页面。 Pages of law and lists."""

import csv
import io
import re

import pytest
from django.test import Client

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


def test_an_idle_entry_says_why(client: Client) -> None:
    idle = next(m for m in client.get("/lists/matters.json").json()["matters"] if not m["active"])
    assert "notice-banner" in client.get(f"/lists/matters/{idle['code']}/").content.decode()
    assert client.get("/lists/matters/nothing/").status_code == 404
