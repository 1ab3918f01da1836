"""法律的写入：每个公开操作都是行为。 Writes of law: every public operation is an act."""

from tongxin.law.operations.changing import confirm_effects, propose_effect, reject_effect
from tongxin.law.operations.days import begin_day
from tongxin.law.operations.entering import enter_version
from tongxin.law.operations.founding import enact_pack
from tongxin.law.operations.keeping import decide_review, repoint_bindings, resolve_doubt
from tongxin.law.operations.listing import (
    admit_entry,
    apply_entry,
    end_entry,
    refuse_application,
    withdraw_application,
)

__all__ = [
    "admit_entry",
    "apply_entry",
    "begin_day",
    "confirm_effects",
    "decide_review",
    "enact_pack",
    "end_entry",
    "enter_version",
    "propose_effect",
    "refuse_application",
    "reject_effect",
    "repoint_bindings",
    "resolve_doubt",
    "withdraw_application",
]
