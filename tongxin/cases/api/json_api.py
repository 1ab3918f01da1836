"""JSON 接口。 The JSON interface at /api/. Its shapes are in `schemas`, its description at /api/openapi.json.

Only the desk's addresses (`desk`) read the session; otherwise everybody acts as a person without an account.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.responses import Status
from pydantic import Field

from tongxin.acts.terms import ANONYMOUS
from tongxin.cases import queries as cases
from tongxin.cases.api import described as open311
from tongxin.cases.api import inputs, showing
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
from tongxin.cases.api.desk import desk
from tongxin.cases.api.facts import Facts
from tongxin.cases.api.plain import written
from tongxin.cases.api.schemas import (
    PROBLEMS,
    CaseFileShown,
    CasesShown,
    CheckpointShown,
    MattersShown,
    Number,
    ReportGiven,
    ReportTaken,
    Word,
    within,
)
from tongxin.cases.terms import Channel, NewReport, Outcome, Rejection, State
from tongxin.exchange.rules.described import paths as described_calls
from tongxin.ledger.queries import newest_checkpoint

JSON: Final = "application/json"
GUIDE: Final = Path(__file__).with_name("README.md")
View = Callable[..., HttpResponse]


class StrictParser(Parser):
    """严格的读法。 Reads a body as inputs.read_json does, and only what calls itself JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """内容。 The body of a request. Raises Trouble."""
        charset = (request.content_params or {}).get("charset", "utf-8").lower()
        if request.content_type != JSON or charset not in ("utf-8", "utf8"):
            raise Trouble(
                415, "media_type", "Content-Type", f"请用 {JSON}，UTF-8 编码", f"send {JSON} in UTF-8"
            )
        return inputs.read_json(request.body)


class PlainJson(JSONRenderer):
    """直接写汉字。 JSON with its characters as they are, in UTF-8."""

    json_dumps_params: ClassVar[dict[str, Any]] = {"ensure_ascii": False}  # type: ignore[misc]


api = NinjaAPI(
    title="同心 Tongxin",
    version="1",
    description="Report a matter and follow cases. 报告与查询。 Guide: /api/docs. Also: Open311 GeoReport v2 at /open311/v2/.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    renderer=PlainJson(),
    parser=StrictParser(),
)

api.add_router("/desk", desk)


# ---- Reporting ------------------------------------------------------------------------------------------------------


@api.post(
    "/reports",
    response={200: ReportTaken, 201: ReportTaken, **PROBLEMS},
    summary="Report a matter",
    operation_id="report",
)
def report(request: HttpRequest, given: ReportGiven) -> Status[ReportTaken]:
    """报告一件事。 201 with a receipt; 200 with it when the same key says the same; 409 when it says something else."""
    now = timezone.now()
    done = COUNTER.receive(actor=ANONYMOUS, at=now, report=report_of(given, now))
    if isinstance(done, Rejection):
        raise trouble_of_rejection(done)
    url = request.build_absolute_uri(f"/mine/{done.token}/")
    return Status(200 if done.repeated else 201, showing.taken(done, url=url))


def report_of(given: ReportGiven, now: datetime) -> NewReport:
    """由 JSON 到报告。 The report of a body. Raises Trouble."""
    return NewReport(
        client_key=inputs.client_key(given.client_key),
        channel=Channel.API,
        matter=inputs.word("matter", given.matter or "") or None,
        reported_at=now if given.reported_at is None else inputs.moment("reported_at", given.reported_at),
        text=inputs.storable("text", given.text),
        lon=given.lon,
        lat=given.lat,
        place=inputs.word("place", given.place or "") or None,
        address=inputs.storable("address", given.address),
        name=inputs.storable("name", given.name),
        phone=inputs.storable("phone", given.phone),
        email=inputs.storable("email", given.email),
        language=given.language,
    )


# ---- Asking ---------------------------------------------------------------------------------------------------------


