"""Sources and grants that the tests of calls need, made by an act that a test declares for itself."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.factories import NOW, officer
from tongxin.acts import gate, registry
from tongxin.acts.terms import Actor, By, Scope, Warrant
from tongxin.exchange.models import Field, Grant, Source
from tongxin.exchange.operations.grants import NewGrant, make_grant
from tongxin.exchange.terms import Asked, Manner, Purpose, RecipientKind
from tongxin.identity.rules import resident_check

ITEM, ORGAN, PROVIDER = "data:s003", "bz/education", "bz/public-security"
CLAUSES = (
    "law:cn/residence-permits@2015-11-26#a12.p1",
    "law:cn/personal-information-protection@2021-08-20#a34.p1",
)
FIELDS = ("name", "resident_id", "address", "issued", "endorsed")
HOUR = timedelta(hours=1)


def resident_number(n: int, born: str = "19900101") -> str:
    """A valid number that nobody has: the area code 999999 is not assigned."""
    first = f"999999{born}{n % 1000:03d}"
    return first + resident_check(first)


def caller(nth: int = 0) -> Actor:
    """Whoever calls for the education bureau."""
    return officer(ORGAN, "data_officer", nth)


@contextmanager
def declared(verb: str, operation: Any, **given: Any) -> Iterator[Any]:
    """An act for as long as the block lasts, resting on the power of another."""
    yield gate.act(
        verb,
        **{
            "title": ("试", "trial"),
            "scope": lambda **_: Scope(subject="trial"),
            "by": [By.PLATFORM],
            **given,
        },
    )(operation)
    registry.REGISTRY.pop(verb, None)


def wanted(**given: Any) -> dict[str, Any]:
    """What a grant of the tests says, unless said otherwise."""
    return {
        "organ": ORGAN, "kind": RecipientKind.ORGAN, "purpose": Purpose.ELIGIBILITY, "manner": Manner.INTERFACE,
        "fields": ("name", "address"), "clauses": CLAUSES, "until": NOW + timedelta(days=30), "calls": 100, "rows": 1_000,
        "persons": 100, "witnessed": False, **given,
    }  # fmt: skip


def asked(grant: str, *numbers: int, **given: Any) -> Asked:
    """A call about some invented residents."""
    return Asked(**{
        "grant": grant, "fields": ("name",), "purpose": Purpose.ELIGIBILITY, "matter": "入学资格核对 2026-1",
        "keys": tuple(resident_number(n) for n in numbers), "rows": max(len(numbers), 1), **given,
    })  # fmt: skip


def source_of(item: str = ITEM, **given: Any) -> Source:
    """The source system of an item, with its fields."""
    held, _ = Source.objects.get_or_create(
        item=item,
        defaults={
            "organ": PROVIDER, "system": "居住证系统", "adapter": "postgresql", "address": "test:residents",
            "relation": "permits", "key": "resident_id", "key_kind": "resident_id", **given,
        },
    )  # fmt: skip
    if not held.fields.exists():
        Field.objects.bulk_create(
            [Field(source=held, name=name, label=name, ordinal=n) for n, name in enumerate(FIELDS)]
        )
    return held


class Office:
    """What makes grants in the tests: an act of the platform, by a book that founds it."""

    def __init__(self, book: Any) -> None:
        self.book = book

    def do(self, work: Any, at: datetime = NOW) -> Any:
        """Something written within an act of its own."""
        from tongxin.acts.terms import PLATFORM

        made: list[Any] = []

        def operation(*, warrant: Warrant) -> None:
            """试。 Trial."""
            made.append(work(warrant))

        with declared(f"trial_{uuid.uuid4().hex[:8]}", operation) as run:
            run(actor=PLATFORM, at=at)
        return made[0]

    def grant(self, at: datetime = NOW, source: dict[str, Any] | None = None, **given: Any) -> Grant:
        """A grant, emergency by form since it has no application."""
        return self.do(
            lambda warrant: make_grant(
                warrant, NewGrant(source=source_of(**(source or {})), **wanted(**given))
            ),
            at,
        )
