"""登录与退出。 Signing in and out. Signing in is an act with its own clause; signing out only ends the session."""

import time
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tongxin.acts.terms import Actor
from tongxin.identity.operations import sign_in as sign_in_act
from tongxin.identity.queries import account_matching
from tongxin.identity.terms import SignedIn
from tongxin.organs.models import Holding
from tongxin.organs.queries import held_offices
from tongxin.places.queries import city_day
from tongxin.web.forms import OfficeForm, SignInForm
from tongxin.web.patience import Patience

PATIENCE: Final = Patience(tries=6, seconds=10)
CHOOSING: Final = 300  # seconds in which an office must be chosen
SALT: Final = "tongxin.web.choosing-an-office"


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录：登录名与口令；有几个职务的先选一个。 Sign in; who holds several offices chooses one. At most ten statements."""
    if "choosing" in request.POST:
        return _choose(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login, password = form.cleaned_data["login"], form.cleaned_data["password"]
        address = str(request.META.get("REMOTE_ADDR", ""))
        if not PATIENCE.allows(login=login, address=address, second=time.monotonic()):
            form.add_error(None, _("试得太多了。请过一分钟再试。"))
            return _ask(request, form, 429)
        known = account_matching(login=login, password=password)
        if known is not None:
            PATIENCE.forget(login=login, address=address)
            return _known(request, known)
        form.add_error(None, _("登录名或者口令不对。"))
    return _ask(request, form, 400 if form.is_bound else 200)


def _ask(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {"form": form, "next": _wanted(request), "with_demo": settings.DEMO}
    return render(request, "sign_in.html", context, status=status)


def _known(request: HttpRequest, known: SignedIn) -> HttpResponse:
    held = list(held_offices(person=known.person, day=city_day(timezone.now())))
    if len(held) > 1:
        ticket = signing.dumps([known.login, known.person], salt=SALT)
        return _offer(request, OfficeForm(_offices(held)), ticket, 200)
    return enter(request, known, held[0].office.code if held else "", demo=False)


def _choose(request: HttpRequest) -> HttpResponse:
    """选好了职务。 The office was chosen: who it is stands in a ticket signed a moment ago, not in what was posted."""
    ticket = request.POST["choosing"]
    try:
        login, person = signing.loads(ticket, salt=SALT, max_age=CHOOSING)
    except signing.BadSignature:
        form = SignInForm({"login": "", "password": ""})
        form.add_error(None, _("等得太久了，请再登录一次。"))
        return _ask(request, form, 400)
    form_of_offices = OfficeForm(
        _offices(held_offices(person=person, day=city_day(timezone.now()))), request.POST
    )
    if not form_of_offices.is_valid():
        return _offer(request, form_of_offices, ticket, 400)
    known = SignedIn(login=login, person=person)
    return enter(request, known, form_of_offices.cleaned_data["office"], demo=False)


def _offer(request: HttpRequest, form: OfficeForm, ticket: str, status: int) -> HttpResponse:
    context = {"form": form, "ticket": ticket, "next": _wanted(request)}
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


def enter(request: HttpRequest, known: SignedIn, office: str, *, demo: bool) -> HttpResponse:
    """进门：先有登录这个行为，再换新的会话。 Enter: first the act, then a fresh session; nothing of the old one goes along."""
    sign_in_act(actor=Actor(person=known.person), at=timezone.now(), login=known.login)
    request.session.flush()
    request.session["who"] = {
        "login": known.login,
        "person": known.person,
        "office": f"office:{office}" if office else "",
        "demo": demo,
    }
    rotate_token(request)
    return HttpResponseRedirect(_wanted(request) or ("/desk/" if office else "/my/"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出。 Sign out: the session ends. No statement."""
    request.session.flush()
    return HttpResponseRedirect("/")


def _wanted(request: HttpRequest) -> str:
    """登录后去哪里：只去本站的地址。 Where to go afterwards: only an address of this house."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


urlpatterns = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
]
