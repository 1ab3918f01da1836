"""清单的办理页面：申请、待审的申请、审定、移出。 Staff pages of the lists: applying, the applications, deciding, taking off."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import BY_LABELS, By, Conflict, InvalidInput, Refused, Who, sign_off, who
from tongxin.law import operations
from tongxin.law.forms.listing import ApplyForm, DecideForm, EndForm, RefuseForm, clause_ref, said
from tongxin.law.models import EntryApplication
from tongxin.law.operations.listing import NotAdmitted, proposal_of
from tongxin.law.queries import CitedClause, cited, lists
from tongxin.law.queries.proposals import ground_of, with_clauses
from tongxin.law.rules.admission import objections
from tongxin.law.rules.natures import OPEN_LISTS, Listing
from tongxin.law.rules.proposals import Objection
from tongxin.law.views import shown
from tongxin.law.views.entries import entry_url
from tongxin.organs.queries import organs_by_code, organs_by_function
from tongxin.places.queries import city, city_day

Form = forms.Form
Open = EntryApplication.State.OPEN


# ---- Applying --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, kind: str) -> HttpResponse:
    """申请列入。 The form of an application; POST: it is made, or every rule that stands against it is named."""
    listing, me = shown.LISTING_OF[kind], who(request)
    if not me.signed_in:
        return _sign_in_first(request)
    functions = lists.functions(revision=city().revision)
    form = ApplyForm(listing, functions, request.POST or None)
    if request.method != "POST":
        return _show_form(request, kind, form)
    if not form.is_valid():
        return _show_form(request, kind, form, status=400)
    try:
        number = operations.apply_entry(actor=me.actor, at=timezone.now(), proposal=form.proposal())
    except NotAdmitted as refused:
        form.mark(refused.objections)
        return _show_form(request, kind, form, against=refused.objections, status=403)
    except (Refused, Conflict, InvalidInput) as wrong:
        return _show_form(request, kind, form, wrong=wrong, status=_status(wrong))
    return HttpResponseRedirect(reverse("application", args=[number]) + "?done=apply_entry", status=303)


def _show_form(
    request: HttpRequest, kind: str, form: ApplyForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    may = who(request).post is By.CASE_OFFICER
    context = {
        "kind": kind,
        "title": shown.listing_word(form.listing),
        "form": form,
        "may": may,
        "who_can": str(BY_LABELS[By.CASE_OFFICER]),
        "against": _against(more.get("against", ()), form),
        "wrong": _words(more.get("wrong")),
    }
    return render(request, "law/apply.html", context, status=status if may or status != 200 else 403)


def _against(found: Sequence[Objection], form: ApplyForm | None = None) -> list[dict[str, str]]:
    """不予列入的理由，各带条文和改的地方。 Objections with their clauses, linked where the book has them, and where to mend them."""
    urls = {str(clause.ref): clause.url for clause in cited(refs=list({one.ref for one in found if one.ref}))}
    return [
        {
            "reason": said((one.reason, one.reason_en)),
            "clause": one.clause,
            "url": urls.get(one.ref, ""),
            "mend": _where(form, form.question_of(one)) if form else "",
        }
        for one in found
    ]


def _where(form: ApplyForm, name: str | None) -> str:
    if name is None:
        return ""
    field = form[name]
    return f"#{field.auto_id}_0" if field.use_fieldset else f"#{field.id_for_label}"


# ---- The applications ------------------------------------------------------------------------------------------------


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """列入申请：牵头机构看全部，别的机构看自己的。 Applications: the lead body sees all, another organ its own."""
    me = who(request)
    if not me.signed_in:
        return _sign_in_first(request)
    if me.standing is None:
        return _not_yours(request)
    organ = None if _decides(me) else me.standing.organ
    waiting = [_line(row) for row in lists.applications_open(organ=organ)]
    decided = [_line(row) for row in lists.applications_decided(organ=organ)]
    open_lists = [{"slug": shown.SLUGS[one], "name": shown.listing_word(one)} for one in OPEN_LISTS]
    context = {
        "waiting": waiting,
        "decided": decided,
        "lists": open_lists if me.post is By.CASE_OFFICER else [],
        "all": organ is None,
    }
    return render(request, "law/applications.html", context)


def _line(row: EntryApplication) -> dict[str, Any]:
    return {
        "row": row,
        "list": shown.listing_word(row.list),
        "organ": _organ(row.organ),
        "state": _state(row),
        "url": reverse("application", args=[row.pk]),
    }


def _state(row: EntryApplication) -> str:
    words = {
        EntryApplication.State.OPEN: _("待审"),
        EntryApplication.State.ADMITTED: _("已列入"),
        EntryApplication.State.REFUSED: _("未列入"),
        EntryApplication.State.WITHDRAWN: _("已撤回"),
    }
    return words[EntryApplication.State(row.state)]


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, number: int) -> HttpResponse:
    """一件申请；牵头机构列入或者不予列入，申请机构撤回。 An application: admitted, refused or withdrawn."""
    me = who(request)
    if not me.signed_in:
        return _sign_in_first(request)
    row = lists.application(number=number)
    if row is None:
        raise Http404(str(number))
    if request.method == "POST":
        return _decide(request, me, row)
    if not _concerned(me, row):
        return _not_yours(request)
    return _show(request, me, row, {name: make() for name, make in DECISIONS.items()})


def _decide(request: HttpRequest, me: Who, row: EntryApplication) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb not in DECISIONS:
        raise Http404(verb)
    given = {name: make() for name, make in DECISIONS.items()}
    form = given[verb] = DECISIONS[verb](request.POST)
    if not form.is_valid():
        return _show(request, me, row, given, status=400) if _concerned(me, row) else _not_yours(request)
    words = dict(form.cleaned_data)
    if "clause" in words:
        words["clause"] = clause_ref(words["clause"])
    try:
        RUN[verb](actor=me.actor, at=timezone.now(), number=row.pk, **words)
    except InvalidInput as wrong:
        form.add_error(
            wrong.field if wrong.field in form.fields else None, said((wrong.reason, wrong.reason_en))
        )
        return _show(request, me, row, given, status=400)
    except NotAdmitted as refused:
        return _show(request, me, row, given, status=403, wrong=refused)
    except (Refused, Conflict) as wrong:
        if not _concerned(me, row):
            raise
        return _show(
            request, me, lists.application(number=row.pk) or row, given, status=_status(wrong), wrong=wrong
        )
    return HttpResponseRedirect(f"{request.path}?done={verb}", status=303)


def _show(
    request: HttpRequest, me: Who, row: EntryApplication, given: Mapping[str, Form], *, status: int = 200,
    wrong: Exception | None = None,
) -> HttpResponse:  # fmt: skip
    here = city()
    holders = shown.Holders(root=here.root, by_function=organs_by_function(here.revision))
    asked, rests = proposal_of(row), _rests(row)
    context = {
        "row": row,
        "list_name": shown.listing_word(row.list),
        "kind": shown.SLUGS[Listing(row.list)],
        "state": _state(row),
        "organ": _organ(row.organ),
        "holder": holders(row.holder),
        "nature": shown.nature_word(row.nature),
        "facts": shown.fact_lines(row.list, row.nature, asked.facts, holders, _named(rests)),
        "rests": rests,
        "against": _against(_today(row)) if row.state == Open else [],
        "decided_clause": _clause(row.decided_clause),
        "entry_url": entry_url(row.list_entry) if row.list_entry else "",
        "forms": given,
        "wrong": _words(wrong) if not isinstance(wrong, NotAdmitted) else "",
        "may_decide": row.state == Open and _decides(me),
        "own": me.actor.person == row.applicant,
        "may_withdraw": row.state == Open and me.post is By.CASE_OFFICER and _organ_of(me) == row.organ,
        "done": request.GET.get("done", ""),
    }
    return render(request, "law/application.html", context, status=status)


def _today(row: EntryApplication) -> Sequence[Objection]:
    """今天按规则看。 What stands against an application today: the law may have moved since it was made."""
    today = city_day(timezone.now())
    begins = max(row.valid_from or today, today)
    found = with_clauses(proposal=proposal_of(row), day=begins)
    return objections(found, ground_of(proposal=found, day=begins, applicant=None))


def _rests(row: EntryApplication) -> list[dict[str, Any]]:
    named = {str(clause.ref): clause for clause in cited(refs=[one["ref"] for one in row.bindings])}
    return [{**one, "clause": named.get(one["ref"])} for one in row.bindings]


def _named(rests: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {one["ref"]: shown.clause_words(one["clause"]) for one in rests if one["clause"]}


def _clause(ref: str) -> CitedClause | None:
    return next(iter(cited(refs=[ref])), None) if ref else None


# ---- Taking off ------------------------------------------------------------------------------------------------------


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, kind: str) -> HttpResponse:
    """移出清单。 Taking an entry off its list; `code` says which."""
    listing, me = shown.LISTING_OF[kind], who(request)
    if not me.signed_in:
        return _sign_in_first(request)
    code = request.POST.get("code", request.GET.get("code", ""))
    day = city_day(timezone.now())
    row = lists.entry_at(kind=listing.value, code=code, day=day)
    if row is None or not shown.listed_on(row, day):
        raise Http404(code)
    form, wrong, status = EndForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.end_entry(
                actor=me.actor, at=timezone.now(), listing=listing.value, code=code, **form.cleaned_data
            )
        except InvalidInput as fault:
            form.add_error(
                fault.field if fault.field in form.fields else None, said((fault.reason, fault.reason_en))
            )
        except (Refused, Conflict) as fault:
            wrong, status = _words(fault), _status(fault)
        else:
            return HttpResponseRedirect(entry_url(row), status=303)
    elif request.method != "POST" and not _decides(me):
        wrong, status = _("只有牵头机构的负责人能把事项移出清单。"), 403
    if form.errors:
        status = 400
    context = {"row": row, "kind": kind, "list_name": shown.listing_word(listing), "form": form, "wrong": wrong,
               "entry_url": entry_url(row), "may": _decides(me)}  # fmt: skip
    return render(request, "law/end.html", context, status=status)


# ---- What these share ------------------------------------------------------------------------------------------------


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('sign_in')}?{back}", status=303)


def _not_yours(request: HttpRequest) -> HttpResponse:
    return render(request, "law/not_yours.html", status=403)


def _organ_of(me: Who) -> str:
    return me.standing.organ if me.standing else ""


def _decides(me: Who) -> bool:
    return me.post is By.LEAD_OFFICER and _organ_of(me) == city().lead_body


def _concerned(me: Who, row: EntryApplication) -> bool:
    return me.standing is not None and (_decides(me) or _organ_of(me) == row.organ)


def _organ(code: str) -> str:
    organ = organs_by_code(city().revision).get(code)
    return code if organ is None else said((organ.name, organ.name_en))


def _status(wrong: Exception) -> int:
    return {Conflict: 409, InvalidInput: 400}.get(type(wrong), 403)


def _words(wrong: Exception | None) -> str:
    """一句说明，带着条文。 What was raised, in the page's language, with the clause where one is named."""
    if not isinstance(wrong, Refused | Conflict | InvalidInput):
        return ""
    return said((wrong.reason, wrong.reason_en))


DECISIONS: Final[Mapping[str, type[Form]]] = {
    "admit_entry": DecideForm,
    "refuse_application": RefuseForm,
    "withdraw_application": DecideForm,
}
RUN: Final[Mapping[str, Callable[..., Any]]] = {
    "admit_entry": operations.admit_entry,
    "refuse_application": operations.refuse_application,
    "withdraw_application": operations.withdraw_application,
}
_OPEN: Final = "|".join(shown.SLUGS[one] for one in OPEN_LISTS)
urlpatterns = [
    path("lists/applications/", applications, name="applications"),
    path("lists/applications/<int:number>/", application, name="application"),
    re_path(rf"^lists/(?P<kind>{_OPEN})/apply/$", apply, name="list_apply"),
    re_path(rf"^lists/(?P<kind>{_OPEN})/end/$", end, name="list_end"),
]
