"""我的账户：核验方式、会话、同意。 One's own account: means of signing in, sessions, outside accounts, consents, the step-up."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tongxin.acts.terms import Actor, InvalidInput, Refused
from tongxin.identity import operations
from tongxin.identity.models import Account
from tongxin.identity.queries import account_matching, means_of_rows, sealed_means
from tongxin.identity.rules import is_as_strong
from tongxin.identity.terms import CodeShown, LiveSession, Means, PasswordShown, Shown
from tongxin.web.account_forms import ConfirmForm, KeyForm, PasswordForm, TotpForm
from tongxin.web.account_shown import account_page, totp_picture
from tongxin.web.ceremony import key_shown, new_key, options_to_add, options_to_show
from tongxin.web.entering import allowed, live_of, wanted_address
from tongxin.web.fresh import ask_again

NEW_APP: Final = "tongxin.web.new-totp"
NEW_APP_AGE: Final = 900


def own(request: HttpRequest) -> tuple[LiveSession, Account, Actor] | HttpResponse:
    """谁的账户。 Whose account it is: the session, the account and the person in their own right; or the way to the door."""
    live, account = live_of(request), request.user
    if live is None or not isinstance(getattr(account, "login", None), str):
        return HttpResponseRedirect(f"{reverse('sign_in')}?next={request.path}", status=303)
    own_right = Actor(person=live.person, means=live.means)
    return live, account, own_right  # type: ignore[return-value]


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """我的账户。 One's own account. At most nine statements."""
    found = own(request)
    if isinstance(found, HttpResponse):
        return found
    return render(request, "account/account.html", account_page(request, found[0], found[1]))


def _fresh_own(request: HttpRequest) -> tuple[LiveSession, Account, Actor] | HttpResponse:
    found = own(request)
    return found if isinstance(found, HttpResponse) else ask_again(request) or found


# ---- Showing once more who one is -----------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters("password", "code")
def confirm(request: HttpRequest) -> HttpResponse:
    """再次核验身份。 Show once more who one is, by the strongest means held. At most twelve statements."""
    found = own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    if request.method == "POST" and "options" in request.POST:
        return JsonResponse(options_to_show(request, account))
    held = means_of_rows(account, sealed_means(account))
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wrong = _confirm(request, live, account, actor, held, form)
        if not wrong:
            return HttpResponseRedirect(wanted_address(request) or reverse("account"), status=303)
        form.add_error(None, wrong)
    strongest = Means.PASSKEY in held
    return render(request, "account/confirm.html", {
        "form": form, "next": wanted_address(request), "with_key": bool({Means.PASSKEY, Means.SECURITY_KEY} & held),
        "with_password": Means.PASSWORD in held and not strongest, "with_code": Means.TOTP in held and not strongest,
    }, status=400 if form.errors else 200)  # fmt: skip


def _confirm(
    request: HttpRequest,
    live: LiveSession,
    account: Account,
    actor: Actor,
    held: frozenset[Means],
    form: ConfirmForm,
) -> str:
    """核对并记下；返回错处。 Compare and record; what is wrong, in words, or nothing."""
    if not allowed(request, live.login):
        return _("试得太多了。请过一分钟再试。")
    try:
        shown, means = _shown(request, account, form)
        if not shown or not is_as_strong(shown=means, held=held):
            return _("请用您最强的方式核验：有通行密钥的用通行密钥，有动态码的用动态码。")
        operations.confirm_identity(
            actor=actor, at=timezone.now(), login=live.login, shown=shown, session=live.key
        )
    except (InvalidInput, Refused) as wrong:
        return said(wrong)
    return ""


def _shown(request: HttpRequest, account: Account, form: ConfirmForm) -> tuple[list[Shown], set[Means]]:
    shown: list[Shown] = []
    means: set[Means] = set()
    if request.POST.get("credential"):
        shown.append(key_shown(request, account, request.POST["credential"]))
        row = next(one for one in sealed_means(account) if one.pk == shown[0].number)  # type: ignore[union-attr]
        means.add(Means.PASSKEY if row.data.get("alone") else Means.SECURITY_KEY)
    if form.cleaned_data["password"]:
        if account_matching(login=account.login, password=form.cleaned_data["password"]) is None:
            raise InvalidInput("password", "口令不对", "the password is wrong")
        shown.append(PasswordShown())
        means.add(Means.PASSWORD)
    if form.cleaned_data["code"]:
        shown.append(CodeShown(code=form.cleaned_data["code"]))
        means.add(Means.TOTP)
    return shown, means


def said(wrong: InvalidInput | Refused) -> str:
    """错处，用读者的语言。 What is wrong, in the reader's language."""
    return wrong.reason_en if _("zh") == "en" else wrong.reason


# ---- Means ----------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
def add_key(request: HttpRequest) -> HttpResponse:
    """添加密钥：先要问题，再交密钥。 Add a key: first the challenge, as JSON, then the key."""
    found = _fresh_own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    form = KeyForm(request.POST)
    if "options" in request.POST:
        return JsonResponse(options_to_add(request, account, alone="second" not in request.POST))
    if form.is_valid():
        try:
            key = new_key(
                request, request.POST.get("credential", ""), name=form.cleaned_data["name"],
                alone=not form.cleaned_data["second"],
            )  # fmt: skip
            operations.add_key(actor=actor, at=timezone.now(), login=live.login, key=key)
            return HttpResponseRedirect(reverse("account") + "?done=added", status=303)
        except (InvalidInput, Refused) as wrong:
            form.add_error(None, said(wrong))
    context = account_page(request, live, account, key_form=form)
    return render(request, "account/account.html", context, status=400)


