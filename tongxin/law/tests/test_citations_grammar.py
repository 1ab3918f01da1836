"""引用语法的测试：编号、单位、范围、共用；写出来的单位读回来还是它；怪异的文字不出错，也不拖慢。"""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongxin.law.rules.citations import Citation, Step, Unit, citations_in, unit_of
from tongxin.law.rules.citations.chains import past_numbers, read_chain
from tongxin.law.rules.citations.grammar import NAMES, ORDER, read_number
from tongxin.law.rules.numerals import GREATEST, chinese_numeral
from tongxin.law.terms import CLAUSE_KEY, ClauseKind

ARABIC = str.maketrans("0123456789", "０１２３４５６７８９")
numbers = st.integers(1, GREATEST)


def keys(text: str) -> list[str]:
    chain = read_chain(text, 0)
    return [] if chain is None else [one.key for unit in chain.units for one in unit.expanded()]


# --- numbers ------------------------------------------------------------------------------------------------


@given(numbers)
def test_a_number_is_read_however_it_is_written(number):
    written = {chinese_numeral(number), str(number), str(number).translate(ARABIC)}
    written.add(chinese_numeral(number).replace("零", "〇"))
    assert {read_number(one) for one in written} == {str(number)}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("二一", "21"),
        ("一〇", "10"),
        ("〇", "0"),
        ("零", "0"),
        ("99999", "99999"),
        ("一百一", "?"),
        ("十百", "?"),
    ],
)
def test_a_number_that_is_not_written_in_full_is_read_only_where_it_is_plain(written, read):
    assert read_number(written) == read


# --- units written and read back -----------------------------------------------------------------------------


@st.composite
def written_units(draw: st.DrawFn) -> tuple[str, str]:
    """A unit as a text may write it, and its key."""
    article, inserted = draw(numbers), draw(st.none() | st.integers(1, 20))
    numeral = draw(st.sampled_from([chinese_numeral, str]))
    text = f"第{numeral(article)}条" + (f"之{chinese_numeral(inserted)}" if inserted else "")
    key = f"a{article}" + (f"-{inserted}" if inserted else "")
    depth = draw(st.integers(0, 3))
    if depth >= 1:
        paragraph = draw(st.integers(1, 30))
        text, key = f"{text}第{numeral(paragraph)}款", f"{key}.p{paragraph}"
    if depth >= 2:
        item = draw(st.integers(1, 40))
        form = draw(st.sampled_from(["第{}项", "第（{}）项", "（{}）项", "第({})项"]))
        text, key = text + form.format(numeral(item)), f"{key}.i{item}"
    if depth >= 3:
        text, key = f"{text}第{numeral(7)}目", f"{key}.s7"
    return text, key


@given(written_units())
def test_a_unit_written_is_read_back(unit):
    text, key = unit
    assert keys(text) == [key]
    assert CLAUSE_KEY.fullmatch(key)


@given(written_units())
def test_a_unit_is_said_and_found_again_in_a_sentence(unit):
    _, key = unit
    said = unit_of(key).label
    text = f"依照《某某法》{said}的规定处罚。"
    (found,) = citations_in(text)
    assert (found.quote, found.title) == (f"《某某法》{said}", "某某法")
    assert [one.key for one in found.expanded()] == [key]


@given(st.lists(written_units(), min_size=1, max_size=6), st.sampled_from(["、", "和", "以及", "，", "或者"]))
def test_units_from_the_article_on_stand_apart_however_they_are_joined(units, joint):
    text = joint.join(text for text, _ in units)
    assert keys(text) == [key for _, key in units]


@given(st.integers(1, 500), st.integers(1, 99))
def test_a_range_is_written_out(first, more):
    said = f"第{chinese_numeral(first)}条至第{chinese_numeral(first + more)}条"
    assert keys(said) == [f"a{number}" for number in range(first, first + more + 1)]


@given(st.integers(1, 500), st.integers(100, 5_000))
def test_a_range_that_no_statute_would_cite_is_answered_by_its_ends(first, more):
    (found,) = citations_in(f"《某法》第{first}条至第{first + more}条")
    assert [one.key for one in found.expanded()] == [f"a{first}", f"a{first + more}"]
    assert found.cut


