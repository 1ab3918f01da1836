"""目录的页面：目录、一个目录项、一次更新。 Pages of the catalogue: the list, one item, one revision."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tongxin.acts.terms import who
from tongxin.exchange.models import CatalogueRevision
from tongxin.exchange.operations.catalogue import holder_of, proposed_of
from tongxin.exchange.queries import applications, catalogue
from tongxin.exchange.queries.catalogue import Item, Taken
from tongxin.exchange.terms import SHARING_LABELS, Sharing, TermKind
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.data_shown import DataGround
from tongxin.exchange.views.offers import Side, offered, on_item, on_revision
from tongxin.law.queries.lists import duty_of
from tongxin.law.rules.natures import Listing, facts_of
from tongxin.organs.queries import organs_by_function

_TONES: Final = {
    Sharing.UNCONDITIONAL: (shown.TICK, "good"),
    Sharing.CONDITIONAL: (shown.HALF, ""),
    Sharing.NONE: (shown.CROSS, "over"),
}
FACTS: Final = facts_of(Listing.DATA)


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """目录：按词、类别、提供单位找。 The catalogue, by words, class and provider. Eight statements, however many items."""
    ground, me = DataGround.now(), who(request)
    words, sharing, holder = (
        request.GET.get(name, "").replace("\x00", "")[:60] for name in ("q", "class", "by")
    )
    sharing = sharing if sharing in set(Sharing) else ""
    taken = catalogue.times_taken()
    rows = [
        _row(item, ground, taken)
        for item in catalogue.items_on(day=ground.day, words=words, sharing=sharing, holder=holder)
    ]
    context = {
        "rows": rows,
        "filters": _filters(ground, words, sharing, holder),
        "staff": me.standing is not None,
        "asked": bool(words or sharing or holder),
    }
    return render(request, "exchange/catalogue.html", context)


def _row(item: Item, ground: DataGround, taken: Any) -> dict[str, Any]:
    return {
        "entry": item.entry,
        "url": shown.subject_url(item.ref),
        "sharing": sharing_tag(item.sharing),
        "active": item.active,
        "organ": provider_word(item, ground),
        "personal": item.entry.facts.get("personal") == "yes",
        "fields": len(item.fields),
        "frequency": item.entry.facts.get("frequency", ""),
        "answer": taken.get((item.ref, TermKind.ANSWER.value)),
    }


def sharing_tag(sharing: Sharing) -> dict[str, Any]:
    """共享属性标。 The class of an item as word and shape."""
    return shown.tag(SHARING_LABELS[sharing], *_TONES[sharing])


def provider_word(item: Item, ground: DataGround) -> str:
    """提供单位。 The name of an item's provider: of its source, else the city's organ of its holder."""
    if item.source is not None:
        return ground.organ(item.source.organ)
    found = organs_by_function(ground.city.revision).get(
        (item.entry.holder.partition("@")[0], ground.city.root)
    )
    return shown.said(found.name, found.name_en) if found else item.entry.holder


def _filters(ground: DataGround, words: str, sharing: str, holder: str) -> dict[str, Any]:
    def url(**change: str) -> str:
        given = {"q": words, "class": sharing, "by": holder} | change
        return "?" + urlencode({name: value for name, value in given.items() if value})

    by_function = organs_by_function(ground.city.revision)
    holders = [
        {
            "label": _holder(by_function, ground, one),
            "url": url(by="" if one == holder else one),
            "current": one == holder,
        }
        for one in catalogue.holders_on(day=ground.day)
    ]
    classes = [
        {
            "label": SHARING_LABELS[one],
            "url": url(**{"class": "" if one == sharing else one.value}),
            "current": one == sharing,
        }
        for one in Sharing
    ]
    hidden = [{"name": name, "value": value} for name, value in (("class", sharing), ("by", holder)) if value]
    return {
        "groups": [
            {"label": gettext("共享属性"), "choices": classes},
            {"label": gettext("提供单位"), "choices": holders},
        ],
        "search": {"name": "q", "value": words, "label": gettext("名称或者数据项"), "hidden": hidden},
        "clear_url": "?" if words or sharing or holder else "",
    }


def _holder(by_function: Any, ground: DataGround, function: str) -> str:
    found = by_function.get((function.partition("@")[0], ground.city.root))
    return shown.said(found.name, found.name_en) if found else function


# ---- One item --------------------------------------------------------------------------------------------------------


@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """一个目录项。 One item: class, provider, fields, conditions, clauses in force, quality, rhythm, times. Seventeen statements at most."""
    ground, me = DataGround.now(), who(request)
    found = catalogue.item_shown(code=code, day=ground.day) if "\x00" not in code else None
    if found is None or "sharing" not in found.entry.facts:
        raise Http404(code)
    provider = holder_of(found)
    side = Side.of(me, user="", provider=provider, authority=ground.authority)
    waiting = next(
        (r for r in catalogue.revisions_of(item=found.ref) if r.state == CatalogueRevision.State.PROPOSED),
        None,
    )
    duty = duty_of(entry=found.entry)
    steps = applications.steps_of(subject=found.ref)
    asked = bool(steps) and steps[0].verb == "ask_extension"
    verbs = on_item(
        side, sharing=found.sharing, connected=found.source is not None and found.active,
        personal=found.personal(), revising=waiting is not None, clock=duty is not None and duty.extended_at is None,
        asked=asked,
    )  # fmt: skip
    held = catalogue.clauses_held(item=found, day=ground.day)
    context = {
        "item": found,
        "sharing": sharing_tag(found.sharing),
        "organ": ground.organ(provider),
        "facts": fact_lines(found.entry.facts),
        "held": [{"one": one, **_clause(one.clause)} for one in held],
        "assessment": catalogue.assessment_of(subject=found.ref) if found.personal() else None,
        "waiting": waiting,
        "waiting_url": shown.subject_url(waiting.ref) if waiting and side.concerned else "",
        "duty": duty,
        "duty_over": duty is not None and ground.at > duty.due_at,
        "duty_clause": shown.clause_links([duty.clause, duty.extension_clause]) if duty else {},
        "quality": _quality(found.ref),
        "times": _times(catalogue.times_taken(item=found.ref), found.ref),
        "actions": offered(side, found.ref, verbs) if me.standing else [],
        "steps": shown.steps_shown(steps, ground),
        "signed_in": me.signed_in,
    }
    return render(request, "exchange/catalogue_item.html", context)


def _clause(clause: Any) -> dict[str, str]:
    name = (
        f"{clause.title_en}{clause.number_en}" if shown.in_english() else f"《{clause.title}》{clause.number}"
    )
    return {"label": name, "url": clause.url}


def fact_lines(facts: Any) -> list[dict[str, Any]]:
    """目录要素。 What an item states, as the list asks it (条例 art. 13): label and lines; clauses as links."""
    rows = []
    for fact in FACTS:
        value = facts.get(fact.name)
        if not value or fact.name in {"sharing", "personal"}:
            continue
        if fact.name == "not_shared_under":
            rows.append({"label": shown.said(*fact.words), "clauses": shown.clause_lines([str(value)])})
        else:
            rows.append({"label": shown.said(*fact.words), "lines": str(value).splitlines()})
    return rows


def _quality(ref: str) -> dict[str, int]:
    found = catalogue.quality_of(item=ref)
    return {
        "all": sum(found.values()),
        **{name: found.get(name, 0) for name in ("open", "corrected", "right")},
    }


def _times(taken: Any, ref: str) -> list[dict[str, Any]]:
    labels = ((TermKind.ANSWER, gettext("答复")), (TermKind.DELIVER, gettext("提供")))
    none = Taken(0.0, 0)
    rows = [(label, taken.get((ref, kind.value), none)) for kind, label in labels]
    return [
        {"label": label, "median": round(one.median, 1), "count": one.count}
        for label, one in rows
        if one.count
    ]


# ---- One revision ----------------------------------------------------------------------------------------------------


@require_safe
def revision(request: HttpRequest, number: int) -> HttpResponse:
    """一次目录更新：现在的和拟改的对照。 One revision: what is beside what would be; for its organ and the authority. Twelve statements at most."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    row = catalogue.revision(number=number)
    if row is None:
        raise Http404(str(number))
    side = Side.of(me, user="", provider=row.organ, authority=ground.authority)
    if not side.concerned:
        return shown.not_yours(request, ground, [row.organ])
    found = catalogue.item_on(ref=row.item, day=ground.day)
    proposed = proposed_of(row)
    context = {
        "row": row,
        "item": found,
        "item_url": shown.subject_url(row.item),
        "organ": ground.organ(row.organ),
        "changes": _changes(found, proposed.facts) if found else [],
        "fields": proposed.fields,
        "rests": shown.clause_lines([ref for ref, _words in proposed.rests]) if proposed.rests else [],
        "terms": shown.terms_shown(catalogue.terms_of(subject=row.ref), ground),
        "actions": offered(side, row.ref, on_revision(row, side)),
        "own": side.person == row.proposed_by,
        "basis": shown.basis_of("publish_revision", ground),
    }
    return render(request, "exchange/catalogue_revision.html", context)


def _changes(found: Item, facts: Any) -> list[dict[str, str]]:
    words = {fact.name: shown.said(*fact.words) for fact in FACTS}
    choices = {fact.name: {value: shown.said(zh, en) for value, zh, en in fact.choices} for fact in FACTS}

    def word(name: str, value: str) -> str:
        return choices.get(name, {}).get(value, value)

    return [
        {
            "label": words.get(name, name),
            "was": word(name, str(found.entry.facts.get(name, ""))),
            "now": word(name, value),
        }
        for name, value in facts.items()
    ]


urlpatterns = [
    path("data/", items, name="data"),
    path("data/items/<str:code>/", item, name="data_item"),
    path("data/revisions/<int:number>/", revision, name="data_revision"),
]
