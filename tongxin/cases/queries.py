"""事项的读取。 Reads of cases that show no personal data: lists, one case, counts. Statements per page do not grow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import TruncDate

from tongxin.acts.terms import By, Standing
from tongxin.cases import rules
from tongxin.cases.models import (
    Assignment,
    Case,
    CaseStep,
    Clock,
    ClockRequest,
    ListProposal,
    Photo,
    Precedent,
    Report,
)
from tongxin.cases.terms import Outcome, Role, State
from tongxin.law.terms import Stage
from tongxin.ledger.queries import contents_about
from tongxin.ledger.terms import LedgerOutcome
from tongxin.places.queries import city

FAR = datetime(9999, 1, 1, tzinfo=UTC)
NONE = "-"  # in a filter: those that have none
OPEN = [state.value for state in State if state not in (State.CLOSED, State.HUNG)]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """一个事项的全卷。 Everything of one case that is no personal data, in a fixed number of statements."""

    case: Case
    steps: Sequence[CaseStep]
    parts: Sequence[Assignment]
    clocks: Sequence[Clock]
    photos: Sequence[Photo]
    requests: Sequence[ClockRequest]
    folded: Sequence[Case]
    whole: Case | None
    precedents: Sequence[Precedent]


def case_numbered(*, number: str) -> Case | None:
    """某编号的事项。 The case of a number."""
    return Case.objects.select_related("folded_into").filter(number=number).first()


def case_file(*, number: str) -> CaseFile | None:
    """一个事项的全卷。 The file of a case; None when there is no such number. Eight statements."""
    case = case_numbered(number=number)
    if case is None:
        return None
    return CaseFile(
        case=case,
        whole=case.folded_into,
        steps=list(CaseStep.objects.filter(case=case).order_by("-seq")),
        parts=list(Assignment.objects.filter(case=case).order_by("id")),
        clocks=list(Clock.objects.filter(case=case).order_by("ended_at", "due_at")),
        photos=list(Photo.objects.filter(case=case).order_by("id")),
        requests=list(ClockRequest.objects.filter(clock__case=case).select_related("clock").order_by("-id")),
        folded=list(Case.objects.filter(folded_into=case).order_by("id")[:50]),
        precedents=precedents(matter=case.matter, district=case.district),
    )


def precedents(*, matter: str, district: str, most: int = 5) -> list[Precedent]:
    """先例。 Rulings on a matter, those of the district first, newest first."""
    if not matter:
        return []
    here = models.Case(models.When(district=district, then=0), default=1, output_field=models.IntegerField())
    return list(
        Precedent.objects.filter(matter=matter)
        .select_related("case")
        .annotate(away=here)
        .order_by("away", "-id")[:most]
    )


def case_of_token(*, token: str) -> Case | None:
    """报告人口令所指的事项。 The case a reporter's token opens."""
    found = (
        Report.objects.select_related("case__folded_into")
        .filter(token_digest=rules.token_digest(token))
        .first()
    )
    return found.case if found else None


def own_report(*, case: Case) -> Report | None:
    """报告人自己的报告。 What the reporter said, for the reporter alone: who holds the token, or is the person."""
    return Report.objects.filter(case=case).first()


def cases_reported_by(*, person: str, most: int = 50) -> list[Case]:
    """某人报告的事项。 The cases a person reported, newest first."""
    return list(Case.objects.filter(report__person=person).order_by("-id")[:most])


def is_reporter(*, case: Case, person: str) -> bool:
    """是否报告人。 Whether a person reported the case, or one folded into it."""
    return (
        person == f"reporter:{case.number}"
        or Report.objects.filter(
            models.Q(case=case) | models.Q(case__folded_into=case), person=person
        ).exists()
    )


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


def desk_cases(
    *,
    standing: Standing,
    after: tuple[datetime, int] | None = None,
    size: int = 50,
    state: str = "",
    due_before: datetime | None = None,
) -> list[Case]:
    """桌上的事项，最急的在前。 What waits at a desk, soonest due first: own cases, and parts to assist. One statement.

    `after` is the (due, id) of the last row of the page before; `state` and `due_before` narrow the list.
    """
    far = models.Value(FAR, output_field=models.DateTimeField())
    rows = _waiting_at(standing).annotate(due=models.functions.Coalesce("due_at", far)).order_by("due", "id")
    if state:
        rows = rows.filter(state=state)
    if due_before is not None:
        rows = rows.filter(due__lt=due_before)
    if after is not None:
        rows = rows.filter(models.Q(due__gt=after[0]) | models.Q(due=after[0], id__gt=after[1]))
    return list(rows[:size])


