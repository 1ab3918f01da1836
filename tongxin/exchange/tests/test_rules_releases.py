"""几张表放在一起：谁也推不出小数。 Tables side by side: whoever has them all works out no small number.

Written apart from the rules: the outsider takes every cell that all released tables publish as an equation over the finest cells of
all fields together, and asks which counts of any group (one value of some of the fields) these equations fix.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pytest

from tongxin.acts.terms import Refused
from tongxin.exchange.rules import protecting
from tongxin.exchange.rules.answers import answer_of, cells_of
from tongxin.exchange.rules.protecting import once, require_apart, table_for, withheld_in
from tongxin.exchange.rules.releases import Protection, Query, apart, canonical, margin_of
from tongxin.exchange.rules.tables import TOTAL

FIELDS = {"a": 3, "b": 3, "c": 2}
THRESHOLD = 4
Rows = list[dict[str, object]]
Answer = tuple[Query, dict[str, object]]
Group = dict[str, str]


def asked(*by: str, crossed: bool = False, only: tuple[str, str] | None = None) -> Query:
    """A question, protected by the threshold."""
    return Query(
        item="data:x",
        year=2026,
        by=by,
        crossed=crossed,
        protection=Protection.SUPPRESSED,
        only=only,
        threshold=THRESHOLD,
    )


def every_question() -> list[Query]:
    """All that can be asked of three fields: one-way, crossed and nested, whole and in part."""
    found = []
    for only in [None, *((name, str(n)) for name in FIELDS for n in range(FIELDS[name]))]:
        names = [name for name in FIELDS if not only or name != only[0]]
        found += [asked(name, only=only) for name in names]
        for pair in itertools.permutations(names, 2):
            found += [asked(*pair, crossed=crossed, only=only) for crossed in (True, False)]
        found += [asked(*three, crossed=True, only=only) for three in itertools.permutations(names, 3)]
    return [canonical(one, fields=list(FIELDS)) for one in found]


def drawn(pick: random.Random) -> Rows:
    """People in cells that are empty, small and large."""
    rows: Rows = []
    for words in itertools.product(*(range(n) for n in FIELDS.values())):
        for _ in range(pick.choice([0, 1, 2, 3, 5, 8, 13])):
            rows.append({name: str(word) for name, word in zip(FIELDS, words, strict=True)})
    return rows


def released(rows: Rows, questions: Sequence[Query]) -> list[Answer]:
    """What is released of a row of questions, one after another, as the act does it; what is refused is left out."""
    found: list[Answer] = []
    for query in questions:
        if any(query.digest() == other.digest() or margin_of(query, other) for other, _answer in found):
            continue
        words = once(rows, query=query, earlier=found, key="")
        try:
            require_apart(query, found, rows=words)
            table = table_for(query, words)
            found.append((query, answer_of(table, withheld_in(query, table, found))))
        except Refused:
            continue
    return found


def group_of(query: Query, path: Sequence[str], column: str) -> Group:
    """The group that a cell counts: one value of some of the fields."""
    group = dict(zip(query.by, path, strict=False))
    if column != TOTAL:
        group[query.by[-1]] = column
    return group | (dict([query.only]) if query.only else {})


def fixed(answers: Sequence[Answer]) -> Iterator[Group]:
    """The groups whose count the published cells fix, all tables taken together."""
    finest = [
        dict(zip(FIELDS, map(str, words), strict=True))
        for words in itertools.product(*(range(n) for n in FIELDS.values()))
    ]

    def row(group: Group) -> list[Fraction]:
        return [Fraction(all(cell[name] == word for name, word in group.items())) for cell in finest]

    known: list[list[Fraction]] = []
    for query, answer in answers:
        for (path, column), value in cells_of(answer):
            if value is None:
                continue
            this = row(group_of(query, path, column))
            known += (
                [this]
                if value
                else [[Fraction(k == n) for k in range(len(this))] for n, one in enumerate(this) if one]
            )
    basis = echelon(known)
    for many in range(1, len(FIELDS) + 1):
        for names in itertools.combinations(FIELDS, many):
            for words in itertools.product(*(range(FIELDS[name]) for name in names)):
                group = dict(zip(names, map(str, words), strict=True))
                if not any(reduced(row(group), basis)):
                    yield group


def echelon(rows: Sequence[list[Fraction]]) -> dict[int, list[Fraction]]:
    """Rows in echelon form, by the column of their first entry."""
    basis: dict[int, list[Fraction]] = {}
    for one in rows:
        left = reduced(one, basis)
        first = next((n for n, value in enumerate(left) if value), None)
        if first is not None:
            basis[first] = [value / left[first] for value in left]
    return basis


def reduced(one: Sequence[Fraction], basis: dict[int, list[Fraction]]) -> list[Fraction]:
    """What is left of a row when all that is known is taken away."""
    left = list(one)
    for first in sorted(basis):
        if left[first]:
            left = [a - left[first] * b for a, b in zip(left, basis[first], strict=True)]
    return left


def given_away(rows: Rows, answers: Sequence[Answer]) -> list[Group]:
    """The small groups that somebody with all the tables can count exactly."""
    return [
        group
        for group in fixed(answers)
        if 0 < sum(all(row[name] == word for name, word in group.items()) for row in rows) < THRESHOLD
    ]


@pytest.mark.parametrize("seed", range(25))
def test_all_tables_together_give_no_small_group_away(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 - the same in every run
    rows, questions = drawn(pick), every_question()
    pick.shuffle(questions)
    answers = released(rows, questions)
    assert answers
    assert given_away(rows, answers) == []


def test_without_the_rule_of_side_by_side_small_groups_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: each table protected for itself alone. Most draws give small groups away."""
    monkeypatch.setattr(protecting, "apart", lambda *_, **__: None)
    monkeypatch.setattr(protecting, "_shown_there", lambda *_: set())
    found = 0
    for seed in range(5):
        pick = random.Random(seed)  # noqa: S311 - the same in every run
        rows, questions = drawn(pick), every_question()
        pick.shuffle(questions)
        found += bool(given_away(rows, released(rows, questions)))
    assert found >= 4


