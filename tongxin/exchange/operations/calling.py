"""调用。 A call of shared data: checked, counted and recorded in one statement (docs/decisions/0013), before anything is read."""

import re
import unicodedata
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Did, InvalidInput, Scope
from tongxin.exchange.operations.call_statement import CALL
from tongxin.exchange.rules.keys import grant_key, request_digest
from tongxin.exchange.terms import Asked, Called, Purpose
from tongxin.identity.queries import identifier_digest, person_of, refs_of
from tongxin.identity.rules import alias_of
from tongxin.ledger.terms import DATABASE_HASH

GRANT_NUMBER: Final = re.compile(r"Q[0-9]{4}-[0-9]{4,12}")
FIELD: Final = re.compile(r"\w{1,60}")
# A resident's number, a telephone: they have no place in a matter, full width or spaced out. A hyphen is left: matters have numbers.
LONG_NUMBER: Final = re.compile(r"[0-9Xx]{11,}")
APART: Final = re.compile(r"[\s.·]")
REFERENCE: Final = re.compile(r"person:(x-[0-9a-f]{32}|[\w.-]{1,60})")
MOST_KEYS: Final = 2_000
MOST_ROWS: Final = 1_000_000


def _call_scope(*, actor: Actor, at: datetime, asked: Asked) -> Scope:
    del at
    _require_sense(asked)
    digests, aliases = _keys(asked)
    key = grant_key(number=asked.grant, secret=settings.IDENTITY_KEY)
    return Scope(
        subject=f"grant:{asked.grant}",
        persons=tuple(sorted({*aliases, asked.on_behalf_of} - {""}))
        if settings.LEDGER_HASH != DATABASE_HASH
        else (),
        content={
            "fields": sorted(set(asked.fields)),
            "matter": asked.matter.strip(),
            "purpose": asked.purpose.value,
            "rows": asked.rows,
            **({"on_behalf_of": asked.on_behalf_of} if asked.on_behalf_of else {}),
        },
        state={
            "grant": asked.grant,
            "key": key,
            "turn": str(int.from_bytes(key[:8], signed=True)),
            "digests": digests,
            "aliases": aliases,
            "refs": list(refs_of(person=actor.person)) if actor.office is None else [],
            "kind": asked.kind,
            "purpose": asked.purpose.value,
            "fields": sorted(set(asked.fields)),
            "matter": asked.matter.strip(),
            "rows": str(asked.rows),
            "behalf": asked.on_behalf_of,
            "batch": asked.batch,
            "token": request_digest(
                key=key, person=actor.person, office=actor.office or "", token=asked.token
            )
            if asked.token
            else None,
            "within": str(settings.WITNESSED_WITHIN),
        },
    )


def _require_sense(asked: Asked) -> None:
    if not GRANT_NUMBER.fullmatch(asked.grant):
        raise InvalidInput("grant", "授权编号不对", "this is no number of a grant")
    if not isinstance(asked.purpose, Purpose):
        raise InvalidInput("purpose", "没有这种用途", "there is no such purpose")
    if not all(FIELD.fullmatch(field) for field in asked.fields):
        raise InvalidInput("fields", "字段名不对", "this is no name of a field")
    matter = asked.matter.strip()
    if not 3 <= len(matter) <= 120 or not matter.isprintable():
        raise InvalidInput("matter", "请写明为哪件事，3 至 120 字", "name the matter, in 3 to 120 characters")
    if LONG_NUMBER.search(APART.sub("", unicodedata.normalize("NFKC", matter))):
        raise InvalidInput(
            "matter", "事项里不要写证件号码、电话", "no identity or telephone number in the matter"
        )
    if not 1 <= asked.rows <= MOST_ROWS:
        raise InvalidInput("rows", "行数不对", "this is no number of rows")
    if len(asked.keys) > MOST_KEYS:
        raise InvalidInput("keys", f"一次最多 {MOST_KEYS} 个", f"at most {MOST_KEYS} at once")
    if asked.on_behalf_of and not REFERENCE.fullmatch(asked.on_behalf_of):
        # Whoever it is reads the row, and the one looked up reads it in general form: a word would hide the look from both.
        raise InvalidInput(
            "on_behalf_of", "要写明是谁的事", "say whose affair it is, as a person's reference"
        )
    if len(asked.token) > 100 or "\x00" in asked.token:
        raise InvalidInput("token", "太长", "this is too long")


def _keys(asked: Asked) -> tuple[list[str], list[str]]:
    """号码的摘要与代称。 Digest and alias of each key. The database turns them into persons; the keys themselves go nowhere.

    With a ledger whose hash the database does not have, the persons are looked up here, since their commitment is made here.
    """
    digests = [identifier_digest(kind=asked.kind, value=key) for key in asked.keys]
    if settings.LEDGER_HASH == DATABASE_HASH:
        return digests, [alias_of(digest) for digest in digests]
    found = sorted({person_of(kind=asked.kind, value=key) for key in asked.keys})
    return ["-"] * len(found), found


@act(
    "call_data",
    title=("调用共享数据", "call shared data"),
    by=[By.DATA_OFFICER, By.CASE_OFFICER, By.PERSON],
    scope=_call_scope,
    personal=True,
    needs_entry=True,
    statement=CALL,
)
def call_data(*, did: Did, asked: Asked) -> Called:
    """调用共享数据。 Call shared data under a grant; what it lets through is recorded with whom it concerns, before anything is read.

    Checked in one statement, at that moment: the office and its organ (of an enterprise: its authorised person), that the
    caller neither consented to the grant nor reviews it, state and time, every clause of the grant, of the power and of the
    catalogue item, purpose and fields, the limits of calls, rows and persons, and a recent witness. `rows` are reserved;
    `settle_calls` gives back what was not handed over. Raises Refused and InvalidInput; both are recorded.

    政务数据共享条例 arts. 20, 25, 27; 个人信息保护法 arts. 6, 13(3), 34.
    """
    del asked
    found: dict[str, Any] = dict(did.answer)
    return Called(
        entry=did.entry,
        call=found["call"],
        refs=did.refs,
        persons=tuple(found["persons"]),
        source=found["source"],
        kind=found["kind"],
        at=did.at,
    )
