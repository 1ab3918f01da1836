"""找引用的测试：各种来源、简称、没有书名号的题名、修改决定；以及看着像而不是的。"""

import pytest

from tongxin.law.rules.citations import (
    Citation,
    Setting,
    SourceKind,
    TitleIndex,
    citations_in,
    citations_in_document,
    reads_as_instrument,
)

BOOK = TitleIndex.of(
    [
        ("cn/a", "中华人民共和国行政处罚法"),
        ("cn/b", "信访条例"),
        ("cn/c", "某省信访条例"),
        ("cn/d", "中华人民共和国立法法"),
        ("cn/e", "某省实施《中华人民共和国行政处罚法》办法"),
        ("cn/f", "最高人民法院关于适用某法若干问题的规定（试行）"),
        ("cn/g", "中华人民共和国宪法"),
        ("cn/h", "中华人民共和国行政处罚法实施条例"),
    ]
)


def found(text: str, *, own: str = "") -> list[Citation]:
    return list(citations_in(text, setting=Setting.of(index=BOOK, own=own, texts=[text])))


def said(text: str, *, own: str = "") -> list[tuple[str, str, list[str]]]:
    return [(one.quote, one.title, [unit.key for unit in one.expanded()]) for one in found(text, own=own)]


# --- sources ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quote", "kind", "title"),
    [
        ("依照《立法法》第十条处理", "《立法法》第十条", SourceKind.TITLED, "立法法"),
        ("依照《立法法》的第十条处理", "《立法法》的第十条", SourceKind.TITLED, "立法法"),
        ("依照立法法第十条处理", "立法法第十条", SourceKind.BARE, "立法法"),
        (
            "依照中华人民共和国立法法第十条",
            "中华人民共和国立法法第十条",
            SourceKind.BARE,
            "中华人民共和国立法法",
        ),
        ("对违反某某市公园条例第十条的", "某某市公园条例第十条", SourceKind.BARE, "某某市公园条例"),
        ("构成犯罪的，适用刑法第十条", "刑法第十条", SourceKind.BARE, "刑法"),
        ("刑法分则第四章规定的犯罪", "刑法分则第四章", SourceKind.BARE, "刑法"),
        ("依照本法第十条", "本法第十条", SourceKind.SELF, ""),
        ("依照本规定第十条", "本规定第十条", SourceKind.SELF, ""),
        ("违反本条第二款规定", "本条第二款", SourceKind.PRIOR, ""),
        ("有前款第三项情形", "前款第三项", SourceKind.PRIOR, ""),
        ("有前两款行为", "前两款", SourceKind.PRIOR, ""),
        ("除本章规定外", "本章", SourceKind.PRIOR, ""),
        ("依照第十条处罚", "第十条", SourceKind.PLAIN, ""),
        ("根据宪法，制定本法", "宪法", SourceKind.BARE, "宪法"),
    ],
)
def test_the_source_of_a_citation_is_told(text, quote, kind, title):
    (one,) = found(text)
    assert (one.quote, one.kind, one.title) == (quote, kind, title)
    assert text[one.start : one.end] == quote


def test_nested_brackets_and_notes_belong_to_the_title():
    assert said("依照《某省实施〈行政处罚法〉办法》第三条") == [
        ("《某省实施〈行政处罚法〉办法》第三条", "某省实施〈行政处罚法〉办法", ["a3"])
    ]
    (one,) = found("《立法法》（2015年修正）第七十二条")
    assert (one.quote, one.note) == ("《立法法》（2015年修正）第七十二条", "2015年修正")


