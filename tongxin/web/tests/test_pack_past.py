"""从前的依据：在哪一天奠基，就有哪一天的依据。 What entries rested on before: a city has the bases of the day it is founded."""

from collections import Counter
from datetime import date

import pytest

from tests.drill_city import FOUNDED_IN_JULY
from tests.plugin import FOUNDED, ROOT
from tongxin.acts.terms import Refused
from tongxin.law.book import StatuteBook
from tongxin.law.models import Binding, Clause, Doubt, Instrument, LimitRule, ListEntry, Version
from tongxin.law.queries import entries_on, holding, in_force, ref_of
from tongxin.law.terms import ClauseRef, NewBinding
from tongxin.web.console.commands.founding import verbs
from tongxin.web.pack import examine_pack, read_pack
from tongxin.web.pack.bases import Bases
from tongxin.web.tests.tiny_pack import LATER, OLD, REF, tiny_files, write_pack

CODE_DAY = date(2026, 8, 15)  # 生态环境法典 art. 1242
LOCAL = "law:cn/binzhou/town-appearance@2018-12-04#a39.p1.i4"
BEFORE = {
    "law:cn/air-pollution@2018-10-26#a77.p1",
    "law:cn/air-pollution@2018-10-26#a82.p1",
    "law:cn/solid-waste@2020-04-29#a49.p2",
}
AFTER = {
    "law:cn/ecological-environment-code@2026-03-12#a246.p1",
    "law:cn/ecological-environment-code@2026-03-12#a506.p2",
}


def rests_on(code: str, day: date) -> set[str]:
    """The clauses of a matter whose bindings hold on a day, whether the clauses are in force or not."""
    rows = Binding.objects.filter(holding(day=day), entry__list="matter", entry__code=code)
    return {str(ref_of(row.clause)) for row in rows.select_related("clause__version__instrument")}


# --- without a database ----------------------------------------------------------------------------------


def _bases(tmp_path, day: date, past: str) -> Bases:
    files = tiny_files() | {"lists/past.csv": f"list,code,clause,valid_from,valid_to,note\n{past}"}
    pack, faults = read_pack(write_pack(tmp_path, files), parse_all_law=True)
    assert pack is not None, faults
    return Bases(pack=pack, on=day)


def test_what_has_ended_keeps_its_days_and_what_took_over_begins_when_it_came_into_force(tmp_path):
    bases = _bases(tmp_path, date(2027, 6, 1), f"matter,m1,{REF},2021-03-01,2027-01-01,\n")
    ref, later = ClauseRef.parse(REF), ClauseRef.parse(LATER)
    assert bases.of(("matter", "m1"), (later,)) == (
        NewBinding(clause=ref, valid_from=date(2021, 3, 1), valid_to=date(2027, 1, 1)),
        NewBinding(clause=later, valid_from=date(2027, 1, 1)),
    )


def test_what_still_holds_has_an_open_end_and_what_comes_later_is_left_out(tmp_path):
    bases = _bases(tmp_path, date(2026, 12, 31), f"matter,m1,{REF},2021-03-01,2027-01-01,\n")
    assert bases.of(("matter", "m1"), (ClauseRef.parse(LATER),)) == (
        NewBinding(clause=ClauseRef.parse(REF), valid_from=date(2021, 3, 1)),
    )


def test_a_clause_that_carried_the_entry_all_the_time_has_no_days(tmp_path):
    bases = _bases(tmp_path, date(2026, 6, 1), f"matter,m1,{OLD},2015-03-01,2021-03-01,\n")
    kept = ClauseRef.parse(REF)  # in force since the day the other ended: it took over
    assert bases.of(("matter", "m1"), (kept,))[-1] == NewBinding(clause=kept, valid_from=date(2021, 3, 1))
    assert bases.of(("matter", "m2"), (kept,)) == (NewBinding(clause=kept),)


def test_the_word_that_nothing_carried_an_entry_makes_no_binding(tmp_path):
    bases = _bases(tmp_path, date(2020, 6, 1), "matter,m1,,2000-01-01,2021-03-01,\n")
    assert bases.of(("matter", "m1"), (ClauseRef.parse(REF),)) == ()


def test_the_sample_pack_is_sound_before_on_and_after_the_day_of_the_code():
    for day in (FOUNDED_IN_JULY.date(), date(2026, 8, 14), CODE_DAY, FOUNDED.date()):
        _pack, faults = examine_pack(ROOT / "city" / "binzhou", verbs=verbs(), on=day)
        assert faults == []


def test_every_entry_that_rests_on_the_code_says_what_it_rested_on_before():
    pack, _faults = read_pack(ROOT / "city" / "binzhou")
    assert pack is not None
    on_the_code = {
        ("matter", row.code)
        for row in pack.matters
        if any(ref.key == "cn/ecological-environment-code" for ref in row.clauses)
    }
    assert {row.entry for row in pack.past} == on_the_code
    assert {row.valid_to for row in pack.past} == {CODE_DAY}


