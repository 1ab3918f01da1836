"""引用命令的测试：由数据库里的法典作答，与纯规则一致；错误的参数说明是哪一项。"""

import argparse
import csv
import json
from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext

from tongxin.law.queries.shelf import instruments_held, title_index
from tongxin.law.rules.citations import TitleIndex
from tongxin.law.tests.desk import LAW, index, shelf, texts
from tongxin.web.console.cluster import ClusterError
from tongxin.web.console.commands import citing
from tongxin.web.console.commands.citing import citations, cite

TABLE = Path(__file__).with_name("five_answers.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
pytestmark = pytest.mark.django_db


def asked(text, **given):
    return cite(argparse.Namespace(**{"text": text, "on": "", "written": "", "json": True, **given}))


def listed(path, **given):
    return citations(
        argparse.Namespace(**{"file": str(path), "on": "", "written": "", "json": True, **given})
    )


def test_the_command_gives_every_answer_of_the_table():
    for row in ROWS:
        status, result = asked(row["query"], on=row["on"], written=row["written"])
        assert status == 0, row
        answers = result["answers"]
        assert ";".join(one["answer"] for one in answers) == row["answer"], row
        assert ";".join(one["clause"] or "" for one in answers) == row["clause"], row
        assert (answers[0]["successor"] or "") == row["successor"], row
        assert {one["may_found"] for one in answers} == {row["may_found"] == "yes"}, row
        assert (answers[0]["text"] or "").startswith(row["text"]), row


def test_the_book_in_the_database_is_the_pack_as_it_is_read():
    held = instruments_held(keys=["cn/cybersecurity", "cn/water-pollution", "cn/binzhou/heating"])
    assert {key: held[key] for key in held} == {key: shelf().instruments[key] for key in held}
    assert title_index() == index()


def test_a_question_reads_only_the_instruments_it_names(django_assert_max_num_queries):
    with django_assert_max_num_queries(6) as read:
        asked("《网络安全法》第二十一条和《立法法》第八十一条", on="2026-02-01")
    assert isinstance(read, CaptureQueriesContext)
    versions = next(query["sql"] for query in read.captured_queries if "law_version" in query["sql"])
    assert "cn/cybersecurity" in versions and "cn/legislation-law" in versions
    assert "cn/civil-code" not in versions


def test_one_unit_is_answered_in_the_object_itself_and_several_in_their_list():
    one = asked("《村民委员会组织法》第二十一条第二款", on="2025-12-31")[1]
    assert (one["answer"], one["instrument"], one["version"], one["clause"]) == (
        "in_force",
        "cn/villagers-committees",
        "2018-12-29",
        "a21.p2",
    )
    assert one["text"].startswith("村民会议由村民委员会召集。")
    several = asked("《立法法》第八十一条、第八十二条", on="2025-12-31")[1]
    assert "answer" not in several
    assert [answer["clause"] for answer in several["answers"]] == ["a81", "a82"]


def test_a_citation_that_names_no_instrument_beside_one_that_does_stays_open():
    answers = asked("《立法法》第八十一条、本条例第三条", on="2025-12-31")[1]["answers"]
    assert [(one["answer"], one["because"], one["clause"]) for one in answers] == [
        ("in_force", "in_force", "a81"),
        (None, "no_place", "a3"),
    ]


def test_a_range_too_long_is_said_to_be_cut():
    assert asked("《民法典》第一条至第一千条", on="2025-12-31")[1]["range_cut"]
    assert not asked("《民法典》第一条至第三条", on="2025-12-31")[1]["range_cut"]


def test_an_empty_book_is_said_to_be_empty(monkeypatch):
    monkeypatch.setattr(citing, "title_index", lambda: TitleIndex.of([]))
    with pytest.raises(ClusterError, match="load-city"):
        asked("《立法法》第八十一条")


def test_without_a_day_the_day_of_the_city_is_meant():
    assert len(asked("《宪法》第一条")[1]["on"]) == len("2026-01-01")


@pytest.mark.parametrize(
    ("text", "given", "field"),
    [
        ("", {}, "text"),
        ("   ", {}, "text"),
        ("今天天气很好", {}, "text"),
        ("本法第十条", {}, "text"),
        ("第十条第二款", {}, "text"),
        ("前款", {}, "text"),
        ("《立法法", {}, "text"),
        ("《立法法》" * 500, {}, "text"),
        ("《立法法》第一条", {"on": "2026-02-30"}, "on"),
        ("《立法法》第一条", {"on": "昨天"}, "on"),
        ("《立法法》第一条", {"on": "20260201"}, "on"),
        ("《立法法》第一条", {"written": "2026/02/01"}, "written"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_and_the_field_named(text, given, field):
    status, result = asked(text, **given)
    assert (status, result["error"]["field"]) == (2, field)
    assert result["error"]["reason"] and result["error"]["reason_en"]
    status, words = asked(text, **given, json=False)
    assert status == 2 and words.startswith(f"{field}: ")


def test_for_a_reader_the_answer_says_what_may_be_done_and_gives_the_words():
    words = asked("《网络安全法》第二十一条", on="2026-02-01", written="2020-01-01", json=False)[1]
    assert "superseded" in words and "successor a23 in 2025-10-28" in words
    assert "may found a new act: no" in words
    assert "law:cn/cybersecurity@2016-11-07#a21" in words
    assert "国家实行网络安全等级保护制度。" in words


# --- a file -----------------------------------------------------------------------------------------------


def file_of(key: str, version: str) -> Path:
    row = next(one.row for one in texts() if (one.row["key"], one.row["version_date"]) == (key, version))
    return LAW / row["file"]


def test_a_statute_is_read_with_the_place_of_each_citation_and_what_it_comes_to():
    path = file_of("cn/cybersecurity", "2025-10-28")
    status, result = listed(path, on="2026-02-01")
    text = path.read_text(encoding="utf-8")
    assert status == 0 and result["count"] == len(result["citations"]) > 30
    for one in result["citations"]:
        assert text[one["start"] : one["end"]] == one["quote"]
        assert all(target["resolved"] for target in one["targets"] if one["source"] in {"self", "prior"}), one
    that = next(one for one in result["citations"] if one["source"] == "that")
    assert (that["quote"], [target["clause"] for target in that["targets"]]) == ("该款", ["a61.p3"])


def test_a_file_that_is_the_text_of_a_version_means_that_version_when_it_speaks_of_itself():
    path = file_of("cn/cybersecurity", "2016-11-07")
    found = listed(path, on="2026-02-01")[1]["citations"]
    own = next(one for one in found if one["quote"] == "本法第二十一条")
    (target,) = own["targets"]
    assert (target["answer"], target["version"], target["successor"]) == ("superseded", "2016-11-07", "a23")


def test_a_local_text_shows_which_of_its_citations_went_stale_with_the_code():
    path = file_of("cn/binzhou/dust-pollution", "2019-12-05")
    before = {one["quote"]: one["targets"][0] for one in listed(path, on="2026-08-14")[1]["citations"]}
    after = {one["quote"]: one["targets"][0] for one in listed(path, on="2026-08-15")[1]["citations"]}
    law = "《中华人民共和国大气污染防治法》"
    assert (before[law]["answer"], after[law]["answer"]) == ("in_force", "repealed")
    province = after["《山东省大气污染防治条例》"]
    assert (province["answer"], province["because"], province["resolved"]) == ("unknown", "no_title", False)


def test_a_text_the_book_does_not_have_is_resolved_within_itself(tmp_path):
    path = tmp_path / "某市条例.md"
    path.write_text(
        "# 某市公园条例\n\n第一条 根据《立法法》第八十一条制定本条例。\n\n第二条 公园分为下列各类：\n\n（一）综合公园；\n\n"
        "（二）社区公园。\n\n前款第二项所列公园，适用本条例第一条和第九条。\n",
        encoding="utf-8",
    )
    found = listed(path, on="2026-02-01")[1]["citations"]
    said = [(one["quote"], one["place"], [t["clause"] for t in one["targets"]]) for one in found]
    assert said == [
        ("《立法法》第八十一条", "a1.p1", ["a81"]),
        ("前款第二项", "a2.p2", ["a2.p1.i2"]),
        ("本条例第一条和第九条", "a2.p2", ["a1", "a9"]),
    ]
    last = found[-1]["targets"]
    assert [(t["answer"], t["because"], t["resolved"]) for t in last] == [
        (None, "in_text", True),
        ("unknown", "not_in_text", False),
    ]


def test_other_encodings_and_text_without_articles_are_read_too(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes("依据《行政处罚法》第二十条第二款，以及本办法第三条。".encode("gb18030"))
    found = listed(path, on="2026-02-01")[1]["citations"]
    assert [(one["quote"], one["place"]) for one in found] == [
        ("《行政处罚法》第二十条第二款", None),
        ("本办法第三条", None),
    ]
    assert [target["because"] for target in found[1]["targets"]] == ["not_in_text"]


def test_a_file_without_a_citation_has_none(tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("", encoding="utf-8")
    status, result = listed(path)
    assert (status, result["count"], result["citations"]) == (0, 0, [])
    assert listed(path, json=False) == (0, "no citation / 没有引用")


def test_a_listing_that_grows_too_long_answers_ranges_by_their_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(citing, "MOST_WRITTEN_OUT", 5)
    path = tmp_path / "long.txt"
    path.write_text("《立法法》第一条至第七条。" * 3, encoding="utf-8")
    found = listed(path, on="2026-02-01")[1]["citations"]
    assert [(len(one["targets"]), one["range_cut"]) for one in found] == [(7, False), (2, True), (2, True)]


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    binary = tmp_path / "picture.bin"
    binary.write_bytes(b"\x00\x01\x02" * 50)
    for path in (tmp_path / "missing.md", tmp_path, binary):
        status, result = listed(path)
        assert (status, result["error"]["field"]) == (2, "file")


def test_what_is_printed_is_one_object_of_json():
    result = asked("《治安管理处罚法》第五十条第一款第（一）至（三）项", on="2026-01-01")[1]
    assert json.loads(json.dumps(result, ensure_ascii=False)) == result
