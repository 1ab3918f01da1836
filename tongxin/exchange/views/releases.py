"""统计发布的页面：人人可看；经办人提出，负责人发布，主管部门定预算。 Pages of released statistics, open to everybody; staff ask and decide here."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import Conflict, InvalidInput, Refused, Who, sign_off, who
from tongxin.exchange import operations
from tongxin.exchange.forms.releasing import AskReleaseForm, BudgetForm, DecideReleaseForm
from tongxin.exchange.models import Release
from tongxin.exchange.queries import releases as reading
from tongxin.exchange.queries import statistics
from tongxin.exchange.queries.export import title_of
from tongxin.exchange.rules.noise import MICRO
from tongxin.exchange.rules.releases import Protection, Query
from tongxin.exchange.views import release_shown as shown
from tongxin.exchange.views.export import file_named
from tongxin.exchange.views.release_shown import said
from tongxin.law.queries.lists import entry_at
from tongxin.law.rules.cells import csv_text
from tongxin.places.queries import city_day

MOST = 50


# ---- Reading --------------------------------------------------------------------------------------------------------


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """已发布的统计。 Released tables, newest first; below, for staff, what waits."""
    me, text = who(request), request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
    rows = reading.releases(before=before, most=MOST)
    mine = reading.questions(organs=[me.standing.organ]) if me.standing and _staff(me) else []
    return render(request, "exchange/releases.html", {
        "rows": [{"release": row, "title": _title(row.item, row.query), "organ": shown.organ_name(row.organ)} for row in rows[:MOST]],
        "older": rows[MOST - 1].pk if len(rows) > MOST else None, "may_ask": shown.may("ask_release", me.standing),
        "waiting": [{"question": one, "title": _title(one.item, one.query)} for one in mine],
        "may_set": _sets(me),
    })  # fmt: skip


def _staff(me: Who) -> bool:
    return shown.may("ask_release", me.standing) or shown.may("release_statistics", me.standing)


def _sets(me: Who) -> bool:
    return shown.may("set_budget", me.standing)


def item_name(ref: str, at: datetime) -> tuple[str, str]:
    """目录项的名称。 The names of an item, Chinese and English; its reference where the list has none."""
    kind, _colon, code = ref.partition(":")
    row = entry_at(kind=kind, code=code, day=city_day(at))
    return (row.name, row.name_en) if row else (ref, "")


def _title(item: str, query: Mapping[str, Any]) -> str:
    return said(*title_of(Query.of_json(query), item_name(item, timezone.now()), reading.labels(item=item)))


@require_safe
def release(request: HttpRequest, number: str) -> HttpResponse:
    """一张统计表。 One table: its numbers, how they are protected, the question, the receipt."""
    row = _found(number)
    query = Query.of_json(row.query)
    labels = reading.labels(item=row.item)
    return render(request, "exchange/release.html", {
        "release": row, "title": _title(row.item, row.query), "organ": shown.organ_name(row.organ), "query": query,
        "item": said(*item_name(row.item, row.at)), "code": row.item.partition(":")[2],
        "table": _table(row, query, labels), "facts": _facts(query, labels), "basis": shown.basis_of("release_statistics", row.at),
        "withheld": any(value is None for _path, values in row.answer["rows"] for value in values),
        "noised": query.protection is Protection.NOISED,
    })  # fmt: skip


def _found(number: str) -> Release:
    row = reading.release_numbered(number=number)
    if row is None:
        raise Http404(number)
    return row


def _table(row: Release, query: Query, labels: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    total = gettext("合计")
    words = [said(*labels.get(name, (name, name))) for name in query.by]
    columns = [one or (total if query.crossed else gettext("数量")) for one in row.answer["columns"]]
    return {
        "head": words[: query.levels],
        "across": words[-1] if query.crossed else "",
        "columns": columns,
        "rows": [
            {
                "path": [*path, *([total] if len(path) < query.levels else [])],
                "rest": query.levels - len(path) - 1,
                "values": values,
                "total": len(path) < query.levels,
            }
            for path, values in row.answer["rows"]
        ],
    }


def _facts(query: Query, labels: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    found = [(gettext("年份"), str(query.year))]
    if query.only:
        found.append(
            (gettext("只看"), f"{said(*labels.get(query.only[0], (query.only[0],) * 2))} = {query.only[1]}")
        )
    if query.protection is Protection.SUPPRESSED:
        found.append((gettext("保护方法"), gettext("隐去小数")))
        found.append((gettext("少于多少不公布"), str(query.threshold)))
    else:
        found.append((gettext("保护方法"), gettext("每一格加噪（离散拉普拉斯）")))
        found.append(("ε", f"{query.epsilon / MICRO:g}"))
    return found


@require_safe
def release_csv(request: HttpRequest, number: str) -> HttpResponse:
    """下载 CSV。 The table as CSV; a withheld cell is empty."""
    del request
    row = _found(number)
    query = Query.of_json(row.query)
    head = [*query.by[: query.levels], *(column or "total" for column in row.answer["columns"])]
    lines = [[*path, *["total"] * (query.levels - len(path)), *values] for path, values in row.answer["rows"]]
    return file_named(f"{row.number}.csv", csv_text(head, lines), "text/csv; charset=utf-8")


@require_safe
def release_json(request: HttpRequest, number: str) -> HttpResponse:
    """下载 JSON。 The table as JSON, with the question and how it was protected."""
    del request
    row = _found(number)
    body = {"number": row.number, "item": row.item, "at": row.at.isoformat(), "organ": row.organ, "query": row.query,
            "digest": bytes(row.digest).hex(), "entry": row.entry, **row.answer}  # fmt: skip
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return file_named(f"{row.number}.json", text, JsonResponse({}).headers["Content-Type"])


# ---- Asking and deciding --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """提出统计。 Asks for a table: first which item, then by what."""
    if not who(request).signed_in:
        return shown.sign_in_first(request.get_full_path())
    source = next((one for one in reading.sources() if one.item == request.GET.get("item", "")), None)
    if source is None:
        return _choose(request)
    fields = [(one.name, said(one.label, one.label_en)) for one in reading.groupable(source=source)]
    form = AskReleaseForm(fields, request.POST if request.method == "POST" else None)

    def run() -> str:
        number = operations.ask_release(
            actor=who(request).actor,
            at=timezone.now(),
            query=form.query(source.item),
            reason=form.cleaned_data["reason"],
        )
        return reverse("data_release" if number.startswith("F") else "data_release_question", args=[number])

    names = said(*item_name(source.item, timezone.now()))
    context = {
        "form": form,
        "item": names,
        "fields": fields,
        "may": shown.may("ask_release", who(request).standing),
    }
    return done(request, form, "ask_release", run, "exchange/release_ask.html", context)


def _choose(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    items = [(one.item, said(*item_name(one.item, at)), shown.organ_name(one.organ)) for one in reading.sources()
             if reading.groupable(source=one)]  # fmt: skip
    return render(request, "exchange/release_choose.html", {"items": items})


def done(
    request: HttpRequest,
    form: forms.Form,
    verb: str,
    run: Callable[[], str],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """填好了就办，没办成就说明。 Does it when the form is right; else the page again, with what is wrong or who refused."""
    refusal, moved, status = {}, "", 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(run(), status=303)
        except InvalidInput as wrong:
            form.add_error(_field(form, wrong.field), said(wrong.reason, wrong.reason_en))
            status = 400
        except Refused as refused:
            refusal, status = shown.refusal_of(refused, verb), 403
        except Conflict as conflict:
            moved, status = said(conflict.reason, conflict.reason_en), 409
    basis = shown.basis_of(verb, timezone.now())
    return render(
        request, template, {**context, "refusal": refusal, "moved": moved, "basis": basis}, status=status
    )


def _field(form: forms.Form, name: str) -> str | None:
    known = {"by": "first"}.get(name, name)
    return known if known in form.fields else None


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, number: str) -> HttpResponse:
    """一个统计问题。 One question: the head of the provider's office releases the table, or declines."""
    me = who(request)
    if not me.signed_in:
        return shown.sign_in_first(request.path)
    row = reading.question_numbered(number=number)
    if row is None or not (_staff(me) and me.standing and me.standing.organ in {row.provider, row.organ}):
        raise Http404(number)
    form = DecideReleaseForm(request.POST if request.method == "POST" else None)
    declines = request.POST.get("what") == "decline"

    def run() -> str:
        note = form.cleaned_data["note"]
        if declines:
            operations.decline_release(actor=me.actor, at=timezone.now(), number=number, note=note)
            return reverse("data_release_question", args=[number])
        released = operations.release_statistics(
            actor=me.actor, at=timezone.now(), number=number, read=statistics.rows_of, note=note
        )
        return reverse("data_release", args=[released])

    labels, query = reading.labels(item=row.item), Query.of_json(row.query)
    decides = (
        shown.may("release_statistics", me.standing)
        and me.standing is not None
        and me.standing.organ == row.provider
    )
    context = {
        "question": row, "title": _title(row.item, row.query), "facts": _facts(query, labels), "form": form,
        "organ": shown.organ_name(row.organ), "decides": decides and row.state == "open", "provider": shown.organ_name(row.provider),
    }  # fmt: skip
    return done(
        request,
        form,
        "decline_release" if declines else "release_statistics",
        run,
        "exchange/release_question.html",
        context,
    )


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def budgets(request: HttpRequest) -> HttpResponse:
    """隐私预算。 The privacy budget of every item: what there is, what is spent. The authority's head sets it."""
    me, at = who(request), timezone.now()
    if request.method == "POST" and not me.signed_in:
        return shown.sign_in_first(request.path)
    names = {one.item: said(*item_name(one.item, at)) for one in reading.sources()}
    form = BudgetForm(list(names.items()), request.POST if request.method == "POST" else None)

    def run() -> str:
        given = form.cleaned_data
        operations.set_budget(actor=me.actor, at=at, item=given["item"], total=given["total"])
        return reverse("data_budgets")

    rows = [
        {"name": names.get(item, item), "budget": one, "left": one.total - one.spent}
        for item, one in sorted(reading.budgets().items())
    ]
    context = {"form": form, "rows": rows, "may_set": _sets(me)}
    return done(request, form, "set_budget", run, "exchange/budgets.html", context)


urlpatterns = [
    path("data/releases/", releases, name="data_releases"),
    path("data/releases/ask/", ask, name="data_release_ask"),
    path("data/releases/budgets/", budgets, name="data_budgets"),
    path("data/releases/questions/<str:number>/", question, name="data_release_question"),
    path("data/releases/<str:number>.csv", release_csv, name="data_release_csv"),
    path("data/releases/<str:number>.json", release_json, name="data_release_json"),
    path("data/releases/<str:number>/", release, name="data_release"),
]
