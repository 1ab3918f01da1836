"""合成文本。 What an amending decision makes of a text, read again by the same reader."""

import pytest

from tests.plugin import ROOT
from tongxin.law.rules import comparable, parse_instrument
from tongxin.law.rules.consolidating import Amendment, consolidated
from tongxin.law.rules.effects import EffectFault, EffectKind
from tongxin.law.rules.repeals import spoken_repeals

TEXT = """# 某市条例

<!-- INFO END -->

## 第一章 总则

第一条 为了规范某事，制定本条例。

第二条 有下列情形之一的，应当报告：

（一）甲情形；

（二）乙情形。

报告应当书面提出。

## 第二章 附则

第三条 本条例自2020年1月1日起施行。
"""
BOOK = sorted((ROOT / "city" / "binzhou" / "law").glob("*/*.md"))


def after(*amendments: Amendment) -> dict[str, str]:
    read = parse_instrument(TEXT)
    text = consolidated(title=read.title, clauses=read.clauses, amendments=amendments)
    return {clause.key: clause.text or clause.heading for clause in parse_instrument(text).clauses}


def amendment(kind: str, clause: str, **given: str) -> Amendment:
    return Amendment(kind=EffectKind(kind), clause=clause, **given)


@pytest.mark.parametrize("path", BOOK, ids=lambda path: path.stem)
def test_a_text_that_nothing_changes_stays_as_it_is(path: object) -> None:
    read = parse_instrument(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    again = parse_instrument(consolidated(title=read.title, clauses=read.clauses, amendments=[]))
    assert [(c.key, c.kind, c.heading, comparable(c.text)) for c in again.clauses] == [
        (c.key, c.kind, c.heading, comparable(c.text)) for c in read.clauses
    ]


def test_an_article_is_substituted_with_its_paragraphs_and_items() -> None:
    new = after(
        amendment(
            "substitute", "a2", text="应当报告下列情形：\n（一）丙情形；\n（二）丁情形；\n（三）戊情形。"
        )
    )
    assert new["a2.p1.i3"] == "戊情形。" and "a2.p2" not in new and new["a3"].startswith("本条例自")


def test_one_paragraph_or_item_is_substituted_and_its_neighbours_stay() -> None:
    assert after(amendment("substitute", "a2.p2", text="报告可以口头提出。"))["a2.p2"] == "报告可以口头提出。"
    new = after(amendment("substitute", "a2.p1.i1", text="（一）子情形；"))
    assert new["a2.p1.i1"] == "子情形；" and new["a2.p1.i2"] == "乙情形。"


def test_an_article_is_inserted_as_its_number_says() -> None:
    new = after(amendment("insert", "a2-1", text="报告不收费。"))
    assert list(new).index("a2-1") < list(new).index("c2") < list(new).index("a3")
    assert new["a2-1.p1"] == "报告不收费。"


def test_a_paragraph_is_inserted_at_its_place() -> None:
    new = after(amendment("insert", "a1.p2", text="本条例所称某事，是指某事。"))
    assert new["a1.p2"] == "本条例所称某事，是指某事。"


def test_an_article_is_repealed_and_the_rest_keeps_its_numbers() -> None:
    new = after(amendment("repeal", "a2"))
    assert "a2" not in new and "a3" in new


def test_renumbering_is_done_at_once_so_that_a_chain_does_not_run_over_itself() -> None:
    new = after(
        amendment("renumber", "a2", to_clause="a3"), amendment("renumber", "a3", to_clause="a4"),
        amendment("insert", "a2-9", text="占位。"),
    )  # fmt: skip
    assert new["a3.p2"] == "报告应当书面提出。" and new["a4"].startswith("本条例自")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([amendment("substitute", "a9", text="新")], "no_such_clause"),
        ([amendment("substitute", "a1", text=" ")], "no_text"),
        ([amendment("insert", "a1", text="新")], "clause_there"),
        ([amendment("insert", "c3", text="新")], "number_wrong"),
        ([amendment("renumber", "a1", to_clause="a3")], "clause_there"),
        ([amendment("renumber", "a2", to_clause="a2.p1")], "number_wrong"),
        ([amendment("suspend", "a1")], "not_textual"),
    ],
)
def test_what_cannot_be_written_is_named(given: list[Amendment], code: str) -> None:
    with pytest.raises(EffectFault, match=code):
        after(*given)


# ---- Repeals that a text speaks of ----------------------------------------------------------------------------------


def spoken(words: str) -> list[tuple[str, str]]:
    return [
        (r.clause, r.title)
        for r in spoken_repeals(parse_instrument(f"# 甲\n<!-- INFO END -->\n第一条 {words}").clauses)
    ]


def test_the_code_repeals_ten_laws_in_its_last_article() -> None:
    path = next(path for path in BOOK if path.name.startswith("生态环境法典"))
    found = list(spoken_repeals(parse_instrument(path.read_text(encoding="utf-8")).clauses))
    assert len(found) == 10 and {r.clause for r in found} == {"a1242.p1"}
    assert found[0].title == "中华人民共和国环境保护法" and found[0].day is None


def test_29_texts_of_the_sample_book_speak_of_a_repeal() -> None:
    texts = [parse_instrument(path.read_text(encoding="utf-8")) for path in BOOK]
    assert sum(1 for text in texts if list(spoken_repeals(text.clauses))) == 29


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("本条例自2020年1月1日起施行。《乙条例》同时废止。", ["乙条例"]),
        ("《乙条例》和《丙办法》予以废止。", ["乙条例", "丙办法"]),
        ("1995年发布的《〈乙法〉实施办法》同时废止。", ["〈乙法〉实施办法"]),
        ("地方性法规的修改和废止程序，适用《乙条例》。", []),
        ("需要修改或者废止《乙条例》的，应当提出意见。", []),
        ("《乙条例》的规定应当及时废止。", []),
    ],
)
def test_a_repeal_is_told_from_talk_of_repealing(words: str, titles: list[str]) -> None:
    assert [title for _, title in spoken(words)] == titles


def test_a_day_in_the_words_is_the_day_of_the_repeal() -> None:
    clauses = parse_instrument("# 甲\n<!-- INFO END -->\n第一条 《乙条例》自2021年5月1日起废止。").clauses
    assert [str(r.day) for r in spoken_repeals(clauses)] == ["2021-05-01"]
