"""GeoReport 的 JSON 与 XML。 GeoReport's JSON and XML, made from one structure, so that the two always say the same.

The XML is the specification's: no namespace, a repeated element inside its container. The JSON follows from it by the
Spark convention. Pure: no Django, no clock, no I/O.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MEDIA: Final[Mapping[str, str]] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
# Container and the element that it repeats.
REPEATED: Final[Mapping[str, str]] = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
    "clauses": "clause",
}
UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def render(kind: str, root: str, body: Any) -> bytes:
    """一份回答。 An answer in the format that was asked for."""
    if kind == "json":
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    return (DECLARATION + "".join(_element(root, body)) + "\n").encode()


def _element(name: str, value: Any) -> Iterator[str]:
    if value is None or value in ("", [], {}, ()):
        yield f"<{name}/>"
        return
    yield f"<{name}>"
    if isinstance(value, Mapping):
        for inner, held in value.items():
            yield from _element(inner, held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _element(REPEATED[name], held)
    else:
        yield xml_text(value)
    yield f"</{name}>"


def xml_text(value: Any) -> str:
    """XML 里的文字。 Text within an element: what XML cannot carry becomes U+FFFD, what it reads as markup is escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = UNWRITABLE.sub("\ufffd", str(value))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
