"""法律的读取。 Reads of the law. What is kept in the process is keyed by the revision of the city's facts and the day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from django.db import models
from django.db.models.functions import Coalesce

from tongxin.law.models import (
    Binding,
    Calendar,
    CalendarDate,
    Clause,
    LimitRule,
    ListEntry,
    RoutingRule,
    Suspension,
    Version,
)
from tongxin.law.rules.finding import matters_like
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.terms import (
    BadClauseRefError,
    CalendarDay,
    ClauseRef,
    DayKind,
    Limit,
    MatterEntry,
    OpenHours,
    RoutingException,
    Stage,
    Unit,
    WorkingCalendar,
)

# The same for statements: `c` a clause, `v` its version, `d.day` the day. The gate's book and the acts that are checked in one
# statement say it in these words, so that there is one rule and not three.
IN_FORCE = """(
       coalesce(c.in_force_from, v.in_force_from) <= d.day
        AND (coalesce(c.in_force_to, v.in_force_to) IS NULL OR d.day < coalesce(c.in_force_to, v.in_force_to))
        AND NOT EXISTS (SELECT 1 FROM law_suspension s WHERE s.clause_id = c.id AND s.since <= d.day
                           AND (s.until IS NULL OR d.day < s.until))) IS TRUE"""


def in_force(*, day: date, prefix: str = "") -> models.Q:
    """此日有效的条件。 The condition that a clause (reached by `prefix`) is in force on a day.

    Its own dates decide, where it has none those of its version, and no suspension may cover the day (立法法 art. 16 and
    the like let a clause be suspended without being repealed). `IN_FORCE` says the same in SQL.
    """
    version = f"{prefix}version__"
    suspended = Suspension.objects.filter(clause=models.OuterRef(f"{prefix}pk"), since__lte=day).filter(
        models.Q(until__isnull=True) | models.Q(until__gt=day)
    )
    own_end = models.Q(**{f"{prefix}in_force_to__isnull": False})
    begun = models.Q(**{f"{prefix}in_force_from__lte": day}) | models.Q(
        **{f"{prefix}in_force_from__isnull": True, f"{version}in_force_from__lte": day}
    )
    stands = (own_end & models.Q(**{f"{prefix}in_force_to__gt": day})) | (
        ~own_end
        & (
            models.Q(**{f"{version}in_force_to__isnull": True})
            | models.Q(**{f"{version}in_force_to__gt": day})
        )
    )
    return begun & stands & ~models.Q(models.Exists(suspended))


def holding(*, day: date) -> models.Q:
    """此日所持的依据。 The condition that a binding holds on a day: made, and not yet re-pointed."""
    return (models.Q(valid_from__isnull=True) | models.Q(valid_from__lte=day)) & (
        models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day)
    )


def entries_on(*, kind: str, day: date) -> models.QuerySet[ListEntry]:
    """某清单此日的事项。 The entries of a list on a day, each with `active`: derived from its bindings, never stored."""
    bindings = Binding.objects.filter(holding(day=day), entry=models.OuterRef("pk"), mandatory=True)
    return (
        ListEntry.objects.filter(list=kind, valid_from__lte=day)
        .filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))
        .annotate(
            active=models.Exists(bindings)
            & ~models.Exists(bindings.exclude(in_force(day=day, prefix="clause__")))
        )
        .order_by("code")
    )


@lru_cache(maxsize=8)
def matters(revision: int, day: date) -> Mapping[str, MatterEntry]:
    """事项清单，按代码。 The matter list of a day by code, for one revision."""
    del revision
    return {row.code: matter_entry(row) for row in entries_on(kind=ListEntry.Kind.MATTER, day=day)}


def matter_entry(row: ListEntry) -> MatterEntry:
    """一行事项。 The matter of a row that was annotated with `active`."""
    facts = row.facts
    return MatterEntry(
        code=row.code,
        name=row.name,
        name_en=row.name_en or row.name,
        category=row.category,
        category_en=row.category_en or row.category,
        lead=facts.get("lead", ""),
        assist=tuple(facts.get("assist", ())),
        on_call=tuple(facts.get("on_call", ())),
        person_help=bool(facts.get("person_help")),
        filing_condition=facts.get("filing_condition", ""),
        filing_condition_en=facts.get("filing_condition_en", ""),
        closing_condition=facts.get("closing_condition", ""),
        closing_condition_en=facts.get("closing_condition_en", ""),
        active=bool(getattr(row, "active", False)),
    )


@lru_cache(maxsize=4)
def limits(revision: int, day: date) -> Mapping[tuple[str, Stage], tuple[Limit, ...]]:
    """期限规定，按(适用, 环节)。 The limit rules whose clause is in force on a day, by (matter, category or `*`; stage)."""
    del revision
    found: dict[tuple[str, Stage], tuple[Limit, ...]] = {}
    rows = LimitRule.objects.filter(in_force(day=day, prefix="clause__"))
    for row in rows.select_related("clause__version__instrument").order_by("id"):
        limit = Limit(
            number=row.number,
            unit=Unit(row.unit),
            stage=Stage(row.stage),
            step=row.step,
            clause=ref_of(row.clause),
        )
        key = (row.matter, limit.stage)
        found[key] = (*found.get(key, ()), limit)
    return found


def limits_for(*, matter: MatterEntry | None, stage: Stage, revision: int, day: date) -> tuple[Limit, ...]:
    """某事项某环节的期限。 The limits of a stage: those of the matter, else of its category, else the general ones."""
    table = limits(revision, day)
    for scope in (matter.code, matter.category, "*") if matter else ("*",):
        if (scope, stage) in table:
            return table[(scope, stage)]
    return ()


@lru_cache(maxsize=4)
def routing_exceptions(revision: int) -> Mapping[str, Sequence[RoutingException]]:
    """分派细则，按事项。 The routing exceptions by matter, for one revision."""
    del revision
    found: dict[str, list[RoutingException]] = {}
    for row in RoutingRule.objects.order_by("id"):
        found.setdefault(row.matter, []).append(
            RoutingException(
                matter=row.matter,
                channel=row.channel,
                place=row.place,
                hour_from=row.hour_from,
                hour_to=row.hour_to,
                lead=row.lead,
                note=row.note,
            )
        )
    return found


@lru_cache(maxsize=4)
def calendar(revision: int) -> WorkingCalendar:
    """工作日历。 The city's working calendar, for one revision. Raises LookupError when the city has none."""
    del revision
    row = Calendar.objects.first()
    if row is None:
        raise LookupError("the city has no working calendar")
    return WorkingCalendar(
        zone=row.zone,
        working_week=frozenset(row.working_week),
        published=frozenset(row.published),
        hours=tuple(
            OpenHours(opens=time.fromisoformat(a), closes=time.fromisoformat(b)) for a, b in row.hours
        ),
        days=tuple(
            CalendarDay(day=d.day, kind=DayKind(d.kind), name=d.name) for d in CalendarDate.objects.all()
        ),
    )


