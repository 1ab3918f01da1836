"""数据共享的写入：每个公开操作都是行为。 Writes of lawful data: every public operation is an act."""

from tongxin.exchange.operations.collecting import end_collection as end_collection
from tongxin.exchange.operations.collecting import record_collection as record_collection
from tongxin.exchange.operations.releasing import ask_release as ask_release
from tongxin.exchange.operations.releasing import decline_release as decline_release
from tongxin.exchange.operations.releasing import release_statistics as release_statistics
from tongxin.exchange.operations.releasing import set_budget as set_budget
from tongxin.exchange.operations.sources import found_sources as found_sources
