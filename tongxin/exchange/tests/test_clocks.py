"""The clocks of the regulation on the city's real calendar: six of them, two extensions, and who sees that one is past.

Every clock is begun by the act that begins it, at a drawn moment of the sixteen months for which law and calendar are both known, and is
held against a count made here by itself, from the calendar's own files: days from the next one, exchanged weekends worked, holidays not,
to the close of business (民法典 arts. 201, 203; 条例 arts. 17, 21, 22, 26).
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Refused
from tongxin.exchange import operations, tasks
from tongxin.exchange.models import Term
from tongxin.exchange.operations import common
from tongxin.exchange.operations.common import authority
from tongxin.exchange.queries.applications import terms_overdue
from tongxin.exchange.terms import Revision
from tongxin.exchange.tests.factories import (
    PROVIDER,
    USER,
    consented,
    data_head,
    data_officer,
    delivered,
    filed,
    inspector,
)
from tongxin.law import operations as law
from tongxin.law.models import UpdateDuty

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Path(__file__).resolve().parents[3] / "city" / "binzhou" / "calendar"
CLOSING = time(17, 30)
PARKING, PARKING_OWN = "data:s008", "bz/urban-management"
PARKING_BASIS = "law:cn/binzhou/parking@2021-08-05#a5.p3"
ONE = timedelta(seconds=1)
FIRST, LAST = datetime(2025, 8, 4), datetime(2026, 11, 13)  # noqa: DTZ001 - hypothesis puts the zone on
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(ZONE))
MANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def marked() -> dict[date, str]:
    """Holidays and exchanged working days, from the files themselves."""
    found: dict[date, str] = {}
    for year in (2025, 2026):
        with (CALENDAR / f"{year}.csv").open(encoding="utf-8", newline="") as lines:
            found |= {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(lines)}
    return found


MARKED = marked()


def works(day: date) -> bool:
    return MARKED[day] != "holiday" if day in MARKED else day.weekday() < 5


def counted(start: datetime, days: int) -> datetime:
    """The close of business of the so-manyth working day after the day of `start`."""
    day = start.astimezone(ZONE).date()
    while days:
        day += timedelta(days=1)
        days -= works(day)
    return datetime.combine(day, CLOSING, ZONE)


# ---- Each clock, begun by its own act ---------------------------------------------------------------------------------------


def _answer_conditional(at: datetime) -> Term:
    return Term.objects.get(subject=filed(at, until=at + timedelta(days=90)).ref)


def _answer_unconditional(at: datetime) -> Term:
    row = filed(at, until=at + timedelta(days=90), item=PARKING, fields=("park",), persons=0, organ="bz/housing",
                clauses=(PARKING_BASIS,))  # fmt: skip
    return Term.objects.get(subject=row.ref)


def _deliver(at: datetime) -> Term:
    return Term.objects.get(subject=consented(at, until=at + timedelta(days=90)).ref, kind="deliver")


def _review(at: datetime) -> Term:
    number = operations.revise_item(
        actor=data_head(PARKING_OWN),
        at=at,
        item=PARKING,
        proposed=Revision(facts={"frequency": "每周"}),
        reason="更新频率有变",
    )
    return Term.objects.get(subject=f"revision:{number}")


def _correct(at: datetime) -> Term:
    grant = delivered(at, until=at + timedelta(days=90))
    number = operations.report_error(
        actor=data_officer(USER), at=at, grant=grant.number, what="签注日期对不上"
    )
    return Term.objects.get(subject=f"correction:{number}")


CLOCKS: dict[str, tuple[int, Callable[[datetime], Term]]] = {
    "answer, unconditional (art. 21)": (1, _answer_unconditional),
    "answer, conditional (art. 21)": (10, _answer_conditional),
    "deliver (art. 22)": (20, _deliver),
    "review (art. 17)": (2, _review),
    "correct (art. 26)": (10, _correct),
}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever an example does is taken back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def holds(name: str, many: settings = MANY) -> None:
    """The property of one clock: where it ends, and who sees that it is past, from the second after."""
    days, begin = CLOCKS[name]

    @many
    @given(at=MOMENTS)
    def property_(at: datetime) -> None:
        with undone():
            term = begin(at)
            assert term.due_at == counted(at, days)
            assert term.provisional is False and term.began == at
            for organ in (term.organ, term.applicant, None):
                assert term not in terms_overdue(at=term.due_at, organ=organ)
                assert term in terms_overdue(at=term.due_at + ONE, organ=organ)

    property_()


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_ends_with_its_last_working_day_of_the_real_calendar(db: None, name: str) -> None:
    holds(name)


@contextmanager
def parking_clause_ends(day: date) -> Iterator[None]:
    """The item's own clause ends on a day; the tables are the owner's, so their guard is told of the law's own change."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) VALUES "
                       "(gen_random_uuid(), 'test', 'done', now(), '', '', '', '', '') RETURNING act")  # fmt: skip
        cursor.execute("SELECT set_config('tongxin.act', %s, true)", [str(cursor.fetchone()[0])])
        cursor.execute("UPDATE law_clause SET in_force_to = %s WHERE key = 'a5.p1' AND version_id = (SELECT v.id FROM law_version v "
                       "JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/binzhou/parking')", [day])  # fmt: skip
    yield


