"""一个条款的读取：所在之处、效力、沿革、谁以它为依据、谁引用它。

Reads about one clause: where it stands, whether it holds, what became of it, what rests on it, who cites it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import models

from tongxin.law.models import (
    Binding,
    Citation,
    Clause,
    Doubt,
    Effect,
    LimitRule,
    ListEntry,
    Suspension,
    Version,
)
from tongxin.law.queries import holding
from tongxin.law.rules.succession import Successor, Wording, succession
from tongxin.law.rules.wording import DIVISIONS

MOST_CITATIONS = 100


class Force(StrEnum):
    """某日的效力。 How a clause stands on a day."""

    UNKNOWN = "unknown"
    FUTURE = "future"
    NOW = "now"
    SUSPENDED = "suspended"
    PAST = "past"


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """有效期间与暂停。 From when until when something is in force (`ends` is exclusive), and the spans it is suspended in."""

    begins: date | None
    ends: date | None
    suspended: tuple[tuple[date, date | None], ...] = ()

    def on(self, day: date) -> Force:
        """某日的效力。 How it stands on a day: the same rule as `in_force`, with its reason."""
        if self.begins is None:
            return Force.UNKNOWN
        if day < self.begins:
            return Force.FUTURE
        if self.ends is not None and self.ends <= day:
            return Force.PAST
        held = any(since <= day and (until is None or day < until) for since, until in self.suspended)
        return Force.SUSPENDED if held else Force.NOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """上下左右。 What stands above a clause (from the largest), below it, and before and after it on its own level."""

    above: tuple[Clause, ...]
    below: tuple[Clause, ...]
    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """沿革的一步。 A clause in one version, and how it came to be as it is.

    `how` is that of the succession from the version before ("same", "moved", "changed"); "first": the book has no earlier
    version; "added": it has, without a counterpart; "gone": this version has none any more; "unknown": no text to compare.
    """

    version: Version
    key: str | None
    how: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """被引用。 The citations to a clause, at most a hundred, and how many there are."""

    rows: tuple[Citation, ...]
    count: int


def interval_of(*, clause: Clause, version: Version, suspensions: Collection[Suspension] = ()) -> Interval:
    """一个条款的有效期间。 The interval of a clause: its own dates, where it has none those of its version."""
    return Interval(
        begins=clause.in_force_from or version.in_force_from,
        ends=clause.in_force_to or version.in_force_to,
        suspended=tuple((row.since, row.until) for row in suspensions),
    )


def suspensions_in(*, version: Version) -> Mapping[int, list[Suspension]]:
    """一个版本里的暂停，按条款。 The suspensions of a version's clauses by clause row. One statement."""
    found: dict[int, list[Suspension]] = {}
    for row in Suspension.objects.filter(clause__version=version).order_by("since"):
        found.setdefault(row.clause_id, []).append(row)
    return found


def suspensions_of(*, clause: Clause) -> list[Suspension]:
    """一个条款的暂停。 The suspensions of one clause, the earliest first."""
    return list(Suspension.objects.filter(clause=clause).order_by("since"))


def version_on(*, key: str, day: date) -> Version | None:
    """某日有效的版本。 The version of an instrument in force on a day; None when there was none."""
    return (
        Version.objects.select_related("instrument")
        .filter(instrument__key=key, in_force_from__lte=day)
        .filter(models.Q(in_force_to__isnull=True) | models.Q(in_force_to__gt=day))
        .first()
    )


def versions_known(*, key: str) -> list[Version]:
    """书里的各版本，旧的在前。 The versions the book knows of an instrument, the oldest first, each with its instrument."""
    return list(Version.objects.select_related("instrument").filter(instrument__key=key).order_by("adopted"))


