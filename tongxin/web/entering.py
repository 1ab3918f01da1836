"""进门。 Entering: what was shown on the way in, the fresh session, and how its device and place are put into words."""

import ipaddress
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tongxin.acts.terms import Actor, Refused, who
from tongxin.identity.operations import end_sessions
from tongxin.identity.operations import sign_in as sign_in_act
from tongxin.identity.rules import session_key
from tongxin.identity.terms import (
    CodeShown,
    DemoShown,
    KeyShown,
    LiveSession,
    NewSession,
    OutsideShown,
    PasswordShown,
    Shown,
    SignedIn,
)
from tongxin.organs.queries import office_title
from tongxin.web.context import desk_of
from tongxin.web.patience import Patience

log = logging.getLogger("tongxin.web")
HALFWAY: Final = 300  # seconds between the first step and the last
SALT: Final = "tongxin.web.halfway"
DEVICE_COOKIE: Final = f"{settings.COOKIES}_device"
DEVICE_AGE: Final = 400 * 86_400
MOST_LOGINS: Final = 5
PATIENCE: Final = Patience(tries=6, seconds=10)
KINDS: Final[dict[str, Any]] = {
    one.__name__: one for one in (PasswordShown, KeyShown, CodeShown, OutsideShown, DemoShown)
}
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("MicroMessenger", "微信"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def halfway(known: SignedIn, shown: Sequence[Shown]) -> str:
    """半路的票。 A signed ticket for whoever has taken the first step: who it is stands in it, not in what is posted next."""
    packed = [[type(one).__name__, asdict(one)] for one in shown]
    return signing.dumps([known.login, known.person, packed], salt=SALT)


def from_halfway(ticket: str) -> tuple[SignedIn, list[Shown]] | None:
    """从票上读回。 Who holds a ticket and what they have shown; None when it is too old or not ours."""
    try:
        login, person, packed = signing.loads(ticket, salt=SALT, max_age=HALFWAY)
    except signing.BadSignature:
        return None
    return SignedIn(login=login, person=person), [KINDS[name](**given) for name, given in packed]


def enter(
    request: HttpRequest, known: SignedIn, office: str, *, shown: Sequence[Shown], demo: bool = False
) -> HttpResponse:
    """进门：先有登录这个行为，再换新的会话。 Enter: first the act, then a fresh session; nothing of the old one goes along.

    Raises Refused when what was shown is not enough, or was used before.
    """
    wanted, secret = wanted_address(request), secrets.token_urlsafe(32)
    session = NewSession(
        key=session_key(secret),
        device=device_words(request),
        place=coarse_place(address_of(request)),
        demo=demo,
    )
    sign_in_act(
        actor=Actor(person=known.person), at=timezone.now(), login=known.login, shown=shown, session=session
    )
    end_here(request)
    request.session["who"] = {
        "login": known.login,
        "person": known.person,
        "office": f"office:{office}" if office else "",
        "secret": secret,
    }
    rotate_token(request)
    PATIENCE.forget(login=known.login, address=bucket(request, known.login))
    response: HttpResponse = HttpResponseRedirect(wanted or _start(office))
    if wanted.startswith("/oidc/"):
        # From there it may go on to another system, where the answer of a form may not (Content-Security-Policy: form-action).
        response = render(request, "account/leaving.html", {"url": wanted})
    return response if demo else remember_device(request, response, known.login)


def end_here(request: HttpRequest) -> None:
    """结束这里的会话。 End the session of this browser, if it is alive, and forget all the cookie holds.

    The cookie goes in any case: a city founded before has no clause for ending a session, and nobody is to be kept in.
    """
    live = live_of(request)
    try:
        if live is not None:
            end_sessions(
                actor=Actor(person=live.person), at=timezone.now(), login=live.login, sessions=[live.key]
            )
    except Refused as refused:
        log.warning("a session was not ended in the table: %s", refused.code)
    request.session.flush()


def live_of(request: HttpRequest) -> LiveSession | None:
    """本次请求的会话。 The live session of a request, when somebody is signed in."""
    return getattr(request, "live", None) if who(request).signed_in else None


def wanted_address(request: HttpRequest) -> str:
    """登录后去哪里：只去本站的地址。 Where to go afterwards: only an address of this house."""
    wanted: str = request.POST.get("next") or request.GET.get("next") or getattr(request, "wanted", "") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


# ---- From where, and with what --------------------------------------------------------------------------------------


def address_of(request: HttpRequest) -> str:
    """从哪个地址来。 The address a request comes from; behind the house's own proxy what that proxy saw."""
    passed = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return passed.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def coarse_place(address: str) -> str:
    """大致从哪里来。 From where, coarsely: this machine, a private network, or the first half of the address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return "local"
    if found.is_private:
        return "private"
    return ".".join(address.split(".")[:2]) + ".*.*" if found.version == 4 else f"{found.exploded[:9]}:*"


def device_words(request: HttpRequest) -> str:
    """设备的叫法。 Browser and system in words, without versions: nobody is told apart by them."""
    told = request.META.get("HTTP_USER_AGENT", "")
    found = [next((name for sign, name in signs if sign in told), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(word for word in found if word)


def bucket(request: HttpRequest, login: str) -> str:
    """在哪个桶里数。 Where tries are counted: a device that has signed in to this account counts apart from its address.

    So nobody at the same address, or behind the same proxy, uses up the tries of somebody at a device of their own.
    """
    device, logins = _device(request)
    return f"device {device}" if login in logins else subscriber(address_of(request))


def subscriber(address: str) -> str:
    """一户一个。 What one subscriber holds: an IPv4 address, or a network of 64 bits, of which whoever has one has 2**64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def _device(request: HttpRequest) -> tuple[str, list[str]]:
    held = request.get_signed_cookie(DEVICE_COOKIE, default="", salt=SALT, max_age=DEVICE_AGE)
    device, *logins = held.split(" ") if held else [""]
    return device, logins


def remember_device(request: HttpRequest, response: HttpResponse, login: str) -> HttpResponse:
    """认得这台设备。 Let this browser be known to have signed in to an account; nothing is opened by it."""
    device, logins = _device(request)
    kept = [login, *(one for one in logins if one != login)][:MOST_LOGINS]
    response.set_signed_cookie(
        DEVICE_COOKIE,
        " ".join([device or secrets.token_urlsafe(12), *kept]),
        salt=SALT,
        max_age=DEVICE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.BEHIND_PROXY,
    )
    return response


def allowed(request: HttpRequest, login: str) -> bool:
    """还能不能试。 Whether one more try for this sign-in name is allowed here and now; if so, it is used up."""
    return PATIENCE.allows(login=login, address=bucket(request, login), at=timezone.now())


def _start(office: str) -> str:
    held = office_title(code=office) if office else None
    return desk_of(held.post) if held else "/my/"
