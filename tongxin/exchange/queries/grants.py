"""授权的读取：现在有没有效、为什么、一个单位的、公开登记。 Reads of grants: whether one holds and why not, an organ's, the public register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection, models

from tongxin.exchange.models import (
    Call,
    Correction,
    Dispute,
    Grant,
    GrantClause,
    GrantEnding,
    OnwardConsent,
    UseRecord,
)
from tongxin.exchange.queries.catalogue import Item, items_on
from tongxin.exchange.terms import GrantState, RecipientKind, Sharing
from tongxin.law.queries.resting import ClauseStands, clauses_standing
from tongxin.places.queries import city, city_day


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantStanding:
    """授权此刻的效力。 Whether a grant holds at a moment; where it does not, why, in both languages, and since when (None: not one moment).

    code   holds, not_begun, terminated, clause_ended, clause_suspended, suspended, time_is_up, used_up, not_shared, item_idle, closed
    clause the reference of the clause that ended or is suspended
    """

    holds: bool
    code: str
    reason: str = ""
    reason_en: str = ""
    since: datetime | None = None
    clause: str = ""


HOLDS = GrantStanding(holds=True, code="holds")


def grant(*, number: str) -> Grant | None:
    """一件授权。 The grant of a number, with its application and source."""
    return Grant.objects.select_related("application", "source", "meter").filter(number=number).first()


def grant_of_application(*, application: int) -> Grant | None:
    """由一件申请而来的授权。 The grant an application led to."""
    return Grant.objects.filter(application=application).first()


def _rests_of(grants: Sequence[int], day: date) -> Mapping[int, list[tuple[str, ClauseStands]]]:
    """各授权所依条款的效力。 What grants rest on, each clause by its reference with how it stands on a day. Two statements."""
    rows = list(
        GrantClause.objects.filter(grant__in=grants).order_by("id").values_list("grant", "ref", "clause")
    )
    stands = clauses_standing(ids={clause for _grant, _ref, clause in rows}, day=day)
    found: dict[int, list[tuple[str, ClauseStands]]] = {}
    for grant_id, ref, clause in rows:
        found.setdefault(grant_id, []).append((ref, stands[clause]))
    return found


def standing(*, grant: Grant, at: datetime) -> GrantStanding:
    """授权此刻有没有效，没有的为什么。 Whether a grant holds at a moment, in words where it does not. Six statements.

    Nothing of it is stored: what people did (`state`), the dates of its clauses, its end and its meter say it.
    """
    return standings(grants=[grant], at=at)[0][1]


def standings(*, grants: Sequence[Grant], at: datetime) -> list[tuple[Grant, GrantStanding]]:
    """几件授权各自的效力。 Each of several grants with whether it holds at a moment. Seven statements, however many."""
    if not grants:
        return []
    day, zone = city_day(at), ZoneInfo(city().timezone)
    rests = _rests_of([one.pk for one in grants], day)
    items = {one.ref: one for one in items_on(day=day, refs={one.item for one in grants})}
    stops = GrantEnding.objects.filter(grant__in=grants, what__in=["suspended", "terminated"])
    last = {one.grant_id: one for one in stops.order_by("grant", "-id").distinct("grant")}
    return [
        (
            one,
            _judged(one, at, _Known(rests.get(one.pk, []), items.get(one.item), last.get(one.pk), day, zone)),
        )
        for one in grants
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """判断所需的。 What is known of a grant on a day, read for all at once."""

    rests: Sequence[tuple[str, ClauseStands]]
    item: Item | None
    last: GrantEnding | None
    day: date
    zone: ZoneInfo


def _judged(grant: Grant, at: datetime, known: _Known) -> GrantStanding:
    if grant.state == GrantState.TERMINATED.value:
        return _by_people("terminated", "已终止", "terminated", known.last)
    for ref, clause in known.rests:
        found = _clause_stands(ref, clause, known.day, known.zone)
        if found is not None:
            return found
    if grant.state == GrantState.SUSPENDED.value:
        return _by_people("suspended", "已暂停", "suspended", known.last)
    if at < grant.since:
        return GrantStanding(holds=False, code="not_begun", reason="还没有开始", reason_en="not begun yet")
    if at >= grant.until:
        words = "使用时限已到", "its time is up"
        return GrantStanding(
            holds=False, code="time_is_up", reason=words[0], reason_en=words[1], since=grant.until
        )
    return _used_up(grant) or _item_stands(known.item) or HOLDS


def _clause_stands(ref: str, clause: ClauseStands, day: date, zone: ZoneInfo) -> GrantStanding | None:
    if (clause.ends is not None and clause.ends <= day) or not clause.begun:
        return GrantStanding(
            holds=False, code="clause_ended", reason="所依的条款已失效", reason_en="a clause it rests on has ended",
            since=midnight(clause.ends, zone) if clause.ends else None, clause=ref,
        )  # fmt: skip
    if clause.suspended is not None:
        return GrantStanding(
            holds=False, code="clause_suspended", reason="所依的条款暂停施行",
            reason_en="a clause it rests on is suspended", since=midnight(clause.suspended, zone), clause=ref,
        )  # fmt: skip
    return None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """这一天的零时。 The moment a day of the city begins: a clause ends at it, to the second."""
    return datetime.combine(day, time(), zone)


def _by_people(code: str, zh: str, en: str, last: GrantEnding | None) -> GrantStanding:
    why = f"：{last.reason}" if last else ""
    return GrantStanding(
        holds=False, code=code, reason=zh + why, reason_en=en + (f": {last.reason}" if last else ""),
        since=last.effective if last else None, clause=last.clause if last else "",
    )  # fmt: skip


def _used_up(grant: Grant) -> GrantStanding | None:
    used = grant.meter
    for name, zh, en in (("calls", "次数", "calls"), ("rows", "行数", "rows")):
        if getattr(used, name) >= getattr(grant, name):
            return GrantStanding(
                holds=False, code="used_up", reason=f"{zh}已用完", reason_en=f"its {en} are used up"
            )
    return None


def _item_stands(item: Item | None) -> GrantStanding | None:
    if item is None or item.sharing is Sharing.NONE:
        return GrantStanding(
            holds=False, code="not_shared", reason="这一项不再共享", reason_en="the item is shared no more"
        )
    if not item.active:
        return GrantStanding(
            holds=False,
            code="item_idle",
            reason="目录项的依据已失效",
            reason_en="the item has lost its basis",
        )
    if item.source is None or not item.source.open:
        return GrantStanding(
            holds=False, code="closed", reason="来源没有接通", reason_en="its source is not connected"
        )
    return None


# ---- Lists -------------------------------------------------------------------------------------------------------------


def grants_of(*, organ: str | None, before: int | None, most: int) -> list[Grant]:
    """一个单位使用的和提供的，新的在前。 The grants an organ uses or provides, newest first; all where None. One more than `most` if there is."""
    rows = Grant.objects.select_related("meter").order_by("-id")
    if organ is not None:
        rows = rows.filter(models.Q(organ=organ) | models.Q(provider=organ))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: most + 1])


def grants_of_item(*, item: str) -> models.QuerySet[Grant]:
    """一个目录项还在的授权。 The grants of an item that nobody has terminated."""
    return Grant.objects.filter(item=item).exclude(state=GrantState.TERMINATED.value)


def endings_of(*, grant: Grant) -> list[GrantEnding]:
    """一件授权历次停止，新的在前。 How a grant stopped and went on, newest first."""
    return list(GrantEnding.objects.filter(grant=grant).order_by("-id")[:100])


def uses_of(*, grant: Grant) -> list[UseRecord]:
    """使用记录，新的在前。 What the user recorded of the use, newest first (art. 29)."""
    return list(UseRecord.objects.filter(grant=grant).order_by("-id")[:200])


def onward_of(*, grant: Grant) -> list[OnwardConsent]:
    """转供同意。 The consents to pass data on, newest first (art. 25)."""
    return list(OnwardConsent.objects.filter(grant=grant).order_by("-id")[:100])


def corrections_of(*, organ: str | None, most: int = 100) -> list[Correction]:
    """数据校核，没答复的在前。 Corrections an organ reported or has to answer, the open ones first."""
    rows = Correction.objects.all()
    if organ is not None:
        rows = rows.filter(models.Q(organ=organ) | models.Q(provider=organ))
    return list(rows.order_by(models.F("answered_at").desc(nulls_first=True), "-id")[:most])


def correction(*, number: int) -> Correction | None:
    """一件数据校核。 One correction."""
    return Correction.objects.filter(pk=number).first()


def dispute(*, number: int) -> Dispute | None:
    """一件争议。 One dispute."""
    return Dispute.objects.filter(pk=number).first()


def disputes_of(*, organ: str | None, most: int = 100) -> list[Dispute]:
    """共享争议，没解决的在前。 Disputes of an organ, the open ones first; all where None."""
    rows = Dispute.objects.all()
    if organ is not None:
        rows = rows.filter(models.Q(raised_by=organ) | models.Q(against=organ))
    return list(rows.order_by(models.F("settled_at").desc(nulls_first=True), "-id")[:most])


def dispute_open(*, subject: str) -> Dispute | None:
    """一件事上未解决的争议。 The open dispute over a thing."""
    return Dispute.objects.filter(subject=subject, settled_at=None).first()


# ---- Lapse -------------------------------------------------------------------------------------------------------------

# Grants a clause of which has ended and whose lapse nobody wrote down; the earliest end among the clauses that ended. It begins with
# the few clauses that have ended and that a grant rests on, and does not look at the grants that rest on others.
_LAPSED = """
WITH ended AS MATERIALIZED (
     SELECT c.id, coalesce(c.in_force_to, v.in_force_to) AS ends FROM law_clause c JOIN law_version v ON v.id = c.version_id
      WHERE coalesce(c.in_force_to, v.in_force_to) <= %(day)s
        AND EXISTS (SELECT 1 FROM exchange_grantclause r WHERE r.clause_id = c.id))
