"""审签之前。 Before a sign-off: who it is was shown a short while ago, by the strongest means they have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from tongxin.acts.terms import who
from tongxin.identity.queries import held_means
from tongxin.identity.rules import is_as_strong, parted
from tongxin.identity.terms import LiveSession
from tongxin.web.entering import live_of

TO_OPEN: Final = timedelta(minutes=5)  # a form of a sign-off opens when who it is was shown within these
TO_SEND: Final = timedelta(minutes=20)  # and may be sent within these, so that what was written is not lost
View = Callable[..., HttpResponse]


def is_fresh(live: LiveSession, *, at: datetime, within: timedelta) -> bool:
    """是不是刚核验过。 Whether who it is was shown within this time by the strongest means held. Two statements; none in a demo session.

    A demo session counts as fresh: its people are invented and have nothing to show; the page says that it is a demo.
    """
    if live.demo:
        return True
    if at - live.fresh_at > within:
        return False
    return is_as_strong(shown=parted(live.means), held=held_means(login=live.login))


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """要不要再核验一次。 Where to show once more who one is; None when that was done, or nobody is signed in (the view says so)."""
    live = live_of(request)
    if live is None or who(request).login != live.login:
        return None
    within = TO_SEND if request.method == "POST" else TO_OPEN
    if is_fresh(live, at=timezone.now(), within=within):
        return None
    return HttpResponseRedirect("/confirm/?" + urlencode({"next": request.get_full_path()}), status=303)


def fresh(view: View) -> View:
    """审签的页面。 For a view of a sign-off: shows once more who it is first, where that was too long ago or by too little.

    It is an authentication and no electronic signature (电子签名法 arts. 13, 16); the act's entry keeps the means.
    """

    @wraps(view)
    def asked(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        return ask_again(request) or view(request, *given, **named)

    return asked