def test_the_clock_of_updating_is_ten_working_days_and_its_one_extension_five_more(db: None) -> None:
    @MANY
    @given(at=MOMENTS)
    def property_(at: datetime) -> None:
        day = at.astimezone(ZONE).date()
        with undone(), parking_clause_ends(day):
            law.begin_day(actor=PLATFORM, at=at)
            duty = UpdateDuty.objects.get(list_entry__code="s008", done_at=None)
            assert duty.due_at == counted(at, 10)
            operations.ask_extension(
                actor=data_head(PARKING_OWN), at=at, subject=PARKING, reason="配套文件还没有出台"
            )
            assert operations.grant_extension(actor=inspector(), at=at, subject=PARKING) == counted(
                duty.due_at, 5
            )

    property_()


def test_the_one_extension_of_an_answer_is_ten_working_days_from_its_end(db: None) -> None:
    @MANY
    @given(at=MOMENTS, begin=st.sampled_from([_answer_conditional, _answer_unconditional]))
    def property_(at: datetime, begin: Callable[[datetime], Term]) -> None:
        with undone():
            term = begin(at)
            operations.ask_extension(
                actor=data_officer(term.organ), at=at, subject=term.subject, reason="涉及多个系统要核对"
            )
            ends = operations.grant_extension(actor=inspector(), at=at, subject=term.subject)
            assert ends == counted(term.due_at, 10)
            assert Term.objects.get(pk=term.pk).due_at == ends

    property_()


def test_the_calendar_of_these_properties_has_exchanged_days_in_it() -> None:
    kinds = [MARKED[day] for day in MARKED if FIRST.date() <= day <= LAST.date()]
    assert kinds.count("makeup") >= 5 and kinds.count("holiday") >= 20
    assert works(date(2025, 9, 28)) and not works(date(2025, 10, 8))  # a Sunday worked, a Wednesday off


def test_a_clock_that_knew_no_exchanged_days_would_be_noticed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: plain weekdays. The property of the conditional answer has to fail on it."""

    def plain(days: int, start: datetime) -> tuple[datetime, bool]:
        day = start.astimezone(ZONE).date()
        while days:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        return datetime.combine(day, CLOSING, ZONE), False

    monkeypatch.setattr(common, "_ends", plain)
    with pytest.raises(AssertionError):
        holds("answer, conditional (art. 21)", settings(MANY, phases=(Phase.generate,)))


# ---- Overdue -------------------------------------------------------------------------------------------------------------------


def test_being_late_is_told_once_to_both_sides_and_the_authority_and_stays_visible_until_it_ends(
    db: None,
) -> None:
    at = datetime(2025, 9, 26, 10, tzinfo=ZONE)
    row = filed(at, until=at + timedelta(days=90))
    term = Term.objects.get(subject=row.ref)
    assert tasks.sweep(at=term.due_at)["terms_told"] == 0
    with pytest.raises(Refused, match=r"^wrong_post"):
        operations.tell_overdue(actor=inspector(), at=term.due_at + ONE, terms=[term.pk])
    assert tasks.sweep(at=term.due_at + ONE)["terms_told"] == 1
    assert tasks.sweep(at=term.due_at + 2 * ONE)["terms_told"] == 0
    recipients = Notice.objects.filter(template="data_overdue").values_list("recipient", flat=True)
    assert set(recipients) == {f"organ:{o}" for o in (USER, PROVIDER, authority())}
    late = term.due_at + timedelta(days=30)
    assert [one.pk for one in terms_overdue(at=late, organ=USER)] == [term.pk]
    assert terms_overdue(at=late, organ="bz/market") == []
    operations.consent_data(actor=data_head(PROVIDER), at=late, number=row.number)
    assert [one.kind for one in terms_overdue(at=late)] == []
