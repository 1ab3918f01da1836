"""立法所依的条款。 Clauses as law-making asks for them: by a reference without version, by title, as a limit, as a higher basis."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Final

from django.db import models

from tongxin.law.models import Clause, LawmakingLimit
from tongxin.law.queries import clause_at, in_force, ref_of
from tongxin.law.rules.making_days import BY_NATIONAL_LAW, Kind, MakingLimit, Span, Watch
from tongxin.law.rules.making_text import NONE_LIMITED, named_clause, same_title
from tongxin.law.terms import BadClauseRefError, ClauseRef, Level

# 立法法 art. 93(6): 法律、行政法规、地方性法规的依据. A department's rule, or another rule, is none.
HIGHER: Final = frozenset(
    level.value
    for level in (
        Level.CONSTITUTION, Level.NATIONAL_LAW, Level.ADMIN_REGULATION, Level.PROVINCIAL_REGULATION,
        Level.LOCAL_REGULATION,
    )
)  # fmt: skip


def clauses_today(*, refs: Collection[str], day: date) -> dict[str, Clause]:
    """各条款今天的样子。 The clauses that references without version name, in the versions in force on a day, by reference. One statement."""
    wanted = {ref: ref.removeprefix("law:").partition("#") for ref in refs}
    any_of = models.Q()
    for key, _hash, clause in wanted.values():
        any_of |= models.Q(version__instrument__key=key.partition("@")[0], key=clause)
    rows = (
        Clause.objects.filter(any_of, in_force(day=day)).select_related("version__instrument")
        if wanted
        else ()
    )
    found = {(row.version.instrument.key, row.key): row for row in rows}
    named = {ref: found.get((key.partition("@")[0], clause)) for ref, (key, _hash, clause) in wanted.items()}
    return {ref: row for ref, row in named.items() if row is not None}


def clause_today(*, ref: str, day: date) -> Clause | None:
    """条款今天的样子。 The clause that a reference without version names, in the version in force on a day; None when there is none."""
    return clauses_today(refs=[ref], day=day).get(ref)


def ref_today(*, ref: str, day: date) -> str:
    """带版本的引用。 A reference with the version in force on a day; empty when there is none, or nothing was asked."""
    clause = clause_today(ref=ref, day=day) if ref else None
    return str(ref_of(clause)) if clause else ""


def clause_named(*, title: str, clause: str, day: date) -> Clause | None:
    """题名与条款号所指的条款。 The clause in force on a day that a title and a clause key name; None when there is none."""
    rows = Clause.objects.filter(
        in_force(day=day),
        version__instrument__title__endswith=title.removeprefix("中华人民共和国"),
        key=clause,
    )
    return next(
        (
            row
            for row in rows.select_related("version__instrument")
            if same_title(title, row.version.instrument.title)
        ),
        None,
    )


def limits_on(*, kind: Kind, day: date) -> dict[Watch, MakingLimit]:
    """此日的立法期限。 The limits for making a kind of law on a day, each with its clause in the version of that day.

    Those of national law hold while their clause is in force and still says the number; those of the city's own regulation
    come with the city and take the place of what is only usual nationally (立法法 art. 87(1)).
    """
    national = {watch: limit for (of, watch), limit in BY_NATIONAL_LAW.items() if of is kind}
    clauses = clauses_today(refs={limit.clause for limit in national.values()}, day=day)
    found = {
        watch: replace(limit, clause=str(ref_of(clauses[limit.clause])))
        for watch, limit in national.items()
        if limit.clause in clauses and limit.says in clauses[limit.clause].text
    }
    if kind is Kind.REGULATION:
        for row in LawmakingLimit.objects.all():
            found[Watch(row.watch)] = MakingLimit(number=row.number, unit=Span(row.unit), clause=row.clause)
    return found


def higher_clause(*, words: str, day: date) -> str:
    """写下的上位法条款。 The reference of a higher clause as it was written: '' for 无; a reference, or 《题名》第几条.

    Raises ValueError when the words name no clause in force.
    """
    said = words.strip()
    if said == NONE_LIMITED:
        return ""
    named = named_clause(said)
    clause = (
        clause_named(title=named.title, clause=named.clause, day=day) if named else _by_ref(said, day=day)
    )
    if clause is None:
        raise ValueError(words)
    return str(ref_of(clause))


def _by_ref(text: str, *, day: date) -> Clause | None:
    try:
        ref = ClauseRef.parse(text)
    except BadClauseRefError:
        return None
    return clause_at(ref=ref) if ref.version else clause_today(ref=text, day=day)


def is_higher(*, ref: str, day: date) -> bool:
    """能否作规章限制权利的依据。 Whether a clause can carry a limit of rights in a rule: of a high enough level, and in force on the day."""
    clause = clause_today(ref=ref, day=day)
    return (
        clause is not None
        and str(ref_of(clause)) == ref
        and clause.version.instrument.level in HIGHER
        and not clause.version.instrument.illustrative
    )
