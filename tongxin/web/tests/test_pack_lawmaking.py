"""本市立法程序的期限：数据包里怎么读、怎么查。 The limits of the city's own law-making: how a pack gives them, what is refused."""

from pathlib import Path

import pytest

from tongxin.law.rules.making_days import MakingLimit, Span, Watch
from tongxin.web.pack import examine_pack
from tongxin.web.pack.lawmaking import new_limits
from tongxin.web.tests.tiny_pack import ON, REF, VERBS, faults_of, tiny_files, write_pack

HEAD = "stage,number,unit,clause,note\n"


def planted(rows: str) -> dict[str, str]:
    return tiny_files() | {"lists/lawmaking.csv": HEAD + rows}


def test_a_city_says_how_often_a_bill_is_read_and_how_soon_it_is_printed(tmp_path: Path) -> None:
    files = planted(f"readings,2,times,{REF},一般两次\nnewspaper,10,day,{REF},\n")
    pack, faults = examine_pack(write_pack(tmp_path, files), verbs=VERBS, on=ON)
    assert pack is not None, faults
    assert new_limits(pack.lawmaking) == [
        (Watch.READINGS, MakingLimit(number=2, unit=Span.TIMES, clause=REF), "一般两次"),
        (Watch.NEWSPAPER, MakingLimit(number=10, unit=Span.DAY, clause=REF), ""),
    ]


def test_a_city_without_such_limits_is_a_city_all_the_same(tmp_path: Path) -> None:
    pack, faults = examine_pack(write_pack(tmp_path, tiny_files()), verbs=VERBS, on=ON)
    assert pack is not None, faults
    assert pack.lawmaking == ()


@pytest.mark.parametrize(
    ("rows", "line", "code"),
    [
        (f"approval,12,month,{REF},the law says four\n", 2, "bad_stage"),
        (f"dancing,1,day,{REF},\n", 2, "bad_stage"),
        (f"readings,2,day,{REF},\n", 2, "bad_unit"),
        (f"newspaper,10,times,{REF},\n", 2, "bad_unit"),
        (f"newspaper,10,week,{REF},\n", 2, "bad_unit"),
        (f"newspaper,0,day,{REF},\n", 2, "bad_number"),
        (f"newspaper,1.5,day,{REF},\n", 2, "bad_number"),
        (f"newspaper,10,day,{REF},\nnewspaper,11,day,{REF},\n", 3, "duplicate"),
        ("newspaper,10,day,law:cn/x/nowhere@2021-01-01#a1,\n", 2, "unknown_instrument"),
        ("newspaper,10,day,law:cn/x/rules@2021-01-01#a99,\n", 2, "unknown_clause"),
        ("newspaper,10,day,,\n", 2, "bad_clause_ref"),
    ],
)
def test_a_limit_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, rows: str, line: int, code: str
) -> None:
    assert ("lists/lawmaking.csv", line, code) in faults_of(tmp_path, planted(rows))


def test_a_clause_whose_version_is_not_known_to_be_in_force_may_set_a_limit_though_it_carries_no_act(
    tmp_path: Path,
) -> None:
    unknown = "law:cn/x/undated@2019-01-01#a2"
    assert faults_of(tmp_path, planted(f"newspaper,10,day,{unknown},\n")) == []
