"""法律文本阅读的测试：任何文本一字不丢；各城市资料包中的法律文本逐部核对。"""

import csv
import re
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.law.rules import ParsedText, chinese_numeral, parse_instrument, text_hash
from tongxin.law.terms import CLAUSE_KEY, ClauseKind, ClauseRef, ClauseText

PACKS = Path(__file__).resolve().parents[3] / "city"
COUNTS = Path(__file__).with_name("article_counts.csv")  # by the hash of the text

# --- nothing is dropped --------------------------------------------------------------------------------

BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")
COMMENT = re.compile(r"^\s*<!--.*-->\s*$", re.MULTILINE)


def squeezed(text: str) -> str:
    return BLANKS.sub("", text)


def marks_and_words(clause: ClauseText) -> str:
    if clause.kind is ClauseKind.ARTICLE:
        return clause.number + (f"【{clause.heading}】" if clause.heading else "")
    number = "" if clause.kind is ClauseKind.PARAGRAPH else clause.number
    return number + clause.heading + clause.text


def landed(parsed: ParsedText) -> str:
    return squeezed("".join(marks_and_words(clause) for clause in parsed.clauses))


def source(markdown: str) -> str:
    return squeezed(re.sub(r"^#+", "", COMMENT.sub("", markdown), flags=re.MULTILINE))


words = st.text(alphabet="甲乙丙丁规定事项，。；：、1 　", max_size=30)
starts = st.sampled_from(
    [
        "",
        "",
        "",
        "第{}条 ",
        "第{}条",
        "## 第{}章 ",
        "### 第{}节 ",
        "第{}编 ",
        "（{}）",
        "1．",
        "2.",
        "①",
        "## ",
        "附件：",
        "序言",
    ]
)
lines = st.builds(
    lambda start, number, rest: start.format(chinese_numeral(number)) + rest,
    starts,
    st.integers(1, 12),
    words,
)


@given(st.lists(lines, max_size=25), st.booleans())
def test_every_character_of_any_text_lands_in_a_clause_or_a_doubt(texts, has_header):
    header = "# 某条例\n\n<!-- INFO END -->\n" if has_header else ""
    parsed = parse_instrument(header + "\n".join(texts))
    found = landed(parsed) + squeezed(parsed.title + "".join(parsed.preamble))
    found += "".join(squeezed(doubt.detail) for doubt in parsed.doubts)
    lost = Counter(source("\n".join(texts))) - Counter(found)
    assert not set(lost) - {"#"}


@given(st.lists(lines, max_size=25))
def test_keys_are_unique_well_formed_and_hang_on_a_parent_read_before(texts):
    parsed = parse_instrument("# 某条例\n<!-- INFO END -->\n" + "\n".join(texts))
    seen: set[str | None] = {None}
    for clause in parsed.clauses:
        assert CLAUSE_KEY.fullmatch(clause.key)
        assert clause.key not in seen
        assert clause.parent in seen
        seen.add(clause.key)


@given(st.lists(lines, max_size=25))
def test_an_article_holds_the_words_of_all_its_paragraphs_and_items(texts):
    parsed = parse_instrument("# 某条例\n<!-- INFO END -->\n" + "\n".join(texts))
    for article in parsed.articles:
        own = [clause for clause in parsed.leaves if clause.key.startswith(f"{article.key}.")]
        whole = squeezed(article.text)
        assert all(squeezed(line) in whole for clause in own for line in clause.text.splitlines())


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reading(text):
    parse_instrument(text)


# --- the texts of the packs ----------------------------------------------------------------------------


@cache
def pack_texts() -> list[tuple[dict[str, str], str, ParsedText]]:
    found = []
    for manifest in sorted(PACKS.glob("*/law/manifest.csv")):
        for row in csv.DictReader(manifest.open(encoding="utf-8")):
            if not row["file"]:
                continue  # known by its dates alone
            markdown = (manifest.parent / row["file"]).read_text(encoding="utf-8")
            found.append((row, markdown, parse_instrument(markdown)))
    if not found:
        pytest.skip("no pack is there")
    return found


def test_every_text_has_as_many_articles_as_were_counted_when_it_was_taken_in():
    counts = {row["sha256"]: row for row in csv.DictReader(COUNTS.open(encoding="utf-8"))}
    wrong = [
        row["file"]
        for row, markdown, parsed in pack_texts()
        if (known := counts.get(text_hash(markdown)))
        and (len(parsed.articles), parsed.last_article)
        != (int(known["articles"]), int(known["last_article"]))
    ]
    assert wrong == []


def test_every_text_is_as_contiguous_and_complete_as_its_manifest_says():
    wrong = [
        row["file"]
        for row, _markdown, parsed in pack_texts()
        if (str(int(parsed.contiguous)), str(int(parsed.complete))) != (row["contiguous"], row["complete"])
    ]
    assert wrong == []


def test_every_text_carries_the_title_and_hash_of_its_manifest():
    wrong = [
        row["file"]
        for row, markdown, parsed in pack_texts()
        if parsed.title != row["title"] or text_hash(markdown) != row["sha256"]
    ]
    assert wrong == []


def test_every_line_that_opens_an_article_opens_one():
    mark = re.compile(r"^第[零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?[ 　]", re.MULTILINE)
    wrong = [
        row["file"]
        for row, markdown, parsed in pack_texts()
        if (found := mark.findall(markdown)) and len(found) != len(parsed.articles)
    ]
    assert wrong == []


def test_not_a_character_of_any_statute_is_lost_or_moved():
    """The clauses, put together in order, are the printed body."""
    for row, markdown, parsed in pack_texts():
        printed = source(markdown)
        top = squeezed(parsed.title + "".join(parsed.preamble))
        lost = [d for d in parsed.doubts if d.reason_code in {"article_repeated", "text_outside_article"}]
        assert not lost, row["file"]
        assert printed.endswith(landed(parsed)), row["file"]
        assert Counter(printed) == Counter(top + landed(parsed)), row["file"]


def test_every_clause_of_every_statute_can_be_cited():
    for row, _markdown, parsed in pack_texts():
        keys = [clause.key for clause in parsed.clauses]
        assert len(keys) == len(set(keys)), row["file"]
        for key in keys:
            ClauseRef.parse(f"law:{row['key']}@{row['version_date']}#{key}")


def test_all_statutes_are_read_within_three_seconds():
    texts = [markdown for _row, markdown, _parsed in pack_texts()]
    begins = time.process_time()
    for markdown in texts:
        parse_instrument(markdown)
    assert time.process_time() - begins < 3
