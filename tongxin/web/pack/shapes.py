"""读 GeoJSON，逐要素记行号。 Reading the GeoJSON files of a pack, with the line of every feature."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from tongxin.web.pack import cells
from tongxin.web.pack.cells import CellError, shown
from tongxin.web.pack.columns import DISTRICTS_FILE, GRIDS_FILE
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.files import UNCLEAN, read_text
from tongxin.web.pack.rows import DistrictShape, GridRow

R = TypeVar("R")
_SPACE: Final = " \t\n\r"
_COORDINATE_MAX: Final = 1e9
_Make = Callable[[int, dict[str, Any], BaseGeometry], R]


@dataclass(slots=True)
class Features:
    """一个要素集。 A feature collection: its other top-level members, and its features with their lines."""

    members: dict[str, Any] = field(default_factory=dict)
    features: list[tuple[int, Any]] = field(default_factory=list)


def read_districts(reading: Reading) -> tuple[tuple[DistrictShape, ...], str]:
    """读区县边界。 Read the district boundaries, and the notice of their file."""
    return _read_shapes(reading, file=DISTRICTS_FILE, make=_district, known={"code", "name", "name_en"})


def read_grids(reading: Reading) -> tuple[tuple[GridRow, ...], str]:
    """读网格。 Read the grids, and the notice of their file."""
    known = {"code", "name", "name_en", "parent", "valid_from"}
    return _read_shapes(reading, file=GRIDS_FILE, make=_grid, known=known)


def scan_features(text: str) -> Features:
    """逐要素解析。 Parse a feature collection feature by feature. Raises ValueError or RecursionError."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    found = Features()
    at = _expect(text, _skip(text, 0), "{")
    while text[at : at + 1] != "}":
        name, at = decoder.raw_decode(text, at)
        if not isinstance(name, str) or name in found.members:
            raise json.JSONDecodeError(f"bad or repeated member {name!r}", text, at)
        at = _skip(text, _expect(text, _skip(text, at), ":"))
        if name == "features":
            found.members[name] = True
            at = _scan_list(text, at, decoder=decoder, found=found)
        else:
            found.members[name], at = decoder.raw_decode(text, at)
        at = _next(text, at, end="}")
    if _skip(text, at + 1) != len(text):
        raise json.JSONDecodeError("extra data", text, at + 1)
    return found


def _scan_list(text: str, at: int, *, decoder: json.JSONDecoder, found: Features) -> int:
    """解析要素列表。 Parse the list of features; returns the place behind it."""
    at = _skip(text, _expect(text, at, "["))
    line, counted = 1, 0
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        feature, at = decoder.raw_decode(text, at)
        found.features.append((line, feature))
        at = _next(text, at, end="]")
    return at + 1


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _expect(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"expected {mark!r}", text, at)
    return _skip(text, at + 1)


