"""小数不公布：挡得住推算，由另写的攻击来证。 Suppression stands up to an attack written apart from it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.exchange.rules import suppression
from tongxin.exchange.rules.suppression import TooSparseError, interval, suppressed
from tongxin.exchange.rules.tables import TOTAL, Cell, CountTable, counted, table_of
from tongxin.exchange.tests.attack import fixed_by_equations, possible

THRESHOLD = 4
ROOT: Cell = ((), TOTAL)


def small_tables() -> st.SearchStrategy[CountTable]:
    """Tables of few cells and small counts: one-way, two-way, nested, with and without columns."""

    def made(drawn: tuple[int, bool, list[int]]) -> CountTable:
        levels, crossed, counts = drawn
        paths = [("a",), ("b",), ("c",)] if levels == 1 else [("a", "1"), ("a", "2"), ("b", "3")]
        keys = [(path, column) for path in paths for column in (("x", "y", "z") if crossed else (TOTAL,))]
        return table_of(dict(zip(keys, counts, strict=False)), levels=levels, crossed=crossed)

    return st.tuples(
        st.sampled_from([1, 2]), st.booleans(), st.lists(st.integers(0, 9), min_size=9, max_size=9)
    ).map(made)


@settings(max_examples=120, deadline=None)
@given(small_tables())
def test_no_outsider_narrows_a_withheld_cell_below_the_promise(table: CountTable) -> None:
    try:
        withheld = suppressed(table, threshold=THRESHOLD)
    except TooSparseError:
        return
    assert {cell for cell, count in table.cells.items() if 0 < count < THRESHOLD} <= withheld
    assert all(table.cells[cell] > 0 for cell in withheld)
    worked_out = possible(table, withheld, most=max(table.cells.values()) + THRESHOLD + 2)
    for cell, (least, greatest) in worked_out.items():
        wanted = THRESHOLD - 1 if table.cells[cell] < THRESHOLD else 1
        assert greatest - least >= wanted, (cell, least, greatest)
        assert least <= table.cells[cell] <= greatest


@settings(max_examples=60, deadline=None)
@given(small_tables())
def test_the_intervals_of_the_flows_are_those_that_every_possible_table_gives(table: CountTable) -> None:
    try:
        withheld = suppressed(table, threshold=THRESHOLD, shown={ROOT})
    except TooSparseError:
        return
    for cell, ends in possible(table, withheld, most=max(table.cells[ROOT], 1)).items():
        assert interval(table, withheld, cell) == ends


@pytest.mark.parametrize("seed", range(12))
def test_the_equations_of_a_large_table_fix_no_withheld_cell(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 - the same in every run
    counts = {
        ((f"district {d}", f"street {d}.{s}"), f"kind {k}"): pick.choice([0, 1, 2, 3, 7, 20, 60])
        for d in range(4)
        for s in range(3)
        for k in range(6)
    }
    table = table_of(counts, levels=2, crossed=True)
    withheld = suppressed(table, threshold=5)
    assert withheld and not fixed_by_equations(table, withheld)


def test_withholding_the_small_cells_alone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without complementary cells the attack finds every small number."""
    table = table_of(
        {(("a",), "x"): 2, (("a",), "y"): 30, (("b",), "x"): 40, (("b",), "y"): 50}, levels=1, crossed=True
    )
    primary = {(("a",), "x")}
    assert possible(table, primary, most=60) == {(("a",), "x"): (2, 2)}
    assert fixed_by_equations(table, primary) == primary
    monkeypatch.setattr(suppression, "_wide", lambda *_: True)
    faulty = suppressed(table, threshold=5)
    assert faulty == primary
    monkeypatch.undo()
    sound = suppressed(table, threshold=5)
    assert len(sound) == 4 and not fixed_by_equations(table, sound)
    assert possible(table, sound, most=100)[("a",), "x"] == (1, 31)


def test_what_need_not_be_withheld_is_published_after_all() -> None:
    """Two small rows hide each other: the rest of the table is published, and nothing more could be."""
    counts = {
        ((row,), column): count
        for row, count in (("a", 14), ("b", 1), ("c", 10), ("d", 4))
        for column in ("1", "2", "3")
    }
    table = table_of(counts, levels=1, crossed=True)
    withheld = suppressed(table, threshold=5, shown={ROOT})
    assert not [cell for cell in withheld if cell[0] == ("a",)]
    for cell in withheld:
        if table.cells[cell] >= 5:
            left = possible(table, withheld - {cell}, most=table.cells[ROOT])
            assert any(
                high - low < (4 if table.cells[one] < 5 else 1) for one, (low, high) in left.items()
            ), cell


def test_zeros_are_published_and_never_withheld() -> None:
    table = table_of(
        {(("a",), TOTAL): 0, (("b",), TOTAL): 2, (("c",), TOTAL): 9, (("d",), TOTAL): 70},
        levels=1,
        crossed=False,
    )
    assert suppressed(table, threshold=5) == {(("b",), TOTAL), (("c",), TOTAL)}


def test_two_small_cells_that_hide_each_other_cost_no_third() -> None:
    table = table_of({(("a",), TOTAL): 3, (("b",), TOTAL): 4, (("c",), TOTAL): 90}, levels=1, crossed=False)
    assert suppressed(table, threshold=5) == {(("a",), TOTAL), (("b",), TOTAL)}
    assert interval(table, {(("a",), TOTAL), (("b",), TOTAL)}, (("a",), TOTAL)) == (1, 6)


def test_two_ones_do_not_hide_each_other() -> None:
    """1 + 1 = 2 with zeros published: both would be known, so a third is withheld."""
    table = table_of({(("a",), TOTAL): 1, (("b",), TOTAL): 1, (("c",), TOTAL): 90}, levels=1, crossed=False)
    assert len(suppressed(table, threshold=5)) == 3


@pytest.mark.parametrize("counts", [{(("a",), TOTAL): 2}, {(("a",), TOTAL): 2, (("b",), TOTAL): 0}])
def test_a_table_that_cannot_be_protected_is_refused(counts: dict[Cell, int]) -> None:
    table = table_of(counts, levels=1, crossed=False)
    with pytest.raises(TooSparseError):
        suppressed(table, threshold=5, shown={ROOT})


def test_a_cell_shown_elsewhere_is_not_withheld() -> None:
    counts: dict[Cell, int] = {(("a",), TOTAL): 2, (("b",), TOTAL): 9, (("c",), TOTAL): 20}
    table = table_of(counts, levels=1, crossed=False)
    assert suppressed(table, threshold=5, shown={(("b",), TOTAL)}) == {(("a",), TOTAL), (("c",), TOTAL)}


def test_a_threshold_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        suppressed(table_of({(("a",), TOTAL): 2}, levels=1, crossed=False), threshold=2)


def test_rows_are_counted_and_absent_values_have_a_cell_of_their_own() -> None:
    rows = [{"d": "1", "k": "x"}, {"d": "1", "k": None}, {"d": "1", "k": " "}, {"d": 2, "k": "x"}]
    assert counted(rows, by=["d", "k"], levels=1) == {(("1",), "x"): 1, (("1",), "—"): 2, (("2",), "x"): 1}
    with pytest.raises(ValueError, match="d"):
        counted([{"d": str(n)} for n in range(9)], by=["d"], levels=1, most_groups=8)