def neighbours(*, clause: Clause) -> Neighbours:
    """一个条款的上下左右。 What stands around a clause. Three statements."""
    root = clause.key.split(".")[0] if clause.key.startswith("a") else clause.key
    rows = list(
        Clause.objects.filter(version=clause.version_id)
        .filter(
            models.Q(key=root)
            | models.Q(kind__in=DIVISIONS)
            | models.Q(key__startswith=f"{clause.key}.")
            | models.Q(key__in=_upwards(clause.key))
            | models.Q(parent=clause.key)
        )
        .order_by("ordinal")
    )
    by_key = {row.key: row for row in rows}
    chain = [*_upwards(clause.key), *_with_self(by_key[root].parent if root in by_key else "")]
    below = [
        row for row in rows if row.key.startswith(f"{clause.key}.") or row.parent == clause.key != row.key
    ]
    same = Clause.objects.filter(version=clause.version_id, kind=clause.kind)
    if clause.kind not in DIVISIONS and clause.key != root:
        same = same.filter(parent=clause.parent)
    return Neighbours(
        above=tuple(row for row in rows if row.key in chain),
        below=tuple(below),
        before=same.filter(ordinal__lt=clause.ordinal).order_by("-ordinal").first(),
        after=same.filter(ordinal__gt=clause.ordinal).order_by("ordinal").first(),
    )


