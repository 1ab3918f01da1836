"""Calls: what the one statement asks, what it writes, and that whatever it refuses is recorded, once, and names nobody."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import NOW, officer
from tongxin.acts.terms import PLATFORM, Actor, InvalidInput, Refused
from tongxin.exchange import operations
from tongxin.exchange.models import Call, Meter, Reached
from tongxin.exchange.operations import call_data
from tongxin.exchange.queries.calls import answered_before
from tongxin.exchange.terms import Came, Purpose, RecipientKind, Settled
from tongxin.exchange.tests.factories import delivered, inspector
from tongxin.exchange.tests.granting import CLAUSES, ORGAN, Office, asked, caller, resident_number
from tongxin.identity.models import Representation
from tongxin.identity.operations import open_account, register_identifier
from tongxin.identity.queries import person_of
from tongxin.identity.terms import NewPerson
from tongxin.ledger.models import LedgerCheckpoint, LedgerContent, LedgerCosignature, LedgerEntry
from tongxin.ledger.rules import commitment
from tongxin.ledger.terms import canonical

pytestmark = pytest.mark.django_db
Sql = Callable[..., None]
DAY = timedelta(days=1)


def entries() -> list[tuple[str, str]]:
    """Outcome and code of every decision about a call, in order."""
    rows = LedgerContent.objects.filter(entry__verb="call_data").order_by("entry_id")
    return [(outcome, code or "") for outcome, code in rows.values_list("entry__outcome", "content__code")]


def refused(code: str, given: Any, actor: Actor | None = None, at: Any = NOW) -> Refused:
    """A call that is refused with a code, in one ledger row that names nobody, and changes nothing."""
    before, calls = (
        entries(),
        (
            Call.objects.count(),
            Reached.objects.count(),
            list(Meter.objects.values_list("grant", "calls", "rows", "persons")),
        ),
    )
    with pytest.raises(Refused) as refusal:
        call_data(actor=actor or caller(), at=at, asked=given)
    assert refusal.value.code == code
    assert entries() == [*before, ("refused", code)]
    row = LedgerContent.objects.filter(entry__verb="call_data").latest("entry_id")
    assert row.persons == [] and set(row.content) == {"actor", "code"}
    assert (
        Call.objects.count(),
        Reached.objects.count(),
        list(Meter.objects.values_list("grant", "calls", "rows", "persons")),
    ) == calls
    return refusal.value


# ---- A call that may be made -------------------------------------------------------------------------------------------


def test_a_lawful_call_is_recorded_with_its_clauses_and_whom_it_concerns(office: Office) -> None:
    grant = office.grant()
    open_account(actor=PLATFORM, at=NOW, person=NewPerson(ref="person:known", name="甲", login="known"))
    register_identifier(
        actor=officer("bz/hotline", "hotline_clerk"), at=NOW, person="person:known", kind="resident_id",
        value=resident_number(1), evidence="居民身份证，当面核对",
    )  # fmt: skip
    did = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, 2))
    entry = LedgerEntry.objects.get(pk=did.entry)
    assert (entry.outcome, entry.organ, entry.list_entry) == ("done", ORGAN, "power:call_data data:s003")
    assert set(CLAUSES) <= set(entry.clauses.split()) and len(entry.clauses.split()) == len(
        set(entry.clauses.split())
    )
    stranger = person_of(kind="resident_id", value=resident_number(2))
    assert did.persons == ("person:known", stranger) == tuple(LedgerContent.objects.get(entry=entry).persons)
    call = Call.objects.get(entry=did.entry)
    assert (call.persons, call.rows, call.fields, call.third) == (2, 2, ["name"], False)
    assert Meter.objects.values_list("calls", "rows", "persons").get() == (1, 2, 2)


def test_no_number_of_a_person_is_anywhere_in_the_database(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    grant = office.grant()
    call_data(actor=caller(), at=NOW, asked=asked(grant.number, 7))
    with pytest.raises(InvalidInput):
        call_data(actor=caller(), at=NOW, asked=asked(grant.number, matter=f"查 {resident_number(7)}"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name ~ '^(exchange|ledger|acts)_'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{resident_number(7)}%"]
            )
            assert cursor.fetchone()[0] == 0, table
    assert resident_number(7) not in caplog.text


@pytest.mark.parametrize("suite", ["sha256", "sm3"])
def test_what_the_statement_committed_to_verifies_row_by_row(
    office: Office, settings: Any, suite: str
) -> None:
    settings.LEDGER_HASH = suite
    grant = office.grant()
    did = call_data(
        actor=caller(), at=NOW, asked=asked(grant.number, 1, 2, matter='“引号”、"与 \\ 反斜杠 <甲/乙>')
    )
    refused("no_grant", asked("Q2026-9999", 1))
    for row in LedgerContent.objects.filter(entry__verb="call_data").select_related("entry"):
        bound = {"content": row.content, "subject": row.subject, "persons": list(row.persons)}
        assert commitment(bytes(row.salt), canonical(bound), suite=suite) == bytes(row.entry.commitment)
    assert LedgerContent.objects.get(entry=did.entry).persons == sorted(did.persons)


def test_a_second_look_at_the_same_person_is_not_a_second_person(office: Office) -> None:
    grant = office.grant(persons=2)
    for _ in range(3):
        call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, 2))
    assert Meter.objects.values_list("calls", "rows", "persons").get() == (3, 6, 2)
    refused("persons_spent", asked(grant.number, 1, 3))


def test_an_affair_of_somebody_else_is_marked(office: Office) -> None:
    grant = office.grant()
    did = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, on_behalf_of="person:heir"))
    assert Call.objects.get(entry=did.entry).third
    content = LedgerContent.objects.get(entry=did.entry)
    assert content.content["on_behalf_of"] == "person:heir" and content.persons == list(did.persons)
    assert Call.objects.get(entry=did.entry).persons == Meter.objects.get(grant=grant).persons == 1


@pytest.mark.parametrize("suite", ["sha256", "sm3"])
def test_whose_affair_it_was_is_named_beside_the_one_who_was_looked_up(
    office: Office, settings: Any, suite: str
) -> None:
    """Else the row would be shown in general form to one and to nobody whole."""
    settings.LEDGER_HASH = suite
    grant = office.grant()
    did = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, on_behalf_of="person:heir"))
    row = LedgerContent.objects.get(entry=did.entry)
    assert row.persons == ["person:heir", person_of(kind="resident_id", value=resident_number(1))]
    bound = {"content": row.content, "persons": row.persons, "subject": row.subject}
    assert bytes(row.entry.commitment) == commitment(bytes(row.salt), canonical(bound), suite=suite)


@pytest.mark.parametrize(
    "word", ["x", "某人", "person:", resident_number(3), f"person:{'a' * 70}", "person:a\x00"]
)
def test_a_look_cannot_be_hidden_behind_a_word_that_names_nobody(office: Office, word: str) -> None:
    """A row with another's affair withholds organ, office and hour from the one looked up: so somebody has to be named."""
    grant = office.grant()
    with pytest.raises(InvalidInput, match="affair"):
        call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, on_behalf_of=word))
    assert not Call.objects.exists()


