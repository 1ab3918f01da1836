"""After a lawful deletion the tree still verifies, and what was deleted cannot be confirmed by guessing."""

import hashlib
from datetime import timedelta

from tests.factories import NOW, checked, officer
from tongxin.cases import operations as cases
from tongxin.cases.models import Report
from tongxin.exchange import operations as exchange
from tongxin.exchange.tests.lookers import data_head, look, resident
from tongxin.ledger.models import LedgerContent, LedgerEntry
from tongxin.ledger.terms import canonical
from tongxin.web import ground

ME = "person:concerned"
AUTHORITY = "bz/big-data"


def test_the_ledger_verifies_after_a_line_and_a_report_were_deleted(city_of_its_own: str) -> None:
    assert city_of_its_own
    me, old = resident(), NOW - timedelta(days=3 * 365 + 2)
    entry = look(ME, at=old, purpose="identity", matter="K9")
    case = checked(actor=me, person=ME, name="王芳", phone="13900000000")
    cases.confirm_case(actor=me, at=NOW, number=case.number)
    line = exchange.file_request(
        actor=me, at=NOW, person=ME, kind="delete", about=f"line:{entry}", ground="term"
    )
    report = exchange.file_request(
        actor=me, at=NOW, person=ME, kind="delete", about=f"case:{case.number}", ground="purpose"
    )
    ground.sequence_all(at=NOW)
    known = LedgerContent.objects.get(pk=entry)
    guess = canonical({"content": known.content, "subject": known.subject, "persons": known.persons})
    exchange.answer_request(
        actor=officer("bz/public-security", "data_head"),
        at=NOW,
        number=line,
        done=True,
        answer="已经删除这一行",
    )
    cases.erase_report(actor=data_head(AUTHORITY), at=NOW, request=report, answer="已经删除您留的信息")
    ground.sequence_all(at=NOW)
    found = ground.verify()
    assert found["intact"], found
    assert (
        not Report.objects.filter(case=case).exists() and not LedgerContent.objects.filter(pk=entry).exists()
    )
    # Without the salt even the right guess hashes to something else than the commitment that stays.
    kept = bytes(LedgerEntry.objects.get(pk=entry).commitment)
    assert hashlib.sha256(guess).digest() != kept and len(kept) == 32
