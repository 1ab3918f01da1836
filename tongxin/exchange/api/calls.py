"""调用的程序接口。 POST /api/data/calls and /api/data/transfers: calls by the systems of departments.

    {"office": "office:…", "grant": "Q2026-0001", "fields": ["name"], "purpose": "eligibility", "matter": "…",
     "subjects": [{"kind": "resident_id", "value": "…"}], "rows": 1, "request": "…", "sent_at": "2026-11-23T10:00:00+08:00"}

The caller is whoever holds the office and is signed in: a system uses the session of its office. `request` is the caller's own
number of this request: put again, it is answered with the entry of the first time and nothing is looked at. `sent_at` may be
five minutes off. An answer says what went wrong by field and reason, and never repeats what was sent.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tongxin.acts.terms import Conflict, InvalidInput, Refused, who
from tongxin.exchange.api.answering import Repeated, answered, transferred
from tongxin.exchange.terms import Answered, Asked, Purpose, SourceFault
from tongxin.identity.queries import person_of

View = Callable[[HttpRequest], HttpResponseBase]
SKEW: Final = timedelta(minutes=5)
KNOWN: Final = frozenset(
    {
        "office",
        "grant",
        "fields",
        "purpose",
        "matter",
        "subjects",
        "rows",
        "on_behalf_of",
        "request",
        "sent_at",
    }
)
LARGEST: Final = 256 * 1024


class Unfit(Exception):  # noqa: N818 - it is an answer
    """不能受理。 A request that is none of an office's system: what to answer."""

    def __init__(self, status: int, code: str, reason: str, reason_en: str) -> None:
        super().__init__(code)
        self.status, self.code, self.reason, self.reason_en = status, code, reason, reason_en


