"""调用的读取。 Reads of calls and of what may be called; none of them shows personal data."""

from datetime import datetime

from django.conf import settings
from django.db import models

from tongxin.acts.terms import Actor
from tongxin.exchange.models import Call, Field, Grant, Source
from tongxin.exchange.rules.keys import grant_key, request_digest
from tongxin.exchange.terms import GrantState, RecipientKind
from tongxin.identity.queries import may_act_for
from tongxin.organs.queries import standing
from tongxin.places.queries import city_day


def answered_before(*, actor: Actor, grant: str, token: str) -> int | None:
    """同一请求号已办过的条目。 The entry under which this caller's request number was answered; None when it was not."""
    key = grant_key(number=grant, secret=settings.IDENTITY_KEY)
    digest = request_digest(key=key, person=actor.person, office=actor.office or "", token=token)
    return Call.objects.filter(token=digest).values_list("entry", flat=True).first()


def source_numbered(*, number: int) -> Source:
    """来源系统。 A source system by its row. Raises Source.DoesNotExist."""
    return Source.objects.get(pk=number)


def grant_numbered(*, number: str) -> Grant | None:
    """某号的授权。 The grant of a number, with its source and clauses."""
    if len(number) > 24 or "\x00" in number:
        return None
    return Grant.objects.select_related("source", "application").filter(number=number).first()


def grants_open_to(*, organ: str, at: datetime) -> models.QuerySet[Grant]:
    """某单位现有的授权。 The grants an organ has whose time runs, newest first. Whether one may be called is asked at the call."""
    return (
        Grant.objects.filter(organ=organ, since__lte=at, until__gt=at, state=GrantState.ACTIVE.value)
        .select_related("source", "meter")
        .order_by("-id")
    )


def is_users(*, actor: Actor, grant: Grant, at: datetime) -> bool:
    """是不是使用方的人。 Whether somebody acts for the user of a grant, as far as a look at it needs: the call asks it anew."""
    day = city_day(at)
    if grant.kind == RecipientKind.ENTERPRISE.value:
        return may_act_for(representative=actor.person, person=grant.organ, day=day)
    held = standing(person=actor.person, office=actor.office or "", day=day)
    return held is not None and held.organ == grant.organ


def fields_granted(*, grant: Grant) -> list[Field]:
    """准许的字段。 The fields of a grant, in the order of the source."""
    return list(Field.objects.filter(source=grant.source_id, name__in=grant.fields).order_by("ordinal", "id"))


def calls_by(*, organ: str, office: str = "", before: int = 0, most: int = 50) -> list[Call]:
    """一个单位的调用，新的在前。 The calls of an organ (or of one office), newest first: when, what for, how many; nobody's name."""
    rows = Call.objects.filter(organ=organ).select_related("grant").prefetch_related("results")
    if office:
        rows = rows.filter(office=office)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:most])
