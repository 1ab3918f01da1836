"""谁看过我的数据：读取。 Reads of the person's page: one query over the ledger's rows that name a person, less what is deferred.

Complete by construction: the page is the rows of `ledger_ledgercontent` that name the person, from one statement, and what it
leaves out is what an active deferral names and nothing else. `completeness` counts the same three numbers by other statements.
A deferral is active by the dates alone: nothing has to run for a line to be shown again.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tongxin.acts.registry import REGISTRY
from tongxin.exchange.rules.person import CALL, Kind, Line, Named, Was, handle_of, line_of
from tongxin.identity.queries import refs_of

PAGE: Final = 20
NEWEST: Final = (1 << 63) - 1

# A granted deferral is active from its decision until its end, or the earlier moment at which it was ended.
_ACTIVE = """d.state = 'granted' AND d.since <= %(at)s AND %(at)s < least(d.until, d.ended_at)"""
_NAMED = f"""
SELECT e.id, e.verb, e.outcome, e.at, e.organ, e.office, e.clauses, c.subject, c.content,
       CASE WHEN coalesce(c.content->>'third', c.content->>'on_behalf_of', '') NOT IN ('', 'false')
                 AND NOT coalesce(c.content->>'third', c.content->>'on_behalf_of') = ANY(%(refs)s::text[])
                 AND NOT coalesce(c.content->>'actor', '') = ANY(%(refs)s::text[]) THEN 'third'
            WHEN c.content->>'actor' = ANY(%(refs)s::text[]) THEN 'own'
            WHEN e.verb = ANY(%(looks)s::text[]) THEN 'look' ELSE 'act' END AS kind,
       (SELECT jsonb_agg(jsonb_build_object('number', d.number, 'organ', d.organ, 'clauses', d.clause, 'since', d.since,
                                            'until', least(d.until, d.ended_at)) ORDER BY d.id)
          FROM exchange_deferredline l JOIN exchange_deferral d ON d.id = l.deferral_id
         WHERE l.line = c.entry_id AND d.state = 'granted' AND least(d.until, d.ended_at) <= %(at)s) AS was
  FROM ledger_ledgercontent c
  JOIN ledger_ledgerentry e ON e.id = c.entry_id
  LEFT JOIN LATERAL (SELECT true AS deferred FROM exchange_deferredline l JOIN exchange_deferral d ON d.id = l.deferral_id
                      WHERE l.line = c.entry_id AND {_ACTIVE} LIMIT 1) held ON true
 WHERE c.persons && %(refs)s::text[] AND held.deferred IS NULL
"""
_PAGE = f"""
SELECT * FROM ({_NAMED}) n
 WHERE n.kind = ANY(%(kinds)s::text[]) AND n.id < %(before)s AND (%(organ)s = '' OR n.organ = %(organ)s)
   AND (%(year)s = 0 OR extract(year FROM n.at AT TIME ZONE %(zone)s) = %(year)s)
 ORDER BY n.id DESC LIMIT %(size)s
"""
_COUNTS = f"SELECT n.kind, count(*) FROM ({_NAMED}) n GROUP BY n.kind"
# What may be filtered by: of lines in general form neither the organ nor the year is offered.
_CHOICES = f"""
SELECT DISTINCT n.organ, extract(year FROM n.at AT TIME ZONE %(zone)s)::int FROM ({_NAMED}) n WHERE n.kind <> 'third'
"""
_ALL = "SELECT count(*) FROM ledger_ledgercontent WHERE persons && %(refs)s::text[]"
_DEFERRED = f"""
SELECT count(DISTINCT l.line) FROM exchange_deferral d JOIN exchange_deferredline l ON l.deferral_id = d.id
  JOIN ledger_ledgercontent c ON c.entry_id = l.line
 WHERE {_ACTIVE} AND c.persons && %(refs)s::text[]
