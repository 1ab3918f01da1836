"""清单事项的效力，成批算。 Which entries are active, for whole lists at once: the same rule as the gate's, in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

# The state of every listed entry on a day. The rule is that of `book.BASIS`; a test holds the two together.
_STATES = """
SELECT e.id, coalesce(bool_or(b.mandatory), false)
         AND coalesce(bool_and(NOT b.mandatory OR (
               coalesce(c.in_force_from, v.in_force_from) <= %(day)s
               AND (coalesce(c.in_force_to, v.in_force_to) IS NULL OR %(day)s < coalesce(c.in_force_to, v.in_force_to))
               AND s.clause_id IS NULL) IS TRUE), false) AS active
  FROM law_listentry e
  LEFT JOIN law_binding b ON b.entry_id = e.id AND (b.valid_from IS NULL OR b.valid_from <= %(day)s)
                         AND (b.valid_to IS NULL OR %(day)s < b.valid_to)
  LEFT JOIN law_clause c ON c.id = b.clause_id
  LEFT JOIN law_version v ON v.id = c.version_id
  LEFT JOIN law_suspension s ON s.clause_id = c.id AND s.since <= %(day)s AND (s.until IS NULL OR %(day)s < s.until)
 WHERE e.valid_from <= %(day)s AND (e.valid_to IS NULL OR %(day)s < e.valid_to)
 GROUP BY e.id
"""
_SAID = """
SELECT DISTINCT ON (list_entry_id) list_entry_id, what <> 'idle' FROM law_listchange
 WHERE what IN ('admitted', 'idle', 'active') ORDER BY list_entry_id, id DESC
"""
_ROWS = "SELECT id, list, code, name, holder, facts->>'lead' FROM law_listentry WHERE id = ANY(%s) ORDER BY list, code"


@dataclass(frozen=True, slots=True)
class Moved:
    """停用或恢复的事项。 An entry that has lost its basis, or has one again."""

    id: int
    list: str
    code: str
    name: str
    holder: str
    lead: str
    active: bool

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"{self.list}:{self.code}"


def entries_moved(*, day: date, before: Mapping[int, bool]) -> list[Moved]:
    """有变的事项。 The entries whose state on a day is not what the lists last said; never said: not what it was `before`.

    `before`: the states when the lists were last looked at (`states_on`), read before any date was changed.
    """
    now = states_on(day=day)
    with connection.cursor() as cursor:
        cursor.execute(_SAID)
        known = {**before, **dict(cursor.fetchall())}
        moved = [key for key, active in now.items() if active is not known.get(key, active)]
        cursor.execute(_ROWS, [moved])
        return [
            Moved(number, kind, code, name, holder, lead or "", now[number])
            for number, kind, code, name, holder, lead in cursor.fetchall()
        ]


def states_on(*, day: date, ids: Sequence[int] | None = None) -> dict[int, bool]:
    """各事项此日是否在用。 Whether each listed entry is active on a day, by row id. One statement."""
    with connection.cursor() as cursor:
        if ids is None:
            cursor.execute(_STATES, {"day": day})
        else:
            cursor.execute(
                _STATES.replace(" GROUP BY", " AND e.id = ANY(%(ids)s) GROUP BY"),
                {"day": day, "ids": list(ids)},
            )
        return dict(cursor.fetchall())


# The mandatory bindings of idle entries that do not hold by their dates, each with the effect that saves what was begun.
_SAVED = """
SELECT e.list || ':' || e.code, f.day
  FROM law_listentry e JOIN law_binding b ON b.entry_id = e.id AND b.mandatory
   AND (b.valid_from IS NULL OR b.valid_from <= %(day)s) AND (b.valid_to IS NULL OR %(day)s < b.valid_to)
  JOIN law_clause c ON c.id = b.clause_id JOIN law_version v ON v.id = c.version_id
  LEFT JOIN law_effect f ON f.version_id = v.id AND f.state = 'confirmed' AND f.kind = 'repeal' AND f.saves_running
   AND (f.clause = '' OR c.key = f.clause OR starts_with(c.key, f.clause || '.'))
   AND coalesce(c.in_force_to, v.in_force_to) = f.day AND f.day <= %(day)s
   AND EXISTS (SELECT 1 FROM law_clause k JOIN law_version w ON w.id = k.version_id
                WHERE k.version_id = f.by_id AND k.key = f.by_clause AND coalesce(k.in_force_from, w.in_force_from) <= %(day)s
                  AND (coalesce(k.in_force_to, w.in_force_to) IS NULL OR %(day)s < coalesce(k.in_force_to, w.in_force_to))
                  AND NOT EXISTS (SELECT 1 FROM law_suspension p WHERE p.clause_id = k.id AND p.since <= %(day)s
                                     AND (p.until IS NULL OR %(day)s < p.until)))
 WHERE e.list || ':' || e.code = ANY(%(entries)s)
   AND NOT (coalesce(c.in_force_from, v.in_force_from) <= %(day)s
            AND (coalesce(c.in_force_to, v.in_force_to) IS NULL OR %(day)s < coalesce(c.in_force_to, v.in_force_to))
            AND NOT EXISTS (SELECT 1 FROM law_suspension s WHERE s.clause_id = c.id AND s.since <= %(day)s
                               AND (s.until IS NULL OR %(day)s < s.until)))
