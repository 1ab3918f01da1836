"""写成 JSON。 Plain values as an answer in JSON: what is asked often is not passed through the schemas once more."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse

MEDIA = "application/json; charset=utf-8"


def written(body: dict[str, Any]) -> HttpResponse:
    """一份回答。 An answer, its characters as they are; a moment as Django writes it (`Z` for UTC)."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, default=_moment)
    return HttpResponse(text.encode("utf-8", "replace"), content_type=MEDIA)


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"no JSON for {type(value).__name__}")
    said = value.isoformat()
    return said.removesuffix("+00:00") + "Z" if said.endswith("+00:00") else said
