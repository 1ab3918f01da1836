"""The interface for departments' systems, and the pages for people: who is let in, what is said, what is never said."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from tests.factories import officer, signed_in
from tongxin.acts.terms import Actor
from tongxin.exchange.models import Call
from tongxin.exchange.terms import Manner
from tongxin.exchange.tests.granting import Office, caller, resident_number
from tongxin.exchange.tests.places import answering, person, write_places
from tongxin.identity.queries import person_of
from tongxin.ledger.models import LedgerContent, LedgerEntry

pytestmark = pytest.mark.django_db
FIELDS = ("name", "address")


@pytest.fixture
def number(office: Office, tmp_path: Path, settings: Any) -> Iterator[str]:
    """A grant whose source answers over HTTP."""
    settings.SOURCES = tmp_path / "sources.json"
    with answering() as url:
        write_places(settings.SOURCES, it=url)
        grant = office.grant(
            at=timezone.now() - timedelta(minutes=1), until=timezone.now() + timedelta(hours=1), fields=FIELDS, manner=Manner.BATCH,
            rows=5_000, persons=2_000, source={"adapter": "http_json", "address": "test:it", "relation": "/honest"},
        )  # fmt: skip
        yield grant.number


def body(grant: str, **given: Any) -> dict[str, Any]:
    """What a system sends."""
    return {
        "office": caller().office, "grant": grant, "fields": ["name"], "purpose": "eligibility", "matter": "入学资格核对 2026-1",
        "subjects": [{"kind": "resident_id", "value": person(1)["resident_id"]}], "request": "request-0001",
        "sent_at": timezone.now().isoformat(), **given,
    }  # fmt: skip


def sent(
    given: Any,
    actor: Actor | None = None,
    path: str = "/api/data/calls",
    client: Client | None = None,
    **headers: str,
) -> Any:
    """What is answered."""
    mine = client or signed_in(actor or caller(), "apply")
    content = given if isinstance(given, str | bytes) else json.dumps(given)
    return mine.post(path, content, content_type="application/json", headers=headers)


def decisions() -> list[str]:
    """How each call was decided."""
    return list(LedgerEntry.objects.filter(verb="call_data").order_by("id").values_list("outcome", flat=True))


# ---- The interface ---------------------------------------------------------------------------------------------------------


def test_a_system_calls_and_gets_the_rows_the_entry_and_the_receipt(number: str) -> None:
    answer = sent(body(number))
    said = answer.json()
    assert answer.status_code == 200 and said["rows"] == [{"name": "居民1"}] and said["more"] is False
    assert answer.headers["Cache-Control"] == "no-store"
    found = resolve(said["receipt"])
    assert (found.url_name, found.kwargs) == ("ledger_receipt", {"number": said["entry"]})
    assert LedgerContent.objects.get(entry=said["entry"]).content["matter"] == "入学资格核对 2026-1"


def test_the_same_request_again_is_answered_with_the_same_entry_and_nothing_is_looked_at(number: str) -> None:
    first = sent(body(number)).json()
    again = sent(body(number))
    assert again.status_code == 200 and again.json() == {
        "entry": first["entry"],
        "receipt": first["receipt"],
        "repeated": True,
    }
    assert Call.objects.count() == 1 and decisions() == ["done", "refused"]


def test_whose_affair_it_is_is_sent_as_a_number_and_kept_as_a_reference(number: str) -> None:
    client = {"kind": "resident_id", "value": person(2)["resident_id"]}
    said = sent(body(number, on_behalf_of=client)).json()
    row = LedgerContent.objects.get(entry=said["entry"])
    assert row.content["on_behalf_of"] == person_of(**client) and row.content["on_behalf_of"] in row.persons


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("on_behalf_of", {"on_behalf_of": "x"}),
        ("on_behalf_of", {"on_behalf_of": {"kind": "resident_id", "value": "1"}}),
        ("on_behalf_of", {"on_behalf_of": person(2)["resident_id"]}),
        ("sent_at", {"sent_at": (timezone.now() - timedelta(minutes=6)).isoformat()}),
        ("sent_at", {"sent_at": (timezone.now() + timedelta(hours=1)).isoformat()}),
        ("sent_at", {"sent_at": "2026-11-26T10:00:00"}),
        ("sent_at", {"sent_at": 5}),
        ("office", {"office": "office:bz/health/data-officer"}),
        ("request", {"request": "short"}),
        ("request", {"request": 12345678}),
        ("fields", {"fields": "name"}),
        ("fields", {"fields": []}),
        ("purpose", {"purpose": "curiosity"}),
        ("subjects", {"subjects": [{"kind": "resident_id"}]}),
        ("subjects", {"subjects": [{"kind": "resident_id", "value": "1"}, {"kind": "phone", "value": "2"}]}),
        ("rows", {"rows": True}),
        ("rows", {"rows": "many"}),
        ("body", {"unknown": 1}),
        ("resident_id", {"subjects": [{"kind": "resident_id", "value": "110101199001011234"}]}),
        ("matter", {"matter": 5}),
    ],
)
def test_bad_input_is_answered_with_its_field_and_reason(
    number: str, field: str, given: dict[str, Any]
) -> None:
    answer = sent(body(number, **given))
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["field"] == field and error["reason"] and error["reason_en"]
    assert "110101199001011234" not in answer.content.decode() and Call.objects.count() == 0


@pytest.mark.parametrize("sent_body", ["[1]", "{", '{"a": ' * 5_000, b"\xff\xfe", "null"])
def test_a_body_that_is_none_is_bad_input(number: str, sent_body: Any) -> None:
    assert sent(sent_body).status_code == 400


def test_one_field_too_many_is_refused_and_recorded(number: str) -> None:
    answer = sent(body(number, fields=["name", "issued_on"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "field_not_granted")
    assert decisions() == ["refused"]


def test_forged_tokens_and_sessions_and_other_sites_get_nothing(number: str) -> None:
    assert sent(body(number), client=Client()).status_code == 401
    assert (
        sent(body(number), Authorization="Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhcHBseSJ9.").status_code
        == 401
    )
    forged = Client()
    forged.cookies[configured.SESSION_COOKIE_NAME] = (
        "eyJ3aG8iOnsibG9naW4iOiJhcHBseSJ9fQ:1abcde:AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
    assert sent(body(number), client=forged).status_code == 401
    assert sent(body(number), Origin="https://elsewhere.example").status_code == 403
    assert sent(body(number), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    mine = signed_in(caller(), "apply")
    assert mine.post("/api/data/calls", body(number)).status_code == 415
    assert mine.get("/api/data/calls").status_code == 405
    other = officer("bz/health", "data_officer")
    answer = sent(body(number, office=other.office), actor=other)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "other_organ")
    assert Call.objects.count() == 0


def test_a_source_that_lies_is_told_as_such_and_nothing_of_it(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tongxin.exchange.tests.places import Answering

    monkeypatch.setattr(Answering, "honest", Answering.wrong_types)
    answer = sent(body(number))
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        502,
        "mismatch",
    ) and "all" not in answer.json()["error"]["reason_en"].split()


def test_a_transfer_is_lines_each_with_its_entry_and_a_last_one(number: str) -> None:
    answer = sent(body(number, subjects=[], rows=1, request=""), path="/api/data/transfers")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert lines[-1] == {"end": "complete"} and sum(len(line["rows"]) for line in lines[:-1]) == 500
    assert len({line["entry"] for line in lines[:-1]}) == len(lines) - 1 == Call.objects.count()


def test_a_transfer_that_is_refused_at_once_is_an_error_and_one_stopped_midway_says_so(
    number: str, owner_sql: Any
) -> None:
    refused = sent(body(number, fields=["issued_on"], subjects=[]), path="/api/data/transfers")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "field_not_granted")
    answer = sent(body(number, subjects=[]), path="/api/data/transfers")
    parts = iter(answer.streaming_content)
    next(parts)
    owner_sql("UPDATE exchange_grant SET state = 'suspended'")
    lines = [json.loads(line) for line in parts]
    assert [line.get("end") for line in lines] == ["grant_suspended"]


# ---- The pages -------------------------------------------------------------------------------------------------------------


def filled(**given: Any) -> dict[str, Any]:
    """The form as it is filled in."""
    return {"numbers": person(1)["resident_id"], "wanted": ["name"], "matter": "入学资格核对 2026-1", **given}


def test_what_will_be_asked_and_on_which_clause_is_seen_before_anything_is_looked_at(number: str) -> None:
    mine = signed_in(caller(), "apply")
    assert number in mine.get("/data/calls/").content.decode()
    asks = mine.get(f"/data/calls/{number}/").content.decode()
    assert "凭哪一条" in asks and "居住证暂行条例" in asks
    check = mine.post(f"/data/calls/{number}/", filled())
    page = check.content.decode()
    assert check.status_code == 200 and "要查的，请再看一遍" in page and "居民1" not in page
    assert decisions() == [] and "no-store" in check.headers["Cache-Control"]
    token = page.partition('name="token" value="')[2].partition('"')[0]
    seen = mine.post(f"/data/calls/{number}/", filled(step="look", token=token))
    assert (
        seen.status_code == 200 and "居民1" in seen.content.decode() and "某路" not in seen.content.decode()
    )
    assert decisions() == ["done"] and "no-store" in seen.headers["Cache-Control"]
    again = mine.post(f"/data/calls/{number}/", filled(step="look", token=token))
    assert (
        again.status_code == 409
        and "居民1" not in again.content.decode()
        and decisions() == ["done", "refused"]
    )
    trace = mine.get("/data/calls/").content.decode()
    assert "入学资格核对 2026-1" in trace and "居民1" not in trace and person(1)["resident_id"] not in trace


@pytest.mark.parametrize(
    "given",
    [
        {"numbers": "123"},
        {"wanted": []},
        {"wanted": ["issued_on"]},
        {"matter": ""},
        {"numbers": "\n".join(resident_number(n) for n in range(21))},
    ],
)
def test_a_form_that_is_wrong_says_where_and_looks_at_nothing(number: str, given: dict[str, Any]) -> None:
    answer = signed_in(caller(), "apply").post(f"/data/calls/{number}/", filled(**given, step="look"))
    assert answer.status_code == 400 and decisions() == []


def test_the_pages_are_for_the_users_own_people(number: str) -> None:
    assert Client().get("/data/calls/").status_code == 303
    assert (
        signed_in(officer("bz/health", "data_officer"), "x").get(f"/data/calls/{number}/").status_code == 403
    )
    assert signed_in(caller(), "apply").get("/data/calls/Q2026-9999/").status_code == 404


def test_breaking_the_glass_by_the_pages_and_what_everybody_sees_of_it(number: str) -> None:
    del number
    head = signed_in(officer("bz/emergency", "data_head"), "head")
    new = head.get("/data/emergencies/new/?item=data:s003").content.decode()
    assert "突发事件应对法" in new
    given = {"ground": "rescue", "rationale": "清河镇发生燃气爆炸，需要核对居住人员名单，组织搜救", "wanted": ["name"], "calls": "10",
             "persons": "10", "until": timezone.localtime(timezone.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S")}  # fmt: skip
    wrong = head.post("/data/emergencies/new/?item=data:s003", {**given, "rationale": "急"})
    assert wrong.status_code == 400
    done = head.post("/data/emergencies/new/?item=data:s003", given)
    assert done.status_code == 303 and done.headers["Location"].startswith("/data/calls/Q")
    everybody = Client()
    assert "J2026-0001" in everybody.get("/data/emergencies/").content.decode()
    one = everybody.get("/data/emergencies/J2026-0001/").content.decode()
    assert "清河镇" in one and '<form method="post" action=""' not in one
    closed = head.post(
        "/data/emergencies/J2026-0001/", {"verb": "close_emergency", "reason": "险情已经解除，人员找到"}
    )
    assert closed.status_code == 303
    assert (
        Client()
        .post("/data/emergencies/J2026-0001/", {"verb": "close_emergency", "reason": "险情已经解除"})
        .status_code
        == 303
    )
