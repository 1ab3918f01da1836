"""事项怎么给人看。 How a case is shown: who has it and until when, on what basis, where. What components are handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tongxin.acts.registry import REGISTRY, open_book
from tongxin.acts.terms import BY_LABELS, BasisClause, By, Refused
from tongxin.cases.models import Case, Clock
from tongxin.cases.queries import CaseFile
from tongxin.cases.terms import State
from tongxin.law import queries as law
from tongxin.law.rules import remaining
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.terms import Stage, Unit, WorkingCalendar
from tongxin.organs import queries as organs
from tongxin.organs.terms import OrganFacts
from tongxin.places import queries as places
from tongxin.places.terms import CityFacts, Spot

SOON_MINUTES: Final = 240  # half a working day
SOON_HOURS: Final = timedelta(hours=24)
TENTH: Final = Decimal("0.1")
STAGE_TASKS: Final[Mapping[Stage, Any]] = {
    Stage.ACCEPT: _("完成受理"),
    Stage.RETURN: _("决定退不退回"),
    Stage.HANDLE: _("办完"),
    Stage.ASSIST: _("办完协办部分"),
    Stage.CHECK: _("完成核查"),
    Stage.CONFIRM: _("等报告人确认"),
    Stage.RULE: _("裁定由谁办"),
    Stage.REVISIT: _("完成回访"),
}
LEVELS: Final[Mapping[str, Any]] = {
    "district": _("县（市、区）"),
    "street": _("乡镇（街道）"),
    "community": _("村（社区）"),
    "grid": _("网格"),
}
REAL_UNITS: Final = frozenset({Unit.HOUR.value, Unit.NATURAL_DAY.value, ""})


def in_english() -> bool:
    """是不是英文页。 Whether the page is in English."""
    return (get_language() or "").startswith("en")


def said(chinese: str, english: str) -> str:
    """按语言取一句。 The one of two sentences that is in the page's language."""
    return english if in_english() and english else chinese


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """一页的底事。 What the pages of a request stand on: city, moment, organs, calendar. One statement."""

    city: CityFacts
    at: datetime
    day: date
    organs: Mapping[str, OrganFacts]
    calendar: WorkingCalendar

    @classmethod
    def of(cls, at: datetime) -> "Ground":
        """此刻的底事。 The ground of a moment."""
        city = places.city()
        return cls(
            city=city,
            at=at,
            day=at.astimezone(ZoneInfo(city.timezone)).date(),
            organs=organs.organs_by_code(city.revision),
            calendar=law.calendar(city.revision),
        )

    def organ(self, code: str) -> str:
        """机构的名称。 The name of an organ in the page's language; the code when it is gone."""
        found = self.organs.get(code)
        return said(found.name, found.name_en) if found else code

    def spot(self, code: str) -> Spot | None:
        """某代码的地点。 The place of a code today."""
        return places.spot(code=code, day=self.day, revision=self.city.revision)

    def place(self, code: str) -> str:
        """地点的名称。 The name of a place in the page's language; the code when it is gone."""
        found = self.spot(code)
        return said(found.name, found.name_en) if found else code

    def setting(self, name: str) -> str:
        """按语言的城市设定。 A setting of the city in the page's language."""
        values = self.city.settings
        return said(str(values.get(name, "")), str(values.get(f"{name}_en", "")))


def verb_title(verb: str) -> str:
    """行为的名称。 The title of an act from the register."""
    found = REGISTRY.get(verb)
    return said(found.title, found.title_en[:1].upper() + found.title_en[1:]) if found else verb


def matter_title(case: Case) -> str:
    """事项的名称。 The matter of a case in plain words."""
    return said(case.matter_name, case.matter_name_en) or gettext("清单以外的一件事")


@lru_cache(maxsize=4_096)
def _office(revision: int, code: str) -> tuple[str, str]:
    del revision
    found = organs.office_title(code=code)
    return (found.title, found.title_en or found.title) if found else (code, code)


def office(ground: Ground, code: str) -> str:
    """职位的名称。 The title of an office; asked once per office and revision, then kept."""
    return said(*_office(ground.city.revision, code)) if code else ""


# ---- Limits ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """期限走到哪里。 How a limit stands: the word of its pace, and what is left or by how much it is over."""

    pace: str  # on_time | soon | over | paused | none
    left: Decimal | None = None
    unit: str = Unit.WORKING_HOUR.value


