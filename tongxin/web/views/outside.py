"""用外部账户登录（OpenID Connect）。 Signing in with an account elsewhere. Other ways always remain: it is voluntary.

国家网络身份认证公共服务管理办法 arts. 4, 6. allauth carries the protocol (state, PKCE, discovery, tokens); whose account it is, and
whether it may enter, is decided by acts of identity.
"""

import logging
from typing import Any, Final

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from jwt import PyJWTError
from requests import RequestException

from tongxin.acts.terms import Actor, InvalidInput, Refused
from tongxin.identity import operations
from tongxin.identity.queries import account_linked
from tongxin.identity.terms import OutsideShown
from tongxin.web.account_shown import provider_name
from tongxin.web.entering import live_of
from tongxin.web.fresh import TO_SEND, ask_again, is_fresh
from tongxin.web.views.account import known_now
from tongxin.web.views.security import said

log = logging.getLogger("tongxin.web")
# What a provider that is away, or lies, makes of it; a token whose algorithm does not fit its key is a TypeError.
BROKEN: Final = (RequestException, OAuth2Error, PyJWTError, KeyError, TypeError, ValueError)


class _Verified(OpenIDConnectOAuth2Adapter):
    """签名总要核对。 The signature of the token is always verified, over whatever connection it came; asymmetric algorithms alone."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return found


@never_cache
@require_POST
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """去外部登录；要关联的，先再次核验。 Go and sign in elsewhere; whoever wants to link it shows once more who they are first."""
    if request.POST.get("process") == "connect":
        asked = ask_again(request)
        if asked is not None:
            return HttpResponseRedirect("/confirm/?next=/account/", status=303)
    answer = _carried(OAuth2LoginView, request, provider_id)
    if answer.status_code != 302:
        return answer
    # A page with a link, not a redirect: a form of this house may lead nowhere else (Content-Security-Policy: form-action).
    context = {"provider": provider_name(provider_id), "url": answer.headers["Location"]}
    return render(request, "account/leaving.html", context)


@never_cache
@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """从外部回来。 Back from elsewhere."""
    return _carried(OAuth2CallbackView, request, provider_id)


def _carried(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(_Verified(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404(provider_id) from error
    except BROKEN as error:
        log.warning("an outside provider could not be used: %s", type(error).__name__)
        context = {"provider": provider_name(provider_id), "reason": _("那边现在连不上，或者回答不对。")}
        return render(request, "account/outside.html", context, status=502)
    return answer


def arrived(request: HttpRequest, *, provider: str, subject: str, process: str, wanted: str) -> HttpResponse:
    """外部说了是谁。 The provider has said who it is: link it to one's own account, or sign in with it, or say that it is linked to none."""
    live = live_of(request)
    if process == "connect" and live is not None:
        # What it was asked for stands in the state, which `leave` only saw a part of: what counts is compared here.
        if not is_fresh(live, at=timezone.now(), within=TO_SEND):
            return HttpResponseRedirect("/confirm/?next=/account/", status=303)
        try:
            operations.link_outside(
                actor=Actor(person=live.person, means=live.means),
                at=timezone.now(),
                login=live.login,
                outside=OutsideShown(provider=provider, subject=subject),
            )
        except (InvalidInput, Refused) as wrong:
            return _not_linked(request, provider, said(wrong))
        return HttpResponseRedirect(reverse("account") + "?done=linked")
    known = account_linked(provider=provider, subject=subject)
    if known is None:
        return _not_linked(
            request,
            provider,
            _("这个外部账户还没有关联到这里的账户。先用别的方式登录，再在“我的账户”里关联。"),
        )
    request.wanted = wanted  # type: ignore[attr-defined]
    return known_now(request, known, [OutsideShown(provider=provider, subject=subject)])


def _not_linked(request: HttpRequest, provider: str, reason: str) -> HttpResponse:
    context = {"provider": provider_name(provider), "reason": reason}
    return render(request, "account/outside.html", context, status=400)


@require_safe
def failed(request: HttpRequest) -> HttpResponse:
    """外部登录没有成。 The sign-in elsewhere was broken off."""
    return render(
        request, "account/outside.html", {"reason": _("在外部登录时取消了。"), "provider": ""}, status=400
    )


urlpatterns = [
    path("sign-in/with/cancelled/", failed, name="socialaccount_login_cancelled"),
    path("sign-in/with/<slug:provider_id>/", leave, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", back, name="openid_connect_callback"),
]
