"""解引用的测试：五种答案，逐条读过法律文本核对；各种答案的边界。"""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.law.rules.citations import (
    REASONS,
    Answer,
    HeldClause,
    HeldInstrument,
    HeldVersion,
    Resolved,
    Resolver,
    Setting,
    Shelf,
    TitleIndex,
    citations_in,
    reads_as_instrument,
)
from tongxin.law.tests.desk import shelf

TABLE = Path(__file__).with_name("five_answers.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def asked(text: str, held: Shelf, *, on: str, written: str = "") -> list[Resolved]:
    setting = Setting.of(index=held.index, texts=[text])
    found = citations_in(text, setting=setting)
    if not found and reads_as_instrument(text):
        found = citations_in(f"《{text}》", setting=setting)
    resolver = Resolver(held, on=date.fromisoformat(on), written=day(written))
    return [one for citation in found for one in resolver.resolve(citation)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['query']} {row['on']} {row['written']}")
def test_every_answer_of_the_table_read_in_the_statutes_is_given(row):
    answers = asked(row["query"], shelf(), on=row["on"], written=row["written"])
    first = answers[0]
    assert ";".join(str(one.answer) for one in answers) == row["answer"]
    assert ";".join(one.clause or "" for one in answers) == row["clause"]
    assert {one.instrument or "" for one in answers} == {row["instrument"]}
    assert {one.version for one in answers} == {day(row["version"])}
    assert (first.successor or "") == row["successor"]
    assert {True: "yes", False: "no", None: ""}[first.unchanged] == row["unchanged"]
    assert {one.may_found for one in answers} == {row["may_found"] == "yes"}
    assert (first.text or "").startswith(row["text"])
    assert bool(first.text) == bool(row["text"])


def test_the_table_shows_each_of_the_five_answers_many_times():
    given = [answer for row in ROWS for answer in row["answer"].split(";")]
    assert len(ROWS) >= 75
    assert all(given.count(answer) >= 10 for answer in Answer)


# --- where the pack has no example: books made up for the purpose -------------------------------------------------


def version(adopted: str, clauses: str, **given: object) -> HeldVersion:
    """A version with these articles, one a line: number, words, and, if it has its own dates, begins..ends."""
    held = {}
    for line in clauses.strip().splitlines():
        key, words, *dates = line.split("|")
        begins, _, ends = dates[0].partition("..") if dates else ("", "", "")
        held[key.strip()] = HeldClause(
            key=key.strip(), kind="article", text=words, begins=day(begins), ends=day(ends)
        )
    dates = {name: day(str(given.pop(name, "") or "")) for name in ("begins", "ends")}
    return HeldVersion(adopted=date.fromisoformat(adopted), clauses=held, **dates, **given)


def book(*versions: HeldVersion) -> Shelf:
    held = HeldInstrument.of(key="x/law", title="某法", versions=list(versions))
    return Shelf(index=TitleIndex.of([("x/law", "某法")]), instruments={"x/law": held})


def ask(
    held: Shelf, on: str, *, text: str = "《某法》第一条", written: str = ""
) -> tuple[str, str, bool, str]:
    (one,) = asked(text, held, on=on, written=written)
    return str(one.answer), one.because, one.may_found, str(one.version)


OLD = "a1|甲乙丙丁戊己庚辛壬癸子丑寅卯\na2|其余各条都照旧不动的一句话"
NEW = "a1|全然不同的另一句话，说的是别的事情\na2|甲乙丙丁戊己庚辛壬癸子丑寅卯"


def test_a_clause_that_is_suspended_stands_and_founds_nothing():
    held = version("2020-01-01", OLD, begins="2020-02-01")
    clause = replace(held.clauses["a1"], suspended=((date(2021, 1, 1), date(2021, 7, 1)),))
    shelf_ = book(replace(held, clauses={**held.clauses, "a1": clause}))
    assert ask(shelf_, "2020-12-31") == ("in_force", "in_force", True, "2020-01-01")
    assert ask(shelf_, "2021-01-01") == ("in_force", "suspended", False, "2020-01-01")
    assert ask(shelf_, "2021-07-01") == ("in_force", "in_force", True, "2020-01-01")
    (one,) = asked("《某法》第一条", shelf_, on="2021-03-01")
    assert one.suspended


def test_a_clause_repealed_while_its_instrument_stands_is_repealed():
    shelf_ = book(version("2020-01-01", "a1|甲|..2021-01-01\na2|乙", begins="2020-02-01"))
    assert ask(shelf_, "2020-12-31")[0] == "in_force"
    assert ask(shelf_, "2021-01-01") == ("repealed", "clause_repealed", False, "2020-01-01")
    assert ask(shelf_, "2021-01-01", text="《某法》第二条")[0] == "in_force"


def test_a_clause_that_begins_later_than_its_version_is_not_yet_in_force():
    shelf_ = book(version("2020-01-01", "a1|甲|2020-06-01..", begins="2020-02-01"))
    assert ask(shelf_, "2020-05-31") == ("not_yet", "begins_later", False, "2020-01-01")
    assert ask(shelf_, "2020-06-01")[0] == "in_force"


def test_a_clause_that_outlives_its_version_still_stands():
    first = version("2020-01-01", "a1|旧文|..2022-06-01\na2|乙", begins="2020-02-01", ends="2022-01-01")
    second = version("2021-12-01", "a1|新文|2022-06-01..\na2|乙", begins="2022-01-01")
    shelf_ = book(first, second)
    assert ask(shelf_, "2022-05-31") == ("in_force", "outlives", True, "2020-01-01")
    assert ask(shelf_, "2022-06-01") == ("in_force", "in_force", True, "2021-12-01")
    assert ask(shelf_, "2022-05-31", written="2021-01-01") == ("in_force", "outlives", True, "2020-01-01")
    assert ask(shelf_, "2022-06-01", written="2021-01-01")[0] == "superseded"


def test_a_confirmed_change_of_number_decides_the_successor_and_words_do_where_there_is_none():
    new = version("2021-01-01", NEW, begins="2021-02-01")
    plain = book(version("2020-01-01", OLD, begins="2020-02-01", ends="2021-02-01"), new)
    (one,) = asked("《某法》第一条", plain, on="2021-03-01", written="2020-05-01")
    assert (one.answer, one.successor, one.unchanged) == (Answer.SUPERSEDED, "a2", True)
    told = book(version("2020-01-01", OLD, begins="2020-02-01", ends="2021-02-01", moved={"a1": "a1"}), new)
    (one,) = asked("《某法》第一条", told, on="2021-03-01", written="2020-05-01")
    assert (one.successor, one.unchanged) == ("a1", False)
    (gone,) = asked("《某法》第二条", plain, on="2021-03-01", written="2020-05-01")
    assert (gone.answer, gone.successor, gone.unchanged) == (Answer.SUPERSEDED, None, False)


def test_a_successor_is_followed_through_every_version_between():
    first = version(
        "2020-01-01",
        "a1|甲乙丙丁戊己庚辛壬癸子丑",
        begins="2020-02-01",
        ends="2021-01-01",
        moved={"a1": "a5"},
    )
    second = version(
        "2020-12-01", "a5|辰巳午未申酉戌亥", begins="2021-01-01", ends="2022-01-01", moved={"a5": "a9"}
    )
    third = version("2021-12-01", "a9|天地玄黄宇宙洪荒", begins="2022-01-01")
    (one,) = asked("《某法》第一条", book(first, second, third), on="2022-02-01", written="2020-06-01")
    assert (one.successor, one.successor_version, one.unchanged) == ("a9", date(2021, 12, 1), False)


def test_a_clause_only_an_earlier_version_had_is_superseded_without_a_day_of_writing():
    shelf_ = book(
        version("2020-01-01", f"{OLD}\na3|附则", begins="2020-02-01", ends="2021-02-01"),
        version("2021-01-01", NEW, begins="2021-02-01"),
    )
    assert ask(shelf_, "2021-03-01", text="《某法》第三条") == (
        "superseded",
        "renumbered",
        False,
        "2020-01-01",
    )
    assert ask(shelf_, "2020-03-01", text="《某法》第三条")[0] == "in_force"


def test_a_text_written_before_a_version_began_but_after_its_adoption_may_mean_it_if_only_it_has_the_clause():
    shelf_ = book(
        version("2020-01-01", "a1|甲", begins="2020-02-01", ends="2021-02-01"),
        version("2021-01-01", "a1|甲\na2|乙", begins="2021-02-01"),
    )
    assert ask(shelf_, "2021-01-20", text="《某法》第二条", written="2021-01-15") == (
        "not_yet",
        "begins_later",
        False,
        "2021-01-01",
    )
    assert ask(shelf_, "2021-03-01", text="《某法》第二条", written="2021-01-15")[0] == "in_force"
    assert ask(shelf_, "2021-03-01", text="《某法》第二条", written="2020-06-01") == (
        "unknown",
        "not_when_written",
        False,
        "None",
    )


def test_a_version_whose_beginning_is_not_known_is_found_and_founds_nothing():
    shelf_ = book(version("2016-01-01", "a1|甲", status="in_force"))
    assert ask(shelf_, "2015-12-31") == ("not_yet", "first_held_later", False, "2016-01-01")
    assert ask(shelf_, "2026-01-01") == ("in_force", "date_unknown", False, "2016-01-01")
    ended = book(version("2016-01-01", "a1|甲", status="in_force", ends="2020-01-01"))
    assert ask(ended, "2020-01-01")[0] == "repealed"
    doubtful = book(version("2016-01-01", "a1|甲", status="duplicate"))
    assert ask(doubtful, "2020-01-01")[:2] == ("unknown", "no_versions")


def test_a_dated_version_decides_where_another_has_no_date():
    shelf_ = book(
        version("2016-01-01", "a1|甲", status="in_force"), version("2015-01-01", "a1|甲", begins="2015-02-01")
    )
    assert ask(shelf_, "2020-01-01") == ("in_force", "in_force", True, "2015-01-01")


def test_an_instrument_without_text_is_known_by_its_dates_alone():
    shelf_ = book(version("2018-01-01", "", begins="2018-06-01", ends="2026-08-15", held=False))
    assert ask(shelf_, "2018-05-31")[0] == "not_yet"
    assert ask(shelf_, "2026-08-14") == ("in_force", "no_text", False, "2018-01-01")
    assert ask(shelf_, "2026-08-15")[0] == "repealed"
    (one,) = asked("《某法》第一条", shelf_, on="2026-08-14")
    assert (one.text, one.text_held) == (None, False)


def test_between_two_versions_the_first_is_superseded_by_the_one_to_come():
    shelf_ = book(
        version("2020-01-01", OLD, begins="2020-02-01", ends="2021-01-01"),
        version("2020-12-01", OLD, begins="2021-06-01"),
    )
    for written in ("", "2020-05-01"):
        assert ask(shelf_, "2021-03-01", written=written) == ("superseded", "between", False, "2020-01-01")


def test_what_was_replaced_and_then_repealed_is_repealed():
    shelf_ = book(
        version("2020-01-01", OLD, begins="2020-02-01", ends="2021-01-01"),
        version("2020-12-01", NEW, begins="2021-01-01", ends="2022-01-01"),
    )
    assert ask(shelf_, "2021-06-01", written="2020-05-01")[0] == "superseded"
    assert ask(shelf_, "2022-01-01", written="2020-05-01") == ("repealed", "repealed", False, "2020-01-01")
    assert ask(shelf_, "2022-01-01") == ("repealed", "repealed", False, "2020-12-01")


def old(on: str, held: Shelf, text: str = "《某法》第一条") -> Resolved:
    """The answer for a text of 2010, older than every version of the books made up here."""
    (one,) = asked(text, held, on=on, written="2010-01-01")
    assert not one.meant_held
    return one


def test_of_a_text_older_than_every_version_held_neither_words_nor_a_successor_are_given():
    shelf_ = book(
        version("2020-01-01", OLD, begins="2020-02-01", ends="2021-02-01"),
        version("2021-01-01", NEW, begins="2021-02-01"),
    )
    for text in ("《某法》第一条", "《某法》第九百条", "《某法》"):
        one = old("2021-03-01", shelf_, text)
        assert (one.answer, one.because) == (Answer.SUPERSEDED, "not_held")
        assert (one.version, one.text, one.text_held, one.successor, one.unchanged) == (
            None,
            None,
            False,
            None,
            None,
        )
        assert (one.successor_version, one.may_found) == (date(2021, 1, 1), False)
    assert "法典没有收" in one.reason.zh and "cannot be established" in one.reason.en
    assert old("2020-03-01", shelf_).successor_version == date(2020, 1, 1)
    (held,) = asked("《某法》第一条", shelf_, on="2021-03-01", written="2020-01-01")
    assert held.meant_held and held.successor == "a2", "from its adoption on the version is the one meant"


def test_of_a_text_older_than_every_version_held_it_is_said_how_the_instrument_stands():
    gap = book(
        version("2020-01-01", OLD, begins="2020-02-01", ends="2021-01-01"),
        version("2020-12-01", OLD, begins="2021-06-01", ends="2022-01-01"),
    )
    said = [
        (str(one.answer), one.because)
        for one in (old(day, gap) for day in ("2019-01-01", "2021-03-01", "2022-01-01"))
    ]
    assert said == [
        ("not_yet", "not_held_not_yet"),
        ("superseded", "not_held_between"),
        ("repealed", "not_held_repealed"),
    ]
    assert old("2021-03-01", gap).successor_version == date(2020, 12, 1)
    doubtful = book(version("2016-01-01", "a1|甲", status="duplicate"))
    assert old("2020-01-01", doubtful).answer is Answer.UNKNOWN
    assert old("2021-07-01", gap, "《某法》第一百一条").because == "unreadable"


def test_two_instruments_of_one_title_are_named_and_none_is_taken():
    index = TitleIndex.of([("x/1", "某法"), ("x/2", "某法")])
    (one,) = asked("《某法》第一条", Shelf(index=index, instruments={}), on="2021-01-01")
    assert (one.answer, one.because, one.candidates) == (Answer.UNKNOWN, "ambiguous", ("x/1", "x/2"))


def test_an_item_that_fits_two_paragraphs_is_not_taken():
    keys = {
        "a1": "article",
        "a1.p1": "paragraph",
        "a1.p1.i1": "item",
        "a1.p2": "paragraph",
        "a1.p2.i1": "item",
    }
    clauses = {key: HeldClause(key=key, kind=kind, text="甲") for key, kind in keys.items()}
    shelf_ = book(HeldVersion(adopted=date(2020, 1, 1), begins=date(2020, 1, 1), clauses=clauses))
    (one,) = asked("《某法》第一条第一项", shelf_, on="2021-01-01")
    assert (one.answer, one.because, one.candidates) == (Answer.UNKNOWN, "several", ("a1.p1.i1", "a1.p2.i1"))


def test_every_reason_is_said_in_both_languages():
    for reason in REASONS.values():
        assert any("\u4e00" <= sign <= "\u9fff" for sign in reason.zh)
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in reason.en)