def pace_of(
    *,
    due_at: datetime | None,
    unit: str,
    at: datetime,
    calendar: WorkingCalendar,
    suspended_at: datetime | None = None,
) -> Pace:
    """期限的快慢。 How a limit stands at a moment, in working time where it runs in working time."""
    if due_at is None:
        return Pace(pace="none")
    left, counted = _left(due_at, unit, suspended_at or at, calendar)
    if suspended_at is not None:
        return Pace(pace="paused", left=abs(left), unit=counted)
    if at > due_at:
        return Pace(pace="over", left=abs(left), unit=counted)
    near = (
        (due_at - at <= SOON_HOURS)
        if unit in REAL_UNITS
        else (remaining(now=at, due_at=due_at, calendar=calendar) <= SOON_MINUTES)
    )
    return Pace(pace="soon" if near else "on_time", left=left, unit=counted)


def _left(due_at: datetime, unit: str, at: datetime, calendar: WorkingCalendar) -> tuple[Decimal, str]:
    minutes = 0 if unit in REAL_UNITS else remaining(now=at, due_at=due_at, calendar=calendar)
    if minutes == 0:  # plain hours; also a night or a weekend, when no working time lies between
        hours = Decimal(int((due_at - at).total_seconds())) / 3_600
        return (
            (_tenth(hours / 24), Unit.NATURAL_DAY.value)
            if abs(hours) >= 48
            else (_tenth(hours), Unit.HOUR.value)
        )
    day = _minutes_of_day(calendar)
    if abs(minutes) >= 2 * day:
        return _tenth(Decimal(minutes) / day), Unit.WORKING_DAY.value
    return _tenth(Decimal(minutes) / 60), Unit.WORKING_HOUR.value


def _tenth(amount: Decimal) -> Decimal:
    return amount.quantize(TENTH, rounding=ROUND_DOWN)


def _minutes_of_day(calendar: WorkingCalendar) -> int:
    spans = (
        (h.closes.hour * 60 + h.closes.minute or 1_440) - (h.opens.hour * 60 + h.opens.minute)
        for h in calendar.hours
    )
    return sum(spans) or 480


def clock_pace(clock: Clock, ground: Ground) -> Pace:
    """一个钟的快慢。 How one clock stands."""
    return pace_of(
        due_at=clock.due_at,
        unit=clock.unit,
        at=ground.at,
        calendar=ground.calendar,
        suspended_at=clock.suspended_at,
    )


def last_moment(due_at: datetime) -> datetime:
    """最后一刻。 The last moment still in time, as people say it: the midnight that ends a day is 23:59 of that day."""
    when = timezone.localtime(due_at)
    return when - timedelta(minutes=1) if (when.hour, when.minute) == (0, 0) else when


def main_clock(file: CaseFile) -> Clock | None:
    """现在走的钟。 The clock that counts now: the running one that ends soonest, of the organ that has the case first."""
    running = [c for c in file.clocks if c.ended_at is None and c.stage != Stage.RETURN.value]
    return min(
        running,
        key=lambda c: (c.organ != file.case.organ, c.suspended_at is not None, c.due_at),
        default=None,
    )


def clock_line(file: CaseFile, ground: Ground) -> dict[str, Any]:
    """现在由谁办、到什么时候。 Context of components/clock_line.html."""
    clock = main_clock(file)
    if clock is None:
        return {"organ": ground.organ(file.case.organ), "pace": "none"}
    pace = clock_pace(clock, ground)
    line = {
        "organ": ground.organ(clock.organ),
        "pace": pace.pace,
        "left": pace.left,
        "unit": pace.unit,
        "due": None if clock.suspended_at else last_moment(clock.due_at),
        "task": task_of(clock),
        "reason": gettext("依据的条款已失效，期限不再计算。")
        if file.case.paused_at
        else gettext("经另一人审签，期限中止。"),
        "provisional": clock.provisional,
    }
    ref = clock.clause.split(" ")[0]
    return {**line, "basis": gettext("时限的依据"), "basis_url": clause_url(ref)} if ref else line


# ---- Clauses --------------------------------------------------------------------------------------------------------


def clause_url(ref: str) -> str:
    """条款的固定网页。 The permanent page of a clause: `law:<key>@<date>#<clause>` is `/law/<key>@<date>/#<clause>`."""
    place, _hash, clause = ref.removeprefix("law:").partition("#")
    key, _at, day = place.partition("@")
    return f"{reverse('instrument', kwargs={'key': key, 'date': day})}#{clause}"


@lru_cache(maxsize=4)
def _titles(revision: int, day: date) -> Mapping[str, tuple[str, str]]:
    del revision
    return {
        v.instrument.key: (v.instrument.title, v.instrument.title_en) for v in law.instruments_on(day=day)
    }


