"""出示的是不是真的。 Whether what was shown holds: against the account's sealed means, within the act's transaction."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings

from tongxin.acts.terms import Refused
from tongxin.identity.models import Account, OutsideLink
from tongxin.identity.queries import means_of_row, means_of_rows, sealed_means
from tongxin.identity.rules import counter_went_back, outside_subject, spent_digest
from tongxin.identity.terms import (
    CodeShown,
    DemoShown,
    KeyShown,
    Means,
    OutsideShown,
    PasswordShown,
    Shown,
)

STEP = 30  # seconds of a TOTP step (RFC 6238)
TOLERATED = (0, -1, 1)  # steps that a clock may be off


@dataclass(slots=True)
class Proven:
    """核对的结果。 What was proven, what the account holds, what is used up by it, and which means changes how."""

    held: frozenset[Means]
    means: set[Means] = field(default_factory=set)
    spent: list[str] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)


def proven(*, account: Account, shown: Sequence[Shown], at: datetime) -> Proven:
    """核对出示的。 What of the shown holds for this account. Raises Refused for whatever does not."""
    rows = sealed_means(account, lock=True)
    found = Proven(held=means_of_rows(account, rows))
    for one in shown:
        match one:
            case PasswordShown():
                _require(account.has_usable_password())
                found.means.add(Means.PASSWORD)
            case KeyShown():
                _key(found, rows, one)
            case CodeShown(code=code):
                _code(found, rows, account, code, at)
            case OutsideShown():
                _outside(found, account, one)
            case DemoShown():
                _require(settings.DEMO)
                found.means.add(Means.DEMO)
    return found


def _require(right: bool) -> None:
    if not right:
        raise _unlike()


def _unlike() -> Refused:
    return Refused("not_shown", "没有对上，请再试一次", "it does not match; try again")


def _key(found: Proven, rows: Sequence[Authenticator], shown: KeyShown) -> None:
    """密钥：封印、可否单独登录、计数器。 A key: sealed, verified by its owner where it is enough alone, a counter that grows."""
    row = next(
        (row for row in rows if (row.pk, row.type) == (shown.number, Authenticator.Type.WEBAUTHN)), None
    )
    if row is None:
        raise _unlike()
    means = means_of_row(row)
    _require(means is not Means.PASSKEY or shown.verified)
    if counter_went_back(kept=int(row.data.get("sign_count", 0)), shown=shown.sign_count):
        raise Refused(
            "counter_back",
            "这把密钥的计数器倒退了，可能有人复制了它；请换一种方式登录并去掉它",
            "the counter of this key went back, somebody may have copied it; sign in otherwise and remove it",
        )
    found.means.add(means)
    found.spent.append(spent_digest("challenge", shown.challenge))
    found.changed[row.pk] = {**row.data, "sign_count": shown.sign_count}


def _code(found: Proven, rows: Sequence[Authenticator], account: Account, code: str, at: datetime) -> None:
    typed = "".join(code.split()).replace("-", "")
    for row in rows:
        if row.type == Authenticator.Type.TOTP:
            step = totp_step(secret=decrypt(row.data["secret"]), code=typed, at=at)
            if step is not None:
                found.means.add(Means.TOTP)
                found.spent.append(spent_digest("totp", account.pk, row.pk, step))
                return
        if row.type == Authenticator.Type.RECOVERY_CODES:
            place = _recovery_place(row, typed)
            if place is not None:
                found.means.add(Means.RECOVERY_CODE)
                found.changed[row.pk] = {**row.data, "used_mask": row.data["used_mask"] | 1 << place}
                return
    _require(right=False)


def totp_step(*, secret: str, code: str, at: datetime) -> int | None:
    """动态码对上哪一步。 The step of a time-based code at a moment, one step early or late tolerated; None where it is none (RFC 6238)."""
    now = int(at.timestamp()) // STEP
    for off in TOLERATED:
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, now + off)).encode(), code.encode()):
            return now + off
    return None


def _recovery_place(row: Authenticator, code: str) -> int | None:
    """备用码在第几个，没有用过的。 The place of an unused recovery code; every one is compared."""
    codes = RecoveryCodes(row).generate_codes()
    right = [place for place, one in enumerate(codes) if hmac.compare_digest(one.encode(), code.encode())]
    return next((place for place in right if not row.data["used_mask"] >> place & 1), None)


def _outside(found: Proven, account: Account, shown: OutsideShown) -> None:
    digest = outside_subject(key=settings.IDENTITY_KEY, provider=shown.provider, subject=shown.subject)
    _require(OutsideLink.objects.filter(account=account, provider=shown.provider, subject=digest).exists())
    found.means.add(Means.OIDC)
