"""The desk as JSON: only for an office that is held now, its own cases alone, few statements, and the shapes that are described."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import accepted, checked, officer, reported, settled, signed_in
from tongxin.cases import operations as cases
from tongxin.cases.api.schemas import CaseFileShown, CaseShown, DeskCaseShown, DeskShown
from tongxin.cases.models import Assignment, Case, CaseStep, Clock
from tongxin.cases.queries import case_file, case_numbered, desk_cases
from tongxin.cases.queries.lists import FAR
from tongxin.cases.terms import ReturnGround
from tongxin.identity.models import Session
from tongxin.organs.models import Holding
from tongxin.organs.queries import standing
from tongxin.places.queries import city

pytestmark = pytest.mark.django_db
ORGAN, WATER = "bz/371602/urban-management", "bz/371602/water"


def as_officer(organ: str = ORGAN, post: str = "case_officer") -> Client:
    return signed_in(officer(organ, post), "desk-api")


def body(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)
    return found


def counted(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


# ---- Who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/desk", "/api/desk/{number}"])
def test_nobody_without_a_session_or_an_office_is_answered(path: str) -> None:
    case = reported()
    address = path.format(number=case.number)
    stranger = Client().get(address)
    assert (stranger.status_code, body(stranger)["error"]["code"]) == (401, "sign_in")
    resident = signed_in(officer(ORGAN).__class__(person="person:somebody-at-home"), "resident")
    answer = resident.get(address)
    assert (answer.status_code, body(answer)["error"]["code"]) == (403, "no_office")


@pytest.mark.parametrize("path", ["/api/desk", "/api/desk/{number}"])
def test_a_session_that_was_ended_and_an_office_that_ended_open_nothing_at_the_next_request(
    path: str, owner_sql: Any
) -> None:
    address = path.format(number=reported().number)
    ended, left = as_officer(), as_officer(post="checker")
    assert ended.get(address).status_code == left.get(address).status_code == 200
    mine = officer(ORGAN)
    owner_sql(
        "UPDATE identity_session SET ended_at = now() WHERE account_id IN "
        "(SELECT id FROM identity_account WHERE person_id = %s)",
        mine.person,
    )
    assert ended.get(address).status_code == 401
    checker = officer(ORGAN, "checker")
    Holding.objects.filter(person=checker.person).update(valid_to=datetime.now(UTC).date())
    assert left.get(address).status_code == 401, "the office ended: the session ends with it"


def test_a_closed_account_opens_nothing(owner_sql: Any) -> None:
    client = as_officer()
    owner_sql("UPDATE identity_account SET closed_at = now() WHERE person_id = %s", officer(ORGAN).person)
    assert client.get("/api/desk").status_code == 401
    assert Session.objects.filter(ended_at=None).exists(), "by the account, not by the session"


def test_the_answers_of_the_desk_are_kept_by_no_cache() -> None:
    assert as_officer().get("/api/desk").headers["Cache-Control"] == "private, no-store"


# ---- What is answered -------------------------------------------------------------------------------------------------


def test_the_desk_has_what_waits_there_soonest_first_and_nothing_of_other_organs() -> None:
    mine = [reported(), accepted(), reported()]
    settled()  # waits for its checker
    elsewhere()
    found = body(as_officer().get("/api/desk"))["cases"]
    assert {one["number"] for one in found} == {case.number for case in mine}
    dues = [one["due_at"] for one in found]
    assert dues == sorted(dues)
    assert {one["organ"]["code"] for one in found} == {ORGAN}


def elsewhere() -> Case:
    """A case that waits at the desk of another organ, in the same state as some at ours."""
    case = reported()
    cases.return_case(
        actor=officer(ORGAN), at=case.reported_at, number=case.number, ground=ReturnGround.OUTSIDE_DUTY, named=WATER,
        note="这个井盖属于供水设施",
    )  # fmt: skip
    clerk = officer(city().desk, "hotline_clerk")
    cases.dispatch_case(actor=clerk, at=case.reported_at, number=case.number, organ=WATER)
    return case


def test_pages_follow_each_other_without_a_gap_or_a_case_twice() -> None:
    numbers = {reported().number for _ in range(7)}
    unlimited = Case.objects.filter(number__in=list(numbers)[:2])
    unlimited.update(due_at=None)  # those without a limit come last
    client, seen, path = as_officer(), [], "/api/desk?size=3"
    for _ in range(3):
        page = body(client.get(path))
        seen += [one["number"] for one in page["cases"]]
        path = page["next"]
    assert path is None
    assert len(seen) == len(set(seen)) == 7 and set(seen) == numbers
    assert set(seen[-2:]) == set(list(numbers)[:2])


def test_the_prepared_desk_says_what_the_rows_say() -> None:
    for make in (reported, accepted, settled, checked, elsewhere):
        make()
    at = datetime.now(UTC)
    for post in ("case_officer", "checker", "supervisor"):
        actor = officer(ORGAN, post) if post != "supervisor" else officer("bz/lead", post)
        office = standing(person=actor.person, office=actor.office or "", day=at.date())
        assert office is not None
        states = {"case_officer": ["dispatched", "handling"], "checker": ["checking"], "supervisor": []}[post]
        assisting = Assignment.objects.filter(
            organ=office.organ, role="assist", ended_at=None, settled_at=None
        )
        expected = set(Case.objects.filter(organ=office.organ, state__in=states).values_list("id", flat=True))
        if post == "case_officer":
            expected |= set(
                Case.objects.filter(id__in=assisting.values("case_id"), state="handling").values_list(
                    "id", flat=True
                )
            )
        found = desk_cases(standing=office)
        assert {case.pk for case in found} == expected
        assert all(case.due == (case.due_at or FAR) for case in found)
    assert desk_cases(standing=office, due_before=at - timedelta(days=900)) == []


def test_one_case_is_answered_with_what_the_office_can_do_with_it_now() -> None:
    new, done = reported(), settled()
    client = as_officer()
    assert "accept_case" in body(client.get(f"/api/desk/{new.number}"))["acts"]
    assert "settle_case" not in body(client.get(f"/api/desk/{done.number}"))["acts"]
    checker = body(as_officer(post="checker").get(f"/api/desk/{done.number}"))["acts"]
    assert "check_case" in checker and "accept_case" not in checker
    elsewhere = body(as_officer("bz/371603/urban-management").get(f"/api/desk/{new.number}"))["acts"]
    assert "accept_case" not in elsewhere


def test_a_number_that_does_not_exist_is_not_found() -> None:
    assert as_officer().get("/api/desk/20261123-999999").status_code == 404


@pytest.mark.parametrize("query", ["size=0", "size=101", "size=x", "state=none", "late=perhaps"])
def test_what_cannot_be_asked_is_said_with_its_field(query: str) -> None:
    answer = as_officer().get(f"/api/desk?{query}")
    assert answer.status_code == 422
    assert body(answer)["error"]["field"] == query.partition("=")[0]


# ---- Statements -------------------------------------------------------------------------------------------------------


def test_a_page_of_the_desk_takes_three_statements_whatever_its_size() -> None:
    client = as_officer()
    few = counted(client, "/api/desk?size=100")
    for _ in range(6):
        reported()
    assert few == counted(client, "/api/desk?size=100") == counted(client, "/api/desk?size=2") == 3


def test_one_case_takes_three_statements_whatever_its_history() -> None:
    client = as_officer()
    assert (
        counted(client, f"/api/desk/{reported().number}")
        == counted(client, f"/api/desk/{checked().number}")
        == 3
    )


def test_the_page_of_a_case_and_of_the_desk_take_few_statements() -> None:
    client = as_officer()
    assert counted(client, f"/cases/{checked().number}/") <= 8
    assert counted(client, "/desk/") <= 8


# ---- The whole file in one statement ----------------------------------------------------------------------------------


def test_the_file_of_one_statement_has_the_very_rows_of_the_tables() -> None:
    case = checked()
    file = case_file(number=case.number)
    assert file is not None
    tables = ((CaseStep, file.steps), (Assignment, file.parts), (Clock, file.clocks))
    for model, rows in ((Case, [file.case]), *tables):
        mine = {"pk": case.pk} if model is Case else {"case": case}
        kept = {row.pk: row for row in model.objects.filter(**mine)}
        assert len(rows) == len(kept) > 0
        for row in rows:
            for field in model._meta.concrete_fields:
                was, now = getattr(kept[row.pk], field.attname), getattr(row, field.attname)
                assert (was, type(was)) == (now, type(now)), f"{model.__name__}.{field.attname}"
    assert [step.seq for step in file.steps] == sorted((step.seq for step in file.steps), reverse=True)


def test_what_was_folded_in_stands_in_both_files() -> None:
    main, same = accepted(), reported()
    cases.fold_case(
        actor=officer("bz/371602/lead", "lead_officer"),
        at=main.reported_at,
        number=same.number,
        into=main.number,
    )
    folded, whole = case_file(number=same.number), case_file(number=main.number)
    assert folded is not None and whole is not None
    assert folded.whole == main and folded.case.folded_into == main
    assert [one.number for one in whole.folded] == [same.number]
    assert case_numbered(number=same.number) == folded.case


# ---- Shapes -----------------------------------------------------------------------------------------------------------


def test_the_answers_have_exactly_the_shapes_that_are_described() -> None:
    case, client = checked(), as_officer()
    reported()
    one = body(client.get(f"/api/desk/{case.number}"))
    page = body(client.get("/api/desk"))
    public = body(Client().get(f"/api/cases/{case.number}"))
    listed = body(Client().get("/api/cases"))
    for shape, said in (
        (DeskCaseShown, one), (DeskShown, page), (CaseShown, page["cases"][0]), (CaseFileShown, public),
        (CaseShown, listed["cases"][0]),
    ):  # fmt: skip
        again = json.loads(shape.model_validate(said).model_dump_json())
        assert set(said) == set(shape.model_fields)
        assert again == said
    assert {key: value for key, value in one.items() if key != "acts"} == public
