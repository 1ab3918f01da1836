"""导出为 Akoma Ntoso 3.0。 A version as Akoma Ntoso 3.0 (OASIS Standard, 29 August 2018), with the identifiers of its naming convention.

Our own key of a clause stays with it: the attribute GUID holds the reference `law:<key>@<version>#<clause>`, which is
unique in the world and leads to the clause's own page. No word is added to the text and none is left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tongxin.law.rules.akoma_ntoso_meta import (
    Expression,
    Spans,
    TimeGroups,
    annex_meta,
    first_adopted,
    language_of,
    meta,
)
from tongxin.law.terms import ClauseKind

__all__ = ["Expression", "Provision", "Spans", "akoma_ntoso", "element_id", "first_adopted", "language_of"]

NAMESPACE: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_ELEMENT: Final = {
    ClauseKind.PART: "part",
    ClauseKind.SUBPART: "subpart",
    ClauseKind.CHAPTER: "chapter",
    ClauseKind.SECTION: "section",
    ClauseKind.ARTICLE: "article",
    ClauseKind.PARAGRAPH: "paragraph",
    ClauseKind.ITEM: "point",
    ClauseKind.SUBITEM: "point",
}
# The abbreviations of the naming convention (AKN-NC 1.0, section 5.2).
_SHORT: Final = {"b": "part", "f": "subpart", "c": "chp", "a": "art", "p": "para", "i": "list_1__point"}
_APART: Final = frozenset({ClauseKind.PREAMBLE, ClauseKind.ANNEX})
_LISTED: Final = frozenset({ClauseKind.ITEM, ClauseKind.SUBITEM})


@dataclass(frozen=True, kw_only=True, slots=True)
class Provision:
    """一个条款。 A clause as the book holds it; `own` are its own dates and suspensions, None where those of the version hold."""

    key: str
    kind: ClauseKind
    parent: str
    number: str
    heading: str
    text: str
    own: Spans | None = None


def akoma_ntoso(*, expression: Expression, provisions: Sequence[Provision], generated: date) -> bytes:
    """一个版本的 XML。 One version as XML (UTF-8). `provisions` are its clauses in the order of the document."""
    return _Document(expression, provisions).written(generated)


def element_id(key: str) -> str:
    """条款的元素标识。 The eId of a clause key: `a10.p2.i3` is `art_10__para_2__list_1__point_3`.

    Articles are numbered through the whole text, so they carry no chapter in front.
    """
    parts = []
    for part in key.split("."):
        if part[0] == "s":
            parts.append(f"list_1__point_{part[1:]}" if key.startswith("a") else f"sec_{part[1:]}")
        elif part[0] == "h":
            parts.append(f"hcontainer_{part[1:]}")
        else:
            parts.append(f"{_SHORT[part[0]]}_{part[1:]}")
    return "__".join(parts)


class _Document:
    """正在写的文档。 The document being written."""

    def __init__(self, expression: Expression, provisions: Sequence[Provision]) -> None:
        self.expression = expression
        self.provisions = provisions
        self.below: dict[str, list[Provision]] = defaultdict(list)
        for provision in provisions:
            if provision.kind not in _APART:
                self.below[provision.parent].append(provision)
        self.times = TimeGroups(expression.in_force, (p.own for p in provisions))

    def written(self, generated: date) -> bytes:
        """写出。 The whole document."""
        root = Element("akomaNtoso", xmlns=NAMESPACE)
        act = SubElement(root, "act", name=self.expression.level, contains="singleVersion")
        act.append(meta(self.expression, self.times, generated))
        self._preface(act)
        self._preamble(act)
        body = SubElement(act, "body", self.times.period(self.expression.in_force))
        for provision in self.below[""]:
            self._hierarchy(body, provision)
        if not len(body):
            _paragraphs(SubElement(SubElement(body, "hcontainer", eId="hcontainer_1"), "content"), "")
        self._annex(act, generated)
        indent(root, space=" ")
        title = act.find("preface/p")
        if title is not None:
            title.text = title[0].tail = None  # in running text white space would count
        written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
        return written

    def _preface(self, act: Element) -> None:
        preface = SubElement(act, "preface", eId="preface")
        SubElement(SubElement(preface, "p"), "docTitle").text = self.expression.title
        for line in self.expression.preface:
            SubElement(preface, "p").text = line

    def _preamble(self, act: Element) -> None:
        lines = [p for p in self.provisions if p.kind is ClauseKind.PREAMBLE]
        if not lines:
            return
        preamble = SubElement(act, "preamble", eId="preamble")
        for line in lines:
            for text in (line.heading, line.text):
                if text:
                    SubElement(preamble, "p", self._identity(line, "")).text = text

    def _annex(self, act: Element, generated: date) -> None:
        lines = [p for p in self.provisions if p.kind is ClauseKind.ANNEX]
        if not lines:
            return
        attachment = SubElement(SubElement(act, "attachments"), "attachment", eId="att_1")
        if lines[0].heading:
            SubElement(attachment, "heading").text = lines[0].heading
        document = SubElement(attachment, "doc", name="annex", contains="singleVersion")
        document.append(annex_meta(self.expression, generated))
        main = SubElement(document, "mainBody", eId="att_1__mainBody")
        for line in lines:
            if line.text:
                SubElement(main, "p", self._identity(line, "")).text = line.text
        if not len(main):
            SubElement(main, "p")

    def _hierarchy(self, above: Element, provision: Provision) -> None:
        eid = element_id(provision.key)
        unnumbered = provision.key.startswith("h")
        name = "hcontainer" if unnumbered else _ELEMENT[provision.kind]
        element = SubElement(above, name, self._identity(provision, eid))
        if unnumbered:
            element.set("name", "heading")
        if provision.number and provision.kind is not ClauseKind.PARAGRAPH:  # which has no number in print
            SubElement(element, "num").text = provision.number
        if provision.heading:
            SubElement(element, "heading").text = provision.heading
        below = self.below[provision.key]
        if below and below[0].kind in _LISTED:
            element = SubElement(element, "list", eId=f"{eid}__list_1")
        if not below:
            _paragraphs(SubElement(element, "content"), provision.text)
        elif (
            provision.text and provision.kind is not ClauseKind.ARTICLE
        ):  # whose words are those of its paragraphs
            _paragraphs(SubElement(element, "intro"), provision.text)
        for one in below:
            self._hierarchy(element, one)

    def _identity(self, provision: Provision, eid: str) -> dict[str, str]:
        reference = f"law:{self.expression.key}@{self.expression.adopted.isoformat()}#{provision.key}"
        return {**({"eId": eid} if eid else {}), "GUID": reference, **self.times.period(provision.own)}


def _paragraphs(element: Element, text: str) -> None:
    for line in text.split("\n"):
        SubElement(element, "p").text = line
