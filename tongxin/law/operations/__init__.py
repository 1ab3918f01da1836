"""法律的写入：每个公开操作都是行为。 Writes of law: every public operation is an act."""

from tongxin.law.operations.changing import confirm_effects, propose_effect, reject_effect
from tongxin.law.operations.days import begin_day
from tongxin.law.operations.duties import amend_entry, extend_update
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
from tongxin.law.operations.making import (
    draft_law,
    plan_law,
    propose_law,
    revise_draft,
)
from tongxin.law.operations.making_bill import (
    lapse_bill,
    read_law,
    shelve_law,
    submit_law,
    vote_law,
    withdraw_bill,
)
from tongxin.law.operations.making_comments import (
    answer_comment,
    comment_draft,
    consult_commenter,
)
from tongxin.law.operations.making_end import file_law, publish_law, report_implementation
from tongxin.law.operations.making_examined import (
    assess_draft,
    decide_rule,
    examine_draft,
)
from tongxin.law.operations.making_province import record_approval, record_return, send_for_approval
from tongxin.law.operations.making_public import (
    announce_hearing,
    hold_hearing,
    publish_draft,
    report_comments,
    withhold_draft,
)
from tongxin.law.operations.making_watch import (
    escalate_making,
    found_lawmaking,
)

__all__ = [
    "admit_entry",
    "amend_entry",
    "announce_hearing",
    "answer_comment",
    "apply_entry",
    "assess_draft",
    "begin_day",
    "comment_draft",
    "confirm_effects",
    "consult_commenter",
    "decide_review",
    "decide_rule",
    "draft_law",
    "enact_pack",
    "end_entry",
    "enter_version",
    "escalate_making",
    "examine_draft",
    "extend_update",
    "file_law",
    "found_lawmaking",
    "hold_hearing",
    "lapse_bill",
    "plan_law",
    "propose_effect",
    "propose_law",
    "publish_draft",
    "publish_law",
    "read_law",
    "record_approval",
    "record_return",
    "refuse_application",
    "reject_effect",
    "repoint_bindings",
    "report_comments",
    "report_implementation",
    "resolve_doubt",
    "revise_draft",
    "send_for_approval",
    "shelve_law",
    "submit_law",
    "vote_law",
    "withdraw_application",
    "withdraw_bill",
    "withhold_draft",
]
