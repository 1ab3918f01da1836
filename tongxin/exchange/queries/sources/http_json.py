"""HTTP JSON 来源。 A source that answers a POST of what is asked with JSON: `{"rows": […], "next": …, "receipt": …}`.

What is asked goes in the body, so that no number of a person lands in anybody's log of addresses. No redirect is followed, no
proxy is used; the whole exchange has one time limit and one limit of size.
"""

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tongxin.exchange.queries.sources.places import Place
from tongxin.exchange.queries.sources.waiting import bounded
from tongxin.exchange.terms import Came, SourceFault

MOST_BYTES: Final = 8 * 1024 * 1024
STEP: Final = 64 * 1024


def rows(
    place: Place, *, relation: str, columns: Sequence[str], key: str, keys: Sequence[str], most: int
) -> tuple[list[Any], str]:
    """按键取行。 The rows of these keys, and the upstream receipt. Raises SourceFault."""
    asked = {"fields": list(columns), "key": key, "keys": list(keys), "limit": most}
    answer = _asked(place, relation, asked)
    return answer["rows"], str(answer.get("receipt") or "")


@contextlib.contextmanager
def opened(place: Place, *, relation: str, columns: Sequence[str], key: str) -> Iterator["_Reader"]:
    """打开。 The whole relation, page by page, as the source numbers them."""
    yield _Reader(place, relation, list(columns), key)


class _Reader:
    def __init__(self, place: Place, relation: str, columns: list[str], key: str) -> None:
        self.place, self.relation, self.columns, self.key = place, relation, columns, key
        self.after: Any = ""

    def take(self, most: int) -> list[object]:
        """下几行。 The next rows."""
        if self.after is None:
            return []
        asked = {"fields": self.columns, "key": self.key, "limit": most, "after": self.after}
        answer = _asked(self.place, self.relation, asked)
        following = answer.get("next")
        if not answer["rows"] or following == self.after:  # a source that stands still is at its end
            following = None
        self.after = following
        return list(answer["rows"])[:most]


def _asked(place: Place, relation: str, asked: dict[str, Any]) -> dict[str, Any]:
    body = _exchanged(place, relation, json.dumps(asked, ensure_ascii=False).encode())
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise SourceFault(Came.MISMATCH, "the answer is no JSON in UTF-8") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("rows"), list):
        raise SourceFault(Came.MISMATCH, "the answer has no rows")
    return answer


def _no_number(name: str) -> float:
    raise ValueError(name)


def _exchanged(place: Place, relation: str, body: bytes) -> bytes:
    """一问一答。 One request and its answer, within the source's time. Raises SourceFault."""
    connection = http.client.HTTPConnection(place.host, place.port, timeout=place.seconds)
    path = place.path.rstrip("/") + "/" + relation.lstrip("/")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
    if place.secret.get("token"):
        headers["Authorization"] = f"Bearer {place.secret['token']}"
    try:
        connection.connect()
        with bounded(connection.sock.fileno(), place.seconds):
            if place.scheme == "https":
                sealed = ssl.create_default_context()
                connection.sock = sealed.wrap_socket(connection.sock, server_hostname=place.host)
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            if answer.status != 200 or "json" not in answer.headers.get_content_type():
                raise SourceFault(Came.UNREACHABLE, "the source answered with something else than an answer")
            return _read(answer)
    except (OSError, http.client.HTTPException) as error:
        raise SourceFault(Came.UNREACHABLE, "the source cannot be reached") from error
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse) -> bytes:
    read = bytearray()
    while step := answer.read1(STEP):
        read += step
        if len(read) > MOST_BYTES:
            raise SourceFault(Came.MISMATCH, "the answer is larger than agreed")
    if answer.length:  # it said it would send more
        raise SourceFault(Came.UNREACHABLE, "the answer was cut off")
    return bytes(read)
