"""Random histories of the law a grant rests on, with calls in between: no call ever rests on a clause not in force at its moment.

The law is changed by acts, as in `law/tests/test_histories.py`; what may be called is worked out by replaying the same changes in
another hand (`Replay`), which knows nothing of the statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongxin.acts.terms import Refused
from tongxin.exchange.models import Call
from tongxin.exchange.operations import call_data
from tongxin.exchange.tests.granting import Office, asked, caller
from tongxin.law.operations.texts import dates_of
from tongxin.law.tests.test_effects import DAYS, Replay
from tongxin.law.tests.test_histories import FIRST, KEY, ZONE, City, at, day
from tongxin.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["enact", "repeal", "suspend", "restore", "substitute"]),
        st.integers(1, DAYS - 1),
        st.sampled_from(["", "a1", "a2", "a2.p1"]),
        st.one_of(st.none(), st.integers(1, 12)),
    ),
    min_size=2,
    max_size=8,
)
RESTS = ("a1", "a2.p1")


@contextmanager
def undone() -> Iterator[None]:
    """A transaction of the test itself, undone at the end: a call commits by itself, and runs in no other."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, suspended=st.one_of(st.none(), st.integers(1, DAYS - 1)), ends=st.integers(2, DAYS))
def test_no_call_ever_rests_on_a_clause_not_in_force_at_its_moment(
    office: Office, events: list[Any], suspended: int | None, ends: int
) -> None:
    with undone():
        city, diary = City(), Replay()
        diary.add(0, "enact", 0)
        refs = tuple(f"law:{KEY}@{FIRST.isoformat()}#{key}" for key in RESTS)
        grant = office.grant(at=at(0, 0), clauses=refs, until=at(ends, 12), calls=10**6, rows=10**6)
        for event in events:
            note(city, diary, *event)
        told = diary.in_force()
        turns = {
            0,
            ends,
            *(n for _, n, _, _ in events),
            *(n - 1 for _, n, _, _ in events),
            *([suspended] if suspended else []),
        }
        for n in sorted(turns):
            if n == suspended:
                office.do(
                    lambda _, grant=grant: type(grant).objects.filter(pk=grant.pk).update(state="suspended"),
                    at(n, 0),
                )
            if n >= DAYS:
                continue
            for hour, minute in ((0, 0), (11, 59), (23, 59)):
                moment = at(n, hour, minute)
                lawful = all(told[0, key, n] for key in RESTS)
                may = lawful and moment < grant.until and (suspended is None or n < suspended)
                assert called(grant.number, moment) is may, (n, hour, told[0, "a1", n], told[0, "a2.p1", n])
        for entry in LedgerEntry.objects.filter(verb="call_data", outcome="done"):
            on = (entry.at.astimezone(ZONE).date() - FIRST).days
            assert set(refs) <= set(entry.clauses.split())
            assert all(told[0, key, on] for key in RESTS)
        assert Call.objects.count() == LedgerEntry.objects.filter(verb="call_data", outcome="done").count()


def note(city: City, diary: Replay, what: str, n: int, clause: str, span: int | None) -> None:
    """One change of the law by its act, and what another hand notes of it."""
    before = {v.adopted: v for v in dates_of(city.newest().instrument)}
    city.live(what, n, clause, span)
    for v in dates_of(city.newest().instrument):
        number = (v.adopted - FIRST).days
        if v.adopted not in before:
            diary.add(n, "enact", number)
            if v.ends:
                diary.add((v.ends - FIRST).days, "end", number)
        elif v != before[v.adopted]:
            verb = "end" if what in ("enact", "repeal", "substitute") else what
            place = "" if what in ("enact", "substitute") else clause
            diary.add(n, verb, number, place, n + span if span and what == "suspend" else None)


def called(number: str, moment: Any) -> bool:
    """Whether a call is let through at a moment."""
    try:
        call_data(actor=caller(), at=moment, asked=asked(number, 1))
    except Refused:
        return False
    return True


def test_the_last_second_of_the_last_day_counts_and_midnight_does_not(office: Office) -> None:
    with undone():
        city = City()
        grant = office.grant(at=at(0, 0), clauses=(f"law:{KEY}@{FIRST.isoformat()}#a1",), until=at(60))
        city.live("repeal", 5, "", None)
        assert called(grant.number, at(5, 0) - timedelta(seconds=1)) and not called(grant.number, at(5, 0))
        assert day(5) == at(5, 0).date()
