"""法律清单与条款引用的检查。 Checks of the law manifest, and of every clause the pack cites."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from tongxin.law.terms import INSTRUMENT_KEY, ClauseRef, Level
from tongxin.web.pack.checks.common import grouped, twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.columns import MANIFEST
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import MatterRow, PowerRow, VersionRow

_LEVELS = frozenset(Level)
_STANDING = frozenset({"", "in_force"})


def check_manifest_words(facts: Facts) -> Iterator[Fault]:
    """位阶与键的写法。 The level is a known one; the key is a path of lower-case words."""
    for row in facts.pack.versions:
        if row.level not in _LEVELS:
            yield row.fault("bad_level", f"未知的位阶“{row.level}”", f"unknown level '{row.level}'")
        if not INSTRUMENT_KEY.fullmatch(row.key):
            yield row.fault("bad_key", f"键“{row.key}”不合格式", f"bad instrument key '{row.key}'")


def check_manifest_identity(facts: Facts) -> Iterator[Fault]:
    """同一键同一版本、同一文件只列一次。 No version of an instrument and no file is listed twice."""
    rows = facts.pack.versions
    yield from twice(
        rows,
        lambda row: (row.key, row.version_date),
        code="duplicate_version",
        what_zh="版本",
        what_en="the version",
    )
    yield from twice(rows, lambda row: row.text_file, code="file_twice", what_zh="文件", what_en="the file")


def check_version_intervals(facts: Facts) -> Iterator[Fault]:
    """施行期间不倒置；同一部法的各版本不同时有效。 Intervals not reversed; versions of one instrument never overlap.

    Versions whose in-force date is unknown are passed over: citing them is the fault.
    """
    for row in facts.pack.versions:
        if _is_reversed(row):
            zh = f"止期 {row.in_force_to} 不晚于施行日 {row.in_force_from}"
            en = f"in force from {row.in_force_from}, to {row.in_force_to}"
            yield row.fault("interval_reversed", zh, en)
    dated = [row for row in facts.pack.versions if row.in_force_from and not _is_reversed(row)]
    for versions in grouped(dated, lambda row: row.key).values():
        in_order = sorted(
            versions, key=lambda row: (row.in_force_from or date.min, row.version_date, row.line)
        )
        for earlier, later in pairwise(in_order):
            ends = earlier.in_force_to or date.max
            same = earlier.version_date == later.version_date
            if not same and later.in_force_from and later.in_force_from < ends:
                zh = f"“{later.key}”的此版本与第 {earlier.line} 行的版本同时有效"
                en = f"this version of '{later.key}' is in force together with that of line {earlier.line}"
                yield later.fault("versions_overlap", zh, en)


def check_clauses(facts: Facts) -> Iterator[Fault]:
    """每个引用的条款存在且当日有效。 Every clause cited exists in the version named, which is in force on the day."""
    city = facts.pack.city
    for ref in city.founding_clauses:
        for code, zh, en in _what_is_wrong(facts, ref):
            yield city.fault_at("founding.clauses", code, zh, en)
    rows: list[MatterRow | PowerRow] = [*facts.pack.matters, *facts.pack.powers]
    for row in rows:
        for ref in row.clauses:
            for code, zh, en in _what_is_wrong(facts, ref):
                yield row.fault(code, zh, en)
    for limit in facts.pack.limits:
        for code, zh, en in _what_is_wrong(facts, limit.clause):
            yield limit.fault(code, zh, en)


def _what_is_wrong(facts: Facts, ref: ClauseRef | None) -> Iterator[tuple[str, str, str]]:
    """一个引用的问题。 What is wrong with one reference: (code, zh, en)."""
    if ref is None or ref.version is None or facts.pack.losses.may_hold(file=MANIFEST.file, key=ref.key):
        return
    versions = facts.versions.get(ref.key)
    version = (versions or {}).get(ref.version)
    if versions is None:
        yield "unknown_instrument", f"“{ref}”：包内没有这部法", f"'{ref}': the pack has no such instrument"
    elif version is None:
        yield "unknown_version", f"“{ref}”：包内没有这个版本", f"'{ref}': the pack has no such version"
    else:
        yield from _wrong_with_version(facts, ref, version)
        keys = facts.clause_keys.get((ref.key, ref.version))
        if keys is not None and ref.clause not in keys:
            yield (
                "unknown_clause",
                f"“{ref}”：该版本没有这一条款",
                f"'{ref}': that version has no such clause",
            )


def _wrong_with_version(facts: Facts, ref: ClauseRef, version: VersionRow) -> Iterator[tuple[str, str, str]]:
    """当日是否有效。 Whether the version may found an act on the day: in force, and known to be."""
    begins, ends = version.in_force_from, version.in_force_to
    if begins is None:
        yield "in_force_unknown", f"“{ref}”：施行日期不明", f"'{ref}': its in-force date is unknown"
    elif facts.on < begins:
        yield "not_yet_in_force", f"“{ref}”：{begins} 起才施行", f"'{ref}': not in force before {begins}"
    elif ends is not None and ends <= facts.on:
        yield "no_longer_in_force", f"“{ref}”：{ends} 起失效", f"'{ref}': no longer in force since {ends}"
    elif ends is None and version.status not in _STANDING:
        zh, en = f"“{ref}”：清单载为“{version.status}”", f"'{ref}': the manifest calls it '{version.status}'"
        yield "not_standing", zh, en


def _is_reversed(row: VersionRow) -> bool:
    return (
        row.in_force_from is not None and row.in_force_to is not None and row.in_force_to <= row.in_force_from
    )
