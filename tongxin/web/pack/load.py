"""装入数据包。 Founding a city from its checked pack: six acts in one transaction, all or nothing."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import shapely
from django.db import transaction

from tongxin.acts.terms import PLATFORM, BasisClause
from tongxin.exchange.operations.sources import found_sources
from tongxin.identity.operations import found_persons
from tongxin.identity.terms import NewPerson
from tongxin.law.operations import enact_pack, found_lawmaking
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.text import ParsedText
from tongxin.law.terms import (
    CalendarDay,
    ClauseRef,
    DayKind,
    ImportDoubt,
    NewInstrumentVersion,
    NewLimitRule,
    NewListEntry,
    OpenHours,
    RoutingException,
    WorkingCalendar,
)
from tongxin.organs.operations import found_organs
from tongxin.organs.terms import NewHolding, NewOffice, NewOrgan
from tongxin.places.operations import found_places
from tongxin.places.terms import CityFacts, NewPlace
from tongxin.web.pack.bases import Bases
from tongxin.web.pack.entries import new_entries
from tongxin.web.pack.exchange import new_sources
from tongxin.web.pack.lawmaking import new_limits
from tongxin.web.pack.rows import Pack, VersionRow


def found_city(*, pack: Pack, at: datetime) -> dict[str, int]:
    """奠基。 Establish places, persons, organs, and last the book and the lists; returns how many of each.

    `pack` must come from `examine_pack` with all law parsed. What the lists rest on is what is in force on the city's day of
    `at` (`Bases`). Raises Refused when a city was founded here before.
    """
    bases = Bases(pack=pack, on=at.astimezone(ZoneInfo(pack.city.timezone)).date())
    founding = tuple(_founding_clause(pack, ref) for ref in pack.city.founding_clauses)
    with transaction.atomic():
        return {
            "places": found_places(
                actor=PLATFORM, at=at, city=city_facts(pack), places=list(_places(pack)), founding=founding
            ),
            "persons": found_persons(actor=PLATFORM, at=at, persons=_persons(pack), founding=founding),
            "organs": found_organs(
                actor=PLATFORM,
                at=at,
                organs=_organs(pack),
                offices=_offices(pack),
                holdings=_holdings(pack),
                founding=founding,
            ),
            "lawmaking": found_lawmaking(
                actor=PLATFORM, at=at, limits=new_limits(pack.lawmaking), founding=founding
            ),
            "sources": found_sources(actor=PLATFORM, at=at, sources=new_sources(pack), founding=founding),
            "clauses": enact_pack(
                actor=PLATFORM,
                at=at,
                versions=[_version(pack, row) for row in pack.versions],
                entries=[*_matters(pack, bases), *_powers(pack, bases), *new_entries(pack, bases)],
                limit_rules=_limits(pack, bases),
                routing=_routing(pack),
                calendar=_calendar(pack),
                calendar_source=pack.calendar.source,
                founding=founding,
            ),
            "matters": len(pack.matters),
        }


def city_facts(pack: Pack) -> CityFacts:
    """城市的事实。 The facts of the city as the pack gives them."""
    city = pack.city
    settings = {
        "text_max": city.report_text_max,
        "photo_max_bytes": city.report_photo_max_bytes,
        "future_tolerance_minutes": city.report_future_tolerance_minutes,
        "anonymous": city.report_anonymous,
        "reopen_natural_days": city.reopen_natural_days,
        "data_authority": city.data_authority or city.lead_body,
        "languages": list(city.languages),
        "map_notice": city.map_notice,
        "map_notice_en": city.map_notice_en,
        "map_approval": city.map_approval,
        "synthetic": city.synthetic,
        "synthetic_notice": city.synthetic_notice,
        "synthetic_notice_en": city.synthetic_notice_en,
    }
    return CityFacts(
        code=city.code,
        name=city.name,
        name_en=city.name_en,
        scheme=city.scheme,
        root=city.root,
        timezone=city.timezone,
        lead_body=city.lead_body,
        desk=city.desk,
        settings=settings,
        revision=1,
    )


def _founding_clause(pack: Pack, ref: ClauseRef) -> BasisClause:
    row = next(row for row in pack.versions if (row.key, row.version_date) == (ref.key, ref.version))
    text = pack.texts[(ref.key, row.version_date)]
    clause = next(clause for clause in text.clauses if clause.key == ref.clause)
    return BasisClause(
        ref=str(ref),
        title=row.title,
        title_en=row.title_en,
        label=clause_label(clause.key),
        text=clause.text,
        in_force_from=row.in_force_from or date.max,
    )


def _places(pack: Pack) -> Iterator[NewPlace]:
    shapes = {row.code: json.loads(shapely.to_geojson(row.shape)) for row in pack.districts}
    for row in pack.places:
        yield NewPlace(
            scheme=row.scheme,
            code=row.code,
            level=row.level,
            name=row.name,
            name_en=row.name_en,
            parent=row.parent or None,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            boundary=shapes.get(row.code),
        )
    for grid in pack.grids:
        yield NewPlace(
            scheme=pack.city.scheme,
            code=grid.code,
            level="grid",
            name=grid.name,
            name_en=grid.name_en,
            parent=grid.parent,
            valid_from=grid.valid_from,
            valid_to=None,
            boundary=json.loads(shapely.to_geojson(grid.shape)),
        )


def person_ref(slug: str) -> str:
    """人员的引用。 The reference of a person of the pack."""
    return f"person:{slug}"


def _persons(pack: Pack) -> list[NewPerson]:
    seen: dict[str, NewPerson] = {}
    for row in pack.holders:
        seen.setdefault(
            row.person,
            NewPerson(
                ref=person_ref(row.person), name=row.name, login=row.login, synthetic=pack.city.synthetic
            ),
        )
    return list(seen.values())


def _organs(pack: Pack) -> list[NewOrgan]:
    return [
        NewOrgan(
            code=r.code,
            function=r.function,
            kind=r.kind,
            name=r.name,
            name_en=r.name_en,
            parent=r.parent or None,
            place=r.place,
            valid_from=r.valid_from,
            valid_to=r.valid_to,
        )
        for r in pack.organs
    ]


def _offices(pack: Pack) -> list[NewOffice]:
    return [
        NewOffice(code=r.code, organ=r.organ, post=r.post, title=r.title, title_en=r.title_en)
        for r in pack.offices
    ]


def _holdings(pack: Pack) -> list[NewHolding]:
    return [
        NewHolding(office=r.office, person=person_ref(r.person), valid_from=r.valid_from, valid_to=r.valid_to)
        for r in pack.holders
        if r.office
    ]


def _version(pack: Pack, row: VersionRow) -> NewInstrumentVersion:
    text = pack.texts.get((row.key, row.version_date))
    return NewInstrumentVersion(
        key=row.key,
        title=row.title,
        title_en=row.title_en,
        level=row.level,
        issuer=row.issuer,
        jurisdiction=row.jurisdiction,
        illustrative=row.illustrative,
        adopted=row.version_date,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        date_source=row.from_basis[:200],
        status=row.status,
        source=f"{row.source} {row.source_path}".strip()[:300],
        sha256=row.sha256,
        clauses=text.clauses if text else (),
        subject=row.subject,
        preamble="\n".join(text.preamble) if text else "",
        doubts=tuple(_doubts(row, text)) if text else (),
    )


def _doubts(row: VersionRow, text: ParsedText) -> Iterator[ImportDoubt]:
    """一件文本的全部存疑。 All that is doubtful about a text: where its reading was, where the manifest calls it broken
    though the reading does not, and that nothing was there to compare it with.
    """
    yield from text.doubts
    seen = {doubt.reason_code for doubt in text.doubts}
    if not row.complete and not seen & {"no_closing_clause", "no_article"}:
        yield _doubt("called_incomplete", row.from_basis)
    if not row.contiguous and not seen & {"article_missing", "no_article"}:
        yield _doubt("called_broken", row.from_basis)
    if not row.second_source and not row.illustrative:
        yield _doubt("no_second_source", f"{row.source} {row.source_path}".strip())


def _doubt(reason: str, detail: str) -> ImportDoubt:
    return ImportDoubt(clause_key=None, line=0, reason_code=reason, detail=detail)


def _matters(pack: Pack, bases: Bases) -> Iterator[NewListEntry]:
    for row in pack.matters:
        facts = {
            "kind": row.kind,
            "lead": row.lead,
            "assist": list(row.assist),
            "on_call": list(row.on_call),
            "person_help": row.person_help,
            "clause_kind": row.clause_kind,
            "note": row.note,
            "filing_condition": row.filing_condition,
            "filing_condition_en": row.filing_condition_en,
            "closing_condition": row.closing_condition,
            "closing_condition_en": row.closing_condition_en,
        }
        yield NewListEntry(
            list="matter",
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            category=row.category,
            category_en=row.category_en,
            facts=facts,
            dated=bases.of(("matter", row.code), row.clauses),
            general=row.clause_kind == "general",
        )


def _powers(pack: Pack, bases: Bases) -> Iterator[NewListEntry]:
    for row in pack.powers:
        yield NewListEntry(
            list="power",
            code=row.verb,
            name=row.verb,
            facts={"note": row.note},
            dated=bases.of(("power", row.verb), row.clauses),
        )


def _limits(pack: Pack, bases: Bases) -> list[NewLimitRule]:
    return [
        NewLimitRule(matter=row.matter, limit=row.limit(), note=row.note[:300])
        for row in pack.limits
        if row.clause and bases.in_force(row.clause)
    ]


def _routing(pack: Pack) -> list[RoutingException]:
    return [
        RoutingException(
            matter=r.matter,
            channel=r.channel,
            place=r.place,
            hour_from=r.hour_from,
            hour_to=r.hour_to,
            lead=r.lead,
            note=r.note[:300],
        )
        for r in pack.routing
    ]


def _calendar(pack: Pack) -> WorkingCalendar:
    return WorkingCalendar(
        zone=pack.city.timezone,
        working_week=frozenset(pack.calendar.working_week),
        hours=tuple(OpenHours(opens=_clock(a), closes=_clock(b)) for a, b in pack.calendar.hours),
        days=tuple(CalendarDay(day=row.date, kind=DayKind(row.kind), name=row.name) for row in pack.days),
        published=frozenset(pack.calendar.published),
    )


def _clock(moment: time) -> time:
    return moment.replace(tzinfo=None)
