"""各操作共用的部分。 What the operations of cases share: opening a case, its clocks, its steps, who is told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models

from tongxin.acts.terms import Conflict, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, Report
from tongxin.cases.terms import Role, State
from tongxin.law import queries as law
from tongxin.law.rules import due
from tongxin.law.terms import Due, Limit, MatterEntry, Stage, Unit
from tongxin.organs import queries as organs
from tongxin.organs.terms import OrganFacts
from tongxin.places import queries as places
from tongxin.places.terms import CityFacts

NO_LONGER = (
    "这件事已经走到别的步骤，您要做的现在不能做了",
    "the case has moved on; this can no longer be done",
)


@dataclass(frozen=True)
class Context:
    """城市此刻的事实。 The city's facts at the moment of an act, looked up once."""

    city: CityFacts
    at: datetime

    @classmethod
    def of(cls, at: datetime) -> "Context":
        """取本市此刻的事实。 The context of a moment."""
        return cls(places.city(), at)

    @cached_property
    def zone(self) -> ZoneInfo:
        """时区。 The city's time zone."""
        return ZoneInfo(self.city.timezone)

    @cached_property
    def local(self) -> datetime:
        """当地时间。 The moment on the city's clock."""
        return self.at.astimezone(self.zone)

    @cached_property
    def day(self) -> date:
        """当日。 The city's day."""
        return self.local.date()

    def organ(self, code: str) -> OrganFacts:
        """机构。 An organ by code. Raises InvalidInput when there is none."""
        found = self.organs.get(code)
        if found is None:
            raise InvalidInput("organ", "没有这个机构", f"there is no organ {code!r}")
        return found

    @cached_property
    def organs(self) -> Mapping[str, OrganFacts]:
        """全部机构。 All organs by code."""
        return organs.organs_by_code(self.city.revision)

    def matter(self, code: str) -> MatterEntry | None:
        """清单事项。 The matter of a code on this day; None when the list does not have it."""
        return self.matters.get(code)

    @cached_property
    def matters(self) -> Mapping[str, MatterEntry]:
        """全部清单事项。 All matters of this day by code."""
        return law.matters(self.city.revision, self.day)


def open_case(number: str) -> Case:
    """锁住一个事项。 Lock a case for this act: whoever comes second waits, and then sees what the first one did."""
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
    if case is None:
        raise InvalidInput("number", "没有这个编号的事项", f"there is no case {number!r}")
    return case


def open_cases(numbers: Sequence[str]) -> dict[str, Case]:
    """锁住若干事项。 Lock several cases, in one order, so that two acts never wait for each other."""
    found = {
        case.number: case
        for case in Case.objects.select_for_update(of=("self",))
        .filter(number__in=list(numbers))
        .order_by("id")
    }
    for number in numbers:
        if number not in found:
            raise InvalidInput("number", "没有这个编号的事项", f"there is no case {number!r}")
    return found


def open_free_cases(ids: models.QuerySet[Any, Any]) -> dict[int, Case]:
    """锁住空着的事项。 Lock those of some cases that nobody has in hand, by id: the rest is left to who comes again."""
    found = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids)
    return {case.pk: case for case in found.order_by("id")}


def require_move(case: Case, verb: str, seen: int | None = None) -> State:
    """能否这样走。 Where the verb leads; Conflict when it leads nowhere, or when somebody acted after the page was opened."""
    target = rules.next_state(State(case.state), verb)
    if target is None or (seen is not None and seen != case.steps):
        last = CaseStep.objects.filter(case=case).order_by("-seq").first()
        done = f"（{last.at:%m-%d %H:%M} {last.organ}）" if last else ""
        raise Conflict(f"{NO_LONGER[0]}{done}", NO_LONGER[1])
    return target


def reporter_ref(case: Case, person: str = "") -> str:
    """报告人的引用。 Reference of the reporter: the person, or, for one without an account, the case's reporter."""
    return person or f"reporter:{case.number}"


def reporters_of(case: Case) -> tuple[str, ...]:
    """所有报告人。 The reporter of a case and those of every case folded into it."""
    return reporters_by_case([case])[case.pk]


