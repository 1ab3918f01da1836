"""本人的异议和请求。 The person's own contests and requests: made, read, raised, withdrawn."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import Conflict, InvalidInput, Refused
from tongxin.exchange import operations
from tongxin.exchange.forms.person import ContestForm, RaiseForm, RequestForm
from tongxin.exchange.models import Contest, RightsRequest
from tongxin.exchange.queries import claims
from tongxin.exchange.rules.person import Kind
from tongxin.exchange.views import person_shown as shown
from tongxin.exchange.views.data_shown import DataGround, basis_of, said
from tongxin.exchange.views.person import line_or_404
from tongxin.exchange.views.person_shown import Words
from tongxin.exchange.views.reader import Reader, gate
from tongxin.law.queries import cited

ANSWERED: Final = frozenset({Contest.State.UPHELD, Contest.State.DISMISSED})
WAITING: Final = frozenset({Contest.State.OPEN, Contest.State.RAISED})


def _acting(request: HttpRequest, ground: DataGround) -> Reader | HttpResponse:
    """能办事的人。 A reader who may act, not only see. Raises Refused."""
    reader = gate(request, ground)
    if isinstance(reader, Reader) and not reader.may_act:
        raise Refused(
            "only_see", "您只能替这个人查看，不能替办", "you may only read for this person, not act"
        )
    return reader


# ---- Contests ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def contest(request: HttpRequest, handle: str) -> HttpResponse:
    """对一行提出异议。 Contest a line: one ground, words if one likes, and what happens next."""
    ground = DataGround.now()
    reader = _acting(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    _row, line = line_or_404(reader, ground, handle)
    if line.kind is Kind.OWN:
        raise Http404("line")
    form, moved = ContestForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            number = operations.contest_line(
                actor=reader.actor, at=ground.at, person=reader.person, line=handle, **form.cleaned_data
            )
            return _to("my_data_contest", number, reader, done="1")
        except InvalidInput as wrong:
            shown.mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    words = Words.of([line])
    context = {
        "reader": reader, "form": form, "moved": moved, "row": shown.shown_line(line, words, ground, None, reader.suffix),
        "line": line, "basis": basis_of("contest_line", ground),
    }  # fmt: skip
    return render(
        request, "exchange/contest_new.html", context, status=409 if moved else 400 if form.errors else 200
    )


def _to(name: str, number: str, reader: Reader, **words: str) -> HttpResponseRedirect:
    query = urlencode({**({"for": reader.token} if reader.token else {}), **words})
    return HttpResponseRedirect(reverse(name, args=[number]) + (f"?{query}" if query else ""), status=303)


@require_safe
@shown.private
def my_contest(request: HttpRequest, number: str) -> HttpResponse:
    """一份异议。 A contest: where it is, until when, what was answered, what one can do. At most eight statements."""
    ground = DataGround.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    found = _contest_or_404(reader, number)
    context = {
        "reader": reader, "contest": found, "mark": shown.contest_mark(found, ground, reader.suffix),
        "term": shown.term_line(claims.term_of(subject=found.ref), ground), "clauses": clause_links(found.clause),
        "may_raise": reader.may_act and found.state in ANSWERED and found.raised_at is None,
        "may_withdraw": reader.may_act and found.state in WAITING, "done": "done" in request.GET,
        "organ": ground.organ(found.organ),
    }  # fmt: skip
    return render(request, "exchange/contest.html", context)


def _contest_or_404(reader: Reader, number: str) -> Contest:
    found = claims.contest_of(person=reader.person, number=number) if "\x00" not in number else None
    if found is None:
        raise Http404("contest")
    return found


def clause_links(refs: str) -> list[dict[str, str]]:
    """条款的链接。 Clauses, named and linked. One statement."""
    return [{"label": shown.clause_words(c), "url": c.url} for c in cited(refs=refs.split())]


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def my_contest_act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """转主管部门，或者撤回。 Raise a contest to the authority, or withdraw it."""
    ground = DataGround.now()
    reader = _acting(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    found = _contest_or_404(reader, number)
    if what not in {"raise", "withdraw"}:
        raise Http404(what)
    form, moved = RaiseForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and (what == "withdraw" or form.is_valid()):
        try:
            if what == "raise":
                operations.raise_contest(
                    actor=reader.actor, at=ground.at, number=number, text=form.cleaned_data["text"]
                )
            else:
                operations.withdraw_contest(actor=reader.actor, at=ground.at, number=number)
            return _to("my_data_contest", number, reader)
        except InvalidInput as wrong:
            shown.mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    context = {
        "reader": reader, "contest": found, "what": what, "form": form, "moved": moved,
        "mark": shown.contest_mark(found, ground, reader.suffix),
        "basis": basis_of(f"{what}_contest", ground),
    }  # fmt: skip
    wrong_form = what == "raise" and form.errors
    return render(
        request, "exchange/contest_act.html", context, status=409 if moved else 400 if wrong_form else 200
    )


# ---- Requests ----------------------------------------------------------------------------------------------------------


@require_safe
@shown.private
def requests(request: HttpRequest) -> HttpResponse:
    """我的请求。 A person's requests, and the way to a new one. At most six statements."""
    ground = DataGround.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    found = claims.requests_by(person=reader.person)
    terms = claims.terms_of(subjects=[row.ref for row in found])
    rows = [
        {**shown.request_row(row, ground, reader.suffix), "term": shown.term_line(terms.get(row.ref), ground)}
        for row in found
    ]
    return render(request, "exchange/requests.html", {"reader": reader, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def new_request(request: HttpRequest) -> HttpResponse:
    """提出请求。 Make a request: what, about what, why."""
    ground = DataGround.now()
    reader = _acting(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    line = request.GET.get("line", "")[:40].replace("\x00", "")
    start = {"kind": request.GET.get("kind", ""), "about": f"line:{line}" if line else "person"}
    form, moved = (
        RequestForm(
            claims.items_to_ask(), line, request.POST if request.method == "POST" else None, initial=start
        ),
        "",
    )
    if request.method == "POST" and form.is_valid():
        got: Any = form.cleaned_data
        try:
            number = operations.file_request(
                actor=reader.actor, at=ground.at, person=reader.person, kind=got["kind"], about=form.asked_about(),
                ground=got["ground"], text=got["text"],
            )  # fmt: skip
            return _to("my_data_request", number, reader, done="1")
        except InvalidInput as wrong:
            shown.mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    context = {
        "reader": reader,
        "form": form,
        "moved": moved,
        "basis": basis_of("file_request", ground),
    }
    return render(
        request, "exchange/request_new.html", context, status=409 if moved else 400 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def my_request(request: HttpRequest, number: str) -> HttpResponse:
    """一项请求；POST 撤回。 A request: where it is, until when, what was answered; POST withdraws it."""
    ground = DataGround.now()
    reader = gate(request, ground) if request.method != "POST" else _acting(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    found = claims.request_of(person=reader.person, number=number) if "\x00" not in number else None
    if found is None:
        raise Http404("request")
    if request.method == "POST":
        operations.withdraw_request(actor=reader.actor, at=ground.at, number=number)
        return _to("my_data_request", number, reader)
    context = {
        "reader": reader, "request_made": found, "row": shown.request_row(found, ground, reader.suffix),
        "term": shown.term_line(claims.term_of(subject=found.ref), ground), "clauses": clause_links(found.clause),
        "erasure": shown.ERASURES.get(found.ground, ""), "done": "done" in request.GET,
        "open": found.state == RightsRequest.State.OPEN, "refused": found.state == RightsRequest.State.REFUSED,
    }  # fmt: skip
    return render(request, "exchange/request.html", context)


urlpatterns = [
    path("my-data/lines/<str:handle>/contest/", contest, name="my_data_contest_new"),
    path("my-data/contests/<str:number>/", my_contest, name="my_data_contest"),
    path("my-data/contests/<str:number>/<str:what>/", my_contest_act, name="my_data_contest_act"),
    path("my-data/requests/", requests, name="my_data_requests"),
    path("my-data/requests/new/", new_request, name="my_data_request_new"),
    path("my-data/requests/<str:number>/", my_request, name="my_data_request"),
]
