"""Open311 的描述。 The Open311 interface as OpenAPI 3.1 describes it, beside the JSON interface; it is fuzzed as it says.

GeoReport v2 has no such description of its own; README.md says what was decided where it leaves something open.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tongxin.cases.api.inputs import WORD_PATTERN

_TEXT: Final[Mapping[str, Any]] = {"type": ["string", "null"]}
_POINT: Final[Mapping[str, Any]] = {"type": ["number", "null"]}
_STRINGS: Final[Mapping[str, Any]] = {"type": "array", "items": {"type": "string"}}
_DEGREES: Final = r"^([+-]?\d{1,3}(\.\d{1,20})?)?$"


def _of(*needed: str, **more: Mapping[str, Any]) -> dict[str, Any]:
    """一个对象。 An object: text under these names, and what else it has."""
    given: dict[str, Any] = {name: dict(_TEXT) for name in needed}
    return {"type": "object", "required": [*needed, *more], "properties": given | dict(more)}


def _or_empty(schema: Mapping[str, Any]) -> dict[str, Any]:
    """空的等于没有给。 GeoReport treats what is empty like what was not given."""
    return {"anyOf": [dict(schema), {"type": "string", "maxLength": 0}]}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


_ENDPOINT: Final = _of("specification", "url", "changeset", "type", formats=_STRINGS)
_ATTRIBUTE: Final = _of(
    "code", "datatype", "datatype_description", "description",
    variable={"type": "boolean"}, required={"type": "boolean"}, order={"type": "integer"}, values={"type": "array"},
)  # fmt: skip
_REQUEST: Final = _of(
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "media_url", lat=_POINT, long=_POINT,
)  # fmt: skip
_DISCOVERY: Final = _of("changeset", "contact", "key_service", endpoints=_list(_ENDPOINT))
_OFFER: Final = _of(
    "service_code", "service_name", "description", "type", "keywords", "group", metadata={"type": "boolean"}
)
_DEFINITION: Final = _of("service_code", attributes=_list(_ATTRIBUTE))
_RECEIPT: Final = _of("service_request_id", "service_notice", "account_id")
_ERRORS: Final = _list(
    {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
    }
)
_PROBLEMS: Final[Mapping[str, str]] = {
    "400": "A field is missing or cannot be used; GeoReport answers nearly everything so",
    "403": "No clause in force founds it",
    "404": "There is no such thing",
    "405": "The address does not know this method",
    "409": "The client key was used for other content",
    "413": "Larger than 1,000,000 bytes",
    "503": "The database is restarting; send it again with the same key",
}
_JURISDICTION: Final = ("jurisdiction_id", {"type": "string"}, "The city's code, or nothing")
_LANGUAGE: Final = (
    "lang",
    {"type": "string"},
    "Begins with `en`: English; else Accept-Language decides, else Chinese",
)
_EXTENSIONS: Final = ("extensions", {"type": "string"}, "`true`: more than GeoReport has")
_LISTED: Final[Sequence[tuple[str, Mapping[str, Any], str]]] = (
    ("service_request_id", {"type": "string", "maxLength": 80, "pattern": WORD_PATTERN}, "Numbers, separated by commas"),
    ("service_code", {"type": "string", "maxLength": 80, "pattern": WORD_PATTERN}, "Codes, separated by commas"),
    ("status", {"type": "string", "enum": ["open", "closed", "open,closed", ""]}, "Either, or both"),
    ("start_date", _or_empty({"type": "string", "format": "date-time"}), "90 days at most lie between the two"),
    ("end_date", _or_empty({"type": "string", "format": "date-time"}), "Not before start_date"),
    ("page", _or_empty({"type": "integer", "minimum": 1, "maximum": 100}), "Which page"),
    ("page_size", _or_empty({"type": "integer", "minimum": 1, "maximum": 1_000}), "How many on a page"),
)  # fmt: skip


def paths() -> dict[str, Any]:
    """全部路径。 Every path, in JSON and in XML; the two say the same."""
    found: dict[str, Any] = {}
    for kind in ("json", "xml"):
        found |= {
            f"/open311/v2/discovery.{kind}": {"get": _reading("discovery", kind, _DISCOVERY)},
            f"/open311/v2/services.{kind}": {"get": _reading("services", kind, _list(_OFFER))},
            f"/open311/v2/services/{{code}}.{kind}": {
                "get": _reading("service", kind, _DEFINITION, part="code")
            },
            f"/open311/v2/requests.{kind}": {
                "get": _reading("requests", kind, _list(_REQUEST), asked=_LISTED),
                "post": _reporting(kind),
            },
            f"/open311/v2/requests/{{number}}.{kind}": {
                "get": _reading("request", kind, _list(_REQUEST), part="number", asked=[_EXTENSIONS])
            },
            f"/open311/v2/tokens/{{token}}.{kind}": {
                "get": _reading("token", kind, _list(_of("service_request_id", "token")), part="token")
            },
        }
    return found


def _reading(
    name: str,
    kind: str,
    body: Mapping[str, Any],
    *,
    part: str = "",
    asked: Sequence[tuple[str, Mapping[str, Any], str]] = (),
) -> dict[str, Any]:
    """读。 A GET."""
    within = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": r"^[0-9A-Za-z_.~-]+$"}
    given = [{"name": part, "in": "path", "required": True, "schema": within}] if part else []
    return {
        "operationId": f"open311_{name}_{kind}",
        "summary": f"GeoReport: {name}",
        "parameters": [*given, *(_asked(*one) for one in (*asked, _JURISDICTION, _LANGUAGE))],
        "responses": _answers(kind, {"200": body}),
    }


def _reporting(kind: str) -> dict[str, Any]:
    """报告。 The POST: a form, never a file."""
    fields = {
        "service_code": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": WORD_PATTERN},
        "lat": {"type": "string", "pattern": _DEGREES},
        "long": {"type": "string", "pattern": _DEGREES},
        "address_id": {"type": "string", "maxLength": 40, "pattern": WORD_PATTERN},
        "client_key": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": WORD_PATTERN},
        **{
            name: {"type": "string"}
            for name in ("address_string", "description", "first_name", "last_name", "phone", "email")
        },
        "media_url": {"type": "string", "maxLength": 500, "description": "Kept as text, never fetched"},
    }
    form = {"type": "object", "required": ["service_code"], "properties": fields}
    return {
        "operationId": f"open311_report_{kind}",
        "summary": "GeoReport: make a request; lat and long, or address_string, or address_id says where",
        "parameters": [_asked(*one) for one in (_EXTENSIONS, _JURISDICTION, _LANGUAGE)],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": _answers(kind, {"201": _list(_RECEIPT), "200": _list(_RECEIPT)}),
    }


def _asked(name: str, schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": dict(schema), "description": words}


def _answers(kind: str, good: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """回答。 Answers and problems, in the media type of the kind."""
    media = "application/json" if kind == "json" else "text/xml"
    shapes = {**good, **dict.fromkeys(_PROBLEMS, _ERRORS)}
    return {
        status: {
            "description": _PROBLEMS.get(status, "Done"),
            "content": {media: {"schema": dict(shape) if kind == "json" else {"type": "string"}}},
        }
        for status, shape in shapes.items()
    }
