"""目录的规则：哪些可以改，字段怎样才算一个字段。 Rules of the catalogue: what a revision may change, what a field is."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tongxin.exchange.terms import NewField

# The facts an organ may revise; whether personal, when approved and when reviewed follow by themselves (art. 13).
REVISABLE: Final = frozenset(
    {"items", "format", "frequency", "grade", "way", "sharing", "scope", "use", "why_not", "not_shared_under", "secrecy"}
)  # fmt: skip
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_FIELDS: Final = 200
Words = tuple[str, str]


def field_faults(fields: Sequence[NewField], *, key: str) -> Iterator[Words]:
    """字段哪里不对。 What is wrong with a list of fields: names are plain and once each, words are there, the key stays, sensitive is personal."""
    names = [field.name for field in fields]
    if not fields or len(fields) > MOST_FIELDS:
        yield f"要有字段，不超过 {MOST_FIELDS} 个", f"at least one field and no more than {MOST_FIELDS}"
    if len(set(names)) < len(names):
        yield "字段名不能重复", "a field's name stands once"
    if key and key not in names:
        yield f"主键字段“{key}”不能去掉", f"the key {key} cannot be taken away"
    for field in fields:
        if not NAME.fullmatch(field.name):
            yield (
                "字段名只用小写字母、数字和下划线",
                "a field's name: lower-case letters, digits, underscores",
            )
        if not field.label.strip() or len(field.label) > 80 or len(field.label_en) > 120:
            yield "每个字段要有名称，不超过 80 字", "every field has a label of at most 80 characters"
        if field.sensitive and not field.personal:
            yield "敏感个人信息首先是个人信息", "sensitive personal information is personal information"
