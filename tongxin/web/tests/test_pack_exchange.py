"""数据来源：数据包里怎么读、怎么查。 The sources of the catalogue: how a pack gives them, what is refused, with its line."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from tongxin.exchange.terms import Adapter
from tongxin.web.console.commands.founding import verbs
from tongxin.web.pack import examine_pack
from tongxin.web.pack.exchange import new_sources
from tongxin.web.tests.tiny_pack import ON, VERBS, faults_of, tiny_files, write_pack

CITY = Path(__file__).resolve().parents[3] / "city" / "binzhou"
DAY = date(2026, 11, 23)
SOURCES_HEAD = "item,organ,system,adapter,address,secret,relation,key,key_kind,wait_ms\n"
FIELDS_HEAD = "item,name,label,label_en,personal,sensitive,meaning\n"
PERMITS = "data:s003,bz/public-security,居住证,postgresql,demo:x,,permits,resident_id,resident_id,3000\n"
PERMIT_FIELDS = "data:s003,resident_id,公民身份号码,,1,0,\ndata:s003,name,姓名,,1,0,\n"


def test_the_sample_city_uses_each_way_to_reach_a_source() -> None:
    pack, faults = examine_pack(CITY, verbs=verbs(), on=DAY)
    assert pack is not None, faults
    sources = new_sources(pack)
    assert {one.adapter for one in sources} == set(Adapter)
    by_item = {one.item: one for one in sources}
    assert [field.name for field in by_item["data:s003"].fields][:2] == ["resident_id", "name"]
    assert by_item["data:s004"].key == "resident_id" and by_item["data:s008"].key == ""


def test_a_city_without_sources_is_a_city_all_the_same(tmp_path: Path) -> None:
    pack, faults = examine_pack(write_pack(tmp_path, tiny_files()), verbs=VERBS, on=ON)
    assert pack is not None, faults
    assert new_sources(pack) == []


@pytest.mark.parametrize(
    ("sources", "fields", "fault"),
    [
        (PERMITS * 2, PERMIT_FIELDS, ("sources", 3, "duplicate")),
        (PERMITS.replace("s003", "s999"), "", ("sources", 2, "unknown_item")),
        (PERMITS.replace("bz/public-security", "bz/nobody"), PERMIT_FIELDS, ("sources", 2, "unknown_organ")),
        (PERMITS.replace("bz/public-security", "bz/market"), PERMIT_FIELDS, ("sources", 2, "other_holder")),
        (PERMITS.replace("postgresql", "telepathy"), PERMIT_FIELDS, ("sources", 2, "unknown_adapter")),
        (PERMITS.replace("3000", "5"), PERMIT_FIELDS, ("sources", 2, "bad_wait")),
        (PERMITS.replace("demo:x", "postgres://u:p@h/d"), PERMIT_FIELDS, ("sources", 2, "credential_in_address")),
        (PERMITS.replace("resident_id,resident_id", ","), PERMIT_FIELDS, ("sources", 2, "key_and_personal")),
        (PERMITS.replace("resident_id,resident_id", "resident_id,"), PERMIT_FIELDS, ("sources", 2, "key_and_kind")),
        (PERMITS, PERMIT_FIELDS.replace("resident_id,", "number,"), ("sources", 2, "key_no_field")),
        (PERMITS, "", ("sources", 2, "no_fields")),
        (PERMITS, PERMIT_FIELDS * 2, ("fields", 4, "duplicate")),
        (PERMITS, PERMIT_FIELDS + "data:s003,a b; drop,坏,,1,0,\n", ("fields", 4, "bad_name")),
        (PERMITS, PERMIT_FIELDS + "data:s003,face,人脸,,0,1,\n", ("fields", 4, "sensitive_not_personal")),
        (PERMITS, PERMIT_FIELDS + "data:s008,owner,业主,,1,0,\n", ("fields", 4, "personal_undeclared")),
        (PERMITS, PERMIT_FIELDS + "data:s003,mood,心情,,1,0,mood\n", ("fields", 4, "unknown_meaning")),
        (PERMITS, PERMIT_FIELDS + "data:s007,spot,点位,,0,0,\n", ("fields", 4, "unknown_source")),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, sources: str, fields: str, fault: tuple[str, int, str]
) -> None:
    city = tmp_path / "city"
    shutil.copytree(CITY, city)
    (city / "exchange" / "sources.csv").write_text(SOURCES_HEAD + sources)
    (city / "exchange" / "fields.csv").write_text(FIELDS_HEAD + fields)
    _pack, faults = examine_pack(city, verbs=verbs(), on=DAY)
    file, line, code = fault
    assert (f"exchange/{file}.csv", line, code) in {(one.file, one.line, one.code) for one in faults}


def test_a_file_of_another_name_is_not_passed_over(tmp_path: Path) -> None:
    files = tiny_files() | {"exchange/source.csv": SOURCES_HEAD}
    assert ("exchange/source.csv", 0, "unknown_file") in faults_of(tmp_path, files)
