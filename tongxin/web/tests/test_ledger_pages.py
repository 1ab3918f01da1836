"""The pages of the ledger: who bears witness, how to check, and a receipt from every box that tells who has looked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import NOW, officer, reported
from tongxin.cases import operations as cases
from tongxin.cases.operations import Purpose
from tongxin.ledger import rules
from tongxin.ledger.operations import accept_cosignature
from tongxin.ledger.queries import newest_checkpoint
from tongxin.ledger.tests.small import WITNESS, WITNESS_KEY, WITNESS_SEED
from tongxin.web import ground


@pytest.fixture
def sequenced(city_of_its_own: str) -> Iterator[str]:
    """A city in which a case was reported and its reporter looked up; everything is in the tree."""
    case = reported(name="王芳", phone="13900000000")
    cases.accept_cases(actor=officer(case.organ), at=NOW, numbers=[case.number])
    cases.consult_reporter(actor=officer(case.organ), at=NOW, number=case.number, purpose=Purpose.CONTACT)
    ground.sequence_all(at=NOW)
    return case.number


def page(path: str, language: str = "zh-hans") -> str:
    client = Client(headers={"accept-language": language})
    return client.get(path).content.decode()


@pytest.mark.usefixtures("sequenced")
def test_the_page_tells_who_bears_witness_how_fresh_and_the_published_age(settings: Any) -> None:
    assert "还没有见证者" in page("/ledger/") and "60" in page("/ledger/")
    settings.WITNESSES = f"http://127.0.0.1:9 {WITNESS_KEY}"
    assert "还没有" in page("/ledger/") and str(WITNESS_KEY).replace("+", "&#x2B;") in page(
        "/ledger/"
    ).replace("+", "&#x2B;")
    newest = newest_checkpoint()
    assert newest is not None
    body, _ = rules.read_note(newest.note)
    for at, old in ((datetime.now(UTC) - timedelta(seconds=90), True), (datetime.now(UTC), False)):
        line = rules.cosigned(body, WITNESS, WITNESS_SEED, int(at.timestamp()))
        accept_cosignature(size=newest.size, line=line, key=WITNESS_KEY, at=at)
        assert ("过时了" in page("/ledger/")) is old
    assert "Who bears witness" in page("/ledger/", "en") and "verify_receipt.py" in page("/ledger/", "en")


@pytest.mark.usefixtures("sequenced")
def test_the_checker_is_the_one_in_the_source() -> None:
    answer = Client().get("/ledger/verify_receipt.py")
    assert answer.status_code == 200 and b"c2sp.org/tlog-proof@v1" in answer.content


def test_an_entry_still_waiting_has_no_receipt_and_says_so(city_of_its_own: str) -> None:
    reported()
    from tongxin.ledger.models import LedgerEntry

    answer = Client().get(f"/ledger/{LedgerEntry.objects.latest('id').pk}/receipt.tlog-proof")
    assert (answer.status_code, answer.headers["Retry-After"]) == (404, "1")
    assert "正等着进树" in answer.content.decode()
    assert Client().get("/ledger/999999999/receipt.tlog-proof").status_code == 404
    assert Client().get(f"/ledger/{10**30}/receipt.tlog-proof").status_code == 404


def test_every_line_of_a_box_that_tells_who_has_looked_offers_its_receipt() -> None:
    look = {"at": NOW, "who": "水务局", "what": "电话", "purpose": "联系", "receipt_url": "/ledger/12/"}
    shown = render_to_string(
        "components/trace_box.html", {"looks": [look, {**look, "receipt_url": "/ledger/13/"}]}
    )
    for number in (12, 13):
        assert f'href="/ledger/{number}/receipt.tlog-proof"' in shown


def test_the_receipt_offered_on_a_cases_page_is_served(sequenced: str, settings: Any) -> None:
    """From the reporter's own page to the file."""
    from tongxin.cases import rules as case_rules

    token = case_rules.report_token(number=sequenced, secret=settings.SECRET_KEY)
    shown = page(f"/mine/{token}/")
    link = next(part for part in shown.split('"') if part.endswith("receipt.tlog-proof"))
    answer = Client().get(link)
    assert answer.content.startswith(b"c2sp.org/tlog-proof@v1\n")
    assert answer.headers["Content-Disposition"].startswith("attachment")
