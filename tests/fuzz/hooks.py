"""What the generator cannot know: who is signed in, which grant there is, and what time it is.

Only where a generated body already is of the right shape is a part of it replaced, and only in half of them: the other half
is sent as generated. So the acts behind the interface are reached, and what is wrong stays wrong.
"""

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import schemathesis

KNOWN = json.loads(os.environ.get("TONGXIN_FUZZ_KNOWN", "{}"))
CALLS = ("/api/data/calls", "/api/data/transfers")
REPORTS = ("/api/reports",)


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Make some well-shaped bodies ones that are let in."""
    path = context.operation.path
    if not isinstance(body, dict):
        return body
    if path in CALLS and KNOWN:
        return _called(body)
    if path in REPORTS:
        return _reported(body)
    return body


def _called(body: dict[str, Any]) -> dict[str, Any]:
    if not _is_moment(body.get("sent_at")):
        return body
    told = {**body, "sent_at": datetime.now(UTC).isoformat()}
    if body.get("office") and isinstance(body.get("office"), str) and len(str(body.get("grant"))) % 2:
        told |= {"office": KNOWN["office"]}
        if isinstance(body.get("grant"), str):
            told |= {"grant": KNOWN["grant"]}
        fields = body.get("fields")
        if (
            body.get("purpose")
            and isinstance(fields, list)
            and fields
            and all(isinstance(one, str) for one in fields)
        ):
            told |= {"fields": KNOWN["fields"][: len(fields)]}
        if isinstance(body.get("request"), str):
            told |= {"request": uuid.uuid4().hex}
    return told


def _reported(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("text"), str) and len(body["text"]) % 2 and isinstance(body.get("lon"), float):
        return {**body, "lon": 118.0, "lat": 37.37, "matter": "m01001", "place": None, "reported_at": None}
    return body


def _is_moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False
