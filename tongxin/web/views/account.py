"""登录与退出。 Signing in and out: password, passkey, second step, office. Signing in and ending a session are acts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tongxin.acts.terms import InvalidInput, Refused
from tongxin.identity.queries import account_matching, held_means, own_account
from tongxin.identity.rules import may_enter
from tongxin.identity.terms import CodeShown, KeyShown, Means, OutsideShown, PasswordShown, Shown, SignedIn
from tongxin.organs.models import Holding
from tongxin.organs.queries import held_offices
from tongxin.places.queries import city_day
from tongxin.web.account_forms import CodeForm
from tongxin.web.account_shown import providers_offered
from tongxin.web.ceremony import key_shown, key_to_enter, options_to_enter, options_to_show
from tongxin.web.entering import allowed, end_here, enter, from_halfway, halfway, wanted_address
from tongxin.web.forms import OfficeForm, SignInForm


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录：登录名与口令；有几个职务的先选一个。 Sign in; who holds several offices chooses one. At most sixteen statements."""
    if "choosing" in request.POST:
        return _choose(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login, password = form.cleaned_data["login"], form.cleaned_data["password"]
        if not allowed(request, login):
            form.add_error(None, _("试得太多了。请过一分钟再试。"))
            return _ask(request, form, 429)
        known = account_matching(login=login, password=password)
        if known is not None:
            return known_now(request, known, [PasswordShown()])
        form.add_error(None, _("登录名或者口令不对。"))
    return _ask(request, form, 400 if form.is_bound else 200)


def _ask(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "next": wanted_address(request),
        "with_demo": settings.DEMO,
        "providers": providers_offered(),
        "english": _("zh") == "en",
    }
    return render(request, "sign_in.html", context, status=status)


@never_cache
@require_POST
def sign_in_key(request: HttpRequest) -> HttpResponse:
    """用通行密钥登录：先要问题，再交回答。 Sign in with a passkey: first the challenge, as JSON, then its answer.

    Tries are not counted: nobody guesses a signature, and a count by address would shut out whoever shares it.
    """
    if "credential" not in request.POST:
        return JsonResponse(options_to_enter(request))
    try:
        account, shown = key_to_enter(request, request.POST["credential"])
        return known_now(request, SignedIn(login=account.login, person=account.person_id), [shown])
    except InvalidInput:
        return _refused(request, _("密钥没有对上，请再试一次。"), 400)


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    form = SignInForm({"login": "", "password": ""})
    form.errors.clear()
    form.add_error(None, reason)
    return _ask(request, form, status)


def known_now(request: HttpRequest, known: SignedIn, shown: list[Shown]) -> HttpResponse:
    """知道是谁了：还要不要第二步，用哪个职务。 It is known who it is: a second step, an office, or in."""
    held = held_means(login=known.login)
    if not may_enter(shown=_means(shown), held=held):
        return _second(request, halfway(known, shown), held, CodeForm(), 200)
    offices = list(held_offices(person=known.person, day=city_day(timezone.now())))
    if len(offices) > 1:
        return _offer(request, OfficeForm(_offices(offices)), halfway(known, shown), 200)
    try:
        return enter(request, known, offices[0].office.code if offices else "", shown=shown)
    except Refused as refused:
        return _refused(request, refused.reason_en if _("zh") == "en" else refused.reason, 403)


def _means(shown: list[Shown]) -> set[Means]:
    """够不够的初步判断，真正的核对在行为里。 A first judgement; what counts is compared within the act."""
    of: dict[type, Means] = {
        PasswordShown: Means.PASSWORD,
        CodeShown: Means.TOTP,
        OutsideShown: Means.OIDC,
    }
    by_key = Means.PASSKEY if len(shown) == 1 else Means.SECURITY_KEY
    return {by_key if isinstance(one, KeyShown) else of[type(one)] for one in shown}


@never_cache
@require_POST
@sensitive_post_parameters("code")
def sign_in_second(request: HttpRequest) -> HttpResponse:
    """第二步：动态码、备用码或者密钥。 The second step: a code of the app, a recovery code, or a key."""
    ticket = request.POST.get("ticket", "")
    found = from_halfway(ticket)
    account = own_account(login=found[0].login) if found else None
    if found is None or account is None:
        return _refused(request, _("等得太久了，请再登录一次。"), 400)
    known, shown = found
    if "options" in request.POST:
        return JsonResponse(options_to_show(request, account))
    held = held_means(login=known.login)
    form = CodeForm(request.POST)
    if not allowed(request, known.login):
        form.add_error(None, _("试得太多了。请过一分钟再试。"))
        return _second(request, ticket, held, form, 429)
    try:
        if request.POST.get("credential"):
            return known_now(
                request, known, [*shown, key_shown(request, account, request.POST["credential"])]
            )
        if form.is_valid():
            return enter_with_code(request, known, [*shown, CodeShown(code=form.cleaned_data["code"])])
    except (InvalidInput, Refused) as wrong:
        form = CodeForm(request.POST)
        form.errors.clear()
        form.add_error(None, wrong.reason_en if _("zh") == "en" else wrong.reason)
    return _second(request, ticket, held, form, 400)


def enter_with_code(request: HttpRequest, known: SignedIn, shown: list[Shown]) -> HttpResponse:
    """有码的：先选职务。 With a code: the office first where there are several, since a code opens once."""
    offices = list(held_offices(person=known.person, day=city_day(timezone.now())))
    if len(offices) > 1:
        return _offer(request, OfficeForm(_offices(offices)), halfway(known, shown), 200)
    return enter(request, known, offices[0].office.code if offices else "", shown=shown)


def _second(
    request: HttpRequest, ticket: str, held: frozenset[Means], form: CodeForm, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "ticket": ticket,
        "next": wanted_address(request),
        "with_key": bool({Means.PASSKEY, Means.SECURITY_KEY} & held),
        "with_code": bool({Means.TOTP, Means.RECOVERY_CODE} & held),
    }
    return render(request, "account/second.html", context, status=status)


def _choose(request: HttpRequest) -> HttpResponse:
    """选好了职务。 The office was chosen: who it is stands in a ticket signed a moment ago, not in what was posted."""
    ticket = request.POST["choosing"]
    found = from_halfway(ticket)
    if found is None:
        return _refused(request, _("等得太久了，请再登录一次。"), 400)
    known, shown = found
    offices = held_offices(person=known.person, day=city_day(timezone.now()))
    form_of_offices = OfficeForm(_offices(offices), request.POST)
    if not form_of_offices.is_valid():
        return _offer(request, form_of_offices, ticket, 400)
    try:
        return enter(request, known, form_of_offices.cleaned_data["office"], shown=shown)
    except Refused as refused:
        return _refused(request, refused.reason_en if _("zh") == "en" else refused.reason, 403)


def _offer(request: HttpRequest, form: OfficeForm, ticket: str, status: int) -> HttpResponse:
    context = {"form": form, "ticket": ticket, "next": wanted_address(request)}
    return render(request, "choose_office.html", context, status=status)


def _offices(held: object) -> list[tuple[str, str]]:
    english = _("zh") == "en"
    rows: list[Holding] = list(held)  # type: ignore[call-overload]
    return [(row.office.code, _office_words(row, english=english)) for row in rows]


def _office_words(row: Holding, *, english: bool) -> str:
    organ, office = row.office.organ, row.office
    if english:
        return f"{organ.name_en or organ.name}: {office.title_en or office.title}"
    return f"{organ.name} {office.title}"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出。 Sign out: the session ends, here and wherever its cookie was copied to. Seven statements; none for who is not in."""
    end_here(request)
    return HttpResponseRedirect("/")


urlpatterns = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-in/key/", sign_in_key, name="sign_in_key"),
    path("sign-in/second/", sign_in_second, name="sign_in_second"),
    path("sign-out/", sign_out, name="sign_out"),
]
