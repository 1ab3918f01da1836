"""机构的读取。 Reads of organs."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from django.db import models

from tongxin.acts.queries import put
from tongxin.acts.terms import By, Standing
from tongxin.organs.models import Holding, Office, Organ
from tongxin.organs.terms import OrganFacts


def held_offices(*, person: str, day: date) -> models.QuerySet[Holding]:
    """某人此日的任职。 The offices a person holds on a day."""
    return (
        Holding.objects.filter(person=person, valid_from__lte=day)
        .filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))
        .select_related("office", "office__organ", "office__organ__place")
        .order_by("office__code")
    )


# The office that somebody holds on a day; also read together with the session (web/present.py).
HELD_OFFICE: Final = """
SELECT 'office:' || o.code AS office, g.code AS organ, g.name, coalesce(nullif(g.name_en, ''), g.name) AS name_en, o.post,
       p.code AS place
  FROM organs_holding h JOIN organs_office o ON o.id = h.office_id JOIN organs_organ g ON g.id = o.organ_id
  JOIN places_place p ON p.id = g.place_id
 WHERE h.person = %(person)s AND o.code = %(office)s AND h.valid_from <= %(day)s
   AND (h.valid_to IS NULL OR h.valid_to > %(day)s)"""


def standing(*, person: str, office: str, day: date) -> Standing | None:
    """任职事实。 The standing a person has through an office on a day; None when they do not hold it. One statement."""
    rows = put(HELD_OFFICE, person=person, office=office.removeprefix("office:"), day=day)
    return standing_of(*rows[0]) if rows else None


def standing_of(office: str, organ: str, name: str, name_en: str, post: str, place: str) -> Standing:
    """一行的任职事实。 The standing of a row of HELD_OFFICE."""
    return Standing(
        office=office, organ=organ, organ_name=name, organ_name_en=name_en, post=By(post), place=place
    )


@lru_cache(maxsize=4)
def organs_by_code(revision: int) -> Mapping[str, OrganFacts]:
    """各机构，按代号。 Every organ by code, for one revision of the city's facts."""
    del revision
    rows = Organ.objects.select_related("place", "parent").defer("place__boundary")
    return {
        row.code: OrganFacts(
            id=row.id,
            code=row.code,
            function=row.function,
            kind=row.kind,
            name=row.name,
            name_en=row.name_en or row.name,
            place=row.place.code,
            level=row.place.level,
            parent=row.parent.code if row.parent else None,
        )
        for row in rows.iterator(chunk_size=2_000)
    }


@lru_cache(maxsize=4)
def organs_by_function(revision: int) -> Mapping[tuple[str, str], OrganFacts]:
    """各机构，按职能与地点。 Every organ by (function, place code), for one revision."""
    return {(organ.function, organ.place): organ for organ in organs_by_code(revision).values()}


def office_title(*, code: str) -> Office | None:
    """职位。 The office of a code, with its organ."""
    return Office.objects.select_related("organ").filter(code=code.removeprefix("office:")).first()


def holders(*, organ: str, post: By, day: date) -> list[tuple[str, str]]:
    """某机构某岗位的任职者与职位。 (person, office) references of those who hold a post at an organ on a day."""
    rows = (
        Holding.objects.filter(office__organ__code=organ, office__post=post.value, valid_from__lte=day)
        .filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))
        .order_by("office__code")
    )
    return [(person, f"office:{office}") for person, office in rows.values_list("person", "office__code")]


def organs_of(*, persons: Collection[str], day: date) -> dict[str, frozenset[str]]:
    """各人此日在哪些机构任职。 The organs at which each of these persons holds an office on a day. One statement."""
    rows = (
        Holding.objects.filter(person__in=persons, valid_from__lte=day)
        .filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))
        .values_list("person", "office__organ__code")
    )
    found: dict[str, set[str]] = {}
    for person, organ in rows:
        found.setdefault(person, set()).add(organ)
    return {person: frozenset(organs) for person, organs in found.items()}


def holdings_on(*, day: date) -> models.QuerySet[Holding]:
    """此日的全部任职。 Every holding of a day, with office and organ."""
    return (
        Holding.objects.filter(valid_from__lte=day)
        .filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))
        .select_related("office__organ")
        .order_by("office__code")
    )


def office_titles(*, codes: Collection[str]) -> Mapping[str, Office]:
    """若干职位，按代号。 Offices by code, `office:` before it or not. One statement, none without codes."""
    wanted = {code.removeprefix("office:") for code in codes if code}
    return {row.code: row for row in Office.objects.filter(code__in=wanted)} if wanted else {}
