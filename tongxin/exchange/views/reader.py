"""谁在看谁的。 Who reads whose record: oneself, or somebody one may act for, opened as an act."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from tongxin.acts.terms import Actor, who
from tongxin.exchange.queries import claims
from tongxin.exchange.views.data_shown import DataGround, basis_of, sign_in_first
from tongxin.identity.queries import own_particulars, represented_by
from tongxin.identity.terms import REPRESENTATION_LABELS, Powers
from tongxin.places.queries import city_day

OPEN_FOR: Final = timedelta(minutes=30)  # how long a record that was opened for somebody stays open


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """谁在看谁的。 Who reads whose page: the actor in their own right, the person, and how far they may go."""

    actor: Actor
    person: str
    token: str = ""  # empty: one's own page
    name: str = ""
    may_act: bool = True
    opened: bool = True

    @property
    def suffix(self) -> str:
        """网址里说替谁。 The query that says for whom, for every address of the page."""
        return f"?for={self.token}" if self.token else ""


def reader_of(request: HttpRequest, at: datetime) -> Reader:
    """谁在看谁的。 The reader of a request; one who is not signed in must be sent away before. Raises Http404."""
    me = Actor(person=who(request).actor.person)
    token = request.GET.get("for", "")
    if not token:
        return Reader(actor=me, person=me.person)
    for one in represented(me.person, at):
        if hmac.compare_digest(one.token, token):
            opened = claims.opened_for(representative=me.person, person=one.person, since=at - OPEN_FOR)
            return Reader(
                actor=me, person=one.person, token=token, name=one.name, may_act=one.may_act, opened=opened
            )
    raise Http404("for")


@dataclass(frozen=True, slots=True)
class For:
    """可以替谁看。 One whose record may be read for them."""

    person: str
    token: str
    name: str
    kind: Any
    may_act: bool


def represented(person: str, at: datetime) -> list[For]:
    """可以替谁看。 For whom somebody may read, each under a word that says nothing to others."""
    found: dict[str, For] = {}
    for one in represented_by(representative=person, day=city_day(at)):
        held = own_particulars(person=one.person)
        able = one.powers is Powers.ACT or (one.person in found and found[one.person].may_act)
        name = held.name if held and held.name else gettext("没有登记姓名的人")
        found[one.person] = For(
            one.person, _token(person, one.person), name, REPRESENTATION_LABELS[one.kind], able
        )
    return list(found.values())


def _token(representative: str, person: str) -> str:
    said = f"for\x00{representative}\x00{person}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:24]


def gate(request: HttpRequest, ground: DataGround) -> Reader | HttpResponse:
    """进门。 The reader, or the page they must pass first: signing in, or opening the record as an act."""
    if not who(request).signed_in:
        return sign_in_first(request)
    reader = reader_of(request, ground.at)
    if reader.opened:
        return reader
    context = {"reader": reader, "basis": basis_of("open_record_for", ground)}
    return render(request, "exchange/person_open.html", context, status=403)