# ---- What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("other_purpose", {"purpose": Purpose.ENFORCEMENT}),
        ("field_not_granted", {"fields": ("name", "issued_on")}),
        ("field_not_granted", {"fields": ()}),
        ("nobody_named", {"keys": ()}),
        ("other_key", {"kind": "credit_code", "keys": ()}),
        ("rows_spent", {"rows": 1_001}),
    ],
)
def test_a_call_beyond_its_grant_is_refused(office: Office, code: str, given: dict[str, Any]) -> None:
    grant = office.grant()
    refused(code, asked(grant.number, 1, **given))


@pytest.mark.parametrize(
    ("code", "given", "late"),
    [
        ("grant_over", {}, 30 * DAY),
        ("grant_not_begun", {}, -timedelta(seconds=1)),
        ("calls_spent", {"calls": 1}, timedelta(0)),
        ("rows_spent", {"rows": 1}, timedelta(0)),
        ("persons_spent", {"persons": 1}, timedelta(0)),
    ],
)
def test_a_grant_has_ends_to_the_second_and_limits(
    office: Office, code: str, given: dict[str, Any], late: timedelta
) -> None:
    grant = office.grant(**given)
    call_data(
        actor=caller(),
        at=NOW + 30 * DAY - timedelta(seconds=1) if code == "grant_over" else NOW,
        asked=asked(grant.number, 1),
    )
    refused(code, asked(grant.number, 2), at=NOW + late)


