"""局外人怎么推算。 What an outsider works out from a published table: written apart from the rule that protects it, and by other means.

Every whole-number table that agrees with what is published is looked for, withheld cells being at least one; a second attack
takes the equations alone, over the fractions, and asks which cells they fix.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

from tongxin.exchange.rules.tables import Cell, CountTable

Bounds = dict[Cell, tuple[int, int]]


def possible(table: CountTable, withheld: Collection[Cell], *, most: int) -> dict[Cell, tuple[int, int]]:
    """每个留空的格子能取的最小、最大值（不超过 most）。 The least and the greatest value of each withheld cell, in tables of cells ≤ most."""
    relations = [([(cell, 1) for cell in one.parts] + [(one.total, -1)]) for one in table.equations]
    rows = []
    for relation in relations:
        known = sum(sign * table.cells[cell] for cell, sign in relation if cell not in withheld)
        unknown = {cell: sign for cell, sign in relation if cell in withheld}
        if unknown:
            rows.append((unknown, -known))
    start: Bounds = dict.fromkeys(withheld, (1, most))
    found: dict[Cell, tuple[int, int]] = {}
    for cell in withheld:
        least = next(v for v in range(1, most + 1) if _exists(rows, {**start, cell: (v, v)}))
        greatest = next(v for v in range(most, 0, -1) if _exists(rows, {**start, cell: (v, v)}))
        found[cell] = (least, greatest)
    return found


def _exists(rows: list[tuple[Mapping[Cell, int], int]], bounds: Bounds) -> bool:
    narrowed = _narrow(rows, dict(bounds))
    if narrowed is None:
        return False
    open_cells = [cell for cell, (low, high) in narrowed.items() if low < high]
    if not open_cells:
        return True
    cell = min(open_cells, key=lambda one: narrowed[one][1] - narrowed[one][0])
    low, high = narrowed[cell]
    return any(_exists(rows, {**narrowed, cell: (v, v)}) for v in range(low, high + 1))


def _narrow(rows: list[tuple[Mapping[Cell, int], int]], bounds: Bounds) -> Bounds | None:
    again = True
    while again:
        again = False
        for unknown, total in rows:
            for cell, sign in unknown.items():
                low, high = 0, 0
                for other, its in unknown.items():
                    if other != cell:
                        a, b = bounds[other]
                        low, high = low + min(its * a, its * b), high + max(its * a, its * b)
                ends = sorted((sign * (total - low), sign * (total - high)))
                new = (max(bounds[cell][0], ends[0]), min(bounds[cell][1], ends[1]))
                if new[0] > new[1]:
                    return None
                if new != bounds[cell]:
                    bounds[cell], again = new, True
    return bounds


def fixed_by_equations(table: CountTable, withheld: Collection[Cell]) -> set[Cell]:
    """等式本身就定死的格子。 The withheld cells that the equations fix, by elimination over the fractions."""
    order = sorted(withheld)
    matrix = []
    for one in table.equations:
        row = [Fraction(0)] * len(order)
        for cell, sign in [*((part, 1) for part in one.parts), (one.total, -1)]:
            if cell in withheld:
                row[order.index(cell)] += sign
        matrix.append(row)
    done: list[int] = []
    for column in range(len(order)):
        pivot = next((i for i in range(len(done), len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        here = len(done)
        matrix[here], matrix[pivot] = matrix[pivot], matrix[here]
        matrix[here] = [value / matrix[here][column] for value in matrix[here]]
        for i, row in enumerate(matrix):
            if i != here and row[column]:
                matrix[i] = [a - row[column] * b for a, b in zip(row, matrix[here], strict=True)]
        done.append(column)
    return {
        order[column]
        for place, column in enumerate(done)
        if not any(value for other, value in enumerate(matrix[place]) if other != column)
    }
