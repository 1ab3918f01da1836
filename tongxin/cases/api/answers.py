"""不能受理的回答。 What is answered when something cannot be done: one shape, whatever the interface.

Pure: no request, no clock, no I/O.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError

from tongxin.acts.terms import Conflict, InvalidInput, Refused, says_no_room
from tongxin.cases.terms import Rejection

RETRY: Final = {503: "5", 507: "300"}  # seconds
BODY_MOST: Final = 1_000_000


class Trouble(Exception):  # noqa: N818 - it is what was asked, not our error
    """不能照办。 Something that cannot be done: HTTP status, a word for it, the field, and the reason in both languages."""

    def __init__(self, status: int, code: str, where: str, reason: str, reason_en: str) -> None:
        super().__init__(f"{status} {code} {where}: {reason_en}")
        self.status, self.code, self.where = status, code, where
        self.reason, self.reason_en = reason, reason_en

    @property
    def body(self) -> dict[str, Any]:
        """JSON 接口的样子。 How the JSON interface says it."""
        return {
            "error": {
                "code": self.code,
                "field": self.where,
                "reason": self.reason,
                "reason_en": self.reason_en,
            }
        }

    @property
    def headers(self) -> Mapping[str, str]:
        """随附的响应头。 Headers that go with it."""
        return {"Retry-After": RETRY[self.status]} if self.status in RETRY else {}


EXPECTED: Final = (
    Trouble,
    InvalidInput,
    Conflict,
    Refused,
    RequestDataTooBig,
    OperationalError,
    InterfaceError,
)


def trouble_of(error: Exception) -> Trouble | None:
    """异常的说明。 What an exception means for whoever asked; None for what is our own mistake."""
    match error:
        case Trouble():
            found = error
        case InvalidInput():
            found = Trouble(422, "invalid", error.field, error.reason, error.reason_en)
        case Conflict():
            found = Trouble(409, "conflict", "", error.reason, error.reason_en)
        case Refused():
            found = Trouble(403, error.code, "", error.reason, error.reason_en)
        case RequestDataTooBig():
            found = too_large()
        case OperationalError() | InterfaceError():
            found = no_room() if says_no_room(error) else not_reachable()
        case _:
            return None
    return found


def not_reachable() -> Trouble:
    """数据库正在重启。 The database is away for a moment: 503, and whether it was taken is not known."""
    return Trouble(
        503,
        "database",
        "",
        "数据库正在重启，没能确认收下；请用同一个客户键再发一次，不会重复受理",
        "the database is restarting and this is not confirmed; send it again with the same client key, it is not taken twice",
    )


def no_room() -> Trouble:
    """存储空间用完了。 Nothing can be kept for want of room: 507 (RFC 4918, 11.5), and nothing was taken."""
    return Trouble(
        507,
        "no_room",
        "",
        "系统的存储空间用完了，没有收下；请晚些时候用同一个客户键再发",
        "the system has no room left and nothing was taken; send it again later with the same client key",
    )


def too_large() -> Trouble:
    """内容过大。 A body beyond the limit."""
    return Trouble(
        413,
        "too_large",
        "body",
        f"内容超过 {BODY_MOST} 字节，没有收下",
        f"the body is larger than {BODY_MOST} bytes; nothing was taken",
    )


def check_length(headers: Mapping[str, str]) -> None:
    """须先说明长度。 A body in chunks of unknown length would be read as nothing: it is refused in words. Raises Trouble."""
    if "Transfer-Encoding" in headers and not headers.get("Content-Length"):
        raise Trouble(
            411,
            "length_needed",
            "Content-Length",
            "请给出 Content-Length，不要分块发送",
            "send Content-Length; a body in chunks is not taken",
        )


def not_found(where: str, reason: str, reason_en: str) -> Trouble:
    """没有这样的东西。 There is no such thing: 404."""
    return Trouble(404, "not_found", where, reason, reason_en)


def not_allowed(method: str) -> Trouble:
    """此地址不用这个方法。 A method that an address does not know: 405."""
    return Trouble(
        405, "not_allowed", "", f"此地址不支持 {method[:20]}", f"this address does not know {method[:20]}"
    )


def trouble_of_rejection(rejection: Rejection) -> Trouble:
    """不收的报告。 A report that was not taken. Its key was looked at before, so a fault in it means it is in use: 409."""
    if rejection.field == "client_key":
        return Trouble(409, "conflict", "client_key", rejection.reason, rejection.reason_en)
    return Trouble(422, "invalid", rejection.field, rejection.reason, rejection.reason_en)
