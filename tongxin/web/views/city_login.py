"""本市的统一登录：给别的系统用的 OpenID Connect。 The city's own sign-in for its other systems: authorization code with PKCE, nothing else.

allauth (`allauth.idp.oidc`) carries the protocol; the consent is an act, and the token that follows is made in its transaction.
"""

import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.idp.oidc import views as protocol
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from oauthlib.oauth2.rfc6749 import errors

from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, who
from tongxin.identity import operations
from tongxin.identity.queries import clients
from tongxin.identity.terms import SCOPES
from tongxin.web.account_forms import ClientForm
from tongxin.web.entering import live_of
from tongxin.web.fresh import ask_again
from tongxin.web.middleware import POLICY


@require_safe
def configuration(request: HttpRequest) -> JsonResponse:
    """发现文件。 The discovery document: what is offered, and nothing that is not. No statement."""

    def at(name: str) -> str:
        return request.build_absolute_uri(reverse(f"idp:oidc:{name}"))

    response = JsonResponse({
        "issuer": request.build_absolute_uri("/").rstrip("/"),
        "authorization_endpoint": at("authorization"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "revocation_endpoint": at("revoke"),
        "jwks_uri": at("jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "name"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    })  # fmt: skip
    response["Access-Control-Allow-Origin"] = "*"
    return response


class _Authorization(protocol.AuthorizationView):
    """同意页。 The page of consent. PKCE (S256) is asked of every system, whether it keeps a secret or not."""

    def get(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """问。 Ask."""
        if request.GET.get("code_challenge_method") != "S256" or not request.GET.get("code_challenge"):
            return _broken(request, _("缺少 PKCE（S256）。"))
        answer: HttpResponse = super().get(request, *given, **named)
        return answer

    def _handle_login_prompt(self, request: HttpRequest, prompts: list[str]) -> HttpResponse:
        """要求重新登录的，再核验一次。 Whoever asks for a new sign-in gets one more showing of who it is."""
        left = request.GET.copy()
        left.pop("prompt", None)
        if set(prompts) - {"login"}:
            left["prompt"] = " ".join(one for one in prompts if one != "login")
        there = "/confirm/" if live_of(request) else "/sign-in/"
        return HttpResponseRedirect(there + "?" + urlencode({"next": f"{request.path}?{left.urlencode()}"}))

    def form_valid(self, form: Any) -> HttpResponse:
        """同意。 Consent: the act, and the code, in one transaction."""
        live = live_of(self.request)
        if live is None:
            raise Refused("no_session", "会话已结束，请重新登录", "the session has ended; sign in again")
        scopes = [one for one in form.cleaned_data["scopes"] if one in SCOPES]
        with transaction.atomic():
            operations.consent_client(
                actor=Actor(person=live.person, means=live.means),
                at=timezone.now(),
                login=live.login,
                client=self._request_info["client_id"],
                scopes=scopes,
            )
            answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """这一页的内容。 The contents of the page."""
        told = super().get_context_data(**kwargs)
        return {**told, "with_name": "profile" in self._scopes, "openid": "openid" in self._scopes}

    def render_to_response(self, context: dict[str, Any], **named: Any) -> HttpResponse:
        """这一页。 The page; its form may lead back to the system that asked, and nowhere else."""
        response: HttpResponse = super().render_to_response(context, **named)
        parts = urlsplit(self._request_info["redirect_uri"])
        back = f"form-action 'self' {parts.scheme}://{parts.netloc}"
        response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", back)
        return response


def _broken(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "idp/oidc/error.html", {"reason": reason}, status=400)


@never_cache
@csrf_exempt
def authorization(request: HttpRequest) -> HttpResponse:
    """授权。 The authorization endpoint; its form carries a token of its own against forgery."""
    try:
        answer: HttpResponse = _Authorization.as_view()(request)
    except (InvalidInput, Refused, errors.OAuth2Error):
        return _broken(request, _("请求不对，没有告知任何内容。"))
    return answer


protocols = [
    path(".well-known/openid-configuration", configuration, name="configuration"),
    path(".well-known/jwks.json", protocol.jwks, name="jwks"),
    path("oidc/authorize", authorization, name="authorization"),
    path("oidc/token", protocol.token, name="token"),
    path("oidc/userinfo", protocol.user_info, name="userinfo"),
    path("oidc/revoke", protocol.revoke, name="revoke"),
]


# ---- Which systems may ask ------------------------------------------------------------------------------------------


@never_cache
def systems(request: HttpRequest) -> HttpResponse:
    """使用统一登录的系统。 The systems that use the city's sign-in; a lead officer registers them. At most twelve statements."""
    me = who(request)
    if not me.signed_in:
        return HttpResponseRedirect(f"{reverse('sign_in')}?next={request.path}", status=303)
    form = ClientForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {}
    if request.method == "POST":
        asked = ask_again(request)
        if asked is not None:
            return asked
        if form.is_valid():
            given = _register(me.actor, form)
    listed = [{"number": row.pk, "name": row.name, "addresses": row.get_redirect_uris()} for row in clients()]
    context = {
        "form": form if not given else ClientForm(),
        "systems": listed,
        "given": given,
        "may": me.post is By.LEAD_OFFICER,
    }
    return render(request, "account/systems.html", context, status=400 if form.errors else 200)


def _register(actor: Actor, form: ClientForm) -> dict[str, Any]:
    told = form.cleaned_data
    secret = "" if told["public"] else secrets.token_urlsafe(32)
    addresses = told["address"].split()
    try:
        operations.register_client(
            actor=actor, at=timezone.now(), number=told["number"], name=told["name"], addresses=addresses, secret=secret
        )  # fmt: skip
    except (InvalidInput, Conflict) as wrong:
        form.add_error(None, wrong.reason_en if _("zh") == "en" else wrong.reason)
        return {}
    return {"number": told["number"], "secret": secret}


@never_cache
@require_POST
def end_system(request: HttpRequest) -> HttpResponse:
    """注销系统。 End a system's use."""
    me = who(request)
    if not me.signed_in:
        return HttpResponseRedirect(f"{reverse('sign_in')}?next=/systems/", status=303)
    asked = ask_again(request)
    if asked is not None:
        return HttpResponseRedirect("/confirm/?next=/systems/", status=303)
    operations.end_client(actor=me.actor, at=timezone.now(), number=request.POST.get("number", ""))
    return HttpResponseRedirect(reverse("systems"), status=303)


urlpatterns = [
    path("", include(([path("", include((protocols, "oidc")))], "idp"))),
    path("systems/", systems, name="systems"),
    path("systems/end/", end_system, name="end_system"),
]
