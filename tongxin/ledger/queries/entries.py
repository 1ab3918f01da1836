"""台账条目的读取。 Reads of the entries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, models

from tongxin.ledger.models import LedgerCheckpoint, LedgerContent, LedgerEntry
from tongxin.ledger.rules import parting

LEAF_COLUMNS: Final = 13
# The columns that a leaf is made of, for entries `e`.
LEAF: Final = """
SELECT e.id, e.xact::text, e.act, e.verb, e.outcome, e.at, e.recorded_at, e.organ, e.office, e.list_entry, e.clauses,
       e.commitment,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(w.id, w.relation, cardinality(w.keys), encode(w.digest, 'hex'))
                                  ORDER BY w.id), '[]') FROM ledger_ledgerwrite w WHERE w.entry_id = e.id) AS writes
"""


def newest_checkpoint() -> LedgerCheckpoint | None:
    """最新的检查点。 The newest signed checkpoint."""
    return LedgerCheckpoint.objects.order_by("-size").first()


def contents_about(*, subject: str, since: int = 0) -> models.QuerySet[LedgerContent]:
    """关于某事的条目，新的在前。 Entries about a subject (for example `case:…`), newest first, with their leaf.

    `since`: the number of a row that is no younger than the subject (the case's own): months before it are not looked through.
    """
    found = LedgerContent.objects.filter(subject=subject).select_related("entry", "entry__leaf")
    if since:
        found = found.filter(entry_id__gte=parting.floor(parting.month_of(since)))
    return found.order_by("-entry_id")


def content_of(*, entry: int) -> LedgerContent | None:
    """一条的内容。 The content of an entry, with the entry; None where it was lawfully deleted, or there is none."""
    return contents_of(entries=[entry]).first()


def contents_of(*, entries: Collection[int]) -> models.QuerySet[LedgerContent]:
    """若干条的内容。 The contents of some entries, each with its entry, in order; those that were deleted are not there."""
    return (
        LedgerContent.objects.select_related("entry").filter(entry_id__in=list(entries)).order_by("entry_id")
    )


def contents_naming_any(*, persons: Collection[str]) -> models.QuerySet[LedgerContent]:
    """涉及这些引用之一的条目。 Entries that concern any of some references of a person."""
    return LedgerContent.objects.filter(persons__overlap=list(persons))


def contents_naming(*, person: str) -> models.QuerySet[LedgerContent]:
    """涉及某人的条目，新的在前。 Entries that concern a person, newest first."""
    return (
        LedgerContent.objects.filter(persons__contains=[person]).select_related("entry").order_by("-entry_id")
    )


# `refs` are beginnings of clause references: `law:key@date#` for a whole version, `law:key@date#a10` for a clause and what
# stands below it.
_RESTING = """
SELECT e.id, array_agg(DISTINCT r.ref ORDER BY r.ref)
  FROM ledger_ledgerentry e CROSS JOIN LATERAL unnest(string_to_array(e.clauses, ' ')) AS r(ref)
 WHERE e.at >= %(since)s AND e.at < %(until)s AND e.id < %(before)s AND e.outcome = 'done'
   AND EXISTS (SELECT 1 FROM unnest(%(refs)s::text[]) AS t(begun)
                WHERE r.ref = t.begun OR starts_with(r.ref, t.begun || '.') OR (t.begun LIKE '%%#' AND starts_with(r.ref, t.begun)))
 GROUP BY e.id ORDER BY e.id
"""


def acts_resting_on(
    *, refs: Collection[str], since: datetime, until: datetime, before: int
) -> list[tuple[int, list[str]]]:
    """凭这些条款做的行为。 (entry, clause references) of the acts done in a span on these clauses, oldest first."""
    if not refs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_RESTING, {"since": since, "until": until, "before": before, "refs": list(refs)})
        return [(number, list(found)) for number, found in cursor.fetchall()]


def entry_numbered(*, number: int) -> LedgerEntry | None:
    """某号的条目。 The entry of a number, with its leaf where it has one."""
    if number >= 1 << 63:
        return None
    return LedgerEntry.objects.select_related("leaf").filter(id=number).first()


def leaf_of(*, entry: int) -> tuple[Any, ...] | None:
    """一条的叶所含各列。 The columns of an entry that its leaf is made of; None while it has no leaf."""
    if entry >= 1 << 63:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"{LEAF} FROM ledger_ledgerentry e JOIN ledger_ledgerleaf l ON l.entry_id = e.id WHERE e.id = %s",
            [entry],
        )
        row = cursor.fetchone()
    return row and tuple(row)


@dataclass(frozen=True, slots=True)
class Waiting:
    """还没入树的条目。 Entries that wait for the tree: how many, up to a bound, and when the oldest was written."""

    entries: int
    since: datetime | None


_WAITING = """
SELECT count(*), min(w.recorded_at) FROM (
  SELECT e.recorded_at FROM ledger_ledgerentry e
   WHERE (e.xact, e.id) > (coalesce((SELECT c.last_xact FROM ledger_ledgercheckpoint c ORDER BY c.size DESC LIMIT 1), '0'::xid8),
                           coalesce((SELECT c.last_entry FROM ledger_ledgercheckpoint c ORDER BY c.size DESC LIMIT 1), 0))
   ORDER BY e.xact, e.id LIMIT %s) w
"""


def waiting(*, most: int = 10_000) -> Waiting:
    """还没入树的条目。 What the sequencer has not integrated yet; counted to `most`. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [most])
        return Waiting(*cursor.fetchone())
