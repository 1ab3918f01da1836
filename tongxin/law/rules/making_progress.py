"""立法项目走到了哪里。 How far a law-making project has come, told from its steps alone. Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from tongxin.law.rules.making import Purpose, State
from tongxin.law.rules.making_days import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFacts:
    """一步的要素。 What a step did, on which day, and where it led."""

    verb: str
    day: date
    to_state: State
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """走到了哪里。 How far a project has come, told from its steps alone.

    draft        number of the newest draft          shown     number of the draft that was last made public
    opened       when it was made public             closes    last day on which comments are taken
    made_public  numbers of all drafts that were made public
    settled      the comments were reported on, or it was decided not to publish the draft
    voted        passed by the vote or the decision, and not reopened since
    last_day     day of the last step: no step lies before it
    """

    kind: Kind
    purpose: Purpose
    state: State = State.PROPOSED
    readings: int = 0
    draft: int = 0
    shown: int = 0
    made_public: frozenset[int] = frozenset()
    opened: date | None = None
    closes: date | None = None
    settled: bool = False
    hearing_needed: bool = False
    announced: date | None = None
    hearing_on: date | None = None
    heard: bool = False
    assessed: bool = False
    voted: date | None = None
    voted_draft: int = 0
    approved: date | None = None
    shelved: date | None = None
    published: date | None = None
    in_force_from: date | None = None
    last_day: date | None = None

    def open_on(self, day: date) -> bool:
        """此日是否征求意见。 Whether comments are taken on a day."""
        return self.opened is not None and self.closes is not None and self.opened <= day <= self.closes

    def is_public(self, draft: int) -> bool:
        """某一稿是否公开。 Whether a draft is everybody's to read: it was made public itself, or the law has been published.

        立法法 art. 40 by way of 87, 规章制定程序条例 art. 15(2): a draft becomes public with the period for comments, unless it was
        decided otherwise. One that was revised since is not public before it is made so too.
        """
        return draft in self.made_public or self.published is not None

    @property
    def final_draft(self) -> int:
        """定稿。 The number of the draft that becomes law: of a regulation the one voted on; of a rule the newest, for it is

        changed as the deciding meeting found (规章制定程序条例 art. 29). 0 before the decision.
        """
        if self.voted is None:
            return 0
        return self.voted_draft if self.kind is Kind.REGULATION else self.draft


def progress(*, kind: Kind, purpose: Purpose, steps: Sequence[StepFacts]) -> Progress:
    """由各步得出走到了哪里。 How far a project has come, from its steps in their order."""
    now = Progress(kind=kind, purpose=purpose)
    for step in steps:
        now = _after(now, step)
    return now


def _after(now: Progress, step: StepFacts) -> Progress:
    told = _TOLD.get(step.verb, _nothing)(now, step)
    return replace(now, **{"state": step.to_state, "last_day": step.day, **told})


def _nothing(now: Progress, step: StepFacts) -> dict[str, Any]:
    del now, step
    return {}


def _day(step: StepFacts, name: str) -> date | None:
    value = step.facts.get(name)
    return date.fromisoformat(value) if value else None


def _drafted(now: Progress, step: StepFacts) -> dict[str, Any]:
    major = bool(step.facts.get("major"))
    return {"draft": step.facts["draft"], "hearing_needed": now.hearing_needed or major}


def _read(now: Progress, step: StepFacts) -> dict[str, Any]:
    major = bool(step.facts.get("major"))
    return {"readings": now.readings + 1, "hearing_needed": now.hearing_needed or major,
            "voted": None, "approved": None, "shelved": None}  # fmt: skip


def _made_public(now: Progress, step: StepFacts) -> dict[str, Any]:
    return {
        "shown": step.facts["draft"],
        "made_public": now.made_public | {step.facts["draft"]},
        "opened": step.day,
        "closes": _day(step, "closes"),
        "settled": False,
    }


def _decided(now: Progress, step: StepFacts) -> dict[str, Any]:
    if not step.facts.get("passed"):
        return {"voted": None}
    return {"voted": step.day, "voted_draft": now.draft}


def _published(now: Progress, step: StepFacts) -> dict[str, Any]:
    del now
    return {"published": step.day, "in_force_from": _day(step, "in_force_from")}


_TOLD: Final[Mapping[str, Callable[[Progress, StepFacts], dict[str, Any]]]] = {
    "draft_law": _drafted,
    "revise_draft": _drafted,
    "read_law": _read,
    "publish_draft": _made_public,
    "withhold_draft": lambda _now, _step: {"settled": True},
    "report_comments": lambda _now, _step: {"settled": True},
    "announce_hearing": lambda _now, step: {
        "announced": step.day,
        "hearing_on": _day(step, "on"),
        "heard": False,
    },
    "hold_hearing": lambda _now, _step: {"heard": True},
    "assess_draft": lambda _now, _step: {"assessed": True},
    "shelve_law": lambda _now, step: {"shelved": step.day},
    "vote_law": _decided,
    "decide_rule": _decided,
    "record_approval": lambda _now, step: {"approved": step.day},
    "record_return": lambda _now, _step: {"voted": None},
    "publish_law": _published,
}
