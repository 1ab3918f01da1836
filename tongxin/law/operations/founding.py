"""法律的写入。 Writes of the law."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Scope, Warrant
from tongxin.law.models import (
    Binding,
    Calendar,
    CalendarDate,
    Instrument,
    LimitRule,
    ListEntry,
    RoutingRule,
    Version,
)
from tongxin.law.operations.texts import copy_clauses, write_candidates, write_citations, write_doubts
from tongxin.law.terms import (
    CalendarDay,
    ClauseRef,
    NewInstrumentVersion,
    NewLimitRule,
    NewListEntry,
    RoutingException,
    WorkingCalendar,
)


def _founding_scope(
    *,
    actor: Actor,
    at: datetime,
    founding: tuple[BasisClause, ...],
    versions: Sequence[NewInstrumentVersion],
    **_: Any,
) -> Scope:
    del actor, at
    texts = {f"{v.key}@{v.adopted.isoformat()}": v.sha256 for v in versions}
    return Scope(subject="book", founding=founding, content={"texts": texts})


@act(
    "enact_pack",
    title=("启用法典与清单", "open the statute book and the lists"),
    by=[By.PLATFORM],
    scope=_founding_scope,
    founding=True,
)
def enact_pack(
    *,
    warrant: Warrant,
    versions: Sequence[NewInstrumentVersion],
    entries: Sequence[NewListEntry],
    limit_rules: Sequence[NewLimitRule],
    routing: Sequence[RoutingException],
    calendar: WorkingCalendar,
    calendar_source: str,
    founding: tuple[BasisClause, ...],
) -> int:
    """启用法典与清单。 Enter the texts, the lists, the limits and the calendar; the last of the founding acts.

    What was doubtful when the texts were read is entered with them, none left out; so is what they cite, and which repeals
    they speak of. Returns how many clauses there are. Raises KeyError when a list names a clause that is in no text given.
    """
    del warrant, founding
    rows = _enter_versions(versions)
    texts = [(rows[(v.key, v.adopted)], v.clauses) for v in versions]
    copy_clauses([(row, clauses, {}) for row, clauses in texts])
    write_doubts([(rows[(v.key, v.adopted)], v.doubts) for v in versions])
    write_citations(texts)
    write_candidates(texts, known=True)
    wanted = {binding.clause for entry in entries for binding in entry.bindings} | {
        rule.limit.clause for rule in limit_rules if rule.limit.clause
    }
    clauses = _clause_ids(wanted)
    _enter_entries(entries, clauses)
    _enter_limits(limit_rules, clauses)
    RoutingRule.objects.bulk_create(
        [
            RoutingRule(
                matter=r.matter,
                channel=r.channel,
                place=r.place,
                hour_from=r.hour_from,
                hour_to=r.hour_to,
                lead=r.lead,
                note=r.note,
            )
            for r in routing
        ],
        batch_size=1_000,
    )
    _enter_calendar(calendar, calendar_source)
    return sum(len(version.clauses) for version in versions)


def _enter_versions(versions: Sequence[NewInstrumentVersion]) -> Mapping[tuple[str, Any], Version]:
    newest = {v.key: v for v in sorted(versions, key=lambda v: v.adopted)}
    made = {
        row.key: row
        for row in Instrument.objects.bulk_create(
            [
                Instrument(
                    key=v.key,
                    title=v.title,
                    title_en=v.title_en,
                    level=v.level,
                    issuer=v.issuer,
                    jurisdiction=v.jurisdiction,
                    illustrative=v.illustrative,
                    subject=v.subject,
                )
                for v in newest.values()
            ]
        )
    }
    rows = Version.objects.bulk_create(
        [
            Version(
                instrument=made[v.key],
                adopted=v.adopted,
                in_force_from=v.in_force_from,
                in_force_to=v.in_force_to,
                date_source=v.date_source,
                status=v.status,
                source=v.source,
                sha256=v.sha256,
                preamble=v.preamble,
            )
            for v in versions
        ]
    )
    return {(v.key, v.adopted): row for v, row in zip(versions, rows, strict=True)}


def _clause_ids(wanted: Iterable[ClauseRef]) -> Mapping[ClauseRef, int]:
    wanted = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.key, v.adopted, c.key, c.id FROM jsonb_to_recordset(%s::jsonb) AS r(key text, version date, "
            "clause text) JOIN law_instrument i ON i.key = r.key JOIN law_version v ON v.instrument_id = i.id "
            "AND v.adopted = r.version JOIN law_clause c ON c.version_id = v.id AND c.key = r.clause",
            [json.dumps([{"key": r.key, "version": str(r.version), "clause": r.clause} for r in wanted])],
        )
        found = {
            ClauseRef(key, adopted, clause): number for key, adopted, clause, number in cursor.fetchall()
        }
    missing = [str(ref) for ref in wanted if ref not in found]
    if missing:
        raise KeyError(f"no such clause in the book: {missing[:5]}")
    return found


def _enter_entries(entries: Sequence[NewListEntry], clauses: Mapping[ClauseRef, int]) -> None:
    rows = ListEntry.objects.bulk_create(
        [
            ListEntry(
                list=e.list,
                code=e.code,
                name=e.name,
                name_en=e.name_en,
                category=e.category,
                category_en=e.category_en,
                facts=dict(e.facts),
                holder=e.holder,
                nature=e.nature,
                valid_from=e.valid_from,
                valid_to=e.valid_to,
            )
            for e in entries
        ],
        batch_size=500,
    )
    Binding.objects.bulk_create(
        [
            Binding(
                entry=row,
                clause_id=clauses[binding.clause],
                general=entry.general,
                valid_from=binding.valid_from,
                valid_to=binding.valid_to,
                mandatory=binding.mandatory,
                phrase=binding.phrase,
            )
            for entry, row in zip(entries, rows, strict=True)
            for binding in entry.bindings
        ],
        batch_size=1_000,
    )


def _enter_limits(rules: Sequence[NewLimitRule], clauses: Mapping[ClauseRef, int]) -> None:
    LimitRule.objects.bulk_create(
        [
            LimitRule(
                matter=r.matter,
                stage=r.limit.stage.value,
                step=r.limit.step,
                number=r.limit.number,
                unit=r.limit.unit.value,
                clause_id=clauses[r.limit.clause],
                note=r.note,
            )
            for r in rules
            if r.limit.clause is not None
        ],
        batch_size=1_000,
    )


def _enter_calendar(calendar: WorkingCalendar, source: str) -> None:
    hours = [[h.opens.isoformat("minutes"), h.closes.isoformat("minutes")] for h in calendar.hours]
    Calendar.objects.create(
        zone=calendar.zone,
        working_week=sorted(calendar.working_week),
        hours=hours,
        published=sorted(calendar.published),
        source=source,
    )
    CalendarDate.objects.bulk_create([_date(day) for day in calendar.days])


def _date(day: CalendarDay) -> CalendarDate:
    return CalendarDate(day=day.day, kind=day.kind.value, name=day.name)
