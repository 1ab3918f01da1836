"""小数不公布。 Cell suppression: counts below a threshold are withheld, and as many others as keep them from being worked out.

Primary: 1 ≤ count < threshold. Complementary (secondary): chosen so that each withheld cell stays in an interval of whole numbers
that somebody who knows everything published cannot narrow further: a primary cell's is at least `threshold` numbers wide
(so it reaches the threshold), a secondary's at least two. What the outsider is taken to know: all published cells and totals,
that a withheld cell is not zero (zeros are published and never withheld), the threshold and this rule.

Intervals are found by flows in the network of withheld cells (tables.py), exactly. Secondaries are chosen one primary after another
along the cheapest cycle, cost being the count withheld, and what proves needless is published after all: Cox, JASA 75 (1980) 377–385, and JASA 90 (1995); Willenborg and de Waal,
"Elements of Statistical Disclosure Control" (2001), ch. 4; the problem of the least loss is NP-hard (Fischetti and Salazar, "Models and
algorithms for the 2-dimensional cell suppression problem in statistical disclosure control", Math. Programming 84 (1999)) and is not solved.

Not protected against: a contributor who knows their own share of a cell (counts of persons, so that is one), knowledge of other
sources, and guesses from which cells this rule would have chosen.
"""

import heapq
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from tongxin.exchange.rules.tables import Cell, CountTable

LEAST_THRESHOLD: Final = 3
MOST_THINNED: Final = (
    150  # beyond that the greedy choice stays as it is: looking through it again would take too long
)
Node = int


class TooSparseError(ValueError):
    """太稀疏。 The table cannot be protected: coarser groups are needed."""


@dataclass(slots=True)
class _Network:
    """加总关系作为网络。 The equations as a network: an edge per cell, from the equation it adds to, to the one it is the total of."""

    cells: Mapping[Cell, int]
    tail: dict[Cell, Node] = field(default_factory=dict)
    head: dict[Cell, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, table: CountTable) -> "_Network":
        """一张表的网络。 The network of a table. Rows' equations are turned round so that each cell leaves one and enters one.

        The sides are two-coloured: equations that share a cell as part and part, or total and total, lie on opposite sides.
        """
        signs: dict[Cell, list[tuple[Node, int]]] = {cell: [] for cell in table.cells}
        for number, equation in enumerate(table.equations):
            signs[equation.total].append((number, -1))
            for part in equation.parts:
                signs[part].append((number, 1))
        sides = _sides(signs, len(table.equations))
        network = cls(table.cells)
        outside = len(table.equations)
        for cell, ends in signs.items():
            turned = [(number, sign * sides[number]) for number, sign in ends]
            network.tail[cell] = next((number for number, sign in turned if sign > 0), outside)
            network.head[cell] = next((number for number, sign in turned if sign < 0), outside)
        return network


def _sides(signs: Mapping[Cell, list[tuple[Node, int]]], equations: int) -> list[int]:
    """给每条等式一个正负号。 A sign for each equation such that no cell has the same sign in both of its equations."""
    near: list[list[tuple[Node, int]]] = [[] for _ in range(equations)]
    for ends in signs.values():
        if len(ends) > 2:
            raise ValueError("a cell in three equations: not a table of one nested dimension")
        if len(ends) == 2:
            (one, a), (other, b) = ends
            near[one].append((other, -a * b))
            near[other].append((one, -a * b))
    sides = [0] * equations
    for start in range(equations):
        if sides[start]:
            continue
        sides[start] = 1
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for there, turn in near[here]:
                if not sides[there]:
                    sides[there] = sides[here] * turn
                    waiting.append(there)
                elif sides[there] != sides[here] * turn:
                    raise ValueError("the equations of the table are no network")
    return sides


def suppressed(table: CountTable, *, threshold: int, shown: Collection[Cell] = ()) -> frozenset[Cell]:
    """要留空的格子。 The cells to withhold, primary and secondary.

    shown  cells that must stay published, because an earlier table shows them
    Raises TooSparseError when the table cannot be protected, ValueError for a threshold below LEAST_THRESHOLD.
    """
    if threshold < LEAST_THRESHOLD:
        raise ValueError("the threshold is too low")
    primary = {cell for cell, count in table.cells.items() if 0 < count < threshold}
    if primary & set(shown):
        raise TooSparseError("a small cell is shown elsewhere")
    network = _Network.of(table)
    withheld = set(primary)
    for cell in sorted(primary, key=lambda one: (-table.cells[one], one)):
        if not _wide(network, withheld, cell, threshold - 1):
            withheld |= _cycle(network, withheld, cell, threshold - 1, primary, frozenset(shown))
    if not _kept(network, withheld, primary, threshold):
        raise TooSparseError("a withheld cell could be worked out")
    for cell in sorted(withheld - primary, key=lambda one: (-table.cells[one], one)):
        if len(withheld) <= MOST_THINNED and _kept(network, withheld - {cell}, primary, threshold):
            withheld.remove(cell)
    return frozenset(withheld)


