"""样式簿的页。 Pages of the pattern book."""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import Context, RequestContext, Template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from tongxin.web.patterns.catalogue import PATTERNS
from tongxin.web.patterns.samples import GRIDS
from tongxin.web.patterns.terms import Pattern, Pick, State

LOADS: Final = "{% load i18n tongxin %}"
LANGUAGES: Final = (("zh-hans", "zh-Hans"), ("en", "en"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """画好的一种样子。 One state drawn in one language."""

    language: str
    html: SafeString


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """同一种样子的两种语言。 One state in both languages."""

    name: str
    drawn: tuple[Drawn, ...]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """全部部件。 All components."""
    pick = _picker(get_language() or "")
    entries = [{"slug": p.slug, "name": pick(*p.name), "why": pick(*p.why)} for p in PATTERNS]
    return render(request, "patterns/index.html", {"entries": entries})


@require_safe
def pattern(request: HttpRequest, slug: str) -> HttpResponse:
    """一个部件的各种状态。 One component in all its states."""
    found = next((p for p in PATTERNS if p.slug == slug), None)
    if found is None:
        raise Http404(slug)
    pick = _picker(get_language() or "")
    context = {
        "name": pick(*found.name),
        "why": pick(*found.why),
        "source": found.source,
        "scripts": found.scripts,
        "pairs": _pairs(request, found),
        "with_map": "small_map" in found.source,
    }
    return render(request, "patterns/pattern.html", context)


@require_safe
def grids(_request: HttpRequest) -> JsonResponse:
    """样式簿地图用的假网格。 Made-up grids for the pattern book's maps."""
    return JsonResponse(GRIDS)


def draw(request: HttpRequest, found: Pattern, state: State) -> SafeString:
    """用当前语言画一种样子。 Draw one state in the language now active."""
    context: Context = RequestContext(request, state.context)
    return Template(LOADS + found.source).render(context)


def _pairs(request: HttpRequest, found: Pattern) -> list[Pair]:
    names = [state.name for state in found.states(_picker(get_language() or ""))]
    columns: list[list[Drawn]] = []
    for code, lang in LANGUAGES:
        with override(code):
            states = found.states(_picker(code))
            columns.append([Drawn(language=lang, html=draw(request, found, state)) for state in states])
    return [
        Pair(name=name, drawn=drawn) for name, drawn in zip(names, zip(*columns, strict=True), strict=True)
    ]


def _picker(language: str) -> Pick:
    english = language.startswith("en")

    def pick(chinese: str, other: str) -> str:
        return other if english else chinese

    return pick
