"""合成新文本入库。 The version that changes of words make: worked out from the old one and its effects, then entered."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongxin.acts.terms import Warrant
from tongxin.law.models import Effect, Version
from tongxin.law.operations.entering import Entering, prepared, written
from tongxin.law.operations.texts import NONE, Gap, OwnDates, dates_of, write_dates
from tongxin.law.queries.book import clause_texts
from tongxin.law.rules import parse_instrument
from tongxin.law.rules.consolidating import Amendment, consolidated
from tongxin.law.rules.effects import (
    ClauseDates,
    EffectFault,
    EffectKind,
    Span,
    VersionDates,
    below,
    collide,
)
from tongxin.law.terms import NewInstrumentVersion


@dataclass(frozen=True, slots=True)
class Consolidated:
    """合成的版本。 The new version, its clauses' own dates, its place among the others, the suspensions it carries on."""

    version: NewInstrumentVersion
    own: dict[str, OwnDates]
    ready: Entering
    carried: dict[str, tuple[Span, ...]]


def consolidated_version(
    version: Version, rows: Sequence[Effect], before: Sequence[VersionDates]
) -> Consolidated:
    """合成新文本。 The new version that changes of words make. It begins on the earliest day; what comes later is staged:
    the new words begin, and the old ones end, on their own day.
    """
    days = [row.day for row in rows if row.day]
    begins = min(days)
    late = [row for row in rows if row.day and row.day > begins]
    if any(row.kind in {Effect.Kind.RENUMBER, Effect.Kind.SUSPEND, Effect.Kind.RESTORE} for row in late):
        raise EffectFault(
            "staged", "改序和暂停须与新文本同日", "renumbering and suspending share the day of the new text"
        )
    if any(row.kind in {Effect.Kind.SUSPEND, Effect.Kind.RESTORE} for row in rows):
        raise EffectFault("staged", "暂停、恢复请单独确认", "confirm suspending and restoring by themselves")
    for row in late:
        if any(other is not row and collide(_article(other.clause), _article(row.clause)) for other in rows):
            raise EffectFault(
                "two_effects",
                "一份文件对同一处分两天变动，现在还不能合成",
                "one text changes one place on two days: this cannot be consolidated yet",
            )
    old = next(one for one in before if one.adopted == version.adopted)
    if old.begins is None or old.begins > begins or (old.ends is not None and old.ends <= begins):
        raise EffectFault(
            "not_in_force",
            "那一天这个版本没有施行：已有新版本的，请登记到新版本上",
            "the version does not stand on that day: where a newer one does, note the effect on that",
        )
    _check_dated(old, rows, begins)
    clauses = clause_texts(version=version)
    amendments = _amendments(rows, late)
    text = consolidated(title=version.instrument.title, clauses=clauses, amendments=amendments)
    new = _text_of(version, rows[0].by, begins, text)
    ready = prepared(new)
    keys = [clause.key for clause in new.clauses]
    origins = _origins(keys, rows)
    own = {key: dates for key, origin in origins.items() if (dates := _own(old, origin, begins)) != NONE}
    for row in late:
        for key in keys:
            if below(key, _article(row.clause)):
                own[key] = (None, row.day) if _ends_article(row) else (row.day, None)
    staged = _outliving(ready, version.adopted, begins, late, {dates[0] for dates in own.values()})
    carried = {key: spans for key, origin in origins.items() if (spans := _spans(old, origin, begins))}
    return Consolidated(new, own, Entering(ready.instrument, ready.before, staged), carried)


def _amendments(rows: Sequence[Effect], late: Sequence[Effect]) -> list[Amendment]:
    """要写进新文本的变动。 What is written into the new text: everything but the articles that end later."""
    return [
        Amendment(kind=EffectKind(row.kind), clause=row.clause, to_clause=row.to_clause, text=row.text)
        for row in rows
        if not (row in late and _ends_article(row))
    ]


def _text_of(version: Version, by: Version, begins: date, text: str) -> NewInstrumentVersion:
    read = parse_instrument(text)
    instrument = version.instrument
    return NewInstrumentVersion(
        key=instrument.key, title=instrument.title, title_en=instrument.title_en, level=instrument.level,
        issuer=instrument.issuer, jurisdiction=instrument.jurisdiction, illustrative=instrument.illustrative,
        adopted=by.adopted, in_force_from=begins, in_force_to=None,
        date_source=f"law:{by.instrument.key}@{by.adopted.isoformat()}", status="in_force", source="由修改决定合成",
        sha256=hashlib.sha256(text.encode()).hexdigest(), clauses=read.clauses, subject=instrument.subject,
        preamble=version.preamble, doubts=read.doubts,
    )  # fmt: skip


def _touched(rows: Sequence[Effect]) -> dict[str, bool]:
    """动到的条：整条换掉的为真。 The articles whose words change; True where the whole article is replaced or ends."""
    found: dict[str, bool] = {}
    for row in rows:
        if row.kind in {Effect.Kind.SUBSTITUTE, Effect.Kind.REPEAL, Effect.Kind.INSERT}:
            article = _article(row.clause)
            found[article] = found.get(article, True) and row.clause == article
    return found


