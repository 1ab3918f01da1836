"""What the gate asks of the book for an act over many things: all at once, and each with its own answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import MATTER, NOW, a_report
from tongxin.acts.terms import ANONYMOUS, Basis, Refused
from tongxin.cases.operations import report_cases
from tongxin.law.book import StatuteBook
from tongxin.law.queries import matters
from tongxin.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
POWER = "power:report_case"


def some_matters(count: int) -> list[str]:
    return [m.code for m in matters(0, NOW.date()).values() if m.active and not m.person_help][:count]


def test_the_bases_of_several_sets_of_entries_are_those_asked_for_one_by_one() -> None:
    sets = tuple((POWER, f"matter:{code}") for code in some_matters(5))
    with CaptureQueriesContext(connection) as put:
        found = StatuteBook().bases(wanted=sets, at=NOW)
    assert len(put) == 1
    assert found == {entries: StatuteBook().basis(entries=entries, at=NOW) for entries in sets}


def test_a_refusal_stands_in_its_own_place_and_leaves_the_others_their_basis() -> None:
    good, bad = (POWER, f"matter:{MATTER}"), (POWER, "matter:none")
    found = StatuteBook().bases(wanted=(good, bad), at=NOW)
    assert isinstance(found[good], Basis) and found[good].refs
    refusal = found[bad]
    assert isinstance(refusal, Refused) and refusal.code == "no_list_entry"


def test_reports_of_many_matters_in_one_act_rest_each_on_its_own_clauses() -> None:
    codes = some_matters(6)
    receipts = report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report(matter=code) for code in codes])
    for code, receipt in zip(codes, receipts, strict=True):
        entry = LedgerEntry.objects.get(content__subject=f"case:{receipt.number}")
        expected = StatuteBook().basis(entries=(POWER, f"matter:{code}"), at=NOW)
        assert entry.clauses == expected.refs and entry.list_entry == f"{POWER} matter:{code}"
