"""做一件事的页面。 The form of an act on an item, an application, a grant, a correction, a dispute, a revision: shown with its basis; posted, done."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import Conflict, InvalidInput, Refused, Who, post_words, sign_off, who
from tongxin.exchange.forms.doing import ACTS, About, DoForm, Turn
from tongxin.exchange.forms.revising import FACTS, fields_text, revision_of
from tongxin.exchange.models import Application, CatalogueRevision, Correction, Dispute, Grant
from tongxin.exchange.operations.answering import grounds_of
from tongxin.exchange.operations.catalogue import holder_of
from tongxin.exchange.queries import applications, catalogue, grants
from tongxin.exchange.queries.catalogue import Item
from tongxin.exchange.rules.applying import gaps
from tongxin.exchange.terms import EndGround, Manner
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.data_shown import DataGround
from tongxin.exchange.views.offers import Side, is_enterprise
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.queries.lists import rows_of
from tongxin.law.rules.natures import Listing

Thing = Item | Application | Grant | Correction | Dispute | CatalogueRevision
_WAYS: Final = {"接口": Manner.INTERFACE, "文件": Manner.FILE, "批量": Manner.BATCH}
_ENDS: Final = {
    "user": (EndGround.ACHIEVED,),
    "provider": tuple(EndGround),
    "authority": (EndGround.UNMENDED,),
}
_ABOUT: Final = {
    "data": {"apply_data", "revise_item", "assess_impact", "ask_extension", "grant_extension"},
    "application": {
        "agree_data", "supplement_data", "withdraw_data", "ask_supplement", "consent_data", "refuse_data", "ask_extension",
        "grant_extension", "deliver_data", "assess_impact", "raise_dispute",
    },
    "grant": {
        "suspend_grant", "resume_grant", "terminate_grant", "consent_onward", "record_use", "report_error", "review_use",
        "raise_dispute",
    },
    "revision": {"publish_revision", "return_revision"},
    "correction": {"answer_correction"},
    "dispute": {"refer_dispute", "settle_dispute"},
}  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """一张表单和它的来处。 One form on its way: about what, by whom, and what came of it."""

    verb: str
    subject: str
    thing: Thing
    ground: DataGround
    side: Side
    item: Item | None
    status: int = 200
    missing: tuple[str, ...] = ()
    refusal: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False
    moved: str = ""
    against: tuple[Any, ...] = ()
    form: DoForm | None = None


@sign_off(
    "agree_data", "supplement_data", "consent_data", "refuse_data", "deliver_data", "grant_extension", "publish_revision",
    "return_revision", "suspend_grant", "resume_grant", "terminate_grant", "consent_onward", "settle_dispute",
)  # fmt: skip
@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, verb: str, subject: str) -> HttpResponse:
    """做一件事。 GET: its form with the basis, filled in with what the city knows; POST: it is done. Fifteen statements to show it at most."""
    me = who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    sheet = _sheet(me, verb, subject)
    if not sheet.side.concerned and verb != "apply_data":
        return shown.not_yours(request, sheet.ground, [])
    sheet.form = _form(request, sheet, me)
    if request.method != "POST" and not sheet.side.may(verb):
        sheet.status, sheet.refusal = 403, _wrong_post(sheet)
    if request.method == "POST":
        answer = _post(me, sheet)
        if answer is not None:
            return answer
    return _show(request, sheet)


def _sheet(me: Who, verb: str, subject: str) -> Sheet:
    kind, _colon, number = subject.partition(":")
    if verb not in _ABOUT.get(kind, ()) or "\x00" in subject:
        raise Http404(subject)
    ground = DataGround.now()
    thing = _thing(kind, number, ground)
    if thing is None:
        raise Http404(subject)
    user, provider = _sides(thing)
    side = Side.of(me, user=user, provider=provider, authority=ground.authority)
    item = thing if isinstance(thing, Item) else _item_of(thing, ground)
    sheet = Sheet(verb=verb, subject=subject, thing=thing, ground=ground, side=side, item=item)
    if (
        isinstance(thing, Application)
        and verb in {"ask_supplement", "supplement_data", "consent_data"}
        and item
    ):
        found = gaps(applications.asking_of(row=thing, item=item, day=ground.day))
        sheet.missing = tuple(shown.said(one.reason, one.reason_en) for one in found)
    return sheet


def _thing(kind: str, number: str, ground: DataGround) -> Thing | None:
    if kind == "data":
        return catalogue.item_on(ref=f"data:{number}", day=ground.day)
    if kind == "application":
        return applications.application(number=number)
    if kind == "grant":
        return grants.grant(number=number)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    found = {"revision": catalogue.revision, "correction": grants.correction, "dispute": grants.dispute}
    return found[kind](number=int(number))


def _sides(thing: Thing) -> tuple[str, str]:
    """两边。 The user and the provider of a thing."""
    if isinstance(thing, Item):
        return "", holder_of(thing)
    if isinstance(thing, Dispute):
        return thing.raised_by, thing.against
    if isinstance(thing, CatalogueRevision):
        return "", thing.organ
    return thing.organ, thing.provider


def _item_of(thing: Thing, ground: DataGround) -> Item | None:
    ref = getattr(thing, "item", "")
    return catalogue.item_on(ref=ref, day=ground.day) if ref else None


def _wrong_post(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": gettext("没有办成：%(act)s") % {"act": shown.verb_title(sheet.verb)},
        "missing": gettext("这一步不归您的岗位。"),
        "who_can": post_words(REGISTRY[sheet.verb].posts),
    }


# ---- The form --------------------------------------------------------------------------------------------------------


def _form(request: HttpRequest, sheet: Sheet, me: Who) -> DoForm:
    thing, item = sheet.thing, sheet.item
    names = list(thing.fields) if isinstance(thing, Grant) else None
    shown_fields = [f for f in item.fields if names is None or f.name in names] if item else []
    about = About(
        item=item,
        fields=[(f.name, shown.said(f.label, f.label_en) or f.name) for f in shown_fields],
        grounds=grounds_of(thing, item)
        if sheet.verb == "refuse_data" and isinstance(thing, Application) and item
        else (),
        ends=_ends(sheet),
        enterprise=isinstance(thing, Application) and is_enterprise(thing),
        missing=sheet.missing,
    )
    data = request.POST if request.method == "POST" else None
    initial = _initial(request, sheet, me) if data is None else {}
    return DoForm(ACTS[sheet.verb].fields(about), data, initial=initial)


def _ends(sheet: Sheet) -> list[EndGround]:
    side = sheet.side
    mine = {name for name in ("user", "provider", "authority") if getattr(side, name)}
    allowed = {one for name in mine for one in _ENDS[name]}
    return [one for one in EndGround if one in allowed]


def _initial(request: HttpRequest, sheet: Sheet, me: Who) -> dict[str, Any]:
    """先填好的。 What the city knows already, put in: the item's manner, the clauses of one's own duties, the application it follows."""
    thing, item = sheet.thing, sheet.item
    if sheet.verb == "apply_data" and item:
        return _apply_initial(request, item, me, sheet.ground)
    if sheet.verb == "supplement_data" and isinstance(thing, Application):
        return {"clauses": "\n".join(thing.clauses), "scenario": thing.scenario, "scope": thing.scope}
    if sheet.verb == "revise_item" and item:
        held = catalogue.clauses_held(item=item, day=sheet.ground.day)
        rests = "\n".join(f"{one.clause.ref} | {one.phrase}".rstrip(" |") for one in held)
        facts = {name: item.entry.facts.get(name, "") for name in FACTS}
        return {**facts, "fields": fields_text(item), "rests": rests}
    if sheet.verb == "consent_onward" and isinstance(thing, Grant):
        return {"until": timezone.localtime(thing.until)}
    return {}


def _apply_initial(request: HttpRequest, item: Item, me: Who, ground: DataGround) -> dict[str, Any]:
    again = request.GET.get("again", "").replace("\x00", "")
    under = request.GET.get("under", "").replace("\x00", "")[:300]
    before = grants.grant(number=again) if again else None
    organ = me.standing.organ if me.standing else ""
    year = timezone.localtime(ground.at).replace(microsecond=0) + timedelta(days=365)
    if before is not None and before.organ == organ and before.application is not None:
        old = before.application
        return {
            "fields": [name for name in old.fields if name in item.names], "purpose": old.purpose, "clauses": under,
            "scenario": old.scenario, "scope": old.scope, "manner": old.manner, "until": year, "calls": old.calls,
            "rows": old.rows, "persons": old.persons, "onward": old.onward,
        }  # fmt: skip
    way = str(item.entry.facts.get("way", ""))
    manner = next((manner for word, manner in _WAYS.items() if word in way), Manner.INTERFACE)
    clauses = [under] if under else _own_clauses(organ, item, ground)
    return {
        "clauses": "\n".join(clauses),
        "manner": manner.value,
        "until": year,
        "persons": None if item.personal() else 0,
    }


def _own_clauses(organ: str, item: Item, ground: DataGround) -> list[str]:
    """本单位职责的条款。 The clauses that the city's lists give as the applicant's own duties, where the item's law is among them. Two statements."""
    facts = ground.organs.get(organ)
    if facts is None:
        return []
    laws = {
        str(one.clause.ref).partition("@")[0]
        for one in catalogue.clauses_held(item=item, day=ground.day)
        if one.mandatory
    }
    own = [
        str(one.clause.ref)
        for row, held in rows_of(kind=Listing.DUTY.value, day=ground.day)
        if row.holder == facts.function
        for one in held
        if one.mandatory and one.holds
    ]
    return list(dict.fromkeys(ref for ref in own if ref.partition("@")[0] in laws))


