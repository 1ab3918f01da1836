"""任意的历史。 Random histories of a law, made by acts on the real database: no act ever rests on a clause not in force."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import a_report, officer
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Conflict, InvalidInput, Refused
from tongxin.cases import operations as cases
from tongxin.cases.terms import Receipt
from tongxin.law import operations as law
from tongxin.law.book import StatuteBook
from tongxin.law.models import Binding, Clause, Version
from tongxin.law.operations.texts import dates_of
from tongxin.law.terms import NewEffect
from tongxin.law.tests.test_changing import a_text
from tongxin.law.tests.test_effects import DAYS, KEYS, Replay
from tongxin.ledger.models import LedgerEntry
from tongxin.places.operations import advance_revision

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 11, 25)
KEY, MATTER = "cn/binzhou/tiny", "m06010"
TEXT = "# 小条例\n<!-- INFO END -->\n第一条 甲。\n第二条 乙{n}：\n（一）丙；\n（二）丁。\n戊。\n第三条 本条例自公布之日起施行。"
PLACES = ("", "a1", "a2", "a2.p1", "a3")


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def at(n: int, hour: int = 9, minute: int = 0) -> datetime:
    d = day(n)
    return datetime(d.year, d.month, d.day, hour, minute, tzinfo=ZONE)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["enact", "repeal", "suspend", "restore", "substitute", "act"]),
        st.integers(1, DAYS - 1),
        st.sampled_from(PLACES),
        st.one_of(st.none(), st.integers(1, 12)),
    ),
    min_size=3,
    max_size=12,
)


class City:
    """What the lawyer does to the tiny law, and the diary another hand keeps of it."""

    def __init__(self) -> None:
        self.lawyer = officer("bz/lead", "legal_officer")
        self.amended = 0
        law.enter_version(actor=self.lawyer, at=at(0, 0), version=self._text(0, FIRST))
        law.enter_version(actor=self.lawyer, at=at(0, 0), version=a_text("# 决定\n<!-- INFO END -->\n第一条 改。",
                          key="cn/binzhou/by", adopted=date(2026, 1, 1), in_force_from=date(2026, 1, 2)))  # fmt: skip
        tiny = {row.key: row for row in Clause.objects.filter(version__instrument__key=KEY)}
        rows = list(Binding.objects.filter(entry__code=MATTER, valid_to=None).order_by("id"))
        for row, clause in zip(rows, ("a2.p1", "a1", "a3", "a2.p2"), strict=False):
            Binding.objects.filter(pk=row.pk).update(clause=tiny[clause])
        advance_revision(actor=PLATFORM, at=at(0, 0), why="a city whose list names the tiny law")

    def _text(self, n: int, begins: date) -> object:
        return a_text(TEXT.format(n=n), key=KEY, title="小条例", adopted=begins, in_force_from=begins)

    def newest(self) -> Version:
        return Version.objects.filter(instrument__key=KEY).latest("adopted")

    def live(self, what: str, n: int, clause: str, span: int | None) -> None:
        """One event, recorded on the first day: effects are said beforehand, as laws are."""
        try:
            with transaction.atomic():
                if what == "enact":
                    law.enter_version(actor=self.lawyer, at=at(0), version=self._text(n, day(n)))
                else:
                    self._effect(what, n, clause, span)
        except (InvalidInput, Conflict):
            return

    def _effect(self, what: str, n: int, clause: str, span: int | None) -> None:
        by = "cn/binzhou/by", date(2026, 1, 1)
        if what == "substitute":
            self.amended += 1
            by = f"cn/binzhou/by-{self.amended}", day(n)
            law.enter_version(actor=self.lawyer, at=at(0), version=a_text("# 决定\n<!-- INFO END -->\n第一条 改。",
                              key=by[0], adopted=by[1], in_force_from=date(2026, 1, 2)))  # fmt: skip
        target = self.newest()
        effect = NewEffect(
            by_key=by[0], by_adopted=by[1], by_clause="a1", kind=what, key=KEY, adopted=target.adopted, clause=clause,
            text="（新）" if what == "substitute" else "", day=day(n),
            until=day(n + span) if span and what == "suspend" else None,
        )  # fmt: skip
        number = law.propose_effect(actor=self.lawyer, at=at(0), effect=effect)
        law.confirm_effects(
            actor=self.lawyer,
            at=at(0),
            effects=[number],
            knowing=("two_effects_one_day", "later_version_comes"),
        )


def in_force(clauses: list[str], on: date) -> bool:
    """Whether every clause of the tiny law that an entry names was in force on a day, by the book's own dates."""
    books = {v.adopted: v for v in dates_of(Version.objects.filter(instrument__key=KEY).first().instrument)}
    mine = [ref for ref in clauses if ref.startswith(f"law:{KEY}@")]
    found = [(date.fromisoformat(ref.split("@")[1].split("#")[0]), ref.split("#")[1]) for ref in mine]
    return all(books[adopted].in_force(key, on) for adopted, key in found)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_no_act_ever_rests_on_a_clause_not_in_force_at_its_moment(db: None, events: list) -> None:
    with transaction.atomic():
        city = City()
        for what, n, clause, span in events:
            if what != "act":
                city.live(what, n, clause, span)
        rests = [
            (row.clause.version.adopted, row.clause.key)
            for row in Binding.objects.filter(entry__code=MATTER, valid_to=None).select_related(
                "clause__version"
            )
        ]
        for n in sorted({0, *(n for _, n, _, _ in events), *(n - 1 for _, n, _, _ in events)}):
            books = {v.adopted: v for v in dates_of(city.newest().instrument)}
            lawful = all(books[adopted].in_force(key, day(n)) for adopted, key in rests)
            for hour, minute in ((0, 0), (23, 59)):
                assert allowed(at(n, hour, minute)) is lawful, (n, hour, rests)
            report(at(n))
        for entry in LedgerEntry.objects.filter(verb="report_case", outcome="done"):
            assert in_force(entry.clauses.split(), entry.at.astimezone(ZONE).date())
        transaction.set_rollback(True)


