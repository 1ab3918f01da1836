"""由第一季度数据生成清单与示意地块 / Makes the lists and the illustrative places of this pack from past requests.

    python -m city.boston.derive FILE.csv[.gz]        (from the top of the repository)

Reads FILE by replay.toml, looks only at the requests opened before `test_from`, and writes beside itself
lists/matters.csv, lists/limits.csv, lists/routing.csv, places/places.csv, places/districts.geojson and
places/grids.geojson. Only aggregates are written: no row, and no point of a request. The same FILE gives the same bytes.

What is learnt is what a reporter or a clerk gives at intake: type, channel, point, hour. Subject, reason, queue and title
are not read: the organisation writes them after intake (titles such as «PRINTED» or «sent to contractor» show it).
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import comb
from pathlib import Path
from statistics import median

from shapely import STRtree, points, transform, union_all
from shapely.geometry import mapping as as_geojson
from shapely.geometry.base import BaseGeometry

from city.boston import names
from city.boston.derive_places import Grid, draw_grids
from tongxin.web.replay import ReplayMapping, ReplayRow, parse_rows, read_mapping, read_table

HERE = Path(__file__).resolve().parent
ROOT, SCHEME, VALID_FROM = "boston", "boston-illustrative", "2015-01-01"
LAW = "law:us-ma/boston/illustrative-service-rules@2015-01-01#"
NOTICE = "示意 illustrative: drawn around past requests, not a survey, not tied to any authority's boundaries"
MATTERS_HEADER = [
    "code", "kind", "category", "category_en", "name", "name_en", "filing_condition", "filing_condition_en",
    "closing_condition", "closing_condition_en", "lead", "assist", "clauses", "clause_kind", "person_help", "note",
]  # fmt: skip
PLACES_HEADER = ["scheme", "code", "level", "name", "name_en", "parent", "valid_from", "valid_to"]
CLAUSES = {  # function → item of art. 6
    "public_works": "a6.p1.i1",
    "inspectional_services": "a6.p1.i2",
    "transportation": "a6.p1.i3",
    "parks": "a6.p1.i4",
    "property_management": "a6.p1.i5",
    "water_sewer": "a6.p1.i6",
    "mayors_hotline": "a6.p1.i7",
}
OTHER_FIELDS = "a6.p1.i8"
STAGES = (  # limits of every matter: stage, number, unit, article; illustrative
    ("accept", "4", "working_hour", "a8"),
    ("return", "1", "working_day", "a10"),
    ("rule", "2", "working_day", "a11"),
    ("handle", "30", "natural_day", "a14"),
    ("assist", "10", "working_day", "a12"),
    ("check", "2", "working_day", "a17"),
    ("confirm", "7", "natural_day", "a18"),
)
HALF = 0.5  # a type has a limit of its own when at least half of its requests were promised a day
LONG = timedelta(hours=48)  # limits from here on are written in days
VALIDATED_FROM = (3, 1)  # exceptions are found before 1 March and must hold in March
FOUND_P, WHOLE_P, LEAST = 0.05, 0.01, 5  # significance when found, over the whole quarter; least requests
DAY_HOURS = (8, 17)
HOURS = {  # by day, otherwise, any → hour_from and hour_to
    True: [("8", "17")],
    False: [("0", "8"), ("17", "24")],
    None: [("", "")],
}
ANYWHERE = "located"  # stands for «has a point»; written as one exception for each district


@dataclass(frozen=True, slots=True)
class Request:
    """一件 / A past request as the lists see it: type, department that ended up with it, intake facts."""

    type: str
    department: str
    neighbourhood: str | None
    row: ReplayRow


@dataclass(frozen=True, order=True, slots=True)
class Condition:
    """条件 / When an exception applies; None is any. Hours are those of the day, or those outside it."""

    place: str | None
    channel: str | None
    by_day: bool | None

    @property
    def width(self) -> int:
        """所设列数 / How many columns are set."""
        return sum(part is not None for part in (self.place, self.channel, self.by_day))


@dataclass(frozen=True, slots=True)
class Diversion:
    """例外 / Requests of a type that go elsewhere under a condition, and how many did, of how many."""

    type: str
    condition: Condition
    department: str
    there: int
    of: int


def requests_learnt(file: Path, mapping: ReplayMapping) -> list[Request]:
    """学习期的诉求 / The requests opened before the test period: all that this program looks at."""
    columns, raw = mapping.columns, {}
    for cells in read_table(path=file):
        raw[cells[columns.row_id].strip()] = cells
    rows, _ = parse_rows(raw.values(), mapping)
    learnt = []
    for row in rows:
        if row.opened_at < mapping.test_start and row.department:
            cells = raw[row.row_id]
            label = names.NEIGHBOURHOODS.get(cells["neighborhood"].strip())
            learnt.append(Request(cells[columns.matter].strip(), row.department, label, row))
    return learnt


def commonest(departments: Counter[str]) -> str:
    """最多者 / The commonest, the first in the alphabet of equals."""
    return min(departments, key=lambda name: (-departments[name], name))


def majorities(requests: Sequence[Request]) -> dict[str, str]:
    """各类型的多数 / Type → the department that had most of its requests."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for request in requests:
        counts[request.type][request.department] += 1
    return {name: commonest(counts[name]) for name in sorted(counts)}


