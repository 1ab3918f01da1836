"""身份窗口与代理。 The desk that registers numbers, organisations and guardians and decides recoveries; and one's own representations."""

from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Who, who
from tongxin.identity import operations
from tongxin.identity.models import Recovery
from tongxin.identity.queries import (
    account_of,
    name_of,
    open_accounts,
    person_of,
    persons_of,
    recoveries_waiting,
    refs_of,
    representations_of,
    represented_by,
)
from tongxin.identity.terms import (
    POWERS_LABELS,
    REPRESENTATION_LABELS,
    IdentifierKind,
    NewRepresentation,
    Powers,
    RepresentationKind,
)
from tongxin.organs.queries import held_offices, organs_of
from tongxin.places.queries import city_day
from tongxin.web.account_forms import (
    AuthoriseForm,
    ConfirmRepresentativeForm,
    DecideRecoveryForm,
    RegisterIdentifierForm,
    RegisterOrganisationForm,
    WithdrawIdentifierForm,
)
from tongxin.web.fresh import ask_again

Wrong = InvalidInput | Refused | Conflict
DESKS: Final = frozenset({By.HOTLINE_CLERK, By.LEAD_OFFICER})
MOST_WAITING: Final = 500
FORMS: Final[dict[str, Any]] = {
    "number": RegisterIdentifierForm,
    "withdrawal": WithdrawIdentifierForm,
    "organisation": RegisterOrganisationForm,
    "representative": ConfirmRepresentativeForm,
}


def _said(wrong: Wrong) -> str:
    return wrong.reason_en if _("zh") == "en" else wrong.reason


def _to_door(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('sign_in')}?next={request.path}", status=303)


def _today() -> date:
    return city_day(timezone.now())


def _not_here() -> Refused:
    return Refused("wrong_post", "这一页归受理窗口的工作人员", "this page is for the officials of a desk")


# ---- The desk -------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """身份窗口。 The desk of identity: what it does, and which recoveries wait. At most seven statements."""
    me = who(request)
    if not me.signed_in:
        return _to_door(request)
    if me.standing is None:
        raise _not_here()
    context = {"waiting": _to_decide(me), "done": request.GET.get("done", "")}
    return render(request, "account/desk.html", context)


def _to_decide(me: Who) -> list[Recovery]:
    """归我核实的。 What is for this official to decide: of residents for a desk, of officials for their colleagues."""
    # Names nobody has are asked for alike and never approved: listed, they would push out those that wait.
    known = open_accounts().order_by().values("login")
    rows = list(recoveries_waiting().filter(login__in=known)[:MOST_WAITING])
    persons = persons_of(logins=[row.login for row in rows])
    organs = organs_of(persons=set(persons.values()), day=_today())
    return [row for row in rows if _is_for(me, organs.get(persons.get(row.login, ""), frozenset()))]


def _is_for(me: Who, organs: frozenset[str]) -> bool:
    standing = me.standing
    return standing is not None and (standing.organ in organs if organs else standing.post in DESKS)


