"""一条的叶与承诺。 The leaf of an entry and its commitment."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tongxin.ledger import merkle
from tongxin.ledger.terms import canonical

LONGEST: Final = 0xFFFF  # C2SP tlog-tiles: the length of an entry stands in two bytes of its bundle


def commitment(salt: bytes, content: bytes, *, suite: str = merkle.SHA256) -> bytes:
    """加盐承诺。 Salted commitment to content: the hash over salt, then content; nothing can be guessed without the salt."""
    return merkle.digest(salt + content, suite=suite)


def leaf_bytes(row: Sequence[Any]) -> bytes:
    """一条的叶。 The bytes of an entry that are hashed into the tree, from a row of the sequencer's query; 65,535 at most.

    An entry that would be longer (an act with very many statements) is told by the digest of all of it.
    """
    number, xact, act, verb, outcome, at, recorded, organ, office, list_entry, clauses, committed, writes = (
        row
    )
    digests = json.loads(writes) if isinstance(writes, str) else writes
    told = {
        "id": number,
        "xact": str(xact),
        "act": str(act),
        "verb": verb,
        "outcome": outcome,
        "at": instant(at),
        "recorded": instant(recorded),
        "organ": organ,
        "office": office,
        "entry": list_entry,
        "clauses": clauses,
        "commitment": bytes(committed).hex(),
        "writes": digests,
    }
    whole = canonical(told)
    if len(whole) <= LONGEST:
        return whole
    few = {key: told[key] for key in ("id", "act", "verb", "outcome", "at", "commitment")}
    return canonical({**few, "whole": hashlib.sha256(whole).hexdigest()})


def instant(moment: datetime) -> str:
    """时刻的写法。 A moment in UTC, to the microsecond: the same bytes from every time zone and driver."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
