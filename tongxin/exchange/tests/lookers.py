"""People of the sample city and rows of its ledger, for the tests of the person's page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tests.factories import NOW, officer
from tongxin.acts.terms import PLATFORM, Actor
from tongxin.exchange import operations as exchange
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson
from tongxin.ledger.operations import append_entries
from tongxin.ledger.terms import LedgerOutcome, NewEntry

POLICE = "bz/public-security"
PIPL = "law:cn/personal-information-protection@2021-08-20"
CALL_CLAUSES = (
    f"law:cn/government-data-sharing@2025-05-28#a21.p1 {PIPL}#a34.p1 law:cn/civil-code@2020-05-28#a34.p1"
)
# 治安管理处罚法 art. 94: the police keep secret what they learn in a case.
SECRECY = "law:cn/public-security-penalties@2025-06-27#a94.p1"


def resident(ref: str = "person:concerned", at: datetime = NOW) -> Actor:
    """A resident with an account."""
    open_account(
        actor=PLATFORM, at=at, person=NewPerson(ref=ref, name="某", login=ref.removeprefix("person:"))
    )
    return Actor(person=ref)


def look(
    *persons: str,
    at: datetime = NOW,
    organ: str = POLICE,
    office: str = "",
    by: str = "person:somebody",
    third: Any = None,
    verb: str = "call_data",
    clauses: str = CALL_CLAUSES,
    subject: str = "grant:Q2026-0001",
    outcome: LedgerOutcome = LedgerOutcome.DONE,
    **content: Any,
) -> int:
    """An entry of the ledger as a call writes it; returns its number."""
    said = {
        "grant": "Q2026-0001",
        "fields": ["name", "address"],
        "purpose": "handling",
        "matter": "K1",
        **content,
    }
    entry = NewEntry(
        verb=verb,
        outcome=outcome,
        at=at,
        organ=organ,
        office=office or f"office:{organ}/data-officer",
        clauses=clauses,
        subject=subject,
        persons=tuple(persons),
        content={"actor": by, "third": third, **said},
    )
    with transaction.atomic():
        return append_entries(entries=[entry])[0]


def data_officer(organ: str = POLICE) -> Actor:
    """Who proposes."""
    return officer(organ, "data_officer")


def data_head(organ: str = POLICE) -> Actor:
    """Who decides and answers."""
    return officer(organ, "data_head")


def deferred(
    lines: Sequence[int],
    *,
    at: datetime = NOW,
    until: datetime | None = None,
    organ: str = POLICE,
    ground: str = "hinders",
    clause: str = SECRECY,
) -> str:
    """Lines whose deferral was proposed and granted; the deferral's number."""
    number = exchange.defer_lines(
        actor=data_officer(organ),
        at=at,
        lines=list(lines),
        ground=ground,
        clause=clause,
        until=until or at + timedelta(days=30),
        reason="正在办理治安案件",
    )
    exchange.decide_deferral(
        actor=data_head(organ), at=at, number=number, granted=True, reason="同意，案件在办"
    )
    return number