def test_an_instrument_may_be_cited_as_a_whole():
    assert said("《立法法》和《行政处罚法》同时废止") == [
        ("《立法法》", "立法法", []),
        ("《行政处罚法》", "行政处罚法", []),
    ]
    assert said("依照行政处罚法的规定给予处罚") == [("行政处罚法", "行政处罚法", [])]
    assert said("依照行政处罚法、立法法的规定") == [
        ("行政处罚法", "行政处罚法", []),
        ("立法法", "立法法", []),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "发给《食品经营许可证》",
        "在《某某日报》上公布",
        "填写《送达地址确认书》",
        "《》等法律",
        "宣传行政处罚法知识",
        "依照行政处罚法律规范",
        "宪法和法律委员会审议",
        "设立宪法宣誓制度",
        "目前条件尚不成熟",
        "办理退役审批手续前编制报告书",
        "标准文本编制",
        "上述基本条件",
        "本条例自公布之日起施行",
        "对前三项污染物征税",
        "每个项目前项目经理",
        "第一部分第一项",
        "劳动合同第三条",
        "第二生产线",
    ],
)
def test_what_only_looks_like_a_citation_is_left_alone(text):
    assert found(text) == []


def test_a_part_of_a_longer_title_is_not_the_shorter_one():
    assert [(one.title, BOOK.keys(one.title)) for one in found("依照某省信访条例第三条、信访条例第四条")] == [
        ("某省信访条例", ("cn/c",)),
        ("信访条例", ("cn/b",)),
    ]
    (other,) = found("依照他省信访条例第三条")
    assert (other.title, BOOK.keys(other.title)) == ("他省信访条例", ())
    (longer,) = found("依照行政处罚法实施条例第三条")
    assert BOOK.keys(longer.title) == ("cn/h",)


def test_a_name_the_text_gives_is_known_from_there_on_and_before():
    text = "第二条依照《处罚法》第三条。根据《中华人民共和国行政处罚法》（以下简称《处罚法》），依照《处罚法》第十条和处罚法第十一条"
    assert [(one.kind, one.title, one.quote) for one in found(text)] == [
        (SourceKind.PLAIN, "", "第二条"),
        (SourceKind.ALIAS, "中华人民共和国行政处罚法", "《处罚法》第三条"),
        (SourceKind.TITLED, "中华人民共和国行政处罚法", "《中华人民共和国行政处罚法》"),
        (SourceKind.ALIAS, "中华人民共和国行政处罚法", "《处罚法》第十条"),
        (SourceKind.ALIAS, "中华人民共和国行政处罚法", "处罚法第十一条"),
    ]


def test_a_short_name_that_is_no_instrument_s_is_not_taken_for_one():
    assert [one.quote for one in found("有关主管部门（以下简称主管部门）依照《立法法》第一条")] == [
        "《立法法》第一条"
    ]


def test_that_law_and_that_paragraph_are_those_named_last():
    assert said("违反《立法法》第十条，该法第十一条另有规定的除外")[1] == ("该法第十一条", "立法法", ["a11"])
    assert said("造成本法第六十一条第三款规定的后果的，依照该款规定处罚")[1] == ("该款", "", ["a61.p3"])


def test_a_unit_goes_on_from_the_one_before_it():
    assert said("行政处罚法第三十条第三项规定的情形；第四项规定的情形") == [
        ("行政处罚法第三十条第三项", "行政处罚法", ["a30.i3"]),
        ("第四项", "行政处罚法", ["a30.i4"]),
    ]
    assert said("刑法第三百八十三条贪污罪、第三百八十四条挪用公款罪")[1] == (
        "第三百八十四条",
        "刑法",
        ["a384"],
    )
    assert said("违反《立法法》第十条规定，依照第十二条处罚")[1] == ("第十二条", "", ["a12"])


def test_the_opening_of_an_article_is_no_citation_even_in_the_middle_of_a_line():
    text = "第三条　市政府主管。第四条　依照本条例第三条执行。\n第五条 依照第四条执行"
    assert [one.quote for one in found(text)] == ["本条例第三条", "第四条"]


# --- texts that amend others -----------------------------------------------------------------------------------


def test_in_a_decision_on_amending_one_law_that_law_is_meant_by_itself():
    own = "全国人民代表大会常务委员会关于修改《中华人民共和国立法法》的决定"
    text = "一、将第三条第一款修改为：“依照本法第十条。”二、第四条增加一款，作为第三款。本决定第二条自公布之日起施行。"
    assert said(text, own=own) == [
        ("第三条第一款", "中华人民共和国立法法", ["a3.p1"]),
        ("本法第十条", "中华人民共和国立法法", ["a10"]),
        ("第四条", "中华人民共和国立法法", ["a4"]),
        ("第三款", "中华人民共和国立法法", ["a4.p3"]),
        ("本决定第二条", "", ["a2"]),
    ]


