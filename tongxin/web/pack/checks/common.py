"""各项检查共用的算法。 What several checks share: grouping, intervals, cycles."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypeVar

from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import Dated, Row

R = TypeVar("R")
D = TypeVar("D", bound=Dated)
F = TypeVar("F", bound=Row)
K = TypeVar("K", bound=Hashable)


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """按键分组，保持次序。 The rows by key, in their order."""
    groups: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def twice(
    rows: Iterable[F], key: Callable[[F], Hashable], *, code: str, what_zh: str, what_en: str
) -> Iterator[Fault]:
    """键重复。 A fault for every row whose key a row above already has."""
    first: dict[Hashable, F] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if earlier is not row:
            yield row.fault(
                code, f"{what_zh}与第 {earlier.line} 行重复", f"{what_en} repeats line {earlier.line}"
            )


def reversed_intervals(rows: Iterable[Dated]) -> Iterator[Fault]:
    """止期不晚于起期。 A fault for every row whose interval ends before or when it begins."""
    for row in rows:
        if row.reversed_interval:
            zh, en = (
                f"止期 {row.valid_to} 不晚于起期 {row.valid_from}",
                f"ends {row.valid_to}, begins {row.valid_from}",
            )
            yield row.fault("interval_reversed", zh, en)


def overlapping(
    rows: Iterable[D], key: Callable[[D], Hashable], *, shown: Callable[[D], str]
) -> Iterator[Fault]:
    """同一键的各段时间重复或重叠。 Faults for rows of one key that begin on one day, or whose intervals overlap."""
    good = [row for row in rows if not row.reversed_interval]
    for group in grouped(good, key).values():
        in_order = sorted(group, key=lambda row: (row.valid_from, row.line))
        for earlier, later in pairwise(in_order):
            where, name = f"第 {earlier.line} 行", shown(later)
            if earlier.valid_from == later.valid_from:
                yield later.fault(
                    "duplicate", f"“{name}”与{where}重复", f"'{name}' repeats line {earlier.line}"
                )
            elif earlier.valid_to is None or later.valid_from < earlier.valid_to:
                en = f"'{name}': its interval overlaps line {earlier.line}"
                yield later.fault("interval_overlap", f"“{name}”的时段与{where}重叠", en)


def cycles(parents: Mapping[K, K]) -> list[list[K]]:
    """上级关系中的环。 The cycles of a parent relation, each once."""
    done: set[K] = set()
    found: list[list[K]] = []
    for start in parents:
        path: dict[K, None] = {}
        node = start
        while node in parents and node not in done and node not in path:
            path[node] = None
            node = parents[node]
        if node in path:
            members = list(path)
            found.append(members[members.index(node) :])
        done.update(path)
    return found
