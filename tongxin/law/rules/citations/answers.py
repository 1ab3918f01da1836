"""引用的答案。 The answer to a citation: one of five, with what it rests on, and a reason in both languages."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from tongxin.law.rules.citations.grammar import Unit


class Answer(StrEnum):
    """五种答案。 The five answers: what became of the clause that a citation means."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


class Reason(NamedTuple):
    """理由。 A reason in both languages."""

    zh: str
    en: str


REASONS: Final = {
    "in_force": Reason("此日有效", "in force on that day"),
    "outlives": Reason(
        "新版本已经施行，此条另有失效日期，此日仍然有效",
        "a later version is in force, but this clause ends on a day of its own and still stands",
    ),
    "suspended": Reason(
        "条文仍在，此日暂停施行，不能作为新行为的依据",
        "the clause stands but is suspended on that day and can found no new act",
    ),
    "date_unknown": Reason(
        "此日之前通过，未见失效；施行日期不明，不能作为新行为的依据",
        "adopted by that day and not known to have ended; its beginning is not known, so it can found no new act",
    ),
    "no_text": Reason(
        "法典只记有它的日期，没有文本，不能核对条款",
        "the book knows it by its dates only and holds no text: the clause cannot be checked",
    ),
    "replaced": Reason("所指版本已被后来的版本取代", "the version meant was replaced by a later one"),
    "renumbered": Reason(
        "此日的版本没有这一条款，较早的版本有",
        "the version of that day has no such clause; an earlier one had",
    ),
    "between": Reason(
        "所指版本已经失效，后一版本尚未施行", "the version meant has ended and the next has not begun"
    ),
    "clause_repealed": Reason("这一条款已经废止", "the clause was repealed"),
    "repealed": Reason("这部文件已经废止", "the instrument was repealed"),
    "begins_later": Reason("此日尚未施行", "not yet in force on that day"),
    "first_held_later": Reason(
        "此日尚未施行：法典所收最早的版本从后来的一天起施行",
        "not yet in force on that day: the earliest version the book holds begins later",
    ),
    "in_a_later_version": Reason(
        "此日的版本没有这一条款，后来的版本才有",
        "the version of that day has no such clause; a later one has",
    ),
    "no_such_clause": Reason(
        "法典所收的各版本都没有这一条款", "no version that the book holds has such a clause"
    ),
    "not_when_written": Reason(
        "行文之时的版本没有这一条款", "the version of the day it was written on had no such clause"
    ),
    "not_held": Reason(
        "行文之时的版本早于法典所收的各版本，法典没有收：此日施行的是后来的版本；当时是什么文字、现在由哪一条承继，都没有根据认定",
        "the version of the day it was written on is older than every one the book holds; a later one is in force on that "
        "day. What the clause said then, and which clause follows it, cannot be established",
    ),
    "not_held_between": Reason(
        "行文之时的版本早于法典所收的各版本，法典没有收，当时的文字无从认定；此日前一版本已经失效，后一版本尚未施行",
        "the version of the day it was written on is older than every one the book holds, so its words are not known; on "
        "that day one version had ended and the next had not begun",
    ),
    "not_held_repealed": Reason(
        "行文之时的版本早于法典所收的各版本，法典没有收，当时的文字无从认定；这部文件此日已经废止",
        "the version of the day it was written on is older than every one the book holds, so its words are not known; the "
        "instrument was repealed by that day",
    ),
    "not_held_not_yet": Reason(
        "行文之时的版本早于法典所收的各版本，法典没有收，当时的文字无从认定；法典所收最早的版本此日尚未施行",
        "the version of the day it was written on is older than every one the book holds, so its words are not known; the "
        "earliest that it holds had not begun by that day",
    ),
    "several": Reason("照字面可以指几处，无法认定", "the words fit several clauses; none can be taken"),
    "unreadable": Reason("条款的编号读不出", "the number of the clause cannot be read"),
    "no_title": Reason("法典没有这个题名的文件", "the book has no instrument of this title"),
    "earlier": Reason(
        "指被本文件取代的同名文件，法典没有收",
        "it means an instrument of the same title that this one replaced, which the book does not hold",
    ),
    "ambiguous": Reason("几部文件都用这个题名", "several instruments have this title"),
    "no_place": Reason(
        "要知道它在哪一条款，才知道指什么",
        "what it means depends on the clause it stands in, which is not known",
    ),
    "not_in_text": Reason("文本自身没有这一条款", "the text itself has no such clause"),
    "in_text": Reason(
        "文本自身的条款；法典没有收这部文件", "a clause of the text itself, which the book does not hold"
    ),
    "no_versions": Reason("法典没有它的任何版本的日期", "the book knows no date of any version of it"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """一个单位的答案。 The answer for one unit of a citation.

    `may_found` is the other question: whether a new act may rest on the clause on the day asked about. `answer` is None only
    for a clause of a text that the book does not hold, which it cannot speak of. `meant_held` is false where a text is older
    than every version the book holds: then no version, words or successor are given, only how the instrument stands, and
    `successor_version` names the version of the day.
    """

    answer: Answer | None
    because: str
    may_found: bool = False
    instrument: str | None = None
    title: str = ""
    version: date | None = None
    clause: str | None = None
    unit: Unit | None = None
    text: str | None = None
    text_held: bool = False
    suspended: bool = False
    date_known: bool = True
    in_force_from: date | None = None
    in_force_to: date | None = None
    successor: str | None = None
    successor_version: date | None = None
    unchanged: bool | None = None
    meant_held: bool = True
    candidates: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        """理由。 The reason in both languages."""
        return REASONS[self.because]

    def as_dict(self) -> dict[str, Any]:
        """一个 JSON 对象。 As an object of JSON; days as YYYY-MM-DD."""
        return {
            "answer": str(self.answer) if self.answer else None,
            "instrument": self.instrument,
            "title": self.title,
            "version": _day(self.version),
            "clause": self.clause,
            "unit": self.unit.label if self.unit else "",
            "text": self.text,
            "text_held": self.text_held,
            "successor": self.successor,
            "successor_version": _day(self.successor_version),
            "unchanged": self.unchanged,
            "may_found": self.may_found,
            "suspended": self.suspended,
            "date_known": self.date_known,
            "meant_held": self.meant_held,
            "in_force_from": _day(self.in_force_from),
            "in_force_to": _day(self.in_force_to),
            "because": self.because,
            "reason": self.reason.zh,
            "reason_en": self.reason.en,
            "candidates": list(self.candidates),
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
