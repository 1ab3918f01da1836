"""法律变动的写入。 Effects: said by a person or found in a text, confirmed or rejected by the legal officer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.law.models import Clause, Effect, Instrument, Version
from tongxin.law.operations.consolidating import Consolidated, consolidated_version, enter_consolidated
from tongxin.law.operations.entering import after_change
from tongxin.law.operations.texts import Gap, dates_of, write_dates
from tongxin.law.queries.standing import states_on
from tongxin.law.rules.effects import (
    NEEDS_SAYING,
    TEXTUAL,
    Change,
    Doing,
    EffectFault,
    EffectKind,
    VersionDates,
    changed,
    faults_of,
)
from tongxin.law.terms import CLAUSE_KEY, Level, NewEffect
from tongxin.places.queries import city, city_day


def _said(fault: EffectFault, field: str = "effect") -> InvalidInput:
    return InvalidInput(field, fault.reason, f"{fault.code}: {fault.reason_en}")


def _propose_scope(*, actor: Actor, at: datetime, effect: NewEffect) -> Scope:
    del actor, at
    by = _version("by", effect.by_key, effect.by_adopted)
    target = _version("version", effect.key, effect.adopted)
    if effect.by_clause and not Clause.objects.filter(version=by, key=effect.by_clause).exists():
        raise InvalidInput("by_clause", "变动的文件里没有这一条", "the amending text has no such clause")
    if effect.kind not in set(EffectKind):
        raise InvalidInput("kind", "没有这种变动", "there is no such kind of effect")
    old = effect.clause if effect.kind != EffectKind.INSERT else ""
    if old and not Clause.objects.filter(version=target, key=old).exists():
        raise InvalidInput("clause", "没有这一条款", "no_such_clause: there is no such clause")
    _check_savings(by, effect)
    for field, key in (("clause", effect.clause), ("to_clause", effect.to_clause)):
        if key and not CLAUSE_KEY.fullmatch(key):
            raise InvalidInput(
                field, "条款的写法不对，像 a35、a35.p2", "a clause is written like a35 or a35.p2"
            )
    if effect.kind in TEXTUAL and not effect.clause:
        raise InvalidInput("clause", "请写明是哪一条", "say which clause")
    return Scope(
        subject=f"law:{effect.key}@{effect.adopted.isoformat()}",
        place=(city().root,),
        state=(by, target),
        content={"kind": effect.kind, "clause": effect.clause, "day": str(effect.day)},
    )


def _check_savings(by: Version, effect: NewEffect) -> None:
    """过渡规定须有原文。 What leaves begun matters to the old clause must stand in the amending text, in the clause named."""
    words = "".join(effect.savings.split())
    if effect.saves_running and not (words and effect.by_clause):
        raise InvalidInput(
            "savings",
            "请写明过渡规定的原文和它所在的条款",
            "give the words of the savings clause and the clause they stand in",
        )
    if words:
        text = Clause.objects.filter(version=by, key=effect.by_clause).values_list("text", flat=True).first()
        if words not in "".join((text or "").split()):
            raise InvalidInput(
                "savings",
                "变动的文件里，这一条没有这些字",
                "the amending text does not have these words in that clause",
            )


def _version(field: str, key: str, adopted: date) -> Version:
    found = Version.objects.select_related("instrument").filter(instrument__key=key, adopted=adopted).first()
    if found is None:
        raise InvalidInput(field, f"库里没有 {key}@{adopted}", f"the book has no {key}@{adopted}")
    return found


@act(
    "propose_effect",
    title=("登记一条法律变动，待确认", "note an effect of an amending text, to be confirmed"),
    by=[By.LEGAL_OFFICER],
    scope=_propose_scope,
)
def propose_effect(*, warrant: Warrant, effect: NewEffect) -> int:
    """登记变动。 Note what an amending text does to a clause; a candidate that does nothing until confirmed.

    Returns its row. Raises InvalidInput naming what is not in the book.
    """
    by, target = warrant.scope.state
    made = Effect.objects.create(
        by=by,
        by_clause=effect.by_clause,
        kind=effect.kind,
        version=target,
        clause=effect.clause,
        to_clause=effect.to_clause,
        text=effect.text,
        day=effect.day,
        until=effect.until,
        savings=effect.savings,
        saves_running=effect.saves_running,
    )
    return made.pk


def _reject_scope(*, actor: Actor, at: datetime, effect: int, note: str) -> Scope:
    del actor, at
    row = _candidates([effect])[0]
    if len(note.strip()) < 2:
        raise InvalidInput("note", "请写明理由", "say why")
    return Scope(subject=f"effect:{effect}", place=(city().root,), state=row, content={"note": note})


@act(
    "reject_effect",
    title=("认定候选不是变动", "find that a candidate is no effect"),
    by=[By.LEGAL_OFFICER],
    scope=_reject_scope,
)
def reject_effect(*, warrant: Warrant, effect: int, note: str) -> None:
    """不是变动。 Find that what was read as an effect is none. Raises Conflict when it was decided before."""
    del effect
    row: Effect = warrant.scope.state
    row.state, row.note, row.decided_at = Effect.State.REJECTED, note.strip()[:300], warrant.at
    row.save(update_fields=["state", "note", "decided_at"])


def _candidates(ids: Sequence[int]) -> list[Effect]:
    rows = list(
        Effect.objects.select_for_update(of=("self",))
        .select_related("by__instrument", "version__instrument")
        .filter(pk__in=list(ids))
        .order_by("day", "id")
    )
    if len(rows) != len(set(ids)) or not rows:
        raise InvalidInput("effect", "没有这条变动", "there is no such effect")
    if any(row.state != Effect.State.CANDIDATE for row in rows):
        raise Conflict("这条变动已经处理过", "this effect was decided before")
    return rows


@dataclass(frozen=True, slots=True)
class _Group:
    """一部文件所受的变动。 The effects on one version, with its dates before and after."""

    effects: tuple[Effect, ...]
    version: Version
    before: tuple[VersionDates, ...]
    after: tuple[VersionDates, ...]
    entering: Consolidated | None


def _confirm_scope(
    *, actor: Actor, at: datetime, effects: Sequence[int], knowing: Collection[str] = ()
) -> Scope:
    del actor, at
    rows = _candidates(effects)
    for row in rows:
        if row.version is None:
            raise InvalidInput(
                "effect",
                f"《{row.title}》不在库里：先登记这部文件（没有文本也可以）",
                f"the book has no instrument titled {row.title}; enter it first, with or without its text",
            )
    # Whoever changes an instrument's dates holds it: two officers at once wait for each other, in one order.
    ids = sorted({row.version.instrument_id for row in rows if row.version})
    list(Instrument.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if len({row.by_id for row in rows}) > 1:
        raise InvalidInput(
            "effect", "不同文件作出的变动请分开确认", "effects of different texts are confirmed apart"
        )
    by_version: dict[int, list[Effect]] = {}
    for row in rows:
        by_version.setdefault(row.version_id or 0, []).append(row)
    groups = [_group(found, knowing) for found in by_version.values()]
    return Scope(
        subject=f"law:{rows[0].by.instrument.key}@{rows[0].by.adopted.isoformat()}",
        place=(city().root,),
        state=groups,
        content={"effects": [row.pk for row in rows], "knowing": sorted(knowing)},
    )


def _group(rows: Sequence[Effect], knowing: Collection[str]) -> _Group:
    version = rows[0].version
    assert version is not None  # noqa: S101 - the scope has named those without one
    before = dates_of(version.instrument)
    confirmed = [
        (clause, day, kind)
        for clause, day, kind in Effect.objects.filter(
            version=version, state=Effect.State.CONFIRMED
        ).values_list("clause", "day", "kind")
        if day
    ]
    for row in rows:
        for fault in faults_of(_doing(row, before), confirmed=confirmed):
            if fault.code not in NEEDS_SAYING or fault.code not in knowing:
                raise _said(fault)
        if row.day:
            confirmed.append((row.clause, row.day, row.kind))
    try:
        return _worked_out(version, rows, before)
    except EffectFault as fault:
        raise _said(fault) from fault


def _doing(row: Effect, before: Sequence[VersionDates]) -> Doing:
    whole = row.kind == Effect.Kind.REPEAL and not row.clause
    lasts = row.until if row.kind == Effect.Kind.SUSPEND else None
    later = [
        version.begins
        for version in before
        if version.begins
        and row.day
        and version.begins > row.day
        and (lasts is None or lasts > version.begins)
    ]
    return Doing(
        kind=EffectKind(row.kind),
        instrument=row.version.instrument.key if row.version else "",
        clause=row.clause,
        day=row.day,
        by_instrument=row.by.instrument.key,
        by_begins=row.by.in_force_from,
        by_ends=row.by.in_force_to,
        lower=row.version is not None
        and Level(row.by.instrument.level).rank > Level(row.version.instrument.level).rank,
        later=bool(later) and not whole,
        repeals_others=whole
        and Effect.objects.filter(
            by__instrument=row.version.instrument if row.version else None,
            kind=Effect.Kind.REPEAL,
            clause="",
            state=Effect.State.CONFIRMED,
        ).exists(),
    )


def _worked_out(version: Version, rows: Sequence[Effect], before: Sequence[VersionDates]) -> _Group:
    if any(EffectKind(row.kind) in TEXTUAL for row in rows):
        return _Group(
            tuple(rows), version, tuple(before), tuple(before), consolidated_version(version, rows, before)
        )
    after = tuple(before)
    for row in rows:
        after = changed(after, version.adopted, _change(row))
    return _Group(tuple(rows), version, tuple(before), after, None)


def _change(row: Effect) -> Change:
    assert row.day is not None  # noqa: S101 - faults_of has named those without a day
    return Change(kind=EffectKind(row.kind), clause=row.clause, day=row.day, until=row.until)


@act(
    "confirm_effects",
    title=("确认法律变动", "confirm effects"),
    by=[By.LEGAL_OFFICER],
    scope=_confirm_scope,
)
def confirm_effects(*, warrant: Warrant, effects: Sequence[int], knowing: Collection[str] = ()) -> int:
    """确认变动。 Confirm effects: dates change, and changed words make a new version (立法法 art. 63(2)).

    Effects of one act on one instrument are taken together. `knowing`: doubts that the person has seen and passes over
    (`does_not_revive`, `two_effects_one_day`). Returns how many. Raises InvalidInput naming the fault, Conflict.
    """
    del knowing
    groups: list[_Group] = warrant.scope.state
    before = states_on(day=city_day(warrant.at))
    gaps: list[Gap] = []
    for group in groups:
        Effect.objects.filter(pk__in=[row.pk for row in group.effects]).update(
            state=Effect.State.CONFIRMED, decided_at=warrant.at
        )
        gaps += write_dates(group.version.instrument, group.before, group.after)
        if group.entering is not None:
            gaps += enter_consolidated(warrant, group.entering)
    after_change(warrant, gaps=gaps, before=before)
    return len(effects)