def _check_dated(old: VersionDates, rows: Sequence[Effect], begins: date) -> None:
    """有自己日期的条只能整条改。 Where part of an article has dates of its own (ended, staged, suspended), only the whole can
    change: within it, paragraphs would change their numbers and the dates would fall on other words. What is still to begin, to
    end or suspended cannot be staged over either. Raises EffectFault.
    """
    late = {_article(row.clause) for row in rows if row.day and row.day > begins}
    for article, whole in _touched(rows).items():
        mine = {key: dates for key, dates in old.clauses.items() if below(key, article)}
        pending = [
            key
            for key, dates in mine.items()
            if (dates.begins and dates.begins > begins)
            or (dates.ends and dates.ends > begins)
            or any(span.until is None or span.until > begins for span in dates.suspended)
        ]
        ended = [key for key, dates in mine.items() if dates.ends and dates.ends <= begins]
        dated = [*pending, *(ended if not whole else [])]
        if dated and (not whole or article in late):
            raise EffectFault(
                "dated_part",
                f"{dated[0]} 有自己的日期（已经失效、分期施行或者暂停施行）：先处理那一处，或者整条替换",
                f"{dated[0]} has dates of its own (ended, staged or suspended): settle those first, or replace the article",
            )


def _origins(keys: Sequence[str], rows: Sequence[Effect]) -> dict[str, str]:
    """新文本里照旧的条款从哪里来。 Where the clauses that stay as they are come from: new key to old key."""
    moved = {row.to_clause: row.clause for row in rows if row.kind == Effect.Kind.RENUMBER}
    touched = _touched(rows)
    found = {}
    for key in keys:
        article, dot, rest = key.partition(".")
        origin = moved.get(article, article)
        if origin not in touched and (article in moved or article not in moved.values()):
            found[key] = origin + dot + rest
    return found


def _own(old: VersionDates, origin: str, begins: date) -> OwnDates:
    """照旧的条款保留自己的日期。 A clause that stays keeps its own dates: one that has ended does not come back with a new text, one
    that is to end or to begin later still does.
    """
    dates = old.clauses.get(origin)
    if dates is None:
        return NONE
    return (dates.begins if dates.begins and dates.begins > begins else None), dates.ends


def _spans(old: VersionDates, origin: str, begins: date) -> tuple[Span, ...]:
    """仍在暂停的，在新文本里仍然暂停。 A clause that is suspended stays so in the new text."""
    dates = old.clauses.get(origin)
    return tuple(
        Span(max(span.since, begins), span.until)
        for span in (dates.suspended if dates else ())
        if span.until is None or span.until > begins
    )


def _article(clause: str) -> str:
    """所在的条：分日施行以条为单位。 The article a place is in: what takes effect later is staged by article."""
    return clause.partition(".")[0]


def _ends_article(row: Effect) -> bool:
    return row.kind == Effect.Kind.REPEAL and row.clause == _article(row.clause)


def _outliving(
    ready: Entering, adopted: date, begins: date, late: Sequence[Effect], begin_later: set[date | None]
) -> tuple[VersionDates, ...]:
    """旧条文延至其日。 Old words outlive their version until those that replace them begin: what is staged now, and what an earlier
    amendment had staged and this one leaves alone.
    """
    was = {version.adopted: version for version in ready.before}

    def dates(version: VersionDates, key: str, now: ClauseDates) -> ClauseDates:
        if version.adopted == adopted:
            for row in late:
                ended = (
                    now.ends is not None and now.ends <= begins
                )  # what is gone does not come back to be outlived
                if not _ends_article(row) and not ended and below(key, _article(row.clause)):
                    return replace(now, ends=row.day)
            return now
        before = was[version.adopted].clauses[key].ends if version.adopted in was else None
        return replace(now, ends=before) if before is not None and before in begin_later else now

    return tuple(
        replace(version, clauses={key: dates(version, key, now) for key, now in version.clauses.items()})
        for version in ready.after
    )


def enter_consolidated(warrant: Warrant, made: Consolidated) -> list[Gap]:
    """合成的版本入库。 Enter a consolidated version, with the suspensions it carries on. Returns what lost its force by it."""
    row, gaps = written(
        replace(warrant, scope=replace(warrant.scope, state=made.ready)), made.version, made.own
    )
    version = Version.objects.get(pk=row)
    if made.carried:
        fresh = dates_of(version.instrument)
        suspended = tuple(
            replace(
                one,
                clauses={
                    key: replace(dates, suspended=made.carried.get(key, dates.suspended))
                    for key, dates in one.clauses.items()
                },
            )
            if one.adopted == version.adopted
            else one
            for one in fresh
        )
        write_dates(version.instrument, fresh, suspended)
    return gaps