def reporters_by_case(cases: Sequence[Case]) -> dict[int, tuple[str, ...]]:
    """各事项的所有报告人，按行号。 The reporters of several cases, by case id. One statement."""
    ids = [case.pk for case in cases]
    found: dict[int, dict[str, None]] = {number: {} for number in ids}
    # Of one table: where one side of OR lay in another, every report of the city would be read.
    told = Case.objects.filter(models.Q(pk__in=ids) | models.Q(folded_into__in=ids))
    rows = (
        Report.objects.filter(case__in=told.values("pk"))
        .order_by("case_id")
        .values_list("person", "case_id", "case__number", "case__folded_into_id")
    )
    for person, number, name, whole in rows:
        for case_id in (number, whole or number):
            found.get(case_id, {})[person or f"reporter:{name}"] = None
    return {number: tuple(persons) for number, persons in found.items()}


def case_scope(
    case: Case,
    *,
    organs: Iterable[str] | None = None,
    entry: bool = True,
    place: bool = False,
    not_by: Iterable[str] = (),
    persons: Iterable[str] = (),
    **content: Any,
) -> Scope:
    """事项行为的范围。 The scope of an act on a case; `entry`: the matter-list entry must be in force too."""
    return Scope(
        subject=case.ref,
        entry=(case.entry or None) if entry else None,
        begun=case.reported_at,
        organs=frozenset(organs) if organs is not None else None,
        place=tuple(case.path) if place else None,
        not_by=frozenset(not_by),
        persons=tuple(persons),
        state=case,
        content={"case": case.number, "from": case.state, **content},
    )


def step(
    warrant: Warrant,
    case: Case,
    to_state: State,
    *,
    ground: str = "",
    named: str = "",
    note: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> CaseStep:
    """新的一步。 The next step of a case, not yet saved; moves the case object along with it."""
    case.steps += 1
    if warrant.actor.office is not None:
        facts["by"] = warrant.actor.person  # so that the gate can ask for another person later
    made = CaseStep(
        entry=warrant.entry,
        case=case,
        seq=case.steps,
        verb=warrant.verb,
        at=at or warrant.at,
        organ=warrant.standing.organ if warrant.standing else "",
        office=warrant.standing.office if warrant.standing else "",
        from_state=case.state,
        to_state=to_state.value,
        clauses=warrant.basis.refs,
        ground=ground,
        named=named,
        note=note.strip()[:2_000],
        facts=facts,
    )
    case.state = to_state.value
    return made


def save_step(made: CaseStep, **changes: Any) -> None:
    """写下一步与事项的现状。 Save one step and where the case stands now."""
    save_steps([made], **changes)


def save_steps(made: Sequence[CaseStep], changed: Sequence[str] = (), **changes: Any) -> None:
    """写下若干步与各事项的现状。 Save steps, and where their cases stand now. Three statements.

    `changes` are set on every case; `changed` names what the caller has set on each already.
    """
    CaseStep.objects.bulk_create(made)
    cases = list({one.case.pk: one.case for one in made}.values())
    dues = _next_dues(cases)
    for case in cases:
        for name, value in changes.items():
            setattr(case, name, value)
        case.due_at, case.provisional = dues.get(case.pk, (None, False))
    fields = {"state", "steps", "due_at", "provisional", *changed, *changes}
    if len(cases) == 1:
        cases[0].save(update_fields=fields)
    else:
        _update_cases(cases, sorted(fields))


def _update_cases(cases: Sequence[Case], fields: Sequence[str]) -> None:
    """一次更新若干事项。 One UPDATE for many cases: each column from a row of JSON, cast to the column's own type."""
    columns = ", ".join(f"{name} {Case._meta.get_field(name).db_type(connection)}" for name in fields)  # noqa: SLF001
    rows = [{"id": case.pk, **{name: getattr(case, name) for name in fields}} for case in cases]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cases_case c SET {', '.join(f'{name} = r.{name}' for name in fields)} "
            f"FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, {columns}) WHERE c.id = r.id",
            [json.dumps(rows, default=_iso)],
        )


def _iso(value: datetime) -> str:
    return value.isoformat()


