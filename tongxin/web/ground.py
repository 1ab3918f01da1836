"""台账的签名者与核验。 The ledger's signer of this instance, and its verification with what lies above the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from tongxin.cases.queries import miscounted, states_disagreeing
from tongxin.law.queries.making import states_astray
from tongxin.ledger import operations
from tongxin.ledger.queries import archived_months, verification
from tongxin.ledger.rules.signing import Signer, sm2_present
from tongxin.ledger.terms import Fault
from tongxin.web import stamping, witnessing
from tongxin.web.schema import added_columns, guarded_tables


def signer() -> Signer:
    """签名者。 Who signs the checkpoints of this instance."""
    own = settings.SECRETS
    return Signer(
        origin=own.log_name,
        seed=bytes.fromhex(own.ledger_seed),
        suite=own.ledger_hash,
        sm2_private=own.sm2_private,
        sm2_public=own.sm2_public,
    )


def public_key() -> bytes:
    """公钥。 The public key that checkpoints are verified with."""
    return signer().key().public


def sequence_all(*, at: datetime, going: Callable[[], bool] = lambda: True) -> int:
    """定序直到没有等待的条目。 Integrate what had settled when this began; returns how many entries.

    A batch that is not full was all there was: what came meanwhile waits for the next round, and for its checkpoint.
    `going` is asked between batches: whoever is no longer the sequencer stops there.
    """
    total = count = operations.sequence(signer=signer(), at=at)
    while count == operations.BATCH and going():
        count = operations.sequence(signer=signer(), at=at)
        total += count
    return total


def verify(*, kept: Sequence[str] = ()) -> dict[str, Any]:
    """核验整个台账与各事项的现状。 Verify the whole ledger, that every case stands where its steps led it, and the counts.

    `kept`: checkpoints kept elsewhere. Raises ValueError for one that this ledger's key never signed.
    """
    keys = signer().keys(witnessing.known_keys())
    found = verification(keys=keys, tables=guarded_tables(), kept=kept, added=added_columns())
    if found.intact:
        fault = stamping.fault() or _astray()
        found = replace(found, intact=fault is None, first_fault=fault)
    return {**asdict(found), "not_checked": _not_checked()}


def _astray() -> Fault | None:
    case = states_disagreeing(archived=archived_months().get("cases_casestep", ())).first()
    if case is not None:
        reason = f"case {case.number} is not where its last step led"
        return Fault("altered", "cases_case", str(case.pk), reason)
    project = states_astray().first()
    if project is not None:
        reason = f"project {project.number} is not where its last step led"
        return Fault("altered", "law_legislativeproject", str(project.pk), reason)
    count = miscounted()
    if count is not None:
        reason = f"the tally says {count.kept}, the cases counted anew are {count.counted}"
        return Fault("altered", "cases_tally", " ".join((count.kind, *count.key)), reason)
    return None


def _not_checked() -> list[str]:
    """没法核对的。 What could not be checked here, in words: it is said, never passed over."""
    found = []
    if settings.SECRETS.sm2_public and not sm2_present():
        found.append("SM2 signatures: the package gmssl-fast is not installed")
    return found + stamping.not_checked()
