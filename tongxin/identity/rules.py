"""身份的规则。 Rules of identity, pure: identifying numbers and their check characters, keyed digests, seals."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from tongxin.acts.terms import InvalidInput
from tongxin.identity.terms import IdentifierKind, Means

ALIAS: Final = "person:x-"
# GB 11643-1999 (ISO 7064 MOD 11-2): weight of the i-th character from the left, and the check characters by remainder.
RESIDENT_WEIGHTS: Final = tuple(pow(2, 17 - i, 11) for i in range(17))
RESIDENT_CHECKS: Final = "10X98765432"
# GB 32100-2015 (ISO 7064 MOD 31): digits and capitals without I, O, S, V, Z.
CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
RESIDENT_SHAPE: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
PHONE_SHAPE: Final = re.compile(r"(?:1[3-9][0-9]{9}|0[0-9]{9,11})")
OLDEST_BIRTH: Final = date(1850, 1, 1)


def resident_check(first: str) -> str:
    """公民身份号码的校验码。 The check character of the first 17 digits, by GB 11643-1999."""
    total = sum(int(digit) * weight for digit, weight in zip(first, RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11]


def resident_id(value: str) -> str:
    """公民身份号码，18 位。 A resident's number as GB 11643-1999 wants it: shape, date of birth, check character.

    Raises InvalidInput, which does not repeat the number.
    """
    number = value.strip().upper()
    if not number.isascii() or not RESIDENT_SHAPE.fullmatch(number):
        raise InvalidInput("resident_id", "公民身份号码应为 18 位", "a resident's number has 18 characters")
    if not _is_day(number[6:14]):
        raise InvalidInput(
            "resident_id", "号码里的出生日期不存在", "the date of birth in the number is no day"
        )
    if resident_check(number[:17]) != number[17]:
        raise InvalidInput("resident_id", "校验码不对，请核对号码", "the check character is wrong")
    return number


def _is_day(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) >= OLDEST_BIRTH
    except ValueError:
        return False


def credit_check(first: str) -> str:
    """统一社会信用代码的校验码。 The check character of the first 17 characters, by GB 32100-2015."""
    total = sum(CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(first, CREDIT_WEIGHTS, strict=True))
    return CREDIT_SIGNS[-total % 31]


def credit_code(value: str) -> str:
    """统一社会信用代码，18 位。 A unified social credit code as GB 32100-2015 wants it. Raises InvalidInput."""
    code = value.strip().upper()
    if len(code) != 18 or any(sign not in CREDIT_SIGNS for sign in code):
        raise InvalidInput(
            "credit_code", "统一社会信用代码应为 18 位数字和大写字母", "a credit code has 18 characters"
        )
    if credit_check(code[:17]) != code[17]:
        raise InvalidInput("credit_code", "校验码不对，请核对代码", "the check character is wrong")
    return code


def phone_number(value: str) -> str:
    """电话号码，去掉空格和 +86。 A telephone number of the mainland without spaces, hyphens and +86. Raises InvalidInput."""
    number = re.sub(r"[\s-]", "", value)
    number = re.sub(r"^(?:\+|00)86", "", number)
    if not number.isascii() or not PHONE_SHAPE.fullmatch(number):
        raise InvalidInput("phone", "电话号码不对", "this is no telephone number")
    return number


NORMAL_FORMS: Final = {
    IdentifierKind.RESIDENT_ID: resident_id,
    IdentifierKind.CREDIT_CODE: credit_code,
    IdentifierKind.PHONE: phone_number,
}


def normal_form(*, kind: str, value: str) -> str:
    """规范写法。 The one way of writing an identifier. Raises InvalidInput for a kind or a value that is none."""
    try:
        known = IdentifierKind(kind)
    except ValueError as error:
        raise InvalidInput("kind", "没有这种标识", "there is no such kind of identifier") from error
    return NORMAL_FORMS[known](value)


def digest_of(*, kind: str, value: str, key: bytes) -> str:
    """带密钥的摘要，64 个十六进制字符。 HMAC-SHA-256 over kind and value in normal form: without the key nobody can try numbers."""
    return hmac.new(key, f"{kind}\x00{value}".encode(), hashlib.sha256).hexdigest()


def alias_of(digest: str) -> str:
    """未登记者的代称。 The stable reference of somebody who is not registered, from the digest of their number."""
    return ALIAS + digest[:32]


def subkey(key: bytes, purpose: str) -> bytes:
    """一把钥匙一个用途。 A key of its own for each purpose, from the instance's one secret."""
    return hmac.new(key, f"tongxin identity: {purpose}".encode(), hashlib.sha256).digest()


