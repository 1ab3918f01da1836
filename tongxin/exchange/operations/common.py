"""各写入共用。 What every write of lawful data shares: numbers, steps, clocks, and the clause that is in force on the day."""

from datetime import date, datetime
from decimal import Decimal

from django.db import connection, models

from tongxin.acts.terms import InvalidInput, Refused, Warrant
from tongxin.exchange.models import ExchangeStep, Term
from tongxin.exchange.rules.clocks import Statutory, statutory
from tongxin.exchange.terms import Sharing, TermKind
from tongxin.law import queries as law
from tongxin.law.rules import due
from tongxin.law.terms import Limit, Stage, Unit
from tongxin.places.queries import city, city_day

NUMBERING = 0x64617461  # advisory lock: two who begin something at once take turns for the number
LEAST_WORDS = 5


def next_number(table: type[models.Model], letter: str, at: datetime) -> str:
    """编号。 The next number of a year: a letter, the city's year, a running number (`S2026-0001`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NUMBERING, ord(letter)])
    begun = f"{letter}{city_day(at).year}-"
    rows = table._default_manager.filter(number__startswith=begun)  # noqa: SLF001 - the table is given
    last = rows.order_by(models.functions.Length("number").desc(), "-number").values_list("number", flat=True)
    newest = last.first()
    return f"{begun}{int(newest.removeprefix(begun)) + 1 if newest else 1:04d}"


def save_step(warrant: Warrant, subject: str, *, state: str = "", note: str = "") -> None:
    """记一步。 Append a step of a thing, by the act in hand."""
    ExchangeStep.objects.create(
        entry=warrant.entry,
        subject=subject,
        verb=warrant.verb,
        at=warrant.at,
        organ=warrant.standing.organ if warrant.standing else "",
        office=warrant.standing.office if warrant.standing else "",
        state=state,
        note=note.strip(),
        clauses=warrant.basis.refs,
    )


def begin_term(
    warrant: Warrant,
    kind: TermKind,
    subject: str,
    *,
    organ: str,
    applicant: str = "",
    sharing: Sharing = Sharing.CONDITIONAL,
) -> Term:
    """起算一个时限。 Begin a clock by the law's own number, on the city's working calendar (days from the day after)."""
    limit = statutory(kind, sharing=sharing)
    ends, provisional = _ends(limit.days, warrant.at)
    return Term.objects.create(
        kind=kind.value,
        subject=subject,
        organ=organ,
        applicant=applicant,
        began=warrant.at,
        due_at=ends,
        provisional=provisional,
        clause=clause_of(limit, city_day(warrant.at)),
    )


def end_term(warrant: Warrant, kind: TermKind, subject: str) -> None:
    """时限结束。 End an open clock; nothing when none runs."""
    Term.objects.filter(kind=kind.value, subject=subject, ended_at=None).update(ended_at=warrant.at)


def extend_term(
    warrant: Warrant, kind: TermKind, subject: str, *, sharing: Sharing = Sharing.CONDITIONAL
) -> Term:
    """延长一次。 Extend an open clock once, by what the law allows, from its end. Raises Refused when it was extended already."""
    term = Term.objects.select_for_update().filter(kind=kind.value, subject=subject, ended_at=None).first()
    limit = statutory(kind, sharing=sharing)
    if term is None:
        raise InvalidInput("term", "没有在走的时限", "no clock runs")
    if term.extended_at is not None or not limit.extension:
        raise Refused("extended_already", "这个时限不能再延长", "this clock cannot be extended again")
    term.due_at, provisional = _ends(limit.extension, term.due_at)
    term.provisional = term.provisional or provisional
    term.extended_at, term.extension_clause = warrant.at, clause_of(limit, city_day(warrant.at))
    term.save(force_update=True)
    return term


def _ends(days: int, start: datetime) -> tuple[datetime, bool]:
    limit = Limit(number=Decimal(days), unit=Unit.WORKING_DAY, stage=Stage.UPDATE)
    ends = due(start=start, limit=limit, calendar=law.calendar(city().revision))
    return ends.at, ends.beyond_known


def clause_of(limit: Statutory, day: date) -> str:
    """时限所据条款。 The clause that sets a clock, in the version in force on the day; its bare key where the book has none."""
    found = law.clause_on(instrument=limit.instrument, key=limit.clause, day=day)
    return str(law.ref_of(found)) if found else f"law:{limit.instrument}#{limit.clause}"


def clause_now(instrument: str, clause: str, at: datetime) -> str:
    """此刻有效的一条。 The reference of a clause in the version in force at a moment; its bare key where the book has none."""
    return clause_of(Statutory(0, instrument, clause), city_day(at))


def require_words(field: str, text: str, *, least: int = LEAST_WORDS, most: int = 2_000) -> str:
    """写清楚。 The text, trimmed. Raises InvalidInput when it says too little or too much."""
    said = text.strip()
    if len(said) < least:
        raise InvalidInput(
            field, f"请写清楚，至少 {least} 个字", f"say it plainly, at least {least} characters"
        )
    if len(said) > most:
        raise InvalidInput(field, f"不超过 {most} 字", f"no more than {most} characters")
    return said


def authority() -> str:
    """政务数据共享主管部门。 The organ in charge of sharing government data at the city's level (条例 art. 8)."""
    here = city()
    return str(here.settings.get("data_authority") or here.lead_body)
