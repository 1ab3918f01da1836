"""The sweep in bulk: what it asks the database for does not grow with what is due, and nobody waits for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW, accepted, checked, fresh, reported
from tests.plugin import app_connection
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM
from tongxin.cases import operations as cases
from tongxin.cases import tasks
from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.queries import clocks_due
from tongxin.cases.terms import Outcome
from tongxin.ledger.models import LedgerContent, LedgerEntry


def accept_clock(case: Case) -> Clock:
    return Clock.objects.get(case=case, stage="accept")


def due(case: Case) -> list[int]:
    """The limits of a case that have passed with the one for accepting it."""
    return [
        clock.pk
        for clock in Clock.objects.filter(case=case, ended_at=None, sweep_at__lte=accept_clock(case).due_at)
    ]


@pytest.mark.django_db
def test_a_sweep_asks_the_same_number_of_statements_however_many_limits_have_passed() -> None:
    def statements(count: int) -> int:
        clocks = [accept_clock(reported()) for _ in range(count)]
        with CaptureQueriesContext(connection) as asked:
            numbers = [clock.pk for clock in clocks]
            assert cases.escalate_cases(actor=PLATFORM, at=clocks[0].due_at, clocks=numbers) == count
        return len(asked)

    statements(1)  # what the process keeps is looked up
    assert statements(2) == statements(7)


@pytest.mark.django_db
def test_confirmations_lapse_with_the_same_number_of_statements_however_many_there_are() -> None:
    def lapse(count: int) -> int:
        made = [checked() for _ in range(count)]
        at = max(Clock.objects.get(case=case, stage="confirm").due_at for case in made)
        with CaptureQueriesContext(connection) as asked:
            assert (
                cases.lapse_confirmations(actor=PLATFORM, at=at, numbers=[case.number for case in made])
                == count
            )
        for case in made:
            now = fresh(case)
            assert (now.outcome, now.closed_at, now.due_at) == (Outcome.CLOSED_UNANSWERED, at, None)
            assert not Clock.objects.filter(case=case, ended_at=None).exists()
            assert Notice.objects.filter(recipient=f"reporter:{case.number}", template="closed").count() == 1
        return len(asked)

    lapse(1)
    assert lapse(2) == lapse(5)


@pytest.mark.django_db
def test_each_passed_limit_has_its_own_entry_step_and_notice_and_moves_its_own_clock() -> None:
    made = [reported() for _ in range(4)]
    clocks = [accept_clock(case) for case in made]
    at = clocks[0].due_at + timedelta(seconds=1)
    assert cases.escalate_cases(actor=PLATFORM, at=at, clocks=[clock.pk for clock in clocks]) == 4
    for case, clock in zip(made, clocks, strict=True):
        step = CaseStep.objects.get(case=case, verb="escalate_case")
        assert (step.seq, step.named, step.facts) == (
            case.steps + 1,
            clock.organ,
            {"stage": "accept", "level": 0},
        )
        entry = LedgerEntry.objects.get(pk=step.entry)
        content = LedgerContent.objects.get(pk=entry.pk)
        assert (content.subject, content.persons) == (case.ref, [f"reporter:{case.number}"])
        assert content.content["clock"] == clock.pk
        assert Notice.objects.get(entry=entry.pk).recipient == f"organ:{clock.organ}"
        clock.refresh_from_db()
        assert (clock.passed_at, clock.escalations) == (at, 1)
        assert clock.sweep_at is None or clock.sweep_at > at
        assert (fresh(case).overdue, fresh(case).steps) == (True, case.steps + 1)


@pytest.mark.django_db
def test_two_limits_of_one_case_that_pass_at_once_are_two_steps_one_after_the_other() -> None:
    case = reported()
    clock = accept_clock(case)
    other = (
        Clock.objects.filter(case=case, ended_at=None).exclude(pk=clock.pk).exclude(stage="return").first()
    )
    assert other is not None, "the case of the sample runs two limits"
    at = max(clock.due_at, other.due_at) + timedelta(seconds=1)
    assert cases.escalate_cases(actor=PLATFORM, at=at, clocks=[clock.pk, other.pk]) == 2
    steps = list(
        CaseStep.objects.filter(case=case, verb="escalate_case").order_by("seq").values_list("seq", flat=True)
    )
    assert steps == [case.steps + 1, case.steps + 2] and fresh(case).steps == case.steps + 2


@pytest.mark.django_db
def test_a_limit_whose_first_passing_was_noted_keeps_that_moment_when_the_next_level_is_told() -> None:
    clock = accept_clock(reported())
    first = clock.due_at + timedelta(seconds=1)
    cases.escalate_cases(actor=PLATFORM, at=first, clocks=[clock.pk])
    clock.refresh_from_db()
    assert clock.sweep_at is not None
    assert cases.escalate_cases(actor=PLATFORM, at=first, clocks=[clock.pk]) == 0  # not due again yet
    cases.escalate_cases(actor=PLATFORM, at=clock.sweep_at, clocks=[clock.pk])
    clock.refresh_from_db()
    assert (clock.passed_at, clock.escalations) == (first, 2)


def test_a_case_that_somebody_has_in_hand_is_left_to_the_next_sweep(city_of_its_own: str) -> None:
    held, free = reported(), reported()
    at = accept_clock(free).due_at
    with app_connection(city_of_its_own) as app, app.transaction():
        app.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [held.pk])
        waiting = due(held)
        passed = due(free)
        assert tasks.sweep(at=at)["escalated"] == len(passed) > 0
        assert due(free) == [] and due(held) == waiting
    assert not fresh(held).overdue and fresh(free).overdue
    assert tasks.sweep(at=at)["escalated"] == len(waiting)
    assert fresh(held).overdue and due(held) == []


@pytest.mark.django_db
def test_the_window_holds_what_is_due_at_its_end_and_neither_later_nor_stopped_nor_suspended_clocks(
    owner_sql: Callable[..., None],
) -> None:
    clocks = [accept_clock(reported(at=NOW + timedelta(minutes=nth))) for nth in range(5)]
    stopped = Clock.objects.get(case=accepted(), stage="accept")
    owner_sql("UPDATE cases_clock SET suspended_at = now() WHERE id = %s", clocks[0].pk)
    at = clocks[2].due_at
    found = {number for number, _stage, _case in clocks_due(at=at)}
    assert {clock.pk for clock in clocks} & found == {clocks[1].pk, clocks[2].pk}
    assert stopped.due_at <= at and stopped.pk not in found
