"""Breaking the glass: who may, on what, for how long; and what follows by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories import NOW, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Actor, Conflict, InvalidInput, Refused
from tongxin.exchange import operations, tasks
from tongxin.exchange.models import Emergency, Grant, Term, UseRecord
from tongxin.exchange.operations import call_data
from tongxin.exchange.rules.emergency import Disposal, Ground
from tongxin.exchange.terms import Purpose
from tongxin.exchange.tests.granting import asked, resident_number
from tongxin.identity.queries import person_of
from tongxin.ledger.models import LedgerContent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ORGAN, AUTHORITY = "bz/emergency", "bz/big-data"
WHY = "清河镇发生燃气爆炸，需要核对居住人员名单，组织搜救和安置"
Outcome = Emergency.Outcome


def head() -> Actor:
    """Who breaks the glass."""
    return officer(ORGAN, "data_head")


def rescuer() -> Actor:
    """Who then looks."""
    return officer(ORGAN, "data_officer")


def broken(actor: Actor | None = None, at: Any = NOW, **given: Any) -> Emergency:
    """The glass is broken."""
    base = {"item": "data:s003", "ground": Ground.RESCUE, "fields": ("name", "address"), "rationale": WHY,
            "until": NOW + 24 * HOUR, "calls": 100, "persons": 50}  # fmt: skip
    number = operations.break_glass(actor=actor or head(), at=at, **{**base, **given})
    return Emergency.objects.select_related("grant").get(grant__number=number)


def looked(row: Emergency, *numbers: int, at: Any = NOW, actor: Actor | None = None) -> Any:
    """A look under it."""
    return call_data(
        actor=actor or rescuer(),
        at=at,
        asked=asked(row.grant.number, *numbers, purpose=Purpose.EMERGENCY, matter="燃气爆炸搜救"),
    )


def over() -> Emergency:
    """One that is over, two persons having been looked at, and the platform's round has been made."""
    row = broken()
    looked(row, 1, 2)
    tasks.sweep(at=NOW + 24 * HOUR)
    return Emergency.objects.get(pk=row.pk)


def test_the_glass_opens_at_once_to_others_of_the_organ_and_not_to_who_broke_it() -> None:
    row = broken()
    assert (
        row.grant.emergency
        and not row.grant.witnessed
        and row.grant.entered_by == row.declared_by == head().person
    )
    refs = set(row.grant.rests.values_list("ref", flat=True))
    assert refs == {"law:cn/emergency-response@2024-06-28#a73.p1.i1", "law:cn/emergency-response@2024-06-28#a83",
                    "law:cn/personal-information-protection@2021-08-20#a13.p1.i4"}  # fmt: skip
    assert looked(row, 1).persons == (person_of(kind="resident_id", value=resident_number(1)),)
    with pytest.raises(Refused, match="wrong_post"):
        looked(row, 1, actor=head())
    with pytest.raises(Refused, match="other_organ"):
        looked(row, 1, actor=officer("bz/health", "data_officer"))
    with pytest.raises(Refused, match="grant_over"):
        looked(row, 1, at=row.until)
    told = set(Notice.objects.filter(template="glass_broken").values_list("recipient", flat=True))
    assert told == {"organ:bz/public-security", f"organ:{AUTHORITY}"}