def _upwards(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _with_self(key: str) -> list[str]:
    return [*_upwards(key), key] if key else []


# ---- What became of it ----------------------------------------------------------------------------------------------


def wordings(*, version: Version) -> list[Wording]:
    """一个版本的文字。 The words of a version's clauses, in the order of the document; a division's are its heading."""
    rows = Clause.objects.filter(version=version).order_by("ordinal")
    return [
        Wording(key=key, kind=kind, text=text or heading)
        for key, kind, text, heading in rows.values_list("key", "kind", "text", "heading")
    ]


def renumbered(*, old: Version) -> dict[str, str]:
    """已确认的改序。 The confirmed changes of number of a version's clauses: their keys in the version that follows it."""
    rows = Effect.objects.filter(kind=Effect.Kind.RENUMBER, state=Effect.State.CONFIRMED, version=old)
    found = rows.order_by("day", "id").values_list("clause", "to_clause")
    return {clause: to for clause, to in found if clause and to}


class Steps:
    """版本之间的承继。 The succession between the versions of an instrument that follow each other, read when first asked for."""

    def __init__(self, versions: Sequence[Version]) -> None:
        """`versions`: all of the instrument, the oldest first."""
        self.versions = versions
        self._words: dict[int, list[Wording]] = {}
        self._found: dict[int, Mapping[str, Successor]] = {}

    def after(self, at: int) -> Mapping[str, Successor] | None:
        """从一版到下一版。 The successors of the clauses of version `at` in the next; None where one has no text."""
        old, new = self.versions[at], self.versions[at + 1]
        if not (old.has_text and new.has_text):
            return None
        if at not in self._found:
            self._found[at] = succession(
                old=self._wordings(old), new=self._wordings(new), renumbered=renumbered(old=old)
            )
        return self._found[at]

    def _wordings(self, version: Version) -> list[Wording]:
        if version.pk not in self._words:
            self._words[version.pk] = wordings(version=version)
        return self._words[version.pk]


def history_of(*, clause: Clause, versions: Sequence[Version]) -> list[Stage]:
    """一个条款的沿革，旧的在前。 What the clause was in earlier versions and is in later ones, the oldest first.

    From version to version, as far as a counterpart can be found. `versions` are all of its instrument, the oldest first.
    Without another version no statement; else one for each version and one for each step between two.
    """
    here = next(at for at, version in enumerate(versions) if version.pk == clause.version_id)
    steps = Steps(versions)
    return [*reversed(list(_backwards(steps, here, clause.key))), *_onwards(steps, here, clause.key)]


def _backwards(steps: Steps, at: int, key: str) -> Iterator[Stage]:
    """从此版往回。 From this version back, this one first: each with how it came from the one before."""
    while at:
        found = steps.after(at - 1)
        if found is None:
            yield Stage(version=steps.versions[at], key=key, how="unknown")
            yield Stage(version=steps.versions[at - 1], key=None, how="unknown")
            return
        before = next((old for old, successor in found.items() if successor.key == key), None)
        if before is None:
            yield Stage(version=steps.versions[at], key=key, how="added")
            return
        yield Stage(version=steps.versions[at], key=key, how=found[before].how)
        at, key = at - 1, before
    yield Stage(version=steps.versions[0], key=key, how="first")


def _onwards(steps: Steps, at: int, key: str) -> Iterator[Stage]:
    """从此版往后。 From this version on, without this one."""
    for place in range(at, len(steps.versions) - 1):
        found = steps.after(place)
        successor = found[key] if found is not None else None
        if successor is None or successor.key is None:
            how = "unknown" if successor is None else successor.how
            yield Stage(version=steps.versions[place + 1], key=None, how=how)
            return
        yield Stage(version=steps.versions[place + 1], key=successor.key, how=successor.how)
        key = successor.key


def effects_on(*, stages: Sequence[Stage]) -> list[Effect]:
    """对它的变动。 The confirmed effects on a clause in any of its versions, or on the whole instrument. One statement.

    An effect names the clause of the version it changes; what stands above or below the clause concerns it too.
    """
    rows = (
        Effect.objects.filter(version__in=[stage.version for stage in stages], state=Effect.State.CONFIRMED)
        .select_related("by__instrument", "version")
        .order_by("day", "id")
    )
    keys = {stage.version.pk: stage.key for stage in stages if stage.key}
    return [row for row in rows if row.version_id in keys and _touches(row.clause, keys[row.version_id])]


def _touches(changed: str, key: str) -> bool:
    return not changed or changed == key or changed.startswith(f"{key}.") or key.startswith(f"{changed}.")


# ---- What rests on it, and who cites it -----------------------------------------------------------------------------


def bindings_on(*, clause: Clause) -> list[Binding]:
    """以它为依据的清单事项。 The bindings on a clause and on what stands below it, with their entries; also ended ones."""
    rows = Binding.objects.filter(_at_or_below(clause, "clause__"), clause__version=clause.version_id)
    return list(rows.select_related("entry", "clause").order_by("entry__list", "entry__code", "id"))


def entries_resting(*, version: Version, day: date) -> Mapping[str, list[ListEntry]]:
    """此日以某版本的条款为依据的清单事项，按条款。 The list entries that rest on a version's clauses on a day, by clause key."""
    found: dict[str, list[ListEntry]] = {}
    rows = Binding.objects.filter(holding(day=day), clause__version=version).select_related("entry", "clause")
    for binding in rows.order_by("entry__list", "entry__code", "id"):
        if binding.entry.valid_to is None or day < binding.entry.valid_to:
            found.setdefault(binding.clause.key, []).append(binding.entry)
    return found


def limits_on(*, clause: Clause) -> list[LimitRule]:
    """它定的期限。 The limits that a clause, or what stands below it, sets."""
    rows = LimitRule.objects.filter(_at_or_below(clause, "clause__"), clause__version=clause.version_id)
    return list(rows.select_related("clause").order_by("matter", "stage", "step"))


def doubts_on(*, clause: Clause) -> list[Doubt]:
    """读入时的疑点。 Where reading this clause was in doubt, and what a person said."""
    return list(Doubt.objects.filter(version=clause.version_id, clause_key=clause.key).order_by("line"))


def cited_in(*, clause: Clause, most: int = MOST_CITATIONS) -> Cited:
    """引用它的地方。 Where a clause, or what stands below it, is cited: other texts, and its own version. Two statements.

    A text of the same instrument means its own version (本法第几条), so other versions' references to themselves are left out.
    """
    instrument = clause.version.instrument_id
    rows = (
        Citation.objects.filter(target=instrument)
        .filter(models.Q(target_clause=clause.key) | models.Q(target_clause__startswith=f"{clause.key}."))
        .filter(~models.Q(version__instrument=instrument) | models.Q(version=clause.version_id))
    )
    ordered = rows.select_related("version__instrument").order_by(
        "version__instrument__title", "version__adopted", "version", "id"
    )
    return Cited(rows=tuple(ordered[:most]), count=rows.count())


def _at_or_below(clause: Clause, prefix: str = "") -> models.Q:
    return models.Q(**{f"{prefix}key": clause.key}) | models.Q(
        **{f"{prefix}key__startswith": f"{clause.key}."}
    )