# ---- Posting ---------------------------------------------------------------------------------------------------------


def _post(me: Who, sheet: Sheet) -> HttpResponse | None:
    form = sheet.form
    assert form is not None  # noqa: S101 - made just before
    if not form.is_valid():
        sheet.status = 400
        return None
    try:
        result = _run(me, sheet, form)
    except InvalidInput as wrong:
        sheet.status = 400
        name = wrong.field if wrong.field in form.fields else None
        form.add_error(name, shown.wrong_words(wrong))
    except Conflict as moved:
        sheet.status, sheet.moved = 409, shown.wrong_words(moved)
    except Refused as refused:
        sheet.status, sheet.recorded = 403, True
        sheet.against = refused.objections if isinstance(refused, NotAdmitted) else ()
        sheet.refusal = shown.refusal_of(refused, sheet.verb, sheet.ground)
    else:
        return HttpResponseRedirect(f"{_onward(sheet, result)}?done={sheet.verb}", status=303)
    return None


def _run(me: Who, sheet: Sheet, form: DoForm) -> Any:
    given = dict(form.cleaned_data)
    if sheet.verb == "revise_item" and sheet.item:
        given["revision"] = revision_of(given, sheet.item)
    turn = Turn(actor=me.actor, at=sheet.ground.at, subject=sheet.subject, given=given)
    return ACTS[sheet.verb].run(turn)


