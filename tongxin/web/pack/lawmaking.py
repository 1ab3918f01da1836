"""本市立法程序的期限：表、检查、装入。 The limits of the city's own law-making: their table, their checks, what is handed to the law."""

from collections.abc import Iterator
from typing import Final

from tongxin.law.rules.making_days import SET_BY_THE_CITY, MakingLimit, Span, Watch
from tongxin.web.pack import cells, rows
from tongxin.web.pack.checks.common import twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.checks.law import what_is_wrong
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.tables import Column, Table

LAWMAKING: Final = Table(
    file="lists/lawmaking.csv",
    row=rows.LawmakingRow,
    key="stage",
    columns=(
        Column("stage", cells.word, most=16),
        Column("number", cells.number),
        Column("unit", cells.word, most=6),
        Column("clause", cells.ref),
        Column("note", cells.text, most=300),
    ),
)
_STAGES: Final = frozenset(watch.value for watch in SET_BY_THE_CITY)
_UNITS: Final = frozenset(Span)


def check_lawmaking(facts: Facts) -> Iterator[Fault]:
    """环节、数、单位、条款。 Stages are those a city may set, once each; numbers whole and positive; the clause exists.

    The clause need not be known to be in force: a limit binds the organ that makes law, it carries no act.
    """
    yield from twice(
        facts.pack.lawmaking, lambda row: row.stage, code="duplicate", what_zh="环节", what_en="the stage"
    )
    for row in facts.pack.lawmaking:
        if row.stage not in _STAGES:
            yield row.fault(
                "bad_stage", f"本市不能设定“{row.stage}”的期限", f"a city sets no limit for '{row.stage}'"
            )
        elif (row.unit == Span.TIMES) != (row.stage == Watch.READINGS):
            yield row.fault("bad_unit", f"“{row.stage}”的单位不对", f"the wrong unit for '{row.stage}'")
        if row.unit not in _UNITS:
            yield row.fault("bad_unit", f"未知的单位“{row.unit}”", f"unknown unit '{row.unit}'")
        if row.number <= 0 or row.number % 1 or row.number > 3_660:
            yield row.fault(
                "bad_number", f"期限 {row.number} 须为正整数", f"the limit {row.number} is no whole number"
            )
        for why in what_is_wrong(facts, row.clause, on_the_day=False):
            yield row.fault(*why)


def new_limits(given: tuple[rows.LawmakingRow, ...]) -> list[tuple[Watch, MakingLimit, str]]:
    """交给法律的期限。 The limits as `found_lawmaking` takes them. For a pack without faults."""
    return [
        (
            Watch(row.stage),
            MakingLimit(number=int(row.number), unit=Span(row.unit), clause=str(row.clause)),
            row.note,
        )
        for row in given
    ]
