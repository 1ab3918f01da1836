"""一部文件使什么失效。 What an instrument, or a draft, ends by a day, and by what: before it happens, or after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from tongxin.law.models import Effect, Version
from tongxin.law.queries.book import clause_texts, effects_of
from tongxin.law.queries.clauses import renumbered, version_on
from tongxin.law.queries.titles import instruments_called
from tongxin.law.rules import parse_instrument
from tongxin.law.rules.consolidating import Amendment, consolidated
from tongxin.law.rules.effects import TEXTUAL, EffectFault, EffectKind
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.repeals import spoken_repeals
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
    effects = [
        effect
        for effect in effects_of(versions=[version.pk for version in versions])
        if effect.version is not None and effect.day is not None and since < effect.day <= day
    ]
    ending = {Effect.Kind.REPEAL, Effect.Kind.SUSPEND}
    found = [_of_effect(effect) for effect in effects if effect.kind in ending]
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
    found += _reworded([effect for effect in effects if effect.kind in TEXTUAL])
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


def closing_words(closing: Closing) -> str:
    """失效的是什么。 What ends, in the words of a text: 《题名》 or 《题名》第几条."""
    title = f"《{closing.version.instrument.title}》"
    return title + "、".join(clause_label(key) for key in closing.clauses)
