"""Open311 GeoReport v2。 The GeoReport v2 interface at /open311/v2/, in XML and JSON. README.md says what was decided.

No address here reads the session: everybody acts as a person without an account.
"""

import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from tongxin.acts.terms import ANONYMOUS
from tongxin.cases import queries as cases
from tongxin.cases.api import georeport, inputs, queries, submission
from tongxin.cases.api.answers import (
    EXPECTED,
    Trouble,
    check_length,
    not_allowed,
    not_found,
    trouble_of,
    trouble_of_rejection,
)
from tongxin.cases.api.counter import COUNTER
from tongxin.cases.api.facts import Facts
from tongxin.cases.api.rendering import MEDIA, render
from tongxin.cases.models import Case
from tongxin.cases.terms import Receipt, Rejection, State

ROOT: Final = "/open311/v2"
FORM: Final = "application/x-www-form-urlencoded"
SPAN: Final = timedelta(days=90)  # GeoReport v2, "Response Volume"
PAGE_MOST, DEPTH_MOST = 1_000, 100_000
PRIVATE: Final = {"Cache-Control": "private, no-store"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """一份回答的内容。 What a view found: the root element, what stands in it, and what goes along."""

    root: str
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[..., Found]


def speaks(*methods: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """按 GeoReport 的样子回答。 Let a view answer as GeoReport does, errors too, in the format that its address ends in."""

    def declare(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt  # nothing here looks at the session, so there is nothing to forge
        @functools.wraps(view)
        def run(request: HttpRequest, kind: str = "xml", **given: str) -> HttpResponse:
            try:
                if methods and request.method not in methods:
                    raise not_allowed(request.method or "")
                check_jurisdiction(request.GET.get("jurisdiction_id", ""))
                found = view(request, **given)
            except EXPECTED as error:
                found = refusal(error, english=in_english(request), methods=methods)
            return answer(found, kind, english=in_english(request))

        return run

    return declare


def answer(found: Found, kind: str, *, english: bool) -> HttpResponse:
    """写成回答。 The answer of what was found."""
    response = HttpResponse(
        render(kind, found.root, found.body), status=found.status, content_type=MEDIA[kind]
    )
    response.headers["Content-Language"] = "en" if english else "zh-hans"
    for name, value in found.headers.items():
        response.headers[name] = value
    return response


def refusal(error: Exception, *, english: bool, methods: Sequence[str] = ()) -> Found:
    """GeoReport 的错误。 An error as GeoReport writes it: 404 for what does not exist, 400 for nearly everything else."""
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    status = 400 if trouble.status in (411, 415, 422) else trouble.status
    if trouble.where == "matter":
        status = 404
    said = trouble.reason_en if english else trouble.reason
    where = georeport.WORDS.get(trouble.where, trouble.where)
    body = [{"code": status, "description": f"{where}: {said}" if where else said}]
    allow = {"Allow": ", ".join(methods)} if status == 405 else {}
    return Found(root="errors", body=body, status=status, headers={**trouble.headers, **allow})


def in_english(request: HttpRequest) -> bool:
    """是否用英文。 Whether to answer in English: `lang=` says so, else Accept-Language; Chinese where neither does."""
    return (request.GET.get("lang") or get_language() or "").startswith("en")


def check_jurisdiction(given: str) -> None:
    """辖区。 This endpoint serves one city: its code, or nothing. Raises Trouble (404)."""
    if given and given.lower() != (code := Facts.of(timezone.now()).city.code):
        raise not_found(
            "jurisdiction_id",
            f"本接口只服务 {code}",
            f"this endpoint serves the jurisdiction {code} only",
        )


# ---- What can be asked for ------------------------------------------------------------------------------------------


@speaks("GET", "HEAD")
def discovery(request: HttpRequest) -> Found:
    """服务发现。 Service discovery. One statement."""
    facts, english = Facts.of(timezone.now()), in_english(request)
    city = facts.city
    name, changeset = georeport.pick(english, city.name, city.name_en), f"{city.revision:010d}"
    endpoint = {
        "specification": georeport.SPECIFICATION,
        "url": request.build_absolute_uri(ROOT),
        "changeset": changeset,
        "type": "test" if city.settings.get("synthetic") else "production",
        "formats": [media.partition(";")[0] for media in ("text/xml", "application/json")],
    }
    body = {
        "changeset": changeset,
        "contact": f"{name} {request.build_absolute_uri('/api/docs')}",
        "key_service": georeport.pick(english, "不需要密钥。", "No key is needed."),
        "endpoints": [endpoint],
    }
    return Found(root="discovery", body=body)


@speaks("GET", "HEAD")
def offers(request: HttpRequest) -> Found:
    """服务清单。 Every matter that rests on law today. One statement."""
    english = in_english(request)
    listed = [georeport.offer(matter, english=english) for matter in Facts.of(timezone.now()).active()]
    return Found(root="services", body=listed)


@speaks("GET", "HEAD")
def definition(request: HttpRequest, code: str) -> Found:
    """服务定义。 The definition of one service. One statement."""
    matter = Facts.of(timezone.now()).matter(code)
    return Found(root="service_definition", body=georeport.definition(matter, english=in_english(request)))


@speaks("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> Found:
    """请求：查询或提交。 Requests: ask for some, or make one."""
    return _taken(request) if request.method == "POST" else _listed(request)


@speaks("GET", "HEAD")
def request_numbered(request: HttpRequest, number: str) -> Found:
    """一项请求。 One request. Four statements; with `extensions=true` its trail too, thirteen statements."""
    found = queries.requests_numbered(numbers=[inputs.word("service_request_id", number, most=40)])
    if not found:
        raise not_found("service_request_id", "没有这个编号的请求", "there is no request of this number")
    body = _said(request, found)
    if request.GET.get("extensions") == "true" and (file := cases.case_file(number=number)):
        facts = Facts.of(timezone.now())
        body[0]["extended_attributes"] = {"channel": file.case.channel, "clauses": file.case.clauses.split()}
        body[0]["notes"] = georeport.trail(
            file.steps, city=facts.city, organs=facts.organs, english=in_english(request)
        )
    return Found(root="service_requests", body=body)


@speaks("GET", "HEAD")
def token(request: HttpRequest, token: str) -> Found:
    """口令换编号。 The number of the request that a reporter's token belongs to. One statement."""
    del request
    case = cases.case_of_token(token=inputs.word("token", token, most=64))
    if case is None:
        raise not_found("token", "没有这个口令", "there is no such token")
    row = {"service_request_id": case.number, "token": token}
    return Found(root="service_requests", body=[row], headers=PRIVATE)


@speaks()
def nothing(request: HttpRequest) -> Found:
    """没有的地址。 Any other address below the endpoint."""
    del request
    raise not_found(
        "", "没有这个地址，或者格式不是 xml、json", "no such address, or the format is neither xml nor json"
    )


# ---- Asking ---------------------------------------------------------------------------------------------------------


def _listed(request: HttpRequest) -> Found:
    """查询请求。 Requests by number, or of a span of time; newest first. Four statements."""
    asked = request.GET
    numbers = _several(request, "service_request_id", most=PAGE_MOST)
    start, end = span(asked.get("start_date", ""), asked.get("end_date", ""), now=timezone.now())
    first, size = page(asked.get("page", ""), asked.get("page_size", ""))
    matters = _several(request, "service_code", most=500)
    chosen = states(_several(request, "status", most=2))
    if numbers:  # overrides all other arguments, which have to be readable all the same
        found = queries.requests_numbered(numbers=numbers)
    else:
        found = queries.requests_page(
            start=start, end=end, matters=matters, states=chosen, first=first, size=size
        )
    return Found(root="service_requests", body=_said(request, found))


def states(given: Sequence[str]) -> Sequence[str]:
    """状态。 The states asked for. Raises Trouble for any but open and closed."""
    for state in given:
        if state not in ("open", "closed"):
            raise inputs.invalid("status", "只有 open、closed 两种状态", "status is open or closed")
    return given


def page(page_text: str, size_text: str) -> tuple[int, int]:
    """第几页。 Where the page asked for begins, and its size. Raises Trouble."""
    size = inputs.whole("page_size", size_text, least=1, most=PAGE_MOST, otherwise=PAGE_MOST)
    number = inputs.whole("page", page_text, least=1, most=max(DEPTH_MOST // size, 1), otherwise=1)
    return (number - 1) * size, size


def _several(request: HttpRequest, name: str, *, most: int) -> list[str]:
    """逗号分隔的若干值。 The values of an argument, given several times or separated by commas. Raises Trouble."""
    given = [part.strip() for text in request.GET.getlist(name) for part in text.split(",") if part.strip()]
    if len(given) > most:
        raise inputs.invalid(name, f"最多 {most} 个", f"at most {most} of them")
    return [inputs.word(name, part, most=80) for part in given]


def span(start_text: str, end_text: str, *, now: datetime) -> tuple[datetime, datetime]:
    """时间段。 The span asked for: at most 90 days, the last 90 where nothing is said. Raises Trouble."""
    start = inputs.moment("start_date", start_text.replace(" ", "+")) if start_text else None
    end = inputs.moment("end_date", end_text.replace(" ", "+")) if end_text else None
    if start is None:
        end = end or now
        return end - SPAN, end
    end = end or start + SPAN
    if not timedelta(0) <= end - start <= SPAN:
        raise inputs.invalid(
            "end_date",
            "须不早于 start_date，且相隔不超过 90 天",
            "not before start_date, and within 90 days of it",
        )
    return start, end


def _said(request: HttpRequest, found: list[Case]) -> list[dict[str, Any]]:
    facts = Facts.of(timezone.now())
    times = georeport.Times(
        changed=queries.last_changes(cases=found), ends=queries.handling_ends(cases=found)
    )
    return [
        georeport.request_of(
            case, times=times, city=facts.city, organs=facts.organs, english=in_english(request)
        )
        for case in found
    ]


# ---- Reporting ------------------------------------------------------------------------------------------------------


def _taken(request: HttpRequest) -> Found:
    """提交请求。 Take a request: 201 with its number; 200 with the same number when the same key says the same again."""
    check_length(request.headers)
    if request.content_type != FORM:
        raise Trouble(415, "media_type", "Content-Type", f"请用 {FORM}", f"send {FORM}; files are not taken")
    form, english = inputs.read_form(request.body), in_english(request)
    check_jurisdiction(form.word("jurisdiction_id"))
    given = form.word("client_key") or request.headers.get("Idempotency-Key", "").strip()
    key = inputs.client_key(given or f"open311:{uuid.uuid4()}")
    at = timezone.now()
    report = submission.report_of(form, key=key, at=at, english=english)
    done = COUNTER.receive(actor=ANONYMOUS, at=at, report=report)
    if isinstance(done, Rejection):
        raise trouble_of_rejection(done)
    return receipt_of(request, done, english=english)


def receipt_of(request: HttpRequest, done: Receipt, *, english: bool) -> Found:
    """回执。 The receipt: number and notice in the body, the reporter's private address in the Link header."""
    private = request.build_absolute_uri(f"/mine/{done.token}/")
    open_still = done.due_at if done.state is not State.CLOSED else None
    said = georeport.notice(open_still, provisional=done.provisional, english=english)
    row: dict[str, Any] = {
        "service_request_id": done.number,
        "service_notice": said,
        "account_id": None,
    }
    if request.GET.get("extensions") == "true":
        row["extended_attributes"] = {"reporter_url": private}
    headers = {**PRIVATE, "Link": f'<{private}>; rel="edit"'}
    return Found(root="service_requests", body=[row], status=200 if done.repeated else 201, headers=headers)


_BELOW: Final = r"^open311/v2/"
urlpatterns = [
    re_path(_BELOW + r"discovery\.(?P<kind>json|xml)$", discovery, name="open311_discovery"),
    re_path(_BELOW + r"services\.(?P<kind>json|xml)$", offers, name="open311_services"),
    re_path(_BELOW + r"services/(?P<code>[^/]+)\.(?P<kind>json|xml)$", definition, name="open311_service"),
    re_path(_BELOW + r"requests\.(?P<kind>json|xml)$", requests, name="open311_requests"),
    re_path(
        _BELOW + r"requests/(?P<number>[^/]+)\.(?P<kind>json|xml)$", request_numbered, name="open311_request"
    ),
    re_path(_BELOW + r"tokens/(?P<token>[^/]+)\.(?P<kind>json|xml)$", token, name="open311_token"),
    re_path(_BELOW + r"(?:.*\.(?P<kind>json|xml)|.*)$", nothing, name="open311_nothing"),
]
