"""文本入库。 A text enters the book: a new instrument, a new version of one, or one known by its dates alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, InvalidInput, Scope, Warrant
from tongxin.law.models import Effect, Instrument, Version
from tongxin.law.operations.days import find_baseless, settle
from tongxin.law.operations.texts import (
    OwnDates,
    copy_clauses,
    dates_of,
    version_meant,
    write_candidates,
    write_citations,
    write_dates,
    write_doubts,
)
from tongxin.law.rules.effects import EffectFault, VersionDates, superseded
from tongxin.law.terms import INSTRUMENT_KEY, Level, NewInstrumentVersion
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day


@dataclass(frozen=True, slots=True)
class Entering:
    """入库的准备。 What entering a version needs, looked up before anything is written."""

    instrument: Instrument | None
    before: tuple[VersionDates, ...]
    after: tuple[VersionDates, ...]


def prepared(version: NewInstrumentVersion) -> Entering:
    """核对一个版本。 Check a version that is about to enter. Raises InvalidInput naming the field and the reason."""
    if not INSTRUMENT_KEY.fullmatch(version.key):
        raise InvalidInput("key", "标识须是小写词的路径，如 cn/x/y", "a key is a path of lower-case words")
    if not version.title.strip():
        raise InvalidInput("title", "请写明题名", "the title is missing")
    if version.level not in set(Level):
        raise InvalidInput("level", f"没有“{version.level}”这个位阶", f"there is no level {version.level!r}")
    if not version.date_source.strip():
        raise InvalidInput("date_source", "请写明日期的来源", "say where the dates are from")
    if version.sha256 and not version.clauses:
        raise InvalidInput("text", "文本里读不出条款", "no clause can be read in the text")
    instrument = Instrument.objects.select_for_update().filter(key=version.key).first()
    if instrument is not None and instrument.level != version.level:
        raise InvalidInput("level", "与已入库版本的位阶不同", "the instrument has another level in the book")
    before = dates_of(instrument) if instrument else ()
    new = VersionDates(adopted=version.adopted, begins=version.in_force_from, ends=version.in_force_to)
    try:
        after = superseded(before, new)
    except EffectFault as fault:
        field = "adopted" if fault.code == "version_twice" else "in_force_from"
        raise InvalidInput(field, fault.reason, fault.reason_en) from fault
    return Entering(instrument, before, after)


def _enter_scope(*, actor: Actor, at: datetime, version: NewInstrumentVersion) -> Scope:
    del actor, at
    return Scope(
        subject=f"law:{version.key}@{version.adopted.isoformat()}",
        place=(city().root,),
        state=prepared(version),
        content={
            "key": version.key,
            "adopted": version.adopted.isoformat(),
            "in_force_from": version.in_force_from.isoformat() if version.in_force_from else None,
            "sha256": version.sha256,
            "date_source": version.date_source,
        },
    )


@act(
    "enter_version",
    title=("文本入库", "enter a text into the book"),
    by=[By.LEGAL_OFFICER],
    scope=_enter_scope,
)
def enter_version(*, warrant: Warrant, version: NewInstrumentVersion) -> int:
    """文本入库。 Enter a version: its clauses, what was doubted in reading it, what it cites and which repeals it speaks of.

    The version before ends on the day this one begins (立法法 arts. 61, 63: a revised text replaces the one before). What the text
    says of other instruments are candidates only. Where the beginning lies in the past, what rested on the old text since
    then is found and listed for review. Returns the version's row. Raises InvalidInput.
    """
    return written(warrant, version, {})


def written(warrant: Warrant, version: NewInstrumentVersion, own: Mapping[str, OwnDates]) -> int:
    """写入一个版本。 Write a version whose scope was `prepared`; `own` are clauses' own dates. In any act of law."""
    ready: Entering = warrant.scope.state
    instrument = ready.instrument or Instrument.objects.create(
        key=version.key,
        title=version.title,
        title_en=version.title_en,
        level=version.level,
        issuer=version.issuer,
        jurisdiction=version.jurisdiction,
        illustrative=version.illustrative,
        subject=version.subject,
    )
    touched = write_dates(instrument, ready.before, ready.after)
    row = Version.objects.create(
        instrument=instrument,
        adopted=version.adopted,
        in_force_from=version.in_force_from,
        in_force_to=version.in_force_to,
        date_source=version.date_source,
        status=version.status,
        source=version.source,
        sha256=version.sha256,
        preamble=version.preamble,
        entered_at=warrant.at,
    )
    copy_clauses([(row, version.clauses, dict(own))])
    write_doubts([(row, version.doubts)])
    write_citations([(row, version.clauses)])
    write_candidates([(row, version.clauses)])
    _match_candidates(row)
    after_change(warrant, touched=touched, since=version.in_force_from)
    return row.pk


def _match_candidates(row: Version) -> None:
    """认领待认的候选。 Candidates whose words mean an instrument that was not in the book until now."""
    for effect in Effect.objects.filter(version=None, state=Effect.State.CANDIDATE).select_related("by"):
        effect.version = version_meant([row], title=effect.title, eve_of=effect.day, by=effect.by)
        if effect.version is not None:
            effect.save(update_fields=["version"])


def after_change(warrant: Warrant, *, touched: Sequence[str], since: date | None) -> None:
    """变动之后。 After dates have changed: what has lost its basis today is written down, late discoveries are listed."""
    today = city_day(warrant.at)
    if since is not None and since <= today:
        settle(warrant, today)
        find_baseless(warrant, touched=touched, since=since)
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)
