"""影响预览的全貌。 The whole of an impact preview: what law says moves, and what of it is running as cases.

Law does not know of cases; the door joins the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tongxin.acts.terms import By
from tongxin.cases.queries import RunningUnder, running_under
from tongxin.law.queries.closings import Closing, closings
from tongxin.law.queries.impact import Impact, impact
from tongxin.law.queries.making import closings_of_project, draft_is_open, project_numbered
from tongxin.law.queries.standing import states_on
from tongxin.law.queries.titles import instruments_named

ONE = timedelta(days=1)
Reader = tuple[str, By | None]
EVERYBODY: Reader = ("", None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """一次预览。 A preview: the instrument's key (empty for a draft), the day, what law moves, what runs under it."""

    key: str
    title: str
    day: date
    law: Impact
    running: RunningUnder

    def as_json(self) -> dict[str, Any]:
        """程序用。 The same for programs."""
        return {
            "instrument": self.key,
            "title": self.title,
            "on": self.day.isoformat(),
            **self.law.as_json(),
            "cases": {
                "running": self.running.cases,
                "clocks": self.running.clocks,
                "first": [
                    dict(zip(("number", "entry", "organ"), row, strict=True)) for row in self.running.numbers
                ],
            },
        }


class UnknownInstrumentError(LookupError):
    """没有这部文件，或者不止一部。 No instrument of that name, or more than one; `candidates` are (key, title)."""

    def __init__(self, name: str, candidates: Sequence[tuple[str, str]]) -> None:
        super().__init__(name)
        self.name, self.candidates = name, candidates


class ClosedDraftError(LookupError):
    """草案没有公开。 The draft has not been made public: what it would move says what it says (立法法 art. 40)."""


def preview(*, name: str, day: date, today: date, reader: Reader) -> Preview:
    """一部文件、或者一个立法项目到某日的影响。 The impact of an instrument named by key or title, or of a project by number.

    `reader`: the organ ('' for everybody) and post of who asks. Raises UnknownInstrumentError, ClosedDraftError.
    """
    project = project_numbered(number=name.strip())
    if project is not None:
        organ, post = reader
        if not draft_is_open(project=project, organ=organ, post=post):
            raise ClosedDraftError(name)
        ending = closings_of_project(project=project, day=day)
        return of_closings(ending, key=project.number, title=project.title, day=day)
    found = instruments_named(name=name)
    if len(found) != 1:
        raise UnknownInstrumentError(name, found)
    key, title = found[0]
    return of_closings(closings(key=key, day=day, today=today), key=key, title=title, day=day)


def of_closings(found: Sequence[Closing], *, key: str, title: str, day: date) -> Preview:
    """某些失效的影响。 The impact of given closings: those of a draft as well as those of a text in the book."""
    states = {eve: states_on(day=eve) for eve in sorted({closing.day - ONE for closing in found})}
    moved = impact(found=found, states=states)
    running = running_under(
        entries=[ref for ref, _name in moved.idle],
        clauses=sorted({row.clause for row in moved.bindings} | {row.clause for row in moved.limits}),
    )
    return Preview(key=key, title=title, day=day, law=moved, running=running)