def ref_of(clause: Clause) -> ClauseRef:
    """条款的引用。 The reference of a clause row."""
    return ClauseRef(clause.version.instrument.key, clause.version.adopted, clause.key)


def clause_at(*, ref: ClauseRef) -> Clause | None:
    """引用所指的条款。 The clause a reference names, with its version and instrument; None when there is none."""
    return (
        Clause.objects.select_related("version__instrument")
        .filter(version__instrument__key=ref.key, version__adopted=ref.version or date.min, key=ref.clause)
        .first()
    )


def clause_on(*, instrument: str, key: str, day: date) -> Clause | None:
    """某日有效的一条。 The clause of an instrument that is in force on a day; None where the book has none."""
    found = Clause.objects.filter(in_force(day=day), version__instrument__key=instrument, key=key)
    return found.select_related("version__instrument").first()


def instruments_on(*, day: date) -> models.QuerySet[Version]:
    """某日有效的文本。 The versions in force on a day, by level and title."""
    return (
        Version.objects.filter(in_force_from__lte=day)
        .filter(models.Q(in_force_to__isnull=True) | models.Q(in_force_to__gt=day))
        .select_related("instrument")
        .order_by("instrument__level", "instrument__title")
    )


def version_of(*, key: str, adopted: date) -> Version | None:
    """某文件的某一版本。 The version of an instrument adopted on a day."""
    return Version.objects.select_related("instrument").filter(instrument__key=key, adopted=adopted).first()


def clauses_of(*, version: Version) -> models.QuerySet[Clause]:
    """一个版本的条款，依文序。 The clauses of a version in the order of the document."""
    return Clause.objects.filter(version=version).order_by("ordinal")


def bindings_of(*, entry: ListEntry, day: date) -> models.QuerySet[Binding]:
    """一个事项此日所依的条款。 What an entry rests on on a day, with the dates that decide whether it is active."""
    return (
        Binding.objects.filter(holding(day=day), entry=entry)
        .select_related("clause__version__instrument")
        .annotate(
            from_day=Coalesce("clause__in_force_from", "clause__version__in_force_from"),
            to_day=Coalesce("clause__in_force_to", "clause__version__in_force_to"),
        )
        .order_by("id")
    )


