"""两个版本并排对照的页面。 The page of two versions side by side: open to everybody, nothing personal on it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import re_path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.law.forms.reading import CompareForm
from tongxin.law.models import Version
from tongxin.law.queries import clauses as reading
from tongxin.law.rules.comparing import Row, compared
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.rules.wording import DIVISIONS
from tongxin.places.queries import city_day

# What a reader may ask to see, and which rows that is.
SHOWN: Final[Mapping[str, tuple[Any, frozenset[str]]]] = {
    "different": (gettext_lazy("变了的"), frozenset({"changed", "added", "gone"})),
    "changed": (gettext_lazy("文字变了"), frozenset({"changed"})),
    "added": (gettext_lazy("新增"), frozenset({"added"})),
    "gone": (gettext_lazy("没有对应的条"), frozenset({"gone"})),
    "moved": (gettext_lazy("只改了序号"), frozenset({"moved"})),
    "all": (gettext_lazy("全部"), frozenset({"same", "moved", "changed", "added", "gone"})),
}


@require_safe
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """两个版本对照。 Two versions side by side; what changed unless more is asked for. Five statements."""
    versions = reading.versions_known(key=key)
    if not versions:
        raise Http404(key)
    held = [version for version in versions if version.has_text]
    form = CompareForm(request.GET, versions=held)
    chosen = form.chosen()
    shown = request.GET.get("show", "")
    shown = shown if shown in SHOWN else "different"
    context: dict[str, Any] = {
        "instrument": versions[0].instrument,
        "form": form,
        "held": held,
        "without_text": [version for version in versions if not version.has_text],
        "shown": shown,
        "today": city_day(timezone.now()),
        "permanent": request.build_absolute_uri(),
    }
    if chosen is not None:
        context |= _comparison(chosen, versions, shown)
    return render(request, "law/compare.html", context, status=400 if form.errors and held else 200)


def _comparison(chosen: tuple[Version, Version], versions: Sequence[Version], shown: str) -> dict[str, Any]:
    old, new = chosen
    places = [version.pk for version in versions]
    following = places.index(new.pk) == places.index(old.pk) + 1
    rows = compared(
        old=reading.wordings(version=old),
        new=reading.wordings(version=new),
        renumbered=reading.renumbered(old=old) if following else {},
    )
    asked = f"?from={old.adopted.isoformat()}&to={new.adopted.isoformat()}"
    return {"old": old, "new": new, "filters": _filters(rows, asked, shown), "rows": list(_rows(rows, shown))}


def _filters(rows: Sequence[Row], asked: str, shown: str) -> dict[str, Any]:
    counts = Counter(row.how for row in rows if row.kind not in DIVISIONS)
    choices = [
        {
            "label": label,
            "url": f"{asked}&show={name}",
            "current": name == shown,
            "count": sum(counts[how] for how in hows),
        }
        for name, (label, hows) in SHOWN.items()
    ]
    return {"groups": [{"label": gettext_lazy("看哪些条"), "choices": choices}]}


def _rows(rows: Sequence[Row], shown: str) -> Iterator[dict[str, Any]]:
    """要看的各行；标题只在其下有要看的条时才出现。 The rows asked for; a heading only where something below it is."""
    hows = SHOWN[shown][1]
    headings: list[Row] = []
    for row in rows:
        if row.kind in DIVISIONS:
            headings = [one for one in headings if _above(one, row)] + [row]
        elif row.how in hows:
            yield from ({"division": True, **_shown(heading)} for heading in headings)
            headings = []
            yield {"division": False, **_shown(row)}


def _above(heading: Row, row: Row) -> bool:
    return any(
        here is not None and there is not None and there.startswith(f"{here}.")
        for here, there in ((heading.old, row.old), (heading.new, row.new))
    )


def _shown(row: Row) -> dict[str, Any]:
    return {"row": row, "old": _name(row.old), "new": _name(row.new), "anchor": row.new or f"old-{row.old}"}


def _name(key: str | None) -> dict[str, str] | None:
    if key is None:
        return None
    return {"key": key, "name": clause_label(key), "name_en": clause_label_en(key)}


urlpatterns = [
    re_path(r"^law/(?P<key>[a-z0-9-]+(?:/[a-z0-9-]+)+)/compare/$", compare, name="compare"),
]
