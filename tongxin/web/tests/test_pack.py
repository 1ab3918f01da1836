"""城市数据包的检查：每种错误植入一次，恰好看到它。 Every fault is planted once in a tiny pack, and exactly it is seen."""

from dataclasses import dataclass
from datetime import date

import pytest

from tongxin.web.pack import examine_pack
from tongxin.web.pack.check import CHECKS
from tongxin.web.pack.checks.law import SUBJECTS
from tongxin.web.pack.checks.lists import CHANNELS
from tongxin.web.pack.checks.organs import KINDS, POSTS
from tongxin.web.tests.tiny_pack import (
    BARE,
    LATER,
    OLD,
    ON,
    REF,
    VERBS,
    Files,
    Seen,
    faults_of,
    tiny_files,
    write_pack,
)


@dataclass(frozen=True)
class Plant:
    """一处植入：把文件里的一段换成另一段。 One planting: a piece of a file replaced, and the faults it must cause."""

    file: str
    old: str
    new: str
    seen: tuple[Seen, ...]

    def into(self, files: Files) -> Files:
        assert files[self.file].count(self.old) >= 1, self.old
        return {**files, self.file: files[self.file].replace(self.old, self.new, 1)}


def plant(file: str, line: int, code: str, old: str, new: str) -> Plant:
    return Plant(file, old, new, ((file, line, code),))


def row(file: str, line: int, code: str, new: str) -> Plant:
    """在末尾添一行。 A row added at the end of a table."""
    text = tiny_files()[file]
    assert text.count("\n") + 1 == line, (file, text.count("\n") + 1)
    return Plant(file, text, f"{text}{new}\n", ((file, line, code),))


PLACES, ORGANS, OFFICES = "places/places.csv", "organs/organs.csv", "organs/offices.csv"
HOLDERS, MATTERS, LIMITS = "organs/holders.csv", "lists/matters.csv", "lists/limits.csv"
POWERS, ROUTING, MANIFEST = "lists/powers.csv", "lists/routing.csv", "law/manifest.csv"
PAST = "lists/past.csv"
CITY, CALENDAR, DAYS = "city.toml", "calendar/calendar.toml", "calendar/2026.csv"

