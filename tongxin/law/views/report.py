"""导入报告的页面。 The page of the import report: what a person still has to look at in the texts."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.law.models import Doubt
from tongxin.law.queries.report import UNCOMPARED, DoubtCount, TextState, doubt_counts, doubts, texts_wanting
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.views.sources import date_source_words

A_PAGE: Final = 200
REASON_WORDS: Final[Mapping[str, Any]] = {
    "number_unread": gettext_lazy("编号认不出来"),
    "mark_without_space": gettext_lazy("条号后面没有空格，也可能只是引用"),
    "division_repeated": gettext_lazy("同一章节出现两次"),
    "division_missing_before": gettext_lazy("前面可能少了一编、一章或者一节"),
    "heading_without_number": gettext_lazy("没有序号的一行，当标题读"),
    "heading_joined": gettext_lazy("标题分成两行，接在一起读"),
    "article_repeated": gettext_lazy("同一条出现两次"),
    "article_missing": gettext_lazy("条号不连续，少了这一条"),
    "item_repeated": gettext_lazy("同一项出现两次"),
    "item_missing_before": gettext_lazy("项号不连续，前面可能少了一项"),
    "subitem_repeated": gettext_lazy("同一目出现两次"),
    "subitem_missing_before": gettext_lazy("目号不连续，前面可能少了一目"),
    "text_within_list": gettext_lazy("两项之间夹着一段文字，归到前一项"),
    "list_unnumbered": gettext_lazy("像是列举，但没有编号"),
    "line_joined": gettext_lazy("一句话断成两行，接在一起读"),
    "text_outside_article": gettext_lazy("这行文字不在任何一条里"),
    "no_title": gettext_lazy("没有题名"),
    "no_article": gettext_lazy("一条也没有"),
    "no_closing_clause": gettext_lazy("最后一条没有写何时施行，文本可能不全"),
    "called_incomplete": gettext_lazy("来源清单说这个文本不完整"),
    "called_broken": gettext_lazy("来源清单说条号不连续"),
    "second_source_differs": gettext_lazy("第二来源的这一条文字不同"),
    "second_source_lacks": gettext_lazy("第二来源没有这一条"),
    "second_source_has": gettext_lazy("第二来源多出这一条"),
    UNCOMPARED: gettext_lazy("没有第二个来源可以对照"),
}

RESOLUTION_WORDS: Final[Mapping[str, Any]] = {
    Doubt.Resolution.AS_READ: gettext_lazy("读得对"),
    Doubt.Resolution.IN_SOURCE: gettext_lazy("来源本身如此"),
    Doubt.Resolution.WRONG: gettext_lazy("读错或来源有误，须更换文本"),
}


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """导入报告：存疑逐处，文本缺什么。 The import report: every doubt, and what texts lack. Four statements."""
    counts = doubt_counts()
    resolved = request.GET.get("state") == "resolved"
    asked = request.GET.get("reason", "")
    reason = asked if any(count.reason == asked for count in counts) else ""
    page = Paginator(doubts(resolved=resolved, reason=reason), A_PAGE).get_page(request.GET.get("page"))
    wanting = texts_wanting()
    context = {
        "open": sum(count.open for count in counts),
        "resolved": sum(count.resolved for count in counts),
        "filters": _filters(counts, resolved=resolved, reason=reason),
        "page": page,
        "texts": _by_text(page),
        "showing_resolved": resolved,
        "undated": [_wanting(row) for row in wanting if row.undated],
        "broken": [_wanting(row) for row in wanting if row.broken],
        "bare": [_wanting(row) for row in wanting if row.bare],
        "uncompared": [_wanting(row) for row in wanting if row.uncompared],
        "query": _query(state="resolved" if resolved else "", reason=reason),
    }
    return render(request, "law/report.html", context)


def _wanting(row: TextState) -> dict[str, Any]:
    return {"version": row.version, "date_source": date_source_words(row.version.date_source)}


def reason_words(code: str) -> Any:
    """疑点的话。 What a reason means, in plain words; a code that has none is shown as it is."""
    return REASON_WORDS.get(code, code)


def _by_text(rows: Iterable[Doubt]) -> list[dict[str, Any]]:
    return [
        {
            "version": version,
            "doubts": [
                {
                    "doubt": doubt,
                    "reason": reason_words(doubt.reason),
                    "where": clause_label(doubt.clause_key) if doubt.clause_key else "",
                    "words": doubt.detail.lstrip("# "),  # marks of the file, no words of the law
                    "where_en": clause_label_en(doubt.clause_key) if doubt.clause_key else "",
                    "resolution": RESOLUTION_WORDS.get(doubt.resolution, ""),
                }
                for doubt in found
            ],
        }
        for version, found in groupby(rows, key=lambda doubt: doubt.version)
    ]


def _filters(counts: Iterable[DoubtCount], *, resolved: bool, reason: str) -> dict[str, Any]:
    seen = [count for count in counts if count.reason != UNCOMPARED]
    state = "resolved" if resolved else ""
    totals = {"": sum(count.open for count in seen), "resolved": sum(count.resolved for count in seen)}
    labels = {"": gettext_lazy("待处理"), "resolved": gettext_lazy("已处理")}
    states = [
        {"label": labels[word], "url": _query(state=word, reason=reason), "current": word == state, "count": totals[word]}
        for word in labels
    ]  # fmt: skip
    reasons = [
        {
            "label": reason_words(count.reason),
            "url": _query(state=state, reason=count.reason),
            "current": count.reason == reason,
            "count": count.resolved if resolved else count.open,
        }
        for count in seen
        if (count.resolved if resolved else count.open)
    ]
    every = {"label": gettext_lazy("全部"), "url": _query(state=state, reason=""), "current": not reason}
    return {
        "groups": [
            {"label": gettext_lazy("处理"), "choices": states},
            {"label": gettext_lazy("疑点"), "choices": [every, *reasons]},
        ]
    }


def _query(*, state: str, reason: str) -> str:
    given = [f"{name}={value}" for name, value in (("state", state), ("reason", reason)) if value]
    return f"?{'&'.join(given)}" if given else "?"


urlpatterns = [path("law/report/", report, name="law_report")]
