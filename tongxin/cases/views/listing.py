"""单子。 Lists of cases: filters as words in the address, keyset pages, one row of a list."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from tongxin.cases.forms.acts import CHANGE_LABELS, UNIT_LABELS
from tongxin.cases.models import Case, Clock, ClockRequest
from tongxin.cases.queries import CaseFilter
from tongxin.cases.terms import CLOCK_GROUND_LABELS, ClockChange, ClockGround, Outcome, State
from tongxin.cases.views import shown
from tongxin.cases.views.shown import Ground, Pace
from tongxin.law import queries as law
from tongxin.law.terms import Unit
from tongxin.places import queries as places

TEXTS: Final = (
    "state",
    "district",
    "matter",
    "organ",
    "channel",
    "outcome",
    "place",
    "returned_by",
    "returned_to",
    "day",
)
FLAGS: Final = ("overdue", "reopened", "open_only", "settled")
WORDS: Final = frozenset({*TEXTS, *FLAGS})
CLOSED: Final = frozenset({State.CLOSED.value, State.HUNG.value})
Words = Mapping[str, str]


def query(**words: Any) -> str:
    """网址里的词。 Words of an address, without the empty ones."""
    return urlencode({name: value for name, value in words.items() if value not in ("", None)})


def chosen_of(words: Words) -> CaseFilter:
    """地址里的筛选。 The filter of an address; unknown states and outcomes are dropped, other unknown words find nothing."""
    texts = {name: words.get(name, "")[:120].replace("\x00", "") for name in TEXTS}
    if texts["state"] not in set(State):
        texts["state"] = ""
    if texts["outcome"] not in set(Outcome):
        texts["outcome"] = ""
    flags = {name: words.get(name) in ("1", "true") for name in FLAGS}
    return CaseFilter(**texts, **flags)  # type: ignore[arg-type]  # mypy cannot tell the two kinds of names apart


def with_word(words: Words, name: str, value: Any) -> str:
    """换一个词的网址。 The address with one word changed; paging starts again unless it is the paging word."""
    kept = {key: words[key] for key in words if key in WORDS | {"late"} and words[key]}
    return "?" + query(**{**kept, name: value})


def group(
    words: Words,
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    current: str,
    counts: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """一组筛选。 One group of components/filters.html."""
    every = {"label": gettext("全部"), "url": with_word(words, name, ""), "current": not current}
    return {
        "label": label,
        "choices": [
            every,
            *(
                {
                    "label": word,
                    "url": with_word(words, name, value),
                    "current": value == current,
                    "count": counts.get(value, 0) if counts is not None else None,
                }
                for value, word in choices
            ),
        ],
    }


def children(ground: Ground, code: str) -> list[tuple[str, str]]:
    """下级地点。 Codes and names of the places directly below one. One statement."""
    rows = places.children_of(code=code, day=ground.day).defer("boundary")
    return [(row.code, shown.said(row.name, row.name_en)) for row in rows]


def matter_name(code: str, ground: Ground) -> str:
    """事项的名称。 The name of a matter by code; the code when the list does not have it."""
    found = law.matters(ground.city.revision, ground.day).get(code)
    return shown.said(found.name, found.name_en) if found else code


def row_of(case: Case, ground: Ground, clock: Clock | None = None) -> dict[str, Any]:
    """单子上的一行。 One row of a list, for components/desk_list.html and the table of cases."""
    pace = _pace(case, ground, clock)
    return {
        "number": case.number,
        "url": reverse("case", args=[case.number]),
        "title": shown.matter_title(case),
        "place": _place(case, ground),
        "state": case.state,
        "codes": shown.state_codes(case),
        "organ": ground.organ(case.organ),
        "reported_at": case.reported_at,
        "pace": pace.pace,
        "left": pace.left,
        "unit": pace.unit,
        "due_at": case.due_at,
    }


def _pace(case: Case, ground: Ground, clock: Clock | None) -> Pace:
    if clock is not None:
        return shown.clock_pace(clock, ground)
    if case.state in CLOSED:
        return Pace(pace="none")
    return shown.pace_of(
        due_at=case.due_at, unit=Unit.WORKING_HOUR.value, at=ground.at, calendar=ground.calendar
    )


def _place(case: Case, ground: Ground) -> str:
    street = next((s for code in case.path if (s := ground.spot(code)) and s.level == "street"), None)
    grid = ground.place(case.path[0]) if case.path and case.place else ""
    names = [shown.said(street.name, street.name_en)] if street else []
    return " ".join(dict.fromkeys([*names, grid])) or case.place_name


def request_words(asked: ClockRequest) -> str:
    """一份期限申请。 A request to change a clock, in words."""
    change = str(CHANGE_LABELS[ClockChange(asked.change)])
    if asked.number is not None and asked.unit:
        number = f"{asked.number.normalize():f}"
        change = gettext("延长 %(number)s 个%(unit)s") % {
            "number": number,
            "unit": UNIT_LABELS[Unit(asked.unit)],
        }
    return f"{change} · {CLOCK_GROUND_LABELS[ClockGround(asked.ground)]}"
