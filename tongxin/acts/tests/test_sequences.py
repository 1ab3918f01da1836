"""Whatever people try on a case, in whatever order: no step without an entry, no state that its steps do not lead to."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import NOW, fresh, officer, reported, reporter, settlement
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor, Conflict, InvalidInput, Refused
from tongxin.cases import operations as cases
from tongxin.cases import rules
from tongxin.cases.models import Case, CaseStep
from tongxin.cases.terms import Outcome, ReturnGround, State
from tongxin.ledger.models import LedgerEntry

LEAD, DESK, WATER = "bz/lead", "bz/hotline", "bz/371602/water"
NOTE = "现场看过，情况属实，请处理"
Try = Callable[[Case, Actor], Any]

TRIES: dict[str, Try] = {
    "accept": lambda c, a: cases.accept_cases(actor=a, at=NOW, numbers=[c.number]),
    "return": lambda c, a: cases.return_case(
        actor=a, at=NOW, number=c.number, ground=ReturnGround.OUTSIDE_DUTY, named=WATER, note=NOTE
    ),
    "dispatch": lambda c, a: cases.dispatch_case(actor=a, at=NOW, number=c.number, organ=WATER),
    "rule": lambda c, a: cases.rule_case(actor=a, at=NOW, number=c.number, organ=WATER, reason=NOTE),
    "assist": lambda c, a: cases.ask_assistance(actor=a, at=NOW, number=c.number, organ=WATER, note=NOTE),
    "settle_part": lambda c, a: cases.settle_part(actor=a, at=NOW, number=c.number, settlement=settlement(c)),
    "settle": lambda c, a: cases.settle_cases(actor=a, at=NOW, settlements=[settlement(c)]),
    "check": lambda c, a: cases.check_case(actor=a, at=NOW, number=c.number, passed=True, note=NOTE),
    "fail": lambda c, a: cases.check_case(actor=a, at=NOW, number=c.number, passed=False, note=NOTE),
    "confirm": lambda c, a: cases.confirm_case(actor=a, at=NOW, number=c.number),
    "dispute": lambda c, a: cases.dispute_case(actor=a, at=NOW, number=c.number, note=NOTE),
    "lapse": lambda c, a: cases.lapse_confirmations(actor=a, at=NOW, numbers=[c.number]),
    "hang": lambda c, a: cases.hang_case(actor=a, at=NOW, number=c.number, note=NOTE),
    "unhang": lambda c, a: cases.unhang_case(actor=a, at=NOW, number=c.number),
    "close": lambda c, a: cases.close_case(
        actor=a, at=NOW, number=c.number, outcome=Outcome.NOT_ALLOWED, note=NOTE
    ),
    "withdraw": lambda c, a: cases.close_case(
        actor=a, at=NOW, number=c.number, outcome=Outcome.WITHDRAWN, note=NOTE
    ),
    "note": lambda c, a: cases.note_case(actor=a, at=NOW, number=c.number, note=NOTE),
    "evidence": lambda c, a: cases.attach_evidence(actor=a, at=NOW, number=c.number, photo="a" * 64),
}
WHO: dict[str, Callable[[Case], Actor]] = {
    "officer": lambda c: officer(c.organ),
    "checker": lambda c: officer(c.organ, "checker"),
    "lead": lambda _: officer(LEAD, "lead_officer"),
    "desk": lambda _: officer(DESK, "hotline_clerk"),
    "water": lambda _: officer(WATER),
    "reporter": reporter,
    "stranger": lambda _: ANONYMOUS,
    "platform": lambda _: PLATFORM,
    "pretender": lambda c: Actor(person="person:pretender", office=officer(c.organ).office),
}


# The ones that lead somewhere, so that the walks get far enough to meet the later states too.
LIKELY = [
    ("accept", "officer"),
    ("settle", "officer"),
    ("check", "checker"),
    ("confirm", "reporter"),
    ("dispute", "reporter"),
    ("return", "officer"),
    ("dispatch", "desk"),
    ("rule", "lead"),
    ("hang", "lead"),
    ("unhang", "lead"),
    ("note", "officer"),
    ("fail", "checker"),
    ("assist", "officer"),
    ("settle_part", "water"),
]
walks = st.lists(
    st.sampled_from(LIKELY) | st.tuples(st.sampled_from(sorted(TRIES)), st.sampled_from(sorted(WHO))),
    min_size=4,
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks)
def test_no_sequence_of_acts_leaves_a_step_without_an_entry(walk: list[tuple[str, str]]) -> None:
    with transaction.atomic():
        case = reported()
        for name, who in walk:
            before = _all(case)
            entries = LedgerEntry.objects.count()
            try:
                actor = WHO[who](fresh(case))
            except IndexError:
                continue  # nobody holds this post at this organ
            try:
                TRIES[name](fresh(case), actor)
            except Refused:
                assert _all(case) == before and LedgerEntry.objects.count() == entries + 1
            except (Conflict, InvalidInput):
                assert _all(case) == before and LedgerEntry.objects.count() == entries
            _sound(fresh(case))
        transaction.set_rollback(True)


def _all(case: Case) -> list[Any]:
    return [
        *Case.objects.filter(pk=case.pk).values_list(),
        *CaseStep.objects.filter(case=case).order_by("seq").values_list(),
    ]


def _sound(case: Case) -> None:
    """Every step has its entry of the same verb, done, with the same clauses; and the steps lead to the state."""
    steps = list(CaseStep.objects.filter(case=case).order_by("seq"))
    assert [one.seq for one in steps] == list(range(1, case.steps + 1))
    entries = LedgerEntry.objects.in_bulk([one.entry for one in steps])
    for one in steps:
        entry = entries[one.entry]
        assert (entry.verb, entry.outcome, entry.clauses, entry.organ) == (
            one.verb,
            "done",
            one.clauses,
            one.organ,
        )
    for earlier, later in pairwise(steps):
        assert later.from_state == earlier.to_state
        allowed = {rules.next_state(State(later.from_state), later.verb)}
        if later.verb == "check_case":
            allowed.add(rules.FAILED_CHECK)
        if later.verb == "return_case":
            allowed.add(rules.SECOND_RETURN)
        assert State(later.to_state) in allowed, later.verb
    assert steps[-1].to_state == case.state
