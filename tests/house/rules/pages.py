"""Routes and templates: every route says who may open it, and every template is drawn by some test."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver

from tests.house.rules.terms import Violation

ROW = (
    "add its row to tests/house/permissions.csv: what the resident concerned, an official with a basis, an official "
    "without and an outsider are answered; `PROPOSE=1 pytest tests/house/test_permissions.py` proposes it, somebody reads it"
)
GONE = "remove the row: no such route is left"
GUARDS = frozenset({"sign in", "refused", "no method", "absent"})
OPEN = (
    "ask who it is (`who(request)`, sign-in or an act that refuses), or, if everybody may, write the route and why into "
    "tests/house/public.csv; somebody reads it"
)
SHUT = "remove the row from tests/house/public.csv"
DRAWN = "open the page in a test that has the `page` fixture, or delete the template"


@dataclass(frozen=True)
class Route:
    """One route: its pattern, and its name."""

    pattern: str
    name: str


def routes(patterns: Iterable[Any], before: str = "", namespace: str = "") -> Iterator[Route]:
    """Every route below a list of patterns."""
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = ":".join(n for n in (namespace, one.namespace) if n)
            yield from routes(one.url_patterns, here, inner)
        elif isinstance(one, URLPattern):
            yield Route(here, ":".join(n for n in (namespace, one.name or "") if n))


def permissions(found: Iterable[Route], rows: Collection[Mapping[str, str]]) -> list[Violation]:
    """Every route has a row, and every row a route."""
    known = {row["route"] for row in rows}
    real = {route.pattern for route in found}
    return [
        Violation(f"/{pattern}", "no row says who may open this route", ROW)
        for pattern in sorted(real - known)
    ] + [
        Violation("tests/house/permissions.csv", f"has a row for /{pattern}", GONE)
        for pattern in sorted(known - real)
    ]


def guarded(rows: Collection[Mapping[str, str]], public: Mapping[str, str]) -> list[Violation]:
    """Every route keeps an outsider out, or is listed as public with a reason; nothing is listed that keeps them out."""
    told: dict[str, set[str]] = {}
    for row in rows:
        told.setdefault(row["route"], set()).add(row["outsider"])
    opened = {route for route, answers in told.items() if answers - GUARDS}
    return [
        *(
            Violation(f"/{one}", "answers an outsider and is not listed as public", OPEN)
            for one in sorted(opened - public.keys())
        ),
        *(
            Violation(
                "tests/house/public.csv", f"lists /{one}, which keeps an outsider out or is no route", SHUT
            )
            for one in sorted(public.keys() - opened)
        ),
        *(
            Violation("tests/house/public.csv", f"/{one} has no reason", OPEN)
            for one in sorted(public)
            if not public[one].strip()
        ),
    ]


def templates(root: Path) -> set[str]:
    """The names of every template under `tongxin/`."""
    found = set()
    for path in (root / "tongxin").rglob("templates/**/*"):
        if path.is_file() and path.suffix in {".html", ".txt", ".xml"}:
            found.add(re.split(r"/templates/", path.as_posix())[-1])
    return found


def drawn(known: Iterable[str], seen: Collection[str]) -> list[Violation]:
    """Every template was drawn by some test."""
    return [
        Violation(f"templates/{name}", "no test draws this template", DRAWN)
        for name in sorted(set(known) - set(seen))
    ]