PLANTED = {
    # places
    "unknown level": plant(PLACES, 7, "unknown_level", "k1,community", "k1,hamlet"),
    "place twice": row(PLACES, 9, "duplicate", "s,k2,community,又一,,s2,2020-01-01,"),
    "place intervals overlap": row(PLACES, 9, "interval_overlap", "s,k2,community,又一,,s2,2023-01-01,"),
    "place interval reversed": row(
        PLACES, 9, "interval_reversed", "s,k3,community,三,,s2,2020-01-01,2019-01-01"
    ),
    "unknown parent of place": row(PLACES, 9, "unknown_parent", "s,k3,community,三,,s9,2020-01-01,"),
    "no parent of place": row(PLACES, 9, "no_parent", "s,k3,community,三,,,2020-01-01,"),
    "parent ended before": row(PLACES, 9, "parent_not_then", "s,k3,community,三,,s2,2010-01-01,2015-01-01"),
    "level does not descend": row(PLACES, 9, "level_order", "s,s3,street,三,,s2,2020-01-01,"),
    "a second root": row(PLACES, 9, "second_root", "s,c2,city,另一市,,,2020-01-01,"),
    "places form a cycle": Plant(
        PLACES,
        tiny_files()[PLACES],
        tiny_files()[PLACES] + "t,a,street,甲,,b,2020-01-01,\nt,b,street,乙,,a,2020-01-01,\n",
        ((PLACES, 9, "cycle"),),
    ),
    # organs, offices, holders
    "unknown kind of organ": plant(ORGANS, 2, "unknown_kind", "government,government", "government,empire"),
    "function is not a word": plant(
        ORGANS, 2, "bad_function", "government,government", "The Government,government"
    ),
    "organ twice": row(ORGANS, 10, "duplicate", "x/k1,committee,committee,又一,,x/s1,k2,2020-01-01,"),
    "unknown parent of organ": row(
        ORGANS, 10, "unknown_parent", "x/k2,committee,committee,西,,x/s9,k2,2020-01-01,"
    ),
    "organs form a cycle": plant(
        ORGANS, 2, "cycle", "government,government,市政府,,,c", "government,government,市政府,,x/gov,c"
    ),
    "unknown place of organ": row(
        ORGANS, 10, "unknown_place", "x/k2,committee,committee,西,,x/s2,k9,2020-01-01,"
    ),
    "organ interval reversed": row(
        ORGANS, 10, "interval_reversed", "x/k2,committee,committee,西,,x/s2,k2,2020-01-01,2020-01-01"
    ),
    "department without an office": row(
        ORGANS, 10, "organ_without_office", "x/water,water,department,水务局,,x/gov,c,2020-01-01,"
    ),
    "street without a case officer": Plant(
        OFFICES, "x/s2,case_officer", "x/s2,checker", ((ORGANS, 7, "organ_without_office"),)
    ),
    "grid station without a worker": Plant(
        OFFICES, "x/g1,grid_worker", "x/g1,checker", ((ORGANS, 8, "organ_without_office"),)
    ),
    "function twice at a place": row(
        ORGANS, 10, "function_twice", "x/k1b,committee,committee,又一,,x/s1,k1,2020-01-01,"
    ),
    "office twice": row(OFFICES, 8, "duplicate", "x/g1/1,x/g1,grid_worker,网格员,"),
    "unknown organ of office": row(OFFICES, 8, "unknown_organ", "x/g9/1,x/g9,grid_worker,网格员,"),
    "unknown post": row(OFFICES, 8, "unknown_post", "x/g1/2,x/g1,emperor,皇帝,"),
    "unknown office of holder": row(HOLDERS, 6, "unknown_office", "p4,丁,p4,x/g9/1,2020-01-01,"),
    "one office held twice": row(HOLDERS, 6, "interval_overlap", "p2,乙,roads,x/roads/1,2025-01-01,"),
    "holding reversed": row(HOLDERS, 6, "interval_reversed", "p4,丁,p4,x/g1/1,2020-01-01,2019-01-01"),
    "duplicate login": row(HOLDERS, 6, "duplicate_login", "p4,丁,Roads,x/g1/1,2020-01-01,"),
    "one person under two names": row(HOLDERS, 6, "person_differs", "p2,已,roads,x/g1/1,2020-01-01,"),
    "name too long": row(OFFICES, 8, "too_long", f"x/g1/2,x/g1,checker,{'长' * 121},"),
    # calendar
    "bad date": plant(DAYS, 2, "bad_date", "2026-01-01", "2026-02-30"),
    "bad kind of day": plant(DAYS, 2, "unknown_kind", "holiday", "feast"),
    "day of another year": row(DAYS, 4, "wrong_year", "2025-05-01,holiday,劳动节"),
    "holiday twice": row(DAYS, 4, "day_twice", "2026-01-01,holiday,元旦"),
    "makeup on a weekday": row(DAYS, 4, "makeup_on_weekday", "2026-01-06,makeup,调休"),
    "hours reversed": plant(CALENDAR, 2, "hours_reversed", '["13:30", "17:30"]', '["17:30", "13:30"]'),
    "hours overlap": plant(CALENDAR, 2, "hours_overlap", '["13:30", "17:30"]', '["11:30", "17:30"]'),
    "hours are no times": plant(CALENDAR, 2, "bad_hours", '["13:30", "17:30"]', '["13:30", "25:30"]'),
    "no hours": plant(CALENDAR, 2, "no_hours", '[["08:30", "12:00"], ["13:30", "17:30"]]', "[]"),
    "bad week": plant(CALENDAR, 1, "bad_week", "[1, 2, 3, 4, 5]", "[0, 1]"),
    "published and not": plant(CALENDAR, 4, "year_both", "[2027]", "[2026, 2027]"),
    "year file missing": plant(CALENDAR, 3, "year_file_missing", "[2026]", "[2025, 2026]"),
    "days of a year not published": Plant(CALENDAR, "[2026]", "[]", ((DAYS, 2, "year_not_published"),)),
    # law
    "law file missing": plant(MANIFEST, 3, "file_missing", "/rules@2015-01-01.md", "/rules@2015-01-02.md"),
    "law file outside the pack": plant(
        MANIFEST, 3, "path_outside", "local-regulation/rules@2015-01-01.md", "../../rules@2015-01-01.md"
    ),
    "text differs": Plant(
        "law/local-regulation/rules@2015-01-01.md", "规范", "整顿", ((MANIFEST, 3, "sha256_differs"),)
    ),
    "bad level": plant(MANIFEST, 2, "bad_level", "某条例,,local-regulation", "某条例,,rumour"),
    "bad instrument key": plant(MANIFEST, 4, "bad_key", "cn/x/later", "cn/x/Later"),
    "version twice": plant(MANIFEST, 3, "duplicate_version", "x,2015-01-01", "x,2021-01-01"),
    "in force reversed": plant(
        MANIFEST, 3, "interval_reversed", "2015-03-01,,2021-03-01", "2015-03-01,,2014-03-01"
    ),
    "versions overlap": plant(
        MANIFEST, 2, "versions_overlap", "2015-03-01,,2021-03-01", "2015-03-01,,2021-04-01"
    ),
    "digest without a text": plant(
        MANIFEST, 7, "text_half_given", "2018-01-01,,,in_force,,,,", f"2018-01-01,,,in_force,,,{'a' * 64},"
    ),
    "complete without a text": plant(
        MANIFEST, 7, "no_text_to_judge", "2018-01-01,,,in_force,,", "2018-01-01,,,in_force,1,"
    ),
    "compared without a text": plant(MANIFEST, 7, "no_text_to_judge", ",0,city,\n", ",0,city,somebody\n"),
    "unknown subject": plant(MANIFEST, 7, "bad_subject", ",0,city,\n", ",0,love,\n"),
    "versions of two subjects": plant(
        MANIFEST, 3, "subject_differs", ",,0,city,t\ncn/x/later", ",,0,data,t\ncn/x/later"
    ),
    # clause references
    "clause of a version without text": plant(MATTERS, 2, "no_text", REF, BARE),
    "limit on a version without text": plant(LIMITS, 2, "no_text", REF, BARE),
    "unknown instrument": plant(MATTERS, 2, "unknown_instrument", REF, "law:cn/x/none@2021-01-01#a2"),
    "unknown version": plant(MATTERS, 2, "unknown_version", REF, "law:cn/x/rules@2022-01-01#a2"),
    "unknown clause": plant(POWERS, 2, "unknown_clause", REF, "law:cn/x/rules@2021-01-01#a12"),
    "clause no longer in force": plant(LIMITS, 2, "no_longer_in_force", REF, "law:cn/x/rules@2015-01-01#a2"),
    "clause not yet in force": plant(LIMITS, 2, "not_yet_in_force", REF, "law:cn/x/later@2026-01-01#a2"),
    "in-force date unknown": plant(CITY, 16, "in_force_unknown", REF, "law:cn/x/undated@2019-01-01#a2"),
    "no clause reference": plant(POWERS, 2, "bad_clause_ref", REF, "某条例第二条"),
    "reference without version": plant(POWERS, 2, "ref_without_version", REF, "law:cn/x/rules#a2"),
    # matters
    "matter twice": row(MATTERS, 5, "duplicate", f"m1,matter,道路,,坑,,有,无,roads,,{REF},precise,,"),
    "bad matter code": row(MATTERS, 5, "bad_code", f"M 3,matter,道路,,坑,,有,无,roads,,{REF},precise,,"),
    "bad matter kind": row(MATTERS, 5, "unknown_kind", f"m3,event,道路,,坑,,有,无,roads,,{REF},precise,,"),
    "bad clause kind": row(
        MATTERS, 5, "unknown_clause_kind", f"m3,matter,道路,,坑,,有,无,roads,,{REF},vague,,"
    ),
    "none with clauses": plant(MATTERS, 2, "clauses_not_none", "precise", "none"),
    "precise without clauses": plant(MATTERS, 4, "no_clause", "none", "precise"),
    "clause twice": plant(MATTERS, 2, "clause_twice", REF, f"{REF};{REF}"),
    "no lead": row(MATTERS, 5, "no_lead", f"m3,matter,道路,,坑,,有,无,,,{REF},precise,,"),
    "lead unknown": row(MATTERS, 5, "unknown_function", f"m3,matter,道路,,坑,,有,无,magic,,{REF},precise,,"),
    "assist unknown": row(
        MATTERS, 5, "unknown_function", f"m3,matter,道路,,坑,,有,无,roads,magic,{REF},precise,,"
    ),
    "lead at an unknown level": row(
        MATTERS, 5, "bad_route_level", f"m3,matter,道路,,坑,,有,无,roads@moon,,{REF},precise,,"
    ),
    "lead missing in a district": row(
        MATTERS, 5, "lead_without_organ", f"m3,matter,道路,,坑,,有,无,grid,,{REF},precise,,"
    ),
    "lead missing at a level": row(
        MATTERS, 5, "lead_without_organ", f"m3,matter,道路,,坑,,有,无,roads@district,,{REF},precise,,"
    ),
    "committee as lead": row(
        MATTERS, 5, "committee_lead", f"m3,matter,道路,,坑,,有,无,committee,,{REF},precise,,"
    ),
    "person help as component": row(
        MATTERS, 5, "person_help_component", f"m3,component,道路,,坑,,有,无,roads,,{REF},precise,1,"
    ),
    "bad flag": plant(MATTERS, 2, "bad_flag", "precise,0", "precise,yes"),
    "petitioning": row(
        MATTERS, 5, "forbidden_petitioning", f"m3,matter,稳定,,集体上 访,,有,无,roads,,{REF},precise,,"
    ),
    "assembly": row(
        MATTERS, 5, "forbidden_assembly", f"m3,matter,稳定,,秩序,,发现示威,无,roads,,{REF},precise,,"
    ),
    "belief": row(MATTERS, 5, "forbidden_belief", f"m3,matter,稳定,,邪教,,有,无,roads,,{REF},precise,,"),
    "belief in English": row(
        MATTERS, 5, "forbidden_belief", f"m3,matter,道路,,坑,Religious activity,有,无,roads,,{REF},precise,,"
    ),
    # limits
    "limit without a unit": plant(LIMITS, 2, "limit_without_unit", "4,working_hour", "4,"),
    "bad unit": plant(LIMITS, 2, "bad_unit", "4,working_hour", "4,moon"),
    "bad stage": plant(LIMITS, 2, "bad_stage", "*,accept", "*,ponder"),
    "limit of zero": plant(LIMITS, 2, "limit_not_positive", "4,working_hour", "0,working_hour"),
    "limit below zero": plant(LIMITS, 2, "limit_not_positive", "4,working_hour", "-4,working_hour"),
    "limit of half a day": plant(LIMITS, 5, "limit_not_whole", "3,natural_day", "3.5,natural_day"),
    "limit of centuries": plant(LIMITS, 5, "limit_too_long", "3,natural_day", "99999,natural_day"),
    "limit not a number": plant(LIMITS, 2, "bad_number", "4,working_hour", "soon,working_hour"),
    "limit of unknown matter": plant(LIMITS, 5, "unknown_matter", "m2,handle", "m9,handle"),
    "limit without clause": plant(LIMITS, 5, "limit_without_clause", f"natural_day,{REF}", "natural_day,"),
    "limit twice": plant(LIMITS, 4, "duplicate", "修复", "停工"),
    # powers
    "unknown verb": row(POWERS, 5, "unknown_verb", f"rule_the_world,{REF},"),
    "missing verb": plant(POWERS, 1, "missing_verb", f"report_case,{REF},\n", ""),
    "verb twice": row(POWERS, 5, "duplicate", f"report_case,{REF},"),
    "clause of a power twice": plant(
        POWERS, 3, "clause_twice", f"report_case,{REF}", f"report_case,{REF};{REF}"
    ),
    "power without clause": plant(POWERS, 3, "power_without_clause", f"report_case,{REF}", "report_case,"),
    # routing
    "routing of unknown matter": row(ROUTING, 3, "unknown_matter", "m9,,,,,roads,"),
    "routing of unknown channel": row(ROUTING, 3, "unknown_channel", "m1,pigeon,,,,roads,"),
    "routing of unknown place": row(ROUTING, 3, "unknown_place", "m1,,d9,,,roads,"),
    "routing to unknown lead": row(ROUTING, 3, "unknown_function", "m1,,,,,magic,"),
    "routing to nobody there": row(ROUTING, 3, "lead_without_organ", "m1,,d2,,,grid,"),
    "routing to a committee": row(ROUTING, 3, "committee_lead", "m1,,d1,,,committee,"),
    "routing without an end": row(ROUTING, 3, "hours_incomplete", "m1,,,8,,roads,"),
    "routing hours reversed": row(ROUTING, 3, "hours_reversed", "m1,,,18,8,roads,"),
    "routing hour unknown": row(ROUTING, 3, "bad_hour", "m1,,,8,25,roads,"),
    "routing twice": row(ROUTING, 3, "duplicate", "m1,hotline,d1,8,18,roads,"),
    # past.csv
    "past of an unknown list": row(PAST, 4, "unknown_list", f"wish,m1,{OLD},2015-03-01,2021-03-01,"),
    "past of an unknown matter": row(PAST, 4, "unknown_entry", f"matter,m9,{OLD},2015-03-01,2021-03-01,"),
    "past of an unknown act": row(PAST, 4, "unknown_entry", f"power,rule,{OLD},2015-03-01,2021-03-01,"),
    "past without an end": row(PAST, 4, "bad_date", f"matter,m2,{OLD},2015-03-01,,"),
    "past reversed": row(PAST, 4, "interval_reversed", f"matter,m2,{OLD},2021-03-01,2015-03-01,"),
    "past twice": row(PAST, 4, "duplicate", f"matter,m1,{OLD},2015-03-01,2020-03-01,"),
    "past overlaps": row(PAST, 4, "interval_overlap", f"matter,m1,{OLD},2016-03-01,2021-03-01,"),
    "past on a clause and on none": row(
        PAST, 4, "basis_and_none", f"power,settle_case,{OLD},2015-03-01,2021-03-01,"
    ),
    "past clause unknown": row(
        PAST, 4, "unknown_clause", f"matter,m2,{OLD.replace('a2', 'a12')},2015-03-01,2021-03-01,"
    ),
    "past clause without text": row(PAST, 4, "no_text", f"matter,m2,{BARE},2018-01-01,2021-03-01,"),
    "past clause begun later": row(PAST, 4, "not_in_force_then", f"matter,m2,{OLD},2014-03-01,2021-03-01,"),
    "past clause ended before": row(PAST, 4, "not_in_force_then", f"matter,m2,{OLD},2015-03-01,2021-04-01,"),
    "past and present": row(PAST, 4, "past_and_present", f"matter,m1,{REF},2021-03-01,2022-03-01,"),
    # city.toml
    "unknown key": plant(
        CITY, 21, "unknown_key", "photo_max_bytes = 8000000", "photo_max_bytes = 8000000\nx = 1"
    ),
    "missing key": plant(CITY, 18, "missing_key", "text_max = 2000\n", ""),
    "wrong type": plant(CITY, 19, "wrong_type", "text_max = 2000", 'text_max = "2000"'),
    "number too small": plant(CITY, 19, "out_of_range", "text_max = 2000", "text_max = 0"),
    "empty name": plant(CITY, 4, "empty", "某市", ""),
    "name of the city too long": plant(CITY, 5, "too_long", "Tiny", "T" * 81),
    "unknown lead body": plant(CITY, 12, "unknown_organ", "x/lead", "x/none"),
    "lead body of wrong kind": plant(CITY, 12, "wrong_kind", "x/lead", "x/gov"),
    "unknown desk": plant(CITY, 13, "unknown_organ", "x/hotline", "x/none"),
    "no founding clause": plant(CITY, 16, "no_founding_clause", f'["{REF}"]', "[]"),
    "founding key missing": plant(CITY, 15, "missing_key", f'clauses = ["{REF}"]', ""),
    "unknown time zone": plant(CITY, 7, "unknown_timezone", "Asia/Shanghai", "Asia/../Shanghai"),
    "no language": plant(CITY, 6, "no_language", '["zh-hans", "en"]', "[]"),
    "unknown escalation step": plant(CITY, 28, "unknown_step", '"parent"', '"heaven"'),
    "synthetic without notice": plant(CITY, 11, "no_synthetic_notice", "虚构", ""),
}