def _waiting_at(standing: Standing) -> models.QuerySet[Case]:
    states = [state.value for state in DESK_STATES.get(standing.post, ())]
    assisting = Assignment.objects.filter(
        organ=standing.organ, role=Role.ASSIST.value, ended_at=None, settled_at=None
    )
    mine = models.Q(organ=standing.organ, state__in=states)
    if standing.post in (By.CASE_OFFICER, By.GRID_WORKER):
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


# ---- Counts: every number opens its cases ---------------------------------------------------------------------------


def counts_by_state(*, district: str = "") -> dict[str, int]:
    """各状态的件数。 Number of cases in each state."""
    rows = Case.objects.filter(**({"district": district} if district else {}))
    return dict(rows.values_list("state").annotate(n=models.Count("id")).values_list("state", "n"))


def counts_by_outcome(*, district: str = "") -> dict[str, int]:
    """各结果的件数。 Number of closed cases of each outcome."""
    rows = Case.objects.filter(state=State.CLOSED.value, **({"district": district} if district else {}))
    return dict(rows.values_list("outcome").annotate(n=models.Count("id")).values_list("outcome", "n"))


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictCounts:
    """一个县区的件数。 Counts of one district."""

    district: str
    total: int
    open: int
    overdue_open: int
    overdue_ever: int
    settled: int
    fixed: int
    reopened: int
    hung: int


