"""日志。 What the house says of itself: one line an event, `key=value`, with the number of the request it belongs to.

No personal data: addresses are told by their route (a path may hold a reporter's token), acts by their ledger entries, and
what broke by its kind and place; the words of an exception are left out, since they may repeat what somebody typed or what a
row holds (个人信息保护法 art. 51: 采取措施防止个人信息泄露).
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

REQUEST: ContextVar[str] = ContextVar("request", default="")
PLAIN: Final = re.compile(r"[^\s\"=]+")


class Line(logging.Formatter):
    """一行。 A line of logfmt: moment in UTC, level, logger, event, then the facts of the record and of its request."""

    def format(self, record: logging.LogRecord) -> str:
        """写成一行。 One line for a record, and below it the places where an exception came through."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: dict[str, object] = {"event": _event(record), **getattr(record, "facts", {})}
        if REQUEST.get():
            facts["request"] = REQUEST.get()
        trail = ""
        if record.exc_info and record.exc_info[1] is not None:
            facts |= broken(record.exc_info[1])
            trail = "".join(
                f"\n  {frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            )
        said = " ".join(f"{key}={written(value)}" for key, value in facts.items() if value not in ("", None))
        return f"{moment} {record.levelname} {record.name} {said}{trail}"


class Ours(logging.Filter):
    """只留我们的错。 Of what Django tells of a request only our mistakes: 503 and 507 are answers, and come by the thousand in a storm."""

    def filter(self, record: logging.LogRecord) -> bool:
        """留不留。 Whether the record is kept."""
        return getattr(record, "status_code", 500) not in (503, 507)


def _event(record: logging.LogRecord) -> str:
    # Django names the path in what it says of a request, and a path may hold a token: the status says it as well.
    return (
        f"answered {getattr(record, 'status_code', '')}"
        if hasattr(record, "request")
        else record.getMessage()
    )


def broken(error: BaseException) -> dict[str, object]:
    """出了什么错。 The kind of an error and, of the database's, its SQLSTATE: never its words."""
    cause = error.__cause__ or error
    return {"error": type(error).__name__, "sqlstate": getattr(cause, "sqlstate", None) or ""}


def where(error: BaseException) -> str:
    """错在何处。 What kind of error and where, without its words, which may name people."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def written(value: object) -> str:
    """一个值。 A value as it stands in a line: bare where that is plain, else quoted as JSON quotes it."""
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
