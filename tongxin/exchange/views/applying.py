"""申请的页面：本单位的申请和逾期的、一件申请、一件争议。 Pages of applications: an organ's and what is overdue, one application, one dispute."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tongxin.acts.terms import Who, who
from tongxin.exchange.models import Application, Dispute
from tongxin.exchange.queries import applications, catalogue, grants
from tongxin.exchange.rules.applying import gaps
from tongxin.exchange.terms import MANNER_LABELS, PURPOSE_LABELS, ApplicationState, Manner, Purpose
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.data_shown import DataGround
from tongxin.exchange.views.offers import Side, offered, on_application, on_dispute

PAGE = 30
_OPEN = {ApplicationState.DRAFTED.value, ApplicationState.FILED.value, ApplicationState.SUPPLEMENT.value}
RUNGS = {
    Dispute.Rung.NEGOTIATION: _("双方协商"),
    Dispute.Rung.AUTHORITY: _("本级共享主管部门协调"),
    Dispute.Rung.SUPERIOR: _("共同的上级共享主管部门协调"),
    Dispute.Rung.GOVERNMENT: _("本级人民政府决定"),
}


def whose(me: Who, ground: DataGround) -> str | None:
    """看哪些。 The organ whose things are shown; None for the authority, which sees all."""
    organ = me.standing.organ if me.standing else ""
    return None if organ == ground.authority else organ


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """申请：逾期的在上，两边和主管部门都看得见。 Applications: what is overdue on top, seen by both sides and the authority. Nine statements."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    if me.standing is None:
        return shown.not_yours(request, ground, [])
    organ = whose(me, ground)
    before = _before(request)
    found = applications.applications_of(organ=organ, before=before, most=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    running = applications.terms_running(subjects=[row.ref for row in rows])
    names = {item.ref: item.entry for item in catalogue.items_on(day=ground.day)}
    context = {
        "overdue": shown.terms_shown(applications.terms_overdue(at=ground.at, organ=organ), ground),
        "rows": [_row(row, names, running.get(row.ref, []), ground) for row in rows],
        "disputes": [_dispute_row(row, ground) for row in grants.disputes_of(organ=organ)],
        "revisions": [
            {"row": row, "organ": ground.organ(row.organ), "name": names.get(row.item), "url": shown.subject_url(row.ref)}
            for row in catalogue.revisions_waiting(organ=organ)
        ],
        "all": organ is None,
        "pager": {"previous_url": "?" if before else "", "shown": len(rows),
                  "next_url": f"?before={rows[-1].pk}" if more else ""},
    }  # fmt: skip
    return render(request, "exchange/applications.html", context)


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


def _row(row: Application, names: Any, running: Any, ground: DataGround) -> dict[str, Any]:
    due = running[0] if running else None
    return {
        "row": row,
        "url": shown.subject_url(row.ref),
        "item": names.get(row.item),
        "organ": ground.organ(row.organ),
        "provider": ground.organ(row.provider),
        "state": shown.application_tag(row.state),
        "due": due.due_at if due else None,
        "over": due is not None and ground.at > due.due_at,
    }


def _dispute_row(row: Dispute, ground: DataGround) -> dict[str, Any]:
    return {
        "row": row,
        "url": shown.subject_url(row.ref),
        "about": row.subject.partition(":")[2],
        "raised_by": ground.organ(row.raised_by),
        "against": ground.organ(row.against),
        "rung": RUNGS[Dispute.Rung(row.rung)],
    }


@require_safe
def application(request: HttpRequest, number: str) -> HttpResponse:
    """一件申请。 One application, for its two sides and the authority: state, clocks, what is asked, what is missing. Twenty statements at most."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    row = applications.application(number=number) if "\x00" not in number else None
    if row is None:
        raise Http404(number)
    side = Side.of(me, user=row.organ, provider=row.provider, authority=ground.authority)
    if not side.concerned or (row.state == ApplicationState.DRAFTED.value and not side.user):
        return shown.not_yours(request, ground, [row.organ, row.provider])
    item = catalogue.item_on(ref=row.item, day=ground.day)
    steps = applications.steps_of(subject=row.ref)
    open_dispute = grants.dispute_open(subject=row.ref)
    asked = _extension_asked(steps)
    verbs = on_application(
        row, side, asked=asked, disputed=open_dispute is not None,
        sensitive=bool(item and item.sensitive(row.fields)),
    )  # fmt: skip
    missing = (
        gaps(applications.asking_of(row=row, item=item, day=ground.day))
        if item and row.state in _OPEN
        else ()
    )
    context = {
        "row": row,
        "state": shown.application_tag(row.state),
        "item": item,
        "item_url": shown.subject_url(row.item),
        "answers": answers_of(row, item, ground),
        "clauses": shown.clause_lines(row.clauses),
        "missing": [shown.said(one.reason, one.reason_en) for one in missing],
        "reason_clauses": shown.clause_lines(row.reason_clauses),
        "terms": shown.terms_shown(catalogue.terms_of(subject=row.ref), ground),
        "actions": offered(side, row.ref, verbs),
        "steps": shown.steps_shown(steps, ground),
        "dispute": _dispute_row(open_dispute, ground) if open_dispute else None,
        "grant": grants.grant_of_application(application=row.pk),
        "assessment": catalogue.assessment_of(subject=row.ref),
        "done": shown.done_word(request),
    }
    return render(request, "exchange/application.html", context)


def _extension_asked(steps: Any) -> bool:
    newest = next((one for one in steps if one.verb in {"ask_extension", "grant_extension"}), None)
    return newest is not None and newest.verb == "ask_extension"


def answers_of(row: Any, item: Any, ground: DataGround) -> list[dict[str, Any]]:
    """申请所写。 What an application or a grant states, as label and value."""
    labels = {field.name: shown.said(field.label, field.label_en) for field in item.fields} if item else {}
    rows: list[dict[str, Any]] = [
        {"label": gettext("使用方"), "value": ground.organ(row.organ)},
        {"label": gettext("数据提供部门"), "value": ground.organ(row.provider)},
        {"label": gettext("字段"), "lines": [labels.get(name, name) for name in row.fields]},
        {"label": gettext("使用目的"), "value": PURPOSE_LABELS[Purpose(row.purpose)]},
        {"label": gettext("共享方式"), "value": MANNER_LABELS[Manner(row.manner)]},
    ]
    if isinstance(row, Application):
        rows += [
            {"label": gettext("使用场景"), "value": row.scenario},
            {"label": gettext("使用范围"), "value": row.scope},
        ]
        if row.onward:
            rows.append({"label": gettext("拟提供给谁"), "value": row.onward})
    return rows


@require_safe
def dispute(request: HttpRequest, number: int) -> HttpResponse:
    """一件争议。 One dispute, for its two sides and the authority. Ten statements at most."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    row = grants.dispute(number=number)
    if row is None:
        raise Http404(str(number))
    side = Side.of(me, user=row.raised_by, provider=row.against, authority=ground.authority)
    if not side.concerned:
        return shown.not_yours(request, ground, [row.raised_by, row.against])
    organ = me.standing.organ if me.standing else ""
    context = {
        "row": row,
        **_dispute_row(row, ground),
        "about_url": shown.subject_url(row.subject),
        "rungs": [{"label": label, "now": rung == row.rung} for rung, label in RUNGS.items()],
        "actions": offered(side, row.ref, on_dispute(row, side, organ=organ)),
        "steps": shown.steps_shown(applications.steps_of(subject=row.ref), ground),
        "basis": shown.basis_of("raise_dispute", ground),
    }
    return render(request, "exchange/application_dispute.html", context)


urlpatterns = [
    path("data/applications/", mine, name="data_applications"),
    path("data/applications/<str:number>/", application, name="data_application"),
    path("data/disputes/<int:number>/", dispute, name="data_dispute"),
]
