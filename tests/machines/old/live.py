"""A city of release 0.1 lives for an afternoon; run with the code of that release, see README.md beside this file.

Reports with and without names, cases in every state, an account, a ledger of several checkpoints: what a database must carry
through every later migration.
"""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.contrib.auth.hashers import make_password

from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor
from tongxin.cases import operations as cases
from tongxin.cases.models import Case
from tongxin.cases.terms import Channel, NewReport, Settlement
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson
from tongxin.organs.models import Holding
from tongxin.places.models import Place
from tongxin.web import ground

BEGAN = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)  # Monday 10:00 in that city
MATTERS = ("abandoned-bicycle", "abandoned-building")


def officer(organ, post="case_officer"):
    held = Holding.objects.select_related("office").filter(office__organ__code=organ, office__post=post)
    one = held.order_by("office__code").first()
    return Actor(person=one.person, office=f"office:{one.office.code}")


def key(nth):
    return str(uuid.UUID(bytes=hashlib.sha256(f"old {nth}".encode()).digest()[:16]))


def report(nth, at):
    where = Place.objects.filter(level="district").order_by("code")[nth % 5]
    given = (
        {"name": "Sam Sample", "phone": f"617-555-01{nth:02d}", "email": f"sam{nth}@example.org"}
        if nth % 2
        else {}
    )
    return NewReport(
        client_key=key(nth), channel=Channel.WEB, matter=MATTERS[nth % 2], reported_at=at, text=f"report {nth}",
        place=where.code, **given,
    )  # fmt: skip


def settled(case, at):
    cases.accept_cases(actor=officer(case.organ), at=at, numbers=[case.number])
    done = Settlement(
        number=case.number, note="removed", facts={"document": f"order {case.pk}", "replacement": "none"}
    )
    cases.settle_cases(actor=officer(case.organ), at=at, settlements=[done])


at = BEGAN
given = [report(nth, at) for nth in range(24)]
receipts = cases.report_cases(actor=ANONYMOUS, at=at, reports=given)
print([type(one).__name__ for one in receipts], [getattr(one, "reason_en", "") for one in receipts][:1])
ground.sequence_all(at=at)
for nth, one in enumerate(Case.objects.order_by("pk")):
    at = BEGAN + timedelta(minutes=nth + 1)
    if nth % 4 == 0:
        continue
    if nth % 4 == 1:
        cases.accept_cases(actor=officer(one.organ), at=at, numbers=[one.number])
    else:
        settled(one, at)
    if nth % 4 == 3:
        fields = {"number": one.number, "passed": True, "note": "seen"}
        cases.check_case(actor=officer(one.organ, "checker"), at=at, **fields)
    ground.sequence_all(at=at)
someone = NewPerson(
    ref="person:sample", name="Sam Sample", login="sample", password=make_password("a long sample password")
)
open_account(actor=PLATFORM, at=at, person=someone)
ground.sequence_all(at=at)
print(ground.verify())