# ---- Means of signing in --------------------------------------------------------------------------------------------

SECOND: Final = frozenset({Means.TOTP, Means.SECURITY_KEY, Means.RECOVERY_CODE})
STRENGTH: Final[Mapping[Means, int]] = {
    Means.DEMO: 3,  # the invented people have nothing else; the page says that it is a demo
    Means.PASSKEY: 3,
    Means.SECURITY_KEY: 2,
    Means.TOTP: 2,
    Means.RECOVERY_CODE: 1,
    Means.PASSWORD: 1,
    Means.OIDC: 1,
}


def strength(means: Collection[Means]) -> int:
    """核验有多强：0–3。 How strong a showing was, 0 to 3: that of the strongest means in it."""
    return max((STRENGTH[one] for one in means), default=0)


def may_enter(*, shown: Collection[Means], held: Collection[Means]) -> bool:
    """够不够登录。 Whether what was shown is enough to sign in, for somebody who holds these means.

    A passkey is enough by itself, an outside account too; a password where nothing second is held, otherwise with it.
    """
    if {Means.PASSKEY, Means.OIDC, Means.DEMO} & set(shown):
        return True
    second_held = {Means.TOTP, Means.SECURITY_KEY, Means.PASSKEY} & set(held)
    return Means.PASSWORD in shown and (not second_held or bool(SECOND & set(shown)))


def is_as_strong(*, shown: Collection[Means], held: Collection[Means]) -> bool:
    """是不是用了最强的方式。 Whether what was shown is as strong as the strongest means held, as a sign-off wants it."""
    return strength(shown) >= min(strength(held), max(STRENGTH.values()))


def joined(means: Collection[Means]) -> str:
    """写成一个词。 Means in one word, in a fixed order: `password+totp`."""
    return "+".join(one.value for one in Means if one in means)


def parted(word: str) -> frozenset[Means]:
    """拆开。 The means of one word; what is unknown is left out."""
    known = {one.value for one in Means}
    return frozenset(Means(part) for part in word.split("+") if part in known)


def seal(*, key: bytes, account: int, kind: str, part: Any, alone: bool) -> str:
    """封印。 What binds a means of signing in to its account: without the instance's key nobody can make one in the database."""
    sealed = json.dumps(
        [account, kind, part, alone], sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    return hmac.new(subkey(key, "seal"), sealed.encode(), hashlib.sha256).hexdigest()


def session_key(secret: str) -> str:
    """会话密语的摘要。 The digest of a session's secret: the cookie holds the secret, the table the digest."""
    return hashlib.sha256(f"session {secret}".encode()).hexdigest()


def spent_digest(kind: str, *parts: object) -> str:
    """用过的凭据。 The digest under which a showing that may be used once is remembered."""
    return hashlib.sha256("\x00".join([kind, *map(str, parts)]).encode()).hexdigest()


def counter_went_back(*, kept: int, shown: int) -> bool:
    """计数器倒退。 Whether a key's counter did not grow: then there may be a copy of it (WebAuthn Level 3, 6.1.1)."""
    return (kept > 0 or shown > 0) and shown <= kept


def pairwise_subject(*, key: bytes, client: str, account: int) -> str:
    """对一个系统的标识。 The subject of an account for one system, 43 characters: no two systems can compare theirs (OIDC Core 8.1)."""
    made = hmac.new(subkey(key, "subject"), f"{client}\x00{account}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def outside_subject(*, key: bytes, provider: str, subject: str) -> str:
    """外部账户的摘要。 The keyed digest of a subject at an outside provider."""
    return hmac.new(subkey(key, "outside"), f"{provider}\x00{subject}".encode(), hashlib.sha256).hexdigest()
