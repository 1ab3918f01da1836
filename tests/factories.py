"""People, places and reports of the sample city, in the field's words, for the tests."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.plugin import FOUNDED
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor
from tongxin.cases import operations as cases
from tongxin.cases.models import Assignment, Case
from tongxin.cases.terms import Channel, NewReport, Receipt, Settlement
from tongxin.identity.models import Account, Session
from tongxin.identity.operations import open_account, sign_in
from tongxin.identity.rules import session_key
from tongxin.identity.terms import DemoShown, NewPerson, NewSession
from tongxin.organs.models import Holding

NOW = FOUNDED + timedelta(hours=2)  # Monday 10:00
INSIDE = (118.0, 37.37)  # a point in the sample city's first district
MATTER = "m01001"
DONE = {"document": "工单 2026-1"}


def officer(organ: str, post: str = "case_officer", nth: int = 0) -> Actor:
    """Whoever holds this post at this organ."""
    held = Holding.objects.select_related("office").filter(office__organ__code=organ, office__post=post)
    one = held.order_by("office__code")[nth]
    return Actor(person=one.person, office=f"office:{one.office.code}")


def a_report(**given: Any) -> NewReport:
    """A resident's report of a broken cover, unless said otherwise."""
    base: dict[str, Any] = {
        "client_key": uuid.uuid4().hex,
        "channel": Channel.WEB,
        "matter": MATTER,
        "reported_at": NOW,
        "text": "井盖坏了",
        "lon": INSIDE[0],
        "lat": INSIDE[1],
    }
    return NewReport(**{**base, **given})


def reported(at: datetime = NOW, actor: Actor = ANONYMOUS, **given: Any) -> Case:
    """A case that has just been reported."""
    receipt = cases.report_cases(actor=actor, at=at, reports=[a_report(reported_at=at, **given)])[0]
    assert isinstance(receipt, Receipt), receipt
    return Case.objects.get(number=receipt.number)


def reporter(case: Case) -> Actor:
    """The anonymous reporter of a case, as the holder of its token."""
    return Actor(person=f"reporter:{case.number}")


def accepted(at: datetime = NOW, **given: Any) -> Case:
    """A case that its lead organ has accepted."""
    case = reported(at, **given)
    cases.accept_cases(actor=officer(case.organ), at=at, numbers=[case.number])
    return fresh(case)


def settled(at: datetime = NOW, **given: Any) -> Case:
    """A case whose parts and whole are settled, waiting for its check."""
    case = accepted(at, **given)
    for part in Assignment.objects.filter(case=case, role="assist"):
        cases.settle_part(actor=officer(part.organ), at=at, number=case.number, settlement=settlement(case))
    cases.settle_cases(actor=officer(case.organ), at=at, settlements=[settlement(case)])
    return fresh(case)


def checked(at: datetime = NOW, **given: Any) -> Case:
    """A case that was checked and waits for its reporter."""
    case = settled(at, **given)
    cases.check_case(
        actor=officer(case.organ, "checker"), at=at, number=case.number, passed=True, note="现场看过，已换新"
    )
    return fresh(case)


def settlement(case: Case, **given: Any) -> Settlement:
    """A settlement with its evidence."""
    return Settlement(**{"number": case.number, "note": "已经更换井盖", "facts": DONE, **given})


def fresh(case: Case) -> Case:
    """The case as it stands now."""
    return Case.objects.get(pk=case.pk)


def session_of(actor: Actor, login: str) -> dict[str, str]:
    """A session as the demo door would begin it, for whoever it is; it outlasts whatever a test does to the clock.

    `login` names the account where the person has none yet.
    """
    secret = uuid.uuid4().hex
    with transaction.atomic():
        held = Account.objects.filter(person_id=actor.person, closed_at=None).order_by("id").first()
        if held is None:
            new = NewPerson(ref=actor.person, name="某", login=f"{login}-{uuid.uuid4().hex[:8]}")
            open_account(actor=PLATFORM, at=NOW, person=new)
            held = Account.objects.get(login=new.login)
        key = session_key(secret)
        sign_in(
            actor=Actor(person=actor.person),
            at=NOW,
            login=held.login,
            shown=[DemoShown()],
            session=NewSession(key=key, device="", place="local", demo=True),
        )
        later = NOW + timedelta(days=3_650)
        Session.objects.filter(key=key).update(begun_at=later, fresh_at=later)
    return {"login": held.login, "person": actor.person, "office": actor.office or "", "secret": secret}


def with_session(held: dict[str, str] | None) -> Client:
    """A client that carries a session, or none."""
    client = Client(raise_request_exception=True)
    if held is not None:
        session = client.session
        session["who"] = held
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def signed_in(actor: Actor, login: str) -> Client:
    """A client whose session says who it is."""
    return with_session(session_of(actor, login))