class CasesAsked(Schema):
    """列表的筛选。 Filters of the list. `before` is the key that the page before ended with."""

    state: State | None = None
    outcome: Outcome | None = None
    channel: Channel | None = None
    matter: Word = ""
    district: Word = ""
    organ: Word = ""
    place: Word = ""
    overdue: bool = False
    reopened: bool = False
    open_only: bool = False
    before: Annotated[int | None, Field(json_schema_extra=within(2**62))] = None
    size: Annotated[int, Field(json_schema_extra=within(100))] = 20


@api.get(
    "/cases", response={200: CasesShown, **PROBLEMS}, summary="List cases, newest first", operation_id="cases"
)
def cases_listed(request: HttpRequest, asked: Query[CasesAsked]) -> HttpResponse:
    """事项列表，新的在前。 A page of cases. Two statements, whatever its size."""
    found, after = cases.page_of_cases(
        chosen=chosen(asked),
        before=inputs.bounded("before", asked.before, 2**62),
        size=inputs.bounded("size", asked.size, 100) or 20,
    )
    facts = Facts.of(timezone.now())
    base = case_url(request, "")
    rows = [showing.case_shown(case, facts, url=f"{base}{case.number}/") for case in found]
    return written({"cases": rows, "next": next_url(request, after)})


def chosen(asked: CasesAsked) -> cases.CaseFilter:
    """筛选。 The filter that was asked for. Raises Trouble."""
    return cases.CaseFilter(
        state=asked.state.value if asked.state else "",
        outcome=asked.outcome.value if asked.outcome else "",
        channel=asked.channel.value if asked.channel else "",
        matter=inputs.word("matter", asked.matter),
        district=inputs.word("district", asked.district),
        organ=inputs.word("organ", asked.organ),
        place=inputs.word("place", asked.place),
        overdue=asked.overdue,
        reopened=asked.reopened,
        open_only=asked.open_only,
    )


def case_url(request: HttpRequest, number: str) -> str:
    """事项的页面。 Address of a case's page; of all such pages without a number."""
    return request.build_absolute_uri(f"/cases/{number}/" if number else "/cases/")


def next_url(request: HttpRequest, after: int | None) -> str | None:
    """下一页的地址。 Address of the next page; None on the last one."""
    if after is None:
        return None
    words = request.GET.copy()
    words["before"] = str(after)
    return request.build_absolute_uri(f"{request.path}?{words.urlencode()}")


@api.get(
    "/cases/{number}",
    response={200: CaseFileShown, **PROBLEMS},
    summary="One case with its steps",
    operation_id="case",
)
def case_numbered(request: HttpRequest, number: Number) -> HttpResponse:
    """一个事项。 One case. Two statements."""
    file = cases.case_file(number=inputs.word("number", number, most=40))
    if file is None:
        raise not_found("number", "没有这个编号的事项", "there is no case of this number")
    return written(showing.file_shown(file, Facts.of(timezone.now()), url=case_url(request, number)))


@api.get(
    "/matters",
    response={200: MattersShown, **PROBLEMS},
    summary="The matter list of today",
    operation_id="matters",
)
def matters(request: HttpRequest) -> MattersShown:
    """事项清单。 The matter list. One statement."""
    del request
    facts = Facts.of(timezone.now())
    return MattersShown(
        day=facts.at.astimezone(ZoneInfo(facts.city.timezone)).date().isoformat(),
        revision=facts.city.revision,
        matters=[showing.matter_shown(matter) for matter in facts.matters.values()],
    )


@api.get(
    "/checkpoint",
    response={200: CheckpointShown, **PROBLEMS},
    summary="The ledger's newest signed checkpoint",
    operation_id="checkpoint",
)
def checkpoint(request: HttpRequest) -> CheckpointShown:
    """最新的检查点。 The newest signed checkpoint. Two statements."""
    del request
    newest = newest_checkpoint()
    if newest is None:
        raise not_found("", "还没有检查点", "there is no checkpoint yet")
    at = showing.moment(newest.at, Facts.of(timezone.now()))
    return CheckpointShown(size=newest.size, root=bytes(newest.root).hex(), at=at, note=newest.note)


