"""工作台的 JSON。 The desk as JSON: what waits for the office that somebody holds, and one case as that office sees it.

The only addresses of the interface that read the session: it must be alive, and the office held at this moment. They only
read; acts are done on the pages, where each form carries its token.
"""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.acts.terms import Standing, Who, who
from tongxin.cases import queries as cases
from tongxin.cases.api import inputs, showing
from tongxin.cases.api.answers import Trouble, not_found
from tongxin.cases.api.facts import Facts
from tongxin.cases.api.plain import written
from tongxin.cases.api.schemas import PROBLEMS, DeskCaseShown, DeskShown, Number, within
from tongxin.cases.forms import offers
from tongxin.cases.forms.paging import due_key_of, due_word
from tongxin.cases.terms import State

MOST = 100
desk = Router()


class DeskAsked(Schema):
    """桌上的筛选。 Filters of the desk. `after` is the key that the page before ended with."""

    state: State | None = None
    late: bool = False
    after: str = ""
    size: Annotated[int, Field(json_schema_extra=within(MOST))] = 20


def office_of(request: HttpRequest) -> tuple[Who, Standing]:
    """凭哪个职位。 Who asks, and through which office. Raises Trouble: 401 without a live session, 403 without an office."""
    me = who(request)
    if not me.signed_in:
        raise Trouble(401, "sign_in", "", "请先登录", "sign in first")
    if me.standing is None:
        raise Trouble(
            403, "no_office", "", "工作台只给任职的人用", "the desk is for those who hold an office"
        )
    return me, me.standing


@desk.get(
    "",
    response={200: DeskShown, **PROBLEMS},
    summary="What waits at the desk of your office",
    operation_id="desk",
)
def desk_listed(request: HttpRequest, asked: Query[DeskAsked]) -> HttpResponse:
    """桌上的事项，最急的在前。 A page of what waits at the desk, soonest due first. Three statements, whatever its size."""
    _me, standing = office_of(request)
    size = inputs.bounded("size", asked.size, MOST) or 20
    facts = Facts.of(timezone.now())
    found = cases.desk_cases(
        standing=standing,
        after=due_key_of(asked.after) if asked.after else None,
        size=size + 1,
        state=asked.state.value if asked.state else "",
        due_before=facts.at if asked.late else None,
    )
    base = request.build_absolute_uri("/cases/")
    rows = [showing.case_shown(case, facts, url=f"{base}{case.number}/") for case in found[:size]]
    last = found[size - 1] if len(found) > size else None
    return written({"cases": rows, "next": _next(request, last.due, last.pk) if last else None})  # type: ignore[attr-defined]


def _next(request: HttpRequest, due: datetime, number: int) -> str:
    words = request.GET.copy()
    words["after"] = due_word(due, number)
    return request.build_absolute_uri(f"{request.path}?{words.urlencode()}")


@desk.get(
    "/{number}",
    response={200: DeskCaseShown, **PROBLEMS},
    summary="One case, and what your office can do with it now",
    operation_id="desk_case",
)
def desk_case(request: HttpRequest, number: Number) -> HttpResponse:
    """一件事，和现在能做什么。 One case with the acts that the office can do with it now; the gate asks again. Three statements."""
    me, standing = office_of(request)
    file = cases.case_file(number=inputs.word("number", number, most=40))
    if file is None:
        raise not_found("number", "没有这个编号的事项", "there is no case of this number")
    facts = Facts.of(timezone.now())
    url = request.build_absolute_uri(f"/cases/{number}/")
    able = offers.offers(file, standing, me.actor.person, facts.city, facts.at)
    return written({**showing.file_shown(file, facts, url=url), "acts": able})