# --- the two questions ------------------------------------------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2024, 12, 31))


@st.composite
def histories(draw: st.DrawFn) -> tuple[HeldVersion, ...]:
    """Versions that follow each other, perhaps with a gap, an end, clauses with dates of their own and suspensions."""
    starts = sorted(draw(st.sets(days, min_size=1, max_size=4)))
    versions = []
    for begins, following in zip(starts, [*starts[1:], None], strict=True):
        ends = draw(st.none() | days.filter(lambda d, b=begins: d > b)) if following is None else following
        clauses = {
            key: HeldClause(
                key=key,
                kind="article",
                text=draw(st.sampled_from("甲乙丙丁")) * 9,
                ends=draw(st.none() | days.filter(lambda d, b=begins: d > b)),
                suspended=tuple((s, None) for s in draw(st.lists(days, max_size=1))),
            )
            for key in draw(st.sets(st.sampled_from(["a1", "a2", "a3"]), min_size=1))
        }
        versions.append(HeldVersion(adopted=begins, begins=begins, ends=ends, clauses=clauses))
    return tuple(versions)


@given(histories(), days, st.none() | days)
def test_a_clause_may_found_an_act_only_where_its_dates_and_no_suspension_say_so(versions, on, written):
    shelf_ = book(*versions)
    asked_for = citations_in("《某法》第一条")[0]
    (one,) = Resolver(shelf_, on=on, written=written).resolve(asked_for)
    standing = {
        version.adopted
        for version in versions
        if "a1" in version.clauses and version.clause_stands("a1", on) and not version.suspended("a1", on)
    }
    if one.may_found:
        assert one.answer is Answer.IN_FORCE
        assert one.version in standing
    if one.answer is Answer.IN_FORCE:
        assert one.may_found != one.suspended
    if written is None and standing:
        # An older clause of the number may outlive its version while the one of the day is suspended: the one of the day is meant.
        assert one.may_found or one.suspended
    if not one.meant_held:
        assert (one.version, one.text, one.successor) == (None, None, None)
        assert written < versions[0].adopted
    if one.answer is Answer.UNKNOWN:
        assert written is not None or all("a1" not in version.clauses for version in versions)