def test_more_than_one_table_can_stand_side_by_side() -> None:
    rows: Rows = [
        {"a": str(a), "b": str(b), "c": str(c)}
        for a in range(3)
        for b in range(3)
        for c in range(2)
        for _ in range(9)
    ]
    assert len(released(rows, [asked("a", "b", crossed=True), asked("b", "c", crossed=True)])) == 2
    assert len(released(rows, [asked("a"), asked("b"), asked("c"), asked("a", "b", crossed=True)])) == 4
    parts = [asked("a", only=("c", str(n))) for n in range(2)]
    assert len(released(rows, [*parts, asked("a"), asked("c")])) == 2


@pytest.mark.parametrize(
    ("query", "earlier", "code"),
    [
        (asked("a", only=("b", "1")), [asked("a")], "differencing"),
        (asked("a"), [asked("a", only=("b", "1"))], "differencing"),
        (asked("a", only=("b", "1")), [asked("a", only=("c", "1"))], "differencing"),
        (
            asked("a", "c", crossed=True),
            [asked("a", "b", crossed=True), asked("b", "c", crossed=True)],
            "circle",
        ),
        (asked("a", "b"), [asked("b")], "nested"),
        (asked("a", only=("b", "2")), [asked("a", only=("b", "1"))], None),
        (asked("b"), [asked("a")], None),
    ],
)
def test_what_may_stand_beside_what(query: Query, earlier: list[Query], code: str | None) -> None:
    found = apart(query, earlier)
    assert (found.code if found else None) == code


def test_fields_of_which_one_fixes_the_other_are_not_released_apart() -> None:
    """Streets lie in districts: the streets' numbers add up to the districts'."""
    found = apart(asked("street"), [asked("district")], determined={("street", "district")})
    assert found is not None and found.code == "nested"
