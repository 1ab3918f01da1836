"""法律规则：纯函数。文本读成条款树，期限按日历计算。

The rules of `law`: pure functions. Texts become trees of clauses; limits are counted on a calendar.
"""

from tongxin.law.rules.calendar_days import build_calendar, is_working_day
from tongxin.law.rules.numerals import chinese_number, chinese_numeral
from tongxin.law.rules.text import ParsedText, comparable, parse_instrument, text_hash
from tongxin.law.rules.working_time import add, due, elapsed, remaining, resume

__all__ = [
    "ParsedText",
    "add",
    "build_calendar",
    "chinese_number",
    "chinese_numeral",
    "comparable",
    "due",
    "elapsed",
    "is_working_day",
    "parse_instrument",
    "remaining",
    "resume",
    "text_hash",
]