@never_cache
@sensitive_post_parameters()
def register(request: HttpRequest, what: str) -> HttpResponse:
    """登记号码、单位，确认代理。 Register a number or an organisation, confirm a representative. At most eighteen statements."""
    me = who(request)
    if what not in FORMS:
        raise Http404(what)
    if not me.signed_in:
        return _to_door(request)
    if me.post not in DESKS:
        raise _not_here()
    asked = ask_again(request)
    if asked is not None:
        return asked
    form = FORMS[what](request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            {
                "number": _number,
                "withdrawal": _withdrawal,
                "organisation": _organisation,
                "representative": _representative,
            }[what](me.actor, form.cleaned_data)
            return HttpResponseRedirect(reverse("identity_desk") + f"?done={what}", status=303)
        except (InvalidInput, Conflict) as wrong:
            form.add_error(None, _said(wrong))
    context = {"form": form, "what": what}
    return render(request, "account/register.html", context, status=400 if form.errors else 200)


def _number(actor: Actor, told: dict[str, Any]) -> None:
    known = account_of(login=told["login"])
    if known is None:
        raise InvalidInput("login", "没有这个登录名", "there is no such sign-in name")
    operations.register_identifier(
        actor=actor, at=timezone.now(), person=known.person, kind=told["kind"], value=told["value"],
        evidence=told["evidence"],
    )  # fmt: skip


def _withdrawal(actor: Actor, told: dict[str, Any]) -> None:
    operations.withdraw_identifier(
        actor=actor, at=timezone.now(), kind=told["kind"], value=told["value"], evidence=told["evidence"]
    )


def _organisation(actor: Actor, told: dict[str, Any]) -> None:
    operations.register_organisation(
        actor=actor, at=timezone.now(), name=told["name"], code=told["code"], evidence=told["evidence"]
    )


def _representative(actor: Actor, told: dict[str, Any]) -> None:
    kind = RepresentationKind(told["kind"])
    of_person = (
        IdentifierKind.CREDIT_CODE if kind is RepresentationKind.ORGANISATION else IdentifierKind.RESIDENT_ID
    )
    new = NewRepresentation(
        representative=person_of(kind=IdentifierKind.RESIDENT_ID, value=told["representative_id"]),
        representative_name=told["representative_name"],
        person=person_of(kind=of_person, value=told["person_id"]),
        kind=kind,
        powers=Powers.ACT,
        matters=told["matters"],
        evidence=told["evidence"],
        valid_from=_today(),
        valid_to=told["valid_to"],
    )
    operations.confirm_representative(actor=actor, at=timezone.now(), new=new)


@never_cache
def recovery(request: HttpRequest, number: int) -> HttpResponse:
    """核实一项找回申请。 Decide one request to get an account back. At most sixteen statements."""
    me = who(request)
    if not me.signed_in:
        return _to_door(request)
    row = recoveries_waiting().filter(pk=number).first()
    if row is None:
        raise Http404("recovery")
    known = account_of(login=row.login)
    offices = list(held_offices(person=known.person, day=_today())) if known else []
    if not _is_for(me, frozenset(one.office.organ.code for one in offices)):
        raise _not_here()
    asked = ask_again(request)
    if asked is not None:
        return asked
    form = DecideRecoveryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.decide_recovery(
                actor=me.actor, at=timezone.now(), number=number, organs=[one.office.organ.code for one in offices],
                approved=form.cleaned_data["approved"] == "yes", evidence=form.cleaned_data["evidence"],
            )  # fmt: skip
            return HttpResponseRedirect(reverse("identity_desk") + "?done=recovery", status=303)
        except (InvalidInput, Conflict) as wrong:
            form.add_error(None, _said(wrong))
    context = {"form": form, "row": row, "official": bool(offices), "known": known is not None}
    return render(request, "account/decide.html", context, status=400 if form.errors else 200)


# ---- One's own representations --------------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters("representative_id")
def representing(request: HttpRequest) -> HttpResponse:
    """谁代理我，我代理谁；委托他人。 Who acts for me and for whom I act; giving authority. At most twenty statements."""
    me = who(request)
    if not me.signed_in:
        return _to_door(request)
    form = AuthoriseForm(_principals(me), request.POST if request.method == "POST" else None)
    if request.method == "POST":
        asked = ask_again(request)
        if asked is not None:
            return asked
        if form.is_valid():
            try:
                _authorise(me, form.cleaned_data)
                return HttpResponseRedirect(reverse("representing") + "?done=begun", status=303)
            except (InvalidInput, Conflict, Refused) as wrong:
                form.add_error(None, _said(wrong))
    context = {"form": form, "rows": _rows(me), "done": request.GET.get("done", "")}
    return render(request, "account/representing.html", context, status=400 if form.errors else 200)


def _principals(me: Who) -> list[tuple[str, Any]]:
    own = represented_by(representative=me.actor.person, day=_today())
    of_mine = [one.person for one in own if one.kind is RepresentationKind.ORGANISATION]
    return [(me.actor.person, _("我本人")), *((ref, name_of(person=ref)) for ref in dict.fromkeys(of_mine))]


def _authorise(me: Who, told: dict[str, Any]) -> None:
    own = told["person"] == me.actor.person
    new = NewRepresentation(
        representative=person_of(kind=IdentifierKind.RESIDENT_ID, value=told["representative_id"]),
        representative_name=told["representative_name"],
        person=told["person"],
        kind=RepresentationKind.AUTHORISED if own else RepresentationKind.ORGANISATION,
        powers=Powers(told["powers"]),
        matters=told["matters"],
        evidence=_("本人在线作出"),
        valid_from=_today(),
        valid_to=told["valid_to"],
    )
    own_right = Actor(person=me.actor.person, means=me.actor.means)
    operations.authorise_representative(actor=own_right, at=timezone.now(), new=new, day=_today())


def _rows(me: Who) -> list[dict[str, Any]]:
    mine, today = refs_of(person=me.actor.person), _today()
    found = []
    for row in representations_of(person=me.actor.person):
        over = bool(row.ended_on) or bool(row.valid_to and row.valid_to <= today)
        found.append({
            "number": row.pk, "acts": row.representative in mine, "name": row.representative_name,
            "person": name_of(person=row.person) if row.representative in mine else "",
            "kind": REPRESENTATION_LABELS[RepresentationKind(row.kind)], "powers": POWERS_LABELS[Powers(row.powers)],
            "matters": row.matters, "from": row.valid_from, "to": row.ended_on or row.valid_to, "over": over,
            "may_end": not over and row.kind != RepresentationKind.GUARDIAN,
        })  # fmt: skip
    return found


@never_cache
@require_POST
def end_representing(request: HttpRequest) -> HttpResponse:
    """终止代理。 End a representation."""
    me = who(request)
    if not me.signed_in:
        return _to_door(request)
    text = request.POST.get("number", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("number", "编号不对", "this is no number")
    own_right = Actor(person=me.actor.person, means=me.actor.means)
    operations.end_representation(actor=own_right, at=timezone.now(), number=int(text), day=_today())
    return HttpResponseRedirect(reverse("representing") + "?done=ended", status=303)


urlpatterns = [
    path("identity/", desk, name="identity_desk"),
    path("identity/register/<slug:what>/", register, name="identity_register"),
    path("identity/recoveries/<int:number>/", recovery, name="identity_recovery"),
    path("account/representing/", representing, name="representing"),
    path("account/representing/end/", end_representing, name="end_representing"),
]
