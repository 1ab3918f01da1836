"""来源在哪里。 Where a source is, and whether this instance may go there.

The operator of the instance keeps `sources.json` in the data folder, readable by its user alone:

    {"places":  {"demo:residents": "postgresql://127.0.0.1:5432/residents"},
     "allowed": ["https://data.example", "postgresql://10.0.0.5:5432", "file:///srv/drop"],
     "secrets": {"residents": {"user": "…", "password": "…"}}}

An address in the catalogue is a name of `places`, or an URL that begins at one of `allowed`: nobody who edits the catalogue can
make this machine call another one. Credentials are named in the catalogue and lie here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from tongxin.exchange.models import Source
from tongxin.exchange.terms import Adapter, Came, SourceFault

SCHEMES: Final = {
    Adapter.POSTGRESQL: frozenset({"postgresql"}),
    Adapter.HTTP_JSON: frozenset({"http", "https"}),
    Adapter.CSV_DROP: frozenset({"file"}),
}


@dataclass(frozen=True, slots=True)
class Place:
    """一处来源。 A source's place: parts of its URL, its credential, how many seconds it may take."""

    scheme: str
    host: str
    port: int
    path: str
    seconds: float
    secret: Mapping[str, str] = field(repr=False)


def place_of(source: Source) -> Place:
    """来源所在。 Where a source is reached. Raises SourceFault when the instance knows no such place or may not go there."""
    known = _known()
    named = known.get("places", {}).get(source.address)
    url = str(named or source.address)
    parts = _parts(url)
    if (
        parts.scheme not in SCHEMES[Adapter(source.adapter)]
        or parts.username
        or parts.query
        or parts.fragment
        or (parts.scheme in ("http", "https") and not _stays(f"{parts.path}/{source.relation}"))
    ):
        raise SourceFault(Came.UNREACHABLE, "the address is none for this kind of source")
    if named is None and not any(_within(parts, str(one)) for one in known.get("allowed", [])):
        raise SourceFault(Came.UNREACHABLE, "this instance may not go there")
    return Place(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or {"http": 80, "https": 443, "postgresql": 5432}.get(parts.scheme, 0),
        path=parts.path,
        seconds=source.wait_ms / 1000,
        secret=_secret(known, source.secret or ("sample" if named and known.get("sample") else "")),
    )


def _secret(known: Mapping[str, Any], name: str) -> Mapping[str, str]:
    if not name:
        return {}
    held = known.get("secrets", {}).get(name)
    if not isinstance(held, dict):
        raise SourceFault(Came.UNREACHABLE, "the credential is not kept here")
    return {str(key): str(value) for key, value in held.items()}


def _parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is none raises here
    except ValueError as error:
        raise SourceFault(Came.UNREACHABLE, "the address is none") from error
    return parts


def _stays(path: str) -> bool:
    """不往上走，也不带别的。 Whether a path of an URL climbs nowhere and says no more than a path: no dots alone, plain or coded, no query."""
    return all(part not in (".", "..") for part in path.split("/")) and not set(path) & set("?#%\\")


def _within(parts: Any, allowed: str) -> bool:
    other = _parts(allowed)
    if (parts.scheme, parts.hostname, parts.port) != (other.scheme, other.hostname, other.port):
        return False
    if parts.scheme == "file":
        return Path(parts.path).resolve().is_relative_to(Path(other.path).resolve())
    within = other.path.rstrip("/")
    return bool(parts.path == within or parts.path.startswith(f"{within}/"))


def _known() -> Mapping[str, Any]:
    path = Path(settings.SOURCES)
    try:
        return _read(str(path), path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=2)
def _read(path: str, changed: int) -> Mapping[str, Any]:
    del changed  # part of the key: a file that was edited is read anew
    held = json.loads(Path(path).read_text(encoding="utf-8"))
    return held if isinstance(held, dict) else {}