def test_tiny_pack_has_no_fault(tmp_path):
    pack, faults = examine_pack(write_pack(tmp_path, tiny_files()), verbs=VERBS, on=ON)
    assert faults == []
    assert pack is not None
    assert [row.code for row in pack.grids] == ["g1", "g2", "g3"]
    assert (pack.places[3].file, pack.places[3].line) == (PLACES, 5)
    assert set(pack.texts) == {("cn/x/rules", date(2021, 1, 1)), ("cn/x/former", date(2010, 1, 1))}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_planted_fault_is_seen_and_no_other(tmp_path, planted):
    assert faults_of(tmp_path, planted.into(tiny_files())) == list(planted.seen)


def test_every_check_is_listed_and_described():
    assert len(set(CHECKS)) == len(CHECKS)
    assert all(check.__doc__ for check in CHECKS)


def test_no_fault_of_the_second_half_hides_one_of_the_first(tmp_path):
    files = tiny_files()
    for name in (
        "unknown parent of place",
        "limit without a unit",
        "unknown clause",
        "department without an office",
    ):
        files = PLANTED[name].into(files)
    seen = [code for _, _, code in faults_of(tmp_path, files)]
    assert seen == ["limit_without_unit", "unknown_clause", "organ_without_office", "unknown_parent"]