# --- founded after the day of the code --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_city_of_november_knows_both_the_past_and_the_present():
    assert rests_on("m06020", FOUNDED.date()) == {LOCAL} | AFTER
    assert rests_on("m06020", date(2026, 8, 14)) == {LOCAL} | BEFORE
    past = Binding.objects.get(entry__code="m06020", clause__version__instrument__key="cn/solid-waste")
    assert (past.valid_from, past.valid_to) == (date(2020, 9, 1), CODE_DAY)


@pytest.mark.django_db
def test_the_clause_that_no_change_touched_has_no_days():
    kept = Binding.objects.get(
        entry__code="m06020", clause__version__instrument__key="cn/binzhou/town-appearance"
    )
    assert (kept.valid_from, kept.valid_to) == (None, None)


@pytest.mark.django_db
def test_nothing_that_is_in_use_rests_on_what_has_ended():
    today = FOUNDED.date()
    held = Binding.objects.filter(holding(day=today), mandatory=True)
    assert held.count() > 500
    assert not held.exclude(in_force(day=today, prefix="clause__")).exists()


@pytest.mark.django_db
def test_the_book_holds_subjects_headings_and_every_doubt():
    pack, _faults = read_pack(ROOT / "city" / "binzhou", parse_all_law=True)
    assert pack is not None
    assert not Instrument.objects.filter(subject="").exists()
    read = Counter(doubt.reason_code for text in pack.texts.values() for doubt in text.doubts)
    kept = Counter(Doubt.objects.exclude(reason="no_second_source").values_list("reason", flat=True))
    assert kept == read
    assert Doubt.objects.filter(reason="no_second_source").count() == sum(
        1 for row in pack.versions if row.text_file and not row.second_source
    )
    assert "通过" in Version.objects.get(instrument__key="cn/legal-aid").preamble


@pytest.mark.django_db
def test_what_is_not_complete_stands_among_the_doubts():
    pack, _faults = read_pack(ROOT / "city" / "binzhou")
    assert pack is not None
    incomplete = {row.key for row in pack.versions if row.text_file and not row.complete}
    doubted = Doubt.objects.filter(reason__in=["no_closing_clause", "called_incomplete"])
    assert set(doubted.values_list("version__instrument__key", flat=True)) == incomplete
    assert len(incomplete) == 6


@pytest.mark.django_db
def test_six_of_the_ten_repealed_laws_are_known_by_their_dates_alone():
    ended = Version.objects.filter(in_force_to=CODE_DAY)
    bare = [version for version in ended if not version.has_text]
    assert (ended.count(), len(bare)) == (10, 6)
    assert all("verify" in version.date_source and "1242" in version.date_source for version in bare)
    assert not Clause.objects.filter(version__in=bare).exists()


# --- founded before it ---------------------------------------------------------------------------------------


def test_a_city_of_july_rests_on_the_old_laws_only(city_of_july: str) -> None:
    assert rests_on("m06020", FOUNDED_IN_JULY.date()) == {LOCAL} | BEFORE
    assert not Binding.objects.filter(
        clause__version__instrument__key="cn/ecological-environment-code"
    ).exists()
    assert not LimitRule.objects.exclude(in_force(day=FOUNDED_IN_JULY.date(), prefix="clause__")).exists()
    assert Clause.objects.filter(version__instrument__key="cn/ecological-environment-code").count() > 1_242


def test_what_the_old_laws_did_not_carry_is_idle_in_july(city_of_july: str) -> None:
    idle = entries_on(kind=ListEntry.Kind.MATTER, day=FOUNDED_IN_JULY.date()).filter(active=False)
    in_november = {"m06046", "m01073", "m03011", "m03012", "c01073", "c03011", "c03012"}
    assert in_november <= set(idle.values_list("code", flat=True))
    with pytest.raises(Refused) as refusal:
        StatuteBook().basis(entries=("matter:m06046",), at=FOUNDED_IN_JULY)
    assert refusal.value.code == "entry_idle"


def test_on_the_day_of_the_code_what_rested_on_the_old_laws_falls_idle_by_itself(city_of_july: str) -> None:
    book = StatuteBook()
    last = FOUNDED_IN_JULY.replace(month=8, day=14, hour=23, minute=59)
    assert len(book.basis(entries=("matter:m06020",), at=last).clauses) == 4
    with pytest.raises(Refused) as refusal:
        book.basis(entries=("matter:m06020",), at=FOUNDED_IN_JULY.replace(month=8, day=15, hour=0))
    assert refusal.value.code == "clause_not_in_force"
