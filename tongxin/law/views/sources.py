"""日期依据的话。 What a text's dates rest on, said in the language of the page.

A pack says it in a few fixed English phrases. What is none of them was written by a person, in whatever language, and stays.
"""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy

_DAY: Final = r"(?P<day>\d{4}-\d{2}-\d{2})"
_KNOWN: Final = "general knowledge; verify"
_PHRASES: Final[tuple[tuple[re.Pattern[str], Any], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"closing article of the text", gettext_lazy("文本最后一条")),
        (rf"amending decision \({_KNOWN}\)", gettext_lazy("修改决定（凭一般了解，须核对）")),
        (
            rf"amending decision \({_KNOWN}\): the closing article keeps the original date {_DAY}",
            gettext_lazy("修改决定（凭一般了解，须核对）；最后一条写的仍是原来的施行日期 %(day)s"),
        ),
        (
            rf"{_KNOWN} \(no text held\)\. End: 生态环境法典 art\. 1242",
            gettext_lazy("凭一般了解，须核对（没有收录文本）；失效见生态环境法典第一千二百四十二条"),
        ),
        (r"UNKNOWN: no date in text", gettext_lazy("没有查明：文本里没有日期")),
        (
            rf"UNKNOWN: text carries only the original date {_DAY}",
            gettext_lazy("没有查明：文本里只有原来的施行日期 %(day)s"),
        ),
        (
            rf"UNKNOWN: no date in the file name; same text as the {_DAY} version; version_date is the date of adoption",
            gettext_lazy("没有查明：来源文件名没有日期；文字与 %(day)s 的版本相同；版本日期用的是通过日期"),
        ),
    )
)


def date_source_words(text: str) -> str:
    """日期依据，按页面的语言。 The basis of a date in the page's language; a phrase that is not a fixed one stays as written."""
    for pattern, words in _PHRASES:
        found = pattern.fullmatch(text)
        if found is not None:
            return str(words) % found.groupdict()
    return text