def test_only_the_office_it_was_granted_to_calls(office: Office) -> None:
    grant = office.grant()
    refused("other_organ", asked(grant.number, 1), actor=officer("bz/health", "data_officer"))
    refused("office_not_held", asked(grant.number, 1), actor=replace(caller(), person="person:nobody"))
    refused("wrong_post", asked(grant.number, 1), actor=officer(ORGAN, "checker"))
    refused("other_organ", asked(grant.number, 1), actor=Actor(person=caller().person))


def test_who_consents_or_reviews_cannot_call(office: Office, owner_sql: Sql) -> None:
    mine = office.grant(at=NOW)
    owner_sql("UPDATE exchange_grant SET reviewed_by = %s WHERE id = %s", caller().person, mine.pk)
    refused("same_person", asked(mine.number, 1))
    owner_sql("UPDATE exchange_grant SET reviewed_by = '' WHERE id = %s", mine.pk)
    call_data(actor=caller(), at=NOW, asked=asked(mine.number, 1))


def witnessed(at: datetime, *, whole: bool = True) -> None:
    """A checkpoint that a witness signed at a moment; of the whole ledger, or with entries behind it."""
    order = {"last_xact": "9000000000000000000" if whole else "0", "last_entry": 0}
    LedgerCheckpoint.objects.create(size=1, root=b"", frontier=b"", note="", at=at, **order)
    LedgerCosignature.objects.create(size=1, witness="w", at=at, key_id=b"1", signature=b"1")


def test_a_grant_of_the_real_acts_waits_for_a_witness_and_no_longer_than_the_published_age(
    office: Office, settings: Any
) -> None:
    grant = delivered()
    one = asked(grant.number, 1, purpose=Purpose.ELIGIBILITY)
    settings.WITNESSED_WITHIN = 60
    refused("no_recent_witness", one)
    witnessed(NOW - timedelta(seconds=60))
    call_data(actor=caller(), at=NOW, asked=one)
    refused("no_recent_witness", one, at=NOW + timedelta(seconds=1))


def test_a_checkpoint_cosigned_anew_proves_nothing_of_what_came_after_it(
    office: Office, settings: Any
) -> None:
    grant = delivered()
    settings.WITNESSED_WITHIN = 60
    later = timezone.now() + timedelta(
        seconds=61
    )  # entries are of this very moment; the sequencer has stopped
    witnessed(later, whole=False)
    refused("no_recent_witness", asked(grant.number, 1, purpose=Purpose.ELIGIBILITY), at=later)


def test_suspension_and_termination_hold_from_the_next_statement(office: Office, settings: Any) -> None:
    settings.WITNESSED_WITHIN = 10**9
    witnessed(NOW)
    grant = delivered()
    one = asked(grant.number, 1)
    call_data(actor=caller(), at=NOW, asked=one)
    operations.suspend_grant(actor=inspector(), at=NOW, grant=grant.number, reason="超出使用范围", days=5)
    refused("grant_suspended", one)
    operations.resume_grant(actor=inspector(), at=NOW, grant=grant.number, reason="已经整改到位")
    call_data(actor=caller(), at=NOW, asked=one)


VERSION = "(SELECT c.version_id FROM law_clause c JOIN exchange_grantclause k ON k.clause_id = c.id WHERE k.ref LIKE 'law:cn/residence-permits@%%#a12.p1')"

