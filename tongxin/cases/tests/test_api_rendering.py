"""程序接口的纯粹部分：写成 XML 与 JSON，读入 JSON、表单、时刻，称呼事项。

The pure parts of the interfaces: writing XML and JSON, reading JSON, forms and moments, naming a case.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import DiskFull

from tongxin.acts.terms import Conflict, InvalidInput, Refused
from tongxin.cases.api import georeport, inputs, open311, submission
from tongxin.cases.api.answers import Trouble, check_length, trouble_of, trouble_of_rejection
from tongxin.cases.api.json_api import misshape, report_of
from tongxin.cases.api.rendering import UNWRITABLE, render
from tongxin.cases.api.schemas import ReportGiven
from tongxin.cases.models import Case, CaseStep
from tongxin.cases.terms import Channel, Rejection
from tongxin.law.terms import MatterEntry
from tongxin.organs.terms import OrganFacts
from tongxin.places.terms import CityFacts

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CITY = CityFacts(
    code="tiny", name="小城", name_en="Tiny", scheme="s", root="1", timezone="Asia/Shanghai", lead_body="t/lead",
    desk="t/desk", settings={}, revision=1,
)  # fmt: skip
WATER = OrganFacts(
    id=1, code="t/water", function="water", kind="department", name="水务局", name_en="Water Bureau", place="1",
    level="city", parent=None,
)  # fmt: skip
LID = MatterEntry(
    code="c1", name="井盖", name_en="Manhole cover", category="设施", category_en="Works", lead="water", assist=(), on_call=(),
    person_help=False, filing_condition="破损", filing_condition_en="Broken", closing_condition="更换",
    closing_condition_en="Replaced", active=True,
)  # fmt: skip
HELP = MatterEntry(
    code="h1", name="救助", name_en="Help", category="人", category_en="People", lead="civil_affairs", assist=(), on_call=(),
    person_help=True, filing_condition="", filing_condition_en="", closing_condition="", closing_condition_en="",
    active=True,
)  # fmt: skip


def a_case(**changes: Any) -> Case:
    facts: dict[str, Any] = {
        "id": 7, "number": "20261124-000001", "channel": "open311", "matter": "c1", "matter_name": "井盖",
        "matter_name_en": "Manhole cover", "place": "place:x", "place_name": "第2网格", "path": ["12", "1"], "lon": 117.9,
        "lat": 37.3, "state": "handling", "organ": "t/water", "reported_at": NOW, "due_at": NOW + timedelta(days=1),
    }  # fmt: skip
    return Case(**{**facts, **changes})


def said(case: Case, *, english: bool = False, **times: Any) -> dict[str, Any]:
    moments = georeport.Times(changed=times.get("changed", {}), ends=times.get("ends", {}))
    return georeport.request_of(case, times=moments, city=CITY, organs={"t/water": WATER}, english=english)


def status_of(read: Callable[[], object]) -> int:
    """200 where something could be read, else the status of the refusal."""
    try:
        read()
    except Trouble as refused:
        return refused.status
    return 200


# ---- Writing ---


def test_xml_is_that_of_the_specification() -> None:
    text = render("xml", "services", [georeport.offer(LID, english=True)]).decode()
    assert text.startswith(
        '<?xml version="1.0" encoding="utf-8"?>\n<services><service><service_code>c1</service_code>'
    )
    assert "<metadata>true</metadata><type>realtime</type>" in text
    assert "<group>Works</group></service></services>" in text


def test_a_list_of_one_stays_a_list_and_nothing_is_an_empty_element() -> None:
    assert json.loads(render("json", "services", [{"a": None}])) == [{"a": None}]
    assert b"<services><service><a/></service></services>" in render("xml", "services", [{"a": None}])
    assert b"<services/>" in render("xml", "services", [])


def test_markup_and_characters_that_xml_cannot_carry_are_made_harmless() -> None:
    said_of = "<script>&]]>\x00\x0b\ud800𠀀😀"
    found = ET.fromstring(render("xml", "errors", [{"code": 400, "description": said_of}]))  # noqa: S314 - our own
    assert found.findtext("error/description") == "<script>&]]>\ufffd\ufffd\ufffd𠀀😀"


@given(st.text())
def test_whatever_is_said_the_xml_can_be_read_back(text: str) -> None:
    found = ET.fromstring(render("xml", "errors", [{"description": text}]))  # noqa: S314 - our own
    read = found.findtext("error/description") or ""
    assert read == UNWRITABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def test_json_is_never_nan_and_a_lone_surrogate_does_not_break_it() -> None:
    with pytest.raises(ValueError, match="JSON"):
        render("json", "errors", [float("nan")])
    assert json.loads(render("json", "errors", ["\ud800"])) == ["?"]


def test_every_repeated_element_of_a_definition_has_its_container() -> None:
    found = ET.fromstring(render("xml", "service_definition", georeport.definition(LID, english=False)))  # noqa: S314
    assert [one.findtext("code") for one in found.findall("attributes/attribute")] == [
        "filing_condition",
        "closing_condition",
    ]
    assert {one.findtext("variable") for one in found.findall("attributes/attribute")} == {"false"}


# ---- Naming ---


def test_a_service_without_conditions_has_no_metadata_unless_it_is_help_for_a_person() -> None:
    assert georeport.offer(LID, english=False)["metadata"] is True
    assert [code for code, _ in georeport.notes_of(HELP, english=True)] == ["no_identity"]


def test_a_request_says_where_it_stands_and_nothing_of_its_reporter() -> None:
    row = said(a_case(), changed={7: NOW + timedelta(hours=2)}, ends={7: NOW + timedelta(days=3)})
    assert row["status"] == "open"
    assert row["status_notes"] == "办理中"
    assert row["agency_responsible"] == "水务局"
    assert row["requested_datetime"] == "2026-11-24T10:00:00+08:00"
    assert row["updated_datetime"] == "2026-11-24T12:00:00+08:00"
    assert row["expected_datetime"] == "2026-11-27T10:00:00+08:00"
    assert row["service_notice"] == "本环节期限：2026-11-25 10:00"
    assert (row["description"], row["media_url"]) == (None, None)


def test_a_closed_request_says_its_outcome_and_when_it_was_closed() -> None:
    case = a_case(state="closed", outcome="fixed", outcome_note="已更换", closed_at=NOW + timedelta(days=2))
    row = said(case, english=True, changed={7: NOW})
    assert (row["status"], row["status_notes"]) == ("closed", "Closed, Fixed: 已更换")
    assert row["updated_datetime"] == "2026-11-26T10:00:00+08:00"
    assert row["service_notice"] is None


def test_where_a_person_needs_help_is_not_shown_to_the_world() -> None:
    row = said(a_case(person_help=True))
    assert (row["lat"], row["long"]) == (None, None)


def test_the_trail_names_steps_and_organs_and_leaves_out_the_words() -> None:
    steps = [
        CaseStep(seq=2, verb="dispute_case", at=NOW, organ="", named="t/water", note="报告人的原话"),
        CaseStep(seq=1, verb="elsewhere", at=NOW, organ="t/gone", note=""),
    ]
    notes = georeport.trail(steps, city=CITY, organs={"t/water": WATER}, english=True)
    assert [(note["type"], note["agency"]) for note in notes] == [
        ("elsewhere", "t/gone"),
        ("dispute_case", "Water Bureau"),
    ]
    assert "原话" not in json.dumps(notes, ensure_ascii=False)


# ---- Reading JSON ---


@pytest.mark.parametrize(
    ("body", "where", "reason"),
    [
        (b"", "body", "empty"),
        (b" \n", "body", "empty"),
        (b'{"a":1,}', "body", "line 1 column 8"),
        (b'{"a":NaN}', "body", "NaN"),
        (b'{"a":-Infinity}', "body", "-Infinity"),
        (b'{"a":1,"b":{"c":1,"c":2}}', "c", "twice"),
        (b"[" * 200_000, "body", "deep"),
        (b"1" * 5_000, "body", "too long"),
        (b'{"a":"\xff"}', "body", "byte 7"),
        ('{"a":1}'.encode("utf-16"), "body", "UTF-8"),
    ],
)
def test_json_that_cannot_be_read_is_refused_with_the_place(body: bytes, where: str, reason: str) -> None:
    with pytest.raises(Trouble) as refused:
        inputs.read_json(body)
    assert (refused.value.status, refused.value.where) == (400, where)
    assert reason in refused.value.reason_en


def test_json_with_a_byte_order_mark_is_read() -> None:
    assert inputs.read_json(b'\xef\xbb\xbf{"a": "\xf0\xa0\x80\x80"}') == {"a": "𠀀"}


@given(st.binary())
def test_no_bytes_break_the_reading_of_json(body: bytes) -> None:
    assert status_of(lambda: inputs.read_json(body)) in (200, 400)


# ---- Reading forms ---


@given(st.binary())
def test_no_bytes_break_the_reading_of_a_form(body: bytes) -> None:
    read = status_of(lambda: submission.report_of(inputs.read_form(body), key="k", at=NOW, english=False))
    assert read in (200, 400, 422)


def form(**fields: str) -> inputs.Form:
    return inputs.read_form(
        urlencode({"service_code": "c1", "lat": "37.3", "long": "117.9", **fields}).encode()
    )


def test_a_form_becomes_a_report_and_nothing_that_was_said_is_lost() -> None:
    given = form(
        description="井盖 <b>", media_url="https://x.example/a.jpg", first_name="三", last_name="张", device_id="d",
        **{"attribute[A]": "1", "attribute[B][]": "2"},
    )  # fmt: skip
    report = submission.report_of(given, key="k", at=NOW, english=False)
    assert report.text == "井盖 <b>\n[A] 1\n[B] 2\n[media_url] https://x.example/a.jpg"
    assert (report.lon, report.lat, report.matter, report.channel) == (117.9, 37.3, "c1", Channel.OPEN311)
    assert report.name == "张三"
    assert report.photos == ()


def test_names_keep_the_order_of_their_writing() -> None:
    assert submission.name_of("Ada", "Li") == "Ada Li"
    assert submission.name_of("", "Li") == "Li"
    assert submission.name_of("Ana", "Ávila") == "Ana Ávila"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"service_code": ""}, "service_code"),
        ({"service_code": "a\x00"}, "service_code"),
        ({"lat": "", "long": ""}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "1e999"}, "lat"),
        ({"long": "３７"}, "long"),
        ({"long": "1_0"}, "long"),
        ({"description": "a\x00"}, "description"),
        ({"media_url": "file:///etc/passwd"}, "media_url"),
        ({"media_url": "https://" + "a" * 500}, "media_url"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, str], where: str) -> None:
    with pytest.raises(Trouble) as refused:
        submission.report_of(form(**fields), key="k", at=NOW, english=False)
    assert refused.value.where == where


@pytest.mark.parametrize(
    "body", [b"lat=1&lat=2", b"a=%ff", b"a=\xff", "&".join(f"a{i}=1" for i in range(101)).encode()]
)
def test_a_form_that_says_two_things_or_is_not_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(Trouble) as refused:
        inputs.read_form(body)
    assert refused.value.status == 400


# ---- Moments, numbers, words ---


def test_a_moment_needs_its_zone_and_its_day() -> None:
    assert inputs.moment("t", "2026-01-31T08:30:00+08:00") == datetime(2026, 1, 31, 0, 30, tzinfo=UTC)
    for text in (
        "2026-01-31", "2026-01-31T08:30:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "20260131T083000Z",
        "２026-01-31T08:30:00Z", "", "now", "2026-01-31T08:30:00+99:99",
    ):  # fmt: skip
        with pytest.raises(Trouble):
            inputs.moment("t", text)


@given(st.text())
def test_no_text_breaks_the_reading_of_moments_degrees_and_words(text: str) -> None:
    for read in (inputs.moment, inputs.degrees, inputs.word, inputs.storable):
        assert status_of(lambda read=read: read("f", text)) in (200, 422)


def test_a_span_is_the_last_ninety_days_unless_said_and_never_longer() -> None:
    day = timedelta(days=1)
    assert open311.span("", "", now=NOW) == (NOW - 90 * day, NOW)
    assert open311.span("", "2026-06-01T00:00:00Z", now=NOW)[0] == datetime(2026, 3, 3, tzinfo=UTC)
    start, end = open311.span("2026-06-01T00:00:00 08:00", "", now=NOW)  # a plus sign that was not escaped
    assert (start, end - start) == (datetime(2026, 5, 31, 16, tzinfo=UTC), 90 * day)
    far = open311.span("", "2026-06-01T00:00:00-23:26", now=NOW)[1]
    assert far.utcoffset() == timedelta(0), "a database takes no zone that is so far off"
    for pair in (
        ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ("2026-06-01T00:00:00Z", "2026-05-01T00:00:00Z"),
    ):
        with pytest.raises(Trouble):
            open311.span(*pair, now=NOW)


def test_whole_numbers_keep_their_bounds() -> None:
    assert inputs.whole("page", "", least=1, most=9, otherwise=3) == 3
    for text in ("0", "10", "-1", "１", "1.0", "9" * 5_000):
        with pytest.raises(Trouble):
            inputs.whole("page", text, least=1, most=9, otherwise=3)


# ---- What cannot be done ---


def of_the_database(cause: Exception) -> OperationalError:
    error = OperationalError()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("lon", "错", "wrong"), 422, "invalid"),
        (Conflict("错", "wrong"), 409, "conflict"),
        (Refused("entry_idle", "错", "wrong"), 403, "entry_idle"),
        (RequestDataTooBig(), 413, "too_large"),
        (OperationalError(), 503, "database"),
        (InterfaceError(), 503, "database"),
        (of_the_database(DiskFull("no room")), 507, "no_room"),
    ],
)
def test_every_expected_exception_has_one_shape(error: Exception, status: int, code: str) -> None:
    trouble = trouble_of(error)
    assert trouble is not None
    assert trouble.status == status
    assert set(trouble.body["error"]) == {"code", "field", "reason", "reason_en"}
    assert trouble.body["error"]["code"] == code
    assert bool(trouble.headers) == (status in (503, 507))


def test_our_own_mistakes_are_not_dressed_up() -> None:
    assert trouble_of(KeyError("x")) is None
    with pytest.raises(KeyError):
        open311.refusal(KeyError("x"), english=False)


def test_a_key_used_for_something_else_is_a_conflict_and_any_other_rejection_names_its_field() -> None:
    used = Rejection(client_key="k", field="client_key", reason="错", reason_en="wrong")
    outside = Rejection(client_key="k", field="lat", reason="错", reason_en="wrong")
    assert (trouble_of_rejection(used).status, trouble_of_rejection(outside).status) == (409, 422)


def test_georeport_says_404_for_an_unknown_service_and_400_in_its_own_words_for_the_rest() -> None:
    unknown = open311.refusal(InvalidInput("matter", "没有", "none"), english=True)
    assert (unknown.status, unknown.body) == (404, [{"code": 404, "description": "service_code: none"}])
    outside = open311.refusal(InvalidInput("lon", "外", "outside"), english=False)
    assert (outside.status, outside.body) == (400, [{"code": 400, "description": "long: 外"}])
    method = open311.refusal(
        Trouble(405, "not_allowed", "", "不", "no"), english=True, methods=("GET", "HEAD")
    )
    assert (method.status, method.headers["Allow"]) == (405, "GET, HEAD")


def test_the_first_misshapen_field_is_named() -> None:
    missing = misshape([{"type": "missing", "loc": ("body", "given", "client_key"), "msg": "Field required"}])
    assert (missing.status, missing.where, missing.reason_en) == (422, "client_key", "is required")
    empty = misshape([{"type": "missing", "loc": ("body", "given"), "msg": "Field required"}])
    assert (empty.status, empty.where) == (400, "body")
    a_list = misshape([{"type": "model_attributes_type", "loc": ("body", "given"), "msg": "?"}])
    assert (a_list.status, a_list.where) == (422, "body")


def test_a_body_in_chunks_without_a_length_is_refused_in_words() -> None:
    check_length({"Transfer-Encoding": "chunked", "Content-Length": "5"})
    check_length({})
    with pytest.raises(Trouble, match="411"):
        check_length({"Transfer-Encoding": "chunked"})


def test_a_json_report_keeps_what_it_says_and_takes_now_for_a_missing_time() -> None:
    report = report_of(ReportGiven(client_key="k", matter="c1", lon=117.9, lat=37, text="<b>𠀀"), NOW)
    assert (report.reported_at, report.channel, report.text, report.lat) == (NOW, Channel.API, "<b>𠀀", 37.0)
    with pytest.raises(Trouble):
        report_of(ReportGiven(client_key="a\nb"), NOW)
