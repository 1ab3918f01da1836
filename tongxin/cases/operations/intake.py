"""受理报告。 Taking reports: validate, locate, route, number, start the clocks, tell the reporter. One act each."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import ANONYMOUS, Actor, By, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, Photo, Report
from tongxin.cases.operations.common import Context, clock_of, reporter_ref, step
from tongxin.cases.terms import Channel, NewReport, Receipt, Rejection, Role, State
from tongxin.law import queries as law
from tongxin.law.terms import MatterEntry, Stage
from tongxin.organs import queries as organs
from tongxin.places import queries as places
from tongxin.places.terms import Spot

TEXT_MOST, SHORT_MOST, KEY_MOST = 2_000, 80, 200
PHOTOS_MOST = 6
# What people send as it happens; a phone may have been without a network for a while, but not for months.
LIVE = frozenset({Channel.WEB, Channel.HOTLINE, Channel.FIELD, Channel.API, Channel.OPEN311})
OLDEST = timedelta(days=30)
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{1,63}")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """一份报告的去处。 What is to become of one report, worked out before anything is written."""

    report: NewReport
    number: str
    digest: str
    spot: Spot | None
    matter: MatterEntry | None
    route: rules.Route


def _report_scope(*, actor: Actor, at: datetime, reports: Sequence[NewReport]) -> list[Scope]:
    """每份新报告的范围。 One scope for each report that makes a new case; what was seen before, or is faulty, makes none."""
    context = Context.of(at)
    _line_up(reports)
    known = _known(reports)
    fresh: dict[str, NewReport] = {}
    for report in reports:
        if (
            report.client_key not in known
            and report.client_key not in fresh
            and fault(report, context) is None
        ):
            fresh[report.client_key] = report
    spots = _spots(list(fresh.values()), context)
    taken = [
        (report, spot)
        for report, spot in zip(fresh.values(), spots, strict=True)
        if _placed(report, spot) is None
    ]
    numbers = _numbers(len(taken), context)
    return [
        _scope(_plan(report, spot, number, context), actor)
        for (report, spot), number in zip(taken, numbers, strict=True)
    ]


def _scope(plan: Plan, actor: Actor) -> Scope:
    signed_in = actor.office is None and actor.person.startswith("person:") and actor != ANONYMOUS
    person = plan.report.person or (actor.person if signed_in else "")
    listed = plan.route.lead is not None and plan.matter is not None
    return Scope(
        subject=f"case:{plan.number}",
        entry=f"matter:{plan.matter.code}" if listed and plan.matter else None,
        persons=(person or f"reporter:{plan.number}",),
        state=plan,
        content={
            "case": plan.number,
            "key": plan.report.client_key,
            "digest": plan.digest,
            "channel": plan.report.channel.value,
            "why": plan.route.why,
            "at": plan.report.reported_at.isoformat(),
        },
    )


@act(
    "report_case",
    title=("报告一件事", "report a matter"),
    scope=_report_scope,
    many=True,
    by=[By.PERSON, By.HOTLINE_CLERK, By.GRID_WORKER, By.PLATFORM],
)
def report_cases(
    *, warrants: Sequence[Warrant], at: datetime, reports: Sequence[NewReport]
) -> list[Receipt | Rejection]:
    """报告若干件事。 Take reports; each becomes a case, is a repetition of one, or is rejected with field and reason.

    The answers are in the order of `reports`. A report with a key that was used before gets its first receipt again
    when it says the same, and is rejected when it says something else.
    """
    context = Context.of(at)
    receipts = _write(warrants, context) if warrants else {}
    return [_answer(report, receipts, context) for report in reports]


def fault(report: NewReport, context: Context) -> InvalidInput | None:
    """报告本身的毛病。 What is wrong with a report in itself, or None."""
    try:
        _check(report, context)
    except InvalidInput as wrong:
        return wrong
    return None


def _check(report: NewReport, context: Context) -> None:
    if not report.client_key or len(report.client_key) > KEY_MOST:
        raise InvalidInput(
            "client_key",
            f"须有客户键，且不超过 {KEY_MOST} 字符",
            f"a client key of at most {KEY_MOST} characters is needed",
        )
    if report.reported_at.tzinfo is None:
        raise InvalidInput("reported_at", "时间须带时区", "the time needs a time zone")
    tolerance = timedelta(minutes=int(context.city.settings.get("future_tolerance_minutes", 5)))
    if report.reported_at > context.at + tolerance:
        raise InvalidInput("reported_at", "报告时间在将来", "the time of the report lies in the future")
    if report.channel in LIVE and report.reported_at < context.at - OLDEST:
        raise InvalidInput(
            "reported_at",
            f"报告时间早于 {OLDEST.days} 天前，请走历史导入",
            f"the report is older than {OLDEST.days} days; older ones come in as history",
        )
    _check_words(report, int(context.city.settings.get("text_max", TEXT_MOST)))
    _check_matter(report, context)
    _check_point(report, context)


def _check_words(report: NewReport, most: int) -> None:
    for name, value, limit in (
        ("text", report.text, most),
        ("name", report.name, SHORT_MOST),
        ("phone", report.phone, 40),
        ("address", report.address, 300),
        ("email", report.email, 254),
    ):
        if len(value) > limit:
            raise InvalidInput(
                name,
                f"最多 {limit} 字，现在 {len(value)} 字",
                f"at most {limit} characters, this has {len(value)}",
            )
        if "\x00" in value:
            raise InvalidInput(name, "含有不能保存的字符", "contains a character that cannot be stored")
    if report.email and not MAIL.fullmatch(report.email):
        raise InvalidInput("email", "邮箱写法不对", "this is not an e-mail address")
    if len(report.photos) > PHOTOS_MOST or not all(DIGEST.fullmatch(photo) for photo in report.photos):
        raise InvalidInput("photos", f"最多 {PHOTOS_MOST} 张照片", f"at most {PHOTOS_MOST} photos")


def _check_matter(report: NewReport, context: Context) -> None:
    if report.matter is None:
        return
    matter = context.matter(report.matter)
    if matter is None:
        raise InvalidInput(
            "matter",
            f"清单里没有事项“{report.matter[:40]}”",
            f"the list has no matter {report.matter[:40]!r}",
        )
    if matter.person_help and (report.photos or report.name or report.phone):
        # 救助是自愿的，不拍照、不记身份 (城市生活无着的流浪乞讨人员救助管理办法 art. 5：告知、引导、护送)
        raise InvalidInput(
            "photos" if report.photos else "name",
            "这是对人的帮助，不收照片和身份",
            "this is an offer of help to a person: no photo, no identity",
        )


def _check_point(report: NewReport, context: Context) -> None:
    if (report.lon is None) != (report.lat is None):
        raise InvalidInput(
            "lat" if report.lat is None else "lon", "经度和纬度要一起给", "longitude and latitude go together"
        )
    if report.lon is not None and report.lat is not None:
        if not (math.isfinite(report.lon) and -180 <= report.lon <= 180):
            raise InvalidInput("lon", "经度不在 -180 到 180 之间", "longitude is not between -180 and 180")
        if not (math.isfinite(report.lat) and -90 <= report.lat <= 90):
            raise InvalidInput("lat", "纬度不在 -90 到 90 之间", "latitude is not between -90 and 90")
    elif report.place:
        if places.spot(code=report.place, day=context.day, revision=context.city.revision) is None:
            raise InvalidInput("place", "本市没有这个地点", "the city has no such place")
    elif not report.address.strip() and report.channel is not Channel.REPLAY:
        raise InvalidInput(
            "place",
            "请指明地点：地图上的点、村（社区）或地址",
            "say where: a point, a community or an address",
        )


def _placed(report: NewReport, spot: Spot | None) -> InvalidInput | None:
    if report.lon is not None and spot is None:
        return InvalidInput("lat", "这个点不在本市范围内", "this point is outside the city")
    return None


def _spots(reports: Sequence[NewReport], context: Context) -> list[Spot | None]:
    """落格。 Grid of each point, place of each code, nothing where only an address is given."""
    points = [
        (index, (r.lon, r.lat)) for index, r in enumerate(reports) if r.lon is not None and r.lat is not None
    ]
    found: list[Spot | None] = [
        places.spot(code=r.place, day=context.day, revision=context.city.revision)
        if r.lon is None and r.place
        else None
        for r in reports
    ]
    hits = places.located(
        points=[point for _, point in points], day=context.day, revision=context.city.revision
    )
    for (index, _), hit in zip(points, hits, strict=True):
        found[index] = hit
    return found


def _plan(report: NewReport, spot: Spot | None, number: str, context: Context) -> Plan:
    matter = context.matter(report.matter) if report.matter else None
    revision = context.city.revision
    path = spot.path if spot else (context.city.root,)
    route = rules.route(
        matter=matter,
        channel=report.channel.value,
        hour=report.reported_at.astimezone(ZoneInfo(context.city.timezone)).hour,
        path=path,
        exceptions=law.routing_exceptions(revision).get(report.matter or "", ()),
        by_function=organs.organs_by_function(revision),
    )
    return Plan(
        report=report,
        number=number,
        digest=rules.content_digest(report),
        spot=spot,
        matter=matter,
        route=route,
    )


def _line_up(reports: Sequence[NewReport]) -> None:
    """同一客户键排队。 Two reports with one key at once take turns, so that the second sees what the first made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(k, 311) AS h "
            "FROM unnest(%s::text[]) AS k ORDER BY 1) AS keys",
            [[r.client_key for r in reports]],
        )