# ---- exceptions ----


def chance(more: int, less: int) -> float:
    """偶然的概率 / One-sided sign test: how likely at least `more` of the two, were both equally likely."""
    return sum(comb(more + less, k) for k in range(more, more + less + 1)) / 2 ** (more + less)


def conditions(request: Request, grid: Grid | None, mapping: ReplayMapping) -> Iterator[Condition]:
    """所合条件 / Every condition that a request meets, from the widest to the narrowest."""
    hour = request.row.opened_at.astimezone(mapping.zone).hour
    places = (None, ANYWHERE, grid.district, grid.code) if grid else (None,)
    by_day = DAY_HOURS[0] <= hour < DAY_HOURS[1]
    return (Condition(*parts) for parts in product(places, (None, request.row.channel), (None, by_day)))


def find_exceptions(
    located: Sequence[tuple[Request, Grid | None]], usual: Mapping[str, str], mapping: ReplayMapping
) -> list[Diversion]:
    """找例外 / Exceptions found in the first two months that hold in the third, and over all three.

    A narrower exception that says the same as a wider one is left out. The test period has no part in this.
    """
    split = datetime(mapping.test_from.year, *VALIDATED_FROM, tzinfo=mapping.zone)
    early: dict[tuple[str, Condition], Counter[str]] = defaultdict(Counter)
    late: dict[tuple[str, Condition], Counter[str]] = defaultdict(Counter)
    for request, grid in located:
        side = early if request.row.opened_at < split else late
        for condition in conditions(request, grid, mapping):
            side[request.type, condition][request.department] += 1
    found: list[Diversion] = []
    for name, condition in sorted(early, key=lambda key: (key[0], key[1].width, str(key[1]))):
        before, after = early[name, condition], late[name, condition]
        whole = before + after
        first, second = commonest(whole), usual[name]
        if whole.total() < LEAST or first == second:
            continue
        if before[first] <= before[second] or chance(before[first], before[second]) > FOUND_P:
            continue
        if after[first] <= after[second] or chance(whole[first], whole[second]) > WHOLE_P:
            continue
        if not any(covers(other, name, condition, first) for other in found):
            found.append(Diversion(name, condition, first, whole[first], whole.total()))
    return found


def covers(wider: Diversion, name: str, condition: Condition, department: str) -> bool:
    """是否已含 / Whether a wider exception says the same already."""
    outer = wider.condition
    return (
        (wider.type, wider.department) == (name, department)
        and outer.place in {None, condition.place, ANYWHERE if condition.place else None}
        and outer.channel in {None, condition.channel}
        and outer.by_day in {None, condition.by_day}
    )


# ---- limits ----


def own_limit(requests: Sequence[Request]) -> tuple[str, str] | None:
    """本类期限 / The median time from opening to the promised day, as number and unit; None when rarely promised."""
    promised = [
        request.row.target_at - request.row.opened_at
        for request in requests
        if request.row.target_at is not None
    ]
    if len(promised) < HALF * len(requests):
        return None
    middle = median(promised)
    if middle < LONG:
        return str(max(1, round(middle / timedelta(hours=1)))), "hour"
    return str(round(middle / timedelta(days=1))), "natural_day"


# ---- writing ----


def slug(name: str) -> str:
    """编码 / A code from a name: lower-case letters and digits, one hyphen between."""
    return "-".join(
        "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name.lower()).split()
    )


