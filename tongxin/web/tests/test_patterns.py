"""样式簿：每个部件都在，都能画，画出来合规矩。 The pattern book: every component is there, draws, and keeps the rules of pages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import include, path
from django.utils.translation import override

from tongxin.cases.terms import Outcome, State
from tongxin.web.patterns import catalogue, views
from tongxin.web.patterns.terms import Pattern
from tongxin.web.templatetags import tongxin as tags

urlpatterns = [path("patterns/", include("tongxin.web.patterns"))]
pytestmark = pytest.mark.urls(__name__)
TEMPLATES = Path(views.__file__).parents[1] / "templates"
CSS = Path(views.__file__).parents[3] / "assets/css"
FILES_ONLY = {"map_styles", "map_files"}
EVERY = [
    pytest.param(p, language, id=f"{p.slug}-{language}")
    for p in catalogue.PATTERNS
    for language in ("zh-hans", "en")
]


class Page(HTMLParser):
    """只看规矩要看的东西。 Reads what the rules are about, no more."""

    VOID = frozenset(["meta", "link", "input", "br", "hr", "img", "path", "circle", "rect", "line"])

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found.append((tag, given))
        if "id" in given:
            self.ids.append(str(given["id"]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def page(pattern: Pattern, language: str) -> str:
    with override(language):
        return views.pattern(RequestFactory().get("/"), pattern.slug).content.decode()


@pytest.mark.parametrize(("pattern", "language"), EVERY)
def test_a_page_of_the_book_keeps_the_rules(pattern: Pattern, language: str) -> None:
    text = page(pattern, language)
    read = Page(text)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert [tag for tag, _ in read.found].count("h1") == 1
    for tag, given in read.found:
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        assert tag != "style"
        if tag == "script":
            assert given.get("src")
        if tag == "img":
            assert "alt" in given


@pytest.mark.parametrize(("pattern", "language"), EVERY)
def test_every_input_has_a_label(pattern: Pattern, language: str) -> None:
    text = page(pattern, language)
    read = Page(text)
    labelled = {given.get("for") for tag, given in read.found if tag == "label"}
    wrapped = re.findall(r"<label[^>]*>(?:(?!</label>).)*<input", text, re.DOTALL)
    unnamed = [
        given
        for tag, given in read.found
        if tag in {"input", "select", "textarea"}
        and given.get("type") != "hidden"
        and given.get("id") not in labelled
    ]
    assert len(unnamed) <= len(wrapped)


def test_every_component_is_in_the_book() -> None:
    sources = " ".join(p.source for p in catalogue.PATTERNS) + " status_tag error_summary"
    components = {path.stem for path in (TEMPLATES / "components").glob("*.html")} - FILES_ONLY
    assert sorted(name for name in components if name not in sources) == []


def test_every_stylesheet_is_linked_and_there() -> None:
    files = {path.stem for path in CSS.glob("*.css")} - {"pattern_book"}
    assert set(tags.STYLESHEETS) == files


def test_every_state_and_outcome_has_a_word_a_sentence_and_a_shape() -> None:
    for term in [*State, *Outcome]:
        status = tags.STATUSES[term.value]
        assert str(status.word)
        assert str(status.sentence)
        assert status.shape


def test_no_two_states_share_a_shape() -> None:
    shapes = [tags.STATUSES[code].shape for code in {str(term) for term in [*State, *Outcome]}]
    assert len(shapes) == len(set(shapes))


def test_an_unknown_component_is_not_found() -> None:
    with pytest.raises(views.Http404):
        views.pattern(RequestFactory().get("/"), "nothing")
