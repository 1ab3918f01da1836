"""外部登录的提供方。 The outside providers of OpenID Connect, read from the file that TONGXIN_OIDC_PROVIDERS names."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final

NEEDED: Final = ("id", "name", "server_url", "client_id")
ID: Final = re.compile(r"[a-z0-9-]{1,40}")


class BadProvidersError(ValueError):
    """提供方文件不对。 The file of outside providers cannot be used; says which provider and which field."""


def outside_providers() -> list[dict[str, Any]]:
    """读取提供方。 The providers as allauth wants them; none when the variable is not set.

    The file is a JSON list of objects with id, name, name_en, server_url, client_id, secret. It holds secrets: keep it
    readable by the platform's user alone. Raises BadProvidersError.
    """
    path = os.environ.get("TONGXIN_OIDC_PROVIDERS", "")
    if not path:
        return []
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(found, list):
        raise BadProvidersError("the file of outside providers is no list")
    return [_provider(one, place) for place, one in enumerate(found, start=1)]


def _provider(one: Any, place: int) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise BadProvidersError(f"provider {place} is no object")
    for field in NEEDED:
        if not isinstance(one.get(field), str) or not one[field]:
            raise BadProvidersError(f"provider {place}: {field} is missing")
    if not ID.fullmatch(one["id"]):
        raise BadProvidersError(f"provider {place}: id is small letters, digits and hyphens, at most 40")
    near = re.fullmatch(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?", one["server_url"])
    if not one["server_url"].startswith("https://") and not near:
        raise BadProvidersError(f"provider {place}: server_url is not https")
    return {
        "provider_id": one["id"],
        "name": one["name"],
        "client_id": one["client_id"],
        "secret": one.get("secret", ""),
        "settings": {
            "server_url": one["server_url"].rstrip("/"),
            "name_en": one.get("name_en", one["name"]),
            "fetch_userinfo": False,  # whose account it is stands in the signed token; nothing more is wanted
        },
    }
