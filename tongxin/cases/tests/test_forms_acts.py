"""The forms of acts: every verb has its questions, what is typed becomes what the operation takes, faults name their field."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import Actor, By, InvalidInput, Standing
from tongxin.cases import operations
from tongxin.cases.forms import acts, offers
from tongxin.cases.forms.acts import ACTS, OWN_ACTS, Lists, Turn, form_of, given_by, own_form_of, seen_step
from tongxin.cases.forms.intake import IntakeForm, IntakeLists, new_key, report_of
from tongxin.cases.forms.paging import due_key_of, due_word, key_of
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, ClockRequest
from tongxin.cases.queries import CaseFile
from tongxin.cases.terms import Channel, ClockChange, ClockGround, Outcome, ReturnGround, Role, State
from tongxin.cases.views.listing import chosen_of, with_word
from tongxin.law.terms import Unit
from tongxin.places.terms import CityFacts

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LISTS = Lists(
    organs=(("here", (("o/water", "Water"),)),),
    clocks=(("7", "handle"),),
    paused=(("8", "handle"),),
    stages=(("6", "stop"),),
    requests=(("9", "extend"),),
    rulings=(("10", "ruling"),),
)
ANSWERS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "accept_case": ({}, {}),
    "return_case": (
        {"ground": "outside_duty", "named": "o/water", "note": "it is theirs"},
        {"ground": ReturnGround.OUTSIDE_DUTY, "named": "o/water", "note": "it is theirs"},
    ),
    "dispatch_case": ({"organ": "o/water", "note": ""}, {"organ": "o/water", "note": ""}),
    "rule_case": (
        {"organ": "o/water", "reason": "the list says"},
        {"organ": "o/water", "reason": "the list says"},
    ),
    "ask_assistance": (
        {"organ": "o/water", "note": "close the valve"},
        {"organ": "o/water", "note": "close the valve"},
    ),
    "check_case": ({"passed": "no", "note": "still open"}, {"passed": False, "note": "still open"}),
    "request_clock_change": (
        {
            "clock": "7",
            "change": "extend",
            "ground": "season",
            "number": "2.5",
            "unit": "working_day",
            "note": "frost",
        },
        {
            "clock": 7,
            "change": ClockChange.EXTEND,
            "ground": ClockGround.SEASON,
            "number": Decimal("2.5"),
            "unit": Unit.WORKING_DAY,
            "note": "frost",
        },
    ),
    "decide_clock_change": (
        {"request": "9", "granted": "yes", "note": ""},
        {"request": 9, "granted": True, "note": ""},
    ),
    "resume_clock": ({"clock": "8", "note": "thaw"}, {"clock": 8, "note": "thaw"}),
    "hang_case": ({"note": "needs a new main sewer"}, {"note": "needs a new main sewer"}),
    "unhang_case": ({"note": ""}, {"note": ""}),
    "close_case": (
        {"outcome": "not_ours", "whose": "the railway", "note": "theirs by law"},
        {"outcome": Outcome.NOT_OURS, "whose": "the railway", "note": "theirs by law"},
    ),
    "fold_case": ({"into": "20261124-000001", "note": ""}, {"into": "20261124-000001", "note": ""}),
    "note_case": ({"note": "rang the bell"}, {"note": "rang the bell"}),
    "propose_list_change": (
        {"precedent": "10", "text": "add water as lead"},
        {"precedent": 10, "text": "add water as lead"},
    ),
}
OPERATION = {"accept_case": "accept_cases"}


def keep(_upload: object) -> str:
    return "d" * 64


def given(verb: str, typed: dict[str, str], files: int = 0, held: tuple[str, ...] = ()) -> dict[str, Any]:
    photos = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(files)]
    form = form_of(verb, LISTS)(typed, MultiValueDict({"photos": photos}))
    return dict(given_by(form, keep=keep, held=held))


def turn(given: dict[str, Any]) -> Turn:
    return Turn(actor=Actor(person="person:p", office="office:o"), at=NOW, number="n1", seen=4, given=given)


def test_every_act_that_an_office_does_to_a_case_has_a_form() -> None:
    elsewhere = {
        "report_case",
        "consult_reporter",
        "import_history",
        "erase_report",
    }  # a form of its own, or a command
    offices = {v for v, d in REGISTRY.items() if d.posts and d.operation.startswith("tongxin.cases.")}
    assert set(ACTS) == offices - elsewhere


@pytest.mark.parametrize("verb", sorted(ANSWERS))
def test_what_is_typed_becomes_what_the_operation_takes(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed, expected = ANSWERS[verb]
    called: list[dict[str, Any]] = []
    name = OPERATION.get(verb, verb)
    monkeypatch.setattr(operations, name, lambda **words: called.append(words))
    monkeypatch.setitem(ACTS, verb, _again(verb, monkeypatch))  # type: ignore[arg-type]
    ACTS[verb].run(turn(given(verb, typed)))
    (words,) = called
    assert {k: words[k] for k in expected} == expected
    assert words["actor"].person == "person:p" and words["at"] == NOW
    if verb not in {"request_clock_change", "decide_clock_change", "resume_clock", "propose_list_change"}:
        assert words["seen"] == 4 and "n1" in (words.get("number"), *words.get("numbers", ()))


def _again(verb: str, monkeypatch: pytest.MonkeyPatch) -> acts.ActForm:
    """The entry of a verb, with its operation looked up anew: the table holds the real ones."""
    entry = ACTS[verb]
    if getattr(entry.run, "__qualname__", "").startswith("_plainly"):
        fresh = acts._plainly(getattr(operations, verb))
        return acts.ActForm(fields=entry.fields, run=fresh, on_entry=entry.on_entry, grave=entry.grave)
    del monkeypatch
    return entry


@pytest.mark.parametrize("verb", ["settle_case", "settle_part", "settle_step"])
def test_a_settlement_carries_its_photos_and_its_document(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[dict[str, Any]] = []
    for name in ("settle_cases", "settle_part", "settle_step"):
        monkeypatch.setattr(operations, name, lambda **words: called.append(words))
    ACTS[verb].run(
        turn(given(verb, {"clock": "6", "note": "new cover", "document": " X-1 "}, files=2, held=("e" * 64,)))
    )
    (words,) = called
    done = words["settlements"][0] if "settlements" in words else words["settlement"]
    assert (done.number, done.note, done.facts) == ("n1", "new cover", {"document": "X-1"})
    assert done.evidence == ("e" * 64, "d" * 64)  # each photo once, those that arrived before first


def test_an_offer_of_help_to_a_person_asks_for_no_photo() -> None:
    assert "photos" not in form_of("settle_case", Lists(photos=False)).base_fields


def test_evidence_is_one_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[dict[str, Any]] = []
    monkeypatch.setattr(operations, "attach_evidence", lambda **words: called.append(words))
    ACTS["attach_evidence"].run(turn(given("attach_evidence", {}, files=1)))
    assert called[0]["photo"] == "d" * 64
    for files in (0, 2):
        with pytest.raises(InvalidInput) as wrong:
            given("attach_evidence", {}, files=files)
        assert wrong.value.field == "photos"
    assert given("attach_evidence", {}, held=("e" * 64,))["photos"] == ("e" * 64,)


@pytest.mark.parametrize(
    ("verb", "field"),
    [
        (v, f)
        for v, (typed, _) in ANSWERS.items()
        for f, value in typed.items()
        if value and f not in ("number", "unit", "whose") and v != "resume_clock"
    ],
)
def test_a_missing_answer_names_its_field(verb: str, field: str) -> None:
    typed = {name: value for name, value in ANSWERS[verb][0].items() if name != field}
    with pytest.raises(InvalidInput) as wrong:
        given(verb, typed)
    assert wrong.value.field == field and wrong.value.reason != wrong.value.reason_en


@pytest.mark.parametrize(("verb", "field", "value"), [
    ("return_case", "ground", "because"), ("return_case", "named", "o/else"), ("rule_case", "organ", "'; drop"),
    ("check_case", "passed", "maybe"), ("request_clock_change", "clock", "99"), ("request_clock_change", "unit", "moon"),
    ("request_clock_change", "number", "many"), ("request_clock_change", "number", "61"),
    ("request_clock_change", "number", "NaN"), ("decide_clock_change", "request", "1"), ("close_case", "outcome", "fixed"),
    ("note_case", "note", "x" * 2_001), ("note_case", "note", "nul\x00"),
])  # fmt: skip
def test_an_unknown_answer_names_its_field(verb: str, field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        given(verb, {**ANSWERS[verb][0], field: value})
    assert wrong.value.field == field


def test_a_fault_is_told_in_both_languages_whatever_the_page() -> None:
    for language in ("zh-hans", "en"):
        with override(language), pytest.raises(InvalidInput) as wrong:
            given("note_case", {})
        assert wrong.value.reason == "这一项要填"


@pytest.mark.parametrize("word", [None, "", "-1", "1.0", "٣", "x", "9" * 10])
def test_a_page_that_does_not_say_what_it_showed_is_refused(word: str | None) -> None:
    with pytest.raises(InvalidInput, match="not complete"):
        seen_step(word)
    assert seen_step("12") == 12


def test_a_reporter_may_say_that_it_is_fixed_or_not_or_withdraw() -> None:
    assert set(OWN_ACTS) == {"confirm", "dispute", "withdraw"}
    assert given_by(own_form_of("confirm")({}), keep=keep) == {}
    for what in ("dispute", "withdraw"):
        with pytest.raises(InvalidInput) as wrong:
            given_by(own_form_of(what)({}), keep=keep)
        assert wrong.value.field == "note"


# ---- What is offered ------------------------------------------------------------------------------------------------

CITY = CityFacts(
    code="c",
    name="c",
    name_en="c",
    scheme="s",
    root="1",
    timezone="Asia/Shanghai",
    lead_body="o/lead",
    desk="o/desk",
    settings={},
    revision=1,
)


def file(
    state: State,
    *,
    organ: str = "o/roads",
    parts: tuple[Assignment, ...] = (),
    clocks: tuple[Clock, ...] = (),
    steps: tuple[CaseStep, ...] = (),
    requests: tuple[ClockRequest, ...] = (),
    **more: Any,
) -> CaseFile:
    case = Case(number="n1", state=state.value, organ=organ, path=["111", "11", "1"], **more)
    lead = Assignment(case=case, organ=organ, role=Role.LEAD.value)
    return CaseFile(
        case=case,
        whole=None,
        steps=steps,
        parts=(lead, *parts),
        clocks=clocks,
        photos=(),
        requests=requests,
        folded=(),
        precedents=(),
    )


def standing(post: By, organ: str = "o/roads", place: str = "11") -> Standing:
    return Standing(
        office="office:x", organ=organ, organ_name=organ, organ_name_en=organ, post=post, place=place
    )


def offered(of: CaseFile, who: Standing, person: str = "person:p") -> set[str]:
    return set(offers.offers(of, who, person, CITY, NOW))


def test_the_organ_that_has_it_may_accept_or_return_and_no_other() -> None:
    of = file(State.DISPATCHED)
    assert {"accept_case", "return_case", "note_case"} <= offered(of, standing(By.CASE_OFFICER))
    assert not offered(of, standing(By.CASE_OFFICER, organ="o/water")) & {
        "accept_case",
        "return_case",
        "note_case",
    }
    assert not offered(of, standing(By.SUPERVISOR))


def test_a_return_is_not_offered_after_a_ruling_or_its_limit() -> None:
    late = Clock(organ="o/roads", stage="return", due_at=datetime(2026, 11, 23, tzinfo=UTC))
    for of in (file(State.DISPATCHED, ruled=True), file(State.DISPATCHED, clocks=(late,))):
        assert "return_case" not in offered(of, standing(By.CASE_OFFICER))
        ((verb, reason),) = offers.held_up(of, standing(By.CASE_OFFICER), "person:p", CITY, NOW)
        assert verb == "return_case" and reason.instead


def test_the_lead_settles_when_the_assisting_parts_are_settled() -> None:
    part = Assignment(organ="o/water", role=Role.ASSIST.value)
    assert "settle_case" not in offered(file(State.HANDLING, parts=(part,)), standing(By.CASE_OFFICER))
    assert "settle_part" in offered(
        file(State.HANDLING, parts=(part,)), standing(By.CASE_OFFICER, organ="o/water")
    )
    part.settled_at = NOW
    assert "settle_case" in offered(file(State.HANDLING, parts=(part,)), standing(By.CASE_OFFICER))
    assert "settle_part" not in offered(
        file(State.HANDLING, parts=(part,)), standing(By.CASE_OFFICER, organ="o/water")
    )


def test_who_handled_it_is_not_offered_the_check() -> None:
    of = file(State.CHECKING, steps=(CaseStep(verb="settle_case", facts={"by": "person:p"}),))
    assert "check_case" not in offered(of, standing(By.CHECKER))
    assert "check_case" in offered(of, standing(By.CHECKER), "person:q")
    assert "check_case" in offered(of, standing(By.CHECKER, organ="o/desk", place="1"), "person:q")
    assert "check_case" not in offered(of, standing(By.CHECKER, organ="o/water"), "person:q")


def test_a_request_is_signed_off_by_somebody_else_above_the_place() -> None:
    clock = Clock(id=7, organ="o/roads", stage="handle", due_at=LATER)
    asked = ClockRequest(clock=clock, asked_by="person:p")
    of = file(State.HANDLING, clocks=(clock,), requests=(asked,))
    lead = standing(By.LEAD_OFFICER, organ="o/lead", place="1")
    assert "decide_clock_change" in offered(of, lead, "person:q")
    assert "decide_clock_change" not in offered(of, lead, "person:p")
    assert "decide_clock_change" not in offered(of, standing(By.LEAD_OFFICER, place="22"), "person:q")
    assert "request_clock_change" not in offered(of, standing(By.CASE_OFFICER))  # one waits already


def test_at_most_three_are_buttons_and_the_grave_ones_come_last() -> None:
    of = file(State.DISPATCHED)
    main, rest = offers.main_offers(offers.offers(of, standing(By.CASE_OFFICER), "person:p", CITY, NOW))
    assert (
        main == ["accept_case", "note_case", "return_case"]
        and "fold_case" in rest
        and len(main) <= offers.MAIN
    )


def test_only_those_concerned_may_ask_who_reported() -> None:
    of = file(State.HANDLING)
    assert offers.may_consult(of, standing(By.CASE_OFFICER), CITY)
    assert offers.may_consult(of, standing(By.HOTLINE_CLERK, organ="o/desk"), CITY)
    assert not offers.may_consult(of, standing(By.CASE_OFFICER, organ="o/culture"), CITY)
    assert not offers.may_consult(of, standing(By.SUPERVISOR, organ="o/lead"), CITY)
    assert not offers.may_consult(of, None, CITY)


# ---- Taking a report down, and lists --------------------------------------------------------------------------------


def slip(typed: dict[str, str], post: By = By.HOTLINE_CLERK) -> IntakeForm:
    lists = IntakeLists(
        matters=(("c", (("m1", "cover"),)),), districts=(("11", "d"),), streets=(("111", "s"),)
    )
    return IntakeForm({"client_key": new_key(), **typed}, MultiValueDict(), lists=lists, post=post)


def test_a_slip_becomes_a_report_of_its_channel_at_the_finest_place() -> None:
    form = slip(
        {"text": " broken ", "matter": "m1", "district": "11", "street": "111", "name": "Li", "phone": "1"}
    )
    assert form.is_valid(), form.errors
    made = report_of(form.cleaned_data, post=By.HOTLINE_CLERK, at=NOW, photos=(), language="en")
    assert (made.channel, made.place, made.text, made.name, made.lon) == (
        Channel.HOTLINE,
        "111",
        "broken",
        "Li",
        None,
    )
    form = slip({"text": "x", "lat": "37.4", "lon": "118", "district": "11"}, By.GRID_WORKER)
    assert form.is_valid() and "name" not in form.fields
    made = report_of(form.cleaned_data, post=By.GRID_WORKER, at=NOW, photos=("d" * 64,), language="en")
    assert (made.channel, made.place, made.lon, made.matter) == (Channel.FIELD, None, 118.0, None)


@pytest.mark.parametrize(("typed", "field"), [({}, "text"), ({"text": "x", "lat": "37"}, "lon"), ({"text": "x", "lat": "91",
                         "lon": "1"}, "lat"), ({"text": "x", "matter": "m2"}, "matter"), ({"text": "x", "lon": "nan",
                         "lat": "1"}, "lon")])  # fmt: skip
def test_a_slip_with_a_fault_names_its_field(typed: dict[str, str], field: str) -> None:
    form = slip(typed)
    assert not form.is_valid() and field in form.errors


def test_filters_are_words_and_what_is_no_state_is_dropped() -> None:
    chosen = chosen_of(QueryDict("state=zzz&outcome=fixed&overdue=1&organ=a%00b&before=3"))
    assert (chosen.state, chosen.outcome, chosen.overdue, chosen.organ) == ("", "fixed", True, "ab")
    assert with_word(QueryDict("state=hung&before=3&x=y"), "district", "11") == "?state=hung&district=11"


@pytest.mark.parametrize(
    "word", [None, "", "x", "_", "1_", "1_x", "-1_2", "9" * 30 + "_1", "nan_1", "1e400_1"]
)
def test_a_word_that_is_no_key_begins_at_the_first_page(word: str | None) -> None:
    assert due_key_of(word) is None
    assert key_of("x") is None and key_of("12") == 12


def test_a_key_of_a_page_is_read_back() -> None:
    at = datetime(2026, 11, 24, 2, 3, 4, 123456, tzinfo=UTC)
    assert due_key_of(due_word(at, 9)) == (at, 9)
    far = datetime(9999, 1, 1, tzinfo=UTC)
    assert due_key_of(due_word(far, 9)) == (far, 9)


def test_the_addresses_of_these_pages_hold_no_place_of_a_city() -> None:
    folder = Path(acts.__file__).parent
    assert not [p for p in folder.glob("*.py") if "渤海" in p.read_text(encoding="utf-8")]