def clause_link(ref: str, ground: Ground) -> dict[str, str]:
    """条款的称呼与网址。 How a clause is called, and its address."""
    key, _at, rest = ref.removeprefix("law:").partition("@")
    clause = rest.partition("#")[2]
    title = said(*_titles(ground.city.revision, ground.day).get(key, (key, key)))
    label = said(f"《{title}》{clause_label(clause)}", f"{title}, {clause_label_en(clause)}")
    return {"label": label, "url": clause_url(ref)}


def first_clause(refs: str, ground: Ground) -> dict[str, str] | None:
    """第一条依据。 The first of some clauses, as a link."""
    return clause_link(refs.split(" ", maxsplit=1)[0], ground) if refs else None


def basis_of(entries: tuple[str, ...], ground: Ground) -> dict[str, Any]:
    """依据框。 Context of components/basis_box.html: the clauses of list entries now, or why there are none. One statement."""
    if not entries:
        return {
            "clauses": [],
            "missing": gettext("清单里没有这样一项，还没有可依的条款；由牵头机构定怎么办。"),
        }
    try:
        basis = open_book().basis(entries=entries, at=ground.at)
    except Refused as refused:
        return {"clauses": [], "missing": said(refused.reason, refused.reason_en)}
    unique = {clause.ref: clause for clause in basis.clauses}
    return {"clauses": [_clause(clause) for clause in unique.values()]}


def _clause(clause: BasisClause) -> dict[str, Any]:
    english = clause_label_en(clause.ref.partition("#")[2])
    return {
        "title": clause.title,
        "title_en": clause.title_en,
        "number": clause.label,
        "number_en": f", {english}",
        "text": clause.text,
        "in_force_from": clause.in_force_from,
        "url": clause_url(clause.ref),
    }


def refusal_of(refused: Refused, verb: str, ground: Ground, record_url: str = "") -> dict[str, Any]:
    """没办成的说明。 Context of components/refusal.html: what is missing, who could act, what to do instead."""
    return {
        "title": gettext("没有办成：%(act)s") % {"act": verb_title(verb)},
        "missing": said(refused.reason, refused.reason_en),
        "clause": clause_link(refused.clause, ground) if refused.clause else None,
        "who_can": [
            _who(word, ground) for word in refused.who_could.split("、") if word and word != By.PLATFORM.value
        ],
        "instead": [{"label": said(refused.instead, refused.instead_en)}] if refused.instead else [],
        "record_url": record_url,
    }


def _who(word: str, ground: Ground) -> str:
    return str(BY_LABELS[By(word)]) if word in set(By) else ground.organ(word)


# ---- Where ----------------------------------------------------------------------------------------------------------


def place_rows(case: Case, ground: Ground) -> list[dict[str, str]]:
    """地点的表。 Where a case is, in words: the twin of its map."""
    spots = [spot for code in reversed(case.path) if (spot := ground.spot(code)) is not None]
    rows = [
        {"label": str(LEVELS[s.level]), "value": said(s.name, s.name_en)} for s in spots if s.level in LEVELS
    ]
    return rows or [
        {"label": gettext("地点"), "value": case.place_name or gettext("还没有落到网格，只有地址")}
    ]


def place_map(case: Case, ground: Ground, *, exact: bool) -> dict[str, Any] | None:
    """小地图。 Context of components/small_map.html; the point itself only for those who act on it and its reporter."""
    if not case.district:
        return None
    shown: dict[str, Any] = {
        "id": "case-map",
        "geojson_url": reverse("geojson", args=[case.district]),
        "label": gettext("所在网格的示意图"),
        "notice": ground.setting("map_notice"),
        "approval": ground.setting("map_approval"),
        "here": case.path[0],
        "rows": place_rows(case, ground),
    }
    return {**shown, "lat": case.lat, "lon": case.lon} if exact and case.lat is not None else shown


def state_codes(case: Case) -> list[str]:
    """状态标。 The words of a case's state: where it is, and how it ended."""
    ended = case.state == State.CLOSED.value and case.outcome
    return [case.state, case.outcome] if ended else [case.state]


def photo_folder() -> Path:
    """照片的目录。 The folder where photos are kept."""
    folder: Path = settings.PHOTOS
    return folder


def local(at: datetime) -> str:
    """当地的月日时分。 Day and time on the city's clock, for a choice in a form."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def task_of(clock: Clock) -> str:
    """到期前要做的事。 What must be done by then: the stage, or the one step of it that this limit is for."""
    task = str(STAGE_TASKS[Stage(clock.stage)])
    return gettext("完成这一步：%(step)s") % {"step": clock.step} if clock.step else task
