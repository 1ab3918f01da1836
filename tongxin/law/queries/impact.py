"""影响预览。 What an instrument moves on a day: bindings, entries, limits, citations – before it happens, or after.

Read from the same dates the gate reads. What ends, and by what, is found in `closings`; here is what rests on it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from tongxin.law.models import Effect, Version
from tongxin.law.queries.clauses import wordings
from tongxin.law.queries.closings import Closing
from tongxin.law.rules.succession import Successor, Wording, succession
from tongxin.law.terms import ClauseText

ONE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedBinding:
    """受影响的依据。 A binding whose clause ends. `what`: ends (nothing follows), changes (a clause with other words follows),
    moves (the same words elsewhere), same (the same words in the same place), suspended.

    `ready`: it has been re-pointed already, from that day on, and `now` says to what (references, with spaces between).
    `certain`: what ends it is confirmed, so that it can be re-pointed. `phrase`: the words of the clause that name the holder.
    """

    binding: int
    entry: str
    name: str
    mandatory: bool
    clause: str
    day: date
    what: str
    successor: str
    likeness: float
    ready: bool
    phrase: str
    now: str
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StaleCitation:
    """将过时的引用。 A citation in a text in force that points to what ends."""

    instrument: str
    title: str
    level: str
    version: date
    clause: str
    quote: str
    cited: str
    cited_clause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StaleLimit:
    """将失去依据的期限。 A limit whose clause ends."""

    matter: str
    stage: str
    step: str
    number: str
    unit: str
    clause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Impact:
    """影响。 Everything that rests on what ends. `idle`: entries that were active on the eve and will not be."""

    closings: tuple[Closing, ...]
    bindings: tuple[MovedBinding, ...]
    idle: tuple[tuple[str, str], ...]
    limits: tuple[StaleLimit, ...]
    citations: tuple[StaleCitation, ...]

    def as_json(self) -> dict[str, Any]:
        """程序用。 The same for programs: names and texts, no rows."""
        found = {
            "closings": [_closing_json(closing) for closing in self.closings],
            "bindings": [
                {key: value for key, value in asdict(row).items() if key != "binding"}
                for row in self.bindings
            ],
            "idle": [{"entry": ref, "name": name} for ref, name in self.idle],
            "limits": [asdict(row) for row in self.limits],
            "citations": [asdict(row) for row in self.citations],
        }
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
        return plain


def _closing_json(closing: Closing) -> dict[str, Any]:
    instrument = closing.version.instrument
    return {
        "instrument": instrument.key,
        "title": instrument.title,
        "version": closing.version.adopted,
        "text_held": closing.version.has_text,
        "clauses": list(closing.clauses),
        "day": closing.day,
        "kind": closing.kind,
        "by": f"law:{closing.by.instrument.key}@{closing.by.adopted}" if closing.by else "",
        "by_clause": closing.by_clause,
        "certain": closing.certain,
        "savings": closing.savings,
    }


_RESTING = """
SELECT b.id, e.id, e.list || ':' || e.code, e.name, b.mandatory, c.key, b.valid_to IS NOT NULL AND b.valid_to <= %(day)s,
       b.phrase,
       CASE WHEN b.valid_to <= %(day)s THEN coalesce((
         SELECT string_agg(DISTINCT 'law:' || i.key || '@' || w.adopted || '#' || d.key, ' ')
           FROM law_binding n JOIN law_clause d ON d.id = n.clause_id JOIN law_version w ON w.id = d.version_id
           JOIN law_instrument i ON i.id = w.instrument_id
          WHERE n.entry_id = b.entry_id AND n.valid_from = b.valid_to AND n.mandatory = b.mandatory), '') ELSE '' END
  FROM law_clause c JOIN law_binding b ON b.clause_id = c.id JOIN law_listentry e ON e.id = b.entry_id
  JOIN law_version v ON v.id = c.version_id
 WHERE c.version_id = %(version)s
   AND (%(whole)s OR EXISTS (SELECT 1 FROM unnest(%(keys)s::text[]) k WHERE c.key = k OR starts_with(c.key, k || '.')))
   AND (b.valid_from IS NULL OR b.valid_from <= %(eve)s) AND (b.valid_to IS NULL OR %(eve)s < b.valid_to)
   AND e.valid_from <= %(eve)s AND (e.valid_to IS NULL OR %(eve)s < e.valid_to)
   AND coalesce(c.in_force_from, v.in_force_from) <= %(eve)s
   AND (coalesce(c.in_force_to, v.in_force_to) IS NULL OR %(eve)s < coalesce(c.in_force_to, v.in_force_to))
 ORDER BY e.list, e.code, b.id
"""
_CITING = """
SELECT i.key, i.title, i.level, v.adopted, t.clause_key, t.quote, x.title, t.target_clause
  FROM law_citation t JOIN law_version v ON v.id = t.version_id JOIN law_instrument i ON i.id = v.instrument_id
  JOIN law_instrument x ON x.id = t.target_id
 WHERE t.target_id = %(target)s AND i.id <> %(target)s AND v.id <> %(maker)s AND v.in_force_from <= %(day)s
   AND (v.in_force_to IS NULL OR %(day)s < v.in_force_to)
   AND (%(whole)s OR EXISTS (SELECT 1 FROM unnest(%(keys)s::text[]) k
                              WHERE t.target_clause = k OR starts_with(t.target_clause, k || '.')
                                 OR (t.target_clause <> '' AND starts_with(k, t.target_clause || '.'))))
 ORDER BY i.title, v.adopted, t.id
