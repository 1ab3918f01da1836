"""法律日。 The day itself: what has lost its basis is written down, its keepers are told, the clocks of updating begin.

Nothing here stops anything: an entry is idle because its clause has ended, by the dates alone, from 00:00 on, whether this has
run or not (`book.BASIS`). What runs here says so to those concerned, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, Scope, Warrant
from tongxin.law import queries
from tongxin.law.models import Day, ListChange, Review, UpdateDuty
from tongxin.law.operations.texts import Gap
from tongxin.law.queries.standing import Moved, entries_moved, states_on
from tongxin.law.rules import due
from tongxin.law.terms import Stage
from tongxin.ledger.queries import acts_resting_on
from tongxin.organs.queries import organs_by_function
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day

ONE = timedelta(days=1)
# A repeal may move tens of thousands of entries: one statement each, whatever their number.
_CHANGES = """
INSERT INTO law_listchange (entry, list_entry_id, what, day, at, clauses, note)
SELECT %(entry)s, m.id, m.what, %(day)s, %(at)s, '', '' FROM unnest(%(ids)s::bigint[], %(what)s::text[]) AS m(id, what)
"""
_DUTIES = """
INSERT INTO law_updateduty (list_entry_id, organ, began, due_at, provisional, clause)
SELECT d.id, d.organ, %(day)s, d.due_at, d.provisional, d.clause
  FROM unnest(%(ids)s::bigint[], %(organs)s::text[], %(dues)s::timestamptz[], %(provisional)s::boolean[], %(clauses)s::text[])
       AS d(id, organ, due_at, provisional, clause)
"""


def _day_scope(*, actor: Actor, at: datetime) -> Scope:
    del actor
    day = city_day(at)
    if Day.objects.filter(day=day).exists():
        raise Conflict("这一天已经看过清单", "the lists have been looked at on this day")
    return Scope(subject=f"day:{day.isoformat()}", state=day, content={"day": day.isoformat()})


@act(
    "begin_day",
    title=("新的一天：清点依据的变化", "a new day: count what has lost or regained its basis"),
    by=[By.PLATFORM],
    scope=_day_scope,
)
def begin_day(*, warrant: Warrant) -> tuple[str, ...]:
    """新的一天。 Write down what has lost or regained its basis since the lists were last looked at.

    Returns the references of the entries that moved. 政务数据共享条例 art. 17(2): ten working days to bring a catalogue up to
    date. Raises Conflict when the day has been begun.
    """
    day: date = warrant.scope.state
    looked = Day.objects.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first()
    moved = settle(warrant, day, states_on(day=looked or day - ONE))  # a day that nobody began is not lost
    idle = sum(1 for entry in moved if not entry.active)
    Day.objects.create(day=day, entry=warrant.entry, at=warrant.at, idle=idle, active=len(moved) - idle)
    return tuple(entry.ref for entry in moved)


def settle(warrant: Warrant, day: date, before: Mapping[int, bool]) -> list[Moved]:
    """清点一次。 Write the changes of the lists, begin and end the clocks of updating, tell the keepers. In any act.

    `before`: the state of every entry when it was last looked at, read before the act changed any date.
    """
    moved = entries_moved(day=day, before=before)
    if not moved:
        return moved
    # First: what is read from here on is kept under a number of its own, and never as what stood before this act or without it.
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGES,
            {
                "ids": [one.id for one in moved],
                "what": [ListChange.What.ACTIVE if one.active else ListChange.What.IDLE for one in moved],
                "entry": warrant.entry,
                "day": day,
                "at": warrant.at,
            },
        )
    _end_duties([one.id for one in moved if one.active], warrant.at)
    keepers = _keepers(moved)
    _begin_duties([one for one in moved if not one.active], keepers, warrant.at, day)
    _tell(warrant, moved, keepers)
    return moved


def _keepers(moved: Sequence[Moved]) -> dict[int, str]:
    """各事项由谁更新。 Who has to bring each entry up to date: the city's organ of its holder or lead; else the lead body."""
    here = city()
    by_function = organs_by_function(here.revision)
    found = {}
    for one in moved:
        function = (one.holder or one.lead).partition("@")[0]
        organ = by_function.get((function, here.root))
        found[one.id] = organ.code if organ else here.lead_body
    return found


