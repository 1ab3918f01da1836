"""更新目录项的表单。 The form in which a catalogue item is revised: its facts, fields and clauses as they are, to be changed."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.forms.questions import Choices, Fields, area, choice, line
from tongxin.exchange.queries.catalogue import Item
from tongxin.exchange.terms import NewField, Revision

Given = Mapping[str, Any]


def revise_fields() -> Fields:
    """更新一项问什么。 What is asked to revise an item."""
    sharing: Choices = [
        ("unconditional", _("无条件共享")),
        ("conditional", _("有条件共享")),
        ("none", _("不予共享")),
    ]
    return {
        "sharing": choice(_("共享属性"), sharing, _("不予共享要有法律、行政法规或者国务院决定；本市的规定不行。")),
        "scope": area(_("共享范围"), _("有条件共享的要写。"), required=False, rows=2),
        "use": area(_("使用用途"), _("有条件共享的要写。"), required=False, rows=2),
        "why_not": area(_("不予共享的理由"), _("不予共享的要写。"), required=False, rows=2),
        "not_shared_under": line(_("不予共享的依据条款"), _("下面所列条款里的一条。"), required=False),
        "items": area(_("数据项"), _("一行一项。"), rows=4),
        "frequency": line(_("更新频率")),
        "format": line(_("数据格式")),
        "grade": line(_("分类分级")),
        "way": line(_("共享方式")),
        "secrecy": line(_("保密风险评估：日期和结论")),
        "fields": area(
            _("字段"), _("一行一个：字段名 | 名称 | 英文名称 | personal 或者 sensitive，后两样可以不写。"), rows=8,
            required=False, most=20_000,
        ),
        "rests": area(
            _("依据"), _("一行一条：条款 | 条文里指明持有者的原字；不写原字的只作参考。"), rows=4, most=4_000
        ),
        "reason": area(_("为什么更新")),
    }  # fmt: skip


FACTS: Final = (
    "sharing", "scope", "use", "why_not", "not_shared_under", "items", "frequency", "format", "grade", "way", "secrecy",
)  # fmt: skip


def revision_of(given: Given, about: Item) -> Revision:
    """拟改的内容。 What was typed, as a revision: what is as it was is left out. Raises InvalidInput for a line that is no field or clause."""
    typed = {name: given[name].replace("\r\n", "\n").strip() for name in FACTS}
    was = about.entry.facts
    facts = {name: value for name, value in typed.items() if value != str(was.get(name, ""))}
    fields = tuple(_field(one) for one in given["fields"].splitlines() if one.strip())
    rests = tuple(_rest(one) for one in given["rests"].splitlines() if one.strip())
    return Revision(facts=facts, fields=fields if about.source else None, rests=rests)


def _field(text: str) -> NewField:
    parts = [part.strip() for part in text.split("|")]
    if not 2 <= len(parts) <= 4:
        raise InvalidInput("fields", f"写成 字段名 | 名称：{text[:60]}", f"write name | label: {text[:60]}")
    name, label, english, mark = (*parts, "", "")[:4]
    if mark not in {"", "personal", "sensitive"}:
        raise InvalidInput(
            "fields", f"只能写 personal 或者 sensitive：{mark[:30]}", f"personal or sensitive: {mark[:30]}"
        )
    return NewField(
        name=name, label=label, label_en=english, personal=bool(mark), sensitive=mark == "sensitive"
    )


def _rest(text: str) -> tuple[str, str]:
    ref, _bar, words = (part.strip() for part in text.partition("|"))
    return ref, words


def fields_text(item: Item) -> str:
    """字段的写法。 The fields of an item as the form has them."""
    marks = {(True, True): "sensitive", (True, False): "personal"}
    return "\n".join(
        " | ".join((f.name, f.label, f.label_en, marks.get((f.personal, f.sensitive), ""))).rstrip(" |")
        for f in item.fields
    )
