"""法律变动的规则。 What an effect does to the dates of a book, as pure arithmetic on intervals.

The dates of a version and of its clauses are all that decides whether something is in force; an effect is nothing but a
change of dates. 立法法 art. 61: a law says when it takes effect; art. 63: it is amended and repealed as it was made. Art. 16: a
provision may be suspended for a time and a place without being repealed. All intervals are half open: the first day counts,
the last does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class EffectKind(StrEnum):
    """变动的种类。 What an effect may do."""

    SUBSTITUTE = "substitute"
    INSERT = "insert"
    REPEAL = "repeal"
    RENUMBER = "renumber"
    SUSPEND = "suspend"
    RESTORE = "restore"


_DIVISIONS = frozenset("bfcsh")  # keys of parts, subparts, chapters, sections, headings without number
TEXTUAL = frozenset({EffectKind.SUBSTITUTE, EffectKind.INSERT, EffectKind.RENUMBER})


class EffectFault(ValueError):  # noqa: N818 - it is what the text says, not our error
    """变动不能照办。 An effect that cannot be done as it stands: a code, and the reason in both languages."""

    def __init__(self, code: str, reason: str, reason_en: str) -> None:
        super().__init__(f"{code}: {reason} / {reason_en}")
        self.code, self.reason, self.reason_en = code, reason, reason_en


@dataclass(frozen=True, slots=True)
class Span:
    """一段时间，不含末日。 From `since` until before `until` (None: open)."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """是否含此日。 Whether the day lies in it."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClauseDates:
    """一条的日期。 The own dates of a clause (None: those of its version), and the spans in which it is suspended."""

    begins: date | None = None
    ends: date | None = None
    suspended: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionDates:
    """一个版本的日期。 The dates of a version (`begins` None: not known) and of its clauses by key."""

    adopted: date
    begins: date | None
    ends: date | None = None
    clauses: Mapping[str, ClauseDates] = field(default_factory=dict)

    def stands(self, key: str, day: date) -> bool:
        """此日是否现行（不论暂停）。 Whether the clause stands on a day, suspended or not."""
        dates = self.clauses.get(key)
        if dates is None:
            return False
        begins, ends = dates.begins or self.begins, dates.ends or self.ends
        return begins is not None and begins <= day and (ends is None or day < ends)

    def in_force(self, key: str, day: date) -> bool:
        """此日是否有效。 Whether the clause is in force on a day: it stands, and is not suspended."""
        return self.stands(key, day) and not any(span.covers(day) for span in self.clauses[key].suspended)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """一次变动。 One effect on dates: `clause` empty means the whole instrument; `until` ends a suspension."""

    kind: EffectKind
    clause: str
    day: date
    until: date | None = None


def below(key: str, clause: str) -> bool:
    """是否在此条款之下。 Whether `key` is `clause` or stands below it; everything stands below the whole (empty)."""
    return not clause or key == clause or key.startswith(f"{clause}.")


def collide(one: str, other: str) -> bool:
    """两处是否相叠。 Whether two places of a text overlap: the same, or one above the other."""
    return below(one, other) or below(other, one)


def changed(versions: Sequence[VersionDates], adopted: date, change: Change) -> tuple[VersionDates, ...]:
    """照变动改过日期的各版本。 The versions of an instrument after one effect on the version `adopted`.

    Raises EffectFault: `no_such_version`, `no_such_clause`, `not_in_force`, `later_version`, `already_suspended`,
    `not_suspended`, `reversed`, `division`, `not_of_dates` (a textual effect makes a new version instead).
    """
    if change.kind in TEXTUAL:
        raise EffectFault(
            "not_of_dates", "改动文字的变动要合成新文本", "a change of words makes a new version"
        )
    target = next((version for version in versions if version.adopted == adopted), None)
    if target is None:
        raise EffectFault("no_such_version", "没有这个版本", "there is no such version")
    if change.clause and change.clause[0] in _DIVISIONS:
        raise EffectFault(
            "division",
            "编、章、节不能整个变动，请逐条登记",
            "a part, chapter or section changes article by article",
        )
    if change.clause and not any(below(key, change.clause) for key in target.clauses):
        raise EffectFault(
            "no_such_clause", f"这个版本没有 {change.clause}", f"the version has no clause {change.clause}"
        )
    if change.kind is EffectKind.REPEAL and not change.clause:
        return _whole_repealed(versions, target, change.day)
    act = {
        EffectKind.REPEAL: _repealed,
        EffectKind.SUSPEND: _suspended,
        EffectKind.RESTORE: _restored,
    }[change.kind]
    return tuple(version if version is not target else act(target, change) for version in versions)