def _kept(network: _Network, withheld: Collection[Cell], primary: Collection[Cell], threshold: int) -> bool:
    """说的都做到了没有。 Whether every withheld cell keeps the interval that is promised."""
    return all(_wide(network, withheld, cell, threshold - 1 if cell in primary else 1) for cell in withheld)


def interval(table: CountTable, withheld: Collection[Cell], cell: Cell) -> tuple[int, int | None]:
    """能推出的区间。 The whole numbers that a withheld cell may be, for who knows the rest; None: without an upper end."""
    network, known = _Network.of(table), frozenset(withheld)
    most = sum(table.cells.values()) + 1
    up = _flow(network, known, cell, most, up=True)
    down = _flow(network, known, cell, most, up=False)
    return table.cells[cell] - down, None if up >= most else table.cells[cell] + up


# ---- Flows ----------------------------------------------------------------------------------------------------------


def _wide(network: _Network, withheld: Collection[Cell], cell: Cell, wanted: int) -> bool:
    up = _flow(network, withheld, cell, wanted, up=True)
    return up >= wanted or up + _flow(network, withheld, cell, wanted - up, up=False) >= wanted


def _flow(network: _Network, withheld: Collection[Cell], cell: Cell, most: int, *, up: bool) -> int:
    """格子最多能变多少。 By how much a cell can rise (or fall) with the others balancing it, up to `most`. Ford–Fulkerson, breadth first."""
    changed = dict.fromkeys(withheld, 0)
    start, end = (network.head[cell], network.tail[cell]) if up else (network.tail[cell], network.head[cell])
    own = most if up else min(most, network.cells[cell] - 1)
    if start == end:  # it stands in one equation twice, or in none: nothing holds it
        return own
    found = 0
    while found < own:
        path = _shortest(network, changed, cell, start, end)
        if path is None:
            break
        room = min((network.cells[one] + changed[one] - 1 for one, along in path if not along), default=own)
        step = min(room, own - found)
        for one, along in path:
            changed[one] += step if along else -step
        found += step
    return found


def _shortest(
    network: _Network, changed: Mapping[Cell, int], without: Cell, start: Node, end: Node
) -> list[tuple[Cell, bool]] | None:
    near: dict[Node, list[tuple[Node, Cell, bool]]] = {}
    for one, moved in changed.items():
        if one == without:
            continue
        near.setdefault(network.tail[one], []).append((network.head[one], one, True))
        if network.cells[one] + moved > 1:
            near.setdefault(network.head[one], []).append((network.tail[one], one, False))
    came: dict[Node, tuple[Node, Cell, bool]] = {}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, one, along in near.get(here, ()):
            if there not in came and there != start:
                came[there] = (here, one, along)
                waiting.append(there)
    return _walked(came, start, end) if end in came else None


def _walked(came: Mapping[Node, tuple[Node, Cell, bool]], start: Node, end: Node) -> list[tuple[Cell, bool]]:
    path, here = [], end
    while here != start:
        here, one, along = came[here]
        path.append((one, along))
    return path


def _cycle(
    network: _Network,
    withheld: Collection[Cell],
    cell: Cell,
    wanted: int,
    primary: Collection[Cell],
    shown: Collection[Cell],
) -> set[Cell]:
    """最省的一圈。 The cheapest cycle through a cell along which it can rise by `wanted`: what it passes is withheld too.

    Zeros and cells shown elsewhere are not on it; a small cell cannot fall far enough to be passed downwards.
    """
    near: dict[Node, list[tuple[Node, Cell, int]]] = {}
    for one, count in network.cells.items():
        if one == cell or count == 0 or one in shown:
            continue
        cost = 0 if one in withheld else count
        near.setdefault(network.tail[one], []).append((network.head[one], one, cost))
        if count - 1 >= wanted and one not in primary:
            near.setdefault(network.head[one], []).append((network.tail[one], one, cost))
    start, end = network.head[cell], network.tail[cell]
    best: dict[Node, tuple[int, int]] = {start: (0, 0)}
    came: dict[Node, tuple[Node, Cell, bool]] = {}
    waiting = [(0, 0, start)]
    while waiting:
        cost, steps, here = heapq.heappop(waiting)
        if here == end:
            return {one for one, _along in _walked(came, start, end)}
        if best[here] < (cost, steps):
            continue
        for there, one, more in near.get(here, ()):
            step = (cost + more, steps + 1)
            if there not in best or step < best[there]:
                best[there], came[there] = step, (here, one, True)
                heapq.heappush(waiting, (*step, there))
    raise TooSparseError("nothing else can hide a small cell")