def counts_by_district() -> list[DistrictCounts]:
    """各县区的件数。 Counts per district. One statement."""
    count = models.Count
    where = models.Q
    rows = (
        Case.objects.values("district")
        .annotate(
            total=count("id"),
            open=count("id", filter=where(state__in=OPEN)),
            overdue_open=count("id", filter=where(state__in=OPEN, overdue=True)),
            overdue_ever=count("id", filter=where(overdue=True)),
            settled=count("id", filter=where(settled_at__isnull=False)),
            fixed=count("id", filter=where(outcome=Outcome.FIXED.value)),
            reopened=count("id", filter=where(reopened__gt=0)),
            hung=count("id", filter=where(state=State.HUNG.value)),
        )
        .order_by("district")
    )
    return [DistrictCounts(**row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnPair:
    """一对机构之间的退回。 Returns between a pair of organs: who returned, and whom they named."""

    organ: str
    named: str
    count: int


def returns_by_pair(*, since: datetime | None = None, most: int = 100) -> list[ReturnPair]:
    """各对机构之间的退回次数。 Returns per pair of organs, most first. One statement. A measure of organs, never of people."""
    steps = CaseStep.objects.filter(verb="return_case")
    if since is not None:
        steps = steps.filter(at__gte=since)
    rows = (
        steps.values("organ", "named").annotate(count=models.Count("id")).order_by("-count", "organ", "named")
    )
    return [ReturnPair(**row) for row in rows[:most]]


def reported_per_day(*, since: datetime, zone: Any, district: str = "") -> list[tuple[date, int]]:
    """每日报告数。 Reports per local day since a moment."""
    rows = Case.objects.filter(reported_at__gte=since, **({"district": district} if district else {}))
    return list(
        rows.annotate(day=TruncDate("reported_at", tzinfo=zone))
        .values("day")
        .annotate(n=models.Count("id"))
        .order_by("day")
        .values_list("day", "n")
    )


def grid_counts(*, district: str) -> dict[str, int]:
    """各网格的在办件数。 Open cases per grid of a district, by grid code, for the map and its table."""
    rows = (
        Case.objects.filter(district=district, state__in=OPEN)
        .values_list("path__0")
        .annotate(n=models.Count("id"))
        .values_list("path__0", "n")
    )
    return dict(rows)


def proposals() -> list[ListProposal]:
    """清单修改建议。 Proposals to change the matter list, newest first."""
    return list(ListProposal.objects.select_related("precedent__case").order_by("-id")[:100])


def near(*, matter: str, path: Collection[str], since: datetime, most: int = 5) -> list[Case]:
    """附近的同类事项。 Open cases of the same matter in the same grid since a moment: perhaps the same thing."""
    if not matter or not path:
        return []
    return list(
        Case.objects.filter(matter=matter, path__contains=[next(iter(path))], reported_at__gte=since)
        .exclude(state=State.CLOSED.value)
        .order_by("-id")[:most]
    )


# ---- For the sweeper and the verifier -------------------------------------------------------------------------------


def clocks_due(*, at: datetime, most: int = 500) -> list[tuple[int, str, str]]:
    """到期的钟。 Clocks to look at by `at`: (id, stage, case number), oldest first, over a partial index."""
    return list(
        Clock.objects.filter(sweep_at__lte=at, ended_at=None, suspended_at=None)
        .order_by("sweep_at")
        .values_list("id", "stage", "case__number")[:most]
    )


def states_disagreeing() -> models.QuerySet[Case]:
    """现状与步骤不符的事项。 Cases whose present state is not where their last step led: somebody altered a row."""
    last = CaseStep.objects.filter(case=models.OuterRef("pk")).order_by("-seq")
    return (
        Case.objects.annotate(
            last_state=models.Subquery(last.values("to_state")[:1]),
            last_seq=models.Subquery(last.values("seq")[:1]),
        )
        .exclude(last_state=models.F("state"), last_seq=models.F("steps"))
        .order_by("id")
    )


def requests_between(
    *,
    start: datetime,
    end: datetime,
    numbers: Sequence[str] = (),
    matters: Sequence[str] = (),
    is_open: bool | None = None,
    most: int = 1_000,
) -> list[Case]:
    """某段时间的请求。 Requests of a span of time, newest first, for Open311 and the JSON interface."""
    rows = Case.objects.filter(reported_at__gte=start, reported_at__lte=end)
    if numbers:
        rows = Case.objects.filter(number__in=list(numbers))
    if matters:
        rows = rows.filter(matter__in=list(matters))
    if is_open is not None:
        rows = rows.exclude(state=State.CLOSED.value) if is_open else rows.filter(state=State.CLOSED.value)
    return list(rows.order_by("-reported_at", "-id")[:most])


def mail_of_reporter(*, number: str) -> tuple[str, str] | None:
    """送达用的邮箱与语言。 Mail address and language of a reporter, for the platform's own delivery; no one sees it."""
    row = (
        Report.objects.filter(case__number=number).exclude(email="").values_list("email", "language").first()
    )
    return (row[0], row[1]) if row else None


def handling_dues(*, numbers: Sequence[str]) -> dict[str, datetime]:
    """办理期限。 The end of handling of each of these cases, by number."""
    rows = Clock.objects.filter(case__number__in=list(numbers), stage=Stage.HANDLE.value)
    return dict(
        rows.values_list("case__number")
        .annotate(last=models.Max("due_at"))
        .values_list("case__number", "last")
    )


# ---- For the desk, the page of a case and the reporter's page -------------------------------------------------------


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


def rulings_unproposed(*, most: int = 20) -> list[Precedent]:
    """还没提成清单建议的裁定。 Rulings not yet proposed as a change of the matter list, newest first."""
    return list(Precedent.objects.filter(proposal=None).select_related("case").order_by("-id")[:most])


def photo_kinds(*, digest: str) -> set[str]:
    """照片的用途。 What a kept photo is used for: `report`, `evidence`, or nothing."""
    return set(Photo.objects.filter(digest=digest).values_list("kind", flat=True))


def case_reported_by(*, person: str, number: str) -> Case | None:
    """本人报告的某事项。 A case by number, when this person reported it."""
    return Case.objects.select_related("folded_into").filter(number=number, report__person=person).first()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """一次查看。 One look at a reporter's particulars, as the ledger keeps it."""

    entry: int
    at: datetime
    organ: str
    office: str
    clauses: str
    purpose: str


def looks_at_reporter(*, number: str, most: int = 50) -> list[Look]:
    """谁看过报告人信息。 Who looked at the reporter's particulars of a case, newest first, from the ledger. One statement."""
    found = contents_about(subject=f"case:{number}")
    found = found.filter(entry__verb="consult_reporter", entry__outcome=LedgerOutcome.DONE.value)
    return [
        Look(
            entry=c.entry_id,
            at=c.entry.at,
            organ=c.entry.organ,
            office=c.entry.office,
            clauses=c.entry.clauses,
            purpose=str(c.content.get("purpose", "")),
        )
        for c in found[:most]
    ]


# ---- For the public pages -------------------------------------------------------------------------------------------


def overdue_now() -> int:
    """在办且已逾期的件数。 How many open cases have passed a limit. One statement."""
    return Case.objects.filter(state__in=OPEN, overdue=True).count()


def reported_often(*, since: datetime, most: int = 400) -> dict[str, int]:
    """常报的事项。 How often each matter was reported since a moment, the most often first. One statement."""
    rows = Case.objects.filter(reported_at__gte=since).exclude(matter="").values("matter")
    return dict(
        rows.annotate(n=models.Count("id")).order_by("-n", "matter").values_list("matter", "n")[:most]
    )


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
