"""不得入清单的主题。 Subjects that no matter list may hold: found in every wording, and nowhere else."""

import pytest

from tongxin.web.pack.checks.subjects import SUBJECTS

INNOCENT = (
    "线上访问异常", "路上访客", "微信访问", "采集会议纪要", "旅游行业乱收费", "旅游行为", "街面秩序", "聚众赌博",
    "占道经营", "道路展示牌", "自动售货机", "Place of assembly permit", "Street culture", "Parking permit section",
)  # fmt: skip
FORBIDDEN = {
    "forbidden_petitioning": ("信访", "越级上访", "上　访", "缠访闹访", "集体訪", "Petitioners at the gate"),
    "forbidden_assembly": (
        "集会", "游行", "示威", "集体性事件", "群体性事件", "非法集會", "静坐", "Protest", "unlawful assembly",
        "demonstrations",
    ),
    "forbidden_belief": ("宗教信仰", "邪教", "信教人员", "传教", "Cult activity", "religion"),
}  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_words_are_not_taken_for_forbidden_subjects(text):
    assert not [subject.code for subject in SUBJECTS if subject.found_in(text)]


@pytest.mark.parametrize(("code", "texts"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_forbidden_subject_is_found_in_every_wording(code, texts):
    subject = next(subject for subject in SUBJECTS if subject.code == code)
    assert [text for text in texts if not subject.found_in(text)] == []