@given(st.lists(st.integers(1, 99), min_size=2, max_size=8, unique=True), st.sampled_from("条款项"))
def test_numbers_share_the_level_that_is_said_once(shared, level):
    letter = {"条": "a", "款": "p", "项": "i"}[level]
    said = "、".join(chinese_numeral(number) for number in shared)
    assert keys(f"第{said}{level}") == [f"{letter}{number}" for number in shared]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("第一款、第三款", ["p1", "p3"]),
        ("第二、三款", ["p2", "p3"]),
        ("第十条第一款、第三款和第十二条", ["a10.p1", "a10.p3", "a12"]),
        ("第十条第一款第二项、第四项，第三款", ["a10.p1.i2", "a10.p1.i4", "a10.p3"]),
        ("第十条、第十二条和第十五条", ["a10", "a12", "a15"]),
        ("第十、十二条第一款", ["a10", "a12.p1"]),
        ("第（一）、（三）项", ["i1", "i3"]),
        ("第（一）至（三）项", ["i1", "i2", "i3"]),
        ("（一）项至（三）项", ["i1", "i2", "i3"]),
        ("第一至第三项", ["i1", "i2", "i3"]),
        ("第3-5条", ["a3", "a4", "a5"]),
        ("第十条至第十二条第一款", ["a10", "a11", "a12.p1"]),
        ("第十条第二款至第四款", ["a10.p2", "a10.p3", "a10.p4"]),
        ("第一百三十三条之一、之二", ["a133-1", "a133-2"]),
        ("第二编第三章第二节", ["b2.c3.s2"]),
        ("第二章第一节、第三节", ["c2.s1", "c2.s3"]),
        ("第四十八第一款", ["a48.p1"]),
        ("第 八十一 条 第 一 款", ["a81.p1"]),
        ("第十条第三项", ["a10.i3"]),
        ("第十二条至第十条", ["a12", "a10"]),
        ("第十条，第二款", ["a10"]),
        ("第三条例", []),
        ("第一项目", []),
        ("第二章程", []),
        ("第三条约", []),
        ("第一、二", []),
        ("第", []),
    ],
)
def test_a_chain_is_read_as_the_grammar_says(text, found):
    assert keys(text) == found


def test_the_kinds_of_units_have_one_order_and_one_name_each():
    assert set(NAMES.values()) == set(ORDER)
    assert unit_of("b1.f2.c3.s4") == Unit(
        tuple(
            Step(kind, number)
            for kind, number in zip(
                (ClauseKind.PART, ClauseKind.SUBPART, ClauseKind.CHAPTER, ClauseKind.SECTION),
                "1234",
                strict=True,
            )
        )
    )
    with pytest.raises(ValueError, match="key of a unit"):
        unit_of("x.p1.9")


# --- whatever is written -------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *"第条款项目编章节之至、和，。；《》〈〉（）()一二三十百千零〇0129法本前该的 \n",
        "本法",
        "条例",
        "前款",
        "规定",
        "以下简称",
        "第一条",
        "<p>",
        "中华人民共和国",
    ]
)


@given(st.lists(pieces, max_size=60))
def test_any_text_gives_citations_that_stand_where_they_say_in_order_and_apart(parts):
    text = "".join(parts)
    end = 0
    for found in citations_in(text):
        assert isinstance(found, Citation)
        assert text[found.start : found.end] == found.quote
        assert end <= found.start < found.end
        end = found.end


@given(st.lists(pieces, max_size=40), st.text(alphabet="甲乙丙丁。", min_size=1, max_size=5))
def test_what_is_found_does_not_hang_on_what_follows_a_full_stop(parts, more):
    text = "".join(parts)
    assume("《" not in text and "该" not in text and "称" not in text)
    before = [(one.quote, one.start) for one in citations_in(f"{text}。")]
    assert before == [(one.quote, one.start) for one in citations_in(f"{text}。{more}")]


@pytest.mark.parametrize(
    "piece",
    [
        "《",
        "第",
        "第一、",
        "第一条、",
        "（一）",
        "第一条至第九千条。",
        "本法",
        "〈《",
        "前款",
        "法",
        "<p>《甲法》第<b>十</b>条</p>",
        "该法第",
        "以下简称",
    ],
)
def test_a_long_run_of_anything_is_read_to_its_end(piece):
    text = piece * (100_000 // len(piece)) + "《乙法》第七条"
    found = citations_in(text)
    assert found[-1].end == len(text) or found[-1].quote.endswith("第七条")


def test_numbers_that_come_to_no_level_are_passed_over_at_once():
    text = "第一、二、三、四人"
    assert past_numbers(text, 0) == text.index("人")
    assert citations_in(text) == ()
