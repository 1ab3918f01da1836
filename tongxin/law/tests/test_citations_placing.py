"""引用落到条款的测试：相对的来源、缺层的单位、编章节；记入法典的行。"""

import pytest

from tongxin.law.rules.citations import (
    ClauseTree,
    Setting,
    TitleIndex,
    Why,
    book_citations,
    citations_in,
    targets_of,
)
from tongxin.law.rules.text import parse_instrument
from tongxin.law.terms import ClauseKind

TEXT = """# 某条例

<!-- INFO END -->

## 第一章 总则

第一条 甲。

乙。

第二条 有下列情形的：

（一）丙；

（二）丁：

1. 戊；

2. 己。

庚。

第二条之一 辛。

## 第二章 分则

### 第一节 子

第三条 有下列情形的：

（一）壬；

（二）癸。

有下列行为的：

（一）丑。

### 第二节 寅

第四条 卯。

## 第三章 附则

### 第一节 辰

第五条 施行。
"""
CLAUSES = parse_instrument(TEXT).clauses
TREE = ClauseTree((clause.key, clause.kind) for clause in CLAUSES)


def comes_to(words: str, place: str) -> list[str]:
    (one,) = citations_in(words, place=place)
    return [target.key or str(target.why) for target in targets_of(one, TREE)]


@pytest.mark.parametrize(
    ("words", "place", "keys"),
    [
        ("本条例第二条第一款第二项第1目", "a1.p1", ["a2.p1.i2.s1"]),
        ("本条例第二条第二项", "a1.p1", ["a2.p1.i2"]),
        ("本条例第三条第二项", "a1.p1", ["a3.p1.i2"]),
        ("本条例第三条第一项", "a1.p1", ["several"]),
        ("本条例第二条之一", "a1.p1", ["a2-1"]),
        ("本条例第九条", "a1.p1", ["absent"]),
        ("本条例第一条第三款", "a1.p1", ["absent"]),
        ("本条例第一百一条", "a1.p1", ["unreadable"]),
        ("本条", "a2.p1.i2.s1", ["a2"]),
        ("本款", "a2.p1.i2.s1", ["a2.p1"]),
        ("本条第二款", "a2.p1.i1", ["a2.p2"]),
        ("本款第一项", "a2.p1.i2", ["a2.p1.i1"]),
        ("前款", "a1.p2", ["a1.p1"]),
        ("前款", "a1.p1", ["nothing_before"]),
        ("前款第二项第2目", "a2.p2", ["a2.p1.i2.s2"]),
        ("前款第一、二项", "a2.p2", ["a2.p1.i1", "a2.p1.i2"]),
        ("前条", "a3.p1", ["a2-1"]),
        ("前两条", "a3.p2", ["a2", "a2-1"]),
        ("前条", "a1.p1", ["nothing_before"]),
        ("前项规定", "a2.p1.i2", ["a2.p1.i1"]),
        ("第二款", "a1.p1", ["a1.p2"]),
        ("第一项", "a2.p1.i2", ["a2.p1.i1"]),
        ("第一项", "a2.p2", ["a2.p1.i1"]),
        ("第一项", "a3.p2", ["a3.p2.i1"]),
        ("第一项", "a1.p1", ["absent"]),
        ("本章", "a4.p1", ["c2"]),
        ("本节", "a4.p1", ["c2.s2"]),
        ("本节", "a1.p1", ["absent"]),
        ("前章", "a4.p1", ["c1"]),
        ("前节", "a4.p1", ["c2.s1"]),
        ("本章第一节", "a4.p1", ["c2.s1"]),
        ("本章第一节", "a5.p1", ["c3.s1"]),
        ("本条例第二章第二节", "a1.p1", ["c2.s2"]),
        ("本条例第一节", "a1.p1", ["several"]),
        ("本条例第一节", "a4.p1", ["c2.s1"]),
        ("本条例第二章第三条", "a1.p1", ["a3"]),
        ("前款", "", ["no_place"]),
        ("本章", "pre.p1", ["no_place"]),
        ("第二款", "pre.p1", ["no_place"]),
    ],
)
def test_a_citation_of_the_text_itself_comes_to_its_clause(words, place, keys):
    assert comes_to(words, place) == keys


