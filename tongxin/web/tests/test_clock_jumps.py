"""The clock jumps a day ahead and back again: nothing is done twice, and no sign-off rests on a showing from the future."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories import NOW, officer, reported, settlement, signed_in
from tongxin.acts.models import Notice
from tongxin.cases import operations as cases
from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.tasks import sweep
from tongxin.identity.models import Session
from tongxin.identity.terms import LiveSession
from tongxin.web.fresh import TO_SEND, is_fresh

pytestmark = pytest.mark.django_db
AHEAD, SOON = NOW + timedelta(days=1), NOW + timedelta(minutes=5)


def test_limit_that_passed_while_the_clock_was_ahead_is_told_once_and_not_again_when_it_really_passes() -> (
    None
):
    case = reported()
    sweep(at=AHEAD)
    told = CaseStep.objects.filter(case=case, verb="escalate_case").count()
    assert told >= 1
    for hour in (0, 1, 5, 12, 23):
        sweep(at=SOON + timedelta(hours=hour))
    assert CaseStep.objects.filter(case=case, verb="escalate_case").count() == told
    assert Notice.objects.filter(template="overdue", entry__in=entries(case)).count() == told
    assert all(one.passed_at >= one.due_at for one in Clock.objects.filter(case=case, escalations__gt=0))


def entries(case: Case) -> list[int]:
    return list(CaseStep.objects.filter(case=case).values_list("entry", flat=True))


def test_case_goes_on_after_the_clock_went_back_and_its_steps_keep_their_order() -> None:
    case = reported(AHEAD)
    cases.accept_cases(actor=officer(case.organ), at=SOON, numbers=[case.number])
    cases.settle_cases(actor=officer(case.organ), at=SOON, settlements=[settlement(case)])
    steps = list(CaseStep.objects.filter(case=case).order_by("seq").values_list("seq", "verb"))
    assert steps == [(1, "report_case"), (2, "accept_case"), (3, "settle_case")]
    assert all(clock.due_at >= clock.started_at for clock in Clock.objects.filter(case=case))


def a_session(fresh: datetime) -> LiveSession:
    return LiveSession(
        key="k", login="l", person="person:x", means="password", begun_at=NOW, fresh_at=fresh, demo=False
    )


def test_showing_from_the_future_does_not_count_for_a_sign_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.web.fresh.held_means", lambda **_given: frozenset({"password"}))
    monkeypatch.setattr("tongxin.web.fresh.is_as_strong", lambda **_given: True)
    assert is_fresh(a_session(NOW), at=SOON, within=TO_SEND)
    assert not is_fresh(a_session(AHEAD), at=SOON, within=TO_SEND)


def test_session_of_before_is_over_while_the_clock_is_ahead_and_alive_again_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment: list[Any] = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment[0])
    case = reported()
    client = signed_in(officer(case.organ), "officer")
    Session.objects.update(begun_at=NOW)
    address = f"/cases/{case.number}/do/accept_case/"
    assert client.get(address).status_code == 200
    moment[0] = AHEAD
    assert client.get(address).status_code in (302, 303)
    moment[0] = SOON
    assert client.get(address).status_code == 200