def _next(text: str, at: int, *, end: str) -> int:
    """越过逗号；列表或对象结束则停在结束符。 Past the comma to the next item, or at the closing mark."""
    at = _skip(text, at)
    if text[at : at + 1] == end:
        return at
    at = _expect(text, at, ",")
    if text[at : at + 1] == end:
        raise json.JSONDecodeError("a comma before the end", text, at)
    return at


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _read_shapes(
    reading: Reading, *, file: str, make: _Make[R], known: set[str]
) -> tuple[tuple[R, ...], str]:
    """读一份要素集。 Read one feature collection into rows; a bad feature is a fault and is left out."""
    text = read_text(reading, file=file)
    if text is None:
        return (), ""
    try:
        found = scan_features(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        reason = shown(str(error)) or type(error).__name__
        reading.add(file, line, "bad_json", f"JSON 格式错误：{reason}", f"bad JSON: {reason}")
        reading.losses.lose_table(file=file)
        return (), ""
    notice = _check_members(reading, file=file, members=found.members)
    return tuple(_rows(reading, file=file, found=found, make=make, known=known)), notice


def _check_members(reading: Reading, *, file: str, members: dict[str, Any]) -> str:
    """核对顶层成员，给出提示语。 Check the top-level members; returns the notice."""
    if members.get("type") != "FeatureCollection" or "features" not in members:
        reading.add(file, 1, "not_features", "不是 FeatureCollection", "not a FeatureCollection")
    notice = members.get("notice")
    if not isinstance(notice, str) or not notice or not _is_clean(notice):
        reading.add(file, 1, "no_notice", "缺少顶层提示语 notice", "the top-level notice is missing")
        return ""
    return notice


def _rows(reading: Reading, *, file: str, found: Features, make: _Make[R], known: set[str]) -> Iterator[R]:
    """逐要素成行。 One row per good feature."""
    for line, feature in found.features:
        try:
            properties = _properties(feature, known=known)
            yield make(line, properties, _geometry(feature.get("geometry")))
        except CellError as error:
            reading.add(file, line, error.code, error.reason_zh, error.reason_en)
            reading.losses.lose_row(file=file, key="")


def _properties(feature: object, *, known: set[str]) -> dict[str, Any]:
    """要素的属性。 The properties of a feature, none of unknown name."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise CellError("not_a_feature", "不是要素或没有属性", "not a feature, or without properties")
    if unknown := properties.keys() - known:
        name = shown(min(unknown))
        raise CellError("unknown_property", f"未知的属性“{name}”", f"unknown property '{name}'")
    return properties


def _district(line: int, properties: dict[str, Any], shape: BaseGeometry) -> DistrictShape:
    return DistrictShape(
        file=DISTRICTS_FILE, line=line, code=_property(properties, "code", most=40), shape=shape
    )


def _grid(line: int, properties: dict[str, Any], shape: BaseGeometry) -> GridRow:
    return GridRow(
        file=GRIDS_FILE,
        line=line,
        code=_property(properties, "code", most=40),
        name=_property(properties, "name", most=120),
        name_en=_property(properties, "name_en", most=120, otherwise=""),
        parent=_property(properties, "parent", most=40),
        valid_from=cells.day(_property(properties, "valid_from", most=10)),
        shape=shape,
    )


def _property(properties: dict[str, Any], name: str, *, most: int, otherwise: str | None = None) -> str:
    """取一个文字属性。 One property that is clean text of `most` characters; required unless `otherwise` is given."""
    value = properties.get(name, otherwise)
    if not isinstance(value, str) or (otherwise is None and not value.strip()):
        raise CellError(
            "bad_property", f"属性 {name} 缺失或不是文字", f"property {name} is missing or not text"
        )
    if not _is_clean(value):
        raise CellError("bad_property", f"属性 {name} 含控制字符", f"property {name} has control characters")
    return cells.bounded(value.strip(), most=most)


def _is_clean(text: str) -> bool:
    return not UNCLEAN.search(text) and not any("\ud800" <= mark <= "\udfff" for mark in text)


def _geometry(value: object) -> BaseGeometry:
    """读面。 A Polygon or MultiPolygon as a shapely geometry; its validity is not judged here."""
    kind = value.get("type") if isinstance(value, dict) else None
    coordinates = value.get("coordinates") if isinstance(value, dict) else None
    if kind == "Polygon":
        return _polygon(coordinates)
    if kind == "MultiPolygon" and isinstance(coordinates, list) and coordinates:
        return shapely.MultiPolygon([_polygon(part) for part in coordinates])
    raise CellError("bad_geometry", "几何应为 Polygon 或 MultiPolygon", "geometry should be a (Multi)Polygon")


def _polygon(rings: object) -> BaseGeometry:
    if not isinstance(rings, list) or not rings:
        raise CellError("bad_geometry", "面没有环", "a polygon has no ring")
    outer, *holes = [_ring(ring) for ring in rings]
    return shapely.Polygon(outer, holes)


def _ring(points: object) -> list[tuple[float, float]]:
    """读环：至少四点且首尾相同。 A ring of at least four points, the last equal to the first."""
    if not isinstance(points, list) or len(points) < 4:
        raise CellError("bad_ring", "环少于四点", "a ring has fewer than four points")
    ring = [_point(point) for point in points]
    if ring[0] != ring[-1]:
        raise CellError("ring_open", "环首尾不相同", "a ring does not end where it began")
    return ring


def _point(point: object) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) != 2:
        raise CellError("bad_point", "坐标应为 [经度, 纬度]", "a point should be [lon, lat]")
    lon, lat = point
    if type(lon) not in {int, float} or type(lat) not in {int, float}:
        raise CellError("bad_point", "坐标不是数", "a coordinate is not a number")
    if not (abs(lon) < _COORDINATE_MAX and abs(lat) < _COORDINATE_MAX):
        raise CellError("bad_point", "坐标过大", "a coordinate is absurdly large")
    return float(lon), float(lat)