def _answering(view: View) -> View:
    """一种样子的错误。 Every error in one shape, naming field and reason."""

    @csrf_exempt
    def run(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except Unfit as unfit:
            return _error(unfit.status, unfit.code, unfit.reason, unfit.reason_en)
        except InvalidInput as wrong:
            return _error(400, "invalid", wrong.reason, wrong.reason_en, field=wrong.field)
        except Refused as refusal:
            return _error(403, refusal.code, refusal.reason, refusal.reason_en, clause=refusal.clause)
        except Conflict as conflict:
            return _error(409, "conflict", conflict.reason, conflict.reason_en)
        except SourceFault as fault:
            return _error(502, fault.came.value, "来源系统没有按约定答复，没有交付任何数据", fault.said)

    return run


def _error(status: int, code: str, reason: str, reason_en: str, **more: str) -> JsonResponse:
    said = {"code": code, "reason": reason, "reason_en": reason_en, **{k: v for k, v in more.items() if v}}
    response = _json({"error": said}, status)
    if status == 405:
        response.headers["Allow"] = "POST"
    return response


def _json(body: Mapping[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    return response


@_answering
def call(request: HttpRequest) -> HttpResponse:
    """调用一次。 One call by keys. 200 with the rows and the entry of the look; the same request again: the entry alone."""
    asked = _asked(request)
    try:
        done = answered(actor=who(request).actor, asked=asked, clock=timezone.now)
    except Repeated as before:
        return _json({"entry": before.entry, "receipt": _receipt(before.entry), "repeated": True})
    return _json({**_part(done), "more": done.more})


@_answering
def transfer(request: HttpRequest) -> HttpResponseBase:
    """批量交换。 A transfer, one line of JSON for each chunk with the entry of its look, and a last line that says how it ended."""
    asked = _asked(request, transfer=True)
    parts = transferred(actor=who(request).actor, asked=asked, clock=timezone.now)
    first = next(parts, None)  # what is refused at once is answered as an error
    response = StreamingHttpResponse(_lines(first, parts), content_type="application/x-ndjson")
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(first: Answered | None, parts: Iterator[Answered]) -> Iterator[bytes]:
    end: dict[str, Any] = {"end": "complete"}
    try:
        if first is not None:
            yield _line(_part(first))
        for part in parts:
            yield _line(_part(part))
    except Refused as refusal:
        end = {
            "end": refusal.code,
            "reason": refusal.reason,
            "reason_en": refusal.reason_en,
            "clause": refusal.clause,
        }
    except SourceFault as fault:
        end = {"end": fault.came.value, "reason_en": fault.said}
    yield _line(end)


def _line(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _part(done: Answered) -> dict[str, Any]:
    return {"entry": done.entry, "receipt": _receipt(done.entry), "rows": [dict(row) for row in done.rows]}


def _receipt(entry: int) -> str:
    return reverse("ledger_receipt", args=[entry])


# ---- Reading what was sent ------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest, *, transfer: bool = False) -> Asked:
    _require_office(request)
    given = _body(request)
    _require_time(given.get("sent_at"))
    if given.get("office") != who(request).actor.office:
        raise InvalidInput("office", "与登录的职位不一致", "not the office that is signed in")
    kinds, keys = _subjects(given.get("subjects", []))
    rows = given.get("rows", 1 if transfer else len(keys))
    if not isinstance(rows, int) or isinstance(rows, bool):
        raise InvalidInput("rows", "应为整数", "this has to be a whole number")
    token = _text(given, "request")
    if len(token) < 8 and not transfer:
        raise InvalidInput(
            "request", "请求号 8 至 100 字", "the request's own number has 8 to 100 characters"
        )
    return Asked(
        grant=_text(given, "grant"),
        fields=_fields(given.get("fields")),
        purpose=_purpose(given.get("purpose")),
        matter=_text(given, "matter"),
        keys=keys,
        rows=rows,
        on_behalf_of=_behalf(given.get("on_behalf_of")),
        kind=kinds,
        token=token,
    )


def _require_office(request: HttpRequest) -> None:
    """认人；跨站的不认。 Who calls, and not a page of somebody else's in a browser that happens to be signed in."""
    if request.method != "POST":
        raise Unfit(405, "not_allowed", "此地址只接受 POST", "this address knows POST alone")
    if "Authorization" in request.headers:
        raise Unfit(401, "token", "这个令牌无效", "this token is not valid here")
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise Unfit(403, "origin", "不接受其他网站发来的请求", "requests of other sites are not taken")
    origin = request.headers.get("Origin", "")
    if origin and origin.partition("://")[2] != request.get_host():
        raise Unfit(403, "origin", "不接受其他网站发来的请求", "requests of other sites are not taken")
    if not who(request).signed_in:
        raise Unfit(401, "sign_in", "请先以职位登录", "sign in with an office first")


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        raise Unfit(415, "media_type", "请用 application/json", "send application/json")
    if len(request.body) > LARGEST:
        raise Unfit(413, "too_large", "内容太长", "this is too large")
    try:
        given = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", "不是 UTF-8 的 JSON", "this is no JSON in UTF-8") from error
    if not isinstance(given, dict):
        raise InvalidInput("body", "应为一个对象", "this has to be an object")
    if strange := sorted(str(key)[:40] for key in given.keys() - KNOWN):
        raise InvalidInput("body", f"不认识的内容：{len(strange)} 项", f"{len(strange)} unknown members")
    return given


def _require_time(sent: Any) -> None:
    try:
        at = datetime.fromisoformat(sent)
    except (TypeError, ValueError) as error:
        raise InvalidInput("sent_at", "请写明发出的时间", "say when it was sent, in ISO 8601") from error
    if at.tzinfo is None or abs(timezone.now() - at) > SKEW:
        raise InvalidInput(
            "sent_at",
            "时钟相差超过 5 分钟，或者没有时区",
            "the clock is off by more than five minutes, or has no zone",
        )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > 200 or "\x00" in value:
        raise InvalidInput(name, "应为文字", "this has to be text")
    return value


def _fields(value: Any) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= 100
        or not all(isinstance(one, str) for one in value)
    ):
        raise InvalidInput("fields", "请列出要查的字段", "list the fields asked for")
    return tuple(dict.fromkeys(value))


def _purpose(value: Any) -> Purpose:
    try:
        return Purpose(value)
    except ValueError as error:
        raise InvalidInput("purpose", "没有这种用途", "there is no such purpose") from error


def _behalf(value: Any) -> str:
    """是谁的事。 Whose affair it is, given as a subject is: a kind and a number, of which only the reference is kept. Raises InvalidInput."""
    if not value:
        return ""
    try:
        kind, keys = _subjects([value])
        return person_of(kind=kind, value=keys[0])
    except InvalidInput as wrong:
        raise InvalidInput("on_behalf_of", wrong.reason, wrong.reason_en) from wrong


def _subjects(value: Any) -> tuple[str, tuple[str, ...]]:
    """查谁。 Whose data: one kind of number, and the numbers. Raises InvalidInput."""
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and isinstance(one.get("kind"), str) and isinstance(one.get("value"), str)
        for one in value
    ):
        raise InvalidInput("subjects", "每一个要有种类和号码", "each has a kind and a value")
    kinds = {one["kind"] for one in value}
    if len(kinds) > 1:
        raise InvalidInput("subjects", "一次只用一种号码", "one kind of number at a time")
    return (kinds.pop() if kinds else "resident_id"), tuple(dict.fromkeys(one["value"] for one in value))


urlpatterns = [
    path("api/data/calls", call, name="api_data_calls"),
    path("api/data/transfers", transfer, name="api_data_transfers"),
]
