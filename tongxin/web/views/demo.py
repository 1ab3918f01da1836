"""演示登录。 The demo's sign-in: only in demo mode, only from this very machine. Otherwise there is no such page."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import BY_LABELS, By
from tongxin.identity.queries import account_of, open_accounts
from tongxin.identity.terms import DemoShown
from tongxin.organs.models import Holding
from tongxin.organs.queries import held_offices, holdings_on
from tongxin.places.queries import city_day
from tongxin.web.entering import enter

LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
PASSED_ON: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
MOST_FOUND: Final = 30
PLACE_BEFORE: Final = re.compile(r"^.{1,4}?(?=[市县区])")
SHORT: Final = re.compile(r"[\u4e00-\u9fff]{2,}")


@never_cache
def demo(request: HttpRequest) -> HttpResponse:
    """演示登录：挑一个虚构的人。 Pick one of the invented people. Three statements; signing in takes about fifteen."""
    if not (settings.DEMO and on_this_machine(request)):
        raise Http404("demo")
    if request.method == "POST":
        known = account_of(login=request.POST.get("login", ""))
        if known is None:
            raise Http404("login")
        held = held_offices(person=known.person, day=city_day(timezone.now())).first()
        return enter(request, known, held.office.code if held else "", shown=[DemoShown()], demo=True)
    words = request.GET.get("q", "").strip()[:60]
    context = {**_people(words), "words": words, "next": request.GET.get("next", "")}
    return render(request, "demo.html", context)


def on_this_machine(request: HttpRequest) -> bool:
    """是不是从本机来。 Whether a request comes from this machine itself, and was not passed on by another program."""
    host = request.get_host()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    try:
        near = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        near = False
    return near and name in LOCAL_NAMES and not any(header in request.META for header in PASSED_ON)


def _people(words: str) -> dict[str, Any]:
    """各岗位各一人，另有居民；有字就找。 One person for each post, and residents; with words, whoever matches them."""
    holding = {row.person: row for row in holdings_on(day=city_day(timezone.now()))}
    accounts = [(account.login, holding.get(account.person_id)) for account in open_accounts()]
    found = [_row(login, held) for login, held in _found(words, accounts)]
    return {
        "roles": [_row(login, held) for login, held in _one_of_each(accounts)],
        "found": found[:MOST_FOUND],
        "more": max(len(found) - MOST_FOUND, 0),
    }


def _found(
    words: str, accounts: Sequence[tuple[str, Holding | None]]
) -> Sequence[tuple[str, Holding | None]]:
    """找到的人。 Whom the words name; where nobody's organ is written so, those whose organ is called so for short."""
    if not words:
        return []
    exact = [one for one in accounts if _matches(words, *one, short=False)]
    exact.sort(key=lambda one: one[0] != words)  # a sign-in name written out in full comes first
    return exact or [one for one in accounts if _matches(words, *one, short=True)]


def _matches(words: str, login: str, held: Holding | None, *, short: bool) -> bool:
    organ = held.office.organ if held else None
    text = (
        f"{login} {organ.name} {organ.name_en} {held.office.title} {organ.code}" if held and organ else login
    )
    return all(
        word in text.lower() or (short and organ is not None and _is_short(word, organ.name))
        for word in words.lower().split()
    )


def _is_short(word: str, name: str) -> bool:
    """是不是简称。 Whether a word may be the short name of an organ: organs store full names only, and 人大 is made of characters of
    人民代表大会 in their order. The place in front counts only for a word that begins with it, or 城管 would mean every 管理局 of 滨城区.
    """
    if not SHORT.fullmatch(word):
        return False
    whole = name if word[0] == name[:1] else PLACE_BEFORE.sub("", name)
    left = iter(whole)
    return all(character in left for character in word)


def _one_of_each(accounts: Iterable[tuple[str, Holding | None]]) -> list[tuple[str, Holding | None]]:
    """每个岗位挑登录名最短的一个。 For each post the shortest login: the pack gives its chosen people short ones."""
    ranked: Sequence[tuple[str, Holding | None]] = sorted(accounts, key=lambda a: (len(a[0]), a[0]))
    residents = [a for a in ranked if a[1] is None][:2]
    chosen = [next((a for a in ranked if a[1] and a[1].office.post == post.value), None) for post in By]
    return [*residents, *(a for a in chosen if a is not None)]


def _row(login: str, held: Holding | None) -> dict[str, Any]:
    english = _("zh") == "en"
    post = By(held.office.post) if held else By.PERSON
    own = {"sign_in": "", "close_case": _("撤回")} if post is By.PERSON else {}
    acts = [own.get(d.verb, d.title_en if english else d.title) for d in REGISTRY.values() if post in d.by]
    organ = held.office.organ if held else None
    return {
        "login": login, "post": BY_LABELS[post] if held else _("居民"), "can": [act for act in acts if act],
        "organ": (organ.name_en or organ.name if english else organ.name) if organ else "",
    }  # fmt: skip


urlpatterns = [path("demo/", demo, name="demo")]