def _whole_repealed(
    versions: Sequence[VersionDates], target: VersionDates, day: date
) -> tuple[VersionDates, ...]:
    """整部废止。 The whole instrument ends: its version, and every clause that was to outlive a version."""
    if any(version.begins and version.begins >= day for version in versions):
        raise EffectFault(
            "later_version",
            "废止之日以后还有版本要施行，先确认谁在后",
            "a version takes effect on or after the day of the repeal: a person has to say which comes last",
        )
    if target.ends is not None and target.ends <= day:
        raise EffectFault("not_in_force", "这一天它已经失效", "it has ended before that day")
    return tuple(_clamped(version, day, whole=version is target) for version in versions)


def _clamped(version: VersionDates, day: date, *, whole: bool) -> VersionDates:
    clauses = {
        key: replace(dates, ends=day) if dates.ends and dates.ends > day else dates
        for key, dates in version.clauses.items()
    }
    ends = day if whole or (version.ends and version.ends > day) else version.ends
    return replace(version, ends=ends, clauses=clauses)


def _repealed(version: VersionDates, change: Change) -> VersionDates:
    keys = [key for key in version.clauses if below(key, change.clause)]
    if not any(_lives_on(version, key, change.day) for key in keys):
        raise EffectFault(
            "not_in_force", "这一天它没有效力", "it has ended before that day, or begins after it"
        )
    return _with(
        version,
        {
            key: replace(version.clauses[key], ends=change.day)
            for key in keys
            if _lives_on(version, key, change.day)
        },
    )


def _lives_on(version: VersionDates, key: str, day: date) -> bool:
    """此日施行着，或者恰自此日失效的对象。 Whether the clause has begun by the day and would stand on it."""
    dates = version.clauses[key]
    begins, ends = dates.begins or version.begins, dates.ends or version.ends
    return begins is not None and begins <= day and (ends is None or ends > day)


def _suspended(version: VersionDates, change: Change) -> VersionDates:
    if change.until is not None and change.until <= change.day:
        raise EffectFault("reversed", "恢复之日不晚于暂停之日", "it would be restored before it is suspended")
    span = Span(change.day, change.until)
    keys = [key for key in version.clauses if below(key, change.clause) and version.stands(key, change.day)]
    if not keys:
        raise EffectFault("not_in_force", "这一天它没有施行", "it does not stand on that day")
    if any(_overlap(span, other) for key in keys for other in version.clauses[key].suspended):
        raise EffectFault(
            "already_suspended", "这段时间它已经暂停施行", "it is suspended in that time already"
        )
    return _with(
        version,
        {
            key: replace(version.clauses[key], suspended=(*version.clauses[key].suspended, span))
            for key in keys
        },
    )


def _overlap(one: Span, other: Span) -> bool:
    return (other.until is None or one.since < other.until) and (one.until is None or other.since < one.until)


def _restored(version: VersionDates, change: Change) -> VersionDates:
    keys = [
        key
        for key, dates in version.clauses.items()
        if below(key, change.clause)
        and any(span.covers(change.day) and span.since < change.day for span in dates.suspended)
    ]
    if not keys:
        raise EffectFault("not_suspended", "这一天它没有暂停施行", "it is not suspended on that day")
    return _with(
        version,
        {
            key: replace(
                version.clauses[key],
                suspended=tuple(
                    Span(span.since, change.day) if span.covers(change.day) else span
                    for span in version.clauses[key].suspended
                ),
            )
            for key in keys
        },
    )


def _with(version: VersionDates, changes: Mapping[str, ClauseDates]) -> VersionDates:
    return replace(version, clauses={**version.clauses, **changes})


