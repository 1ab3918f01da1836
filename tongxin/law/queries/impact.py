"""影响预览。 What an instrument moves on a day: bindings, entries, limits, citations – before it happens, or after.

Read from the same dates the gate reads. `closings` says what ends, and by what; `impact` what rests on it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.db import connection, models

from tongxin.law.models import Effect, Version
from tongxin.law.queries.book import clause_texts, effects_of
from tongxin.law.queries.clauses import renumbered, wordings
from tongxin.law.queries.titles import instruments_called
from tongxin.law.rules import parse_instrument
from tongxin.law.rules.consolidating import Amendment, consolidated
from tongxin.law.rules.effects import TEXTUAL, EffectFault, EffectKind
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.repeals import spoken_repeals
from tongxin.law.rules.succession import Successor, Wording, succession
from tongxin.law.terms import ClauseText

ONE = timedelta(days=1)
SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """一处失效。 What ends (or is suspended) on a day: a version, or the clauses of it named in `clauses` and below.

    `by`: the version that does it, and its clause; `certain`: confirmed, or (candidate, draft) still to be. `following` is the
    version, or the draft's clauses, in which a successor may be found.
    """

    version: Version
    clauses: tuple[str, ...]
    day: date
    kind: str
    by: Version | None = None
    by_clause: str = ""
    certain: bool = True
    savings: str = ""
    following: Version | None = None
    draft: tuple[ClauseText, ...] = ()
    renumbered: Mapping[str, str] = field(default_factory=dict)


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


def closings(*, key: str, day: date, today: date) -> list[Closing]:
    """一部文件到某日使什么失效。 What an instrument ends by a day that still stood on the eve of it or stands today.

    Its confirmed effects and its candidates, and its own earlier versions that its newer ones replace.
    """
    versions = list(
        Version.objects.filter(instrument__key=key)
        .select_related("instrument")
        .order_by("in_force_from", "adopted")
    )
    since = min(today, day - ONE)
    found = [
        _of_effect(effect)
        for effect in effects_of(versions=[version.pk for version in versions])
        if effect.version is not None
        and effect.day is not None
        and since < effect.day <= day
        and effect.kind in {Effect.Kind.REPEAL, Effect.Kind.SUSPEND}
    ]
    dated = [version for version in versions if version.in_force_from]
    for before, after in pairwise(dated):
        if after.in_force_from and since < after.in_force_from <= day:
            found.append(
                Closing(
                    version=before,
                    clauses=(),
                    day=after.in_force_from,
                    kind=SUPERSEDED,
                    by=after,
                    following=after,
                    renumbered=renumbered(old=before),
                )
            )
    found += _reworded([effect for effect in effects_of(versions=[version.pk for version in versions])
                        if effect.kind in TEXTUAL and effect.day and since < effect.day <= day])  # fmt: skip
    return sorted(found, key=lambda closing: (closing.day, closing.version.instrument.title))


def _reworded(effects: Sequence[Effect]) -> list[Closing]:
    """改了文字的旧文本。 The texts that changes of words replace: by the version made of them, or, before they are confirmed, by what
    their words come to. What does not fit together is left out: confirming it will say why.
    """
    found = []
    pairs = {(effect.by_id, effect.version_id): effect for effect in effects if effect.version}
    for (by, target), first in sorted(pairs.items()):
        mine = [one for one in effects if (one.by_id, one.version_id) == (by, target)]
        version, day = first.version, min(one.day for one in mine if one.day)
        if version is None:
            continue
        moves = {one.clause: one.to_clause for one in mine if one.kind == Effect.Kind.RENUMBER}
        made = Version.objects.filter(instrument=version.instrument_id, adopted=first.by.adopted)
        following = made.select_related("instrument").first()
        draft: tuple[ClauseText, ...] = ()
        if following is None:
            try:
                draft = _draft(version, mine)
            except EffectFault:
                continue
        found.append(
            Closing(
                version=version, clauses=(), day=day, kind=SUPERSEDED, by=first.by, by_clause=first.by_clause,
                certain=following is not None, following=following, draft=draft, renumbered=moves,
            )
        )  # fmt: skip
    return found


def _draft(version: Version, effects: Sequence[Effect]) -> tuple[ClauseText, ...]:
    """合成后的条文。 The clauses the text would have after the changes. One statement. Raises EffectFault."""
    amendments = [
        Amendment(kind=EffectKind(one.kind), clause=one.clause, to_clause=one.to_clause, text=one.text)
        for one in effects
    ]
    text = consolidated(
        title=version.instrument.title, clauses=clause_texts(version=version), amendments=amendments
    )
    return tuple(parse_instrument(text).clauses)


def _of_effect(effect: Effect) -> Closing:
    assert effect.version is not None and effect.day is not None  # noqa: S101, PT018 - the caller has looked
    return Closing(
        version=effect.version,
        clauses=(effect.clause,) if effect.clause else (),
        day=effect.day,
        kind=effect.kind,
        by=effect.by,
        by_clause=effect.by_clause,
        certain=effect.state == Effect.State.CONFIRMED,
        savings=effect.savings,
        following=effect.by if effect.kind == Effect.Kind.REPEAL and not effect.clause else None,
    )


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


def closings_of_draft(
    *, purpose: str, target: str, clauses: Sequence[ClauseText], day: date
) -> list[Closing]:
    """草案使什么失效。 What a draft would end by a day: the version it amends or repeals, and what its words speak of repealing.

    `purpose`: enact, amend, repeal, interpret; `target`: the key of the instrument it is about, or empty.
    """
    found = []
    standing = version_on(key=target, day=day - ONE) if target else None
    if standing is not None and purpose == "amend":
        found.append(
            Closing(
                version=standing, clauses=(), day=day, kind=SUPERSEDED, certain=False, draft=tuple(clauses)
            )
        )
    if standing is not None and purpose == "repeal":
        found.append(
            Closing(version=standing, clauses=(), day=day, kind=Effect.Kind.REPEAL.value, certain=False)
        )
    known = {closing.version.pk for closing in found}
    for spoken in spoken_repeals(clauses):
        for key, _title in instruments_called(title=spoken.title):
            version = version_on(key=key, day=day - ONE)
            if version is not None and version.pk not in known:
                known.add(version.pk)
                found.append(
                    Closing(
                        version=version,
                        clauses=(),
                        day=spoken.day or day,
                        kind=Effect.Kind.REPEAL.value,
                        by_clause=spoken.clause,
                        certain=False,
                        draft=tuple(clauses),
                    )
                )
    return found


def version_on(*, key: str, day: date) -> Version | None:
    """某日的版本。 The version of an instrument in force on a day; None when there is none."""
    return (
        Version.objects.select_related("instrument")
        .filter(instrument__key=key, in_force_from__lte=day)
        .filter(models.Q(in_force_to__isnull=True) | models.Q(in_force_to__gt=day))
        .first()
    )


def closing_words(closing: Closing) -> str:
    """失效的是什么。 What ends, in the words of a text: 《题名》 or 《题名》第几条."""
    title = f"《{closing.version.instrument.title}》"
    return title + "、".join(clause_label(key) for key in closing.clauses)
