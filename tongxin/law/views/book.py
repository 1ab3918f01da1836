"""法典的页面。 Pages of the book: open to everybody, nothing personal on them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.utils import timezone
from django.utils.translation import gettext_lazy

from tongxin.law import queries
from tongxin.law.forms import BookForm
from tongxin.law.models import Clause, ListEntry, Version
from tongxin.law.rules.labels import clause_label
from tongxin.law.terms import ClauseKind, Level
from tongxin.places.queries import city_day

DIVISIONS: Final = frozenset({"part", "subpart", "chapter", "section"})
LEVEL_LABELS: Final[Mapping[Level, Any]] = {
    Level.CONSTITUTION: gettext_lazy("宪法"),
    Level.NATIONAL_LAW: gettext_lazy("国家法律"),
    Level.ADMIN_REGULATION: gettext_lazy("行政法规"),
    Level.JUDICIAL_INTERPRETATION: gettext_lazy("司法解释"),
    Level.PROVINCIAL_REGULATION: gettext_lazy("省级地方性法规"),
    Level.LOCAL_REGULATION: gettext_lazy("设区的市地方性法规"),
    Level.DEPARTMENT_RULE: gettext_lazy("部门规章"),
    Level.GOVERNMENT_RULE: gettext_lazy("地方政府规章"),
    Level.ILLUSTRATIVE: gettext_lazy("示例文本（不是法律）"),
}


def instruments(request: HttpRequest) -> HttpResponse:
    """现行有效的法律文件，按位阶；可选一天。 Instruments in force on a chosen day, by level. Two statements."""
    today = city_day(timezone.now())
    form = BookForm(request.GET or None)
    day, words = form.day(today), form.words().lower()
    rows = [
        row
        for row in queries.instruments_on(day=day)
        if words in f"{row.instrument.title} {row.instrument.title_en}".lower()
    ]
    levels = sorted(
        {Level(row.instrument.level) for row in rows}, key=lambda level: (level.rank, level.value)
    )
    groups = [
        {"label": LEVEL_LABELS[level], "rows": [row for row in rows if row.instrument.level == level.value]}
        for level in levels
    ]
    context = {"form": form, "day": day, "today": today, "groups": groups, "count": len(rows)}
    return render(
        request, "law/instruments.html", context, status=400 if form.is_bound and form.errors else 200
    )


def instrument(request: HttpRequest, key: str, date: str) -> HttpResponse:
    """一个版本的全文，逐条可引。 The text of a version, each clause with its own address. Five statements."""
    version = queries.version_of(key=key, adopted=_date(date))
    if version is None:
        raise Http404(key)
    today = city_day(timezone.now())
    clauses = list(queries.clauses_of(version=version))
    context = {
        "version": version, "level": LEVEL_LABELS[Level(version.instrument.level)], "valid": _validity(version, today),
        "others": [row for row in queries.versions_of(key=key) if row.pk != version.pk],
        "contents": [clause for clause in clauses if clause.kind in DIVISIONS],
        "lines": _lines(clauses, queries.entries_resting_on(version=version)),
    }  # fmt: skip
    return render(request, "law/instrument.html", context)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404(text) from None


def _validity(version: Version, today: date) -> str:
    """效力：现行、尚未施行、已失效、施行日期不明。 Whether a version is in force: now, not yet, no longer, or not known."""
    if version.in_force_from is None:
        return "unknown"
    if version.in_force_from > today:
        return "future"
    return "past" if version.in_force_to is not None and version.in_force_to <= today else "now"


def _lines(clauses: Sequence[Clause], resting: Mapping[str, Sequence[ListEntry]]) -> Iterator[dict[str, Any]]:
    """全文逐行。 The text line by line; an article whose paragraphs have rows of their own shows those instead of itself.

    After each article come the list entries that rest on it.
    """
    parents = {clause.parent for clause in clauses}
    below: list[ListEntry] = []
    for clause in clauses:
        article, division = clause.kind == ClauseKind.ARTICLE, clause.kind in DIVISIONS
        if (article or division) and below:
            yield {"resting": list(dict.fromkeys(below))}
            below = []
        below += resting.get(clause.key, ())
        yield {
            "clause": clause,
            "text": "" if article and clause.key in parents else clause.text,
            "division": division,
            "article": article,
            "label": clause_label(clause.key),
        }
    if below:
        yield {"resting": list(dict.fromkeys(below))}


urlpatterns = [
    path("law/", instruments, name="law"),
    re_path(r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/$", instrument, name="instrument"),
]
