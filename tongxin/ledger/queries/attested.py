"""外面所证的核验。 Verification of what others attested: witnesses, time-stamp authorities, checkpoints kept elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from tongxin.ledger import rules
from tongxin.ledger.rules.signing import Keys
from tongxin.ledger.terms import Fault

COSIGNATURES: Final = """
SELECT s.size, s.witness, s.at, s.key_id, s.signature, c.note FROM ledger_ledgercosignature s
  LEFT JOIN ledger_ledgercheckpoint c ON c.size = s.size ORDER BY s.size, s.witness, s.at
"""
STAMPS: Final = """
SELECT s.size, s.authority, s.at, s.token, s.seal, c.note FROM ledger_ledgerstamp s
  LEFT JOIN ledger_ledgercheckpoint c ON c.size = s.size ORDER BY s.size, s.authority
"""
GONE: Final = "a checkpoint of this size was attested outside, and is gone"


def attestation_fault(keys: Keys) -> Fault | None:
    """外面所证的第一处不符。 The first cosignature or time stamp that does not hold, or whose checkpoint is gone."""
    for query, check in ((COSIGNATURES, _cosignature_fault), (STAMPS, _stamp_fault)):
        with connection.chunked_cursor() as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(2_000):
                for size, name, at, first, second, note in rows:
                    if note is None:
                        return Fault("removed", "ledger_ledgercheckpoint", str(size), GONE)
                    fault = check(keys, size, name, at, (bytes(first), bytes(second)), note)
                    if fault:
                        return fault
    return None


def _cosignature_fault(
    keys: Keys, size: int, name: str, at: datetime, raw: tuple[bytes, bytes], note: str
) -> Fault | None:
    row = f"{size} {name} {at.astimezone(UTC).isoformat()}"
    key = next((key for key in keys.witnesses if (key.name, key.id) == (name, raw[0])), None)
    body, _ = rules.read_note(note)
    seconds = int(at.timestamp()).to_bytes(8, "big", signed=True)
    try:
        if key is None:
            raise ValueError("no key of this witness is known here")  # noqa: TRY301
        rules.cosignature_time(body, rules.Signature(name, raw[0], seconds + raw[1]), key)
    except ValueError as error:
        return Fault("signature", "ledger_ledgercosignature", row, str(error))
    if at.microsecond:
        return Fault("altered", "ledger_ledgercosignature", row, "a witness tells whole seconds")
    return None


def _stamp_fault(
    keys: Keys, size: int, name: str, at: datetime, raw: tuple[bytes, bytes], note: str
) -> Fault | None:
    del note
    message = rules.stamp_message(size=size, authority=name, at=at, token=raw[0])
    if rules.holds(message, raw[1], keys.public):
        return None
    return Fault("altered", "ledger_ledgerstamp", f"{size} {name}", "the row is not what the log sealed")


def kept_heads(notes: Sequence[str], keys: Keys) -> dict[int, bytes]:
    """别处留存的检查点。 Size and root of checkpoints kept elsewhere. Raises ValueError for one that this log never signed."""
    heads = [rules.read_checkpoint(rules.verify_note(note, keys.origin, keys.public)) for note in notes]
    found: dict[int, bytes] = {}
    for head in heads:
        if found.setdefault(head.size, head.root) != head.root:
            raise ValueError(f"two checkpoints of size {head.size} differ, and this log signed both")
    return found
