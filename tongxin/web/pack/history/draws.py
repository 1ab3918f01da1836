"""虚构一年的抽取。 The draws behind the synthetic year: arrivals, matters, points, moments. Seeded; no wall clock."""

import hashlib
import math
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Any

from tongxin.law.rules import due, is_working_day
from tongxin.law.terms import Limit, MatterEntry, WorkingCalendar
from tongxin.places.terms import Spot
from tongxin.web.pack.history.shape import Shape

DAY = timedelta(days=1)
SHORTEST = timedelta(minutes=2)
MOST_MULTIPLE = 120.0  # beyond it the moment lies after any year that is drawn
ZIPF = 1.07
Point = tuple[float, float]
Ring = Sequence[Point]


def seeded(*words: object) -> Random:
    """有种子的随机数。 A source of draws that these words alone decide, so that one case never depends on another."""
    return Random("/".join(map(str, words)))  # noqa: S311 - invented cases, no secrets


# ---- When reports come ----------------------------------------------------------------------------------------------


def arrivals(*, shape: Shape, calendar: WorkingCalendar, until: datetime) -> Iterator[datetime]:
    """报告的时刻，依次。 The moments of all reports of the span before `until`, in order, in UTC.

    A day's count is negative binomial about month × weekday (a make-up day is a Monday) or holiday; each day has its
    own seed, so that a later `until` only adds.
    """
    days = [shape.first + DAY * k for k in range((shape.last - shape.first).days + 1)]
    rates = [_rate(day, shape, calendar) for day in days]
    scale = shape.cases / sum(rates)
    for day, rate in zip(days, rates, strict=True):
        rng = seeded(shape.seed, "day", day)
        hours = shape.hours[is_working_day(day=day, calendar=calendar)]
        count = _poisson(rng, rng.gammavariate(shape.day_size, rate * scale / shape.day_size))
        moments = (moment_on(day, rng, hours, calendar) for _ in range(count))
        yield from sorted(moment for moment in moments if moment < until)


def _rate(day: date, shape: Shape, calendar: WorkingCalendar) -> float:
    plain = shape.month[day.month - 1]
    if day in calendar.makeup_days:
        return plain * shape.weekday[0]
    return plain * shape.weekday[day.weekday()] * (shape.holiday if day in calendar.holidays else 1.0)


def _poisson(rng: Random, mean: float) -> int:
    """泊松数。 A Poisson number by multiplying uniform ones, in slices whose exponential does not vanish."""
    count = 0
    while mean > 0:
        floor, product = math.exp(-min(mean, 50.0)), rng.random()
        while product > floor:
            count, product = count + 1, product * rng.random()
        mean -= 50.0
    return count


def moment_on(day: date, rng: Random, hours: Sequence[float], calendar: WorkingCalendar) -> datetime:
    """当日的一个时刻。 A moment of a local day, in UTC, its hour drawn by weights."""
    hour = rng.choices(range(24), hours)[0]
    at = time(hour, rng.randrange(60), rng.randrange(60), tzinfo=calendar.tz)
    return datetime.combine(day, at).astimezone(UTC)


# ---- Which matter ---------------------------------------------------------------------------------------------------


class Mix:
    """事项的构成。 How often each matter of a list occurs: weights by code, the rest by category and Zipf over a hash."""

    def __init__(self, entries: Sequence[MatterEntry], shape: Shape) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.code)
        rest = [entry for entry in self.entries if entry.code not in shape.matters]
        falls = _zipf(rest, shape.categories)
        named = sum(shape.matters[entry.code] for entry in self.entries if entry.code in shape.matters)
        scale = shape.rest / (1 - shape.rest) * named if named and shape.rest < 1 else 1.0
        self.weights = [
            shape.matters[e.code] if e.code in shape.matters else falls[e.code] * scale for e in self.entries
        ]
        if not sum(self.weights) > 0:
            raise ValueError("事项的权重全为零 / every matter has the weight zero")
        self._summed = list(accumulate(self.weights))
        # the share of draws whose matter names organs to assist
        self.share_with_assist = (
            sum(
                w
                for entry, w in zip(self.entries, self.weights, strict=True)
                if entry.assist or entry.on_call
            )
            / self._summed[-1]
        )

    def draw(self, rng: Random) -> MatterEntry:
        """抽一项。 One matter."""
        return self.entries[_pick(rng, self._summed)]


def _zipf(entries: Sequence[MatterEntry], categories: Mapping[str, float]) -> dict[str, float]:
    """齐普夫权重。 Weights that sum to 1: each category its share (its size if none is given), within it 1/rank."""
    groups: dict[str, list[MatterEntry]] = {}
    for entry in sorted(entries, key=lambda entry: hashlib.sha256(entry.code.encode()).digest()):
        groups.setdefault(entry.category, []).append(entry)
    shares = {
        word: categories.get(word, 0.0) if categories else float(len(group)) for word, group in groups.items()
    }
    total = sum(shares.values()) or 1.0
    found = {}
    for word, group in groups.items():
        ranks = [(rank + 1) ** -ZIPF for rank in range(len(group))]
        for entry, weight in zip(group, ranks, strict=True):
            found[entry.code] = shares[word] / total * weight / sum(ranks)
    return found


def _pick(rng: Random, summed: Sequence[float]) -> int:
    return min(bisect(summed, rng.random() * summed[-1]), len(summed) - 1)


# ---- Where ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class GridSite:
    """一个网格及其边界。 A grid and the rings of its boundary in degrees WGS 84: outlines and holes alike, even-odd."""

    spot: Spot
    rings: Sequence[Ring]