def test_who_breaks_the_glass_with_two_offices_makes_no_call_either() -> None:
    row = broken(rescuer())
    with pytest.raises(Refused, match="same_person"):
        looked(row, 1)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("until", {"until": NOW + 72 * HOUR + timedelta(seconds=1)}),
        ("until", {"until": NOW}),
        ("rationale", {"rationale": "急"}),
        ("fields", {"fields": ("everything",)}),
        ("fields", {"fields": ()}),
        ("calls", {"calls": 0}),
        ("calls", {"calls": 10_001}),
        ("item", {"item": "data:s999"}),
    ],
)
def test_an_emergency_has_an_end_a_reason_and_limits(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        broken(**given)
    assert wrong.value.field == field and not Grant.objects.exists()


def test_no_glass_is_broken_by_the_wrong_hand_or_on_a_clause_that_has_ended(owner_sql: Any) -> None:
    with pytest.raises(Refused, match="wrong_post"):
        broken(officer("bz/civil-affairs"))
    with pytest.raises(Refused, match="wrong_post"):
        broken(Actor(person="person:anybody"))
    owner_sql("UPDATE law_clause SET in_force_to = '2026-11-23' WHERE key = 'a73.p1.i1' AND version_id IN (SELECT v.id FROM law_version v "
              "JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/emergency-response')")  # fmt: skip
    with pytest.raises(Refused, match="clause_not_in_force"):
        broken()
    assert broken(ground=Ground.LIFE).clause.endswith("#a13.p1.i4")


def test_what_the_law_does_not_share_stays_closed_in_an_emergency(owner_sql: Any) -> None:
    owner_sql(
        "UPDATE law_listentry SET facts = facts || '{\"sharing\": \"none\"}' WHERE list = 'data' AND code = 's003'"
    )
    with pytest.raises(Refused, match="not_shared"):
        broken()


def test_after_the_end_the_review_and_the_notices_come_by_themselves() -> None:
    row = over()
    persons = {person_of(kind="resident_id", value=resident_number(n)) for n in (1, 2)}
    assert row.ended_at == row.told_at == NOW + 24 * HOUR
    assert (
        set(Notice.objects.filter(template="looked_at_in_emergency").values_list("recipient", flat=True))
        == persons
    )
    assert set(LedgerContent.objects.get(entry__verb="tell_concerned").persons) == persons
    review = Term.objects.get(subject=row.ref, kind="after_review")
    assert (review.organ, review.ended_at) == (AUTHORITY, None) and review.due_at > row.until
    assert Term.objects.get(subject=row.ref, kind="tell").ended_at == row.told_at
    again = tasks.sweep(at=NOW + 25 * HOUR)
    assert (again["emergencies_ended"], again["emergencies_told"]) == (0, 0)


def test_nothing_follows_while_the_emergency_stands_in_the_way() -> None:
    row = broken()
    looked(row, 1)
    assert tasks.sweep(at=NOW + 23 * HOUR)["emergencies_ended"] == 0
    with pytest.raises(Conflict):
        operations.end_emergency(actor=PLATFORM, at=NOW + 23 * HOUR, number=row.number)
    with pytest.raises(Conflict):
        operations.tell_concerned(actor=PLATFORM, at=NOW + 23 * HOUR, number=row.number)
    assert not Notice.objects.filter(template="looked_at_in_emergency").exists()


def test_it_is_ended_early_and_is_over_from_the_next_statement() -> None:
    row = broken()
    looked(row, 1)
    operations.close_emergency(
        actor=rescuer(), at=NOW + HOUR, number=row.number, reason="被困人员全部找到，险情解除"
    )
    with pytest.raises(Refused, match="grant_terminated"):
        looked(row, 1, at=NOW + HOUR)
    assert tasks.sweep(at=NOW + HOUR)["emergencies_told"] == 1
    with pytest.raises(Conflict):
        operations.close_emergency(
            actor=rescuer(), at=NOW + HOUR, number=row.number, reason="被困人员全部找到，险情解除"
        )


def test_it_is_reviewed_by_another_person_of_another_organ_and_the_database_says_so_too() -> None:
    row = over()
    given = {
        "number": row.number,
        "outcome": Outcome.LAWFUL,
        "finding": "两次调用都与搜救名单一致，没有超出必要",
    }
    for actor in (head(), rescuer(), officer("bz/health", "data_head")):
        with pytest.raises(Refused, match="other_organ"):
            operations.review_emergency(actor=actor, at=NOW + 25 * HOUR, **given)
    operations.review_emergency(actor=officer(AUTHORITY, "data_officer"), at=NOW + 25 * HOUR, **given)
    assert Term.objects.get(subject=row.ref, kind="after_review").ended_at == NOW + 25 * HOUR
    with pytest.raises(Conflict):
        operations.review_emergency(actor=officer(AUTHORITY, "data_officer"), at=NOW + 26 * HOUR, **given)
    fresh = Emergency.objects.get(pk=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=row.pk).update(reviewed_by=fresh.declared_by)


def test_the_authority_s_own_is_reviewed_by_the_lead_body() -> None:
    row = broken(officer(AUTHORITY, "data_head"))
    tasks.sweep(at=NOW + 24 * HOUR)
    given = {"number": row.number, "outcome": Outcome.UNLAWFUL, "finding": "没有发生突发事件，不符合启用条件"}
    with pytest.raises(Refused, match="other_organ"):
        operations.review_emergency(actor=officer(AUTHORITY, "data_officer"), at=NOW + 25 * HOUR, **given)
    operations.review_emergency(actor=officer("bz/lead", "data_officer"), at=NOW + 25 * HOUR, **given)


def test_it_ends_with_destruction_or_with_an_assessment_of_why_not() -> None:
    row = over()
    with pytest.raises(InvalidInput):
        operations.dispose_emergency(
            actor=head(),
            at=NOW + 25 * HOUR,
            number=row.number,
            how=Disposal.RETAINED,
            note="以后可能还要用到这些",
        )
    with pytest.raises(Refused, match="other_organ"):
        operations.dispose_emergency(actor=officer("bz/health", "data_head"), at=NOW + 25 * HOUR, number=row.number,
                                     how=Disposal.DESTROYED, note="已由两人监销，工作电脑清除")  # fmt: skip
    operations.dispose_emergency(
        actor=head(),
        at=NOW + 25 * HOUR,
        number=row.number,
        how=Disposal.DESTROYED,
        note="已由两人监销，工作电脑清除",
    )
    assert UseRecord.objects.values_list("what", "scene").get() == ("destruction", row.number)
    with pytest.raises(Conflict):
        operations.dispose_emergency(
            actor=head(),
            at=NOW + 25 * HOUR,
            number=row.number,
            how=Disposal.DESTROYED,
            note="已由两人监销，工作电脑清除",
        )
