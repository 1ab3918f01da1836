"""台账的签名者与核验。 The ledger's signer of this instance, and its verification with what lies above the ledger."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from tongxin.cases.queries import states_disagreeing
from tongxin.law.queries.making import states_astray
from tongxin.ledger import operations, rules
from tongxin.ledger.operations import Signer
from tongxin.ledger.queries import verification
from tongxin.ledger.terms import Fault
from tongxin.web.schema import guarded_tables


def signer() -> Signer:
    """签名者。 Who signs the checkpoints of this instance."""
    return Signer(origin=settings.SECRETS.log_name, seed=bytes.fromhex(settings.SECRETS.ledger_seed))


def public_key() -> bytes:
    """公钥。 The public key that checkpoints are verified with."""
    return rules.public_key(signer().seed)


def sequence_all(*, at: datetime) -> int:
    """定序直到没有等待的条目。 Integrate until nothing settled waits; returns how many entries."""
    total = 0
    while count := operations.sequence(signer=signer(), at=at):
        total += count
    return total


def verify() -> dict[str, Any]:
    """核验整个台账与各事项的现状。 Verify the whole ledger, and that every case stands where its steps led it."""
    found = verification(origin=signer().origin, public=public_key(), tables=guarded_tables())
    if found.intact:
        astray = states_disagreeing().first()
        if astray is not None:
            fault = Fault(
                "altered",
                "cases_case",
                str(astray.pk),
                f"case {astray.number} is not where its last step led",
            )
            found = replace(found, intact=False, first_fault=fault)
    if found.intact:
        project = states_astray().first()
        if project is not None:
            fault = Fault(
                "altered",
                "law_legislativeproject",
                str(project.pk),
                f"project {project.number} is not where its last step led",
            )
            found = replace(found, intact=False, first_fault=fault)
    return asdict(found)
