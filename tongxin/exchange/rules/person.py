"""谁看过我的数据：纯函数。 Who looked at my data: what a line says, and to whom. No Django, no clock, no I/O.

A line is one row of the ledger that names a person. Of whom the row speaks decides how it is shown:

    own     the person did it themself
    look    somebody looked at the person's data, for the person's own affair or the organ's
    act     another act that concerns the person
    third   it was done for the affair of ANOTHER person (a notary looks up an heir): then the row would tell the one who was
            looked up what the other is doing

The rule for `third` (docs/decisions/0014): the one whose affair it is reads the whole line. The one who was looked up reads, in
general form, that a body which may lawfully use data read these fields of theirs for another person's lawful matter, in which
month, and on which of the general clauses of sharing. Not shown, because each leads to the other's affair: the organ, the office,
the day and hour, the purpose, the matter, the organ's own empowering clause, the number of the ledger entry (its public page
names the office) and so the receipt. The line keeps its two ways out: contest it, and a body other than the one that looked checks
it. 个人信息保护法 arts. 17, 35, 44 (what the person may know) against 民法典 arts. 1032, 1034 (the other's private affair).
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tongxin.exchange.rules.clocks import PERSONAL, SHARING

GENERAL: Final = frozenset({PERSONAL, SHARING, "cn/data-security", "cn/network-data-security"})
HANDLE_LENGTH: Final = 24
CALL: Final = "call_data"
# Looks whose purposes can never need secrecy: who commented on a draft is asked, invited, or answered.
NEVER_DEFERRED: Final = frozenset({"consult_commenter"})
SECRET_WORDS: Final = ("保密", "秘密", "不得泄露", "不予公开", "不公开", "不需要告知", "可以不告知", "封存")


class Kind(StrEnum):
    """一行属于哪一类。 Of what kind a line is for the person who reads it."""

    LOOK = "look"
    THIRD = "third"
    ACT = "act"
    OWN = "own"


@dataclass(frozen=True, kw_only=True, slots=True)
class Was:
    """暂缓过。 That a line was deferred: from–to, on which clauses, by which deferral."""

    number: str
    organ: str
    clauses: tuple[str, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """台账里涉及某人的一条。 A row of the ledger that names a person, as it stands there."""

    entry: int
    kind: Kind
    at: datetime
    verb: str
    refused: bool
    organ: str
    office: str
    clauses: tuple[str, ...]
    subject: str
    content: Mapping[str, Any]
    deferred: tuple[Was, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """给本人看的一行。 One line as the person reads it. `at`, `organ`, `office`, `receipt` are empty in general form.

    handle   names the line in addresses: the entry's number, or a word that tells nothing
    month    first day of the month, on the city's clock
    receipt  number of the ledger entry; 0 where it may not be shown
    """

    handle: str
    kind: Kind
    verb: str
    refused: bool
    month: date
    at: datetime | None
    organ: str
    office: str
    fields: tuple[str, ...]
    purpose: str
    matter: str
    clauses: tuple[str, ...]
    item: str
    by_representative: bool
    receipt: int
    deferred: tuple[Was, ...]

    @property
    def general(self) -> bool:
        """概括显示。 Whether the line is shown in general form."""
        return self.kind is Kind.THIRD


def handle_of(*, entry: int, person: str, kind: Kind, key: bytes) -> str:
    """一行在网址里的名字。 How a line is named in addresses: its number; for a general one a keyed digest that says nothing."""
    if kind is not Kind.THIRD:
        return str(entry)
    digest = hmac.new(key, f"line\x00{person}\x00{entry}".encode(), hashlib.sha256).hexdigest()
    return f"t{digest[:HANDLE_LENGTH]}"


def line_of(row: Named, *, refs: Collection[str], handle: str, month: date) -> Line:
    """由台账的一条得出给本人看的一行。 The line that a row becomes for the person with these references."""
    content = row.content
    whole = Line(
        handle=handle,
        kind=row.kind,
        verb=row.verb,
        refused=row.refused,
        month=month,
        at=row.at,
        organ=row.organ,
        office=row.office,
        fields=tuple(str(name) for name in _several(content.get("fields"))),
        purpose=str(content.get("purpose") or ""),
        matter=str(content.get("matter") or content.get("case") or ""),
        clauses=row.clauses,
        item=row.subject if row.subject.startswith("grant:") else "",
        by_representative=bool(content.get("for")) and content.get("actor") not in refs,
        receipt=row.entry,
        deferred=row.deferred,
    )
    return in_general(whole) if row.kind is Kind.THIRD else whole


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def in_general(line: Line) -> Line:
    """概括地说。 A line in general form: only what does not lead to the other person's affair is left."""
    return replace(
        line,
        at=None,
        verb=CALL,
        organ="",
        office="",
        purpose="",
        matter="",
        item="",
        clauses=general_clauses(line.clauses),
        by_representative=False,
        receipt=0,
        deferred=tuple(
            Was(
                number="",
                organ="",
                clauses=general_clauses(was.clauses),
                since=_month_of(was.since),
                until=_month_of(was.until),
            )
            for was in line.deferred
        ),
    )


def general_clauses(refs: Collection[str]) -> tuple[str, ...]:
    """各次共享都依的条款。 Of some clauses those of the general law of sharing: they say nothing about one affair."""
    return tuple(ref for ref in refs if ref.removeprefix("law:").partition("@")[0] in GENERAL)


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def tells_of_another(text: str, telling: Collection[str]) -> bool:
    """答复里有没有说漏。 Whether an answer about a line in general form names what must not be told: organ, office, matter."""
    said = text.casefold()
    return any(word.casefold() in said for word in telling if len(word) >= 2)


# ---- Deferral -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeferralGround:
    """暂缓的理由。 A ground of the closed list: the clause of 个人信息保护法, whether a duty of secrecy must be in the special clause's

    words, and how long at most (the platform's own number; the law gives none).
    """

    clause: str
    secret: bool
    longest: timedelta


DEFERRAL_GROUNDS: Final[Mapping[str, DeferralGround]] = {
    "secrecy": DeferralGround("a18.p1", secret=True, longest=timedelta(days=180)),
    "hinders": DeferralGround("a35.p1", secret=False, longest=timedelta(days=90)),
}


def speaks_of_secrecy(text: str) -> bool:
    """条文说没说保密。 Whether a clause's own words impose secrecy or lift the duty to tell (个人信息保护法 art. 18 para. 1)."""
    return any(word in text for word in SECRET_WORDS)
