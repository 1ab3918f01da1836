"""数据共享的写入：每个公开操作都是行为。 Writes of lawful data: every public operation is an act."""

from tongxin.exchange.operations.contesting import answer_contest as answer_contest
from tongxin.exchange.operations.contesting import contest_line as contest_line
from tongxin.exchange.operations.contesting import decide_contest as decide_contest
from tongxin.exchange.operations.contesting import raise_contest as raise_contest
from tongxin.exchange.operations.contesting import withdraw_contest as withdraw_contest
from tongxin.exchange.operations.deferring import decide_deferral as decide_deferral
from tongxin.exchange.operations.deferring import defer_lines as defer_lines
from tongxin.exchange.operations.deferring import end_deferral as end_deferral
from tongxin.exchange.operations.deferring import tell_deferral_ended as tell_deferral_ended
from tongxin.exchange.operations.requesting import answer_request as answer_request
from tongxin.exchange.operations.requesting import consult_claim as consult_claim
from tongxin.exchange.operations.requesting import file_request as file_request
from tongxin.exchange.operations.requesting import open_record_for as open_record_for
from tongxin.exchange.operations.requesting import record_erasure as record_erasure
from tongxin.exchange.operations.requesting import withdraw_request as withdraw_request
