"""机构的词汇。 The vocabulary of organs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganFacts:
    """机构的常用事实。 What routing and pages need of an organ."""

    id: int
    code: str
    function: str
    kind: str
    name: str
    name_en: str
    place: str
    level: str
    parent: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOrgan:
    """将要设立的机构。 An organ about to be established; `parent` and `place` are codes."""

    code: str
    function: str
    kind: str
    name: str
    name_en: str
    parent: str | None
    place: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOffice:
    """将要设立的职位。 An office about to be established at an organ."""

    code: str
    organ: str
    post: str
    title: str
    title_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewHolding:
    """将要开始的任职。 A person (text reference) about to hold an office."""

    office: str
    person: str
    valid_from: date
    valid_to: date | None
