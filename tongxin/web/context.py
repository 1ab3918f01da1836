"""每页都要的。 What every page shows: the city, the sections, who is signed in, the newest checkpoint.

A page must still be drawn when no city has been founded, and when the database is away: then with what was known before.
"""

import functools
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.acts.queries import put
from tongxin.acts.terms import BY_LABELS, By, Who, who

PUBLIC: Final = (
    ("/report/", _("报告一件事")),
    ("/overview/", _("办理情况")),
    ("/map/", _("地图")),
    ("/lists/", _("清单")),
    ("/law/", _("法律")),
    ("/lawmaking/", _("正在立的法")),
    ("/data/", _("数据共享")),
    ("/ledger/", _("台账")),
)
STAFF: Final = (("/desk/", _("工作台")), ("/inbox/", _("收件箱")), ("/account/", _("我的账户")))
SHARING: Final = (
    ("/data/applications/", _("共享申请")),
    ("/data/grants/", _("授权")),
    ("/data/calls/", _("调用")),
    ("/inbox/", _("收件箱")),
    ("/account/", _("我的账户")),
)
SHARERS: Final = frozenset({By.DATA_OFFICER, By.DATA_HEAD})
RESIDENT: Final = (
    ("/my/", _("我报告的事")),
    ("/my-data/", _("谁看过我的数据")),
    ("/inbox/", _("收件箱")),
    ("/account/", _("我的账户")),
)
BELOW: Final = {
    "/overview/": ("/overview/", "/hung/"),
}  # pages that belong to a section
NO_RETURN: Final = ("/sign-in/", "/demo/")
HOUSE: Final = "SELECT name, name_en, settings::json, (SELECT max(size) FROM ledger_ledgercheckpoint) FROM places_city LIMIT 1"
_known: dict[str, Any] = {"city": None, "checkpoint": None}


def house(request: HttpRequest) -> dict[str, Any]:
    """页眉页脚的内容。 The contents of head and foot. One statement, on top of those each view names for itself."""
    facts = _facts()
    asker = who(request)
    return {
        "city": facts["city"], "checkpoint": facts["checkpoint"], "demo": settings.DEMO, "version": _version(),
        "nav": _nav(request.path, asker), "person": _person(asker), "sign_in_url": _sign_in_url(request),
    }  # fmt: skip


def _facts() -> Mapping[str, Any]:
    """市与检查点；数据库不在就用先前知道的。 The city and the checkpoint; what was known before when the database is away."""
    if connection.errors_occurred:  # this request has met the trouble already: it does not wait for it twice
        return _known
    try:
        rows = put(HOUSE)
        if not rows:
            return {"city": None, "checkpoint": None}
        *city, size = rows[0]
        _known["city"] = _shown(*city)
        _known["checkpoint"] = {"url": "/ledger/", "size": size} if size else None
    except (DatabaseError, InterfaceError):
        pass
    return _known


def _shown(name: str, name_en: str, said: Mapping[str, Any]) -> dict[str, Any]:
    notices = {key: said.get(key, "") for key in ("synthetic_notice", "synthetic_notice_en")}
    return {"name": name, "name_en": name_en, **notices}


@functools.cache
def _version() -> str:
    try:
        return version("tongxin")
    except PackageNotFoundError:
        return ""


def _nav(here: str, asker: Who) -> list[dict[str, Any]]:
    staff = SHARING if asker.post in SHARERS else STAFF
    own = (staff if asker.standing else RESIDENT) if asker.signed_in else ()
    taken = {
        url for url, _label in own if here.startswith(url)
    }  # the section of one's own goes before the public one above it
    return [
        {
            "url": url,
            "label": label,
            "current": here.startswith(BELOW.get(url, url)) and (url in taken or not taken),
        }
        for url, label in (*own, *PUBLIC)
    ]


def _person(asker: Who) -> dict[str, Any] | None:
    if not asker.signed_in:
        return None
    shown: dict[str, Any] = {"name": asker.login, "url": "/my/", "sign_out_url": "/sign-out/", "office": ""}
    if asker.standing:
        organ, post = asker.standing, BY_LABELS[asker.standing.post]
        shown.update(url=desk_of(organ.post), office=f"{_named(organ)} {post}")
    return shown


def desk_of(post: str) -> str:
    """工作从哪里开始。 Where the work of a post begins: the desk of matters, or the applications to share data."""
    return "/data/applications/" if post in SHARERS else "/desk/"


def _named(standing: Any) -> str:
    return str(standing.organ_name_en if gettext("zh") == "en" else standing.organ_name)


def _sign_in_url(request: HttpRequest) -> str:
    wanted = request.get_full_path()
    plain = request.method != "GET" or wanted == "/" or wanted.startswith(NO_RETURN)
    return "/sign-in/" if plain else "/sign-in/?" + urlencode({"next": wanted})
