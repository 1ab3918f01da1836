"""此刻。 The wall clock, read at the door and nowhere below: operations are given their moment."""

from datetime import UTC, datetime


def now() -> datetime:
    """此刻，世界时。 Now, in UTC."""
    return datetime.now(UTC)