"""
# The whole city, row by row and person by person, without a name in the answer.
_CITY = f"""
WITH named AS (SELECT c.entry_id AS line, p.person FROM ledger_ledgercontent c CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.persons)) p(person)),
     held AS (SELECT DISTINCT l.line FROM exchange_deferredline l JOIN exchange_deferral d ON d.id = l.deferral_id WHERE {_ACTIVE}),
     shown AS (SELECT n.person, count(*) AS n FROM named n LEFT JOIN held h ON h.line = n.line WHERE h.line IS NULL GROUP BY n.person),
     away AS (SELECT p.person, count(*) AS n FROM held h JOIN ledger_ledgercontent c ON c.entry_id = h.line
               CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.persons)) p(person) GROUP BY p.person),
     every AS (SELECT person, count(*) AS n FROM named GROUP BY person)
SELECT count(*), coalesce(sum(e.n), 0)::bigint, coalesce(sum(s.n), 0)::bigint, coalesce(sum(a.n), 0)::bigint,
       count(*) FILTER (WHERE e.n <> coalesce(s.n, 0) + coalesce(a.n, 0))
  FROM every e LEFT JOIN shown s USING (person) LEFT JOIN away a USING (person)
"""
_PUBLIC = f"""
SELECT d.clause, d.organ, count(DISTINCT l.line), count(DISTINCT d.id), max(least(d.until, d.ended_at))
  FROM exchange_deferral d JOIN exchange_deferredline l ON l.deferral_id = d.id
 WHERE {_ACTIVE} GROUP BY d.clause, d.organ ORDER BY d.organ, d.clause
"""
_HIDDEN = f"""
SELECT DISTINCT l.line FROM exchange_deferredline l JOIN exchange_deferral d ON d.id = l.deferral_id
 WHERE l.line = ANY(%(lines)s) AND {_ACTIVE}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """筛选。 What lines are wanted: kinds, one organ (code) or any, one year or any (0), only those before an entry."""

    kinds: Sequence[Kind] = (Kind.LOOK,)
    organ: str = ""
    year: int = 0
    before: int = NEWEST
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Complete:
    """齐不齐。 Rows naming a person, lines shown, lines deferred: `whole` says that nothing is missing."""

    every: int
    shown: int
    deferred: int

    @property
    def whole(self) -> bool:
        """齐了。 Whether shown and deferred make up all."""
        return self.every == self.shown + self.deferred


@dataclass(frozen=True, slots=True)
class CityComplete:
    """全市齐不齐。 The same over the city: persons named, sums, and for how many persons the sum does not come out."""

    persons: int
    every: int
    shown: int
    deferred: int
    wrong: int


@dataclass(frozen=True, slots=True)
class DeferredCount:
    """公开的暂缓数。 How many lines are deferred now, by clauses and organ, and until when at the latest."""

    clauses: tuple[str, ...]
    organ: str
    lines: int
    deferrals: int
    latest: datetime


def _key() -> bytes:
    return settings.SECRET_KEY.encode()