"""


def saved_before(*, entries: Collection[str], day: date) -> dict[str, date]:
    """过渡规定。 Idle entries whose ended clauses all have a savings clause: the day before which a matter must have begun.

    One statement; none without entries. `book.BASIS` applies the same rule to a single act.
    """
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SAVED, {"day": day, "entries": list(entries)})
        rows = cursor.fetchall()
    found: dict[str, date | None] = {}
    for ref, until in rows:
        was = found.get(ref, until)
        found[ref] = min(was, until) if was and until else None
    return {ref: until for ref, until in found.items() if until}


# When an entry lost what it rests on: the first day on which one of its mandatory clauses had ended or was suspended; where begun
# matters were left to the old clause, the day on which what left them so had ended itself.
_LAPSED = """
SELECT e.list || ':' || e.code, nullif(min(greatest(least(coalesce(c.in_force_to, v.in_force_to), s.since), (
         SELECT max(coalesce(least(coalesce(k.in_force_to, w.in_force_to), p.since), 'infinity'))
           FROM law_effect f JOIN law_clause k ON k.version_id = f.by_id AND k.key = f.by_clause
           JOIN law_version w ON w.id = k.version_id
           LEFT JOIN law_suspension p ON p.clause_id = k.id AND p.since <= %(day)s AND (p.until IS NULL OR %(day)s < p.until)
          WHERE f.version_id = v.id AND f.state = 'confirmed' AND f.kind = 'repeal' AND f.saves_running
            AND (f.clause = '' OR c.key = f.clause OR starts_with(c.key, f.clause || '.'))
            AND f.day = coalesce(c.in_force_to, v.in_force_to)))), 'infinity'::date)
  FROM law_listentry e JOIN law_binding b ON b.entry_id = e.id AND b.mandatory
   AND (b.valid_from IS NULL OR b.valid_from <= %(day)s) AND (b.valid_to IS NULL OR %(day)s < b.valid_to)
  JOIN law_clause c ON c.id = b.clause_id JOIN law_version v ON v.id = c.version_id
  LEFT JOIN law_suspension s ON s.clause_id = c.id AND s.since <= %(day)s AND (s.until IS NULL OR %(day)s < s.until)
 WHERE e.list || ':' || e.code = ANY(%(entries)s)
   AND (coalesce(c.in_force_to, v.in_force_to) <= %(day)s OR s.since IS NOT NULL)
 GROUP BY 1
"""


def lapsed_on(*, entries: Collection[str], day: date) -> dict[str, date]:
    """哪一天失去依据。 The day since which each of these idle entries has no basis; what never had one is left out."""
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAPSED, {"day": day, "entries": list(entries)})
        return {ref: since for ref, since in cursor.fetchall() if since is not None}
