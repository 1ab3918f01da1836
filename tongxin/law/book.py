"""法典对闸门的回答。 What the gate asks of the law, answered from the statute book and the organs, at each act anew."""

import functools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tongxin.acts.queries import put
from tongxin.acts.terms import Actor, Basis, BasisClause, Refused, Standing
from tongxin.law.models import Effect, Instrument
from tongxin.law.queries import IN_FORCE
from tongxin.law.rules.labels import clause_label
from tongxin.organs.queries import standing as standing_of
from tongxin.places.queries import city_day

# One statement for all entries an act rests on. A binding counts as in force when it holds on the day, and its clause does:
# the clause's own dates, where it has none those of its version, and no suspension. The dates are compared here, at the moment
# of the act, and nowhere kept as a flag: at 00:00 of the day a clause ends, the next statement is refused. One exception the law
# itself may make: an amending text in force that leaves what was begun before its day to the old clause (过渡规定); then the
# effect that says so is the last column.
BASIS = f"""
SELECT e.list || ':' || e.code, b.id, b.mandatory, b.general, i.key, v.adopted, c.key, i.title, i.title_en, c.text,
       coalesce(c.in_force_from, v.in_force_from),
       {IN_FORCE},
       (SELECT f.id FROM law_effect f JOIN law_clause k ON k.version_id = f.by_id AND k.key = f.by_clause
                                      JOIN law_version w ON w.id = k.version_id
         WHERE f.version_id = v.id AND f.state = 'confirmed' AND f.kind = 'repeal' AND f.saves_running
           AND (f.clause = '' OR c.key = f.clause OR starts_with(c.key, f.clause || '.'))
           AND coalesce(c.in_force_to, v.in_force_to) = f.day AND f.day <= d.day AND d.begun < f.day
           AND coalesce(k.in_force_from, w.in_force_from) <= d.day
           AND (coalesce(k.in_force_to, w.in_force_to) IS NULL OR d.day < coalesce(k.in_force_to, w.in_force_to))
           AND NOT EXISTS (SELECT 1 FROM law_suspension p WHERE p.clause_id = k.id AND p.since <= d.day
                              AND (p.until IS NULL OR d.day < p.until)) LIMIT 1)
  FROM places_city t
 CROSS JOIN LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE t.timezone)::date AS day,
                            (%(begun)s::timestamptz AT TIME ZONE t.timezone)::date AS begun) d
  JOIN law_listentry e ON (e.list, e.code) IN (SELECT split_part(r, ':', 1), substr(r, strpos(r, ':') + 1)
                                                FROM unnest({{entries}}) AS r)
                      AND e.valid_from <= d.day AND (e.valid_to IS NULL OR d.day < e.valid_to)
  LEFT JOIN law_binding b ON b.entry_id = e.id AND (b.valid_from IS NULL OR b.valid_from <= d.day)
                         AND (b.valid_to IS NULL OR d.day < b.valid_to)
  LEFT JOIN law_clause c ON c.id = b.clause_id
  LEFT JOIN law_version v ON v.id = c.version_id
  LEFT JOIN law_instrument i ON i.id = v.instrument_id
 ORDER BY e.list DESC, b.id
"""

# What the gate puts into the statement of an act that is checked, recorded and done in one (docs/decisions/0013): the city's
# day, the office held on it, and what BASIS and `_check_entry` ask of the list entries, whose references the gate gives as the
# rows of `entries (ref, nth)`; the clauses an act rests on besides are the rows of `rests (clause)`. `basis` has one row; its
# `clause` is the one that is not in force.
HERE: Final = """
here AS (SELECT (%(at)s::timestamptz AT TIME ZONE t.timezone)::date AS day FROM places_city t LIMIT 1)"""
STANDING: Final = """
standing AS (
  SELECT n.code AS organ, o.post FROM here d
    JOIN organs_holding h ON h.person = %(person)s::text AND h.valid_from <= d.day AND (h.valid_to IS NULL OR d.day < h.valid_to)
    JOIN organs_office o ON o.id = h.office_id AND o.code = %(office)s::text
    JOIN organs_organ n ON n.id = o.organ_id LIMIT 1)"""
BOUND: Final = f"""
bound AS (
  SELECT r.nth, e.id AS entry, b.id AS binding, b.mandatory, b.clause_id AS clause
    FROM here d CROSS JOIN entries r
    LEFT JOIN law_listentry e ON e.list = split_part(r.ref, ':', 1) AND e.code = substr(r.ref, strpos(r.ref, ':') + 1)
                             AND e.valid_from <= d.day AND (e.valid_to IS NULL OR d.day < e.valid_to)
    LEFT JOIN law_binding b ON b.entry_id = e.id AND (b.valid_from IS NULL OR b.valid_from <= d.day)
                           AND (b.valid_to IS NULL OR d.day < b.valid_to)
   UNION ALL SELECT 2, 0, clause, true, clause FROM rests),
judged AS MATERIALIZED (
  SELECT n.*, {IN_FORCE} AS stands, 'law:' || i.key || '@' || v.adopted || '#' || c.key AS ref
    FROM here d CROSS JOIN bound n
    LEFT JOIN law_clause c ON c.id = n.clause
    LEFT JOIN law_version v ON v.id = c.version_id
    LEFT JOIN law_instrument i ON i.id = v.instrument_id),
basis AS (
  SELECT CASE WHEN bool_or(entry IS NULL) THEN 'no_list_entry'
              WHEN count(DISTINCT nth) FILTER (WHERE mandatory) < count(DISTINCT nth) THEN 'entry_idle'
              WHEN bool_or(mandatory AND NOT stands) THEN 'clause_not_in_force' END AS code,
         min(ref) FILTER (WHERE mandatory AND NOT stands) AS clause,
         string_agg(ref, ' ' ORDER BY nth, binding) FILTER (WHERE stands) AS refs FROM judged)"""


