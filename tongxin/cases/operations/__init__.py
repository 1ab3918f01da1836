"""事项的写入：每个公开操作都是行为。 Writes of cases: every public operation is an act."""

from tongxin.cases.operations.clocks import (
    decide_clock_change,
    escalate_cases,
    request_clock_change,
    resume_clock,
)
from tongxin.cases.operations.erasing import erase_report
from tongxin.cases.operations.flow import (
    accept_cases,
    ask_assistance,
    close_case,
    dispatch_case,
    fold_case,
    hang_case,
    propose_list_change,
    return_case,
    rule_case,
    unhang_case,
)
from tongxin.cases.operations.history import import_history
from tongxin.cases.operations.intake import report_cases
from tongxin.cases.operations.outcome import (
    check_case,
    confirm_case,
    dispute_case,
    lapse_confirmations,
    settle_cases,
    settle_part,
    settle_step,
)
from tongxin.cases.operations.reading import Purpose, attach_evidence, consult_reporter, note_case
from tongxin.cases.operations.transition import pause_cases, resume_cases

__all__ = [
    "Purpose",
    "accept_cases",
    "ask_assistance",
    "attach_evidence",
    "check_case",
    "close_case",
    "confirm_case",
    "consult_reporter",
    "decide_clock_change",
    "dispatch_case",
    "dispute_case",
    "erase_report",
    "escalate_cases",
    "fold_case",
    "hang_case",
    "import_history",
    "lapse_confirmations",
    "note_case",
    "pause_cases",
    "propose_list_change",
    "report_cases",
    "request_clock_change",
    "resume_cases",
    "resume_clock",
    "return_case",
    "rule_case",
    "settle_cases",
    "settle_part",
    "settle_step",
    "unhang_case",
]
