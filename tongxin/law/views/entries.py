"""各清单的页面：总览、一张清单、一项、变动、下载。 Public pages of the lists: all of them, one, an entry, changes, downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.acts.terms import By, who
from tongxin.law.forms.listing import said
from tongxin.law.models import ListChange, ListEntry
from tongxin.law.queries import CitedClause, cited, lists
from tongxin.law.queries.lists import Held
from tongxin.law.rules.cells import csv_text
from tongxin.law.rules.natures import PARTS, Listing, facts_of
from tongxin.law.views import shown
from tongxin.organs.queries import organs_by_function
from tongxin.places.queries import city, city_day

MOST: Final = 50
COLUMNS: Final = (
    "list", "code", "name", "name_en", "category", "category_en", "holder", "nature", "temporary", "valid_from",
    "valid_to", "active", "why_idle", "clauses",
)  # fmt: skip
STATES: Final = {"": None, "active": True, "idle": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """筛选。 What a reader asks of a list: state, holder, part, words."""

    basis: str = ""
    holder: str = ""
    part: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """从地址里读。 Read from the address; unknown states count as none."""
        given = {name: request.GET.get(name, "").strip()[:60] for name in ("basis", "holder", "part", "q")}
        return cls(**{**given, "basis": given["basis"] if given["basis"] in STATES else ""})

    def keeps(self, row: ListEntry) -> bool:
        """留不留这一行。 Whether a row is shown."""
        wanted = STATES[self.basis]
        return (
            (wanted is None or bool(getattr(row, "active", False)) is wanted)
            and (not self.holder or row.holder.partition("@")[0] == self.holder)
            and (not self.part or row.facts.get("part") == self.part)
            and (not self.q or self.q.casefold() in f"{row.code} {row.name} {row.name_en}".casefold())
        )


@require_safe
def all_lists(request: HttpRequest) -> HttpResponse:
    """全部清单：各有多少项，在用多少，停用多少。 Every list with its numbers, and the newest changes. Four statements."""
    day = city_day(timezone.now())
    counted = lists.counts(day=day)
    rows = [
        {
            "name": shown.listing_word(listing),
            "url": _url("list", listing),
            "about": about(listing),
            "count": counted.get(listing.value, lists.Count()),
        }
        for listing in Listing
    ]
    changes = steps_of(lists.newest_changes(most=8))
    context = {"rows": rows, "day": day, "changes": changes, "may_decide": _may_see_applications(request)}
    return render(request, "law/lists.html", context)


@require_safe
def one_list(request: HttpRequest, kind: str) -> HttpResponse:
    """一张清单。 One list, filtered. Five statements."""
    listing, day, asked = shown.LISTING_OF[kind], city_day(timezone.now()), Asked.of(request)
    rows = lists.rows_of(kind=listing.value, day=day)
    holders = _holders()
    chosen = [(row, held) for row, held in rows if asked.keeps(row)]
    context = {
        "kind": kind,
        "title": shown.listing_word(listing),
        "about": about(listing),
        "day": day,
        "rows": [_row(row, held, holders) for row, held in chosen],
        "total": len(rows),
        "idle": sum(1 for row, _held in rows if not getattr(row, "active", False)),
        "filters": _filters([row for row, _held in rows], asked, holders, listing),
        "query": request.GET.urlencode(),
        "may_apply": who(request).post is By.CASE_OFFICER,
        "telling": _telling_label(listing),
        "several_natures": len({row.nature for row, _held in rows}) > 1,
    }
    return render(request, "law/list.html", context)


@require_safe
def one_list_csv(request: HttpRequest, kind: str) -> HttpResponse:
    """一张清单，表格文件。 A list as CSV; a cell that a spreadsheet would run is made plain. Three statements."""
    listing, found = _exported(request, kind)
    facts = [fact.name for fact in facts_of(listing.value)]
    rows = []
    for one in found:
        clauses = ";".join(clause["ref"] for clause in one["clauses"])
        own = [clauses if name == "clauses" else one[name] for name in COLUMNS]
        rows.append([_flat(cell) for cell in (*own, *(one["facts"].get(f, "") for f in facts))])
    return HttpResponse(
        csv_text([*COLUMNS, *(f"facts.{name}" for name in facts)], rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}.csv"'},
    )


@require_safe
def one_list_json(request: HttpRequest, kind: str) -> HttpResponse:
    """一张清单，程序用。 A list as JSON, in the order of codes. Three statements."""
    listing, found = _exported(request, kind)
    body = {"list": listing.value, "day": city_day(timezone.now()).isoformat(), "entries": found}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_safe
def one_entry(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """一项：要素、依据、在不在用和为什么、历次变动。 An entry: facts, basis, state and why, its history. Eight statements."""
    listing, day = shown.LISTING_OF[kind], city_day(timezone.now())
    row = lists.entry_at(kind=listing.value, code=code, day=day)
    if row is None:
        raise Http404(code)
    held = lists.held_by(entries=[row], day=day).get(row.pk, [])
    holders = _holders()
    named = {str(one.clause.ref): shown.clause_words(one.clause) for one in held}
    context = {
        "row": row,
        "kind": kind,
        "list_name": shown.listing_word(listing),
        "holder": holders(row.holder) if row.holder else "",
        "nature": shown.nature_word(row.nature),
        "facts": shown.fact_lines(row.list, row.nature, row.facts, holders, named),
        "state": state_of(row, held, day),
        "held": held,
        "basis": shown.basis_of(held, general=bool(held) and all(one.general for one in held)),
        "duty": lists.duty_of(entry=row),
        "spans": lists.spans_of(kind=listing.value, code=code),
        "steps": history(listing.value, code),
        "may_end": _may_end(request) and shown.listed_on(row, day),
    }
    return render(request, "law/entry.html", context)


@require_safe
def list_changes(request: HttpRequest, kind: str) -> HttpResponse:
    """一张清单的变动，新的在前。 The history of a whole list, newest first, paged. Two statements."""
    listing = shown.LISTING_OF[kind]
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    found = lists.changes_page(kind=listing.value, before=start, most=MOST)
    page, more = found[:MOST], len(found) > MOST
    pager = {
        "shown": len(page),
        "previous_url": "?" if start is not None else "",
        "next_url": f"?before={page[-1].pk}" if more else "",
    }
    context = {
        "kind": kind,
        "title": shown.listing_word(listing),
        "steps": steps_of(page),
        "pager": pager,
    }
    return render(request, "law/changes.html", context)


@require_safe
def to_its_own(request: HttpRequest, kind: str) -> HttpResponse:
    """事项清单、职权清单的老网址。 The two lists that have pages of their own keep their addresses."""
    del request
    return HttpResponseRedirect(reverse(shown.SLUGS[Listing(kind)]), status=302)


# ---- What these are made of ------------------------------------------------------------------------------------------


def about(listing: Listing) -> str:
    """一句话：这张清单是什么。 One sentence about what a list is."""
    words = {
        Listing.MATTER: _("发现了报上来的事：归谁管、凭哪一条、多久办完。"),
        Listing.POWER: _("系统里能做的每一个行为：谁能做、凭哪一条。"),
        Listing.DUTY: _("各部门可以行使什么职权、负什么责任，凭哪一条。"),
        Listing.TOWNSHIP: _("乡镇（街道）自己办的、配合上级办的、已由上级部门收回的，分成三张。"),
        Listing.DATA: _("各部门有哪些政务数据，能不能共享，怎样共享。"),
        Listing.PURCHASE: _("可以向社会购买的服务；行政职权不在其中。"),
        Listing.DELEGATION: _("村（居）民委员会协助办的，和依法委托出去的；清单以外的不得交给村（社区）。"),
        Listing.DISCRETION: _("同样的违法，按什么幅度处罚。"),
    }
    return words[listing]


def state_of(row: ListEntry, held: Sequence[Held], day: date) -> dict[str, Any]:
    """在不在用，为什么。 Whether an entry is in use on a day and why: a word and a sentence."""
    if not shown.listed_on(row, day):
        if row.valid_from > day:
            return {"active": False, "word": _("还没有列入"), "why": _("到起始日期才在清单上。")}
        return {"active": False, "word": _("已不在清单上"), "why": _("已经移出，或者到了截止日期。")}
    why = shown.why_idle(held)
    if why == "no_clause":
        return {"active": False, "word": _("停用"), "why": _("没有必备的条款作依据。")}
    if why:
        return {"active": False, "word": _("停用"), "why": _("有一条必备的条款现在无效。")}
    ends = min(
        (
            one.clause.in_force_to
            for one in held
            if one.mandatory
            and one.clause.in_force_to
            and (one.valid_to is None or one.valid_to > one.clause.in_force_to)
        ),
        default=None,
    )
    return {
        "active": True,
        "word": _("在用"),
        "why": _("必备的条款今天都有效。这是当场算的，不是谁标上去的。"),
        "ends": ends,
    }


def history(kind: str, code: str) -> list[dict[str, Any]]:
    """一个代码的历次变动。 The timeline of a code."""
    return steps_of(lists.changes_of(kind=kind, code=code))


def steps_of(changes: Sequence[ListChange]) -> list[dict[str, Any]]:
    """变动成为经过。 Changes as steps of a timeline, each with the first clause it names, and a re-pointing with the one that

    follows. One statement.
    """
    refs = {change.pk: change.clauses.split()[:2] for change in changes}
    named = {str(clause.ref): clause for clause in cited(refs={ref for two in refs.values() for ref in two})}
    return [_step(change, [named[ref] for ref in refs[change.pk] if ref in named]) for change in changes]


def _step(change: ListChange, clauses: Sequence[CitedClause]) -> dict[str, Any]:
    repointed = change.what == ListChange.What.REPOINTED
    links = [{"label": shown.clause_words(one), "url": one.url} for one in clauses[: 2 if repointed else 1]]
    entry = change.list_entry
    proof = _("台账第 %(number)s 条") % {"number": change.entry}
    return {
        "what": _what(change),
        "name": entry.name_en if shown.in_english() and entry.name_en else entry.name,
        "url": entry_url(entry),
        "day": change.day,
        "at": change.at,
        "who": shown.listing_word(entry.list),
        "why": change.note,
        "clause": links[0] if links else None,
        "follows": links[1] if len(links) > 1 else None,
        "evidence": [{"label": proof, "url": f"/ledger/{change.entry}/"}],
    }


def _what(change: ListChange) -> str:
    words = {
        ListChange.What.ADMITTED: _("列入"),
        ListChange.What.ENDED: _("移出"),
        ListChange.What.IDLE: _("停用：依据失效"),
        ListChange.What.ACTIVE: _("恢复：依据有效"),
        ListChange.What.REPOINTED: _("改依后继条款"),
        ListChange.What.AMENDED: _("更改"),
    }
    return words[ListChange.What(change.what)]


def entry_url(entry: ListEntry) -> str:
    """一项的网址。 The address of an entry."""
    listing = Listing(entry.list)
    if listing is Listing.POWER:
        return f"{reverse('powers')}#{entry.code}"
    if listing is Listing.MATTER:
        return reverse("matter", args=[entry.code])
    return reverse("list_entry", args=[listing.value, entry.code])


def _url(name: str, listing: Listing) -> str:
    return reverse(shown.SLUGS[listing]) if listing in OWN_PAGES else reverse(name, args=[listing.value])


def _holders() -> shown.Holders:
    here = city()
    return shown.Holders(root=here.root, by_function=organs_by_function(here.revision))


def _row(row: ListEntry, held: Sequence[Held], holders: shown.Holders) -> dict[str, Any]:
    return {
        "entry": row,
        "url": entry_url(row),
        "holder": holders(row.holder) if row.holder else "",
        "nature": shown.nature_word(row.nature),
        "telling": shown.telling(row, holders),
        "active": getattr(row, "active", False),
        "why_idle": shown.why_idle(held),
        "held": held,
    }


def _telling_label(listing: Listing) -> str:
    wanted = shown.TELLING.get(listing, "")
    return next((said(fact.words) for fact in facts_of(listing.value) if fact.name == wanted), "")


def _filters(
    rows: Sequence[ListEntry], asked: Asked, holders: shown.Holders, listing: Listing
) -> dict[str, Any]:
    kept = {"basis": asked.basis, "holder": asked.holder, "part": asked.part, "q": asked.q}

    def choice(label: str, **changed: str) -> dict[str, Any]:
        wanted = Asked(**{**kept, **changed})
        query = HttpRequest().GET.copy()
        query.update({name: value for name, value in {**kept, **changed}.items() if value})
        count = sum(1 for row in rows if wanted.keeps(row))
        return {"label": label, "url": f"?{query.urlencode()}", "current": wanted == asked, "count": count}

    functions = sorted({row.holder.partition("@")[0] for row in rows if row.holder})
    groups = [{"label": _("依据"), "choices": [choice(_("不限"), basis=""), choice(_("在用"), basis="active"),
                                             choice(_("停用"), basis="idle")]}]  # fmt: skip
    if listing is Listing.TOWNSHIP:
        parts = [choice(word, part=value) for value, word in shown.parts_of(PARTS)]
        groups.insert(0, {"label": _("哪一张"), "choices": [choice(_("全部"), part=""), *parts]})
    if len(functions) > 1:
        named = [choice(holders(function), holder=function) for function in functions]
        groups.append({"label": _("谁承担"), "choices": [choice(_("全部"), holder=""), *named]})
    return {
        "groups": groups,
        "search": {"name": "q", "value": asked.q, "label": _("名称或代码"),
                   "hidden": [{"name": n, "value": v} for n, v in kept.items() if v and n != "q"]},
        "clear_url": "?" if any(kept.values()) else "",
    }  # fmt: skip


def _exported(request: HttpRequest, kind: str) -> tuple[Listing, list[dict[str, Any]]]:
    listing, asked = shown.LISTING_OF[kind], Asked.of(request)
    rows = lists.rows_of(kind=listing.value, day=city_day(timezone.now()))
    return listing, [_export(row, held) for row, held in rows if asked.keeps(row)]


def _export(row: ListEntry, held: Sequence[Held]) -> dict[str, Any]:
    """一项，程序用。 An entry for programs; the keys and their order are part of the interface."""
    return {
        "list": row.list, "code": row.code, "name": row.name, "name_en": row.name_en, "category": row.category,
        "category_en": row.category_en, "holder": row.holder, "nature": row.nature, "temporary": row.temporary,
        "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "active": bool(getattr(row, "active", False)), "why_idle": shown.why_idle(held),
        "clauses": [
            {"ref": str(one.clause.ref), "mandatory": one.mandatory, "in_force": one.holds, "phrase": one.phrase}
            for one in held
        ],
        "facts": {fact.name: row.facts[fact.name] for fact in facts_of(row.list) if fact.name in row.facts},
    }  # fmt: skip


def _flat(value: Any) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _may_see_applications(request: HttpRequest) -> bool:
    return who(request).post in {By.CASE_OFFICER, By.LEAD_OFFICER}


def _may_end(request: HttpRequest) -> bool:
    me = who(request)
    return me.post is By.LEAD_OFFICER and me.standing is not None and me.standing.organ == city().lead_body


OWN_PAGES: Final = frozenset({Listing.MATTER, Listing.POWER})
_KINDS: Final = "|".join(listing.value for listing in Listing if listing not in OWN_PAGES)
_SLUGS: Final = "|".join(shown.SLUGS.values())
urlpatterns = [
    re_path(r"^lists/$", all_lists, name="lists"),
    re_path(r"^lists/(?P<kind>matter|power)/$", to_its_own, name="list_own"),
    re_path(rf"^lists/(?P<kind>{_KINDS})/$", one_list, name="list"),
    re_path(rf"^lists/(?P<kind>{_KINDS})\.csv$", one_list_csv, name="list_csv"),
    re_path(rf"^lists/(?P<kind>{_KINDS})\.json$", one_list_json, name="list_json"),
    re_path(rf"^lists/(?P<kind>{_SLUGS})/changes/$", list_changes, name="list_changes"),
    re_path(rf"^lists/(?P<kind>{_KINDS})/(?P<code>[a-z0-9_/-]+)/$", one_entry, name="list_entry"),
]
