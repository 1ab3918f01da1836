"""法律文本阅读的测试：条款树、标识、存疑。"""

from collections import Counter

import pytest

from tongxin.law.rules import (
    ParsedText,
    chinese_number,
    chinese_numeral,
    comparable,
    parse_instrument,
    text_hash,
)
from tongxin.law.terms import ClauseText

SMALL = """# 某市试行条例

2021年6月29日 某市人民代表大会常务委员会通过

<!-- INFO END -->

## 第一章　总则

第一条 为了试读文本，制定本条例。

第二条 本条例所称事项，包括下列各项：

（一）部件；

（二）事件：

1．市容；

2．施工；

（三）其他。

前款事项由市人民政府公布。

## 第二章　附则

### 第一节　施　行

第二条之一 网格的划分，另行规定。

第三条 本条例自2021年10月1日起施行。
"""


def body(text: str) -> ParsedText:
    return parse_instrument(f"# 某条例\n\n<!-- INFO END -->\n\n{text}")


def by_key(parsed: ParsedText) -> dict[str, ClauseText]:
    return {clause.key: clause for clause in parsed.clauses}


def reasons(parsed: ParsedText) -> Counter[str]:
    return Counter(doubt.reason_code for doubt in parsed.doubts)


# --- numerals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("一百零一", 101),
        ("一百〇一", 101),
        ("一百一十", 110),
        ("一千零一十", 1010),
        ("一千二百四十二", 1242),
        ("一千二百零五", 1205),
        ("九千九百九十九", 9999),
        ("80", 80),
        ("１２", 12),
    ],
)
def test_chinese_numerals_are_read(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "零", "一百一", "二四", "百", "一万", "第一", "0", "10000", "①"])
def test_what_is_not_a_clause_numeral_is_refused(text):
    with pytest.raises(ValueError, match="/"):
        chinese_number(text)


def test_every_number_up_to_9999_reads_back_as_it_was_written():
    assert [chinese_number(chinese_numeral(number)) for number in range(1, 10000)] == list(range(1, 10000))


@pytest.mark.parametrize("number", [0, -1, 10000])
def test_numbers_beyond_the_statutes_are_not_written(number):
    with pytest.raises(ValueError, match="9999"):
        chinese_numeral(number)


# --- one small text ------------------------------------------------------------------------------------


def test_a_text_is_read_into_chapters_articles_paragraphs_items_and_subitems():
    parsed = parse_instrument(SMALL)
    assert parsed.title == "某市试行条例"
    assert parsed.preamble == ("2021年6月29日 某市人民代表大会常务委员会通过",)
    assert [clause.key for clause in parsed.clauses] == [
        "c1",
        "a1",
        "a1.p1",
        "a2",
        "a2.p1",
        "a2.p1.i1",
        "a2.p1.i2",
        "a2.p1.i2.s1",
        "a2.p1.i2.s2",
        "a2.p1.i3",
        "a2.p2",
        "c2",
        "c2.s1",
        "a2-1",
        "a2-1.p1",
        "a3",
        "a3.p1",
    ]
    assert parsed.doubts == ()
    assert parsed.contiguous
    assert parsed.complete
    assert parsed.last_article == 3


def test_each_clause_knows_its_place_mark_and_words():
    clauses = by_key(parse_instrument(SMALL))
    assert clauses["c2.s1"].heading == "施　行"
    assert clauses["c2.s1"].parent == "c2"
    assert clauses["a2-1"].number == "第二条之一"
    assert clauses["a2-1"].parent == "c2.s1"
    assert clauses["a2.p1"].text == "本条例所称事项，包括下列各项："
    assert clauses["a2.p1"].number == "第一款"
    assert clauses["a2.p1.i3"].number == "（三）"
    assert clauses["a2.p1.i3"].text == "其他。"
    assert clauses["a2.p1.i2.s2"].parent == "a2.p1.i2"
    assert clauses["a2"].text.splitlines()[-2:] == ["（三）其他。", "前款事项由市人民政府公布。"]
    assert [clause.ordinal for clause in clauses.values()] == list(range(1, 18))


def test_parts_and_subparts_stand_above_chapters():
    parsed = body(
        "## 第二编　物权\n### 第一分编 通则\n#### 第三章 一般规定\n第一条 物权。\n自公布之日起施行。"
    )
    assert [clause.key for clause in parsed.clauses][:3] == ["b2", "b2.f1", "b2.f1.c3"]
    assert by_key(parsed)["a1"].parent == "b2.f1.c3"


def test_an_annex_after_the_last_article_is_kept_apart():
    parsed = body("第一条 自公布之日起施行。\n\n附件：事项表\n")
    assert by_key(parsed)["x"].heading == "附件：事项表"


def test_what_stands_in_an_annex_is_no_article_of_the_text():
    parsed = body("第一条 自公布之日起施行。\n附件一\n第一条 表格如下。\n一行文字")
    assert [clause.key for clause in parsed.clauses] == ["a1", "a1.p1", "x", "x.p1", "x.p2"]
    assert by_key(parsed)["x.p1"].text == "第一条 表格如下。"


def test_a_text_that_goes_on_after_a_table_goes_on_with_its_next_article():
    parsed = body("第一条 如下表。\n附表\n甲 1\n第二条 自公布之日起施行。")
    assert [clause.key for clause in parsed.clauses] == ["a1", "a1.p1", "x", "x.p1", "a2", "a2.p1"]


