"""数据共享的写入：每个公开操作都是行为。 Writes of lawful data: every public operation is an act."""

from tongxin.exchange.operations.calling import call_data as call_data
from tongxin.exchange.operations.settling import settle_calls as settle_calls
