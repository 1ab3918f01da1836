"""采集目录：城市已经掌握的，不再向人要。 What is collected: what the city holds is not asked again, unless a clause says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories import NOW, officer
from tongxin.acts.terms import Conflict, InvalidInput, Refused
from tongxin.exchange.models import Collected
from tongxin.exchange.operations import end_collection, record_collection
from tongxin.exchange.operations.collecting import NewQuestion
from tongxin.exchange.queries.collected import collected, holdings
from tongxin.exchange.terms import Meaning
from tongxin.places.queries import city_day

CLAUSE = "law:cn/residence-permits@2015-11-26#a8.p1"


def school() -> object:
    return officer("bz/education", "data_officer")


def question(*kinds: Meaning, **given: str) -> NewQuestion:
    return NewQuestion(**{"form": "入学登记表", "label": "父母婚姻状况", "clause": "", **given}, kinds=kinds)  # type: ignore[arg-type]


def test_what_the_city_holds_may_not_be_asked_again(db: None) -> None:
    """政务数据共享条例 art. 19: the refusal names the item that holds it, and the clause."""
    with pytest.raises(Refused) as refusal:
        record_collection(actor=school(), at=NOW, question=question(Meaning.MARITAL_STATUS))
    assert refusal.value.code == "held_already"
    assert "data:s010" in refusal.value.reason and refusal.value.clause.endswith("#a19.p1")
    assert Collected.objects.count() == 0


def test_a_clause_in_force_that_requires_asking_again_lets_it_be_asked_and_is_shown(db: None) -> None:
    number = record_collection(
        actor=school(),
        at=NOW,
        question=question(Meaning.RESIDENCE_PERMIT, label="居住证签发日期", clause=CLAUSE),
    )
    (line,) = [one for one in collected(day=city_day(NOW)) if one.number == number]
    assert (line.clause, line.held_item, line.organ) == (CLAUSE, "data:s003", "bz/education")


@pytest.mark.parametrize(
    "clause", ["law:cn/nowhere@2020-01-01#a1", "第八条", "law:cn/residence-permits@2015-11-26#a999"]
)
def test_a_clause_that_is_none_lets_nothing_be_asked(db: None, clause: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        record_collection(actor=school(), at=NOW, question=question(Meaning.MARITAL_STATUS, clause=clause))
    assert wrong.value.field == "clause"


def test_a_clause_that_has_ended_lets_nothing_be_asked(db: None, owner_sql: Callable[..., None]) -> None:
    owner_sql("UPDATE law_clause SET in_force_to = '2026-01-01' WHERE key = 'a8.p1' AND version_id IN "
              "(SELECT v.id FROM law_version v JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/residence-permits')")  # fmt: skip
    with pytest.raises(InvalidInput):
        record_collection(actor=school(), at=NOW, question=question(Meaning.MARITAL_STATUS, clause=CLAUSE))


def test_the_body_that_keeps_the_data_collects_them(db: None) -> None:
    who = officer("bz/civil-affairs", "data_officer")
    assert record_collection(actor=who, at=NOW, question=question(Meaning.MARITAL_STATUS, form="结婚登记"))


def test_what_nobody_holds_may_be_asked_and_two_who_ask_the_same_are_marked(db: None) -> None:
    for organ in ("bz/education", "bz/market"):
        record_collection(
            actor=officer(organ, "data_officer"), at=NOW, question=question(Meaning.EMPLOYMENT, label="职业")
        )
    lines = collected(day=city_day(NOW))
    assert [one.twice for one in lines] == [(Meaning.EMPLOYMENT,)] * 2


def test_an_item_out_of_force_holds_nothing(db: None, owner_sql: Callable[..., None]) -> None:
    day = city_day(NOW)
    assert {one.item for one in holdings(day=day) if one.meaning is Meaning.MARITAL_STATUS} == {"data:s010"}
    owner_sql("UPDATE law_listentry SET valid_to = %s WHERE list = 'data' AND code = 's010'", day)
    assert not [one for one in holdings(day=day) if one.meaning is Meaning.MARITAL_STATUS]
    assert record_collection(actor=school(), at=NOW, question=question(Meaning.MARITAL_STATUS))


def test_asking_ends_and_may_begin_anew(db: None) -> None:
    number = record_collection(actor=school(), at=NOW, question=question(Meaning.EMPLOYMENT))
    with pytest.raises(Conflict):
        record_collection(actor=school(), at=NOW, question=question(Meaning.EMPLOYMENT))
    with pytest.raises(Refused):
        end_collection(actor=officer("bz/market", "data_officer"), at=NOW, numbers=[number])
    end_collection(actor=school(), at=NOW + timedelta(days=1), numbers=[number])
    with pytest.raises(Conflict):
        end_collection(actor=school(), at=NOW + timedelta(days=1), numbers=[number])
    assert record_collection(
        actor=school(), at=NOW + timedelta(days=1), question=question(Meaning.EMPLOYMENT)
    )
    assert not [one for one in collected(day=city_day(NOW + timedelta(days=1))) if one.number == number]


def test_a_question_without_meaning_or_words_is_refused(db: None) -> None:
    for asked, field in (
        (question(), "kinds"),
        (question(Meaning.NAME, form=""), "form"),
        (question(Meaning.NAME, label=" "), "label"),
    ):
        with pytest.raises(InvalidInput) as wrong:
            record_collection(actor=school(), at=NOW, question=asked)
        assert wrong.value.field == field
    with pytest.raises(InvalidInput):
        end_collection(actor=school(), at=NOW, numbers=[999])
