"""数据共享的写入：每个公开操作都是行为。 Writes of lawful data: every public operation is an act."""

from tongxin.exchange.operations.contesting import (
    answer_contest,
    contest_line,
    decide_contest,
    raise_contest,
    withdraw_contest,
)
from tongxin.exchange.operations.deferring import (
    decide_deferral,
    defer_lines,
    end_deferral,
    tell_deferral_ended,
)
from tongxin.exchange.operations.requesting import (
    answer_request,
    consult_claim,
    file_request,
    open_record_for,
    withdraw_request,
)

__all__ = [
    "answer_contest",
    "answer_request",
    "consult_claim",
    "contest_line",
    "decide_contest",
    "decide_deferral",
    "defer_lines",
    "end_deferral",
    "file_request",
    "open_record_for",
    "raise_contest",
    "tell_deferral_ended",
    "withdraw_contest",
    "withdraw_request",
]
