"""统计问题的写法，以及它能不能同已发布的并存。 The closed form of a statistical query, and whether it may stand beside earlier ones.

Canonical, so that two who ask the same get the same: the order of nothing that does not matter is kept. The year is part of it: the
same question is answered once a year from the data, and otherwise from what was published.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.rules.tables import TOTAL, Cell

MOST_FIELDS: Final = 3
MOST_VALUES: Final = 200


class Protection(StrEnum):
    """保护方法。 How small numbers are protected: withheld, or noise added to all."""

    SUPPRESSED = "suppressed"
    NOISED = "noised"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """一个统计问题。 A statistical query over one catalogue item, in one year.

    by         fields in the order of nesting: rows first, the last one across where `crossed`
    crossed    whether the last field runs across; without it all fields are nested rows
    only       (field, value): only rows with this value; None: all
    domain     for noise: the values of each field, said beforehand and not taken from the data; anything else counts as `—`
    threshold  for suppression: the least count that is published
    epsilon    for noise: what it costs, in millionths
    """

    item: str
    year: int
    by: tuple[str, ...]
    crossed: bool
    protection: Protection
    only: tuple[str, str] | None = None
    domain: tuple[tuple[str, tuple[str, ...]], ...] = ()
    threshold: int = 0
    epsilon: int = 0

    @property
    def levels(self) -> int:
        """行的层数。 How many fields the rows are nested by."""
        return len(self.by) - 1 if self.crossed else len(self.by)

    def as_json(self) -> dict[str, Any]:
        """存下的样子。 As it is stored and hashed."""
        return {
            "item": self.item, "year": self.year, "by": list(self.by), "crossed": self.crossed,
            "only": list(self.only) if self.only else None, "protection": self.protection.value,
            "domain": [[name, list(values)] for name, values in self.domain],
            "threshold": self.threshold, "epsilon": self.epsilon,
        }  # fmt: skip

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Query":
        """由存下的样子读回。 Read back from what was stored."""
        return cls(
            item=said["item"], year=said["year"], by=tuple(said["by"]), crossed=said["crossed"],
            only=(said["only"][0], said["only"][1]) if said["only"] else None,
            protection=Protection(said["protection"]),
            domain=tuple((name, tuple(values)) for name, values in said["domain"]),
            threshold=said["threshold"], epsilon=said["epsilon"],
        )  # fmt: skip

    def digest(self) -> bytes:
        """问题的摘要。 SHA-256 of the question: 32 bytes. Threshold and ε are not in it: the same question asked more cheaply is the same."""
        asked = {
            name: value for name, value in self.as_json().items() if name not in {"threshold", "epsilon"}
        }
        text = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


def canonical(query: Query, *, fields: Sequence[str]) -> Query:
    """写成规范的样子。 The canonical form of a query over an item whose `fields` may be grouped by. Raises InvalidInput."""
    if not query.by or len(query.by) > MOST_FIELDS or len(set(query.by)) < len(query.by):
        raise InvalidInput(
            "by", f"按一到{MOST_FIELDS}个不同的字段分组", f"group by one to {MOST_FIELDS} different fields"
        )
    if query.crossed and len(query.by) < 2:
        raise InvalidInput("crossed", "横排至少要两个字段", "to run across takes two fields")
    asked = [*query.by, *([query.only[0]] if query.only else [])]
    strange = sorted(set(asked) - set(fields))
    if strange:
        raise InvalidInput(
            "by",
            f"这些字段不能用来统计（不存在、能识别个人或者没有写明含义）：{'、'.join(strange)}",
            f"not for statistics (unknown, identifying, or of no stated meaning): {', '.join(strange)}",
        )
    if query.only and query.only[0] in query.by:
        raise InvalidInput(
            "only", "只看一个值的字段不能再用来分组", "the field that is narrowed cannot be grouped by"
        )
    if query.crossed and len(query.by) == 2:  # a table and its transpose are the same question
        query = replace(query, by=tuple(sorted(query.by)))
    return _with_domain(query)


def _with_domain(query: Query) -> Query:
    if query.protection is Protection.SUPPRESSED:
        return replace(query, domain=(), epsilon=0)
    said = dict(query.domain)
    for name in query.by:
        values = said.get(name, ())
        if not values or len(values) > MOST_VALUES:
            raise InvalidInput(
                "domain",
                f"加噪要先写明“{name}”有哪些值，至多 {MOST_VALUES} 个，不能从数据里取",
                f"noise needs the values of '{name}' said beforehand, {MOST_VALUES} at most: they may not come from the data",
            )
    if query.levels > 1:
        raise InvalidInput("by", "加噪的表不分层", "a table with noise has no nested rows")
    domain = tuple(
        (name, tuple(sorted({*(v.strip()[:80] for v in said[name] if v.strip()), "—"}))) for name in query.by
    )
    return replace(query, domain=domain, threshold=0)


# ---- Beside earlier ones --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Objection:
    """不能并存的缘故。 Why a query may not be released beside an earlier one."""

    code: str
    reason: str
    reason_en: str


def apart(
    query: Query, earlier: Iterable[Query], *, determined: Iterable[tuple[str, str]] = ()
) -> Objection | None:
    """能不能同同年的并存。 Whether a query may stand beside the year's earlier releases of its item; None: it may.

    determined  pairs (a, b) of fields in which a value of a fixes the value of b: nested ones
    Suppressed tables stand apart when they are about groups that do not overlap, or when, taken as edges between fields, they form
    no circle: such a set of margins is decomposable, and bounds on one follow from the margins it shares alone (Dobra and Fienberg,
    PNAS 97 (2000)), which all have to be published. Differencing (the whole less a part) is refused outright.
    """
    nested = {frozenset(pair) for pair in determined}
    beside = []
    for other in earlier:
        if other.protection is not query.protection:
            return Objection("other_protection", "这个目录项今年用的是另一种保护方法，两种不能混用",
                             "this item is protected in another way this year; the two are not mixed")  # fmt: skip
        if query.protection is Protection.NOISED or _disjoint(query, other):
            continue
        if query.only != other.only:
            return Objection("differencing", "今年已经发布过范围重叠的表，两表相减能算出被隐去的小数",
                             "a table with an overlapping range is published this year: subtracting would give away small numbers")  # fmt: skip
        common = set(query.by) & set(other.by)
        if not common <= {*edges_of(query)} & {*edges_of(other)} or any(
            frozenset((a, b)) in nested for a in query.by for b in other.by if a != b
        ):
            return Objection("nested", "今年已经发布过上一层或者下一层的表，请用已发布的那张",
                             "a table one level up or down is published this year: use that one")  # fmt: skip
        beside.append(other)
    if _circle([*beside, query]):
        return Objection("circle", "同今年已发布的几张表合起来可以互相推算",
                         "together with this year's tables it could be used to work out withheld numbers")  # fmt: skip
    return None


def margin_of(query: Query, other: Query) -> bool:
    """是不是已发布的表的一行合计。 Whether a query of one field is a margin of an earlier table: then that table answers it."""
    same = query.protection is other.protection and query.only == other.only and not query.crossed
    if not same or len(query.by) != 1 or query.by[0] not in edges_of(other):
        return False
    return query.domain == tuple(pair for pair in other.domain if pair[0] == query.by[0])


def edges_of(query: Query) -> tuple[str, ...]:
    """有独立合计的字段。 The fields whose totals the table shows by themselves: the outermost rows', and the columns'."""
    return (query.by[0], query.by[-1]) if query.crossed else (query.by[0],)


def shared_cells(query: Query, other: Query, cell: Cell) -> set[Cell]:
    """那张表的一个格子，在这张表里是哪个合计。 The total of `query` that a cell of `other` is too: the grand total, or that of a shared edge."""
    path, column = cell
    rows, columns = query.by[0], query.by[-1] if query.crossed else ""
    if not path and column == TOTAL:
        return {cell}
    if len(path) == 1 and column == TOTAL:
        name, word = other.by[0], path[0]
    elif not path:
        name, word = other.by[-1], column
    else:
        return set()
    return ({((word,), TOTAL)} if name == rows else set()) | ({((), word)} if name == columns else set())


def _disjoint(one: Query, other: Query) -> bool:
    return bool(one.only and other.only and one.only[0] == other.only[0] and one.only[1] != other.only[1])


def _circle(queries: Sequence[Query]) -> bool:
    """以字段为点、以表为边，有没有圈。 Whether the tables, each a node joined to its fields, contain a circle."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for number, query in enumerate(queries):
        if len(query.by) < 2:
            continue  # a margin of one field adds no edge
        for name in query.by:
            here, there = find(f"table {number}"), find(name)
            if here == there:
                return True
            root[here] = there
    return False


def nested_pairs(rows: Iterable[Mapping[str, str]], fields: Sequence[str]) -> set[tuple[str, str]]:
    """哪个字段定了哪个字段。 Pairs (a, b) such that in these rows each value of a goes with one value of b, and a has more values."""
    seen: dict[tuple[str, str], dict[str, str]] = {(a, b): {} for a in fields for b in fields if a != b}
    for row in rows:
        for pair in list(seen):
            a, b = pair
            if seen[pair].setdefault(row[a], row[b]) != row[b]:
                del seen[pair]
    return {(a, b) for (a, b), known in seen.items() if len(set(known.values())) > 1}
