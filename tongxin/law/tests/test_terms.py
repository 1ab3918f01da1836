"""法律用语的测试：条款引用与位阶。"""

from datetime import date

import pytest

from tongxin.law.terms import BadClauseRefError, ClauseRef, Level


def test_a_reference_reads_back_as_it_was_written():
    text = "law:cn/x/grid@2021-08-05#a10.p2"
    ref = ClauseRef.parse(text)
    assert ref == ClauseRef("cn/x/grid", date(2021, 8, 5), "a10.p2")
    assert str(ref) == text
    assert ref.instrument == "law:cn/x/grid@2021-08-05"


def test_a_reference_may_leave_the_version_open():
    ref = ClauseRef.parse("law:cn/civil-code#a80-1.p1.i3.s1")
    assert ref.version is None
    assert str(ref) == "law:cn/civil-code#a80-1.p1.i3.s1"


@pytest.mark.parametrize(
    "wrong",
    [
        "cn/x@2021-08-05#a1",
        "law:cn/x@2021-08-05",
        "law:cn/x@2021-13-05#a1",
        "law:cn/x@2021-8-5#a1",
        "law:cn#a1",
        "law:CN/x#a1",
        "law:cn/x#a0",
        "law:cn/x#a1.i2",
        "law:cn/x#p1",
        "law:cn/x#第一条",
        "law:cn/x#a1 ",
    ],
)
def test_a_reference_written_otherwise_is_refused(wrong):
    with pytest.raises(BadClauseRefError):
        ClauseRef.parse(wrong)


def test_the_constitution_ranks_above_laws_above_regulations_above_rules():
    ranks = [Level(word).rank for word in ("constitution", "national-law", "admin-regulation")]
    ranks += [Level.PROVINCIAL_REGULATION.rank, Level.LOCAL_REGULATION.rank, Level.GOVERNMENT_RULE.rank]
    assert ranks == sorted(set(ranks))
    assert Level.DEPARTMENT_RULE.rank == Level.GOVERNMENT_RULE.rank
    assert all(level.label for level in Level)
