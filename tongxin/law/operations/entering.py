"""文本入库。 A text enters the book: a new instrument, a new version of one, or one known by its dates alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, InvalidInput, Scope, Warrant
from tongxin.law.models import Effect, Instrument, Version
from tongxin.law.operations.days import find_baseless, settle
from tongxin.law.operations.texts import (
    Gap,
    OwnDates,
    copy_clauses,
    dates_of,
    version_meant,
    write_candidates,
    write_citations,
    write_dates,
    write_doubts,
)
from tongxin.law.queries.standing import states_on
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
    _check_identity(version, instrument)
    before = dates_of(instrument) if instrument else ()
    new = VersionDates(adopted=version.adopted, begins=version.in_force_from, ends=version.in_force_to)
    try:
        after = superseded(before, new)
    except EffectFault as fault:
        field = "adopted" if fault.code == "version_twice" else "in_force_from"
        raise InvalidInput(field, fault.reason, fault.reason_en) from fault
    return Entering(instrument, before, after)


_OF_THE_CITY = frozenset(
    {Level.LOCAL_REGULATION, Level.GOVERNMENT_RULE}
)  # of another place only where that is said


def _check_identity(version: NewInstrumentVersion, instrument: Instrument | None) -> None:
    """同一部文件。 That the version is one of the instrument whose key it gives, and that this has not been repealed."""
    if version.in_force_from is not None and version.in_force_from < version.adopted:
        raise InvalidInput(
            "in_force_from",
            "施行不能早于通过（立法法第一百零四条）",
            "it cannot take effect before it is adopted",
        )
    if instrument is None:
        return
    if instrument.title != version.title:
        raise InvalidInput(
            "title", f"这个标识在库里是《{instrument.title}》", f"in the book this key is {instrument.title}"
        )
    ended = Effect.objects.filter(
        version__instrument=instrument, kind=Effect.Kind.REPEAL, clause="", state=Effect.State.CONFIRMED
    ).first()
    if (
        ended is not None
        and ended.day
        and (version.in_force_from is None or version.in_force_from >= ended.day)
    ):
        raise InvalidInput(
            "key",
            f"这部文件在 {ended.day} 废止；重新制定的是另一部文件，请用新的标识",
            f"this instrument was repealed on {ended.day}; one made anew is another instrument and needs its own key",
        )


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
    before = states_on(day=city_day(warrant.at))
    row, gaps = written(warrant, version, {})
    after_change(warrant, gaps=gaps, before=before)
    return row


def written(
    warrant: Warrant, version: NewInstrumentVersion, own: Mapping[str, OwnDates]
) -> tuple[int, list[Gap]]:
    """写入一个版本。 Write a version whose scope was `prepared`; `own` are clauses' own dates. In any act of law.

    Returns its row and what lost its force by it.
    """
    ready: Entering = warrant.scope.state
    instrument = ready.instrument or Instrument.objects.create(
        key=version.key,
        title=version.title,
        title_en=version.title_en,
        level=version.level,
        issuer=version.issuer,
        jurisdiction=version.jurisdiction or (city().root if version.level in _OF_THE_CITY else ""),
        illustrative=version.illustrative,
        subject=version.subject,
    )
    gaps = write_dates(instrument, ready.before, ready.after)
    row = Version.objects.create(
        instrument=instrument,
        adopted=version.adopted,
        in_force_from=version.in_force_from,
        in_force_to=ready.after[-1].ends,
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
    return row.pk, gaps


def _match_candidates(row: Version) -> None:
    """认领待认的候选。 Candidates whose words mean an instrument that was not in the book until now."""
    for effect in Effect.objects.filter(version=None, state=Effect.State.CANDIDATE).select_related("by"):
        effect.version = version_meant([row], title=effect.title, eve_of=effect.day, by=effect.by)
        if effect.version is not None:
            effect.save(update_fields=["version"])


def after_change(warrant: Warrant, *, gaps: Sequence[Gap], before: Mapping[int, bool]) -> None:
    """变动之后。 After dates have changed: what has lost or regained its basis today is written down, late discoveries are listed."""
    settle(warrant, city_day(warrant.at), before)
    find_baseless(warrant, gaps=gaps)
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)
