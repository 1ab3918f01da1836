"""法律全文检索的页面。 The pages of the full-text search: open to everybody, nothing personal on them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.law.forms import SearchForm
from tongxin.law.queries.search import (
    Answer,
    Asked,
    FoundClause,
    FoundInstrument,
    FoundTitle,
    plainly,
    search,
    titles_with,
)
from tongxin.law.terms import Level
from tongxin.law.views.book import LEVEL_LABELS, SUBJECT_LABELS
from tongxin.places.queries import city_day

SHOWN: Final = 180  # characters of a clause shown, of which about a third before the first word found
BEFORE: Final = 60
STANDING_WORDS: Final[Mapping[str, Any]] = {
    "in_force": gettext_lazy("有效"),
    "not_yet": gettext_lazy("尚未施行"),
    "ended": gettext_lazy("已失效"),
    "suspended": gettext_lazy("暂停施行"),
    "unknown": gettext_lazy("施行日期没有查明，不能当依据"),
}


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """全文检索。 The search and a page of what was found, by instrument. Three statements; one before anything is asked."""
    form, asked = _asked(request)
    answer, titles = _answers(asked)
    context = {
        "form": form, "asked": asked, "answer": answer, "day": asked.day, "too_short": bool(asked.words) and not asked.signs,
        "groups": [_shown(group, asked) for group in answer.found],
        "titles": [{"title": row, "level": LEVEL_LABELS[Level(row.level)]} for row in titles],
        "pager": _pager(request, asked, answer), "every_url": _url_with(request, all="1"),
        "in_force_url": _url_with(request, all=""),
    }  # fmt: skip
    return render(request, "law/search.html", context, status=400 if form.errors else 200)


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    """全文检索，程序用。 The same as JSON; bad questions are answered 400 with what is wrong. Three statements."""
    form, asked = _asked(request)
    if form.errors:
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        return _json({"errors": errors}, status=400)
    answer, titles = _answers(asked)
    body = {
        "words": asked.words, "phrases": asked.phrases, "on": asked.day.isoformat(), "level": asked.level,
        "subject": asked.subject, "of": asked.of, "all": not asked.in_force, "page": asked.page, "pages": answer.pages,
        "instruments": answer.instruments, "total": answer.total, "left_out": answer.left_out,
        "too_short": bool(asked.words) and not asked.signs,
        "found": [_group_as_json(group) for group in answer.found], "titles": [_title_as_json(row) for row in titles],
    }  # fmt: skip
    return _json(body)


def _asked(request: HttpRequest) -> tuple[SearchForm, Asked]:
    today = city_day(timezone.now())
    form = SearchForm(request.GET or None, levels=LEVEL_LABELS, subjects=SUBJECT_LABELS)
    return form, form.asked(today)


def _answers(asked: Asked) -> tuple[Answer, Sequence[FoundTitle]]:
    answer = search(asked=asked)
    if asked.page > 1 and not answer.total:
        raise Http404("no such page")
    return answer, titles_with(asked=asked) if asked.page == 1 and not asked.of else ()


def _pager(request: HttpRequest, asked: Asked, answer: Answer) -> Mapping[str, Any]:
    return {
        "page": asked.page, "pages": answer.pages,
        "previous_url": _url_with(request, page=str(asked.page - 1)) if asked.page > 1 else "",
        "next_url": _url_with(request, page=str(asked.page + 1)) if asked.page < answer.pages else "",
    }  # fmt: skip


def _url_with(request: HttpRequest, **changed: str) -> str:
    """同一问，换一处。 The same question with something changed; anything but another page begins at the first."""
    given = request.GET.copy()
    given.pop("page", None)
    for name, value in changed.items():
        given.pop(name, None)
        if value:
            given[name] = value
    return f"?{given.urlencode()}"


def _shown(group: FoundInstrument, asked: Asked) -> dict[str, Any]:
    return {
        "instrument": group,
        "level": LEVEL_LABELS[Level(group.level)],
        "clauses": [
            {
                "clause": clause,
                "url": _url(clause),
                "standing": STANDING_WORDS[clause.standing],
                "pieces": list(marked(excerpt(clause.text or clause.heading, asked.phrases), asked.phrases)),
            }
            for clause in group.shown
        ],
    }


def _url(clause: FoundClause) -> str:
    version = clause.ref.version or date.min
    return f"/law/{clause.ref.key}@{version.isoformat()}/#{clause.ref.clause}"


def excerpt(text: str, phrases: Sequence[str]) -> str:
    """节录：第一处所找的词前后的文字，一行。 The words around the first phrase found, in one line."""
    line = " ".join(text.split())
    if len(line) <= SHOWN:
        return line
    first = min((start for start, _end in _spans(line, phrases)), default=0)
    begins = max(0, min(first - BEFORE, len(line) - SHOWN))
    ends = begins + SHOWN
    return f"{'…' if begins else ''}{line[begins:ends]}{'…' if ends < len(line) else ''}"


def marked(text: str, phrases: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """把所找的词分出来。 The text in pieces, each with whether it is one of the phrases."""
    at = 0
    for start, end in _spans(text, phrases):
        if start >= at:
            if start > at:
                yield False, text[at:start]
            yield True, text[start:end]
            at = end
    if at < len(text):
        yield False, text[at:]


def _spans(text: str, phrases: Sequence[str]) -> list[tuple[int, int]]:
    """各处的起止，依次。 Where the phrases stand, in order, the longer first where two begin together.

    A sign may grow when its width is made one (㎡ is m2), so places are counted back to the text as printed.
    """
    grown = [plainly(sign) for sign in text]
    origin = [index for index, signs in enumerate(grown) for _ in signs]
    plain = "".join(grown)
    found = [
        (origin[at], origin[at + len(phrase) - 1] + 1)
        for phrase in phrases
        for at in _places(plain, phrase)
    ]  # fmt: skip
    return sorted(found, key=lambda span: (span[0], -span[1]))


def _places(text: str, phrase: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + len(phrase))


def _group_as_json(group: FoundInstrument) -> dict[str, Any]:
    return {
        "instrument": group.key, "title": group.title, "title_en": group.title_en, "level": group.level,
        "subject": group.subject, "clauses": group.clauses, "shown": [_clause_as_json(clause) for clause in group.shown],
    }  # fmt: skip


def _clause_as_json(clause: FoundClause) -> dict[str, Any]:
    return {
        "ref": str(clause.ref), "url": _url(clause), "label": clause.number, "heading": clause.heading,
        "text": clause.text, "standing": clause.standing, "in_force_from": _iso(clause.since),
        "in_force_to": _iso(clause.until), "exact": clause.exact,
    }  # fmt: skip


def _title_as_json(row: FoundTitle) -> dict[str, Any]:
    return {
        "instrument": row.key, "title": row.title, "title_en": row.title_en, "level": row.level,
        "version": row.adopted.isoformat(), "has_text": row.has_text,
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _json(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8", status=status
    )


urlpatterns = [
    path("law/search/", search_page, name="law_search"),
    path("law/search.json", search_json, name="law_search_json"),
]