# ---- What cannot be done --------------------------------------------------------------------------------------------


def said(trouble: Trouble) -> JsonResponse:
    """一份说明。 An explanation in the one shape."""
    return JsonResponse(
        trouble.body,
        status=trouble.status,
        headers=dict(trouble.headers),
        json_dumps_params={"ensure_ascii": False},
    )


def expected(request: HttpRequest, error: Any) -> HttpResponse:
    """预料之中的异常。 What operations and inputs raise, and what the library makes of a parser's refusal."""
    del request
    if isinstance(error, HttpError) and isinstance(error.__cause__, Trouble):
        error = error.__cause__
    trouble = misshape(error.errors) if isinstance(error, ValidationError) else trouble_of(error)
    if trouble is None:
        raise error
    return said(trouble)


REASONS: Final = {
    "missing": ("必须给出", "is required"),
    "extra_forbidden": ("没有这个字段", "there is no such field"),
    "string_type": ("须为文字", "must be a string"),
    "float_type": ("须为数字", "must be a number"),
    "finite_number": ("须为有限的数", "must be a finite number"),
    "string_unicode": ("含有不能保存的字符", "contains a character that cannot be stored"),
    "string_too_short": ("不能为空", "must not be empty"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "bool_parsing": ("须为 true 或 false", "must be true or false"),
    "enum": ("不是可选的值", "is not one of the possible values"),
    "literal_error": ("不是可选的值", "is not one of the possible values"),
}


def misshape(errors: Sequence[dict[str, Any]]) -> Trouble:
    """形状上的第一处毛病。 The first fault in the shape of a body or a query, with the field's name."""
    first = errors[0]
    place = [str(part) for part in first["loc"]]
    if place == ["body", "given"]:
        if first["type"] == "missing":
            return inputs.malformed("内容是空的", "the body is empty")
        return inputs.invalid("body", "须为一个 JSON 对象", "a JSON object is needed")
    zh, en = REASONS.get(first["type"], ("内容不合要求", str(first["msg"])))
    if first["type"] == "string_too_long":
        zh = f"最多 {first['ctx']['max_length']} 个字符"
    return inputs.invalid(inputs.shown(".".join(place[2:]) or place[-1]), zh, en)


for kind in (*EXPECTED, HttpError, ValidationError):
    api.add_exception_handler(kind, expected)


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """没有的地址。 Any other address below /api/."""
    del request
    return said(not_found("", "接口没有这个地址", "the interface has no such address"))


def openapi(request: HttpRequest) -> HttpResponse:
    """接口描述。 The description of the interface, OpenAPI 3."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


def description() -> dict[str, Any]:
    """三种接口合在一份描述里。 The interfaces for programs in one description: this one, Open311, and the calls of departments."""
    whole: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/")
    calls = described_calls(session_cookie=settings.SESSION_COOKIE_NAME)
    whole["paths"] |= open311.paths() | calls["paths"]
    whole["components"]["schemas"] |= calls["schemas"]
    whole["components"]["securitySchemes"] = calls["securitySchemes"]
    return whole


def guide(request: HttpRequest) -> HttpResponse:
    """接口说明。 The guide to the interfaces, as plain text: it needs no script."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    return HttpResponse(GUIDE.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")


def one_shape(view: View) -> View:
    """一个地址的共同规矩。 What every address of the interface does: HEAD is a GET, a method unknown is said in the one shape,

    receipts stay private, and no form token is asked for, since nothing here looks at the session.
    """

    @csrf_exempt
    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method or ""
        request.method = "GET" if asked == "HEAD" else asked
        try:
            check_length(request.headers)
            response = view(request, *args, **kwargs)
        except Trouble as trouble:
            response = said(trouble)
        request.method = asked
        if response.status_code == 405:
            allow = response.headers["Allow"].replace("GET", "GET, HEAD")
            response = said(not_allowed(asked))
            response.headers["Allow"] = allow
        if asked == "POST":
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return run
