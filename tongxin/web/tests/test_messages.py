"""每句中文都有英文，编好的目录与源文件一致。 Every Chinese message has its English, and the compiled catalogue is the source's."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.template import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

import tongxin

HOUSE = Path(tongxin.__file__).parent
CATALOGUE = HOUSE / "web/locale/en/LC_MESSAGES/django.po"
HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES = re.compile(r"%\((\w+)\)s")
TONGUES = {"中文"}  # a language is named in itself


def messages_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted(HOUSE.glob("**/templates/**/*.html")):
        nodes = Template(path.read_text(encoding="utf-8")).nodelist
        for node in nodes.get_nodes_by_type(TranslateNode):
            literal = node.filter_expression.var
            yield str(getattr(literal, "literal", literal)), str(path)
        for node in nodes.get_nodes_by_type(BlockTranslateNode):
            yield node.render_token_list(node.singular)[0], str(path)


def messages_in_python() -> Iterator[tuple[str, str]]:
    words = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "_": None}
    for path in sorted(HOUSE.glob("**/*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for _line, found, _comments, _context in extract(
            "python", io.BytesIO(path.read_bytes()), keywords=words
        ):
            yield found if isinstance(found, str) else found[0], str(path)


def strings(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {
        (m.id if isinstance(m.id, str) else m.id[0]): (m.string,)
        if isinstance(m.string, str)
        else tuple(m.string)
        for m in catalogue
        if m.id
    }


def english() -> dict[str, tuple[str, ...]]:
    with CATALOGUE.open("rb") as source:
        return strings(read_po(source))


def test_every_message_has_its_english() -> None:
    known = english()
    missing = {
        m: where
        for m, where in [*messages_in_templates(), *messages_in_python()]
        if HAN.search(m) and not all(known.get(m, ("",)))
    }
    assert not missing, f"add these to {CATALOGUE.name} and compile it: {missing}"


def test_no_english_is_kept_for_a_message_that_is_gone() -> None:
    used = {m for m, _ in [*messages_in_templates(), *messages_in_python()]}
    assert not sorted(set(english()) - used)


def test_an_english_message_keeps_the_names_of_its_chinese() -> None:
    for chinese, others in english().items():
        for other in others:
            assert set(NAMES.findall(other)) == set(NAMES.findall(chinese)), chinese
            assert not HAN.search(other), other


def test_the_compiled_catalogue_is_the_source() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        assert strings(read_mo(compiled)) == english()


def test_no_chinese_stands_outside_translation_in_a_template() -> None:
    marked = re.compile(
        r"{%-?\s*comment\b.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}|{#.*?#}|{%.*?%}",
        re.DOTALL,
    )
    for path in sorted(HOUSE.glob("**/templates/**/*.html")):
        bare = marked.sub("", path.read_text(encoding="utf-8"))
        words = set(re.findall(r"[\u4e00-\u9fff]+", bare)) - TONGUES
        assert not words, f"{path}: {words} must go through translate"
