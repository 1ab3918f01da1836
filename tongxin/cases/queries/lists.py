"""列表与工作台。 Lists of cases and what waits at a desk; statements do not grow with the size."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import models

from tongxin.acts.queries import put
from tongxin.acts.terms import By, Standing
from tongxin.cases.models import (
    Assignment,
    Case,
    CaseStep,
    Clock,
    ClockRequest,
)
from tongxin.cases.terms import OPEN, Role, State
from tongxin.law.terms import Stage
from tongxin.places.queries import city

FAR = datetime(9999, 1, 1, tzinfo=UTC)


NONE = "-"  # in a filter: those that have none


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """列表的筛选，都在网址里。 Filters of a list, all of them words in the address."""

    state: str = ""
    district: str = ""
    matter: str = ""
    organ: str = ""
    channel: str = ""
    outcome: str = ""
    overdue: bool = False
    reopened: bool = False
    open_only: bool = False
    place: str = ""
    returned_by: str = ""
    returned_to: str = ""
    settled: bool = False
    day: str = ""  # local day of the report, YYYY-MM-DD


def cases_filtered(*, chosen: CaseFilter) -> models.QuerySet[Case]:
    """筛选后的事项。 The cases of a filter, not yet ordered."""
    plain = {
        name: getattr(chosen, name) for name in ("state", "district", "matter", "organ", "channel", "outcome")
    }
    rows = Case.objects.filter(
        **{name: "" if value == NONE else value for name, value in plain.items() if value}
    )
    if chosen.overdue:
        rows = rows.filter(overdue=True)
    if chosen.reopened:
        rows = rows.filter(reopened__gt=0)
    if chosen.open_only:
        rows = rows.filter(state__in=OPEN)
    if chosen.place:
        rows = rows.filter(path__contains=[chosen.place])
    if chosen.returned_by or chosen.returned_to:
        steps = CaseStep.objects.filter(verb="return_case")
        steps = steps.filter(organ=chosen.returned_by) if chosen.returned_by else steps
        named = "" if chosen.returned_to == NONE else chosen.returned_to
        steps = steps.filter(named=named) if chosen.returned_to else steps
        rows = rows.filter(id__in=steps.values("case_id"))
    if chosen.settled:
        rows = rows.filter(settled_at__isnull=False)
    return rows.filter(reported_at__range=_span(chosen.day)) if chosen.day else rows


def _span(day: str) -> tuple[datetime, datetime]:
    """本地一日的起止。 First and last moment of a local day; a day that is none holds nothing."""
    try:
        start = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(city().timezone)).astimezone(UTC)
        return start, start + timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        return FAR, FAR


def page_of_cases(
    *, chosen: CaseFilter, before: int | None = None, size: int = 20
) -> tuple[list[Case], int | None]:
    """一页事项，新的在前。 A page, newest first, and the key of the next one (None: this is the last). One statement."""
    rows = cases_filtered(chosen=chosen).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].id if len(found) > size else None


# What waits for a post, and in which states. A desk opens on this, the soonest due first.
DESK_STATES: Mapping[By, tuple[State, ...]] = {
    By.CASE_OFFICER: (State.DISPATCHED, State.HANDLING),
    By.GRID_WORKER: (State.DISPATCHED, State.HANDLING),
    By.CHECKER: (State.CHECKING,),
    By.HOTLINE_CLERK: (State.RETURNED,),
    By.LEAD_OFFICER: (State.UNLISTED, State.RULING, State.RETURNED),
    By.LEGAL_OFFICER: (State.UNLISTED, State.RULING),
    By.SUPERVISOR: (),
}


ASSISTING: Final = frozenset({By.CASE_OFFICER, By.GRID_WORKER})

# Each state of the desk is read along its index (organ, state, due, id), those without a limit last; so a page costs the same
# whether a dozen cases wait or a hundred thousand. (In order of the id alone the server would walk through all cases instead.) What the organ assists in is found by its open parts.
_OWN: Final = """SELECT * FROM cases_case c WHERE c.organ = %(organ)s AND c.state = s.state AND"""
_AFTER: Final = (
    "(c.due_at, c.id) > (%(due)s::timestamptz, %(id)s::bigint) AND c.due_at < %(before)s::timestamptz"
)
_UNLIMITED: Final = (
    "c.due_at IS NULL AND c.id > %(unlimited)s::bigint AND %(before)s::timestamptz = 'infinity'"
)
_COLUMNS: Final = [str(field.column) for field in Case._meta.concrete_fields]  # noqa: SLF001
_NAMES: Final = [field.attname for field in Case._meta.concrete_fields]  # noqa: SLF001
DESK: Final = f"""
SELECT {", ".join(_COLUMNS)} FROM (
  SELECT c.* FROM unnest(%(states)s::text[]) AS s(state) CROSS JOIN LATERAL (
    ({_OWN} {_AFTER} ORDER BY c.due_at, c.id LIMIT %(size)s)
    UNION ALL ({_OWN} {_UNLIMITED} ORDER BY c.due_at, c.id LIMIT %(size)s)) c
  UNION ALL
  SELECT c.* FROM cases_assignment a JOIN cases_case c ON c.id = a.case_id
   WHERE a.organ = %(assisting)s AND a.role = '{Role.ASSIST.value}' AND a.ended_at IS NULL AND a.settled_at IS NULL
     AND c.state = '{State.HANDLING.value}' AND c.organ <> a.organ AND ({_AFTER} OR {_UNLIMITED})) c
 ORDER BY c.due_at, c.id LIMIT %(size)s"""


def desk_cases(
    *,
    standing: Standing,
    after: tuple[datetime, int] | None = None,
    size: int = 50,
    state: str = "",
    due_before: datetime | None = None,
) -> list[Case]:
    """桌上的事项，最急的在前。 What waits at a desk, soonest due first: own cases, and parts to assist. One statement.

    `after` is the (due, id) of the last row of the page before; `state` and `due_before` narrow the list. Each case carries
    `due`: its limit, or `FAR` where it has none.
    """
    states = [one.value for one in DESK_STATES.get(standing.post, ()) if state in ("", one.value)]
    assists = standing.post in ASSISTING and state in ("", State.HANDLING.value)
    due, last = after or (None, 0)
    beyond = due is not None and due >= FAR
    rows = put(
        DESK,
        organ=standing.organ,
        states=states,
        assisting=standing.organ if assists else "",
        due="infinity" if beyond else due.isoformat() if due else "-infinity",
        id=last,
        unlimited=last if beyond else 0,
        before=due_before.isoformat() if due_before else "infinity",
        size=size,
    )
    found = [Case.from_db("default", _NAMES, row) for row in rows]
    for case in found:
        case.due = case.due_at or FAR  # type: ignore[attr-defined]
    return found


def _waiting_at(standing: Standing) -> models.QuerySet[Case]:
    states = [state.value for state in DESK_STATES.get(standing.post, ())]
    assisting = Assignment.objects.filter(
        organ=standing.organ, role=Role.ASSIST.value, ended_at=None, settled_at=None
    )
    mine = models.Q(organ=standing.organ, state__in=states)
    if standing.post in ASSISTING:
        mine |= models.Q(id__in=assisting.values("case_id"), state=State.HANDLING.value)
    return Case.objects.filter(mine)


def requests_waiting(*, path: str, most: int = 50) -> list[ClockRequest]:
    """待审签的期限申请。 Requests to change a clock that wait for a sign-off, in cases at or below a place."""
    return list(
        ClockRequest.objects.filter(decided_at=None, clock__case__path__contains=[path])
        .select_related("clock__case")
        .order_by("id")[:most]
    )


def checks_waiting_elsewhere(*, organ: str, most: int = 50) -> list[Case]:
    """可由分派中心核查的事项。 Cases that wait for a check, for a checker of the dispatch centre."""
    return list(
        Case.objects.filter(state=State.CHECKING.value).exclude(organ=organ).order_by("due_at", "id")[:most]
    )


NEAR: Final = f"""
SELECT {", ".join(_COLUMNS)} FROM cases_case
 WHERE matter = %(matter)s AND path @> %(place)s::varchar[] AND reported_at >= %(since)s AND state <> '{State.CLOSED.value}'
 ORDER BY id DESC LIMIT %(size)s"""


def near(*, matter: str, path: Collection[str], since: datetime, most: int = 5) -> list[Case]:
    """附近的同类事项。 Open cases of the same matter in the same grid since a moment: perhaps the same thing."""
    if not matter or not path:
        return []
    rows = put(NEAR, matter=matter, place=[next(iter(path))], since=since, size=most)
    return [Case.from_db("default", _NAMES, row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskCounts:
    """桌上的件数。 What waits at a desk: by state, and how many of them are past their limit."""

    by_state: Mapping[str, int]
    late: int


def desk_counts(*, standing: Standing, at: datetime) -> DeskCounts:
    """桌上的件数，按状态。 Number of cases at a desk by state, and how many are late at `at`. One statement."""
    late = models.Count("id", filter=models.Q(due_at__lt=at))
    rows = list(
        _waiting_at(standing).values("state").annotate(n=models.Count("id"), late=late).order_by("state")
    )
    return DeskCounts(
        by_state={row["state"]: row["n"] for row in rows}, late=sum(row["late"] for row in rows)
    )


def running_clocks(*, cases: Collection[Case], organ: str = "") -> dict[int, Clock]:
    """各事项最近的期限钟。 The soonest running clock of each case, by case id; where `organ` assists, its own. One statement."""
    assisted = {case.pk for case in cases if case.organ != organ}
    rows = Clock.objects.filter(case__in=[case.pk for case in cases], ended_at=None).exclude(
        stage=Stage.RETURN.value
    )
    found: dict[int, Clock] = {}
    for clock in sorted(
        rows, key=lambda c: (c.case_id in assisted and c.organ != organ, c.suspended_at is not None, c.due_at)
    ):
        found.setdefault(clock.case_id, clock)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class HungCase:
    """挂账的一件。 A case hung on account, with the reason and the day of the step that hung it."""

    case: Case
    reason: str
    clauses: str
    since: datetime | None


def cases_hung(
    *, district: str = "", before: int | None = None, size: int = 50
) -> tuple[list[HungCase], int | None]:
    """挂账名单，新的在前。 The list of cases hung on account, newest first, and the key of the next page. One statement."""
    last = CaseStep.objects.filter(case=models.OuterRef("pk"), verb="hang_case").order_by("-seq")
    rows = (
        Case.objects.filter(state=State.HUNG.value, **({"district": district} if district else {}))
        .annotate(
            why=models.Subquery(last.values("note")[:1]),
            under=models.Subquery(last.values("clauses")[:1]),
            hung_at=models.Subquery(last.values("at")[:1]),
        )
        .order_by("-id")
    )
    found = list((rows.filter(id__lt=before) if before else rows)[: size + 1])
    listed = [
        HungCase(case=row, reason=row.why or row.outcome_note, clauses=row.under or "", since=row.hung_at)
        for row in found[:size]
    ]
    return listed, found[size - 1].id if len(found) > size else None
