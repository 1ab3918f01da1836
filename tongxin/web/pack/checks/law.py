"""法律清单与条款引用的检查。 Checks of the law manifest, and of every clause the pack cites."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from tongxin.law.terms import INSTRUMENT_KEY, ClauseRef, Level
from tongxin.web.pack.checks.common import grouped, twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.columns import MANIFEST
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import MatterRow, PowerRow, Row, VersionRow

_LEVELS = frozenset(Level)
_STANDING = frozenset({"", "in_force"})
NOT_YET: Final = "not_yet_in_force"
# The subjects that the page of the law has words for (law.views.book.SUBJECT_LABELS); a test holds the two equal.
SUBJECTS: Final = frozenset({
    "legislation", "administration", "community", "data", "ecology", "city", "safety", "market", "health", "welfare",
    "culture", "disputes", "finance", "civil",
})  # fmt: skip


def check_manifest_words(facts: Facts) -> Iterator[Fault]:
    """位阶、主题与键的写法。 Level and subject are known ones; the key is a path of lower-case words."""
    for row in facts.pack.versions:
        if row.level not in _LEVELS:
            yield row.fault("bad_level", f"未知的位阶“{row.level}”", f"unknown level '{row.level}'")
        if row.subject and row.subject not in SUBJECTS:
            yield row.fault("bad_subject", f"未知的主题“{row.subject}”", f"unknown subject '{row.subject}'")
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
    held = [row for row in rows if row.text_file]
    yield from twice(held, lambda row: row.text_file, code="file_twice", what_zh="文件", what_en="the file")


def check_texts_held(facts: Facts) -> Iterator[Fault]:
    """文本与摘要同有同无；没有文本就谈不上完整、连续、对照。 A text and its digest are given together, or neither; without a text
    nothing can be complete, contiguous or compared.
    """
    for row in facts.pack.versions:
        if bool(row.text_file) != bool(row.sha256):
            zh, en = "file 与 sha256 只给了一个", "only one of file and sha256 is given"
            yield row.fault("text_half_given", zh, en)
        elif not row.text_file and (row.complete or row.contiguous or row.second_source):
            zh, en = (
                "没有文本，却称完整、连续或者已对照",
                "no text, yet called complete, contiguous or compared",
            )
            yield row.fault("no_text_to_judge", zh, en)


def check_subjects_agree(facts: Facts) -> Iterator[Fault]:
    """同一部法各版本主题一致。 The versions of one instrument have one subject."""
    for versions in grouped(facts.pack.versions, lambda row: row.key).values():
        for row in versions[1:]:
            if row.subject != versions[0].subject:
                zh = f"“{row.key}”的主题与第 {versions[0].line} 行不同"
                yield row.fault(
                    "subject_differs", zh, f"subject of '{row.key}' differs from line {versions[0].line}"
                )


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
    """每个引用的条款存在且当日有效。 Every clause cited exists in the version named, which is in force on the day.

    An entry that still rests on the past on that day may name clauses that are not yet in force: they take over later.
    """
    city = facts.pack.city
    for ref in city.founding_clauses:
        for code, zh, en in what_is_wrong(facts, ref):
            yield city.fault_at("founding.clauses", code, zh, en)
    entries: list[tuple[str, str, MatterRow | PowerRow]] = [
        *(("matter", row.code, row) for row in facts.pack.matters),
        *(("power", row.verb, row) for row in facts.pack.powers),
    ]
    for kind, code, row in entries:
        may_wait = facts.rests_on_the_past((kind, code))
        for ref in row.clauses:
            yield from _faults_of(facts, row, ref, tolerated={NOT_YET} if may_wait else set())
    for limit in facts.pack.limits:
        yield from _faults_of(facts, limit, limit.clause)


def _faults_of(
    facts: Facts, row: Row, ref: ClauseRef | None, tolerated: Collection[str] = ()
) -> Iterator[Fault]:
    for code, zh, en in what_is_wrong(facts, ref):
        if code not in tolerated:
            yield row.fault(code, zh, en)


def what_is_wrong(
    facts: Facts, ref: ClauseRef | None, *, on_the_day: bool = True
) -> Iterator[tuple[str, str, str]]:
    """一个引用的问题。 What is wrong with one reference: (code, zh, en); in force on the day only if asked."""
    if ref is None or ref.version is None or facts.pack.losses.may_hold(file=MANIFEST.file, key=ref.key):
        return
    versions = facts.versions.get(ref.key)
    version = (versions or {}).get(ref.version)
    if versions is None:
        yield "unknown_instrument", f"“{ref}”：包内没有这部法", f"'{ref}': the pack has no such instrument"
    elif version is None:
        yield "unknown_version", f"“{ref}”：包内没有这个版本", f"'{ref}': the pack has no such version"
    elif not version.sha256:
        yield "no_text", f"“{ref}”：这个版本没有文本，不能引用", f"'{ref}': no text of that version is held"
    else:
        if on_the_day:
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
        yield NOT_YET, f"“{ref}”：{begins} 起才施行", f"'{ref}': not in force before {begins}"
    elif ends is not None and ends <= facts.on:
        yield "no_longer_in_force", f"“{ref}”：{ends} 起失效", f"'{ref}': no longer in force since {ends}"
    elif ends is None and version.status not in _STANDING:
        zh, en = f"“{ref}”：清单载为“{version.status}”", f"'{ref}': the manifest calls it '{version.status}'"
        yield "not_standing", zh, en


def _is_reversed(row: VersionRow) -> bool:
    return (
        row.in_force_from is not None and row.in_force_to is not None and row.in_force_to <= row.in_force_from
    )