SELECT DISTINCT ON (g.id) g.id, g.number, r.ref, x.ends
  FROM ended x JOIN exchange_grantclause r ON r.clause_id = x.id JOIN exchange_grant g ON g.id = r.grant_id
 WHERE g.state <> 'terminated'
   AND NOT EXISTS (SELECT 1 FROM exchange_grantending e WHERE e.grant_id = g.id AND e.what = 'lapsed')
 ORDER BY g.id, x.ends, r.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Lapse:
    """一件失效。 A grant whose clause has ended: which clause, from which day."""

    id: int
    number: str
    clause: str
    day: date


def grants_lapsed(*, day: date, most: int = 500) -> list[Lapse]:
    """依据已失效而没有记下的授权。 The grants that lapsed with a clause and of which that is not written down yet. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LAPSED, {"day": day, "most": most})
        return [Lapse(*row) for row in cursor.fetchall()]


# ---- The public register ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """公开登记的一行。 One line of the public register of enterprise grants: the grant and, for a year, what was used of it."""

    grant: Grant
    calls: int
    rows: int
    persons: int


def register(*, year: int) -> list[Registered]:
    """企业授权公开登记。 Every grant of an enterprise with its limits, duties and end, and the figures of a year. Three statements.

    calls   calls of that year; rows and persons are what the grant has used in all, since the meter counts persons once.
    """
    rows = (
        Grant.objects.filter(kind=RecipientKind.ENTERPRISE.value)
        .select_related("meter", "source")
        .prefetch_related("rests")
    )
    found = list(rows.order_by("-id"))
    zone = ZoneInfo(city().timezone)
    begins = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    ends = datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    counted = dict(
        Call.objects.filter(grant__in=found, at__gte=begins, at__lt=ends)
        .values("grant")
        .annotate(n=models.Count("id"))
        .values_list("grant", "n")
    )
    return [
        Registered(grant=one, calls=counted.get(one.pk, 0), rows=one.meter.rows, persons=one.meter.persons)
        for one in found
    ]