# ---- For pages ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedClause:
    """被引用的条款。 A clause as a page cites it: its name in both languages, its text, its interval, its address."""

    ref: ClauseRef
    title: str
    title_en: str
    number: str
    number_en: str
    text: str
    in_force_from: date | None
    in_force_to: date | None

    @property
    def url(self) -> str:
        """固定网址。 The permanent address of the clause."""
        return clause_url(self.ref)


def clause_url(ref: ClauseRef) -> str:
    """条款的固定网址。 The permanent address of a clause."""
    return f"/law/{ref.key}@{ref.version.isoformat() if ref.version else ''}/#{ref.clause}"


def cited(*, refs: Collection[str]) -> list[CitedClause]:
    """引用所指的条款，依引用的次序。 The clauses that references name, in their order; what names none is left out.

    One statement, however many references; none without references.
    """
    wanted = [ref for ref in (_parsed(text) for text in dict.fromkeys(refs)) if ref is not None]
    if not wanted:
        return []
    any_of = models.Q()
    for ref in wanted:
        any_of |= models.Q(
            version__instrument__key=ref.key, version__adopted=ref.version or date.min, key=ref.clause
        )
    rows = Clause.objects.filter(any_of).select_related("version__instrument")
    found = {ref_of(row): cited_clause(row) for row in rows}
    return [found[ref] for ref in wanted if ref in found]


def _parsed(text: str) -> ClauseRef | None:
    try:
        return ClauseRef.parse(text)
    except BadClauseRefError:
        return None


def cited_clause(row: Clause) -> CitedClause:
    """一条的引用样式。 A clause (with its version and instrument) as pages cite it."""
    version = row.version
    return CitedClause(
        ref=ref_of(row), title=version.instrument.title,
        title_en=version.instrument.title_en or version.instrument.title,
        number=clause_label(row.key), number_en=f", {clause_label_en(row.key)}", text=row.text,
        in_force_from=row.in_force_from or version.in_force_from,
        in_force_to=row.in_force_to or version.in_force_to,
    )  # fmt: skip


@lru_cache(maxsize=4)
def matters_to_report(revision: int, day: date) -> tuple[MatterEntry, ...]:
    """可以报告的事项：清单里除去部件名录。 The entries a resident may report: events, not the register of components."""
    del revision
    rows = entries_on(kind=ListEntry.Kind.MATTER, day=day).exclude(facts__kind="component")
    return tuple(matter_entry(row) for row in rows)


def matters_found(
    *, words: str, revision: int, day: date, often: Mapping[str, int], most: int = 12
) -> list[MatterEntry]:
    """按平常话找事项。 The entries to report that are like some plain words, the likeliest first."""
    return matters_like(words=words, entries=matters_to_report(revision, day), often=often)[:most]


def matter_rows(*, day: date) -> models.QuerySet[ListEntry]:
    """事项清单各行。 The rows of the matter list on a day, with `active` and `bound` (whether any clause is named)."""
    bindings = Binding.objects.filter(holding(day=day), entry=models.OuterRef("pk"), mandatory=True)
    return entries_on(kind=ListEntry.Kind.MATTER, day=day).annotate(bound=models.Exists(bindings))


def matter_row(*, code: str, day: date) -> ListEntry | None:
    """某代码的事项行。 The row of a code on a day, annotated as `matter_rows`; None when the list has none."""
    return matter_rows(day=day).filter(code=code).first()


def power_rows(*, day: date) -> list[tuple[ListEntry, list[CitedClause]]]:
    """职权清单各行与其条款。 The rows of the powers list on a day, each with its clauses. Two statements."""
    held: dict[int, list[CitedClause]] = {}
    rows = Binding.objects.filter(holding(day=day), entry__list=ListEntry.Kind.POWER).select_related(
        "clause__version__instrument"
    )
    for binding in rows.order_by("id"):
        held.setdefault(binding.entry_id, []).append(cited_clause(binding.clause))
    return [(row, held.get(row.id, [])) for row in entries_on(kind=ListEntry.Kind.POWER, day=day)]


def versions_of(*, key: str) -> list[Version]:
    """一部法的各版本，新的在前。 The versions of an instrument, newest first."""
    return list(Version.objects.filter(instrument__key=key).order_by("-adopted"))
