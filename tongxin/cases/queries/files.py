"""一个事项的读取。 Reads of one case: its file, who reported it, who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongxin.cases import rules
from tongxin.cases.models import (
    Assignment,
    Case,
    CaseStep,
    Clock,
    ClockRequest,
    ListProposal,
    Photo,
    Precedent,
    Report,
)
from tongxin.cases.queries.whole import whole
from tongxin.exchange.queries.person import deferred_among
from tongxin.ledger.queries import contents_about
from tongxin.ledger.rules.parting import floor, month_of
from tongxin.ledger.terms import LedgerOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """一个事项的全卷。 Everything of one case that is no personal data, in a fixed number of statements."""

    case: Case
    steps: Sequence[CaseStep]
    parts: Sequence[Assignment]
    clocks: Sequence[Clock]
    photos: Sequence[Photo]
    requests: Sequence[ClockRequest]
    folded: Sequence[Case]
    whole: Case | None
    precedents: Sequence[Precedent]


def case_numbered(*, number: str) -> Case | None:
    """某编号的事项。 The case of a number."""
    return Case.objects.select_related("folded_into").filter(number=number).first()


def case_file(*, number: str) -> CaseFile | None:
    """一个事项的全卷。 The file of a case; None when there is no such number. One statement."""
    found = whole(number=number)
    return CaseFile(**found) if found else None


def case_of_token(*, token: str) -> Case | None:
    """报告人口令所指的事项。 The case a reporter's token opens."""
    found = (
        Report.objects.select_related("case__folded_into")
        .filter(token_digest=rules.token_digest(token))
        .first()
    )
    return found.case if found else None


def own_report(*, case: Case) -> Report | None:
    """报告人自己的报告。 What the reporter said, for the reporter alone: who holds the token, or is the person."""
    return Report.objects.filter(case=case).first()


def cases_reported_by(*, person: str, most: int = 50) -> list[Case]:
    """某人报告的事项。 The cases a person reported, newest first."""
    return list(Case.objects.filter(report__person=person).order_by("-id")[:most])


def proposals() -> list[ListProposal]:
    """清单修改建议。 Proposals to change the matter list, newest first."""
    return list(ListProposal.objects.select_related("precedent__case").order_by("-id")[:100])


def rulings_unproposed(*, most: int = 20) -> list[Precedent]:
    """还没提成清单建议的裁定。 Rulings not yet proposed as a change of the matter list, newest first."""
    return list(Precedent.objects.filter(proposal=None).select_related("case").order_by("-id")[:most])


def photo_kinds(*, digest: str) -> set[str]:
    """照片的用途。 What a kept photo is used for: `report`, `evidence`, or nothing."""
    return set(Photo.objects.filter(digest=digest).values_list("kind", flat=True))


def case_reported_by(*, person: str, number: str) -> Case | None:
    """本人报告的某事项。 A case by number, when this person reported it."""
    return Case.objects.select_related("folded_into").filter(number=number, report__person=person).first()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """一次查看。 One look at a reporter's particulars, as the ledger keeps it."""

    entry: int
    at: datetime
    organ: str
    office: str
    clauses: str
    purpose: str


def looks_at_reporter(*, number: str, at: datetime, most: int = 50, since: int = 0) -> list[Look]:
    """谁看过报告人信息。 Who looked at the reporter's particulars of a case, newest first, from the ledger.

    `since`: the case's own id, where it is known: the months before it are not looked through.

    Looks whose line is deferred at the moment are not told here either. One statement, two where somebody looked.
    """
    named = contents_about(subject=f"case:{number}", since=since)
    named = named.filter(entry__verb="consult_reporter", entry__outcome=LedgerOutcome.DONE.value)
    if since:  # said of the entries as well, or the planner opens every month of theirs
        named = named.extra(where=["ledger_ledgerentry.id >= %s"], params=[floor(month_of(since))])
    found = list(named[:most])
    kept_back = deferred_among(entries=[c.entry_id for c in found], at=at)
    return [
        Look(
            entry=c.entry_id,
            at=c.entry.at,
            organ=c.entry.organ,
            office=c.entry.office,
            clauses=c.entry.clauses,
            purpose=str(c.content.get("purpose", "")),
        )
        for c in found
        if c.entry_id not in kept_back
    ]
