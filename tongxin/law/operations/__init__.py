"""法律的写入：每个公开操作都是行为。 Writes of law: every public operation is an act."""

from tongxin.law.operations.founding import enact_pack

__all__ = ["enact_pack"]
