"""Complete by construction: shown + deferred = all rows naming me, over random histories; and what the deferral itself may."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import NOW, reported
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Conflict, InvalidInput, Refused
from tongxin.cases.operations import Purpose
from tongxin.cases.queries import looks_at_reporter
from tongxin.exchange import operations as exchange
from tongxin.exchange.models import Deferral
from tongxin.exchange.queries import person as read
from tongxin.exchange.queries.person import (
    Filter,
    city_completeness,
    completeness,
    counts,
    deferred_counts,
    line_at,
    lines,
    third_lines,
)
from tongxin.exchange.rules.person import Kind
from tongxin.exchange.tasks import sweep_deferrals
from tongxin.exchange.tests.lookers import (
    PIPL,
    POLICE,
    SECRECY,
    data_head,
    data_officer,
    deferred,
    look,
    resident,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PEOPLE = ("person:a", "person:b", "person:c")


@dataclass
class Told:
    """What a history should come to, kept beside it by plain arithmetic."""

    named: dict[int, frozenset[str]] = field(default_factory=dict)
    spans: list[tuple[frozenset[int], datetime, datetime]] = field(default_factory=list)

    def hidden(self, at: datetime) -> frozenset[int]:
        """The lines that no page may show at a moment."""
        return frozenset(n for lines, since, until in self.spans if since <= at < until for n in lines)

    def of(self, person: str, at: datetime) -> tuple[int, int, int]:
        """All, shown, deferred."""
        every = {n for n, persons in self.named.items() if person in persons}
        away = every & self.hidden(at)
        return len(every), len(every - away), len(away)


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("look"),
            st.sets(st.sampled_from(PEOPLE), min_size=1),
            st.sampled_from([None, True, "person:a", "person:other"]),
        ),
        st.tuples(st.just("own"), st.sampled_from(PEOPLE), st.none()),
        st.tuples(st.just("defer"), st.sets(st.integers(0, 12), min_size=1, max_size=4), st.integers(1, 60)),
        st.tuples(st.just("end"), st.integers(0, 5), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 40), st.none()),
    ),
    min_size=1,
    max_size=14,
)


def played(steps: list[tuple[str, object, object]]) -> tuple[Told, datetime]:
    """Play a history with the real acts; what it should come to, and the moment it ends."""
    told, at, numbers = Told(), NOW, []
    for what, one, two in steps:
        at += timedelta(minutes=1)
        if what == "look":
            told.named[look(*sorted(one), at=at, third=two)] = frozenset(one)  # type: ignore[call-overload, arg-type]
        elif what == "own":
            told.named[look(one, at=at, by=one, verb="sign_in", organ="", office="-")] = frozenset({one})  # type: ignore[arg-type]
        elif what == "defer":
            able = [n for place, n in enumerate(told.named) if place in one]  # type: ignore[operator]
            _defer(told, able, at, int(two), numbers)  # type: ignore[call-overload]
        elif what == "end" and numbers:
            _end(told, int(one) % len(numbers), at, numbers)  # type: ignore[call-overload]
        elif what == "wait":
            at += int(one) * DAY  # type: ignore[call-overload]
    return told, at


def _defer(told: Told, lines: list[int], at: datetime, days: int, numbers: list[str]) -> None:
    try:
        number = deferred(lines, at=at, until=at + days * DAY)
    except (InvalidInput, Refused):
        return
    numbers.append(number)
    told.spans.append((frozenset(lines), at, at + days * DAY))


def _end(told: Told, place: int, at: datetime, numbers: list[str]) -> None:
    try:
        exchange.end_deferral(actor=data_head(), at=at, number=numbers[place], reason="案件已经办结")
    except Conflict:
        return
    gone, since, _until = told.spans[place]
    told.spans[place] = (gone, since, at)


MOMENTS = st.integers(0, 120)


def agrees(told: Told, at: datetime) -> Iterator[str]:
    """Where the pages and the counts disagree with the arithmetic."""
    for person in PEOPLE:
        every, shown, away = told.of(person, at)
        found = completeness(person=person, at=at)
        if (found.every, found.shown, found.deferred) != (every, shown, away) or not found.whole:
            yield f"{person}: {found} and not {(every, shown, away)}"
        kinds = [kind for kind in Kind if kind is not Kind.THIRD]
        on_page = lines(person=person, at=at, wanted=Filter(kinds=kinds, size=1_000))
        general = third_lines(person=person, at=at)
        if len(on_page) + len(general) != shown:
            yield f"{person}: the page has {len(on_page)} + {len(general)} lines and not {shown}"
        if {int(line.handle) for line in on_page} & told.hidden(at):
            yield f"{person}: a deferred line is on the page"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, MOMENTS)
def test_shown_and_deferred_are_all_rows_naming_me_over_random_histories(
    steps: list[tuple[str, object, object]], days: int
) -> None:
    with transaction.atomic():
        told, at = played(steps)
        for moment in (at, at + days * DAY):
            assert list(agrees(told, moment)) == []
            city = city_completeness(at=moment)
            assert city.wrong == 0 and city.every == city.shown + city.deferred
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("honest", "planted"),
    [
        ("held.deferred IS NULL", "held.deferred IS NULL AND e.verb <> 'sign_in'"),
        ("c.persons && %(refs)s::text[] AND held", "c.persons[1] = ANY(%(refs)s::text[]) AND held"),
        (
            "d.since <= %(at)s AND %(at)s < least(d.until, d.ended_at)",
            "d.since <= %(at)s AND %(at)s < d.until",
        ),
        ("LEFT JOIN LATERAL", "JOIN LATERAL"),
    ],
)
def test_a_page_that_leaves_a_line_out_is_found(honest: str, planted: str) -> None:
    first, second = look("person:a", "person:b"), look("person:b", "person:a")
    look("person:a", by="person:a", verb="sign_in", organ="", office="-")
    number = deferred([first])
    exchange.end_deferral(actor=data_head(), at=NOW + DAY, number=number, reason="案件已经办结")
    told = Told(
        {first: frozenset(PEOPLE[:2]), second: frozenset(PEOPLE[:2]), second + 1: frozenset({"person:a"})},
        [(frozenset({first}), NOW, NOW + DAY)],
    )
    assert list(agrees(told, NOW + 2 * DAY)) == []
    wrong = {name: getattr(read, name).replace(honest, planted) for name in ("_PAGE", "_COUNTS")}
    assert wrong["_PAGE"] != read._PAGE
    with patch.multiple(read, **wrong):
        assert list(agrees(told, NOW + 2 * DAY)) != []


# ---- What a deferral does ----------------------------------------------------------------------------------------------


def test_a_deferred_line_is_on_no_page_until_its_end_and_then_says_that_it_was() -> None:
    me, number = "person:a", look("person:a")
    deferral = deferred([number], until=NOW + 30 * DAY)
    assert (
        counts(person=me, at=NOW)[Kind.LOOK] == 0 and line_at(person=me, at=NOW, handle=str(number)) is None
    )
    assert completeness(person=me, at=NOW) == read.Complete(1, 0, 1)
    last = NOW + 30 * DAY - timedelta(microseconds=1)
    assert lines(person=me, at=last, wanted=Filter()) == []
    (line,) = lines(person=me, at=NOW + 30 * DAY, wanted=Filter())
    (was,) = line.deferred
    assert was.number == deferral and was.until == NOW + 30 * DAY and f"{PIPL}#a35.p1" in was.clauses


def test_an_early_end_shows_the_line_at_once_and_a_longer_deferral_is_a_new_decision() -> None:
    number = look("person:a")
    first = deferred([number], until=NOW + 30 * DAY)
    exchange.end_deferral(actor=data_head(), at=NOW + DAY, number=first, reason="案件已经办结")
    assert len(lines(person="person:a", at=NOW + DAY, wanted=Filter())) == 1
    with pytest.raises(Conflict):
        exchange.end_deferral(actor=data_head(), at=NOW + DAY, number=first, reason="案件已经办结")
    again = deferred([number], at=NOW + 2 * DAY, until=NOW + 40 * DAY)
    assert again != first and lines(person="person:a", at=NOW + 3 * DAY, wanted=Filter()) == []
    (line,) = lines(person="person:a", at=NOW + 41 * DAY, wanted=Filter())
    assert [was.number for was in line.deferred] == [first, again]


def test_those_concerned_are_told_once_when_it_has_ended_and_not_while_another_deferral_runs() -> None:
    number = look("person:a")
    deferred([number], until=NOW + 10 * DAY)
    deferred([number], at=NOW + DAY, until=NOW + 20 * DAY)
    assert sweep_deferrals(at=NOW + 5 * DAY) == {"deferrals_told": 0}
    assert sweep_deferrals(at=NOW + 10 * DAY) == {"deferrals_told": 1}
    told = Notice.objects.filter(template="deferral_ended")
    assert not told.exists()
    assert sweep_deferrals(at=NOW + 20 * DAY) == {"deferrals_told": 1}
    assert [notice.recipient for notice in told] == ["person:a"]
    assert POLICE not in str(told[0].args) + told[0].subject
    assert sweep_deferrals(at=NOW + 30 * DAY) == {"deferrals_told": 0}


def test_the_acts_of_a_deferral_do_not_themselves_appear_on_the_page() -> None:
    number = look("person:a")
    deferred([number])
    assert sum(counts(person="person:a", at=NOW).values()) == 0


def test_deferred_lines_are_counted_in_public_by_organ_and_clause() -> None:
    deferred([look("person:a"), look("person:b")])
    deferred([look("person:a")], ground="secrecy")
    found = {(one.organ, one.clauses[0]): one.lines for one in deferred_counts(at=NOW)}
    assert found == {(POLICE, f"{PIPL}#a35.p1"): 2, (POLICE, f"{PIPL}#a18.p1"): 1}
    assert deferred_counts(at=NOW + 30 * DAY) == []


# ---- What it may not ---------------------------------------------------------------------------------------------------


def ask(lines: list[int], **given: object) -> str:
    base: dict[str, object] = {
        "actor": data_officer(),
        "at": NOW,
        "lines": lines,
        "ground": "hinders",
        "clause": SECRECY,
        "until": NOW + 30 * DAY,
        "reason": "正在办理治安案件",
    }
    return exchange.defer_lines(**{**base, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"ground": "because"}, "ground"),
        ({"until": NOW}, "until"),
        ({"until": NOW + 91 * DAY}, "until"),
        ({"until": (NOW + DAY).replace(tzinfo=None)}, "until"),
        ({"clause": ""}, "clause"),
        ({"clause": "law:cn/nothing@2020-01-01#a1"}, "clause"),
        ({"clause": f"{PIPL}#a34.p1"}, "clause"),  # its own law is no special statute
        ({"clause": "law:cn/binzhou/grid-regulation@2021-08-05#a13.p1"}, "clause"),  # a city's rule may not
        ({"clause": "law:cn/public-security-penalties@2012-10-26#a1.p1"}, "clause"),  # no longer in force
        (
            {"clause": "law:cn/civil-code@2020-05-28#a34.p1", "ground": "secrecy"},
            "clause",
        ),  # says nothing of secrecy
        ({"reason": "  "}, "reason"),
        ({"lines": []}, "lines"),
        ({"lines": [10**15]}, "lines"),
    ],
)
def test_a_deferral_needs_a_ground_a_clause_in_force_an_end_and_lines(
    given: dict[str, object], where: str
) -> None:
    number = look("person:a")
    with pytest.raises(InvalidInput) as wrong:
        ask([number], **given) if "lines" not in given else ask(**given)  # type: ignore[arg-type]
    assert wrong.value.field == where
    assert not Deferral.objects.exists()


def test_only_looks_of_the_own_organ_by_others_are_deferred() -> None:
    elsewhere, own = look("person:a", organ="bz/education"), look("person:a", by="person:a")
    comment = look("person:a", verb="consult_commenter")
    with pytest.raises(Refused) as refusal:
        ask([elsewhere])
    assert refusal.value.code == "other_organ"
    with pytest.raises(Refused):
        ask([elsewhere, look("person:a")])
    for never in (own, comment, look()):
        with pytest.raises(InvalidInput):
            ask([never])


def test_who_proposed_or_looked_does_not_decide_and_the_table_says_so_too() -> None:
    head = data_head()
    number = ask([look("person:a", by=head.person)])
    with pytest.raises(Refused) as refusal:
        exchange.decide_deferral(actor=head, at=NOW, number=number, granted=True, reason="同意，案件在办")
    assert refusal.value.code == "same_person"
    with pytest.raises(Refused):
        exchange.decide_deferral(
            actor=data_officer(), at=NOW, number=number, granted=True, reason="同意，案件在办"
        )
    with pytest.raises(Refused):
        exchange.decide_deferral(
            actor=data_head("bz/education"), at=NOW, number=number, granted=True, reason="同意，案件在办"
        )


def test_the_table_itself_refuses_one_person_and_a_span_without_measure(owner_sql: object) -> None:
    number = deferred([look("person:a")])
    for change in (
        "decided_by = asked_by",
        "until = since + interval '181 days'",
        "until = since",
        "decided_by = ''",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            owner_sql(f"UPDATE exchange_deferral SET {change} WHERE number = %s", number)  # type: ignore[operator]


def test_a_proposal_defers_nothing_and_a_refused_one_neither() -> None:
    line = look("person:a")
    number = ask([line])
    assert counts(person="person:a", at=NOW)[Kind.LOOK] == 1
    exchange.decide_deferral(
        actor=data_head(), at=NOW, number=number, granted=False, reason="没有必要，不予暂缓"
    )
    assert counts(person="person:a", at=NOW)[Kind.LOOK] == 1
    with pytest.raises(Conflict):
        exchange.decide_deferral(
            actor=data_head(), at=NOW, number=number, granted=True, reason="同意，案件在办"
        )


def test_a_clause_that_ended_between_proposal_and_decision_founds_nothing(owner_sql: object) -> None:
    number = ask([look("person:a")])
    owner_sql(  # type: ignore[operator]
        "UPDATE law_version SET in_force_to = '2026-11-23' WHERE adopted = '2025-06-27' AND instrument_id = "
        "(SELECT id FROM law_instrument WHERE key = 'cn/public-security-penalties')"
    )
    with pytest.raises(InvalidInput) as wrong:
        exchange.decide_deferral(
            actor=data_head(), at=NOW, number=number, granted=True, reason="同意，案件在办"
        )
    assert wrong.value.field == "clause"


def test_the_trace_box_of_a_case_tells_nothing_of_a_deferred_look() -> None:
    case = reported(actor=resident(), person="person:concerned", name="王芳")
    entry = look(
        "person:concerned",
        verb="consult_reporter",
        subject=case.ref,
        purpose=Purpose.CONTACT.value,
        case=case.number,
    )
    assert [seen.entry for seen in looks_at_reporter(number=case.number, at=NOW)] == [entry]
    deferred([entry])
    assert looks_at_reporter(number=case.number, at=NOW) == []
    assert len(looks_at_reporter(number=case.number, at=NOW + 30 * DAY)) == 1


def test_the_platform_alone_tells_that_a_deferral_has_ended() -> None:
    with pytest.raises(Refused):
        exchange.tell_deferral_ended(actor=data_head(), at=NOW, numbers=[deferred([look("person:a")])])
    assert exchange.tell_deferral_ended(actor=PLATFORM, at=NOW, numbers=[]) == 0
