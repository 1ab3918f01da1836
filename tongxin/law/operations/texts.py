"""文本入库的共用部分。 What the operations share when a text enters the book: clauses, doubts, citations, spoken repeals."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tongxin.law.models import Citation, Clause, Doubt, Effect, Instrument, Suspension, Version
from tongxin.law.rules import text_hash
from tongxin.law.rules.citations import TitleIndex, book_citations
from tongxin.law.rules.effects import ClauseDates, Span, VersionDates
from tongxin.law.rules.repeals import spoken_repeals
from tongxin.law.terms import ClauseText, ImportDoubt

COPY_CLAUSES = """
COPY law_clause (version_id, key, kind, parent, number, heading, text, text_hash, ordinal, in_force_from, in_force_to)
FROM STDIN
"""
OwnDates = tuple[date | None, date | None]
NONE: OwnDates = (None, None)


def copy_clauses(texts: Iterable[tuple[Version, Sequence[ClauseText], dict[str, OwnDates]]]) -> int:
    """写入条款。 Write the clauses of versions, with the own dates of those that have any; returns how many."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(COPY_CLAUSES) as copy:
        for version, clauses, own in texts:
            for c in clauses:
                copy.write_row(
                    (
                        version.pk,
                        c.key,
                        c.kind.value,
                        c.parent or "",
                        c.number[:40],
                        c.heading[:200],
                        c.text,
                        text_hash(c.text),
                        c.ordinal,
                        *own.get(c.key, NONE),
                    )
                )
                count += 1
    return count


def write_doubts(texts: Iterable[tuple[Version, Sequence[ImportDoubt]]]) -> None:
    """写入存疑。 Write what was doubted in reading texts: nothing is dropped, a person looks at each."""
    Doubt.objects.bulk_create(
        [
            Doubt(
                version=version,
                clause_key=doubt.clause_key or "",
                line=doubt.line,
                reason=doubt.reason_code,
                detail=doubt.detail,
            )
            for version, doubts in texts
            for doubt in doubts
        ],
        batch_size=1_000,
    )


def write_citations(texts: Sequence[tuple[Version, Sequence[ClauseText]]]) -> int:
    """写入引用。 Write the citations found in texts; what is not in the book keeps its title and no target."""
    instruments = {row.key: row for row in Instrument.objects.order_by("key")}
    index = TitleIndex.of((row.key, row.title) for row in instruments.values())
    made = [
        Citation(
            version=version,
            clause_key=found.clause_key,
            start=found.start,
            stop=found.end,
            quote=found.quote,
            title=found.title,
            target=instruments.get(found.target or ""),
            target_clause=found.target_clause,
        )
        for version, clauses in texts
        for found in book_citations(
            key=version.instrument.key, title=version.instrument.title, clauses=clauses, index=index
        )
    ]
    Citation.objects.bulk_create(made, batch_size=2_000)
    return len(made)


def write_candidates(texts: Sequence[tuple[Version, Sequence[ClauseText]]], *, known: bool = False) -> int:
    """写入候选变动。 Write the repeals that texts speak of, as candidates; returns how many.

    `known`: the city is being founded. Where the dates it was founded with already say that the instrument ended on that
    day, the effect is confirmed by them; everything else waits for a person.
    """
    made = []
    rows = list(Version.objects.select_related("instrument").order_by("-adopted")) if texts else []
    for version, clauses in texts:
        for spoken in spoken_repeals(clauses):
            day = spoken.day or version.in_force_from
            target = version_meant(rows, title=spoken.title, eve_of=day, by=version)
            agreed = known and target is not None and day is not None and target.in_force_to == day
            made.append(
                Effect(
                    by=version,
                    by_clause=spoken.clause,
                    kind=Effect.Kind.REPEAL,
                    version=target,
                    title=spoken.title[:200],
                    day=day,
                    state=Effect.State.CONFIRMED if agreed else Effect.State.CANDIDATE,
                    note="奠基时所载日期与此一致" if agreed else "",
                )
            )
    Effect.objects.bulk_create(made)
    return len(made)


