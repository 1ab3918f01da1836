"""收件的窗口。 The counter of a server process: reports that arrive while others are being written wait, and are taken together.

Whoever comes to an idle counter leads a round: one act for all who wait in the same capacity, up to `ROUND`. When the round is
committed everybody in it has an answer, and the first of those who came meanwhile leads the next. What a round cannot tell apart
(a refusal, an error of the database or any other) is taken by each alone. The line is bounded in length and in time: beyond that
the answer is 503, and nothing was done. docs/decisions/0017.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import close_old_connections

from tongxin.acts.terms import Actor
from tongxin.cases.api.answers import Trouble
from tongxin.cases.operations import report_cases
from tongxin.cases.terms import NewReport, Receipt, Rejection

LINE: Final = 20  # who may wait in one process; the server's threads are more (web.console.commands.running)
ROUND: Final = 20
PATIENCE: Final = 3.0  # seconds until a round takes one up
Answer = Receipt | Rejection
Take = Callable[[Actor, datetime, Sequence[NewReport]], Sequence[Answer]]


@dataclass(slots=True, eq=False)
class Waiting:
    """等着的一份。 One who waits: `leads` the next round, or is `taken` into one; then has an answer, or is to go alone."""

    actor: Actor
    at: datetime
    report: NewReport
    leads: bool = False
    taken: bool = False
    answer: Answer | None = None
    told: threading.Event = field(default_factory=threading.Event)

    @property
    def capacity(self) -> tuple[str, str | None, bool, str]:
        """以什么身份。 In what capacity; one act is done in one capacity, and its entries name the means too."""
        return self.actor.person, self.actor.office, self.actor.platform, self.actor.means


def _take(actor: Actor, at: datetime, reports: Sequence[NewReport]) -> Sequence[Answer]:
    return report_cases(actor=actor, at=at, reports=reports)


class Counter:
    """窗口。 A line of at most `line`, and one round at a time of at most `most` reports."""

    def __init__(
        self,
        take: Take = _take,
        *,
        line: int = LINE,
        most: int = ROUND,
        patience: float = PATIENCE,
    ) -> None:
        self.take, self.line, self.most, self.patience = take, line, most, patience
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []
        self._led = False  # a round is under way, or somebody was told to lead one

    def receive(self, *, actor: Actor, at: datetime, report: NewReport) -> Answer:
        """收下一份。 Take a report; returns once its act is committed.

        Raises Trouble (503) when the line is full or its turn does not come in time: then nothing was done. Raises what
        `report_cases` raises.
        """
        mine = Waiting(actor, at, report)
        self._stand(mine)
        if not mine.leads:
            mine.told.wait(self.patience)
            self._leave_unless_taken(mine)
            if not mine.leads:
                mine.told.wait()
        if mine.leads:
            self._lead(mine)
        if mine.answer is not None:
            return mine.answer
        close_old_connections()  # the round may have broken it
        (answer,) = self.take(actor, at, [report])
        return answer

    def _stand(self, mine: Waiting) -> None:
        with self._lock:
            if len(self._waiting) >= self.line:
                raise busy()
            self._waiting.append(mine)
            if not self._led:
                self._led = mine.leads = True

    def _leave_unless_taken(self, mine: Waiting) -> None:
        with self._lock:
            if not mine.leads and not mine.taken:
                self._waiting.remove(mine)
                raise busy()

    def _lead(self, mine: Waiting) -> None:
        """一轮。 A round: mine, and those in line in the same capacity; then the next in line is told to lead."""
        with self._lock:
            others = [one for one in self._waiting if one is not mine and one.capacity == mine.capacity]
            together = [mine, *others[: self.most - 1]]
            for one in together:
                one.taken = True
                self._waiting.remove(one)
        try:
            self._answer(together)
        finally:
            self._hand_over()
            for one in together:
                one.told.set()

    def _answer(self, together: Sequence[Waiting]) -> None:
        try:
            at = max(one.at for one in together)
            answers = self.take(together[0].actor, at, [one.report for one in together])
        except Exception:
            if len(together) == 1:
                raise
            return  # one of them, or all: each goes alone and is told for itself
        for one, answer in zip(together, answers, strict=True):
            one.answer = answer

    def _hand_over(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].told.set()


def busy() -> Trouble:
    """人太多。 Too many at once: 503, and nothing was taken."""
    return Trouble(
        503,
        "busy",
        "",
        "现在报告的人太多，这一份没有收下；请过几秒用同一个客户键再发一次",
        "too many reports at this moment and this one was not taken; send it again in some seconds with the same client key",
    )


COUNTER: Final = Counter()
