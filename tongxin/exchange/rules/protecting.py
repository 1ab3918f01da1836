"""由行到可以公布的表。 From rows to a table that may be published: each person once, counted, then protected beside the year's earlier ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tongxin.acts.terms import Refused
from tongxin.exchange.rules.answers import cells_of
from tongxin.exchange.rules.noise import noised
from tongxin.exchange.rules.releases import Protection, Query, apart, nested_pairs, shared_cells
from tongxin.exchange.rules.suppression import TooSparseError, suppressed
from tongxin.exchange.rules.tables import TOTAL, Cell, CountTable, counted, table_of, word_of

Earlier = Sequence[
    tuple[Query, Mapping[str, Any]]
]  # the year's releases of the item: question and stored answer
Words = Mapping[str, str]
GRAND_TOTAL: Cell = ((), TOTAL)


def fields_of(query: Query, earlier: Earlier, *, key: str) -> list[str]:
    """要读的字段。 The fields to read: those of this question and of the earlier ones, and the key of persons."""
    asked = {
        name
        for one in [query, *(other for other, _answer in earlier)]
        for name in (*one.by, *(one.only or ())[:1])
    }
    return [*sorted(asked), *([key] if key else [])]


def once(
    rows: Iterable[Mapping[str, object]], *, query: Query, earlier: Earlier, key: str
) -> list[dict[str, str]]:
    """每人只算一次。 The rows as words, each person once: of several rows of one person the first in the order of their words.

    Which one it is depends on that person's rows alone, so that one person moves one cell by one (noise.py). Without a `key` every
    row is a thing of its own.
    """
    names = fields_of(query, earlier, key="")
    kept: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows):
        said = {name: word_of(row.get(name)) for name in names}
        whose = str(row.get(key)) if key else str(number)
        if whose not in kept or tuple(said.values()) < tuple(kept[whose].values()):
            kept[whose] = said
    return list(kept.values())


def table_for(query: Query, rows: Iterable[Words]) -> CountTable:
    """数出的表。 The table of a query. Raises Refused when there are too many groups."""
    chosen = [row for row in rows if query.only is None or row[query.only[0]] == query.only[1]]
    try:
        if query.protection is Protection.NOISED:
            return _over_domain(query, chosen)
        counts = counted(chosen, by=query.by, levels=query.levels)
        return table_of(counts, levels=query.levels, crossed=query.crossed)
    except ValueError as wrong:
        raise Refused("too_many_groups", "分组太细，格子太多", "too many groups for a statistic") from wrong


def _over_domain(query: Query, rows: Iterable[Words]) -> CountTable:
    """按事先写明的值数。 Counted over the values said beforehand; any other counts as `—`."""
    known = dict(query.domain)
    said = [{name: row[name] if row[name] in known[name] else "—" for name in query.by} for row in rows]
    across = known[query.by[1]] if query.crossed else (TOTAL,)
    empty: dict[Cell, int] = {((first,), column): 0 for first in known[query.by[0]] for column in across}
    return table_of(empty | counted(said, by=query.by, levels=1), levels=1, crossed=query.crossed)


def with_noise(query: Query, table: CountTable) -> CountTable:
    """只给最细的格子加噪，合计由它们相加。 Noise on the finest cells alone; the totals are added up from these."""
    finest: dict[Cell, int] = {
        (path, column): count
        for (path, column), count in table.cells.items()
        if len(path) == 1 and (column != TOTAL) == query.crossed
    }
    return table_of(noised(finest, micro_epsilon=query.epsilon), levels=1, crossed=query.crossed)


# ---- Beside the year's earlier tables -------------------------------------------------------------------------------


def require_apart(query: Query, earlier: Earlier, *, rows: Iterable[Words]) -> None:
    """能同同年的并存。 Raises Refused when the query may not be released beside the year's earlier ones (releases.apart)."""
    queries = [other for other, _answer in earlier]
    fields = sorted({name for one in [query, *queries] for name in one.by})
    objection = apart(query, queries, determined=nested_pairs(rows, fields))
    if objection is not None:
        raise Refused(objection.code, objection.reason, objection.reason_en)


def withheld_in(query: Query, table: CountTable, earlier: Earlier) -> frozenset[Cell]:
    """要留空的格子。 The cells to withhold; the grand total and the totals that earlier tables show stay published.

    Raises Refused: a shared total is withheld there (it would be shown here); it has another value there (the source has moved, and
    the difference would tell who); the table cannot be protected.
    """
    shown: set[Cell] = {GRAND_TOTAL}
    for other, answer in earlier:
        if other.only == query.only:
            shown |= _shown_there(query, other, dict(cells_of(answer)), table)
    try:
        return suppressed(table, threshold=query.threshold, shown=shown)
    except TooSparseError as sparse:
        raise Refused(
            "too_sparse", "人数太少，遮不住；请把分组放宽", "too few to hide anybody: ask for coarser groups"
        ) from sparse


def _shown_there(
    query: Query, other: Query, values: Mapping[Cell, int | None], table: CountTable
) -> set[Cell]:
    shared = {here: value for cell, value in values.items() for here in shared_cells(query, other, cell)}
    if None in shared.values():
        raise Refused(
            "withheld_there",
            "今年已发布的表里有一项合计是隐去的，这张表会把它显出来",
            "a total that an earlier table of this year withholds would be shown by this one",
        )
    mine = {cell for cell, count in table.cells.items() if count and _is_shared(query, other, cell)}
    if any(table.cells.get(cell, 0) != value for cell, value in shared.items()) or not mine <= shared.keys():
        raise Refused(
            "data_moved",
            "来源的数据已经变了，同年已公布的合计对不上；两表相减能看出变化，不能发布",
            "the source has changed since: beside this year's totals the table would show who moved",
        )
    return {cell for cell in shared if cell in table.cells}


def _is_shared(query: Query, other: Query, cell: Cell) -> bool:
    """这张表的这个合计，那张表里有没有。 Whether a total of this table is one that the other shows too: the same, the other way round."""
    return bool(shared_cells(other, query, cell))
