"""Entries of a pack's lists: judged by the rules of admission, named by file and line, and founded with the city."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from tests.plugin import FOUNDED, ROOT
from tongxin.law.models import Binding, ListEntry
from tongxin.law.queries import entries_on
from tongxin.law.rules.natures import Listing
from tongxin.web.console.commands.founding import verbs
from tongxin.web.pack import Pack, columns, examine_pack, read_pack
from tongxin.web.pack.checks import entries
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.tables import read_table

FILE = ROOT / "city" / "binzhou" / "lists" / "entries.csv"
HEAD = "list,code,name,name_en,category,category_en,holder,nature,clauses,phrases,facts,valid_from,valid_to,note\n"
TA = "law:cn/binzhou/town-appearance@2018-12-04"
P = "城镇容貌和环境卫生行政主管部门"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def whole() -> Pack:
    pack, _faults = read_pack(ROOT / "city" / "binzhou", parse_all_law=True)
    assert pack is not None
    return pack


def faults_of(whole: Pack, rows: str, tmp_path: Path) -> list[str]:
    """The codes of the faults of the sample pack when its entries are these rows."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "entries.csv").write_text(HEAD + rows, encoding="utf-8")
    reading = Reading(root=tmp_path)
    facts = Facts(
        pack=replace(whole, entries=read_table(reading, columns.ENTRIES)), verbs=frozenset(verbs()), on=DAY
    )
    found = [*reading.faults, *entries.check_entry_shapes(facts), *entries.check_entry_rules(facts)]
    return sorted({fault.code for fault in found})


@pytest.mark.parametrize("day", [DAY, date(2026, 7, 1)])
def test_the_entries_of_the_sample_pack_are_sound(day):
    _pack, faults = examine_pack(ROOT / "city" / "binzhou", verbs=verbs(), on=day)
    assert [fault for fault in faults if fault.file == "lists/entries.csv"] == []


def test_each_list_of_the_sample_pack_has_something_to_show():
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    counted = {kind.value: sum(1 for row in rows if row["list"] == kind) for kind in Listing}
    least = {"duty": 20, "township": 12, "data": 8, "purchase": 6, "delegation": 8, "discretion": 4}
    assert {kind: counted[kind] >= n for kind, n in least.items()} == dict.fromkeys(least, True)
    parts = {row["facts"].split("|")[0] for row in rows if row["list"] == "township"}
    assert parts == {"part=basic", "part=cooperative", "part=taken_back"}


@pytest.mark.django_db
def test_every_entry_of_the_pack_is_founded_and_in_use_that_day():
    day = FOUNDED.date()
    for kind in Listing:
        rows = list(entries_on(kind=kind.value, day=day))
        if kind not in {Listing.MATTER, Listing.POWER}:
            assert rows, kind
            assert [row.code for row in rows if not row.active] == []
    held = Binding.objects.filter(entry__list="duty", entry__code="q002")
    assert [(one.mandatory, one.phrase) for one in held] == [(True, P)]
    entry = ListEntry.objects.get(list="duty", code="q009")
    assert (entry.holder, entry.nature, entry.facts["penalties"]) == (
        "urban_management",
        "penalty",
        ["fine", "confiscation"],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["duty", "township", "data", "purchase", "delegation", "discretion"])
def test_every_entry_of_the_pack_has_its_page(client: Client, kind: str):
    listed = client.get(f"/lists/{kind}.json").json()["entries"]
    assert listed
    for one in listed[:6]:
        assert client.get(f"/lists/{kind}/{one['code']}/").status_code == 200


def test_a_row_that_breaks_a_rule_is_named_by_file_line_and_clause(whole, tmp_path):
    row = f"duty,u1,吊销执照,,,,urban_management,penalty,{TA}#a51.p1.i2,{P},penalties=business_licence,2026-01-01,,\n"
    assert faults_of(whole, row, tmp_path) == ["level"]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (f"duty,u1,x,,,,urban_management,penalty,{TA}#a51,{P};-,penalties=fine,2026-01-01,,\n", ["phrase_count"]),
        (f"duty,u1,x,,,,urban_management,penalty,{TA}#a51,{P},penalties=fine|nonsense=1,2026-01-01,,\n", ["unknown_fact"]),
        (f"powers,u1,x,,,,urban_management,penalty,{TA}#a51,{P},,2026-01-01,,\n", ["unknown_list"]),
        (f"duty,u1,x,,,,urban_management,penalty,{TA}#a51,{P},penalties,2026-01-01,,\n", ["bad_fact"]),
        (f"duty,u1,x,,,,urban_management,penalty,{TA}#a51,{P},penalties=fine,2026-01-01,2025-01-01,\n", ["interval_reversed"]),
        (f"duty,u1,上访接待,,,,urban_management,other,{TA}#a51,{P},,2026-01-01,,\n", ["forbidden_petitioning"]),
        (f"duty,u1,x,,,,committee,other,{TA}#a51,村委会,,2026-01-01,,\n", ["committee_not_delegated", "phrase_not_there"]),
        (f"duty,u1,x,,,,urban_management,other,{TA}#a999,{P},,2026-01-01,,\n", ["unknown_clause"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(row, codes, whole, tmp_path):
    assert faults_of(whole, row, tmp_path) == codes


def test_two_rows_of_one_code_at_a_time_are_refused(whole, tmp_path):
    row = f"duty,u1,x,,,,urban_management,other,{TA}#a51,{P},,2026-01-01,,\n"
    assert faults_of(whole, row + row, tmp_path) == ["duplicate"]


def test_facts_are_read_as_the_list_asks_them(whole):
    rows = {(row.list, row.code): row for row in whole.entries}
    assert rows["duty", "q026"].given() == {"measures": ["seal", "seize"]}
    assert rows["data", "s008"].given()["items"] == "停车场名称\n位置\n泊位数\n开放时间"
