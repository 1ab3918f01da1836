"""调用接口的描述。 The machine interface of calls as OpenAPI 3.1 describes it; what it says is fuzzed against a served city.

Pure: no Django, no clock, no I/O.
"""

from collections.abc import Mapping
from typing import Any, Final

from tongxin.exchange.terms import Purpose

SCHEME: Final = "session"
_TEXT: Final[Mapping[str, Any]] = {"type": "string", "maxLength": 200, "pattern": r"^[^\u0000]*$"}
_SUBJECT: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["kind", "value"],
    "properties": {
        "kind": {"type": "string", "description": "Kind of number, e.g. resident_id"},
        "value": {"type": "string", "description": "The number; it stands in no answer and no log"},
    },
}
ERROR: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "reason", "reason_en"],
            "properties": {
                name: {"type": "string"} for name in ("code", "reason", "reason_en", "field", "clause")
            },
            "additionalProperties": False,
        }
    },
}
_PROBLEMS: Final[Mapping[str, str]] = {
    "400": "A member is missing, unknown or cannot be used; `field` names it",
    "401": "Nobody is signed in, or a token was sent that is not valid here",
    "403": "Refused by the gate, recorded; or a request of another site",
    "405": "POST alone is taken",
    "409": "It has changed meanwhile",
    "413": "Larger than 256 KiB",
    "415": "Not application/json",
    "502": "The source did not answer as agreed; nothing was handed over",
    "503": "The database is restarting; send it again with the same `request`",
}


def paths(*, session_cookie: str) -> dict[str, Any]:
    """路径与认人的办法。 The paths, the schemas and the security scheme of the interface, to be merged into a description."""
    return {
        "paths": {
            "/api/data/calls": {"post": _operation("call_data", "One call by keys", _call_answers())},
            "/api/data/transfers": {
                "post": _operation("transfer_data", "A transfer in chunks", _transfer_answers())
            },
        },
        "schemas": {"CallAsked": _asked(), "CallProblem": dict(ERROR)},
        "securitySchemes": {SCHEME: {"type": "apiKey", "in": "cookie", "name": session_cookie}},
    }


def _operation(name: str, summary: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    problems = {
        status: {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallProblem"}}},
        }
        for status, words in _PROBLEMS.items()
    }
    return {
        "operationId": name,
        "summary": summary,
        "security": [{SCHEME: []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallAsked"}}},
        },
        "responses": {**answers, **problems},
    }


def _asked() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["office", "grant", "fields", "purpose", "sent_at"],
        "properties": {
            "office": {**_TEXT, "description": "The office that is signed in"},
            "grant": {**_TEXT, "description": "Number of the grant"},
            "fields": {
                "type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string"},
                "description": "What is asked for; no more than the grant has",
            },
            "purpose": {"type": "string", "enum": [one.value for one in Purpose]},
            "matter": {**_TEXT, "description": "The matter it is asked for, where the grant wants one"},
            "subjects": {"type": "array", "items": dict(_SUBJECT)},
            "rows": {"type": "integer"},
            "on_behalf_of": {"anyOf": [dict(_SUBJECT), {"type": "null"}]},
            "request": {**_TEXT, "description": "The caller's own number of this request, 8 characters or more"},
            "sent_at": {
                "type": "string", "format": "date-time", "description": "When it was sent; five minutes off at most",
            },
        },
    }  # fmt: skip


def _call_answers() -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["entry", "receipt"],
        "properties": {
            "entry": {"type": "integer", "description": "Number of the ledger entry of this look"},
            "receipt": {"type": "string", "description": "Where its receipt is"},
            "rows": {"type": "array", "items": {"type": "object"}},
            "more": {"type": "boolean"},
            "repeated": {"type": "boolean", "description": "Asked before: the entry alone is given again"},
        },
    }
    return {"200": {"description": "The rows", "content": {"application/json": {"schema": body}}}}


def _transfer_answers() -> dict[str, Any]:
    return {
        "200": {
            "description": "One line of JSON for each chunk, and a last line that says how it ended",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        }
    }