def version_meant(rows: Iterable[Version], *, title: str, eve_of: date | None, by: Version) -> Version | None:
    """所指的版本。 The version a title means on the eve of a day: the last of `rows` (newest first) that had begun; or None.

    A text never means itself: 《信访条例》 in 信访条例 is the one before it.
    """
    titles = {title, f"中华人民共和国{title}", title.removeprefix("中华人民共和国")}
    for row in rows:
        of_its_own = row.instrument_id == by.instrument_id and row.adopted >= by.adopted
        if row.instrument.title not in titles or of_its_own:
            continue
        if eve_of is None or row.in_force_from is None or row.in_force_from < eve_of:
            return row
    return None


def dates_of(instrument: Instrument) -> tuple[VersionDates, ...]:
    """各版本的日期。 The dates of all versions of an instrument and of their clauses. Three statements."""
    versions = list(Version.objects.filter(instrument=instrument).order_by("adopted"))
    spans: dict[int, list[Span]] = {}
    for clause, since, until in Suspension.objects.filter(clause__version__in=versions).values_list(
        "clause_id", "since", "until"
    ):
        spans.setdefault(clause, []).append(Span(since, until))
    clauses: dict[int, dict[str, ClauseDates]] = {version.pk: {} for version in versions}
    rows = Clause.objects.filter(version__in=versions).values_list(
        "version_id", "key", "id", "in_force_from", "in_force_to"
    )
    for version, key, number, begins, ends in rows:
        clauses[version][key] = ClauseDates(
            begins=begins, ends=ends, suspended=tuple(sorted(spans.get(number, ()), key=lambda s: s.since))
        )
    return tuple(
        VersionDates(
            adopted=version.adopted,
            begins=version.in_force_from,
            ends=version.in_force_to,
            clauses=clauses[version.pk],
        )
        for version in versions
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """依据的一段空缺。 From which day (until before which, None: for good) a clause no longer founds anything.

    `begun` is the beginning of the references it holds for: `law:key@date#` for a whole version, `law:key@date#a10` for a
    clause and what stands below it.
    """

    begun: str
    since: date
    until: date | None = None


def write_dates(
    instrument: Instrument, before: Sequence[VersionDates], after: Sequence[VersionDates]
) -> list[Gap]:
    """写回改过的日期。 Write what differs between two states of an instrument's dates; returns what lost its force by it."""
    old = {version.adopted: version for version in before}
    gaps: list[Gap] = []
    for version in after:
        was = old.get(version.adopted)
        if was is None or was == version:
            continue
        ref = f"law:{instrument.key}@{version.adopted.isoformat()}#"
        if was.ends != version.ends:
            Version.objects.filter(instrument=instrument, adopted=version.adopted).update(
                in_force_to=version.ends
            )
            gaps += _version_gaps(version, ref)
        gaps += _write_clauses(instrument, was, version, ref)
    return gaps


def _version_gaps(version: VersionDates, ref: str) -> list[Gap]:
    """一个版本失效的空缺。 What a version's end takes away: all of it, or, where articles outlive it, the clauses that do not."""
    ends = version.ends
    if ends is None:
        return []
    if not any(dates.ends and dates.ends > ends for dates in version.clauses.values()):
        return [Gap(ref, ends)]
    return [Gap(f"{ref}{key}", ends) for key, dates in version.clauses.items() if dates.ends is None]


def _write_clauses(instrument: Instrument, was: VersionDates, now: VersionDates, ref: str) -> Iterator[Gap]:
    changed = {key: dates for key, dates in now.clauses.items() if was.clauses.get(key) != dates}
    if not changed:
        return
    rows = list(
        Clause.objects.filter(
            version__instrument=instrument, version__adopted=now.adopted, key__in=list(changed)
        )
    )
    for row in rows:
        row.in_force_from, row.in_force_to = changed[row.key].begins, changed[row.key].ends
    Clause.objects.bulk_update(rows, ["in_force_from", "in_force_to"], batch_size=1_000)
    Suspension.objects.filter(clause__in=rows).delete()
    Suspension.objects.bulk_create(
        [
            Suspension(clause=row, since=span.since, until=span.until)
            for row in rows
            for span in changed[row.key].suspended
        ]
    )
    for key, dates in changed.items():
        before = was.clauses.get(key, ClauseDates())
        if dates.ends and dates.ends != before.ends:
            yield Gap(f"{ref}{key}", dates.ends)
        for span in set(dates.suspended) - set(before.suspended):
            yield Gap(f"{ref}{key}", span.since, span.until)