def test_clause_is_judged_on_the_day_given(tmp_path):
    later = "law:cn/x/later@2026-01-01#a2"
    files = Plant(LIMITS, REF, later, ()).into(tiny_files())
    assert faults_of(tmp_path, files, on=date(2027, 3, 1)) == []
    assert faults_of(tmp_path, files, on=date(2026, 12, 31)) == [(LIMITS, 2, "not_yet_in_force")]


def test_an_entry_that_still_rests_on_the_past_may_name_what_comes_later(tmp_path):
    files = Plant(MATTERS, f"{REF},precise,0", f"{LATER},precise,0", ()).into(tiny_files())
    files = Plant(
        PAST, f"matter,m1,{OLD},2015-03-01,2021-03-01", f"matter,m1,{REF},2021-03-01,2027-01-01", ()
    ).into(files)
    assert faults_of(tmp_path, files, on=date(2026, 12, 31)) == []
    assert faults_of(tmp_path, files, on=date(2027, 1, 1)) == []


def test_no_other_entry_may(tmp_path):
    files = Plant(MATTERS, f"{REF}.p2.i2,general", f"{LATER},general", ()).into(tiny_files())
    files[PAST] += f"matter,m1,{OLD.replace('a2', 'a3')},2015-03-01,2021-03-01,\n"
    assert faults_of(tmp_path, files, on=date(2026, 12, 31)) == [(MATTERS, 3, "not_yet_in_force")]


