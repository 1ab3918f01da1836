"""What follows what between two versions: real pairs read by eye, and small texts made for each rule."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugin import ROOT
from tongxin.law.rules.likeness import overlap, rising
from tongxin.law.rules.succession import Successor, Wording, succession
from tongxin.law.rules.text import parse_instrument

LAW = ROOT / "city" / "binzhou" / "law"
TABLE = list(csv.DictReader((Path(__file__).parent / "succession_pairs.csv").open(encoding="utf-8")))
PAIRS = sorted({(row["instrument"], row["old_version"], row["new_version"]) for row in TABLE})
MANIFEST = {
    (row["key"], row["version_date"]): row["file"]
    for row in csv.DictReader((LAW / "manifest.csv").open(encoding="utf-8"))
}


@lru_cache
def words(key: str, day: str) -> tuple[Wording, ...]:
    parsed = parse_instrument((LAW / MANIFEST[(key, day)]).read_text(encoding="utf-8"))
    return tuple(Wording(key=c.key, kind=c.kind.value, text=c.text or c.heading) for c in parsed.clauses)


@lru_cache
def between(key: str, old: str, new: str) -> Mapping[str, Successor]:
    return succession(old=words(key, old), new=words(key, new))


def article(number: int, text: str) -> list[Wording]:
    """An article of one paragraph for each line."""
    lines = text.split("\n")
    return [
        Wording(key=f"a{number}", kind="article", text=text),
        *(
            Wording(key=f"a{number}.p{place}", kind="paragraph", text=line)
            for place, line in enumerate(lines, start=1)
        ),
    ]


def follows(
    old: list[Wording], new: list[Wording], **more: Mapping[str, str]
) -> dict[str, tuple[str | None, str]]:
    return {key: (s.key, s.how) for key, s in succession(old=old, new=new, **more).items()}


GRID = "网格员应当巡查责任区域，发现问题及时上报综合服务平台。"
HEAT = "供热企业应当保证居民卧室温度不低于十八摄氏度，并公布投诉电话。"
PARK = "停车场经营者应当在出入口明示收费标准和营业时间。"


# ---- Real pairs, read by eye -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "old", "new"), PAIRS)
def test_no_article_that_was_read_by_eye_gets_a_wrong_successor(key: str, old: str, new: str) -> None:
    rows = [
        row for row in TABLE if (row["instrument"], row["old_version"], row["new_version"]) == (key, old, new)
    ]
    found = between(key, old, new)
    wrong = [
        (row["old"], row["new"], found[row["old"]].key)
        for row in rows
        if found[row["old"]].key not in {row["new"] or None, None}
    ]
    assert not wrong


def test_of_the_articles_read_by_eye_no_more_are_missed_than_the_table_says() -> None:
    missed = {
        (row["instrument"], row["old"])
        for row in TABLE
        if row["new"]
        and between(row["instrument"], row["old_version"], row["new_version"])[row["old"]].key is None
    }
    said = {(row["instrument"], row["old"]) for row in TABLE if row["note"] == "missed"}
    assert missed == said
    assert len(TABLE) > 300 > 30 * len(said)


def test_the_table_speaks_of_every_article_whose_words_changed() -> None:
    read = {(row["instrument"], row["old"]) for row in TABLE}
    changed = {
        (key, w.key)
        for key, old, new in PAIRS
        for w in words(key, old)
        if w.kind == "article" and between(key, old, new)[w.key].how in {"changed", "gone"}
    }
    assert changed == read


def test_the_duties_of_network_operators_moved_from_article_21_to_23() -> None:
    found = between("cn/cybersecurity", "2016-11-07", "2025-10-28")
    assert (found["a21"].key, found["a21"].how) == ("a23", "moved")
    assert (found["a21.p1.i3"].key, found["a21.p1.i3"].how) == ("a23.p1.i3", "moved")
    assert (found["a59"].key, found["a59"].how) == ("a61", "changed")


def test_a_likelier_but_misplaced_article_does_not_win() -> None:
    """2015 art. 13 (suspending a law for a time) is art. 16 of 2023; art. 79 says nearly the same of regulations."""
    found = between("cn/legislation-law", "2015-03-15", "2023-03-13")
    assert found["a13"].key == "a16"


def test_an_article_that_was_split_has_no_successor_but_its_paragraphs_have() -> None:
    found = between("cn/urban-residents-committees", "2018-12-29", "2025-10-28")
    assert found["a8"].key is None
    assert (found["a8.p1"].key, found["a8.p2"].key) == ("a14.p1", "a16.p1")


@pytest.mark.parametrize(("key", "old", "new"), PAIRS)
def test_no_two_clauses_have_the_same_successor_and_every_successor_is_there(
    key: str, old: str, new: str
) -> None:
    found = between(key, old, new)
    assert list(found) == [w.key for w in words(key, old)]
    times = Counter(s.key for s in found.values() if s.key)
    assert max(times.values()) == 1
    assert set(times) <= {w.key for w in words(key, new)}


def test_a_version_follows_itself_word_for_word() -> None:
    text = words("cn/cybersecurity", "2016-11-07")
    assert {s.how for s in succession(old=text, new=text).values()} == {"same"}


def test_chapters_follow_their_articles() -> None:
    found = between("cn/emergency-response", "2007-08-30", "2024-06-28")
    assert (found["c3"].key, found["c3"].how) == ("c4", "moved")


# ---- Small texts, one rule each --------------------------------------------------------------------------------------


def test_a_confirmed_change_of_number_wins_over_identical_words() -> None:
    old = article(1, GRID) + article(2, HEAT)
    new = article(1, GRID) + article(2, HEAT)
    found = follows(old, new, renumbered={"a1": "a2"})
    assert found["a1"] == ("a2", "changed")
    assert found["a2"] == (None, "gone")


def test_a_confirmed_change_to_a_clause_that_is_not_there_is_left_aside() -> None:
    found = follows(article(1, GRID), article(2, GRID), renumbered={"a1": "a9", "a7": "a2"})
    assert found["a1"] == ("a2", "moved")


def test_width_and_spaces_do_not_count_as_a_change() -> None:
    found = follows(article(1, "网格员（3名）应当 巡查。"), article(1, "网格员(３名)应当巡查。"))
    assert found["a1"] == ("a1", "same")


def test_articles_with_the_same_words_keep_their_order() -> None:
    old = (
        article(1, GRID)
        + article(2, "本章自公布之日起施行。")
        + article(3, HEAT)
        + article(4, "本章自公布之日起施行。")
    )
    new = (
        article(5, GRID)
        + article(6, "本章自公布之日起施行。")
        + article(7, HEAT)
        + article(8, "本章自公布之日起施行。")
    )
    found = follows(old, new)
    assert found["a2"] == ("a6", "moved")
    assert found["a4"] == ("a8", "moved")


def test_of_two_with_the_same_words_the_one_nearest_in_place_is_left() -> None:
    same = "法律另有规定的，从其规定。"
    old = article(1, same) + article(2, GRID) + article(3, HEAT) + article(4, PARK) + article(5, same)
    new = article(1, GRID) + article(2, HEAT) + article(3, PARK) + article(4, same)
    found = follows(old, new)
    assert found["a5"] == ("a4", "moved")
    assert found["a1"] == (None, "gone")


def test_unlike_words_in_the_same_place_do_not_follow_each_other() -> None:
    found = follows(article(1, GRID) + article(2, HEAT), article(1, GRID) + article(2, PARK))
    assert found["a2"] == (None, "gone")


def test_a_clause_split_into_two_alike_has_no_one_successor() -> None:
    old = article(1, "县级人民政府和乡镇人民政府应当将网格经费列入本级预算。")
    new = article(1, "县级人民政府应当将网格经费列入本级预算。") + article(
        2, "乡镇人民政府应当将网格经费列入本级预算。"
    )
    assert follows(old, new)["a1"] == (None, "gone")


def test_a_paragraph_may_move_within_its_article_and_to_another() -> None:
    found = follows(
        article(1, f"{GRID}\n{HEAT}")
        + article(2, f"{PARK}\n乡镇人民政府应当公布网格划分的结果和网格员的姓名。"),
        article(1, f"{HEAT}\n{GRID}\n乡镇人民政府应当公布网格划分的结果和网格员的姓名。") + article(2, PARK),
    )
    assert found["a1.p1"] == ("a1.p2", "moved")
    assert found["a1.p2"] == ("a1.p1", "moved")
    assert found["a2.p2"] == ("a1.p3", "moved")


def test_a_paragraph_whose_items_changed_is_not_the_same() -> None:
    def listing(second: str) -> list[Wording]:
        lead, first = "有下列情形之一的，责令改正：", "擅自停止供热；"
        return [
            Wording(key="a1", kind="article", text=f"{lead}\n（一）{first}\n（二）{second}"),
            Wording(key="a1.p1", kind="paragraph", text=lead),
            Wording(key="a1.p1.i1", kind="item", text=first),
            Wording(key="a1.p1.i2", kind="item", text=second),
        ]

    found = follows(listing("未公布投诉电话。"), listing("未按规定公布收费标准和投诉电话。"))
    assert found["a1.p1"] == ("a1.p1", "changed")
    assert found["a1.p1.i1"] == ("a1.p1.i1", "same")
    assert found["a1.p1.i2"] == ("a1.p1.i2", "changed")


def test_nothing_follows_from_nothing() -> None:
    assert succession(old=[], new=article(1, GRID)) == {}
    assert follows(article(1, GRID), [])["a1.p1"] == (None, "gone")


@given(st.permutations(range(12)))
def test_articles_in_any_order_are_found_by_their_words(order: list[int]) -> None:
    texts = [
        f"第{n}项规定由主管部门依照{chr(0x4E00 + 37 * n)}{chr(0x5E00 + 41 * n)}的要求办理。"
        for n in range(12)
    ]
    old = [w for n in range(12) for w in article(n + 1, texts[n])]
    new = [w for place, n in enumerate(order) for w in article(place + 1, texts[n])]
    found = succession(old=old, new=new)
    assert [found[f"a{n + 1}"].key for n in range(12)] == [f"a{order.index(n) + 1}" for n in range(12)]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30)),
        max_size=20,
        unique_by=(lambda p: p[0], lambda p: p[1]),
    )
)
def test_pairs_that_do_not_cross_rise_on_both_sides(pairs: list[tuple[int, int]]) -> None:
    run = rising(pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(run))
    assert set(run) <= set(pairs)
    assert bool(run) == bool(pairs)


def test_overlap_says_what_share_is_common() -> None:
    assert overlap("依法行政", "依法行政") == 1.0
    assert overlap("依法行政", "停车收费") == 0.0
    assert overlap("依法行政", "依法治国") == pytest.approx(1 / 3, abs=0.001)


def test_the_table_names_clauses_that_exist() -> None:
    for row in TABLE:
        assert date.fromisoformat(row["old_version"]) < date.fromisoformat(row["new_version"])
        assert not row["new"] or row["new"] in {w.key for w in words(row["instrument"], row["new_version"])}
