"""台账的词汇。 The vocabulary of the ledger."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

DATABASE_HASH: Final = (
    "sha256"  # the one hash the database itself can compute; a ledger may be founded on another
)


class LedgerOutcome(StrEnum):
    """行为是做成了还是被拒绝了。 Whether the act was done or refused."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntry:
    """将要登记的一条。 One entry about to be appended.

    `content` holds strings, whole numbers, booleans, None, lists and dicts only; it is committed to, never published.
    """

    verb: str
    outcome: LedgerOutcome
    at: datetime
    organ: str = ""
    office: str = ""
    list_entry: str = ""
    clauses: str = ""
    subject: str = ""
    persons: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    act: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """一张表要写的列。 What is written of a table: a statement for few rows, one for many, and the columns nobody gives.

    A row is given in the columns' own text (a moment in ISO, a document in JSON, an array as PostgreSQL writes it); `rest`
    is what stands in the columns that are not given.
    """

    few: str
    many: str
    rest: tuple[str | int | bool | None, ...]


class AlteredError(Exception):
    """行与树对不上。 Rows do not agree with the tree: nothing is served from them; `tongxin ledger verify` names the place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """核验发现的第一处不符。 A disagreement that verification found, with the row it is about."""

    kind: str  # altered | added | removed | signature | root
    relation: str
    row: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """核验的结果。 What a verification of the whole ledger came to."""

    intact: bool
    entries: int
    leaves: int
    pending: int
    checkpoints: int
    root: str
    writes: int
    first_fault: Fault | None
    archived: int = 0  # leaves whose entries left with a month that was archived


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(content: Mapping[str, Any]) -> bytes:
    """规范的 JSON 字节。 The bytes that are committed to: JSON with sorted keys and no spaces, UTF-8."""
    return _canonical(content).encode()
