"""身份的规则。 Rules of identity, pure: identifying numbers and their check characters, keyed digests, seals."""

import hashlib
import hmac
import re
from datetime import date
from typing import Final

from tongxin.acts.terms import InvalidInput
from tongxin.identity.terms import IdentifierKind

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
