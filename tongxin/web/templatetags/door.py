"""门口的标签：把闸门的拒绝说成人话。 Tags of the door: a refusal of the gate, said in words."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongxin.acts.terms import BY_LABELS, By
from tongxin.law.queries import clause_url
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.web.notices import organ_name
from tongxin.web.templatetags.tongxin import in_english

register = template.Library()


@register.inclusion_tag("components/refusal.html")
def refused(reason: str, clause: str = "", who_could: str = "", instead: str = "") -> dict[str, Any]:
    """一次拒绝。 A refusal from what the gate said: a clause reference, posts or organs separated by 、."""
    return {"refusal": {
        "title": _("没有办成"), "missing": reason, "clause": _clause(clause),
        "who_can": [_who(word) for word in who_could.split("、") if word],
        "instead": [{"label": instead}] if instead else [],
    }}  # fmt: skip


def _clause(text: str) -> dict[str, str] | None:
    try:
        ref = ClauseRef.parse(text)
    except BadClauseRefError:
        return None
    label = clause_label_en(ref.clause) if in_english() else clause_label(ref.clause)
    return {"label": label, "url": clause_url(ref)}


def _who(word: str) -> str:
    return str(BY_LABELS[By(word)]) if word in {by.value for by in By} else organ_name(word)


@register.simple_tag
def clause_said(key: str) -> str:
    """条款的叫法。 What a clause key is called, in the reader's language."""
    return clause_label_en(key) if in_english() else clause_label(key)


@register.simple_tag
def clause_link(titles: Mapping[str, tuple[str, str]], text: str) -> SafeString:
    """条款的链接。 A link to a clause by its reference: title (of `titles`, by key: zh, en) and number; what is no
    reference stays as it is.
    """
    try:
        ref = ClauseRef.parse(text)
    except BadClauseRefError:
        return format_html("{}", text)
    title = titles.get(ref.key, ("", ""))
    said = (
        (title[1] or title[0], clause_label_en(ref.clause))
        if in_english()
        else (title[0], clause_label(ref.clause))
    )
    return format_html('<a href="{}">{} {}</a>', clause_url(ref), *said)