def test_an_article_may_carry_a_heading_in_brackets():
    article = by_key(body("第一条【立法目的】自公布之日起施行。"))["a1"]
    assert (article.heading, article.text) == ("立法目的", "自公布之日起施行。")


def test_items_numbered_in_figures_are_items():
    parsed = body("第一条 下列：\n1. 甲；\n2. 乙。\n第二条 自公布之日起施行。")
    assert "a1.p1.i2" in by_key(parsed)
    assert parsed.doubts == ()


def test_a_preamble_is_counted_in_its_own_paragraphs():
    clauses = by_key(body("## 序言\n\n历史悠久。\n\n继续前进。\n\n第一条 自公布之日起施行。"))
    assert clauses["pre"].heading == "序言"
    assert clauses["pre.p2"].text == "继续前进。"


# --- what is doubtful is said --------------------------------------------------------------------------


def test_a_short_line_before_an_article_is_a_heading_and_not_a_paragraph():
    parsed = body("第一条 甲。\n立法权限\n第二条 自公布之日起施行。")
    assert by_key(parsed)["h1"].heading == "立法权限"
    assert "a1.p2" not in by_key(parsed)
    assert reasons(parsed) == {"heading_without_number": 1}


def test_a_short_line_that_ends_like_a_sentence_is_a_paragraph():
    parsed = body("第一条 甲。\n由市人民政府公布。\n第二条 自公布之日起施行。")
    assert by_key(parsed)["a1.p2"].text == "由市人民政府公布。"
    assert parsed.doubts == ()


def test_a_line_broken_in_the_middle_is_joined_and_doubted():
    parsed = body("第一条 制定、修改、废止、\n解释，适用本条例。\n第二条 自公布之日起施行。")
    assert by_key(parsed)["a1.p1"].text == "制定、修改、废止、\n解释，适用本条例。"
    assert reasons(parsed) == {"line_joined": 1}


def test_a_list_without_numbers_stays_in_its_paragraph_and_is_doubted():
    parsed = body("第一条 由下列人员组成：\n主任，\n委员。\n任期五年。\n第二条 自公布之日起施行。")
    assert by_key(parsed)["a1.p2"].text == "任期五年。"
    assert reasons(parsed) == {"list_unnumbered": 1, "line_joined": 1}


def test_text_between_two_items_belongs_to_the_item_before():
    parsed = body(
        "第一条 下列：\n（一）甲。\n市应当通报。\n（二）乙。\n前款适用。\n第二条 自公布之日起施行。"
    )
    clauses = by_key(parsed)
    assert clauses["a1.p1.i1"].text == "甲。\n市应当通报。"
    assert clauses["a1.p1.i2"].text == "乙。"
    assert clauses["a1.p2"].text == "前款适用。"
    assert reasons(parsed) == {"text_within_list": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("第一条 甲。\n第三条 自公布之日起施行。", "article_missing"),
        ("第一条 甲。\n第一条 乙。\n第二条 自公布之日起施行。", "article_repeated"),
        ("第一条 甲。", "no_closing_clause"),
        ("只有一段话。", "no_article"),
        ("第一条 下列：\n（一）甲；\n（三）乙。\n第二条 自公布之日起施行。", "item_missing_before"),
        ("第一条 下列：\n（一）甲；\n（一）乙。\n第二条 自公布之日起施行。", "item_repeated"),
        ("第一百一条 甲。\n第一条 自公布之日起施行。", "number_unread"),
        ("第一条 甲。\n第二条本条例自公布之日起施行。", "mark_without_space"),
        ("## 第一章 总则\n## 第三章 附则\n第一条 自公布之日起施行。", "division_missing_before"),
        ("## 第一章 总则\n## 第一章 附则\n第一条 自公布之日起施行。", "division_repeated"),
        ("## 第一章 听取和\n审议报告\n第一条 自公布之日起施行。", "heading_joined"),
        ("## 第一章 总则\n这里多出一句话。\n第一条 自公布之日起施行。", "text_outside_article"),
    ],
)
def test_a_flaw_in_a_text_is_named(text, reason):
    found = reasons(body(text))
    assert found == {reason: found[reason]}


def test_a_doubt_names_the_line_and_the_words():
    doubt = body("第一条 甲。\n第一条 乙。\n第二条 自公布之日起施行。").doubts[0]
    assert (doubt.clause_key, doubt.line, doubt.detail) == ("a1", 6, "第一条 乙。")


def test_a_citation_at_the_beginning_of_a_line_is_not_an_article():
    parsed = body("第一条 甲。\n第五条规定的事项除外。\n第二条 自公布之日起施行。")
    assert by_key(parsed)["a1.p2"].text == "第五条规定的事项除外。"


def test_a_text_without_a_title_is_doubted():
    assert "no_title" in reasons(parse_instrument("第一条 自公布之日起施行。"))


# --- storing and comparing -----------------------------------------------------------------------------


def test_words_are_stored_as_printed_and_widened_only_to_compare():
    parsed = body("第一条 ＡＢ，施　行（1）。")
    assert by_key(parsed)["a1.p1"].text == "ＡＢ，施　行（1）。"
    assert comparable("ＡＢ，施　行（1）。") == comparable("AB,施行(１)。")


def test_the_hash_of_a_text_is_that_of_its_bytes():
    assert text_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_hash("施　行") != text_hash("施行")
