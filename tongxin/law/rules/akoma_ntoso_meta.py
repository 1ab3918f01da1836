"""Akoma Ntoso 的元数据：标识、生命周期、有效期间。 The metadata of an Akoma Ntoso document: identity, life cycle, intervals.

Identifiers follow the Akoma Ntoso Naming Convention 1.0: work `/akn/cn/act/<date>/<name>`, expression `…/zho@<version date>`,
manifestation `….xml`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, SubElement

EDITOR: Final = "#tongxin"
# A subtype says what an act is when it is not a plain law.
_PLAIN: Final = "national-law"
_DATE: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True, slots=True)
class Spans:
    """有效期间与暂停。 From when until when something is in force (`ends` exclusive), and the spans of its suspensions."""

    begins: date | None
    ends: date | None
    suspended: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """一个版本。 A version: what it is a version of, when the work began, when this version was adopted and is in force.

    `work_date` is the day the instrument was first adopted, as far as known. `followed`: another version took its place, so
    that its end is an amendment and no repeal. `language` is an ISO 639-2 code.
    """

    key: str
    title: str
    level: str
    issuer: str
    work_date: date
    adopted: date
    in_force: Spans
    preface: tuple[str, ...]
    followed: bool = False
    language: str = "zho"

    @property
    def country(self) -> str:
        """国家。 The first part of the key: an ISO 3166 code, with that of a subdivision where the text belongs to one."""
        return self.key.split("/")[0]

    @property
    def work(self) -> str:
        """作品的网址。 The IRI of the work, without the place it is served from."""
        name = "-".join(self.key.split("/")[1:])
        subtype = "" if self.level == _PLAIN else f"/{self.level}"
        return f"/akn/{self.country}/act{subtype}/{self.work_date.isoformat()}/{name}"

    @property
    def expression(self) -> str:
        """版本的网址。 The IRI of the expression."""
        return f"{self.work}/{self.language}@{self.adopted.isoformat()}"


def first_adopted(*, prefaces: Iterable[str], adopted: Iterable[date]) -> date:
    """最早的通过日期。 The day an instrument was first adopted: the earliest date that the lines under its title, or its known
    versions, give. A work keeps this date through all its versions.
    """
    spoken = [_date(found) for line in prefaces for found in _DATE.finditer(line)]
    return min([*(day for day in spoken if day is not None), *adopted])


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def language_of(text: str) -> str:
    """文字的语言。 The ISO 639-2 code of a text in Chinese or English."""
    return "zho" if any("\u3400" <= sign <= "\u9fff" for sign in text) else "eng"


class TimeGroups:
    """各个有效期间。 The intervals of a document: that of the version first, then each that some clause has of its own."""

    def __init__(self, whole: Spans, own: Iterable[Spans | None]) -> None:
        self.groups = list(dict.fromkeys([whole, *(spans for spans in own if spans is not None)]))
        self.known = any(spans.begins is not None for spans in self.groups)
        found = {day for spans in self.groups for day in _days(spans)}
        self.events = {day: f"eventRef_{number}" for number, day in enumerate(sorted(found), start=2)}

    def period(self, own: Spans | None) -> dict[str, str]:
        """期间属性。 The attribute that names an interval; nothing for a clause without one of its own, or of unknown beginning."""
        if own is None or own.begins is None:
            return {}
        return {"period": f"#tmpg_{self.groups.index(own) + 1}"}

    def ends_in(self, day: date) -> bool:
        """此日是否有失效。 Whether something ends on a day."""
        return any(spans.ends == day for spans in self.groups)


def _days(spans: Spans) -> Iterable[date]:
    if spans.begins is None:
        return []
    edges = [spans.begins, spans.ends, *(edge for span in spans.suspended for edge in span)]
    return [day for day in edges if day is not None]


def meta(expression: Expression, times: TimeGroups, generated: date) -> Element:
    """元数据。 The metadata of the act."""
    element = Element("meta")
    element.append(_identification(expression, generated, "main"))
    _lifecycle(element, expression, times)
    if times.known:
        _temporal_data(element, times)
    _references(element, expression)
    return element


def annex_meta(expression: Expression, generated: date) -> Element:
    """附件的元数据。 The metadata of the annex, a component of the same expression."""
    element = Element("meta")
    element.append(_identification(expression, generated, "annex_1"))
    return element


def _identification(expression: Expression, generated: date, component: str) -> Element:
    identification = Element("identification", source=EDITOR)
    work = _level(
        identification,
        "FRBRWork",
        f"{expression.work}/!{component}",
        expression.work,
        expression.work_date,
        "adoption",
    )
    SubElement(work, "FRBRcountry", value=expression.country)
    if expression.level != _PLAIN:
        SubElement(work, "FRBRsubtype", value=expression.level)
    SubElement(work, "FRBRname", value=expression.title)
    here = _level(
        identification, "FRBRExpression", f"{expression.expression}/!{component}", expression.expression,
        expression.adopted, "version",
    )  # fmt: skip
    SubElement(here, "FRBRlanguage", language=expression.language)
    file = _level(
        identification, "FRBRManifestation", f"{expression.expression}/!{component}.xml", f"{expression.expression}.akn",
        generated, "generation", author=EDITOR,
    )  # fmt: skip
    SubElement(file, "FRBRformat", value="application/akn+xml")
    return identification


def _level(
    above: Element, name: str, this: str, uri: str, day: date, what: str, author: str = "#issuer"
) -> Element:
    element = SubElement(above, name)
    SubElement(element, "FRBRthis", value=this)
    SubElement(element, "FRBRuri", value=uri)
    SubElement(element, "FRBRdate", date=day.isoformat(), name=what)
    SubElement(element, "FRBRauthor", {"href": author, "as": "#author" if author == "#issuer" else "#editor"})
    return element


def _lifecycle(above: Element, expression: Expression, times: TimeGroups) -> None:
    lifecycle = SubElement(above, "lifecycle", source=EDITOR)
    SubElement(
        lifecycle,
        "eventRef",
        eId="eventRef_1",
        date=expression.adopted.isoformat(),
        source="#original",
        type="generation",
    )
    for day, eid in times.events.items():
        kind = {"type": "amendment" if expression.followed else "repeal"} if times.ends_in(day) else {}
        SubElement(
            lifecycle, "eventRef", {"eId": eid, "date": day.isoformat(), "source": "#original", **kind}
        )


def _temporal_data(above: Element, times: TimeGroups) -> None:
    data = SubElement(above, "temporalData", source=EDITOR)
    for number, spans in enumerate(times.groups, start=1):
        if spans.begins is None:
            continue
        group = SubElement(data, "temporalGroup", eId=f"tmpg_{number}")
        _interval(group, times, spans.begins, spans.ends, "#inForce")
        for since, until in spans.suspended:
            _interval(group, times, since, until, "#suspended")


def _interval(group: Element, times: TimeGroups, start: date, end: date | None, what: str) -> None:
    edges = {"start": f"#{times.events[start]}"}
    if end is not None:
        edges["end"] = f"#{times.events[end]}"
    SubElement(group, "timeInterval", {**edges, "refersTo": what})


def _word(name: str) -> str:
    """网址里的名称。 A name as one word of an IRI."""
    return "-".join(re.findall(r"\w+", name))


def _references(above: Element, expression: Expression) -> None:
    references = SubElement(above, "references", source=EDITOR)
    SubElement(references, "original", eId="original", href=expression.expression, showAs=expression.title)
    issuer = expression.issuer or expression.title
    ontology = "/akn/ontology"
    for tag, eid, href, shown in (
        (
            "TLCOrganization",
            "issuer",
            f"{ontology}/organization/{expression.country}/{_word(issuer)}",
            issuer,
        ),
        ("TLCOrganization", "tongxin", f"{ontology}/organization/tongxin", "同心"),
        ("TLCRole", "author", f"{ontology}/role/author", "制定机关"),
        ("TLCRole", "editor", f"{ontology}/role/editor", "编排者"),
        ("TLCConcept", "inForce", f"{ontology}/concept/inForce", "施行"),
        ("TLCConcept", "suspended", f"{ontology}/concept/suspended", "暂停施行"),
    ):
        SubElement(references, tag, eId=eid, href=href, showAs=shown)
