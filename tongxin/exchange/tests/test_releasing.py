"""统计发布：一人提、另一人发，同问同答，预算不超。 Statistics: two persons, one answer to one question, a budget that is never overdrawn."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import NOW, officer
from tongxin.acts.terms import Conflict, InvalidInput, Refused
from tongxin.exchange import operations
from tongxin.exchange.models import Budget, Release, ReleaseQuestion, Source
from tongxin.exchange.operations import ask_release, decline_release, release_statistics, set_budget
from tongxin.exchange.rules.releases import Query
from tongxin.exchange.tests.statistics import (
    ITEM,
    KINDS,
    PROVIDER,
    asker,
    authority_head,
    by,
    giving,
    head,
    people,
    with_noise,
)
from tongxin.ledger.models import LedgerContent, LedgerEntry

LATER = NOW + timedelta(hours=1)
WHY = "年度统计公报要用"


def asked(query: Query) -> str:
    return ask_release(actor=asker(), at=NOW, query=query, reason=WHY)


def released(query: Query, rows: Sequence[dict[str, object]] | None = None) -> Release:
    number = release_statistics(
        actor=head(), at=LATER, number=asked(query), read=giving(people() if rows is None else rows)
    )
    return Release.objects.get(number=number)


def shown(release: Release) -> dict[tuple[str, ...], list[int | None]]:
    return {tuple(path): values for path, values in release.answer["rows"]}


def refused(code: str, run: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        run()
    assert refusal.value.code == code, refusal.value


# ---- Two persons, one answer ----------------------------------------------------------------------------------------


def test_a_table_is_asked_by_one_and_released_by_another_with_its_small_numbers_withheld(db: None) -> None:
    release = released(by("kind"))
    values = shown(release)
    assert values["临时救助",] == [None] and values["低保",] == [40] and values[()] == [85]
    assert values["特困",] == [None] and values["教育救助",] == [30]
    assert (release.protection, release.organ, release.cost) == ("suppressed", PROVIDER, 0)
    entry = LedgerEntry.objects.get(pk=release.entry)
    content = LedgerContent.objects.get(entry=entry)
    assert entry.verb == "release_statistics" and content.content["purpose"] == "statistics"
    assert content.persons == []  # the read names nobody, and stands in nobody's list
    assert "37160019900101" not in str(release.answer) + str(content.content)


def test_the_same_question_returns_the_stored_answer(db: None) -> None:
    first = released(by("kind"))
    assert (
        asked(by("kind", threshold=9)) == first.number
    )  # asked with another threshold it is the same question
    assert (ReleaseQuestion.objects.count(), Release.objects.count()) == (1, 1)


def test_a_margin_of_a_released_table_is_answered_by_that_table(db: None) -> None:
    table = released(by("kind", "members", crossed=True))
    assert asked(by("kind")) == table.number and asked(by("members")) == table.number


def test_a_table_and_its_transpose_are_one_question(db: None) -> None:
    assert asked(by("kind", "members", crossed=True)) == asked(by("members", "kind", crossed=True))


def test_who_asked_does_not_release(db: None, owner_sql: Callable[..., None]) -> None:
    number = asked(by("kind"))
    owner_sql("UPDATE exchange_releasequestion SET asked_by = %s", head().person)
    refused("same_person", lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving([])))
    with pytest.raises(IntegrityError, match="release_two_persons"), transaction.atomic():
        owner_sql("UPDATE exchange_releasequestion SET decided_by = asked_by")


@pytest.mark.parametrize(
    ("organ", "post", "code"),
    [
        (PROVIDER, "data_officer", "wrong_post"),
        ("bz/education", "data_head", "other_organ"),
        ("bz/big-data", "data_head", "other_organ"),
    ],
)
def test_another_post_or_organ_does_not_release(db: None, organ: str, post: str, code: str) -> None:
    number = asked(by("kind"))
    who = officer(organ, post)
    refused(code, lambda: release_statistics(actor=who, at=LATER, number=number, read=giving([])))


def test_a_head_may_decline_with_a_reason(db: None) -> None:
    number = asked(by("kind"))
    with pytest.raises(InvalidInput):
        decline_release(actor=head(), at=LATER, number=number, note="")
    decline_release(actor=head(), at=LATER, number=number, note="还没有核对完")
    with pytest.raises(Conflict):
        release_statistics(actor=head(), at=LATER, number=number, read=giving(people()))
    assert Release.objects.count() == 0
    assert asked(by("kind")) != number  # it may be asked again


# ---- What may be asked ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (by("resident_id"), "by"),
        (by("household"), "by"),
        (by("nonsense"), "by"),
        (by(), "by"),
        (by("kind", "kind"), "by"),
        (by("kind", crossed=True), "crossed"),
        (by("kind", only=("resident_id", "1")), "by"),
        (by("kind", only=("kind", "低保")), "only"),
        (by("kind", threshold=2), "threshold"),
        (with_noise(0), "epsilon"),
        (by("kind", "since", protection=with_noise(1).protection, epsilon=1), "domain"),
    ],
)
def test_a_question_that_is_none_is_refused_with_its_field(db: None, query: Query, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        asked(query)
    assert wrong.value.field == field


def test_an_item_that_is_not_shared_has_no_statistics(db: None, owner_sql: Callable[..., None]) -> None:
    owner_sql(
        "UPDATE exchange_source SET item = 'data:s005', organ = 'bz/public-security' WHERE item = %s", ITEM
    )
    who = officer("bz/public-security", "data_officer")
    question = Query(
        item="data:s005", year=0, by=("kind",), crossed=False, protection=by("kind").protection, threshold=5
    )
    refused("not_shared", lambda: ask_release(actor=who, at=NOW, query=question, reason=WHY))


def test_no_statistics_of_an_item_whose_clause_has_ended(db: None, owner_sql: Callable[..., None]) -> None:
    number = asked(by("kind"))
    owner_sql(
        "UPDATE law_clause SET in_force_to = '2026-01-01' WHERE id IN (SELECT b.clause_id FROM law_binding b "
        "JOIN law_listentry e ON e.id = b.entry_id WHERE e.list = 'data' AND e.code = 's004')"
    )
    refused(
        "clause_not_in_force",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving([])),
    )


# ---- Beside earlier tables ------------------------------------------------------------------------------------------


def test_a_part_of_what_was_published_whole_is_refused(db: None) -> None:
    """Differencing: all by kind, less those of two members by kind, would be a table that nobody protected."""
    released(by("kind"))
    number = asked(by("kind", only=("members", "2")))
    refused(
        "differencing",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people())),
    )
    assert ReleaseQuestion.objects.get(number=number).state == "open"


def test_groups_that_do_not_overlap_stand_side_by_side(db: None) -> None:
    released(by("kind", only=("members", "1")))
    released(by("kind", only=("members", "2")))
    assert Release.objects.count() == 2


def test_a_table_that_would_show_a_withheld_total_is_refused(db: None) -> None:
    released(by("kind"))  # two kinds are withheld
    number = asked(by("kind", "members", crossed=True))
    refused(
        "withheld_there",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people())),
    )


def test_totals_that_were_published_stay_so_and_moved_data_are_noticed(db: None) -> None:
    released(by("members"))
    moved = people()[1:]
    number = asked(by("kind", "members", crossed=True))
    refused(
        "data_moved", lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(moved))
    )
    release_statistics(actor=head(), at=LATER, number=number, read=giving(people()))
    first, second = Release.objects.order_by("id")
    totals = dict(zip(second.answer["columns"], shown(second)[()], strict=True))
    if second.query["by"][0] == "members":
        totals = {path[0] if path else "": values[-1] for path, values in shown(second).items()}
    else:
        totals = {"": shown(second)[()][-1], **totals}
    assert {path[0] if path else "": values[0] for path, values in shown(first).items()} == totals


def test_tables_that_close_a_circle_are_refused(db: None) -> None:
    rows = [{**row, "since": f"20{20 + n % 2}"} for n, row in enumerate(people())]
    many = [{**row, "resident_id": f"{row['resident_id']}{copy}"} for copy in range(4) for row in rows]
    released(by("kind", "members", crossed=True), many)
    released(by("members", "since", crossed=True), many)
    number = asked(by("kind", "since", crossed=True))
    refused("circle", lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(many)))


def test_one_item_is_not_protected_in_two_ways_in_a_year(db: None) -> None:
    set_budget(actor=authority_head(), at=NOW, item=ITEM, total=5_000_000)
    released(by("kind"))
    number = asked(with_noise(1_000_000))
    refused(
        "other_protection",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people())),
    )
    assert Budget.objects.get().spent == 0


def test_too_few_people_are_not_published(db: None) -> None:
    number = asked(by("kind"))
    refused(
        "too_sparse",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people()[-2:])),
    )


def test_each_person_counts_once(db: None) -> None:
    twice = [{**row, "kind": "教育救助"} for row in people()] + people()
    values = shown(released(by("kind"), twice))
    assert values[()] == [85]


# ---- The budget -----------------------------------------------------------------------------------------------------


def test_noise_is_paid_for_and_the_answer_is_stored(db: None) -> None:
    assert set_budget(actor=authority_head(), at=NOW, item=ITEM, total=1_500_000) == 1_500_000
    release = released(with_noise(1_000_000))
    values = shown(release)
    assert {*values} == {(kind,) for kind in [*KINDS, "—"]} | {()}
    assert values[()][0] == sum(value[0] or 0 for path, value in values.items() if path)
    assert Budget.objects.get().spent == 1_000_000 == release.cost
    assert (
        asked(with_noise(400_000)) == release.number
    )  # the same question at another price is the same question
    number = asked(with_noise(600_000, only=("members", "2")))
    refused(
        "budget_spent",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people())),
    )
    assert Budget.objects.get().spent == 1_000_000


def test_without_a_budget_there_is_no_noise_to_pay_with(db: None) -> None:
    number = asked(with_noise(1))
    refused(
        "budget_spent",
        lambda: release_statistics(actor=head(), at=LATER, number=number, read=giving(people())),
    )


def test_a_budget_is_set_by_the_authoritys_head_and_never_below_what_is_spent(
    db: None, owner_sql: Callable[..., None]
) -> None:
    refused("other_organ", lambda: set_budget(actor=head(), at=NOW, item=ITEM, total=1))
    set_budget(actor=authority_head(), at=NOW, item=ITEM, total=10)
    owner_sql("UPDATE exchange_budget SET spent = 7")
    with pytest.raises(InvalidInput):
        set_budget(actor=authority_head(), at=NOW, item=ITEM, total=6)
    with pytest.raises(InvalidInput):
        set_budget(actor=authority_head(), at=NOW, item=ITEM, total=-1)
    for spent in (-1, 11):
        with pytest.raises(IntegrityError, match="budget_kept"), transaction.atomic():
            owner_sql("UPDATE exchange_budget SET spent = %s", spent)


def at_once(runs: Sequence[Callable[[], str]]) -> tuple[list[str], list[Exception]]:
    together, done, errors = threading.Barrier(len(runs)), [], []

    def run(one: Callable[[], str]) -> None:
        try:
            together.wait(30)
            done.append(one())
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is what the test is about
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return done, errors


def test_sixteen_releases_at_once_never_overdraw_the_budget(city_of_its_own: str) -> None:
    """Sixteen tables of 0.3 ε each from a budget of 3 ε: ten are released, six refused, nothing is left over or overdrawn."""
    set_budget(actor=authority_head(), at=NOW, item=ITEM, total=3_000_000)
    numbers = [asked(with_noise(300_000, only=("members", str(n)))) for n in range(16)]
    who, rows = head(), people()
    done, errors = at_once(
        [
            lambda number=number: release_statistics(actor=who, at=LATER, number=number, read=giving(rows))
            for number in numbers
        ]
    )
    assert len(done) == len(set(done)) == 10
    assert [getattr(error, "code", error) for error in errors] == ["budget_spent"] * 6
    budget = Budget.objects.get()
    assert (budget.spent, Release.objects.count()) == (3_000_000, 10)


def test_sixteen_heads_at_one_question_release_it_once(city_of_its_own: str) -> None:
    set_budget(actor=authority_head(), at=NOW, item=ITEM, total=3_000_000)
    number, who, rows = asked(with_noise(300_000)), head(), people()
    done, errors = at_once(
        [lambda: release_statistics(actor=who, at=LATER, number=number, read=giving(rows))] * 16
    )
    assert errors == [] and len(done) == 16 and len(set(done)) == 1
    assert (Release.objects.count(), Budget.objects.get().spent) == (1, 300_000)


def test_a_source_that_fails_releases_and_spends_nothing(db: None) -> None:
    set_budget(actor=authority_head(), at=NOW, item=ITEM, total=1_000_000)
    number = asked(with_noise(300_000))

    def broken(source: Source, fields: Sequence[str]) -> list[dict[str, object]]:
        raise Refused("source_unreachable", "来源没有答复", "the source did not answer")

    refused(
        "source_unreachable", lambda: release_statistics(actor=head(), at=LATER, number=number, read=broken)
    )
    assert Budget.objects.get().spent == 0 and Release.objects.count() == 0
    assert operations.release_statistics is release_statistics
