"""发布与采集的页面共用的文字。 What the pages of releases and of collecting share: words, basis, refusals."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext

from tongxin.acts.registry import REGISTRY, open_book
from tongxin.acts.terms import BY_LABELS, By, Refused, Standing
from tongxin.law import queries as law
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.organs.queries import organs_by_code
from tongxin.places.queries import city


def said(chinese: str, english: str) -> str:
    """按语言取一句。 The one of two sentences that is in the page's language."""
    return english if (get_language() or "").startswith("en") and english else chinese


def organ_name(code: str) -> str:
    """机构的叫法。 What an organ is called; its code where it is gone."""
    found = organs_by_code(city().revision).get(code)
    return said(found.name, found.name_en) if found else code


def verb_title(verb: str) -> str:
    """行为的叫法。 What an act is called."""
    return said(REGISTRY[verb].title, REGISTRY[verb].title_en)


def basis_of(verb: str, at: datetime) -> dict[str, Any]:
    """依据框。 Context of components/basis_box.html: the clauses of a power now, or why there are none."""
    try:
        basis = open_book().basis(entries=(f"power:{verb}",), at=at)
    except Refused as refused:
        return {"clauses": [], "missing": said(refused.reason, refused.reason_en)}
    return {"clauses": law.cited(refs=[clause.ref for clause in basis.clauses])}


def clause_links(refs: str) -> list[dict[str, str]]:
    """条款的链接。 Links to clauses, with what they are called."""
    return [
        {
            "url": one.url,
            "label": said(
                f"《{one.title}》{clause_label(one.ref.clause)}",
                f"{one.title_en}, {clause_label_en(one.ref.clause)}",
            ),
        }
        for one in law.cited(refs=refs.split())
    ]


def refusal_of(refused: Refused, verb: str) -> dict[str, Any]:
    """没办成的说明。 Context of components/refusal.html: what is missing, who could act, what to do instead."""
    words = [word for word in refused.who_could.split("、") if word and word != By.PLATFORM.value]
    return {
        "title": gettext("没有办成：%(act)s") % {"act": verb_title(verb)},
        "missing": said(refused.reason, refused.reason_en),
        "clause": next(iter(clause_links(refused.clause)), None),
        "who_can": [str(BY_LABELS[By(word)]) if word in set(By) else organ_name(word) for word in words],
        "instead": [{"label": said(refused.instead, refused.instead_en)}] if refused.instead else [],
    }


def may(verb: str, standing: Standing | None) -> bool:
    """这个岗位能不能做。 Whether a post may do an act at all."""
    return standing is not None and standing.post in REGISTRY[verb].posts


def sign_in_first(back: str) -> HttpResponse:
    """先登录。 To the sign-in page, and back here afterwards."""
    return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': back})}", status=303)
