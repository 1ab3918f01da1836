"""翻页的键。 The keys of pages, as words of an address."""

from datetime import UTC, datetime


def key_of(word: str | None) -> int | None:
    """翻页的键。 The key of a page; None for the first, and for what is no key."""
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 19 else None


def due_key_of(word: str | None) -> tuple[datetime, int] | None:
    """按到期翻页的键。 The key of a page in order of due time: `<seconds>_<id>`."""
    seconds, _under, number = (word or "").partition("_")
    key = key_of(number)
    if key is None or not seconds.replace(".", "", 1).isdigit() or len(seconds) > 20:
        return None
    try:
        return datetime.fromtimestamp(float(seconds), UTC), key
    except (ValueError, OverflowError, OSError):
        return None


def due_word(at: datetime, number: int) -> str:
    """翻页的词。 The word of a page in order of due time."""
    return f"{at.timestamp():.6f}_{number}"
