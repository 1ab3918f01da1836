"""中文数字与阿拉伯数字互换。

Chinese numerals as statutes number their clauses, both ways, 1 to 9999.
"""

from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_STEPS: Final = ((1000, "千"), (100, "百"), (10, "十"))
_VALUE: Final = {sign: value for value, sign in enumerate(_DIGITS)} | {"〇": 0}
_STEP: Final = {sign: step for step, sign in _STEPS}
GREATEST: Final = 9999


def chinese_numeral(number: int) -> str:
    """写成中文数字：1242 为「一千二百四十二」。

    The way statutes write `number` (1..9999); ten to nineteen begin with 十. Raises ValueError outside.
    """
    if not 1 <= number <= GREATEST:
        raise ValueError(f"超出一至九千九百九十九 / outside 1..{GREATEST}: {number}")
    written, rest, gap = "", number, False
    for step, sign in (*_STEPS, (1, "")):
        digit, rest = divmod(rest, step)
        if digit:
            written += ("零" if gap else "") + _DIGITS[digit] + sign
        gap = bool(written) and not digit
    return written.removeprefix("一") if 10 <= number <= 19 else written


def chinese_number(text: str) -> int:
    """读中文数字：「一千二百四十二」为 1242；也读阿拉伯数字。

    Read a numeral of 1..9999, Chinese (〇 and 一十 allowed) or Arabic of any width. Raises ValueError for
    anything else, also for numerals that are not written in full (一百一).
    """
    number = int(text) if text.isdecimal() else _sum(text)
    if not 1 <= number <= GREATEST:
        raise ValueError(f"不是条款数字 / not a clause numeral: {text!r}")
    if not text.isdecimal() and chinese_numeral(number) != _plain(text):
        raise ValueError(f"数字写法不完整 / numeral not written in full: {text!r}")
    return number


def _plain(text: str) -> str:
    text = text.replace("〇", "零")
    return text.removeprefix("一") if text.startswith("一十") else text


def _sum(text: str) -> int:
    total, digit = 0, None
    for sign in text:
        if sign in _STEP:
            total, digit = total + (1 if digit is None else digit) * _STEP[sign], None
        elif sign in _VALUE:
            digit = _VALUE[sign]
        else:
            raise ValueError(f"不是中文数字 / not a Chinese numeral: {text!r}")
    return total + (digit or 0)