def _about(person: str, at: datetime, **more: Any) -> dict[str, Any]:
    looks = sorted({verb for verb, declared in REGISTRY.items() if declared.personal} | {CALL})
    zone = timezone.get_current_timezone_name()
    return {"refs": list(refs_of(person=person)), "looks": looks, "at": at, "zone": zone, **more}


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _named(row: tuple[Any, ...]) -> Named:
    number, verb, outcome, at, organ, office, clauses, subject, content, kind, was = row
    return Named(
        entry=number,
        kind=Kind(kind),
        at=at,
        verb=verb,
        refused=outcome != "done",
        organ=organ,
        office=office,
        clauses=tuple(clauses.split()),
        subject=subject,
        content=_json(content) or {},
        deferred=tuple(
            Was(
                number=one["number"],
                organ=one["organ"],
                clauses=tuple(one["clauses"].split()),
                since=datetime.fromisoformat(one["since"]),
                until=datetime.fromisoformat(one["until"]),
            )
            for one in _json(was) or ()
        ),
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _line(row: Named, person: str, refs: Collection[str]) -> Line:
    local = timezone.localtime(row.at).date()
    handle = handle_of(entry=row.entry, person=person, kind=row.kind, key=_key())
    return line_of(row, refs=refs, handle=handle, month=local.replace(day=1))


def lines(*, person: str, at: datetime, wanted: Filter) -> list[Line]:
    """某人的若干行，新的在前。 Lines of one person, newest first; those in general form only through `third_lines`. Two statements."""
    kinds = [kind.value for kind in wanted.kinds if kind is not Kind.THIRD]
    given = _about(
        person,
        at,
        kinds=kinds,
        organ=wanted.organ,
        year=wanted.year,
        before=wanted.before,
        size=wanted.size,
    )
    return [_line(_named(row), given["refs"][0], given["refs"]) for row in _rows(_PAGE, given)]


def third_lines(*, person: str, at: datetime) -> list[Line]:
    """因他人的事查到某人的各行。 All lines in general form, by month and in an order within it that tells nothing. Two statements."""
    return sorted(
        (line for _row, line in third_rows(person=person, at=at)),
        key=lambda line: (line.month, line.handle),
        reverse=True,
    )


def third_rows(*, person: str, at: datetime) -> list[tuple[Named, Line]]:
    """同上，连同台账的一条。 The same with the ledger's row of each: the row is for the platform, the line for the person."""
    given = _about(person, at, kinds=[Kind.THIRD.value], organ="", year=0, before=NEWEST, size=NEWEST)
    found = [_named(row) for row in _rows(_PAGE, given)]
    return [(row, _line(row, given["refs"][0], given["refs"])) for row in found]


def line_at(*, person: str, at: datetime, handle: str) -> tuple[Named, Line] | None:
    """某人的某一行。 A row and its line by the name it has in addresses; None for another's, a deferred one, none at all.

    The three are told apart by nothing: otherwise trying numbers would tell what is deferred. Two statements.
    """
    if handle.startswith("t"):
        return next((pair for pair in third_rows(person=person, at=at) if pair[1].handle == handle), None)
    if not (handle.isascii() and handle.isdecimal() and len(handle) < 19):
        return None
    number = int(handle)
    kinds = [kind.value for kind in Kind if kind is not Kind.THIRD]
    given = _about(person, at, kinds=kinds, organ="", year=0, before=number + 1, size=1)
    row = next(iter(_rows(_PAGE, given)), None)
    if row is None or row[0] != number:
        return None
    named = _named(row)
    return named, _line(named, given["refs"][0], given["refs"])


def counts(*, person: str, at: datetime) -> dict[Kind, int]:
    """各类几行。 How many lines of each kind a person's page has. Two statements."""
    found = dict.fromkeys(Kind, 0)
    found.update({Kind(kind): count for kind, count in _rows(_COUNTS, _about(person, at))})
    return found


def choices(*, person: str, at: datetime) -> tuple[list[str], list[int]]:
    """可以按什么筛选。 The organs and years of a person's lines, those in general form left out. Two statements."""
    found = _rows(_CHOICES, _about(person, at))
    return sorted({organ for organ, _ in found if organ}), sorted({year for _, year in found}, reverse=True)


# ---- Completeness ---------------------------------------------------------------------------------------------------


def completeness(*, person: str, at: datetime) -> Complete:
    """齐不齐：三个数各数各的。 All rows naming a person, lines shown, lines deferred, by three statements that share no text but

    the dates of an active deferral. For the proof, not for the person's page: the third number would tell what it keeps back.
    """
    given = _about(person, at)
    every = _rows(_ALL, given)[0][0]
    shown = sum(counts(person=person, at=at).values())
    return Complete(every, shown, _rows(_DEFERRED, given)[0][0])


def city_completeness(*, at: datetime) -> CityComplete:
    """全市的证明，不点谁的名。 The proof over the whole city, naming nobody. One statement over the whole ledger."""
    return CityComplete(*_rows(_CITY, {"at": at})[0])


def deferred_counts(*, at: datetime) -> list[DeferredCount]:
    """公开：现在暂缓多少行。 Publicly: how many lines are deferred now, by organ and clauses. One statement."""
    return [
        DeferredCount(tuple(clause.split()), organ, lines, deferrals, latest)
        for clause, organ, lines, deferrals, latest in _rows(_PUBLIC, {"at": at})
    ]


def deferred_among(*, entries: Collection[int], at: datetime) -> frozenset[int]:
    """其中暂缓的。 Of some ledger entries those whose lines are deferred now: no other page may tell of them. One statement."""
    if not entries:
        return frozenset()
    return frozenset(number for (number,) in _rows(_HIDDEN, {"lines": list(entries), "at": at}))
