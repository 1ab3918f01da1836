"""审签之前。 Before a sign-off: who it is was shown a short while ago, by the strongest means they have."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
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
CLOCKS_APART: Final = timedelta(seconds=30)  # two servers' clocks at most; more is no moment of ours


def is_fresh(live: LiveSession, *, at: datetime, within: timedelta) -> bool:
    """是不是刚核验过。 Whether who it is was shown within this time by the strongest means held. Two statements; none in a demo session.

    A demo session counts as fresh: its people are invented and have nothing to show; the page says that it is a demo.
    """
    if live.demo:
        return True
    if (
        not -CLOCKS_APART <= at - live.fresh_at <= within
    ):  # shown in the future: the clock was wrong then, or is now
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


class AskAgain:
    """审签之前先核验。 Before a view that is marked as one of a sign-off (`acts.terms.sign_off`), who it is is shown once more.

    Two statements on such a page, none on any other; the session itself is known already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """放行。 Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _given: Sequence[Any], named: Mapping[str, Any]
    ) -> HttpResponse | None:
        """看页面有没有标记。 See whether the view is marked."""
        verbs = getattr(view, "sign_offs", None)
        if verbs is None or (verbs and named.get("verb") not in verbs):
            return None
        return ask_again(request)