FEW: Final = 4  # an act rests on its power, and mostly on one entry of a list


class StatuteBook:
    """法典。 The book as the gate sees it (acts.terms.Book)."""

    in_one: Final = (HERE, STANDING, BOUND)

    def basis(self, *, entries: tuple[str, ...], at: datetime, begun: datetime | None = None) -> Basis:
        """各清单事项此刻的依据。 The clauses of these entries, every mandatory one in force at `at`. Raises Refused.

        `begun`: when the matter began; a savings clause in force may leave it to a clause that has ended since. The savings
        clause is then part of the basis.
        """
        (found,) = _found((entries,), at, begun).values()
        if isinstance(found, Refused):
            raise found
        return found

    def bases(
        self, *, wanted: tuple[tuple[str, ...], ...], at: datetime
    ) -> Mapping[tuple[str, ...], Basis | Refused]:
        """若干组清单事项此刻的依据。 The basis, or the refusal, of each of several sets of entries. One statement."""
        return _found(wanted, at, None)

    def founding_basis(self, *, clauses: tuple[BasisClause, ...], at: datetime) -> Basis:
        """奠基行为的依据。 The clauses a city's own pack names, while the book is still empty. Raises Refused.

        Once an instrument has been entered, nothing can be founded a second time.
        """
        if Instrument.objects.exists():
            raise Refused("already_founded", "这座城市已经奠基", "this city has already been founded")
        held = tuple(clause for clause in clauses if clause.in_force_from <= at.date())
        if not held or len(held) != len(clauses):
            raise Refused("no_clause_in_force", "奠基条款尚未施行", "the founding clause is not in force")
        return Basis(entries=("founding",), clauses=held)

    def standing(self, *, actor: Actor, at: datetime) -> Standing:
        """行为人此刻的任职。 The office the actor holds on the city's day of `at`. Raises Refused."""
        found = standing_of(person=actor.person, office=actor.office or "", day=city_day(at))
        if found is None:
            raise Refused("office_not_held", "您现在不担任这个职务", "you do not hold this office now")
        return found


@functools.cache
def _question(count: int) -> str:
    """问几个清单事项。 The question about so many entries, each a value of its own where they are few.

    From an array the planner cannot tell how many they are, and would plan every question anew, which takes longer than its answer.
    """
    each = ", ".join(f"%(entry{nth})s" for nth in range(count))
    return BASIS.replace("{entries}", f"ARRAY[{each}]::text[]" if count <= FEW else "%(entries)s::text[]")


def _found(
    wanted: Sequence[tuple[str, ...]], at: datetime, begun: datetime | None
) -> dict[tuple[str, ...], Basis | Refused]:
    rows: dict[str, list[Any]] = {}
    asked = list(dict.fromkeys(entry for one in wanted for entry in one))
    given: dict[str, Any] = {f"entry{nth}": entry for nth, entry in enumerate(asked)}
    if len(asked) > FEW:
        given = {"entries": asked}
    for row in put(_question(len(asked)), at=at, begun=begun, **given):
        rows.setdefault(row[0], []).append(row)
    return {entries: _judged(entries, rows) for entries in wanted}


def _judged(entries: tuple[str, ...], rows: Mapping[str, list[Any]]) -> Basis | Refused:
    try:
        for entry in entries:
            _check_entry(entry, rows.get(entry, []))
    except Refused as refusal:
        return refusal
    held = [row for entry in entries for row in rows[entry] if row[11] or row[12]]
    saved = {row[12] for row in held if not row[11]}
    clauses = tuple(_clause(row) for row in held)
    return Basis(entries=entries, clauses=(*clauses, *_savings(saved)) if saved else clauses)


def _check_entry(entry: str, rows: list[Any]) -> None:
    if not rows:
        raise Refused("no_list_entry", f"清单里没有“{entry}”", f"the lists have no entry {entry}")
    bound = [row for row in rows if row[1] is not None]
    if not any(row[2] for row in bound):
        raise Refused(
            "entry_idle", f"“{entry}”没有条款作依据，暂停使用", f"{entry} rests on no clause and is idle"
        )
    for row in bound:
        if row[2] and not row[11] and not row[12]:
            ref = f"law:{row[4]}@{row[5].isoformat()}#{row[6]}"
            raise Refused(
                "clause_not_in_force",
                f"《{row[7]}》{clause_label(row[6])}现在不是有效条款",
                f"{row[8] or row[7]} {row[6]} is not in force",
                clause=ref,
            )


def _clause(row: Any) -> BasisClause:
    return BasisClause(
        ref=f"law:{row[4]}@{row[5].isoformat()}#{row[6]}",
        title=row[7],
        title_en=row[8] or row[7],
        label=clause_label(row[6]),
        text=row[9],
        in_force_from=row[10],
        general=row[3],
    )


def _savings(effects: Collection[int]) -> list[BasisClause]:
    """过渡规定。 The savings clauses that leave begun matters to clauses that have ended."""
    found = []
    for effect in Effect.objects.filter(pk__in=list(effects)).select_related("by__instrument"):
        by, key = effect.by, effect.by_clause
        found.append(
            BasisClause(
                ref=f"law:{by.instrument.key}@{by.adopted.isoformat()}#{key}",
                title=by.instrument.title,
                title_en=by.instrument.title_en or by.instrument.title,
                label=clause_label(key),
                text=effect.savings,
                in_force_from=by.in_force_from or effect.by.adopted,
            )
        )
    return found
