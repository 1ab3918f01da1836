"""Two versions side by side."""

from hypothesis import given
from hypothesis import strategies as st

from tongxin.law.rules.comparing import Run, compared, difference
from tongxin.law.rules.succession import Wording
from tongxin.law.tests.test_succession import GRID, HEAT, PARK, article, words


def said(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


def marked(runs: tuple[Run, ...]) -> str:
    """The runs with what is deleted in [ ] and what is inserted in { }."""
    signs = {"equal": "", "deleted": "[]", "inserted": "{}"}
    return "".join(run.text.join(signs[run.kind]) if signs[run.kind] else run.text for run in runs)


def test_a_changed_word_is_told_apart_from_what_stayed() -> None:
    before, after = difference("处二百元以上五百元以下罚款。", "处五百元以上一千元以下罚款。")
    assert marked(before) == "处[二]百元以上[五百]元以下罚款。"
    assert marked(after) == "处{五}百元以上{一千}元以下罚款。"


def test_a_single_character_shared_by_chance_is_no_common_ground() -> None:
    before, after = difference("责令改正", "警告并改善")
    assert (marked(before), marked(after)) == ("[责令改正]", "{警告并改善}")


def test_the_width_of_a_sign_is_no_difference() -> None:
    before, after = difference("种类分为:（一）警告", "种类分为：(一)警告")
    assert {run.kind for run in before + after} == {"equal"}
    assert said(after) == "种类分为：(一)警告"


@given(st.text("网格员应当，。\n（一）", max_size=40), st.text("网格员应当，。\n（一）", max_size=40))
def test_the_runs_are_the_texts(old: str, new: str) -> None:
    before, after = difference(old, new)
    assert (said(before), said(after)) == (old, new)
    assert {run.kind for run in before} <= {"equal", "deleted"}
    assert {run.kind for run in after} <= {"equal", "inserted"}
    equal = ["".join(run.text for run in runs if run.kind == "equal") for runs in (before, after)]
    assert equal[0] == equal[1]


def test_rows_stand_in_the_order_of_the_new_text_and_what_is_gone_after_what_it_followed() -> None:
    old = article(1, GRID) + article(2, HEAT) + article(3, PARK)
    new = article(1, GRID) + article(2, "本市建立网格化信息系统。") + article(3, PARK)
    rows = compared(old=old, new=new)
    assert [(row.how, row.old, row.new) for row in rows] == [
        ("same", "a1", "a1"), ("gone", "a2", None), ("added", None, "a2"), ("same", "a3", "a3"),
    ]  # fmt: skip


def test_what_is_gone_before_everything_else_comes_first() -> None:
    rows = compared(old=article(1, HEAT) + article(2, GRID), new=article(1, GRID))
    assert [(row.how, row.old, row.new) for row in rows] == [("gone", "a1", None), ("moved", "a2", "a1")]


def test_headings_have_rows_and_paragraphs_have_none() -> None:
    text = [Wording(key="c1", kind="chapter", text="总则"), *article(1, f"{GRID}\n{HEAT}")]
    assert [row.new for row in compared(old=text, new=text)] == ["c1", "a1"]


def test_of_a_real_law_no_word_is_lost_on_either_side() -> None:
    old, new = (
        words("cn/public-security-penalties", "2012-10-26"),
        words("cn/public-security-penalties", "2025-06-27"),
    )
    rows = compared(old=old, new=new)
    for side, text in (("before", old), ("after", new)):
        kept = sorted(said(getattr(row, side)) for row in rows if (row.old if side == "before" else row.new))
        assert kept == sorted(w.text for w in text if not (w.key.startswith("a") and "." in w.key))
    (fines,) = [row for row in rows if row.old == "a23"]
    assert fines.new == "a26"
    assert {"deleted", "equal"} == {run.kind for run in fines.before}
