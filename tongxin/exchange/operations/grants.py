"""授权的设立。 How a grant comes to be, by whichever act founds it: a delivered application, or a broken glass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from tongxin.acts.terms import InvalidInput, Warrant
from tongxin.exchange.models import Application, Field, Grant, GrantClause, Meter, Source
from tongxin.exchange.operations.call_statement import SEAL
from tongxin.exchange.operations.common import next_number
from tongxin.exchange.rules.keys import grant_key
from tongxin.exchange.terms import GrantState, Manner, Purpose, RecipientKind
from tongxin.law.queries import clause_at
from tongxin.law.terms import BadClauseRefError, ClauseRef


@dataclass(frozen=True, kw_only=True, slots=True)
class NewGrant:
    """将要设立的授权。 A grant about to be made: for whom, for what, which fields, on which clauses (with versions), and its limits."""

    source: Source
    organ: str
    kind: RecipientKind
    purpose: Purpose
    manner: Manner
    fields: Sequence[str]
    clauses: Sequence[str]
    until: datetime
    calls: int
    rows: int
    persons: int
    application: Application | None = None
    duties: str = ""
    witnessed: bool = True


def make_grant(warrant: Warrant, new: NewGrant) -> Grant:
    """设立授权。 A grant from now on, with its clauses and its meter. Without an application it is an emergency's.

    Raises InvalidInput for a field the source does not have, for no clause, and for a clause the book does not have.
    """
    known = set(Field.objects.filter(source=new.source).values_list("name", flat=True))
    strange = sorted(set(new.fields) - known)
    if strange or not new.fields:
        raise InvalidInput(
            "fields", f"目录项没有这些字段：{strange}", f"the item has no such fields: {strange}"
        )
    if not new.clauses:
        raise InvalidInput("clauses", "授权要有依据", "a grant rests on at least one clause")
    grant = Grant.objects.create(
        number=next_number(Grant, "Q", warrant.at),
        application=new.application,
        source=new.source,
        item=new.source.item,
        provider=new.source.organ,
        organ=new.organ,
        kind=new.kind.value,
        purpose=new.purpose.value,
        manner=new.manner.value,
        fields=list(dict.fromkeys(new.fields)),
        since=warrant.at,
        until=new.until,
        calls=new.calls,
        rows=new.rows,
        persons=new.persons,
        state=GrantState.ACTIVE.value,
        entered_by=new.application.answered_by if new.application else warrant.actor.person,
        duties=new.duties,
        witnessed=new.witnessed,
        emergency=new.application is None,
    )
    GrantClause.objects.bulk_create(
        [GrantClause(grant=grant, clause_id=_clause_id(ref), ref=ref) for ref in dict.fromkeys(new.clauses)]
    )
    Meter.objects.create(grant=grant)
    seal_grant(grant)
    return grant


def seal_grant(grant: Grant) -> None:
    """封签。 Seal a grant as it stands now. Whichever act changes what a grant allows, or its clauses, seals it anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SEAL} FROM exchange_grant g WHERE g.id = %(id)s",
            {"key": grant_key(number=grant.number, secret=settings.IDENTITY_KEY), "id": grant.pk},
        )
        grant.seal = bytes(cursor.fetchone()[0])
    grant.save(update_fields=["seal"])


def _clause_id(text: str) -> int:
    try:
        found = clause_at(ref=ClauseRef.parse(text))
    except BadClauseRefError:
        found = None
    if found is None:
        raise InvalidInput("clauses", f"法典里没有这一条：{text}", f"the book has no such clause: {text}")
    return found.pk
