"""数：各状态、各县区、各对机构。 Counts, by the database's own tally (tongxin/cases/tally.py): exact, whatever the number of cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from tongxin.cases.tally import COUNTED, DIFFERING
from tongxin.cases.terms import OPEN, Outcome, State

_SUMMED: Final = f"SELECT key, sum(n)::bigint FROM ({COUNTED}) t WHERE kind = %s"
_END: Final = "\x01"  # after every key that begins with these words, before any that goes on


def _counted(kind: str, *, first: str = "", since: str = "") -> list[tuple[list[str], int]]:
    """一类累计数。 The counts of a kind, by key: those whose key begins with a word, or from a word on. One statement."""
    text, values = _SUMMED, [kind]
    if first:
        text, values = f"{text} AND key >= ARRAY[%s] AND key < ARRAY[%s]", [kind, first, first + _END]
    elif since:
        text, values = f"{text} AND key >= ARRAY[%s]", [kind, since]
    with connection.cursor() as cursor:
        cursor.execute(f"{text} GROUP BY key HAVING sum(n) <> 0", values)
        return list(cursor.fetchall())


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """同样情形的件。 How many cases of a district stand alike."""

    district: str
    state: str
    outcome: str
    overdue: bool
    settled: bool
    reopened: bool
    count: int


def standing(*, district: str = "") -> list[Standing]:
    """各件此刻的情形。 Where all cases stand now, of the whole city or a district. One statement; the tables are sums of it."""
    return [
        Standing(
            district=key[0],
            state=key[1],
            outcome=key[2],
            overdue=key[3] == "true",
            settled=key[4] == "true",
            reopened=key[5] == "true",
            count=n,
        )
        for key, n in _counted("standing", first=district)
    ]


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word, n in pairs:
        found[word] = found.get(word, 0) + n
    return found


def counts_by_state(rows: Iterable[Standing]) -> dict[str, int]:
    """各状态的件数。 Number of cases in each state."""
    return _sums((row.state, row.count) for row in rows)


def counts_by_outcome(rows: Iterable[Standing]) -> dict[str, int]:
    """各结果的件数。 Number of closed cases of each outcome."""
    return _sums((row.outcome, row.count) for row in rows if row.state == State.CLOSED)


def overdue_open(rows: Iterable[Standing]) -> int:
    """在办且已逾期的件数。 How many open cases have passed a limit."""
    return sum(row.count for row in rows if row.overdue and row.state in OPEN)


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


def counts_by_district(rows: Iterable[Standing]) -> list[DistrictCounts]:
    """各县区的件数。 Counts per district, in the order of their codes."""
    parts: dict[str, list[Standing]] = {}
    for row in rows:
        parts.setdefault(row.district, []).append(row)
    return [_district(code, own) for code, own in sorted(parts.items())]


def _district(code: str, rows: list[Standing]) -> DistrictCounts:
    def of(**wanted: Any) -> int:
        return sum(row.count for row in rows if all(getattr(row, k) == v for k, v in wanted.items()))

    return DistrictCounts(
        district=code,
        total=of(),
        open=sum(row.count for row in rows if row.state in OPEN),
        overdue_open=overdue_open(rows),
        overdue_ever=of(overdue=True),
        settled=of(settled=True),
        fixed=of(outcome=Outcome.FIXED.value),
        reopened=of(reopened=True),
        hung=of(state=State.HUNG.value),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnPair:
    """一对机构之间的退回。 Returns between a pair of organs: who returned, and whom they named."""

    organ: str
    named: str
    count: int


def returns_by_pair(*, most: int = 100) -> list[ReturnPair]:
    """各对机构之间的退回次数。 Returns per pair of organs, most first. One statement. A measure of organs, never of people."""
    pairs = [ReturnPair(organ=key[0], named=key[1], count=n) for key, n in _counted("returns")]
    return sorted(pairs, key=lambda pair: (-pair.count, pair.organ, pair.named))[:most]


def reported_per_day(*, since: date) -> list[tuple[date, int]]:
    """每日报告数。 Reports per day of the city's own calendar, from a day on. One statement."""
    rows = _counted("day", since=since.isoformat())
    return [(date.fromisoformat(day), n) for day, n in sorted(_sums((key[0], n) for key, n in rows).items())]


def grid_counts(*, district: str) -> dict[str, int]:
    """各网格的在办件数。 Open cases per grid of a district, by grid code, for the map and its table. One statement."""
    return {key[1]: n for key, n in _counted("grid", first=district)} if district else {}


def reported_often(*, since: date, most: int = 400) -> dict[str, int]:
    """常报的事项。 How often each matter was reported from the month of a day on, the most often first. One statement."""
    often = _sums((key[1], n) for key, n in _counted("matter", since=f"{since:%Y-%m}"))
    return dict(sorted(often.items(), key=lambda item: (-item[1], item[0]))[:most])


@dataclass(frozen=True, kw_only=True, slots=True)
class Miscount:
    """一个不符的累计数。 A count of the tally that is not what counting every case anew gives."""

    kind: str
    key: tuple[str, ...]
    kept: int
    counted: int


def miscounted() -> Miscount | None:
    """第一个不符的累计数。 The first count that differs from a full recount, None when every one is right. One statement, one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERING)
        row = cursor.fetchone()
    return Miscount(kind=row[0], key=tuple(row[1]), kept=int(row[2]), counted=int(row[3])) if row else None