def test_where_several_clauses_fit_they_are_named_and_none_is_taken():
    (one,) = citations_in("本条例第三条第一项", place="a1.p1")
    (target,) = targets_of(one, TREE)
    assert (target.key, target.why, target.fitting) == (None, Why.SEVERAL, ("a3.p1.i1", "a3.p2.i1"))


def test_items_that_its_own_place_lacks_are_those_of_the_paragraph_named_before():
    first, second = citations_in("行使本条例第二条第一款规定的职权，但是第一项规定的除外", place="a1.p2")
    assert [target.key for target in targets_of(first, TREE)] == ["a2.p1"]
    assert [target.key for target in targets_of(second, TREE)] == ["a2.p1.i1"]
    _, own = citations_in("行使本条例第二条第一款规定的职权，但是第一项规定的除外", place="a3.p1.i2")
    assert [target.key for target in targets_of(own, TREE)] == ["a3.p1.i1"]


def test_what_is_cited_of_another_text_does_not_depend_on_the_place():
    (one,) = citations_in("《他法》第三条第二款", setting=Setting(), place="a1.p1")
    assert [target.key for target in targets_of(one, TREE)] == ["a3.p2"]


# --- rows for the book ----------------------------------------------------------------------------------------

BOOK = TitleIndex.of([("x/own", "某条例"), ("x/other", "他法")])
CITING = """# 某条例

<!-- INFO END -->

序言

依照《他法》制定。

第一条 依照《他法》第三条第二项、第九条和前款，不适用《他法》。

第二条 有下列情形的，依照第一条：

（一）违反《未收法》第五条至第七条的；

（二）违反本条例第八条的。
"""


def rows(**trees: ClauseTree) -> list[tuple[str, str, str, str | None, str]]:
    parsed = parse_instrument(CITING)
    return [
        (row.clause_key, row.quote, row.title, row.target, row.target_clause)
        for row in book_citations(
            key="x/own",
            title=parsed.title,
            clauses=parsed.clauses,
            index=BOOK,
            trees={f"x/{k}": v for k, v in trees.items()},
        )
    ]


def test_each_unit_is_a_row_where_its_words_stand_and_nothing_is_counted_twice():
    assert rows() == [
        ("a1.p1", "《他法》第三条第二项、第九条", "他法", "x/other", "a3"),
        ("a1.p1", "《他法》第三条第二项、第九条", "他法", "x/other", "a9"),
        ("a1.p1", "前款", "", "x/own", ""),
        ("a1.p1", "《他法》", "他法", "x/other", ""),
        ("a2.p1", "第一条", "", "x/own", "a1"),
        ("a2.p1.i1", "《未收法》第五条至第七条", "未收法", None, "a5"),
        ("a2.p1.i1", "《未收法》第五条至第七条", "未收法", None, "a6"),
        ("a2.p1.i1", "《未收法》第五条至第七条", "未收法", None, "a7"),
        ("a2.p1.i2", "本条例第八条", "", "x/own", "a8"),
    ]


def test_with_the_tree_of_the_instrument_cited_an_item_comes_to_its_paragraph():
    assert rows(other=TREE)[0][4] == "a3.p1.i2"


def test_a_row_s_position_is_that_in_the_words_of_its_clause():
    parsed = parse_instrument(CITING)
    words = {clause.key: clause.text for clause in parsed.clauses}
    for row in book_citations(key="x/own", title=parsed.title, clauses=parsed.clauses, index=BOOK):
        assert words[row.clause_key][row.start : row.end] == row.quote
        kind = next(clause.kind for clause in parsed.clauses if clause.key == row.clause_key)
        assert kind in {ClauseKind.PARAGRAPH, ClauseKind.ITEM}
