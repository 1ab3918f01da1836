"""清单的页面。 Pages of the lists: open to everybody, nothing personal on them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import By, post_words, who
from tongxin.law import queries
from tongxin.law.queries import lists
from tongxin.law.queries.lists import Held
from tongxin.law.rules.cells import csv_text
from tongxin.law.terms import Limit, MatterEntry, Stage
from tongxin.law.views.entries import history
from tongxin.law.views.shown import basis_of, function_words, in_english
from tongxin.organs.queries import organs_by_function
from tongxin.places.queries import city, city_day

EXPORT: Final = ("code", "name", "name_en", "category", "category_en", "lead", "assist", "active", "why_idle",
                 "filing_condition", "closing_condition")  # fmt: skip
POWER_EXPORT: Final = ("verb", "title", "title_en", "by", "personal", "active", "why_idle", "clauses", "note")

# What a category of the matter list is made of: the same word may name the things and what happens to them.
KIND_LABELS: Final[Mapping[str, Any]] = {"component": gettext_lazy("部件"), "matter": gettext_lazy("事件")}
STAGE_LABELS: Final[Mapping[Stage, Any]] = {
    Stage.ACCEPT: gettext_lazy("受理"),
    Stage.RETURN: gettext_lazy("退回"),
    Stage.HANDLE: gettext_lazy("办理"),
    Stage.ASSIST: gettext_lazy("协办"),
    Stage.CHECK: gettext_lazy("核查"),
    Stage.CONFIRM: gettext_lazy("报告人确认"),
    Stage.RULE: gettext_lazy("裁定"),
    Stage.REVISIT: gettext_lazy("回访"),
    Stage.UPDATE: gettext_lazy("更新清单"),
}


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """事项清单，按类别、按有无依据、按字词。 The matter list by category, basis and words. Two statements."""
    rows = _matter_rows()
    category, basis = request.GET.get("category", ""), request.GET.get("basis", "")
    words = request.GET.get("q", "").strip()[:60]
    shown = _chosen(rows, category, basis, words)
    context = {
        "filters": _matter_filters(rows, category, basis, words), "rows": shown, "total": len(rows),
        "chosen": bool(category or basis or words), "query": request.GET.urlencode(),
        "idle": sum(1 for row in rows if not row["active"]), "may_apply": who(request).post is By.CASE_OFFICER,
    }  # fmt: skip
    return render(request, "law/matters.html", context)


@require_safe
def matters_csv(request: HttpRequest) -> HttpResponse:
    """事项清单，表格文件。 The matter list as CSV; a cell that a spreadsheet would run is made plain. Two statements."""
    rows = _chosen(
        _matter_rows(),
        request.GET.get("category", ""),
        request.GET.get("basis", ""),
        request.GET.get("q", "").strip(),
    )
    return _sheet("matters.csv", EXPORT, rows)


@require_safe
def matters_json(request: HttpRequest) -> HttpResponse:
    """事项清单，程序用。 The matter list as JSON. Two statements."""
    rows = _chosen(
        _matter_rows(),
        request.GET.get("category", ""),
        request.GET.get("basis", ""),
        request.GET.get("q", "").strip(),
    )
    return _object("matters", EXPORT, rows)


@require_safe
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """一个事项：条件、期限、承办、依据、变动。 An entry: conditions, limits, who handles it, its basis, its history. Eight statements."""
    day = city_day(timezone.now())
    row = queries.matter_row(code=code, day=day)
    if row is None:
        raise Http404(code)
    entry, here = queries.matter_entry(row), city()
    held = lists.held_by(entries=[row], day=day).get(row.pk, [])
    english = in_english()
    names = {
        word: function_words(
            word, root=here.root, by_function=organs_by_function(here.revision), english=english
        )
        for word in (entry.lead, *entry.assist)
    }
    context = {
        "row": row,
        "entry": entry,
        "lead": names[entry.lead],
        "assist": [names[word] for word in entry.assist],
        "limits": _limit_rows(entry, here.revision, day),
        "basis": _basis(held, general=row.facts.get("clause_kind") == "general"),
        "duty": lists.duty_of(entry=row),
        "steps": history("matter", code),
    }
    return render(request, "law/matter.html", context)


@require_safe
def powers(request: HttpRequest) -> HttpResponse:
    """职权清单：每个行为，谁能做，凭哪一条。 The powers list: each act, who may do it, under which clauses. Three statements."""
    rows = []
    for row, clauses in queries.power_rows(day=city_day(timezone.now())):
        declared = REGISTRY.get(row.code)
        title = (declared.title_en if in_english() else declared.title) if declared else row.code
        rows.append(
            {
                "verb": row.code,
                "title": title,
                "by": post_words(declared.by) if declared else [],
                "personal": bool(declared and declared.personal),
                "clauses": clauses,
                "active": getattr(row, "active", False),
                "note": row.facts.get("note", ""),
            }
        )
    return render(request, "law/powers.html", {"rows": rows})


@require_safe
def powers_csv(request: HttpRequest) -> HttpResponse:
    """职权清单，表格文件。 The powers list as CSV; a cell that a spreadsheet would run is made plain. Two statements."""
    del request
    return _sheet("powers.csv", POWER_EXPORT, _power_rows())


@require_safe
def powers_json(request: HttpRequest) -> HttpResponse:
    """职权清单，程序用。 The powers list as JSON. Two statements."""
    del request
    return _object("powers", POWER_EXPORT, _power_rows())


# ---- What the views are made of -------------------------------------------------------------------------------------


def _sheet(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    return HttpResponse(
        csv_text(columns, ([_flat(row[column]) for column in columns] for row in rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _object(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    body = {name: [{column: row[column] for column in columns} for row in rows]}
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _flat(value: Any) -> str:
    return ";".join(value) if isinstance(value, list) else str(value)


def _power_rows() -> list[dict[str, Any]]:
    return [_power_row(row, clauses) for row, clauses in queries.power_rows(day=city_day(timezone.now()))]


def _power_row(row: Any, clauses: Sequence[queries.CitedClause]) -> dict[str, Any]:
    declared = REGISTRY.get(row.code)
    return {
        "verb": row.code,
        "title": declared.title if declared else row.name,
        "title_en": declared.title_en if declared else row.name_en,
        "by": [one.value for one in By if declared and one in declared.by],
        "personal": bool(declared and declared.personal),
        "active": row.active,
        "why_idle": "" if row.active else "not_in_force" if clauses else "no_clause",
        "clauses": [str(clause.ref) for clause in clauses],
        "note": row.facts.get("note", ""),
    }


def _matter_rows() -> list[dict[str, Any]]:
    day = city_day(timezone.now())
    return [_matter_row(row) for row in queries.matter_rows(day=day)]


def _matter_row(row: Any) -> dict[str, Any]:
    facts = row.facts
    return {
        "code": row.code, "name": row.name, "name_en": row.name_en, "category": row.category,
        "category_en": row.category_en, "kind": KIND_LABELS.get(facts.get("kind", ""), ""), "lead": facts.get("lead", ""), "assist": list(facts.get("assist", ())),
        "active": row.active, "why_idle": "" if row.active else "not_in_force" if row.bound else "no_clause",
        "general": facts.get("clause_kind") == "general",
        "filing_condition": facts.get("filing_condition", ""),
        "filing_condition_en": facts.get("filing_condition_en", ""), "closing_condition": facts.get("closing_condition", ""),
    }  # fmt: skip


def _chosen(rows: Iterable[dict[str, Any]], category: str, basis: str, words: str) -> list[dict[str, Any]]:
    wanted = {"": None, "active": True, "idle": False}.get(basis)
    return [
        row
        for row in rows
        if (not category or row["category"] == category)
        and (wanted is None or row["active"] is wanted)
        and (not words or words.lower() in f"{row['code']} {row['name']} {row['name_en']}".lower())
    ]


def _matter_filters(rows: Sequence[dict[str, Any]], category: str, basis: str, words: str) -> dict[str, Any]:
    english = in_english()
    categories = {row["category"]: _category_words(row, english) for row in rows}
    kept = {"category": category, "basis": basis, "q": words}

    def choice(label: str, **changed: str) -> dict[str, Any]:
        asked = {**kept, **changed}
        return {
            "label": label,
            "url": "?" + _asked(asked),
            "current": asked == kept,
            "count": len(_chosen(rows, asked["category"], asked["basis"], words)),
        }

    return {
        "groups": [
            {"label": _("类别"), "choices": [choice(_("全部"), category=""),
                                           *(choice(label, category=name) for name, label in categories.items())]},
            {"label": _("依据"), "choices": [choice(_("不限"), basis=""), choice(_("在用"), basis="active"),
                                           choice(_("停用"), basis="idle")]},
        ],
        "search": {"name": "q", "value": words, "label": _("名称或代码"),
                   "hidden": [{"name": name, "value": kept[name]} for name in ("category", "basis") if kept[name]]},
        "clear_url": "?" if any(kept.values()) else "",
    }  # fmt: skip


def _category_words(row: Mapping[str, Any], english: bool) -> str:
    """类别的叫法。 What a category is called, with its kind beside it: two kinds may share the words."""
    words = (row["category_en"] if english else "") or row["category"]
    return f"{words} · {row['kind']}" if row["kind"] else words


def _asked(asked: Mapping[str, str]) -> str:
    query = HttpRequest().GET.copy()
    query.update({name: value for name, value in asked.items() if value})
    return str(query.urlencode())


def _limit_rows(entry: MatterEntry, revision: int, day: date) -> list[dict[str, Any]]:
    """各环节的期限，附依据。 The limits of every stage that has one, in the order of the flow, with their clauses."""
    found = [
        (stage, limit)
        for stage in Stage
        for limit in sorted(
            queries.limits_for(matter=entry, stage=stage, revision=revision, day=day),
            key=lambda limit: (limit.unit.value, limit.number),
        )
    ]
    named = {
        clause.ref: clause
        for clause in queries.cited(refs=[str(limit.clause) for _stage, limit in found if limit.clause])
    }
    return [
        _limit_row(stage, limit, named.get(limit.clause) if limit.clause else None) for stage, limit in found
    ]


def _limit_row(stage: Stage, limit: Limit, clause: queries.CitedClause | None) -> dict[str, Any]:
    return {
        "stage": STAGE_LABELS[stage],
        "step": limit.step,
        "number": limit.number,
        "unit": limit.unit.value,
        "clause": clause,
    }


def _basis(held: Sequence[Held], *, general: bool) -> dict[str, Any]:
    if not held:
        return {"clauses": [], "missing": _("这一项没有写明条款，所以停用：报上来先交牵头机构处理。")}
    return basis_of(held, general=general)


urlpatterns = [
    path("lists/matters/", matters, name="matters"),
    path("lists/matters.csv", matters_csv, name="matters_csv"),
    path("lists/matters.json", matters_json, name="matters_json"),
    path("lists/matters/<path:code>/", matter, name="matter"),
    path("lists/powers/", powers, name="powers"),
    path("lists/powers.csv", powers_csv, name="powers_csv"),
    path("lists/powers.json", powers_json, name="powers_json"),
]
