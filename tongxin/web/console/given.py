"""读不懂的参数。 What was given to a command and cannot be read: every command says it in the same way."""

from collections.abc import Sequence
from typing import Any


class BadGivenError(ValueError):
    """参数不对。 What was given cannot be read: which field, and why; `candidates` are what may have been meant."""

    def __init__(self, field: str, reason: str, reason_en: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(f"{field}: {reason} / {reason_en}")
        self.field, self.reason, self.reason_en, self.candidates = field, reason, reason_en, candidates


def refused(error: BadGivenError, *, json: bool) -> tuple[int, Any]:
    """退回。 Status 2 with field and reason in both languages: an object for programs, lines for people."""
    if not json:
        return 2, "\n".join([str(error), *(f"  {one}" for one in error.candidates)])
    said: dict[str, Any] = {"field": error.field, "reason": error.reason, "reason_en": error.reason_en}
    return 2, {"error": {**said, "candidates": list(error.candidates)} if error.candidates else said}