def _next_dues(cases: Sequence[Case]) -> dict[int, tuple[datetime, bool]]:
    """各事项最近的到期。 The soonest end of what is running now in each case, but for the limit of returning."""
    running = (
        Clock.objects.filter(case__in=[case.pk for case in cases], ended_at=None, suspended_at=None)
        .exclude(stage=Stage.RETURN.value)
        .order_by("case_id", "due_at")
        .distinct("case_id")
    )
    return {
        case: (due_at, provisional)
        for case, due_at, provisional in running.values_list("case_id", "due_at", "provisional")
    }


def new_clocks(context: Context, case: Case, stage: Stage, organ: str, *, started: datetime) -> list[Clock]:
    """起算的期限钟。 The clocks of a stage, one for each step of its limit, not yet saved. 民法典 arts. 200–204."""
    matter = context.matter(case.matter) if case.matter else None
    found = law.limits_for(matter=matter, stage=stage, revision=context.city.revision, day=context.day)
    return [clock_of(context, case, limit, organ, started) for limit in found]


def ends_of(context: Context, limit: Limit, started: datetime) -> Due:
    """期限何时到。 When a limit ends that starts at a moment.

    What begins on one day and is counted in days ends at one moment (民法典 arts. 201, 203): it is worked out once.
    """
    if limit.unit.in_days:
        started = datetime.combine(started.astimezone(context.zone), time(), context.zone)
    return _ends(context.city.revision, limit.number, limit.unit, started)


@lru_cache(maxsize=4_096)
def _ends(revision: int, number: Decimal, unit: Unit, started: datetime) -> Due:
    limit = Limit(number=number, unit=unit, stage=Stage.HANDLE)
    return due(start=started, limit=limit, calendar=law.calendar(revision))


def clock_of(context: Context, case: Case, limit: Limit, organ: str, started: datetime) -> Clock:
    """一个期限钟。 One clock of a limit."""
    ends = ends_of(context, limit, started)
    return Clock(
        case=case,
        organ=organ,
        stage=limit.stage.value,
        step=limit.step,
        number=limit.number,
        unit=limit.unit.value,
        clause=str(limit.clause or ""),
        started_at=started,
        due_at=ends.at,
        provisional=ends.beyond_known,
        sweep_at=ends.at,
    )


def start_clocks(
    context: Context, case: Case, stage: Stage, organ: str, *, started: datetime | None = None
) -> None:
    """起算。 Start the clocks of a stage for an organ."""
    Clock.objects.bulk_create(new_clocks(context, case, stage, organ, started=started or context.at))


def stop_clocks(case: Case | Sequence[Case], at: datetime, *stages: Stage, organ: str | None = None) -> None:
    """停止。 Stop the running clocks of these stages, of one case or several."""
    cases = [case] if isinstance(case, Case) else case
    running = Clock.objects.filter(
        case__in=[one.pk for one in cases], ended_at=None, stage__in=[stage.value for stage in stages]
    )
    if organ is not None:
        running = running.filter(organ=organ)
    running.update(ended_at=at)


def lead_part(case: Case) -> Assignment | None:
    """牵头承办。 The lead organ's part in a case."""
    return Assignment.objects.filter(case=case, role=Role.LEAD.value, ended_at=None).first()


def require_text(field: str, text: str, *, least: int = 2, most: int = 2_000) -> str:
    """必填说明。 A text that must be given. Raises InvalidInput naming the field."""
    said = text.strip()
    if len(said) < least:
        raise InvalidInput(field, "请写明情况", "please say what happened")
    if len(said) > most:
        raise InvalidInput(
            field, f"最多 {most} 字，现在 {len(said)} 字", f"at most {most} characters, this has {len(said)}"
        )
    return said


def actor_persons(case: Case, *verbs: str) -> frozenset[str]:
    """谁做过这些步骤。 The persons who did these steps of a case, from the ledger's content: they may not check themselves."""
    return frozenset(
        CaseStep.objects.filter(case=case, verb__in=verbs)
        .exclude(facts__by=None)
        .values_list("facts__by", flat=True)
    )


def tell_reporters(
    warrant: Warrant, case: Case, template: str, reporters: Sequence[str] | None = None, **args: Any
) -> None:
    """告知所有报告人。 Tell the reporter, and those of every case folded into it, the same."""
    for reporter in reporters_of(case) if reporters is None else reporters:
        warrant.tell(
            recipient=reporter,
            template=template,
            number=case.number,
            matter=case.matter_name,
            **{"organ": case.organ, **args},
        )