def superseded(versions: Sequence[VersionDates], new: VersionDates) -> tuple[VersionDates, ...]:
    """新版本施行后的各版本。 The versions after a new one has been entered, the new one last, with the end that follows.

    The one before ends when it begins, and no article of an earlier text outlives that day. It ends itself when the next one
    begins, or when the one before was to end (a repeal holds for the newer text too). A new version without a known beginning
    ends nothing and can found nothing. Raises EffectFault: `version_twice`, `versions_overlap`, `reversed`.
    """
    if any(version.adopted == new.adopted for version in versions):
        raise EffectFault(
            "version_twice", "这一天通过的版本已经在库", "a version adopted on that day is in the book"
        )
    if new.begins is None:
        return (*versions, new)
    begins = new.begins
    if new.ends is not None and new.ends <= begins:
        raise EffectFault("reversed", "失效不晚于施行", "it would end before it begins")
    dated = [version for version in versions if version.begins is not None]
    after = min((v.begins for v in dated if v.begins and v.begins >= begins), default=None)
    if after == begins or (after and new.ends and new.ends > after):
        raise EffectFault(
            "versions_overlap",
            f"与 {after} 施行的版本同时有效",
            f"it would be in force together with that of {after}",
        )
    before = max((v for v in dated if v.begins and v.begins < begins), key=_begins, default=None)
    was_to_end = before.ends if before is not None and before.ends and before.ends > begins else None
    ends = min((day for day in (new.ends, after, was_to_end) if day), default=None)
    found = tuple(
        _clamped(version, begins, whole=version is before and (version.ends is None or version.ends > begins))
        if version.begins is not None and version.begins < begins
        else version
        for version in versions
    )
    return (*found, replace(new, ends=ends))


def _begins(version: VersionDates) -> date:
    return version.begins or date.min


@dataclass(frozen=True, kw_only=True, slots=True)
class Doing:
    """待确认的一条变动。 An effect about to be confirmed, with what the check has to know of who makes it."""

    kind: EffectKind
    instrument: str
    clause: str
    day: date | None
    by_instrument: str
    by_begins: date | None
    by_ends: date | None = None
    lower: bool = False
    later: bool = False
    repeals_others: bool = False


NEEDS_SAYING = frozenset({"does_not_revive", "two_effects_one_day", "later_version_comes"})


def faults_of(doing: Doing, *, confirmed: Sequence[tuple[str, date, str]]) -> Iterator[EffectFault]:
    """确认之前的疑问。 What stands against confirming an effect, beyond the dates themselves.

    `confirmed`: (clause, day, kind) of the effects confirmed on the same version. `lower`: the amending text stands below the
    one it changes (立法法 arts. 98–102); `later`: a version that begins after the day is in the book, and the effect ends with
    the version it is noted on. The faults of `NEEDS_SAYING` are passed when the
    person who confirms says that they know; the others never.
    """
    if doing.day is None:
        yield EffectFault("no_day", "没有写明从哪一天起", "no day is given")
        return
    if doing.by_begins is None or doing.day < doing.by_begins:
        yield EffectFault(
            "before_its_own_day",
            "变动不能早于它所据的文件施行",
            "an effect cannot come before the instrument that makes it takes effect",
        )
    if doing.by_ends is not None and doing.day >= doing.by_ends:
        yield EffectFault(
            "maker_ended", "那一天，作出变动的文件已经失效", "the amending text has ended by that day"
        )
    if doing.lower:
        yield EffectFault(
            "lower_level", "下位法不能改变上位法", "a text cannot change one that stands above it"
        )
    # A text may set its own end (立法法 art. 93 even does it for some rules), not undo itself as it begins.
    ends_itself = doing.instrument == doing.by_instrument and not doing.clause
    if ends_itself and doing.kind is EffectKind.REPEAL and doing.by_begins and doing.day <= doing.by_begins:
        yield EffectFault(
            "self_repeal",
            "一部文件不能在施行的同时废止自己",
            "an instrument cannot repeal itself as it begins",
        )
    if doing.kind is EffectKind.REPEAL and not doing.clause and doing.repeals_others:
        yield EffectFault(
            "does_not_revive",
            "它自己废止过别的文件；废止它不会使那些文件恢复效力",
            "it repealed others itself; its repeal does not bring those back",
        )
    if doing.later:
        yield EffectFault(
            "later_version_comes",
            "以后还有版本要施行，这条变动到那一天为止；要延续的，请在那个版本上也登记一条",
            "a later version takes effect and this effect ends with that day; note it on that version too if it is to last",
        )
    same_day = [(clause, kind) for clause, day, kind in confirmed if day == doing.day]
    if (doing.clause, doing.kind.value) in same_day:
        yield EffectFault(
            "same_effect",
            "同一天对同一处的同一种变动已经确认过",
            "the same effect is confirmed for that day already",
        )
    # What is inserted has its number in the new text, everything else in the old one: the two do not meet.
    elif any(
        collide(clause, doing.clause) and (kind == EffectKind.INSERT) is (doing.kind is EffectKind.INSERT)
        for clause, kind in same_day
    ):
        yield EffectFault(
            "two_effects_one_day",
            "同一天对同一处已有一条确认的变动，请说明以哪一条为准",
            "another effect on the same place is confirmed for the same day",
        )
