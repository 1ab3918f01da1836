"""自己开户，找回账户。 Opening an account of one's own, and getting one back with a second person."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.acts.terms import ANONYMOUS, Conflict, InvalidInput, Refused
from tongxin.identity import operations
from tongxin.identity.models import Recovery
from tongxin.identity.queries import recovery_of
from tongxin.identity.terms import RECOVERY_LABELS, NewPerson, PasswordShown, RecoveryState, SignedIn
from tongxin.web.account_forms import OpenAccountForm, PasswordForm, RecoverForm
from tongxin.web.entering import allowed, enter
from tongxin.web.views.security import said

NEW: str = "a new account"  # accounts opened are counted by address
ASKING: str = "a recovery"


@never_cache
@sensitive_post_parameters("password", "name")
def open_own(request: HttpRequest) -> HttpResponse:
    """居民自己开户，开好就进来。 A resident opens an account and is in. At most twenty statements."""
    form = OpenAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if allowed(request, NEW):
            return _opened(request, form)
        form.add_error(None, _("试得太多了。请过一分钟再试。"))
    return render(request, "account/open.html", {"form": form}, status=400 if form.errors else 200)


def _opened(request: HttpRequest, form: OpenAccountForm) -> HttpResponse:
    given = form.cleaned_data
    person = NewPerson(
        ref=f"person:r-{secrets.token_hex(10)}",
        name=given["name"],
        login=f"{given['wish']}-{secrets.randbelow(900_000) + 100_000}",
        password=make_password(given["password"]),
        language="en" if get_language() == "en" else "zh-hans",
    )
    try:
        operations.open_own_account(actor=ANONYMOUS, at=timezone.now(), person=person)
    except (InvalidInput, Conflict) as wrong:
        form.add_error(None, wrong.reason_en if _("zh") == "en" else wrong.reason)
        return render(request, "account/open.html", {"form": form}, status=400)
    enter(request, SignedIn(login=person.login, person=person.ref), "", shown=[PasswordShown()])
    return HttpResponseRedirect(reverse("account") + "?new=1", status=303)


# ---- Getting an account back ----------------------------------------------------------------------------------------


@never_cache
def recover(request: HttpRequest) -> HttpResponse:
    """申请找回：得到一个私密地址。 Ask to get an account back; the answer is a private address, alike for names that nobody has."""
    form = RecoverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if allowed(request, ASKING):
            token = secrets.token_urlsafe(32)
            try:
                number = operations.request_recovery(
                    actor=ANONYMOUS, at=timezone.now(), login=form.cleaned_data["login"], token=token
                )
                return render(request, "account/recover_asked.html", {"number": number, "token": token})
            except (InvalidInput, Refused) as wrong:
                form.add_error(None, said(wrong))
        else:
            form.add_error(None, _("试得太多了。请过一分钟再试。"))
    return render(request, "account/recover.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
def recovering(request: HttpRequest, token: str) -> HttpResponse:
    """找回到哪一步；期满设新口令。 How far it is; after the wait a new password is set. At most twelve statements."""
    row = recovery_of(token=token)
    if row is None:
        raise Http404("recovery")
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = make_password(form.cleaned_data["password"])
        try:
            login = operations.complete_recovery(
                actor=ANONYMOUS, at=timezone.now(), token=token, password=made
            )
        except Refused as wrong:
            form.add_error(None, said(wrong))
        else:
            return render(request, "account/recovered.html", {"login": login})
    context = {
        "form": form, "row": row, "state": RECOVERY_LABELS[RecoveryState(row.state)], "token": token,
        "ready": _is_ready(row, timezone.now()),
    }  # fmt: skip
    return render(request, "account/recovering.html", context, status=400 if form.errors else 200)


def _is_ready(row: Recovery, at: datetime) -> bool:
    approved = row.state == RecoveryState.APPROVED and row.usable_from and row.usable_to
    return bool(approved and row.usable_from <= at < row.usable_to)  # type: ignore[operator]


urlpatterns = [
    path("sign-in/new/", open_own, name="open_own_account"),
    path("sign-in/recover/", recover, name="recover"),
    path("sign-in/recover/<str:token>/", recovering, name="recovering"),
]