def test_nor_when_what_it_rested_on_has_ended_before_that_day(tmp_path):
    files = Plant(MATTERS, f"{REF},precise,0", f"{LATER},precise,0", ()).into(tiny_files())
    assert faults_of(tmp_path, files, on=date(2026, 12, 31)) == [(MATTERS, 2, "not_yet_in_force")]


def test_a_pack_may_do_without_a_past_and_without_subjects(tmp_path):
    files = tiny_files()
    del files[PAST]
    files[MANIFEST] = files[MANIFEST].replace(",subject,second_source", "").replace(",city,t\n", "\n")
    files[MANIFEST] = files[MANIFEST].replace(",city,\n", "\n")
    assert faults_of(tmp_path, files) == []


def test_the_subjects_are_those_that_pages_have_words_for():
    book = pytest.importorskip("tongxin.law.views.book")
    assert set(book.SUBJECT_LABELS) == SUBJECTS


def test_person_help_is_not_led_by_enforcement(tmp_path):
    files = tiny_files()
    files[ORGANS] = files[ORGANS].replace("x/roads,roads", "x/roads,public_security")
    files[MATTERS] = files[MATTERS].replace(",roads", ",public_security").replace("precise,0", "precise,1")
    assert faults_of(tmp_path, files) == [(MATTERS, 2, "person_help_enforcement")]


def test_version_the_manifest_calls_repealed_founds_nothing(tmp_path):
    files = Plant(LIMITS, REF, "law:cn/x/later@2026-01-01#a2", ()).into(tiny_files())
    files[MANIFEST] = files[MANIFEST].replace("2027-01-01,,,in_force", "2026-02-01,,,repealed?")
    assert faults_of(tmp_path, files) == [(LIMITS, 2, "not_standing")]


def test_channels_are_those_of_cases():
    pytest.importorskip("django")
    terms = pytest.importorskip("tongxin.cases.terms")
    assert frozenset(terms.Channel) == CHANNELS


def test_posts_and_kinds_of_organs_are_those_of_the_house():
    pytest.importorskip("django")
    assert {post.value for post in pytest.importorskip("tongxin.acts.terms").POSTS} == POSTS
    assert set(pytest.importorskip("tongxin.organs.models").Organ.Kind.values) == KINDS