def _end_duties(entries: Sequence[int], at: datetime) -> None:
    if entries:
        UpdateDuty.objects.filter(list_entry__in=entries, done_at=None).update(done_at=at)


@dataclass(frozen=True, slots=True)
class _Limit:
    due_at: datetime
    provisional: bool
    clause: str


def _begin_duties(idle: Sequence[Moved], keepers: dict[int, str], at: datetime, day: date) -> None:
    """起算更新时限。 The clocks of updating, by the limit that the city's lists set for the kind of list."""
    kinds = {kind: _limit_of(kind, at, day) for kind in sorted({one.list for one in idle})}
    open_already = set(
        UpdateDuty.objects.filter(list_entry__in=[one.id for one in idle], done_at=None).values_list(
            "list_entry_id", flat=True
        )
    )
    begun = [
        (one, limit) for one in idle if (limit := kinds[one.list]) is not None and one.id not in open_already
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _DUTIES,
            {
                "ids": [one.id for one, _ in begun],
                "organs": [keepers[one.id] for one, _ in begun],
                "dues": [limit.due_at for _, limit in begun],
                "provisional": [limit.provisional for _, limit in begun],
                "clauses": [limit.clause for _, limit in begun],
                "day": day,
            },
        )


def _limit_of(kind: str, at: datetime, day: date) -> _Limit | None:
    here = city()
    table = queries.limits(here.revision, day)
    limits = table.get((f"list:{kind}", Stage.UPDATE)) or table.get(("*", Stage.UPDATE))
    if not limits:
        return None
    ends = due(start=at, limit=limits[0], calendar=queries.calendar(here.revision))
    return _Limit(ends.at, ends.beyond_known, str(limits[0].clause or ""))


def _tell(warrant: Warrant, moved: Sequence[Moved], keepers: dict[int, str]) -> None:
    """告知各机构。 One notice to each organ, with how many and the first few: nobody reads a thousand notices."""
    for active in (False, True):
        by_organ: dict[str, list[Moved]] = {}
        for one in moved:
            if one.active is active:
                by_organ.setdefault(keepers[one.id], []).append(one)
        for organ, entries in sorted(by_organ.items()):
            warrant.tell(
                recipient=f"organ:{organ}",
                template="entries_active" if active else "entries_idle",
                number=str(len(entries)),
                note="、".join(one.name or one.code for one in entries[:5]),
            )


def find_baseless(warrant: Warrant, *, gaps: Sequence[Gap]) -> int:
    """找出失去依据之后的行为。 List for review the acts that rested on what had already ended and was not known to have.

    Each gap by its own days. Returns how many acts were found.
    """
    here = city()
    zone = ZoneInfo(here.timezone)
    found: set[int] = set()
    for since, until in sorted({(gap.since, gap.until or date.max) for gap in gaps}):
        begins = datetime.combine(since, time(), zone)
        if begins >= warrant.at:
            continue
        refs = [gap.begun for gap in gaps if (gap.since, gap.until or date.max) == (since, until)]
        ends = warrant.at if until == date.max else datetime.combine(until, time(), zone)
        rows = acts_resting_on(refs=refs, since=begins, until=min(ends, warrant.at), before=warrant.entry)
        found |= {number for number, _clauses in rows}
        Review.objects.bulk_create(
            [
                Review(act=number, clause=ref, ended=since, found_at=warrant.at)
                for number, clauses in rows
                for ref in clauses
            ],
            ignore_conflicts=True,
            batch_size=5_000,
        )
    if found:
        first = min(gap.since for gap in gaps)
        warrant.tell(
            recipient=f"organ:{here.lead_body}",
            template="acts_to_review",
            number=str(len(found)),
            note=first.isoformat(),
        )
    return len(found)
