"""The figures of the replay on the real file, which is not part of the project: skipped where it does not lie beside it.

All rows go through the very functions that the operations use (locating, routing); a slice of them through the operations
themselves, on the real database.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import shapely

from tongxin.cases import rules
from tongxin.law.terms import MatterEntry, RoutingException
from tongxin.organs.terms import OrganFacts
from tongxin.places.rules import GridIndex
from tongxin.web import replay as past
from tongxin.web.pack import Pack, read_pack

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "city" / "boston"
REAL = Path(
    os.environ.get("TONGXIN_BOSTON", ROOT.parent / "shared" / "data" / "cases" / "boston_311_2015_h1.csv.gz")
)

pytestmark = pytest.mark.skipif(
    not REAL.exists(), reason="the file of real requests is not beside the project"
)


class _Lists:
    """The pack's lists in memory, and the same routing that the operation does."""

    def __init__(self, pack: Pack) -> None:
        self.root = pack.city.root
        level = {place.code: place.level for place in pack.places}
        parent = {place.code: place.parent for place in pack.places} | {
            grid.code: grid.parent for grid in pack.grids
        }
        self.paths = {grid.code: self._path(grid.code, parent) for grid in pack.grids}
        self.index = GridIndex(
            [(n, json.loads(shapely.to_geojson(grid.shape))) for n, grid in enumerate(pack.grids)]
        )
        self.codes = [grid.code for grid in pack.grids]
        self.matters = {
            row.code: MatterEntry(
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                category=row.category,
                category_en="",
                lead=row.lead,
                assist=row.assist,
                on_call=row.on_call,
                person_help=row.person_help,
                filing_condition="",
                filing_condition_en="",
                closing_condition="",
                closing_condition_en="",
                active=True,
            )
            for row in pack.matters
        }
        self.exceptions: dict[str, list[RoutingException]] = {}
        for row in pack.routing:
            self.exceptions.setdefault(row.matter, []).append(
                RoutingException(
                    matter=row.matter,
                    channel=row.channel,
                    place=row.place,
                    hour_from=row.hour_from,
                    hour_to=row.hour_to,
                    lead=row.lead,
                    note="",
                )
            )
        self.organs = {
            (row.function, row.place): OrganFacts(
                id=0,
                code=row.code,
                function=row.function,
                kind=row.kind,
                name=row.name,
                name_en=row.name_en,
                place=row.place,
                level=level[row.place],
                parent=None,
            )
            for row in pack.organs
        }

    def _path(self, code: str, parent: dict[str, str]) -> tuple[str, ...]:
        path = [code]
        while parent.get(path[-1]):
            path.append(parent[path[-1]])
        return tuple(path)

    def report(self, rows: Sequence[past.ReplayRow]) -> list[past.Routed | past.Rejection]:
        points = [(row.lon or 0.0, row.lat or 0.0) for row in rows]
        grids = self.index.locate(points)
        return [
            self._one(row, grid if row.has_point else None) for row, grid in zip(rows, grids, strict=True)
        ]

    def _one(self, row: past.ReplayRow, grid: int | None) -> past.Routed:
        path = self.paths[self.codes[grid]] if grid is not None else (self.root,)
        route = rules.route(
            matter=self.matters.get(row.matter or ""),
            channel=row.channel,
            hour=row.opened_at.hour,
            path=path,
            exceptions=self.exceptions.get(row.matter or "", ()),
            by_function=self.organs,
        )
        return past.Routed(
            case=row.row_id,
            organ=route.lead.code if route.lead else "",
            in_grid=grid is not None,
            due_at=row.target_at,
        )


def _settle(items: Sequence[past.Settlement]) -> list[datetime]:
    return [item.settled_at for item in items]


def test_lists_of_the_first_quarter_route_the_second_better_than_a_plain_majority() -> None:
    pack, faults = read_pack(FOLDER, parse_all_law=True)
    assert pack is not None and not faults
    mapping = past.read_mapping(
        path=FOLDER / "replay.toml",
        root=pack.city.root,
        matters=past.read_matter_names(path=FOLDER / "lists" / "matters.csv"),
    )
    assert mapping.test_from == date(2015, 4, 1)
    tally = past.replay(
        past.read_table(path=REAL), mapping, report=_Lists(pack).report, settle=_settle, now=time.perf_counter
    )
    said = tally.as_json()
    assert tally.rows == 58_119  # every row is a case or a named rejection
    assert said["rejected"] == {"closed_before_opened": 84}
    assert said["routed_same_department"]["share"] >= 0.940  # type: ignore[index]
    assert said["located"]["share"] >= 0.99  # type: ignore[index]
    assert said["on_time_same"]["share"] >= 0.99  # type: ignore[index]


def test_replay_command_runs_real_requests_through_the_operations() -> None:
    with tempfile.TemporaryDirectory() as folder:
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("TONGXIN_")} | {
            "TONGXIN_DATA": folder
        }
        Path(folder).chmod(0o755)
        command = [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main())"]
        done = subprocess.run(
            [*command, "replay", str(REAL), "--city", "boston", "--limit", "1500", "--json"],
            env=surroundings,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        subprocess.run([*command, "stop"], env=surroundings, cwd=ROOT, check=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["cases"] + sum(said["rejected"].values()) == 1_500
    assert said["located"]["share"] == 1.0
    assert said["on_time_same"]["share"] >= 0.99