"""
_LIMITS = """
SELECT l.matter, l.stage, l.step, l.number::text, l.unit, c.key
  FROM law_limitrule l JOIN law_clause c ON c.id = l.clause_id
 WHERE c.version_id = %(version)s
   AND (%(whole)s OR EXISTS (SELECT 1 FROM unnest(%(keys)s::text[]) k WHERE c.key = k OR starts_with(c.key, k || '.')))
 ORDER BY l.matter, l.stage, l.step
"""


def impact(*, found: Sequence[Closing], states: Mapping[date, Mapping[int, bool]]) -> Impact:
    """影响。 What rests on what ends. Three statements for each closing, one for the words of each pair of texts.

    `states`: for the eve of each closing, whether each entry was active (`standing.states_on`); an entry that was idle before
    does not fall idle again.
    """
    bindings: dict[int, MovedBinding] = {}
    idle: dict[str, str] = {}
    limits: list[StaleLimit] = []
    citations: list[StaleCitation] = []
    for closing in found:
        given: dict[str, Any] = {
            "version": closing.version.pk, "target": closing.version.instrument_id, "day": closing.day,
            "maker": closing.by.pk if closing.by else 0, "eve": closing.day - ONE, "whole": not closing.clauses, "keys": list(closing.clauses),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_RESTING, given)
            rows = cursor.fetchall()
            cursor.execute(_LIMITS, given)
            limits += [StaleLimit(matter=m, stage=s, step=p, number=n, unit=u, clause=_ref(closing, c))
                       for m, s, p, n, u, c in cursor.fetchall()]  # fmt: skip
            cursor.execute(_CITING, given)
            citations += [
                StaleCitation(
                    instrument=k, title=t, level=lv, version=a, clause=c, quote=q, cited=x, cited_clause=z
                )
                for k, t, lv, a, c, q, x, z in cursor.fetchall()
            ]
        followed = _successors(closing) if rows else {}
        active = states.get(closing.day - ONE, {})
        for number, entry, ref, name, mandatory, key, ready, phrase, now in rows:
            # An article repealed on the day on which its whole text is replaced is told once, as repealed.
            bindings.setdefault(
                number,
                _moved(closing, (number, ref, name, mandatory, key, ready, phrase, now), followed.get(key)),
            )
            if mandatory and not ready and active.get(entry, False):
                idle[ref] = name
    return Impact(
        closings=tuple(found), bindings=tuple(bindings.values()), idle=tuple(sorted(idle.items())),
        limits=tuple(dict.fromkeys(limits)), citations=tuple(dict.fromkeys(citations)),
    )  # fmt: skip


def _ref(closing: Closing, key: str) -> str:
    return f"law:{closing.version.instrument.key}@{closing.version.adopted.isoformat()}#{key}"


def _moved(
    closing: Closing, row: tuple[int, str, str, bool, str, bool, str, str], successor: Successor | None
) -> MovedBinding:
    number, ref, name, mandatory, key, ready, phrase, now = row
    if closing.kind == Effect.Kind.SUSPEND:
        what, target = "suspended", ""
    elif successor is None or successor.key is None:
        what, target = "ends", ""
    else:
        what = {"changed": "changes", "same": "same"}.get(successor.how, "moves")
        target = (
            f"law:{closing.following.instrument.key}@{closing.following.adopted.isoformat()}#{successor.key}"
            if closing.following
            else f"#{successor.key}"
        )
    return MovedBinding(
        binding=number, entry=ref, name=name, mandatory=mandatory, clause=_ref(closing, key), day=closing.day,
        what=what, successor=target, likeness=round(successor.likeness, 3) if successor and target else 0.0, ready=ready,
        phrase=phrase, now=now, certain=closing.certain,
    )  # fmt: skip


def _successors(closing: Closing) -> Mapping[str, Successor]:
    if closing.draft:
        old = wordings(version=closing.version)
        return succession(
            old=old, new=[_wording(c) for c in closing.draft], renumbered=dict(closing.renumbered)
        )
    if closing.following is None:
        return {}
    return followed(closing.version.pk, closing.following.pk, tuple(sorted(closing.renumbered.items())))


@lru_cache(maxsize=64)
def followed(old: int, new: int, moves: tuple[tuple[str, str], ...]) -> Mapping[str, Successor]:
    """两个版本间的承继。 The successors of a version's clauses in another, by row ids. Texts never change: kept in the process."""
    return succession(
        old=wordings(version=Version(pk=old)), new=wordings(version=Version(pk=new)), renumbered=dict(moves)
    )


def _wording(clause: ClauseText) -> Wording:
    return Wording(key=clause.key, kind=clause.kind.value, text=clause.text)
