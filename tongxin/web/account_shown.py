"""我的账户怎么显示。 What the page of one's own account shows."""

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import qrcode
from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathImage

from tongxin.acts.terms import who
from tongxin.identity.models import Account, Session
from tongxin.identity.queries import clients, means_of_row, open_sessions, recoveries_of, sealed_means
from tongxin.identity.rules import parted
from tongxin.identity.terms import MEANS_LABELS, RECOVERY_LABELS, LiveSession, Means, RecoveryState
from tongxin.web.account_forms import KeyForm

DONE: Final = {
    "added": gettext_lazy("已添加。"),
    "password": gettext_lazy("口令已改，别处都已退出。"),
    "end": gettext_lazy("会话已结束。"),
    "remove": gettext_lazy("已去掉。"),
    "linked": gettext_lazy("外部账户已关联。"),
    "unlink": gettext_lazy("已取消关联。"),
    "withdraw": gettext_lazy("同意已撤回。"),
    "cancel": gettext_lazy("找回申请已取消。"),
}
PLACES: Final = {"local": gettext_lazy("本机"), "private": gettext_lazy("内部网络"), "": gettext_lazy("不明")}


def account_page(
    request: HttpRequest,
    live: LiveSession,
    account: Account,
    *,
    key_form: KeyForm | None = None,
    wrong: str = "",
) -> dict[str, Any]:
    """这一页的内容。 The contents of the page."""
    host = request.get_host()
    return {
        "login": account.login, "means": [_means(row) for row in sealed_means(account)],
        "with_password": account.has_usable_password(), "key_form": key_form or KeyForm(),
        "sessions": [_session(row, live) for row in _sessions(live)],
        "links": [{"number": row.pk, "name": provider_name(row.provider), "at": row.linked_at} for row in account.links.all()],
        "providers": providers_offered(), "english": _("zh") == "en",
        "consents": _consents(account), "official": who(request).standing is not None, "demo_session": live.demo, "wrong": wrong,
        "recoveries": [
            {"number": row.pk, "at": row.asked_at, "state": RECOVERY_LABELS[RecoveryState(row.state)]}
            for row in recoveries_of(login=account.login)
        ],
        "done": DONE.get(request.GET.get("done", ""), ""),
        "elsewhere": f"http://localhost:{host.rpartition(':')[2]}/account/" if host.startswith("127.0.0.1:") else "",
    }  # fmt: skip


def _sessions(live: LiveSession) -> list[Session]:
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return open_sessions(login=live.login, since=since)


def means_words(word: str) -> str:
    """方式的叫法。 Means in the reader's words."""
    return "、".join(str(MEANS_LABELS[one]) for one in Means if one in parted(word))


def _session(row: Session, live: LiveSession) -> dict[str, Any]:
    return {
        "key": row.key, "here": row.key == live.key, "device": row.device or _("不明"), "at": row.begun_at,
        "place": PLACES.get(row.place, row.place), "means": means_words(row.means),
    }  # fmt: skip


def _means(row: Any) -> dict[str, Any]:
    means = means_of_row(row)
    left = len(RecoveryCodes(row).get_unused_codes()) if means is Means.RECOVERY_CODE else None
    return {
        "number": row.pk, "label": MEANS_LABELS[means], "name": row.data.get("name", ""), "left": left,
        "added": row.created_at, "used": row.last_used_at,
    }  # fmt: skip


def providers_offered() -> list[dict[str, Any]]:
    """提供外部登录的。 The outside providers that the settings name."""
    configured: Any = settings.SOCIALACCOUNT_PROVIDERS
    return list(configured["openid_connect"]["APPS"])


def provider_name(provider: str) -> str:
    """提供方的名称。 The name of an outside provider in the reader's language."""
    for one in providers_offered():
        if one["provider_id"] == provider:
            return str(one["settings"]["name_en"] if _("zh") == "en" else one["name"])
    return provider


def _consents(account: Account) -> list[dict[str, Any]]:
    rows = list(account.consents.all())
    names: dict[str, str] = {row.pk: row.name for row in clients()} if rows else {}
    return [
        {"number": row.pk, "name": names.get(row.client, row.client), "with_name": "profile" in row.scopes.split(), "at": row.given_at}
        for row in rows
    ]  # fmt: skip


def totp_picture(account: Account, secret: str) -> str:
    """二维码，作图片地址。 The picture an app reads, as the address of an image: nothing inline in the page."""
    made = qrcode.make(get_adapter().build_totp_url(account, secret), image_factory=SvgPathImage, border=2)
    out = BytesIO()
    made.save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
