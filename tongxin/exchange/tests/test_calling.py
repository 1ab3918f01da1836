"""Calls: what the one statement asks, what it writes, and that a refusal is recorded in it."""

import pytest

from tests.factories import NOW
from tongxin.acts.terms import Refused
from tongxin.exchange.models import Call, Meter
from tongxin.exchange.operations import call_data
from tongxin.exchange.tests.granting import Office, asked, caller
from tongxin.ledger.models import LedgerContent, LedgerEntry


@pytest.mark.django_db
def test_a_lawful_call_is_recorded_with_its_clauses_and_whom_it_concerns(office: Office) -> None:
    grant = office.grant()
    did = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, 2))
    entry = LedgerEntry.objects.get(pk=did.entry)
    print(entry.__dict__, LedgerContent.objects.get(entry=entry).__dict__, Call.objects.get().__dict__, Meter.objects.get().__dict__)
    with pytest.raises(Refused) as refused:
        call_data(actor=caller(), at=NOW, asked=asked("Q2026-9999", 1, 2))
    print(refused.value, LedgerEntry.objects.latest("id").__dict__)
