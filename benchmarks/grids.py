"""A map of about 50,000 grids: each grid of the sample city cut into fifteen, so that locating has a real city's work to do."""

import json
import random
from collections.abc import Sequence

import psycopg
from shapely.geometry import box, mapping, shape

ACROSS, DOWN = 5, 3
GRIDS = "SELECT scheme, code, name, name_en, parent_id, path, valid_from, boundary FROM places_place WHERE level = 'grid' AND boundary IS NOT NULL"
COLUMNS = "scheme, code, level, name, name_en, parent_id, path, valid_from, boundary"


def make_many(owner: psycopg.Connection) -> int:
    """Cut the grids of a founded city; returns how many there are now. A map that was cut before is left as it is."""
    made = owner.execute(
        "SELECT count(*) FROM places_place WHERE boundary IS NOT NULL AND code ~ 'c[0-9]{2}$'"
    ).fetchone()
    if made and made[0]:
        return int(made[0])
    rows = [cell for row in owner.execute(GRIDS).fetchall() for cell in _cells(*row)]
    owner.execute("SET session_replication_role = replica")  # the map of a benchmark is no act
    owner.execute("UPDATE places_place SET boundary = NULL WHERE level = 'grid'")
    with owner.cursor() as cursor, cursor.copy(f"COPY places_place ({COLUMNS}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)
    owner.execute("UPDATE places_city SET revision = nextval('places_revision')")
    owner.execute("ANALYZE places_place")
    owner.execute("SET session_replication_role = origin")
    return len(rows)


def _cells(scheme: str, code: str, name: str, name_en: str, parent: int, path: list[str], since: object, boundary: dict) -> list[tuple]:  # type: ignore[type-arg]  # fmt: skip
    whole = shape(boundary)
    west, south, east, north = whole.bounds
    wide, high = (east - west) / ACROSS, (north - south) / DOWN
    found = []
    for nth in range(ACROSS * DOWN):
        left, low = west + wide * (nth % ACROSS), south + high * (nth // ACROSS)
        cell = box(left, low, left + wide, low + high).intersection(whole)
        if cell.geom_type == "Polygon" and not cell.is_empty:
            own = f"{code}c{nth:02d}"
            outline = json.dumps(mapping(cell))
            found.append((scheme, own, "grid", name, name_en, parent, [own, *path[1:]], since, outline))
    return found


def points(owner: psycopg.Connection, count: int, dice: random.Random) -> Sequence[tuple[float, float]]:
    """So many points, each inside some grid, in degrees to seven decimals."""
    rows = owner.execute(
        "SELECT boundary FROM places_place WHERE boundary IS NOT NULL AND level = 'grid' ORDER BY id"
    ).fetchall()
    chosen = (shape(dice.choice(rows)[0]).representative_point() for _ in range(count))
    return [(round(point.x, 7), round(point.y, 7)) for point in chosen]