def _known(reports: Sequence[NewReport]) -> Mapping[str, Case]:
    keys = [report.client_key for report in reports]
    return {case.client_key: case for case in Case.objects.filter(client_key__in=keys)}


def _numbers(count: int, context: Context) -> list[str]:
    """编号。 Case numbers: the day and a number from one sequence, never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        return [f"{context.day:%Y%m%d}-{row[0]:06d}" for row in cursor.fetchall()]


def _write(warrants: Sequence[Warrant], context: Context) -> dict[tuple[str, str], Receipt]:
    """写入。 Write cases, reports, parts, clocks and first steps: one statement a table, however many reports."""
    made = [(warrant, warrant.scope.state, _case(warrant, context)) for warrant in warrants]
    Case.objects.bulk_create([case for _, _, case in made])
    clocks: list[Clock] = []
    parts: list[Assignment] = []
    steps: list[CaseStep] = []
    for warrant, plan, case in made:
        clocks += _clocks(plan, case, context)
        parts += _parts(plan, case)
        steps.append(_first_step(warrant, plan, case))
    Report.objects.bulk_create([_report(plan, case) for _, plan, case in made])
    Assignment.objects.bulk_create(parts)
    Clock.objects.bulk_create(clocks)
    CaseStep.objects.bulk_create(steps)
    Photo.objects.bulk_create(
        [
            Photo(case=case, kind="report", digest=photo, at=case.reported_at)
            for _, plan, case in made
            for photo in plan.report.photos
        ]
    )
    for warrant, plan, case in made:
        _tell(warrant, plan, case)
    return {(plan.report.client_key, plan.digest): _receipt(plan, case) for _, plan, case in made}


def _case(warrant: Warrant, context: Context) -> Case:
    plan: Plan = warrant.scope.state
    report, spot, matter, lead = plan.report, plan.spot, plan.matter, plan.route.lead
    path = list(spot.path) if spot else [context.city.root]
    case = Case(
        number=plan.number,
        client_key=report.client_key,
        content_digest=plan.digest,
        channel=report.channel.value,
        matter=matter.code if matter else "",
        matter_name=matter.name if matter else "",
        matter_name_en=matter.name_en if matter else "",
        entry=warrant.scope.entry or "",
        clauses=warrant.basis.refs,
        person_help=bool(matter and matter.person_help),
        place=spot.ref if spot else "",
        place_name=spot.name if spot else "",
        path=path,
        district=path[-2] if len(path) > 1 else "",
        lon=report.lon,
        lat=report.lat,
        state=(State.DISPATCHED if lead else State.UNLISTED).value,
        organ=lead.code if lead else context.city.lead_body,
        responsible=lead.code if lead else context.city.lead_body,
        reported_at=report.reported_at,
        steps=1,
    )
    handle, provisional = _deadline(plan, case, context)
    case.due_at, case.provisional = handle, provisional
    return case


def _deadline(plan: Plan, case: Case, context: Context) -> tuple[datetime | None, bool]:
    watched = [c for c in _clocks(plan, case, context) if c.stage != Stage.RETURN.value]
    soonest = min(watched, key=lambda c: c.due_at, default=None)
    return (soonest.due_at, soonest.provisional) if soonest else (None, False)


def _clocks(plan: Plan, case: Case, context: Context) -> list[Clock]:
    """起算的期限钟。 The clocks a report starts: accept, return and handle of the lead, handle of each assisting organ."""
    started = plan.report.reported_at
    if plan.route.lead is None:
        return _of_stage(context, case, Stage.RULE, context.city.lead_body, started, plan.matter)
    lead = plan.route.lead.code
    clocks = [
        *_of_stage(context, case, Stage.ACCEPT, lead, started, plan.matter),
        *_of_stage(context, case, Stage.RETURN, lead, started, plan.matter),
    ]
    if plan.report.target_at is not None:
        target = plan.report.target_at
        clocks.append(
            Clock(
                case=case,
                organ=lead,
                stage=Stage.HANDLE.value,
                step="",
                clause=case.clauses,
                started_at=started,
                due_at=target,
                sweep_at=target,
            )
        )
    else:
        clocks += _of_stage(context, case, Stage.HANDLE, lead, started, plan.matter)
    for organ in plan.route.assist:
        clocks += _of_stage(context, case, Stage.ASSIST, organ.code, started, plan.matter)
    return clocks


def _of_stage(
    context: Context, case: Case, stage: Stage, organ: str, started: datetime, matter: MatterEntry | None
) -> list[Clock]:
    limits = law.limits_for(matter=matter, stage=stage, revision=context.city.revision, day=context.day)
    return [clock_of(context, case, limit, organ, started) for limit in limits]


def _parts(plan: Plan, case: Case) -> list[Assignment]:
    if plan.route.lead is None:
        return []
    given = plan.report.reported_at
    return [
        Assignment(case=case, organ=plan.route.lead.code, role=Role.LEAD.value, given_at=given),
        *(
            Assignment(case=case, organ=o.code, role=Role.ASSIST.value, given_at=given)
            for o in plan.route.assist
        ),
    ]


def _first_step(warrant: Warrant, plan: Plan, case: Case) -> CaseStep:
    case.steps = 0
    made = step(
        warrant, case, State(case.state), named=case.organ, at=plan.report.reported_at, why=plan.route.why
    )
    made.from_state = ""
    return made


def _report(plan: Plan, case: Case) -> Report:
    r = plan.report
    token = rules.report_token(number=case.number, secret=settings.SECRET_KEY)
    return Report(
        case=case,
        person=r.person,
        text=r.text,
        name=r.name,
        phone=r.phone,
        email=r.email,
        address=r.address,
        language=r.language,
        token_digest=rules.token_digest(token),
    )


def _tell(warrant: Warrant, plan: Plan, case: Case) -> None:
    reporter = reporter_ref(case, plan.report.person)
    warrant.tell(
        recipient=reporter, template="reported", number=case.number, matter=case.matter_name, organ=case.organ
    )
    warrant.tell(
        recipient=f"organ:{case.organ}",
        template="given" if plan.route.lead else "unlisted",
        number=case.number,
        matter=case.matter_name,
    )
    for organ in plan.route.assist:
        warrant.tell(
            recipient=f"organ:{organ.code}", template="assist", number=case.number, matter=case.matter_name
        )


def _receipt(plan: Plan, case: Case) -> Receipt:
    lead = plan.route.lead
    return Receipt(
        client_key=case.client_key,
        number=case.number,
        token=rules.report_token(number=case.number, secret=settings.SECRET_KEY),
        state=State(case.state),
        lead=case.organ,
        lead_name=lead.name if lead else "",
        lead_name_en=lead.name_en if lead else "",
        due_at=case.due_at,
        located=plan.spot is not None,
    )


def _answer(
    report: NewReport, receipts: Mapping[tuple[str, str], Receipt], context: Context
) -> Receipt | Rejection:
    made = receipts.get((report.client_key, rules.content_digest(report)))
    if made is not None:
        return made
    before = Case.objects.filter(client_key=report.client_key).first()
    if before is not None:
        return _repeated(report, before)
    wrong = fault(report, context) or _placed(report, _spots([report], context)[0])
    assert wrong is not None, "a report that made no case has a fault"  # noqa: S101 - an invariant of this module
    return Rejection(
        client_key=report.client_key, field=wrong.field, reason=wrong.reason, reason_en=wrong.reason_en
    )


def _repeated(report: NewReport, before: Case) -> Receipt | Rejection:
    if before.content_digest != rules.content_digest(report):
        return Rejection(
            client_key=report.client_key,
            field="client_key",
            reason="这个客户键已用于另一份内容不同的报告",
            reason_en="this key was used for a report that says something else",
        )
    organ = organs.organs_by_code(places.city().revision).get(before.organ)
    return Receipt(
        client_key=before.client_key,
        number=before.number,
        token=rules.report_token(number=before.number, secret=settings.SECRET_KEY),
        state=State(before.state),
        lead=before.organ,
        lead_name=organ.name if organ else "",
        lead_name_en=organ.name_en if organ else "",
        due_at=before.due_at,
        located=bool(before.place),
        repeated=True,
    )