BOUND = (
    "UPDATE law_clause SET in_force_to = '2026-11-23' WHERE id IN (SELECT b.clause_id FROM law_binding b JOIN law_listentry e "
    "ON e.id = b.entry_id WHERE e.list = '{}' AND e.code = '{}')"
)


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE law_version SET in_force_to = '2026-11-23' WHERE id IN {VERSION}",
        f"UPDATE law_version SET in_force_from = NULL WHERE id IN {VERSION}",
        "UPDATE law_clause SET in_force_to = '2026-11-23' WHERE id IN (SELECT clause_id FROM exchange_grantclause)",
        "INSERT INTO law_suspension (clause_id, since) SELECT clause_id, '2026-11-23' FROM exchange_grantclause LIMIT 1",
        BOUND.format("power", "call_data"),
        BOUND.format("data", "s003"),
    ],
)
def test_a_clause_that_ended_or_is_suspended_refuses_the_next_statement_and_is_named(
    office: Office, owner_sql: Sql, change: str
) -> None:
    grant = office.grant()
    call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1))
    owner_sql(change)
    refusal = refused("clause_not_in_force", asked(grant.number, 1))
    assert refusal.clause.startswith("law:cn/")
    assert LedgerEntry.objects.filter(verb="call_data").latest("id").clauses == refusal.clause


def test_an_item_that_is_idle_or_off_the_list_opens_nothing(office: Office, owner_sql: Sql) -> None:
    grant = office.grant()
    owner_sql(
        "UPDATE law_binding SET mandatory = false WHERE entry_id IN (SELECT id FROM law_listentry WHERE list = 'data' AND code = 's003')"
    )
    refused("entry_idle", asked(grant.number, 1))
    owner_sql("UPDATE law_listentry SET valid_to = '2026-11-23' WHERE list = 'data' AND code = 's003'")
    refused("no_list_entry", asked(grant.number, 1))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE exchange_grant SET until = until + interval '1 second'",
        "UPDATE exchange_grant SET calls = calls + 1",
        "UPDATE exchange_grant SET persons = 1000000",
        "UPDATE exchange_grant SET fields = fields || 'issued_on'::varchar",
        "UPDATE exchange_grant SET purpose = 'enforcement'",
        "UPDATE exchange_grant SET witnessed = NOT witnessed",
        "UPDATE exchange_grant SET entered_by = 'person:other'",
        "UPDATE exchange_grant SET seal = NULL",
        "DELETE FROM exchange_grantclause WHERE ref LIKE '%%residence%%'",
        "UPDATE exchange_grantclause SET clause_id = (SELECT id FROM law_clause LIMIT 1) WHERE ref LIKE '%%residence%%'",
    ],
)
def test_a_grant_edited_in_the_table_opens_nothing(office: Office, owner_sql: Sql, change: str) -> None:
    grant = office.grant()
    call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1))
    owner_sql(change)
    refused("grant_altered", asked(grant.number, 1))


def test_a_grant_whose_state_is_edited_back_stays_stopped(office: Office, owner_sql: Sql) -> None:
    grant = delivered()
    operations.suspend_grant(actor=inspector(), at=NOW, grant=grant.number, reason="超出使用范围", days=5)
    owner_sql("UPDATE exchange_grant SET state = 'active'")
    refused("grant_suspended", asked(grant.number, 1))


# ---- Enterprises -----------------------------------------------------------------------------------------------------------


def test_an_enterprise_calls_through_the_person_it_has_authorised(office: Office) -> None:
    firm, clerk = "person:firm", Actor(person="person:clerk")
    grant = office.grant(organ=firm, kind=RecipientKind.ENTERPRISE, duties="只在本项目内使用，项目结束即销毁")
    refused("not_authorised", asked(grant.number, 1), actor=clerk)
    office.do(lambda _: Representation.objects.create(
        representative=clerk.person, representative_name="乙", person=firm, kind="organisation", powers="act", matters="数据调用",
        evidence="授权委托书", valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 25)))  # fmt: skip
    did = call_data(actor=clerk, at=NOW, asked=asked(grant.number, 1))
    assert Call.objects.get(entry=did.entry).organ == firm
    refused("not_authorised", asked(grant.number, 1), actor=clerk, at=NOW + 2 * DAY)
    refused("not_authorised", asked(grant.number, 1))