def allowed(moment: datetime) -> bool:
    try:
        StatuteBook().basis(entries=(f"matter:{MATTER}",), at=moment)
    except Refused:
        return False
    return True


def report(moment: datetime) -> None:
    made = cases.report_cases(
        actor=ANONYMOUS,
        at=moment,
        reports=[a_report(client_key=uuid.uuid4().hex, matter=MATTER, reported_at=moment)],
    )[0]
    assert isinstance(made, Receipt)


def test_what_was_read_in_a_history_that_was_undone_is_not_taken_for_the_next(db: None) -> None:
    for suspended in (3, 1):  # in the second a report of the first day finds no organ by a suspended clause
        with transaction.atomic():
            City().live("suspend", suspended, "a3", None)
            for n in range(3):
                report(at(n))
            transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_point_in_time_answers_agree_with_replaying_the_history(db: None, events: list) -> None:
    with transaction.atomic():
        city, diary = City(), Replay()
        diary.add(0, "enact", 0)
        for what, n, clause, span in events:
            if what in ("act", "substitute") or clause == "a3":
                continue
            before = {v.adopted: v for v in dates_of(city.newest().instrument)}
            city.live(what, n, clause, span)
            for v in dates_of(city.newest().instrument):
                number = (v.adopted - FIRST).days
                if v.adopted not in before:
                    diary.add(n, "enact", number)
                    if v.ends:
                        diary.add((v.ends - FIRST).days, "end", number)
                elif v != before[v.adopted]:
                    verb = "end" if what in ("enact", "repeal") else what
                    place = "" if what == "enact" else clause
                    diary.add(n, verb, number, place, n + span if span and what == "suspend" else None)
        told = diary.in_force()
        for v in dates_of(city.newest().instrument):
            for key in set(KEYS) & set(v.clauses):
                for n in range(DAYS):
                    assert v.in_force(key, day(n)) is told[(v.adopted - FIRST).days, key, n], (
                        v.adopted,
                        key,
                        n,
                    )
        transaction.set_rollback(True)