def write_table(file: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """写表 / Writes one table of the pack."""
    with (HERE / file).open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_shapes(file: str, features: Sequence[tuple[dict[str, str], BaseGeometry]]) -> None:
    """写地块 / Writes outlines, one to a line, with the notice that they are illustrative."""
    lines = ",\n".join(
        json.dumps(
            {"type": "Feature", "properties": properties, "geometry": as_geojson(rounded(shape))},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, shape in features
    )
    head = f'{{"type":"FeatureCollection","notice":"{NOTICE}","features":[\n'
    (HERE / file).write_text(f"{head}{lines}\n]}}\n", encoding="utf-8", newline="\n")


def rounded(shape: BaseGeometry) -> BaseGeometry:
    """取整 / Corners written with the five decimals they have."""
    return transform(shape, lambda corners: corners.round(5))


def write_matters(
    requests: Sequence[Request], usual: Mapping[str, str], organs: Mapping[str, dict[str, str]]
) -> None:
    """事项清单与期限清单 / The matter list, and the limits."""
    by_type: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_type[request.type].append(request)
    matters = []
    limits = [
        ["*", stage, "", number, unit, LAW + article, "illustrative"]
        for stage, number, unit, article in STAGES
    ]
    for name, department in usual.items():
        organ, title = organs[department], names.MATTERS.get(name, name)
        there = sum(request.department == department for request in by_type[name])
        matters.append([
            slug(name), "matter", organ["name"], organ["name_en"], title, name,
            f"有人反映“{title}”，情况在本市", f"Somebody reports «{name}» within the city",
            "承办机构已处理并说明结果", "The department has dealt with it and says what was done",
            organ["function"], "", LAW + CLAUSES.get(organ["function"], OTHER_FIELDS), "general", "0",
            f"{there}/{len(by_type[name])}",
        ])  # fmt: skip
        if limit := own_limit(by_type[name]):
            limits.append([slug(name), "handle", "", *limit, LAW + "a14", "median of the days promised"])
    write_table("lists/matters.csv", MATTERS_HEADER, matters)
    write_table("lists/limits.csv", ["matter", "stage", "step", "number", "unit", "clause", "note"], limits)


def write_routing(exceptions: Sequence[Diversion], organs: Mapping[str, dict[str, str]]) -> None:
    """分派例外 / The exceptions; those for any place with a point become one for each district."""
    rows = []
    for found in exceptions:
        condition, lead = found.condition, organs[found.department]["function"]
        places = sorted(names.DISTRICTS) if condition.place == ANYWHERE else [condition.place or ""]
        for place, (start, end) in product(places, HOURS[condition.by_day]):
            note = f"{found.there}/{found.of}" + (
                " over all districts" if condition.place == ANYWHERE else ""
            )
            rows.append([slug(found.type), condition.channel or "", place, start, end, lead, note])
    write_table(
        "lists/routing.csv", ["matter", "channel", "place", "hour_from", "hour_to", "lead", "note"], rows
    )


def write_places(grids: Sequence[Grid]) -> None:
    """地块 / The city, its districts and its grids; a district is the union of its grids."""
    rows = [[SCHEME, ROOT, "city", "波士顿（示意）", "Boston (illustrative)", "", VALID_FROM, ""]]
    rows += [
        [SCHEME, code, "district", name, english, ROOT, VALID_FROM, ""]
        for code, (name, english) in sorted(names.DISTRICTS.items())
    ]
    write_table("places/places.csv", PLACES_HEADER, rows)
    districts, cells = [], []
    for code, (name, english) in sorted(names.DISTRICTS.items()):
        inside = [grid for grid in grids if grid.district == code]
        properties = {"code": code, "name": name, "name_en": english}
        districts.append((properties, union_all([grid.outline for grid in inside]).normalize()))
        for grid in inside:
            number = str(int(grid.code.rpartition("-")[2]))
            cells.append(
                (
                    {
                        "code": grid.code,
                        "name": f"{name}第{number}网格",
                        "name_en": f"{english} grid {number}",
                        "parent": code,
                        "valid_from": VALID_FROM,
                    },
                    grid.outline,
                )
            )
    write_shapes("places/districts.geojson", districts)
    write_shapes("places/grids.geojson", cells)


def locate(requests: Sequence[Request], grids: Sequence[Grid]) -> list[tuple[Request, Grid | None]]:
    """落格 / Each request with the grid that holds its point."""
    spots = points([(request.row.lon or 0.0, request.row.lat or 0.0) for request in requests])
    held: dict[int, Grid] = {}
    tree = STRtree([grid.outline for grid in grids])
    for number, cell in sorted(zip(*tree.query(spots, predicate="intersects").tolist(), strict=True)):
        held.setdefault(number, grids[cell])
    return [
        (request, held.get(number) if request.row.has_point else None)
        for number, request in enumerate(requests)
    ]


def main(file: Path) -> None:
    """生成 / Makes the pack's derived files from FILE."""
    mapping = read_mapping(path=HERE / "replay.toml", matters={}, root=ROOT)
    with (HERE / "organs/organs.csv").open(encoding="utf-8", newline="") as source:
        organs = {row["code"]: row for row in csv.DictReader(source)}
    requests = requests_learnt(file, mapping)
    usual = majorities(requests)
    grids = draw_grids(
        [
            (request.neighbourhood, (request.row.lon, request.row.lat))
            for request in requests
            if request.row.lon is not None and request.row.lat is not None
        ]
    )
    exceptions = find_exceptions(locate(requests, grids), usual, mapping)
    write_places(grids)
    write_matters(requests, usual, organs)
    write_routing(exceptions, organs)
    print(f"{len(requests)} requests, {len(usual)} matters, {len(exceptions)} exceptions, {len(grids)} grids")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
