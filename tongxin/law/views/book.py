"""法典的页面。 Pages of the book: open to everybody, nothing personal on them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.law import queries
from tongxin.law.forms import BookForm
from tongxin.law.forms.reading import DayForm
from tongxin.law.models import Clause, ListEntry, Suspension, Version
from tongxin.law.queries import clauses as reading
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.terms import ClauseKind, Level
from tongxin.law.views.clause import entry_shown
from tongxin.law.views.sources import date_source_words
from tongxin.places.queries import city, city_day

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
# The subjects by which the book is browsed: an arrangement of the pack, no classification by law.
SUBJECT_LABELS: Final[Mapping[str, Any]] = {
    "legislation": gettext_lazy("宪法与立法"),
    "administration": gettext_lazy("行政程序与监督"),
    "community": gettext_lazy("基层治理与社会组织"),
    "data": gettext_lazy("数据与网络"),
    "ecology": gettext_lazy("生态环境"),
    "city": gettext_lazy("城市建设与管理"),
    "safety": gettext_lazy("公共安全与应急"),
    "market": gettext_lazy("市场与食品药品"),
    "health": gettext_lazy("卫生健康"),
    "welfare": gettext_lazy("社会保障与特殊群体"),
    "culture": gettext_lazy("文化与教育"),
    "disputes": gettext_lazy("纠纷化解与信访"),
    "finance": gettext_lazy("财政与采购"),
    "civil": gettext_lazy("民事"),
}


@require_safe
def instruments(request: HttpRequest) -> HttpResponse:
    """现行有效的法律文件，按位阶、主题；可选一天。 Instruments in force on a chosen day, by level and subject. Two statements."""
    today, root = city_day(timezone.now()), city().root
    form = BookForm(request.GET or None, levels=LEVEL_LABELS, subjects=SUBJECT_LABELS)
    day, words = form.day(today), form.words().lower()
    level, subject = form.chosen("level"), form.chosen("subject")
    rows = [
        row
        for row in queries.instruments_on(day=day)
        if words in f"{row.instrument.title} {row.instrument.title_en}".lower()
    ]
    shown = [row for row in rows if _of(row, level, subject)]
    groups = [
        {"label": LEVEL_LABELS[one], "rows": [row for row in shown if row.instrument.level == one.value]}
        for one in _levels_of(shown)
    ]
    context = {
        "form": form, "day": day, "today": today, "groups": groups, "count": len(shown),
        "elsewhere": {row.pk for row in shown if not _ours(row.instrument.jurisdiction, root)},
        "filters": _book_filters(request, rows, level, subject), "bare": sum(not row.has_text for row in shown),
    }  # fmt: skip
    return render(
        request, "law/instruments.html", context, status=400 if form.is_bound and form.errors else 200
    )


def _ours(jurisdiction: str, root: str) -> bool:
    """本市用不用它。 Whether a text of this jurisdiction holds in the city: the nation's, its province's, its own."""
    province = jurisdiction.endswith("0000") and root.startswith(jurisdiction[:2])
    return jurisdiction in {"", "000000", root} or province


def _of(row: Version, level: str, subject: str) -> bool:
    return (not level or row.instrument.level == level) and (not subject or row.instrument.subject == subject)


def _levels_of(rows: Sequence[Version]) -> list[Level]:
    """出现的位阶，高的在前。 The levels that occur, the highest first."""
    found = {Level(row.instrument.level) for row in rows}
    return sorted(found, key=lambda level: (level.rank, level.value))


def _book_filters(
    request: HttpRequest, rows: Sequence[Version], level: str, subject: str
) -> Mapping[str, Any]:
    """按位阶、按主题的筛选，词写在地址里。 Filters by level and subject, as words in the address; each counts under the other."""
    levels = [(one.value, LEVEL_LABELS[one]) for one in _levels_of(rows)]
    subjects = [
        (code, label)
        for code, label in SUBJECT_LABELS.items()
        if any(row.instrument.subject == code for row in rows)
    ]
    groups = [
        _group(request, "level", gettext_lazy("位阶"), levels, level, [r for r in rows if _of(r, "", subject)]),
        _group(request, "subject", gettext_lazy("主题"), subjects, subject, [r for r in rows if _of(r, level, "")]),
    ]  # fmt: skip
    return {"groups": [group for group in groups if len(group["choices"]) > 2]}


def _group(
    request: HttpRequest,
    name: str,
    label: Any,
    choices: Sequence[tuple[str, Any]],
    chosen: str,
    rows: Sequence[Version],
) -> dict[str, Any]:
    def choice(value: str, words: Any, count: int) -> dict[str, Any]:
        given = request.GET.copy()
        given.pop(name, None)
        if value:
            given[name] = value
        return {"label": words, "url": f"?{given.urlencode()}", "current": value == chosen, "count": count}

    every = choice("", gettext_lazy("全部"), len(rows))
    return {
        "label": label,
        "choices": [
            every,
            *(
                choice(value, words, sum(getattr(row.instrument, name) == value for row in rows))
                for value, words in choices
            ),
        ],
    }


@require_safe
def instrument(request: HttpRequest, key: str, date: str) -> HttpResponse:
    """一个版本的全文，逐条可引。 The text of a version, each clause with its own address. Six statements."""
    version = queries.version_of(key=key, adopted=_date(date))
    if version is None:
        raise Http404(key)
    today = city_day(timezone.now())
    clauses = list(queries.clauses_of(version=version))
    suspended = reading.suspensions_in(version=version)
    resting = reading.entries_resting(version=version, day=today)
    context = {
        "edition": version, "level": LEVEL_LABELS[Level(version.instrument.level)], "valid": _validity(version, today),
        "date_source": date_source_words(version.date_source), "today": today, "permanent": request.build_absolute_uri(request.path),
        "others": [row for row in queries.versions_of(key=key) if row.pk != version.pk],
        "contents": [clause for clause in clauses if clause.kind in DIVISIONS],
        "lines": _lines(clauses, resting, _own_dates(version, clauses, suspended, today)),
        "form": DayForm(initial={"on": today}),
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


def _own_dates(
    version: Version,
    clauses: Sequence[Clause],
    suspended: Mapping[int, Sequence[Suspension]],
    today: date,
) -> Mapping[str, dict[str, Any]]:
    """自有日期或被暂停的条款，今天怎样。 Clauses with dates of their own or a suspension, and how they stand today, by key."""
    found = {}
    for clause in clauses:
        spans = suspended.get(clause.pk, ())
        if clause.in_force_from or clause.in_force_to or spans:
            interval = reading.interval_of(clause=clause, version=version, suspensions=spans)
            force = interval.on(today)
            now = next(
                (span for span in spans if span.since <= today and (not span.until or today < span.until)),
                None,
            )
            found[clause.key] = {"interval": interval, "force": force.value, "span": now}
    return found


def _lines(
    clauses: Sequence[Clause], resting: Mapping[str, Sequence[ListEntry]], own: Mapping[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """全文逐行。 The text line by line; an article whose paragraphs have rows of their own shows those instead of itself.

    After each article come the list entries that rest on it.
    """
    parents = {clause.parent for clause in clauses}
    below: list[ListEntry] = []
    for clause in clauses:
        article, division = clause.kind == ClauseKind.ARTICLE, clause.kind in DIVISIONS
        if (article or division) and below:
            yield {"resting": [entry_shown(entry) for entry in dict.fromkeys(below)]}
            below = []
        below += resting.get(clause.key, ())
        yield {
            "clause": clause,
            "text": "" if article and clause.key in parents else clause.text,
            "division": division,
            "article": article,
            "label": clause_label(clause.key),
            "label_en": clause_label_en(clause.key),
            "own": own.get(clause.key),
        }
    if below:
        yield {"resting": [entry_shown(entry) for entry in dict.fromkeys(below)]}


urlpatterns = [
    path("law/", instruments, name="law"),
    re_path(r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/$", instrument, name="instrument"),
]
