"""法律变动的规则。 What effects do to dates; and random histories, replayed day by day by another hand."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.law.rules.effects import (
    Change,
    ClauseDates,
    Doing,
    EffectFault,
    EffectKind,
    Span,
    VersionDates,
    changed,
    collide,
    faults_of,
    superseded,
)

FIRST = date(2026, 1, 1)
KEYS = ("a1", "a1.p1", "a2", "a2.p1", "a2.p2", "a2.p2.i1", "a10", "a10-1")


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def version(n: int = 0, until: int | None = None, **own: ClauseDates) -> VersionDates:
    clauses = {key: own.get(key, ClauseDates()) for key in KEYS}
    return VersionDates(
        adopted=day(n), begins=day(n), ends=day(until) if until is not None else None, clauses=clauses
    )


def done(
    versions: tuple[VersionDates, ...], kind: str, clause: str, n: int, until: int | None = None
) -> tuple:
    change = Change(
        kind=EffectKind(kind), clause=clause, day=day(n), until=day(until) if until is not None else None
    )
    return changed(versions, versions[-1].adopted, change)


def fault(*given: object) -> str:
    with pytest.raises(EffectFault) as raised:
        done(*given)  # type: ignore[arg-type]
    return raised.value.code


def test_a_repealed_article_ends_with_all_that_stands_below_it_and_nothing_else() -> None:
    (after,) = done((version(),), "repeal", "a2", 5)
    assert after.in_force("a2.p2.i1", day(4)) and not after.in_force("a2.p2.i1", day(5))
    assert after.in_force("a1", day(500)) and after.in_force("a10", day(500))


def test_article_ten_is_not_below_article_one() -> None:
    (after,) = done((version(),), "repeal", "a1", 5)
    assert after.in_force("a10", day(6)) and after.in_force("a10-1", day(6))
    assert not after.in_force("a1.p1", day(6))


def test_a_repealed_instrument_ends_whole_even_what_was_to_outlive_a_version() -> None:
    old = version(0, 5, a2=ClauseDates(ends=day(20)))
    new = VersionDates(adopted=day(5), begins=day(5), clauses=dict.fromkeys(KEYS, ClauseDates()))
    assert old.in_force("a2", day(10)) and not old.in_force("a1", day(10))
    before, after = done((old, new), "repeal", "", 12)
    assert before.in_force("a2", day(11)) and not before.in_force("a2", day(12))
    assert after.in_force("a1", day(11)) and not after.in_force("a1", day(12))


def test_a_suspended_clause_stands_and_is_not_in_force_until_it_is_restored() -> None:
    (after,) = done((version(),), "suspend", "a2", 5, 9)
    assert after.stands("a2", day(6)) and not after.in_force("a2", day(6)) and after.in_force("a2", day(9))
    open_ended = done((version(),), "suspend", "a2", 5)
    (restored,) = done(open_ended, "restore", "a2", 7)
    assert not restored.in_force("a2.p1", day(6)) and restored.in_force("a2.p1", day(7))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (((version(),), "repeal", "a3", 5), "no_such_clause"),
        (((version(0, 5),), "repeal", "", 5), "not_in_force"),
        (((version(0, 5),), "repeal", "a1", 7), "not_in_force"),
        (((version(3),), "suspend", "a1", 1), "not_in_force"),
        (((version(),), "suspend", "a1", 5, 5), "reversed"),
        ((done((version(),), "suspend", "a2.p1", 5, 9), "suspend", "a2", 8), "already_suspended"),
        (((version(),), "restore", "a1", 5), "not_suspended"),
        ((done((version(),), "suspend", "a1", 5), "restore", "a1", 5), "not_suspended"),
        (((version(),), "substitute", "a1", 5), "not_of_dates"),
    ],
)
def test_what_cannot_be_done_is_named(given: tuple, code: str) -> None:
    assert fault(*given) == code


def test_a_repeal_before_a_version_that_is_to_come_is_left_to_a_person() -> None:
    coming = VersionDates(adopted=day(4), begins=day(20), clauses=dict.fromkeys(KEYS, ClauseDates()))
    with pytest.raises(EffectFault, match="later_version"):
        changed((version(0, 20), coming), day(0), Change(kind=EffectKind.REPEAL, clause="", day=day(10)))


def test_an_effect_on_a_version_that_is_not_there_is_named() -> None:
    with pytest.raises(EffectFault, match="no_such_version"):
        changed((version(),), day(9), Change(kind=EffectKind.REPEAL, clause="", day=day(10)))


# ---- New versions ---------------------------------------------------------------------------------------------------


def fresh(n: int, until: int | None = None, adopted: int | None = None) -> VersionDates:
    return VersionDates(
        adopted=day(n if adopted is None else adopted),
        begins=day(n),
        ends=day(until) if until is not None else None,
    )


def test_a_new_version_ends_the_one_before_on_its_own_day() -> None:
    old, new = superseded((version(),), fresh(7))
    assert old.ends == day(7) and new.ends is None


def test_a_version_of_the_past_ends_when_the_one_that_followed_it_begins() -> None:
    assert [v.ends for v in superseded((version(10),), fresh(0))] == [None, day(10)]
    assert [v.ends for v in superseded((version(10),), fresh(0, 8))] == [None, day(8)]
    with pytest.raises(EffectFault, match="versions_overlap"):
        superseded((version(10),), fresh(0, 12))
    with pytest.raises(EffectFault, match="versions_overlap"):
        superseded((version(10),), fresh(10, adopted=3))


def test_a_version_between_two_ends_the_one_and_yields_to_the_other() -> None:
    first, last, between = superseded((version(0, 20), version(20)), fresh(5))
    assert (first.ends, last.ends, between.ends) == (day(5), None, day(20))


@pytest.mark.parametrize("own", [None, 15, 90])
def test_a_repeal_that_is_set_holds_for_a_newer_text_too(own: int | None) -> None:
    old, new = superseded((version(0, 20),), fresh(5, own))
    assert (old.ends, new.ends) == (day(5), day(min(own or 20, 20)))


def test_a_whole_new_text_ends_the_articles_that_outlived_an_older_one() -> None:
    first = version(0, 5, a2=ClauseDates(ends=day(30)))
    second = VersionDates(adopted=day(5), begins=day(5), clauses={"a2": ClauseDates(begins=day(30))})
    assert first.in_force("a2", day(12))
    first, second, _third = superseded((first, second), fresh(10))
    assert first.in_force("a2", day(9)) and not first.in_force("a2", day(10))
    assert not any(second.in_force("a2", day(n)) for n in range(60))


def test_a_chapter_changes_article_by_article() -> None:
    assert fault((version(),), "repeal", "c1", 5) == "division"


def test_a_version_adopted_on_the_same_day_is_refused_and_one_that_ends_before_it_begins() -> None:
    with pytest.raises(EffectFault, match="version_twice"):
        superseded((version(),), fresh(7, adopted=0))
    with pytest.raises(EffectFault, match="reversed"):
        superseded((), fresh(7, 7))


def test_a_version_of_unknown_beginning_ends_nothing_and_is_never_in_force() -> None:
    unknown = VersionDates(adopted=day(9), begins=None, clauses={"a1": ClauseDates()})
    old, new = superseded((version(),), unknown)
    assert old.ends is None and not any(new.in_force("a1", day(n)) for n in range(40))


# ---- What stands against confirming ---------------------------------------------------------------------------------


def doing(**given: object) -> Doing:
    base = {
        "kind": EffectKind.REPEAL, "instrument": "cn/x", "clause": "", "day": day(5), "by_instrument": "cn/y",
        "by_begins": day(5),
    }  # fmt: skip
    return Doing(**{**base, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "confirmed", "code"),
    [
        ({"day": None}, [], "no_day"),
        ({"day": day(4)}, [], "before_its_own_day"),
        ({"by_begins": None}, [], "before_its_own_day"),
        ({"by_instrument": "cn/x"}, [], "self_repeal"),
        ({"repeals_others": True}, [], "does_not_revive"),
        ({"by_ends": day(5)}, [], "maker_ended"),
        ({"lower": True}, [], "lower_level"),
        ({"later": True}, [], "later_version_comes"),
        ({"clause": "a2"}, [("a2.p1", day(5), "repeal")], "two_effects_one_day"),
        ({"clause": "a2.p1"}, [("", day(5), "repeal")], "two_effects_one_day"),
        ({"clause": "a2"}, [("a2", day(5), "substitute")], "two_effects_one_day"),
        ({"clause": "a2"}, [("a2", day(5), "repeal")], "same_effect"),
    ],
)
def test_what_a_person_has_to_look_at_is_named(change: dict, confirmed: list, code: str) -> None:
    assert [f.code for f in faults_of(doing(**change), confirmed=confirmed)] == [code]


def test_a_text_may_set_its_own_end_and_neighbours_may_change_on_one_day() -> None:
    assert list(faults_of(doing(by_instrument="cn/x", day=day(730)), confirmed=[])) == []
    assert (
        list(faults_of(doing(clause="a1"), confirmed=[("a10", day(5), "repeal"), ("a1", day(6), "repeal")]))
        == []
    )


def test_places_collide_when_one_is_above_the_other() -> None:
    assert (
        collide("a2", "a2.p1") and collide("a2.p1", "a2") and collide("", "a9") and not collide("a1", "a10")
    )


# ---- Random histories -----------------------------------------------------------------------------------------------

DAYS = 40


@dataclass
class Replay:
    """Another hand: a diary of what each recorded event does on its day, walked through from the first day on."""

    events: list[tuple[int, int, str, int, str, int | None]] = field(default_factory=list)

    def add(self, n: int, what: str, version: int, clause: str = "", until: int | None = None) -> None:
        self.events.append((n, len(self.events), what, version, clause, until))

    def in_force(self) -> dict[tuple[int, str, int], bool]:
        found = {}
        standing: set[tuple[int, str]] = set()
        for n in range(DAYS):
            for on, _, what, version, clause, _until in sorted(self.events):
                if on != n or what in ("suspend", "restore"):
                    continue
                hit = {
                    (version, key)
                    for key in KEYS
                    if not clause or key == clause or key.startswith(f"{clause}.")
                }
                standing = standing | hit if what == "enact" else standing - hit
            for version in {e[3] for e in self.events}:
                for key in KEYS:
                    found[version, key, n] = (version, key) in standing and not self._suspended(
                        version, key, n
                    )
        return found

    def _suspended(self, version: int, key: str, n: int) -> bool:
        off = False
        for on, order, what, v, clause, until in sorted(self.events, key=lambda e: e[1]):
            if v != version or (clause and key != clause and not key.startswith(f"{clause}.")):
                continue
            if what == "suspend":
                restored = min(
                    (o for o, k, w, v2, c2, _ in self.events
                     if w == "restore" and v2 == v and k > order and o > on and (until is None or o < until)
                     and (not c2 or key == c2 or key.startswith(f"{c2}."))),
                    default=DAYS * 9,
                )  # fmt: skip
                off = off or on <= n < min(restored, until if until is not None else DAYS * 9)
        return off


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enact", "repeal", "suspend", "restore"]),
        st.integers(0, DAYS - 1),
        st.sampled_from(["", *KEYS]),
        st.one_of(st.none(), st.integers(1, 15)),
    ),
    max_size=14,
)


def told(what: str, n: int, clause: str, span: int | None) -> Change:
    until = day(n + span) if span and what == "suspend" else None
    return Change(kind=EffectKind(what), clause=clause, day=day(n), until=until)


def lived(versions: tuple[VersionDates, ...], what: str, n: int, clause: str, span: int | None) -> tuple:
    """The versions after one more event; as they were when it cannot be."""
    try:
        if what == "enact":
            new = VersionDates(adopted=day(n), begins=day(n), clauses=dict.fromkeys(KEYS, ClauseDates()))
            return superseded(versions, new)
        return changed(versions, versions[-1].adopted, told(what, n, clause, span)) if versions else versions
    except EffectFault:
        return versions


def write_down(diary: Replay, before: tuple, after: tuple, step: tuple) -> None:
    what, n, clause, span = step
    known = {v.adopted: v for v in before}
    for v in after:
        number = (v.adopted - FIRST).days
        if v.adopted not in known:
            diary.add(n, "enact", number)
            if v.ends:
                diary.add((v.ends - FIRST).days, "end", number)
        elif v != known[v.adopted] and what == "enact":
            diary.add(n, "end", number)
        elif v != known[v.adopted]:
            until = n + span if span and what == "suspend" else None
            diary.add(n, "end" if what == "repeal" else what, number, clause, until)


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_after_any_history_every_day_says_what_replaying_it_says(steps: list) -> None:
    versions: tuple[VersionDates, ...] = ()
    diary = Replay()
    for step in steps:
        after = lived(versions, *step)
        write_down(diary, versions, after, step)
        versions = after
    said = diary.in_force()
    for v in versions:
        for key in KEYS:
            for n in range(DAYS):
                assert v.in_force(key, day(n)) is said[(v.adopted - FIRST).days, key, n], (v.adopted, key, n)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_no_clause_is_in_force_in_two_versions_on_one_day(steps: list) -> None:
    versions: tuple[VersionDates, ...] = ()
    for step in steps:
        versions = lived(versions, *step)
    for key in KEYS:
        for n in range(DAYS):
            assert sum(v.in_force(key, day(n)) for v in versions) <= 1


def test_a_span_does_not_hold_its_last_day() -> None:
    assert Span(day(1), day(3)).covers(day(2)) and not Span(day(1), day(3)).covers(day(3))
    assert Span(day(1), None).covers(day(999)) and not Span(day(1), None).covers(day(0))