def _onward(sheet: Sheet, result: Any) -> str:
    """做完去哪里。 Where to go after it: to what came of it, or back to the thing."""
    made = {
        "apply_data": "application", "deliver_data": "grant", "revise_item": "revision", "report_error": "correction",
        "raise_dispute": "dispute",
    }.get(sheet.verb)  # fmt: skip
    return shown.subject_url(f"{made}:{result}" if made else sheet.subject)


def _show(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    name = sheet.item.entry if sheet.item else None
    context = {
        "act": shown.verb_title(sheet.verb),
        "form": sheet.form,
        "number": sheet.subject.partition(":")[2],
        "item": name,
        "back": shown.subject_url(sheet.subject),
        "basis": shown.basis_of(sheet.verb, sheet.ground),
        "refusal": sheet.refusal,
        "recorded": sheet.recorded,
        "moved": sheet.moved,
        "missing": sheet.missing,
        "asks": sheet.verb == "ask_supplement",
        "against": [{"reason": shown.said(o.reason, o.reason_en), "clause": o.clause} for o in sheet.against],
        "grave": ACTS[sheet.verb].grave,
    }
    return render(request, "exchange/application_do.html", context, status=sheet.status)


urlpatterns = [path("data/do/<str:verb>/<str:subject>/", do, name="data_do")]
