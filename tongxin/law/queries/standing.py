"""清单事项的效力，成批算。 Which entries are active, for whole lists at once: the same rule as the gate's, in one statement."""

from collections.abc import Collection, Sequence
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
# What the lists last said of an entry; where they never said anything, what held on the eve.
_MOVED = f"""
WITH now AS ({_STATES}), eve AS ({_STATES.replace("%(day)s", "%(eve)s")}),
     said AS (SELECT DISTINCT ON (list_entry_id) list_entry_id, what <> 'idle' AS active FROM law_listchange
               WHERE what IN ('admitted', 'idle', 'active') ORDER BY list_entry_id, id DESC)
SELECT e.id, e.list, e.code, e.name, e.holder, e.facts->>'lead', now.active
  FROM now JOIN law_listentry e ON e.id = now.id
  LEFT JOIN eve ON eve.id = now.id LEFT JOIN said ON said.list_entry_id = now.id
 WHERE now.active <> coalesce(said.active, eve.active, now.active)
 ORDER BY e.list, e.code
"""


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


def entries_moved(*, day: date, eve: date) -> list[Moved]:
    """有变的事项。 The entries whose state on a day is not what the lists last said (or, never said, not that of the eve)."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"day": day, "eve": eve})
        return [
            Moved(number, kind, code, name, holder, lead or "", active)
            for number, kind, code, name, holder, lead, active in cursor.fetchall()
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
   AND EXISTS (SELECT 1 FROM law_version w WHERE w.id = f.by_id AND w.in_force_from <= %(day)s
                  AND (w.in_force_to IS NULL OR %(day)s < w.in_force_to))
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