def rings_of(boundary: Mapping[str, Any]) -> Sequence[Ring]:
    """边界的环。 All rings of a GeoJSON Polygon or MultiPolygon."""
    polygons = boundary["coordinates"] if boundary["type"] == "MultiPolygon" else [boundary["coordinates"]]
    return [[(float(p[0]), float(p[1])) for p in ring] for polygon in polygons for ring in polygon]


class Ground:
    """发生地点。 Where cases happen: grids of unequal weight (lognormal), a random point within."""

    def __init__(self, grids: Sequence[GridSite], shape: Shape) -> None:
        if not grids:
            raise ValueError("没有网格 / there are no grids")
        self.grids = sorted(grids, key=lambda grid: grid.spot.code)
        self._summed = list(
            accumulate(
                seeded(shape.seed, "grid", grid.spot.code).lognormvariate(0.0, shape.place_log_sd)
                for grid in self.grids
            )
        )

    def draw(self, rng: Random) -> tuple[Spot, Point]:
        """抽一处。 A grid and a point in it."""
        grid = self.grids[_pick(rng, self._summed)]
        return grid.spot, _point_within(rng, grid.rings)


def _point_within(rng: Random, rings: Sequence[Ring]) -> Point:
    """网格内一点。 A random point inside, to six decimals (0.1 m): tried until it is inside, else a corner of the outline."""
    lons, lats = zip(*(point for ring in rings for point in ring), strict=True)
    for _ in range(200):
        point = (round(rng.uniform(min(lons), max(lons)), 6), round(rng.uniform(min(lats), max(lats)), 6))
        if is_within(point, rings):
            return point
    return rings[0][0]


def is_within(point: Point, rings: Sequence[Ring]) -> bool:
    """点在环内。 Whether a ray from the point crosses the rings an odd number of times."""
    x, y = point
    crossings = sum(
        (a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]
        for ring in rings
        for a, b in pairwise(ring)
    )
    return crossings % 2 == 1


# ---- How long -------------------------------------------------------------------------------------------------------


class Timing:
    """时刻的计算。 Due times by the law's own count (kept by day where only the day matters), and drawn moments."""

    def __init__(self, calendar: WorkingCalendar, shape: Shape) -> None:
        self.calendar = calendar
        self.shape = shape
        self._due: dict[tuple[object, ...], tuple[datetime, bool]] = {}
        self._open: dict[date, Sequence[tuple[datetime, datetime]]] = {}

    def local_day(self, at: datetime) -> date:
        """当地日期。 The local day of a moment."""
        return at.astimezone(self.calendar.tz).date()

    def due(self, start: datetime, limit: Limit) -> tuple[datetime, bool]:
        """到期，是否未定。 When a limit that starts at `start` is due, in UTC, and whether that is provisional."""
        key = (self.local_day(start) if limit.unit.in_days else start, limit.number, limit.unit)
        if key not in self._due:
            ends = due(start=start, limit=limit, calendar=self.calendar)
            self._due[key] = (ends.at.astimezone(UTC), ends.beyond_known)
        return self._due[key]

    def worked(self, start: datetime, hours: float) -> datetime:
        """若干工作时之后。 The moment after some working hours, to the second: `law.rules.add` over stretches kept by day."""
        left, day = timedelta(seconds=round(hours * 3600)), self.local_day(start)
        while left:
            for opens, closes in self._stretches(day):
                begins = max(opens, start)
                if begins < closes:
                    if left <= closes - begins:
                        return begins + left
                    left -= closes - begins
            day += DAY
        return start

    def _stretches(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        if day not in self._open:
            midnight = datetime.combine(day, time())
            walls = (
                [midnight + timedelta(minutes=m) for m in stretch.minutes] for stretch in self.calendar.hours
            )
            real = (
                [wall.replace(tzinfo=self.calendar.tz).astimezone(UTC) for wall in pair] for pair in walls
            )
            works = is_working_day(day=day, calendar=self.calendar)
            self._open[day] = [(opens, closes) for opens, closes in real] if works else ()
        return self._open[day]

    def finish(self, rng: Random, *, start: datetime, due_at: datetime, before: datetime | None) -> datetime:
        """办完的时刻。 When work that began at `start` and is due at `due_at` is done; before a moment if that is given."""
        if rng.random() < self.shape.at_once:
            return start + SHORTEST + timedelta(seconds=rng.randrange(180))
        at = self._business(rng, start + (due_at - start) * self._multiple(rng), start=start, due_at=due_at)
        if before is not None and at > before:
            earliest = min(max(due_at, start), before)
            at = earliest + (before - earliest) * rng.random()
        return at.replace(microsecond=0)

    def _multiple(self, rng: Random) -> float:
        u = rng.random()
        mu, sigma = next(
            ((mu, sigma) for until, mu, sigma in self.shape.multiples if u < until),
            self.shape.multiples[-1][1:],
        )
        return min(rng.lognormvariate(mu, sigma), MOST_MULTIPLE)

    def _business(self, rng: Random, at: datetime, *, start: datetime, due_at: datetime) -> datetime:
        """挪到通常办结的时候。 Moved to a weekday and hour at which cases are closed, never over the due time."""
        if at - start < DAY:
            return at
        day, most = self.local_day(at), max(self.shape.closing_weekday)
        while rng.random() > self.shape.closing_weekday[day.weekday()] / most:
            day += DAY
        moved = moment_on(day, rng, self.shape.closing_hour, self.calendar)
        return moved if moved > start and (moved <= due_at) == (at <= due_at) else at
