"""数据共享的写入：每个公开操作都是行为。 Writes of lawful data: every public operation is an act."""

from tongxin.exchange.operations.sources import found_sources as found_sources
