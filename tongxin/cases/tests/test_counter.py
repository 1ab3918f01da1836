"""The counter: reports that arrive at once are taken together, and nobody is worse off for it. On a committed database."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import DataError, connection

from tests.factories import MATTER, NOW, a_report, officer
from tongxin.acts.terms import ANONYMOUS, Actor, Refused
from tongxin.cases.api import counter as counters
from tongxin.cases.api.answers import Trouble
from tongxin.cases.api.counter import Counter
from tongxin.cases.models import Case, CaseStep, Clock, Report
from tongxin.cases.operations import report_cases
from tongxin.cases.terms import Channel, NewReport, Receipt, Rejection
from tongxin.ledger.models import LedgerEntry

Take = Callable[[Actor, datetime, Sequence[NewReport]], Sequence[Any]]


class Door:
    """The real operation, with a gate before the first round, so that the others are surely waiting for the second."""

    def __init__(self) -> None:
        self.open, self.begun = threading.Event(), threading.Event()
        self.rounds: list[list[NewReport]] = []

    def take(self, actor: Actor, at: datetime, reports: Sequence[NewReport]) -> Sequence[Any]:
        self.rounds.append(list(reports))
        self.begun.set()
        assert self.open.wait(20)
        return report_cases(actor=actor, at=at, reports=reports)


def asked(counter: Counter, report: NewReport, actor: Actor = ANONYMOUS) -> Any:
    """What a thread gets at the counter: its answer, or what was raised."""
    try:
        return counter.receive(actor=actor, at=NOW, report=report)
    except Exception as error:  # noqa: BLE001 - whatever was raised is what is asked about
        return error
    finally:
        connection.close()


def together(door: Door, reports: Sequence[NewReport], actors: Sequence[Actor] = ()) -> list[Any]:
    """The first report begins a round alone; the others wait and come in the next. Answers, or what was raised, in order."""
    counter = Counter(door.take, patience=20.0)
    by = actors or [ANONYMOUS] * len(reports)
    with ThreadPoolExecutor(len(reports)) as threads:
        begun = [threads.submit(asked, counter, reports[0], by[0])]
        assert door.begun.wait(20)
        for nth, report in enumerate(reports[1:], start=1):
            begun.append(threads.submit(asked, counter, report, by[nth]))
            until(lambda nth=nth: len(counter._waiting) == nth)  # type: ignore[misc]
        door.open.set()
        return [thread.result(60) for thread in begun]


def until(holds: Callable[[], bool]) -> None:
    """Wait for another thread to have come so far."""
    last = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.002)


def entries() -> int:
    return LedgerEntry.objects.filter(verb="report_case", outcome="done").count()


def test_reports_that_wait_are_taken_in_one_act_each_with_its_own_entry(city_of_its_own: str) -> None:
    door, reports = Door(), [a_report() for _ in range(6)]
    answers = together(door, reports)
    assert [len(one) for one in door.rounds] == [1, 5]
    assert all(isinstance(one, Receipt) and not one.repeated for one in answers)
    assert len({one.number for one in answers}) == 6 and entries() == 6
    assert [one.client_key for one in answers] == [one.client_key for one in reports]
    assert Case.objects.count() == Report.objects.count() == CaseStep.objects.count() == 6
    for answer in answers:
        case = Case.objects.get(number=answer.number)
        told = LedgerEntry.objects.get(content__subject=case.ref)
        assert told.pk == CaseStep.objects.get(case=case).entry and told.clauses == answer.clauses
        assert Clock.objects.filter(case=case).exists()


def test_one_key_twice_in_a_round_is_one_case_and_the_second_gets_its_receipt_again(
    city_of_its_own: str,
) -> None:
    same = a_report()
    answers = together(Door(), [a_report(), same, same])
    first, second = answers[1:]
    assert (first.repeated, second.repeated) == (False, True)
    assert first.number == second.number and first.token == second.token and Case.objects.count() == 2


def test_one_key_with_two_contents_in_a_round_is_the_first_and_a_conflict(city_of_its_own: str) -> None:
    said = a_report()
    other = a_report(client_key=said.client_key, text="另一件事")
    answers = together(Door(), [a_report(), said, other])
    assert isinstance(answers[1], Receipt)
    assert isinstance(answers[2], Rejection) and answers[2].field == "client_key"
    assert Case.objects.count() == 2


def test_a_bad_report_is_rejected_for_itself_and_those_beside_it_are_taken(city_of_its_own: str) -> None:
    bad, outside = a_report(text="长" * 2_001), a_report(lon=10.0, lat=10.0)
    answers = together(Door(), [a_report(), a_report(), bad, outside, a_report()])
    assert [getattr(one, "field", "") for one in answers] == ["", "", "text", "lat", ""]
    assert Case.objects.count() == 3


def test_a_bad_report_before_a_good_one_of_the_same_key_is_told_its_own_fault(city_of_its_own: str) -> None:
    good = a_report()
    bad = a_report(client_key=good.client_key, text="长" * 2_001)
    answers = together(Door(), [a_report(), bad, good])
    assert answers[1].field == "text" and isinstance(answers[2], Receipt) and not answers[2].repeated


def test_what_the_database_refuses_in_a_round_hurts_only_the_one_it_is_about(city_of_its_own: str) -> None:
    poison = a_report(phone="\ud800")  # half a character: no database takes it
    door = Door()
    answers = together(door, [a_report(), a_report(), poison, a_report()])
    assert isinstance(answers[2], Exception)
    assert [isinstance(one, Receipt) for one in answers] == [True, True, False, True]
    assert [len(one) for one in door.rounds[:2]] == [1, 3] and sorted(map(len, door.rounds[2:])) == [1, 1, 1]
    assert Case.objects.count() == 3 and entries() == 3


def test_a_round_that_the_database_breaks_off_is_done_by_each_alone(city_of_its_own: str) -> None:
    class Broken(Door):
        def take(self, actor: Actor, at: datetime, reports: Sequence[NewReport]) -> Sequence[Any]:
            if len(reports) > 1:
                super().take(actor, at, reports)  # committed, and the answer is lost
                raise DataError("the connection went away after the commit")
            return super().take(actor, at, reports)

    answers = together(Broken(), [a_report() for _ in range(4)])
    assert [one.repeated for one in answers] == [False, True, True, True]  # each key has its one case
    assert Case.objects.count() == 4 and entries() == 4


def test_only_the_same_capacity_shares_an_act(city_of_its_own: str) -> None:
    door = Door()
    clerk = officer("bz/hotline", "hotline_clerk")
    actors = [
        ANONYMOUS,
        ANONYMOUS,
        Actor(person="person:a"),
        Actor(person="person:a", means="passkey"),
        ANONYMOUS,
        clerk,
    ]
    reports = [a_report(channel=Channel.HOTLINE if actor.office else Channel.WEB) for actor in actors]
    assert all(isinstance(one, Receipt) for one in together(door, reports, actors))
    assert [len(one) for one in door.rounds] == [1, 2, 1, 1, 1]


def test_a_full_line_answers_503_at_once_and_nothing_is_done(city_of_its_own: str) -> None:
    door = Door()
    reports = [a_report() for _ in range(3)]
    counter = Counter(door.take, line=1, patience=20.0)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(asked, counter, reports[0])
        assert door.begun.wait(20)
        second = threads.submit(asked, counter, reports[1])
        until(lambda: len(counter._waiting) == 1)
        with pytest.raises(Trouble) as trouble:
            counter.receive(actor=ANONYMOUS, at=NOW, report=reports[2])
        assert trouble.value.status == 503 and trouble.value.headers["Retry-After"]
        door.open.set()
        assert isinstance(first.result(60), Receipt) and isinstance(second.result(60), Receipt)
    assert not Case.objects.filter(client_key=reports[2].client_key).exists() and entries() == 2


def test_whoever_waits_too_long_is_told_so_and_is_not_taken_later(city_of_its_own: str) -> None:
    door, late = Door(), a_report()
    counter = Counter(door.take, patience=0.05)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(asked, counter, a_report())
        assert door.begun.wait(20)
        with pytest.raises(Trouble, match="503 busy"):
            counter.receive(actor=ANONYMOUS, at=NOW, report=late)
        door.open.set()
        assert isinstance(first.result(60), Receipt)
    assert isinstance(counter.receive(actor=ANONYMOUS, at=NOW, report=a_report()), Receipt)  # and it goes on
    assert not Case.objects.filter(client_key=late.client_key).exists()


def test_a_refusal_reaches_who_was_refused_and_the_counter_goes_on(city_of_its_own: str) -> None:
    counter = Counter(patience=20.0)
    wrong = officer("bz/371602/urban-management")
    with pytest.raises(Refused):
        counter.receive(actor=wrong, at=NOW, report=a_report())
    assert isinstance(counter.receive(actor=ANONYMOUS, at=NOW, report=a_report()), Receipt)


def test_both_interfaces_say_busy_with_503_and_when_to_come_again(
    db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters.COUNTER, "line", 0)
    given = {"client_key": "k-1", "matter": MATTER, "lon": 118.0, "lat": 37.37}
    said = client.post("/api/reports", given, content_type="application/json")
    assert said.status_code == 503 and said.headers["Retry-After"] and said.json()["error"]["code"] == "busy"
    form = f"service_code={MATTER}&lat=37.37&long=118.0"
    said = client.post("/open311/v2/requests.json", form, content_type="application/x-www-form-urlencoded")
    assert said.status_code == 503 and said.headers["Retry-After"] and said.json()[0]["code"] == 503
    assert not Case.objects.exists() and entries() == 0
