"""立法各操作共用的部分。 What the operations of law-making share: opening a project, its steps, its clocks, who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongxin.acts.terms import Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.law.models import (
    DraftComment,
    LegislativeClock,
    LegislativeProject,
    LegislativeStep,
)
from tongxin.law.queries import calendar
from tongxin.law.queries.making import organs_of, progress_of, unanswered
from tongxin.law.queries.making_clauses import limits_on, ref_today
from tongxin.law.rules.making import State, next_state
from tongxin.law.rules.making_days import Kind, MakingLimit, Watch, due_day, next_watch
from tongxin.law.rules.making_needs import Asked, Hindrance, hindrance
from tongxin.law.rules.making_progress import Progress
from tongxin.places.queries import city, city_day

NOTE_MOST, SHORT_MOST = 20_000, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """手上的项目。 A project in hand: how far it has come, where this step leads, on which day, under which limits."""

    project: LegislativeProject
    now: Progress
    target: State
    day: date
    limits: Mapping[Watch, MakingLimit]


def open_project(number: str) -> LegislativeProject:
    """锁住一个项目。 Lock a project for this act: whoever comes second waits, and then sees what the first one did."""
    project = LegislativeProject.objects.select_for_update().filter(number=number).first()
    if project is None:
        raise InvalidInput("number", "没有这个编号的立法项目", f"there is no project {number!r}")
    return project


def open_bill(
    *,
    number: str,
    verb: str,
    at: datetime,
    day: date | None = None,
    seen: int | None = None,
    passed: bool = True,
    explained: bool = False,
) -> Bill:
    """打开项目，核对能不能走这一步。 Open a project for a step. Raises InvalidInput, Conflict where it has moved on, Refused where

    something the law wants first is missing: the refusal says what, and which clause says so.
    """
    project = open_project(number)
    now, today = progress_of(project=project), city_day(at)
    kind, state = Kind(project.kind), State(project.state)
    target = next_state(kind, state, verb, passed=passed)
    if target is None or (seen is not None and seen != project.steps):
        raise Conflict(
            "这个项目已经走到别的步骤，您要做的现在不能做了",
            "the project has moved on; this can no longer be done",
        )
    if day is not None and day > today:
        raise InvalidInput("day", "日期在将来", "the day lies in the future")
    limits = limits_on(kind=kind, day=today)
    asked = Asked(
        verb=verb,
        day=day or today,
        limits=limits,
        unanswered=unanswered(project=project),
        explained=explained,
        passed=passed,
    )
    refuse(hindrance(now, asked), day=today)
    return Bill(project=project, now=now, target=target, day=day or today, limits=limits)


def refuse(found: Hindrance | None, *, day: date) -> None:
    """有妨碍就拒绝。 Refuse where something is in the way; the clause is named in the version of the day. Raises Refused.

    A day before the last step is what somebody typed: InvalidInput. A comment period that is over has moved on: Conflict.
    """
    if found is None:
        return
    if found.code == "before_last_step":
        raise InvalidInput("day", found.reason, found.reason_en)
    if found.code == "comments_closed":
        raise Conflict(found.reason, found.reason_en)
    clause = found.clause if "@" in found.clause else ref_today(ref=found.clause, day=day)
    raise Refused(found.code, found.reason, found.reason_en, clause=clause)


def bill_scope(bill: Bill, verb: str, **content: Any) -> Scope:
    """立法行为的范围。 The scope of a step: what it is about, and whose it is."""
    project = bill.project
    return Scope(
        subject=project.ref,
        organs=organs_of(project, verb),
        state=bill,
        content={
            "project": project.number,
            "from": project.state,
            "to": bill.target.value,
            "day": bill.day.isoformat(),
            **content,
        },
    )


def write_step(warrant: Warrant, bill: Bill, note: str = "", **facts: Any) -> LegislativeStep:
    """写下一步与项目的现状。 Append a step and move the project to where it leads."""
    project = bill.project
    project.steps += 1
    made = LegislativeStep.objects.create(
        entry=warrant.entry,
        project=project,
        seq=project.steps,
        verb=warrant.verb,
        day=bill.day,
        at=warrant.at,
        organ=warrant.standing.organ if warrant.standing else "",
        office=warrant.standing.office if warrant.standing else "",
        from_state=project.state,
        to_state=bill.target.value,
        clauses=warrant.basis.refs,
        note=note.strip(),
        facts=facts,
    )
    project.state = bill.target.value
    project.save()
    return made


def start_clock(
    bill: Bill, watch: Watch, *, started: date, organ: str, due: date | None = None, clause: str = ""
) -> None:
    """起算。 Start the clock of a limit; without a limit in force, and without a day that was set, none runs.

    `due`: a day that the step itself set, for which `clause` is the basis.
    """
    limit = bill.limits.get(watch)
    provisional = False
    if due is None:
        if limit is None:
            return
        due, provisional = due_day(started, limit, calendar(city().revision))
    LegislativeClock.objects.create(
        project=bill.project,
        watch=watch.value,
        organ=organ,
        started=started,
        due=due,
        provisional=provisional,
        clause=clause or (limit.clause if limit else ""),
        watch_on=next_watch(watch, due),
    )


def stop_clocks(project: LegislativeProject, at: datetime, *watches: Watch) -> None:
    """停止。 Stop the running clocks of a project; those named, or all."""
    running = LegislativeClock.objects.filter(project=project, ended_at=None)
    if watches:
        running = running.filter(watch__in=[watch.value for watch in watches])
    running.update(ended_at=at)


def require_text(field: str, text: str, *, least: int = 2, most: int = NOTE_MOST) -> str:
    """必填说明。 A text that must be given. Raises InvalidInput naming the field."""
    said = text.strip()
    if len(said) < least:
        raise InvalidInput(
            field, f"请写清楚，至少 {least} 个字", f"please say it clearly, in {least} characters at least"
        )
    if len(said) > most:
        raise InvalidInput(
            field, f"最多 {most} 字，现在 {len(said)} 字", f"at most {most} characters, this has {len(said)}"
        )
    if "\x00" in said:
        raise InvalidInput(field, "含有不能保存的字符", "contains a character that cannot be stored")
    return said


def tell_organ(warrant: Warrant, to: str, template: str, project: LegislativeProject, **args: Any) -> None:
    """告知机关。 Tell an organ."""
    warrant.tell(
        recipient=f"organ:{to}", template=template, number=project.number, matter=project.title, **args
    )


def tell_commenters(warrant: Warrant, project: LegislativeProject, template: str, **args: Any) -> None:
    """告知每个提过意见的人。 Tell everybody who commented; each comment by its own number, and no person by name."""
    rows = DraftComment.objects.filter(project=project).order_by("id")
    for number in rows.values_list("number", flat=True):
        warrant.tell(
            recipient=f"commenter:{number}", template=template, number=number, matter=project.title, **args
        )