# ---- Bad input, errors, repetition -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("grant", {"grant": "Q2026-0001; DROP TABLE exchange_call"}),
        ("grant", {"grant": resident_number(1)}),
        ("fields", {"fields": ('name"; --',)}),
        ("matter", {"matter": ""}),
        ("matter", {"matter": f"给 {resident_number(3)} 查"}),
        ("matter", {"matter": "查 １３８００００１２３４"}),
        ("matter", {"matter": "查 138 0000 1234 的家"}),
        ("matter", {"matter": "x" * 121}),
        ("rows", {"rows": 0}),
        ("rows", {"rows": 10**9}),
        ("resident_id", {"keys": ("11010119900101123X",)}),
        ("kind", {"kind": "shoe_size"}),
        ("keys", {"keys": tuple(str(n) for n in range(2_001))}),
        ("token", {"token": "x" * 101}),
        ("purpose", {"purpose": "eligibility"}),
    ],
)
def test_bad_input_names_its_field_is_recorded_and_repeats_nothing(
    office: Office, field: str, given: dict[str, Any]
) -> None:
    grant = office.grant()
    with pytest.raises(InvalidInput) as wrong:
        call_data(
            actor=caller(),
            at=NOW,
            asked=asked(**{"grant": grant.number, "keys": (resident_number(1),), **given}),
        )
    assert wrong.value.field == field and resident_number(1) not in str(wrong.value)
    assert entries() == [("refused", "invalid_input")] and Call.objects.count() == 0


def test_an_error_of_the_statement_is_a_recorded_refusal(office: Office, owner_sql: Sql) -> None:
    grant = office.grant()
    owner_sql("UPDATE exchange_meter SET rows = 9223372036854775807")  # one more does not fit into the column
    with pytest.raises(Refused, match="check_failed"):
        call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1))
    assert entries() == [("refused", "check_failed")] and Call.objects.count() == 0


def test_the_same_request_is_not_answered_twice(office: Office) -> None:
    grant = office.grant()
    one = asked(grant.number, 1, token="request-0001")
    did = call_data(actor=caller(), at=NOW, asked=one)
    refused("repeated", one)
    assert answered_before(actor=caller(), grant=grant.number, token="request-0001") == did.entry
    assert (
        answered_before(actor=officer("bz/health", "data_officer"), grant=grant.number, token="request-0001")
        is None
    )
    assert Meter.objects.values_list("calls", flat=True).get() == 1
    call_data(actor=caller(), at=NOW, asked=replace(one, token="request-0002"))


def test_every_decision_is_one_row_of_the_ledger(office: Office) -> None:
    grant = office.grant(calls=1)
    tried = [
        asked(grant.number, 1),
        asked(grant.number, 1),
        asked("Q2026-0999", 1),
        asked(grant.number, 1, rows=0),
        asked("nonsense"),
    ]
    for n, one in enumerate(tried, 1):
        with contextlib.suppress(Refused, InvalidInput):
            call_data(actor=caller(), at=NOW, asked=one)
        assert LedgerEntry.objects.filter(verb="call_data").count() == n
    assert [outcome for outcome, _ in entries()] == ["done", *["refused"] * 4]


# ---- What was not handed over is given back ---------------------------------------------------------------------------------


def test_rows_that_were_not_handed_over_are_given_back_once(office: Office) -> None:
    grant = office.grant(rows=5)
    did = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, rows=5))
    refused("rows_spent", asked(grant.number, 1))
    one = Settled(call=did.call, came=Came.ANSWERED, rows=2, took_ms=12)
    operations.settle_calls(actor=PLATFORM, at=NOW, settled=[one])
    assert Meter.objects.values_list("rows", flat=True).get() == 2
    with pytest.raises(InvalidInput):
        operations.settle_calls(actor=PLATFORM, at=NOW, settled=[one])
    with pytest.raises(InvalidInput):
        operations.settle_calls(actor=PLATFORM, at=NOW, settled=[replace(one, call=did.call + 1)])
    again = call_data(actor=caller(), at=NOW, asked=asked(grant.number, 1, rows=3))
    with pytest.raises(Refused, match="wrong_post"):
        operations.settle_calls(actor=caller(), at=NOW, settled=[replace(one, call=again.call)])
