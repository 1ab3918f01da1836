"""不得入清单的主题。 Subjects that no matter list may hold: found in every wording, and nowhere else."""

import csv
from pathlib import Path

import pytest

from tongxin.web.pack.checks.subjects import SUBJECTS

LISTS = Path(__file__).resolve().parents[3] / "city" / "binzhou" / "lists"
INNOCENT = (
    "线上访问异常", "路上访客", "微信访问", "采集会议纪要", "旅游行业乱收费", "旅游行为", "街面秩序", "聚众赌博",
    "占道经营", "道路展示牌", "自动售货机", "Place of assembly permit", "Street culture", "Parking permit section",
    "走访民情", "入户走访", "来访民众登记", "走访民营企业", "涉访问权限", "劝返车辆", "劝返游客", "街道教育", "渠道教学设备",
    "跆拳道教练", "微信众筹", "通信众多", "故宫观众", "步道观景台", "每个礼拜", "礼拜一", "清真食品", "畜牧师傅", "精神父母",
    "公众聚集场所", "Church Street pothole", "Temple Pl", "Template missing", "Christian Herter Park",
)  # fmt: skip
FORBIDDEN = {
    "forbidden_petitioning": (
        "信访", "越级上访", "上　访", "缠访闹访", "集体訪", "Petitioners at the gate",
        "访民", "进京访民", "越级走访", "涉访", "涉诉涉访人员", "劝返", "已勸返",
    ),
    "forbidden_assembly": (
        "集会", "游行", "示威", "集体性事件", "群体性事件", "非法集會", "静坐", "Protest", "unlawful assembly",
        "demonstrations", "非法聚集",
    ),
    "forbidden_belief": (
        "宗教信仰", "邪教", "信教人员", "传教", "Cult activity", "religion",
        "佛教", "道教", "街道道教场所", "伊斯兰教", "穆斯林", "基督教", "基督徒", "天主教", "清真寺", "教堂", "寺庙", "寺廟", "宫观", "宮觀",
        "做礼拜", "礼拜堂", "信众", "church", "Churches", "mosque", "temple", "worship", "worshipping", "Buddhism",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_words_are_not_taken_for_forbidden_subjects(text):
    assert not [subject.code for subject in SUBJECTS if subject.found_in(text)]


@pytest.mark.parametrize(("code", "texts"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_forbidden_subject_is_found_in_every_wording(code, texts):
    subject = next(subject for subject in SUBJECTS if subject.code == code)
    assert [text for text in texts if not subject.found_in(text)] == []


@pytest.mark.parametrize("name", ["matters", "entries"])
def test_what_the_sample_city_lists_is_taken_for_no_forbidden_subject(name):
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    told = [
        (row["code"], text)
        for row in rows
        for column, text in row.items()
        if text and column not in {"note", "clauses"}
    ]
    assert len(rows) > 80
    assert [
        (code, word) for code, text in told for subject in SUBJECTS if (word := subject.found_in(text))
    ] == []