def test_in_a_decision_on_several_the_one_spoken_of_last_is_meant():
    own = "关于修改《立法法》《行政处罚法》的决定"
    text = "一、《立法法》将第三条修改。二、对《行政处罚法》作如下修改：将本法第五条删去。"
    assert [(title, key) for _, title, key in said(text, own=own) if key] == [
        ("立法法", ["a3"]),
        ("行政处罚法", ["a5"]),
    ]
    assert said("将第三条修改。", own="关于修改《立法法》等七部法律的决定") == [("第三条", "", ["a3"])]


def test_an_amendment_named_after_its_law_means_that_law():
    assert said(
        "在第二百五十三条后增加一条，作为第二百五十三条之一", own="中华人民共和国刑法修正案（七）"
    ) == [
        ("第二百五十三条", "中华人民共和国刑法", ["a253"]),
        ("第二百五十三条之一", "中华人民共和国刑法", ["a253-1"]),
    ]


def test_an_instrument_of_the_same_title_that_a_text_replaced_is_not_the_text_itself():
    text = "本条例自2005年5月1日起施行。1995年10月28日国务院发布的《信访条例》同时废止。"
    (one,) = found(text, own="信访条例")
    assert one.earlier
    assert not found(text, own="某省信访条例")[0].earlier


# --- titles -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("中华人民共和国行政处罚法", ("cn/a",)),
        ("行政处罚法", ("cn/a",)),
        ("行政处罚法（2021年修订）", ("cn/a",)),
        ("某省实施〈行政处罚法〉办法", ("cn/e",)),
        ("某省实施《中华人民共和国行政处罚法》办法", ("cn/e",)),
        ("关于适用某法若干问题的规定", ("cn/f",)),
        ("最高人民法院关于适用某法若干问题的规定(试行)", ("cn/f",)),
        ("处罚法", ()),
        ("条例", ()),
        ("", ()),
    ],
)
def test_a_title_names_an_instrument_in_full_in_short_and_with_notes(title, keys):
    assert BOOK.keys(title) == keys


def test_titles_that_are_near_are_offered_and_never_taken():
    assert BOOK.keys("处罚法") == ()
    assert set(BOOK.near("处罚法")) >= {"cn/a"}


def test_instruments_that_share_a_title_are_both_named():
    index = TitleIndex.of([("x/1", "公园条例"), ("x/2", "公园条例"), ("x/3", "中华人民共和国公园条例")])
    assert index.keys("公园条例") == ("x/1", "x/2")
    assert index.keys("中华人民共和国公园条例") == ("x/3",)


def test_norms_are_told_from_papers():
    assert all(map(reads_as_instrument, ["立法法", "某省公园条例（试行）", "某质量管理规范", "联合国某公约"]))
    assert not any(map(reads_as_instrument, ["食品经营许可证", "某某日报", "处罚决定书", "申请表", ""]))


# --- documents ----------------------------------------------------------------------------------------------


def test_the_place_of_a_citation_in_a_document_is_a_clause_and_its_position_is_that_of_the_file():
    text = "# 某条例\r\n\r\n第一条　根据《立法法》第一条。\r\n　　违反前款规定的，\r\n处罚。\r\n第二条\t本条例第一条第二款除外。"
    document = citations_in_document(text)
    assert [(one.quote, one.place) for one in document.citations] == [
        ("《立法法》第一条", "a1.p1"),
        ("前款", "a1.p2"),
        ("本条例第一条第二款", "a2.p1"),
    ]
    assert all(text[one.start : one.end] == one.quote for one in document.citations)


def test_an_empty_document_has_nothing():
    document = citations_in_document("")
    assert (document.citations, document.clauses, document.title) == ((), (), "")
