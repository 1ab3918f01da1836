"""Limits of a grant under sixteen clients at once: calls, rows and distinct persons are never exceeded, and never wasted."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from django.db import connection

from tests.factories import NOW
from tongxin.acts.terms import Refused
from tongxin.exchange.models import Call, Meter, Reached
from tongxin.exchange.operations import call_data
from tongxin.exchange.terms import Asked
from tongxin.exchange.tests.granting import Office, asked, caller
from tongxin.ledger.models import LedgerEntry

CLIENTS, EACH = 16, 12


def at_once(work: Callable[[int, int], Asked]) -> Counter[str]:
    """Sixteen threads with a connection each, from one moment on; what each call came to."""
    who, came = caller(), Counter[str]()
    begin, lock = threading.Barrier(CLIENTS), threading.Lock()

    def client(n: int) -> None:
        try:
            begin.wait(30)
            for turn in range(EACH):
                try:
                    call_data(actor=who, at=NOW, asked=work(n, turn))
                    code = "done"
                except Refused as refusal:
                    code = refusal.code
                with lock:
                    came[code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert sum(came.values()) == CLIENTS * EACH == LedgerEntry.objects.filter(verb="call_data").count()
    return came


def test_sixteen_clients_make_just_as_many_calls_as_were_granted(
    city_of_its_own: str, office: Office
) -> None:
    grant = office.grant(calls=50, rows=10_000, persons=10_000)
    came = at_once(lambda n, turn: asked(grant.number, n * 50 + turn))
    assert came == {"done": 50, "calls_spent": CLIENTS * EACH - 50}
    assert Call.objects.count() == 50 == Meter.objects.values_list("calls", flat=True).get()


def test_sixteen_clients_take_just_as_many_rows_as_were_granted(city_of_its_own: str, office: Office) -> None:
    grant = office.grant(calls=10_000, rows=100, persons=10_000)
    came = at_once(lambda n, turn: replace(asked(grant.number, n * 50 + turn), rows=3))
    assert came == {"done": 33, "rows_spent": CLIENTS * EACH - 33}
    assert Meter.objects.values_list("rows", flat=True).get() == 99 == 3 * Call.objects.count()


def test_sixteen_clients_reach_no_more_persons_than_were_granted(
    city_of_its_own: str, office: Office
) -> None:
    grant = office.grant(calls=10_000, rows=10_000, persons=20)
    came = at_once(lambda n, turn: asked(grant.number, (n * 7 + turn * 3) % 60))
    assert Meter.objects.values_list("persons", flat=True).get() == 20 == Reached.objects.count()
    assert came["done"] >= 20 and set(came) == {"done", "persons_spent"}


def test_the_same_persons_looked_at_by_all_at_once_are_counted_once_and_nobody_is_refused(
    city_of_its_own: str, office: Office
) -> None:
    grant = office.grant(calls=10_000, rows=10_000, persons=EACH)
    assert at_once(lambda _n, turn: asked(grant.number, turn)) == {"done": CLIENTS * EACH}
    assert Meter.objects.values_list("persons", flat=True).get() == EACH == Reached.objects.count()


def test_one_request_sent_by_all_at_once_is_answered_once(city_of_its_own: str, office: Office) -> None:
    grant = office.grant(calls=10_000, rows=10_000, persons=10_000)
    came = at_once(lambda _n, turn: asked(grant.number, 1, token=f"request-{turn:04d}"))
    assert came == {"done": EACH, "repeated": (CLIENTS - 1) * EACH}