@never_cache
@sensitive_post_parameters("code", "secret")
def add_totp(request: HttpRequest) -> HttpResponse:
    """添加动态码。 Add an authenticator app: the picture and the secret, and one code of it. At most ten statements."""
    found = _fresh_own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    form = TotpForm(request.POST if request.method == "POST" else None)
    try:
        ticket = request.POST.get("secret") or signing.dumps(
            [live.login, generate_totp_secret()], salt=NEW_APP
        )
        login, secret = signing.loads(ticket, salt=NEW_APP, max_age=NEW_APP_AGE)
    except signing.BadSignature:
        return HttpResponseRedirect(reverse("account_totp"), status=303)
    if login != live.login:
        raise Http404("secret")
    if form.is_valid():
        try:
            code = form.cleaned_data["code"]
            operations.add_totp(actor=actor, at=timezone.now(), login=live.login, secret=secret, code=code)
            return HttpResponseRedirect(reverse("account") + "?done=added", status=303)
        except (InvalidInput, Refused) as wrong:
            form.add_error(None, said(wrong))
    return render(request, "account/totp.html", {
        "form": form, "ticket": ticket, "secret": secret, "picture": totp_picture(account, secret),
    }, status=400 if form.errors else 200)  # fmt: skip


@never_cache
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """换一组备用码，只显示这一次。 A new set of recovery codes, shown this once."""
    found = _fresh_own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    try:
        codes = operations.renew_recovery_codes(actor=actor, at=timezone.now(), login=live.login)
    except InvalidInput as wrong:
        context = account_page(request, live, account, wrong=said(wrong))
        return render(request, "account/account.html", context, status=400)
    return render(request, "account/codes.html", {"codes": [f"{one[:4]} {one[4:]}" for one in codes]})


@never_cache
@sensitive_post_parameters("password")
def password(request: HttpRequest) -> HttpResponse:
    """改口令，别处都退出。 Change the password; every other session ends. At most twelve statements."""
    found = _fresh_own(request)
    if isinstance(found, HttpResponse):
        return found
    live, _account, actor = found
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = make_password(form.cleaned_data["password"])
        operations.change_password(
            actor=actor, at=timezone.now(), login=live.login, password=made, keep=live.key
        )
        return HttpResponseRedirect(reverse("account") + "?done=password", status=303)
    return render(request, "account/password.html", {"form": form}, status=400 if form.errors else 200)


# ---- What is done by one button -------------------------------------------------------------------------------------


def _end_one(actor: Actor, live: LiveSession, post: Mapping[str, str]) -> None:
    operations.end_sessions(actor=actor, at=timezone.now(), login=live.login, sessions=[post.get("key", "")])


def _remove(actor: Actor, live: LiveSession, post: Mapping[str, str]) -> None:
    operations.remove_means(actor=actor, at=timezone.now(), login=live.login, number=_number(post))


def _unlink(actor: Actor, live: LiveSession, post: Mapping[str, str]) -> None:
    operations.unlink_outside(actor=actor, at=timezone.now(), login=live.login, number=_number(post))


def _withdraw(actor: Actor, live: LiveSession, post: Mapping[str, str]) -> None:
    operations.withdraw_consent(actor=actor, at=timezone.now(), login=live.login, number=_number(post))


def _cancel(actor: Actor, live: LiveSession, post: Mapping[str, str]) -> None:
    operations.cancel_recovery(actor=actor, at=timezone.now(), login=live.login, number=_number(post))


def _close(actor: Actor, live: LiveSession, _post: Mapping[str, str]) -> None:
    operations.close_account(actor=actor, at=timezone.now(), login=live.login)


def _number(post: Mapping[str, str]) -> int:
    text = post.get("number", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("number", "编号不对", "this is no number")
    return int(text)


# What somebody does to be safe asks for nothing more; what takes a means away does.
SAFE: Final[Mapping[str, Callable[..., None]]] = {"end": _end_one, "cancel": _cancel, "withdraw": _withdraw}
FRESH: Final[Mapping[str, Callable[..., None]]] = {"remove": _remove, "unlink": _unlink, "close": _close}


@never_cache
@require_POST
def do(request: HttpRequest, what: str) -> HttpResponse:
    """一个按钮做的事。 What is done by one button: end a session, cancel a recovery, withdraw a consent; remove a means, close the account."""
    if what not in {**SAFE, **FRESH}:
        raise Http404(what)
    found = own(request) if what in SAFE else _fresh_own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    try:
        {**SAFE, **FRESH}[what](actor, live, request.POST)
    except (InvalidInput, Refused) as wrong:
        context: dict[str, Any] = account_page(request, live, account, wrong=said(wrong))
        return render(request, "account/account.html", context, status=400)
    return HttpResponseRedirect(reverse("account") + f"?done={what}", status=303)


@never_cache
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """别处都退出。 End every session but this one."""
    found = own(request)
    if isinstance(found, HttpResponse):
        return found
    live, account, actor = found
    others = [row.key for row in account.sessions.filter(ended_at=None).exclude(key=live.key)]
    operations.end_sessions(actor=actor, at=timezone.now(), login=live.login, sessions=others)
    return HttpResponseRedirect(reverse("account") + "?done=end", status=303)


urlpatterns = [
    path("account/", account, name="account"),
    path("account/keys/", add_key, name="account_keys"),
    path("account/totp/", add_totp, name="account_totp"),
    path("account/codes/", renew_codes, name="account_codes"),
    path("account/password/", password, name="account_password"),
    path("account/sessions/end-others/", end_others, name="account_end_others"),
    path("account/do/<slug:what>/", do, name="account_do"),
    path("confirm/", confirm, name="confirm"),
]
