"""The gate: what it checks, that it refuses by construction, and that every refusal is recorded."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction

from tests.factories import MATTER, NOW, accepted, fresh, officer, reported
from tests.plugin import FOUNDED, ROOT
from tongxin.acts import gate, registry
from tongxin.acts.models import Notice
from tongxin.acts.terms import (
    ANONYMOUS,
    PLATFORM,
    Actor,
    Basis,
    By,
    Conflict,
    InvalidInput,
    Refused,
    Scope,
    Warrant,
)
from tongxin.acts.tests.conftest import TrialBook
from tongxin.cases import operations as cases
from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.terms import ClockChange, ClockGround
from tongxin.identity.operations import open_account, sign_in
from tongxin.identity.terms import DemoShown, NewPerson, NewSession
from tongxin.ledger.models import LedgerContent, LedgerEntry
from tongxin.web.console.commands.founding import verbs
from tongxin.web.pack import examine_pack
from tongxin.web.pack.load import found_city

Declare = Callable[..., Callable[..., Any]]
Law = Callable[..., None]
ME = Actor(person="person:me")
LEAD = "bz/lead"


def refusals() -> list[tuple[str, str]]:
    """Verb and code of every refusal that was recorded, in order."""
    rows = LedgerContent.objects.filter(entry__outcome="refused").order_by("entry_id")
    return list(rows.values_list("entry__verb", "content__code"))


def note(case: Case, actor: Actor | None = None, at: datetime = NOW) -> None:
    """Note something on a case, as its officer."""
    cases.note_case(actor=actor or officer(case.organ), at=at, number=case.number, note="现场已看过")


# ---- A clause in force ----------------------------------------------------------------------------------------------

VERSION_OF_POWER = (
    "(SELECT c.version_id FROM law_clause c JOIN law_binding b ON b.clause_id = c.id "
    "JOIN law_listentry e ON e.id = b.entry_id WHERE e.list = 'power' AND e.code = 'note_case')"
)
ENTRY_OF_POWER = "(SELECT id FROM law_listentry WHERE list = 'power' AND code = 'note_case')"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            f"UPDATE law_version SET in_force_to = '2026-11-23' WHERE id IN {VERSION_OF_POWER}",
            "clause_not_in_force",
        ),
        (
            f"UPDATE law_version SET in_force_from = '2026-11-24' WHERE id IN {VERSION_OF_POWER}",
            "clause_not_in_force",
        ),
        (
            f"UPDATE law_version SET in_force_from = NULL WHERE id IN {VERSION_OF_POWER}",
            "clause_not_in_force",
        ),
        (
            f"UPDATE law_clause SET in_force_to = '2026-11-01' WHERE version_id IN {VERSION_OF_POWER}",
            "clause_not_in_force",
        ),
        (
            f"UPDATE law_clause SET in_force_from = '2027-01-01' WHERE version_id IN {VERSION_OF_POWER}",
            "clause_not_in_force",
        ),
        (f"DELETE FROM law_binding WHERE entry_id = {ENTRY_OF_POWER}", "entry_idle"),
        (f"UPDATE law_binding SET mandatory = false WHERE entry_id = {ENTRY_OF_POWER}", "entry_idle"),
        (f"UPDATE law_listentry SET valid_to = '2026-11-23' WHERE id = {ENTRY_OF_POWER}", "no_list_entry"),
        (f"UPDATE law_listentry SET valid_from = '2026-11-24' WHERE id = {ENTRY_OF_POWER}", "no_list_entry"),
        (f"UPDATE law_listentry SET code = 'note_cases' WHERE id = {ENTRY_OF_POWER}", "no_list_entry"),
    ],
)
def test_act_without_a_clause_in_force_is_refused_and_recorded(
    owner_sql: Law, change: str, code: str
) -> None:
    case = accepted()
    note(case)  # so far it may be done
    owner_sql(change)
    before = fresh(case).steps
    with pytest.raises(Refused) as refusal:
        note(case)
    assert refusal.value.code == code
    assert refusals() == [("note_case", code)]
    assert fresh(case).steps == before == CaseStep.objects.filter(case=case).count()
    if code == "clause_not_in_force":
        assert refusal.value.clause.startswith("law:")
        assert LedgerEntry.objects.get(outcome="refused").clauses == refusal.value.clause


@pytest.mark.django_db
def test_the_last_day_of_a_clause_is_counted_on_the_citys_clock(owner_sql: Law) -> None:
    case = accepted()
    owner_sql(f"UPDATE law_version SET in_force_to = '2026-11-24' WHERE id IN {VERSION_OF_POWER}")
    note(case, at=datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))  # 23:59:59 there
    with pytest.raises(Refused, match="clause_not_in_force"):
        note(case, at=datetime(2026, 11, 23, 16, 0, tzinfo=UTC))  # midnight there


@pytest.mark.django_db
def test_the_entry_of_the_matter_must_be_in_force_besides_the_power(owner_sql: Law) -> None:
    case = reported()
    owner_sql("UPDATE law_listentry SET valid_to = '2026-11-23' WHERE list = 'matter' AND code = %s", MATTER)
    with pytest.raises(Refused) as refusal:
        cases.accept_cases(actor=officer(case.organ), at=NOW, numbers=[case.number])
    assert refusal.value.code == "no_list_entry"
    assert refusals() == [("accept_case", "no_list_entry")]


@pytest.mark.django_db
def test_an_act_that_no_powers_list_knows_is_refused_and_recorded(declare: Declare) -> None:
    run = declare("fly_away", lambda *, warrant: warrant.entry, by=[By.PERSON])
    with pytest.raises(Refused) as refusal:
        run(actor=ME, at=NOW)
    assert refusal.value.code == "no_list_entry"
    assert refusals() == [("fly_away", "no_list_entry")]


@pytest.mark.django_db
def test_a_basis_without_any_clause_is_refused(
    declare: Declare, book: TrialBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "basis", lambda *, entries, **_: Basis(entries=entries, clauses=()))
    run = declare("trial_act", lambda **_: None, by=[By.PERSON])
    with pytest.raises(Refused) as refusal:
        run(actor=ME, at=NOW)
    assert refusal.value.code == "no_clause_in_force"
    assert refusals() == [("trial_act", "no_clause_in_force")]


@pytest.mark.django_db
def test_an_entry_is_needed_where_the_act_says_so(declare: Declare, book: TrialBook) -> None:
    run = declare("trial_act", lambda **_: None, by=[By.PERSON], needs_entry=True)
    with pytest.raises(Refused) as refusal:
        run(actor=ME, at=NOW)
    assert refusal.value.code == "no_list_entry"


# ---- A check that breaks --------------------------------------------------------------------------------------------


def _broken(error: Exception) -> Callable[..., Any]:
    def check(**_: Any) -> Any:
        raise error

    return check


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [KeyError("x"), ZeroDivisionError(), RuntimeError("x"), AttributeError("x"), LookupError("no city")],
)
@pytest.mark.parametrize("check", ["basis", "standing"])
def test_a_check_that_breaks_is_a_refusal_and_is_recorded(
    book: TrialBook, monkeypatch: pytest.MonkeyPatch, check: str, error: Exception
) -> None:
    case = accepted()
    monkeypatch.setattr(book, check, _broken(error))
    with pytest.raises(Refused) as refusal:
        note(case)
    assert refusal.value.code == "check_failed"
    assert refusals() == [("note_case", "check_failed")]
    assert fresh(case).steps == case.steps


@pytest.mark.django_db
def test_no_act_is_possible_while_no_book_was_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    case = accepted()
    monkeypatch.setattr(registry, "_books", [])
    registry.open_book.cache_clear()
    with pytest.raises(Refused) as refusal:
        note(case)
    assert refusal.value.code == "check_failed"
    registry.open_book.cache_clear()


@pytest.mark.django_db
def test_a_database_that_goes_away_is_passed_on_as_it_is(
    book: TrialBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = accepted()
    monkeypatch.setattr(book, "basis", _broken(OperationalError("gone")))
    with pytest.raises(OperationalError):
        note(case)
    assert refusals() == []


@pytest.mark.django_db
def test_a_check_that_the_database_cannot_answer_is_a_refusal(
    book: TrialBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = accepted()
    monkeypatch.setattr(book, "basis", _broken(DataError("invalid input")))
    with pytest.raises(Refused):
        note(case)
    assert refusals() == [("note_case", "check_failed")]


@pytest.mark.django_db
def test_a_scope_that_breaks_is_a_refusal_and_is_recorded(declare: Declare, book: TrialBook) -> None:
    run = declare("trial_act", lambda **_: None, by=[By.PERSON], scope=_broken(KeyError("x")))
    with pytest.raises(Refused):
        run(actor=ME, at=NOW)
    assert refusals() == [("trial_act", "check_failed")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "actor",
    [
        Actor(person="person:me", office="office:" + "x" * 400),
        Actor(person="person:a\x00b", office="office:none"),
        Actor(person="person:me", office="office:a\x00b"),
        Actor(person="person:me", office="office:'; DROP TABLE cases_case; --"),
        Actor(person="", office=""),
        Actor(person="person:" + "x" * 5_000, office="office:none"),
    ],
)
def test_whoever_claims_an_office_that_cannot_be_is_refused_and_recorded(actor: Actor) -> None:
    case = accepted()
    with pytest.raises(Refused):
        note(case, actor)
    assert len(refusals()) == 1


# ---- Who acts -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_moment_without_a_time_zone_is_no_moment() -> None:
    case = accepted()
    with pytest.raises(ValueError, match="time zone"):
        note(case, at=NOW.replace(tzinfo=None))
    assert refusals() == [] and fresh(case).steps == case.steps


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["valid_to = '2026-11-23'", "valid_from = '2026-11-24'", "person = 'person:successor'"]
)
def test_an_office_that_is_not_held_on_the_day_is_refused_and_recorded(owner_sql: Law, change: str) -> None:
    case = accepted()
    actor = officer(case.organ)
    owner_sql(f"UPDATE organs_holding SET {change} WHERE person = %s", actor.person)
    with pytest.raises(Refused) as refusal:
        note(case, actor)
    assert refusal.value.code == "office_not_held"
    assert refusals() == [("note_case", "office_not_held")]


@pytest.mark.django_db
def test_a_post_that_may_not_do_it_is_refused_and_told_who_could() -> None:
    case = accepted()
    with pytest.raises(Refused) as refusal:
        cases.hang_case(
            actor=officer(case.organ), at=NOW, number=case.number, note="今年不能单独更换这个井盖"
        )
    assert (refusal.value.code, refusal.value.who_could) == ("wrong_post", "lead_officer")
    assert refusals() == [("hang_case", "wrong_post")]


@pytest.mark.django_db
def test_another_organ_is_refused_and_told_whose_it_is() -> None:
    case = accepted()
    with pytest.raises(Refused) as refusal:
        note(case, officer("bz/371603/culture"))
    assert refusal.value.code == "other_organ" and case.organ in refusal.value.who_could


@pytest.mark.django_db
def test_an_organ_of_another_place_is_refused(declare: Declare, book: TrialBook) -> None:
    run = declare(
        "trial_act",
        lambda **_: None,
        by=[By.CASE_OFFICER],
        scope=lambda **_: Scope(subject="trial", place=("371602", "371600")),
    )
    run(actor=officer("bz/371602/urban-management"), at=NOW)
    with pytest.raises(Refused) as refusal:
        run(actor=officer("bz/371603/culture"), at=NOW)
    assert refusal.value.code == "other_place"


@pytest.mark.django_db
def test_nobody_signs_off_what_they_asked_for_themselves(owner_sql: Law) -> None:
    case = accepted()
    asks, signs = officer(case.organ), officer(LEAD, "lead_officer")
    clock = Clock.objects.filter(case=case, stage="handle", ended_at=None).order_by("-due_at")[0]
    asked = cases.request_clock_change(
        actor=asks,
        at=NOW,
        clock=clock.pk,
        change=ClockChange.SUSPEND,
        ground=ClockGround.EXPERT_TEST,
        note="需要检测地下管线",
    )
    owner_sql("UPDATE organs_holding SET person = %s WHERE person = %s", asks.person, signs.person)
    same = Actor(person=asks.person, office=signs.office)
    with pytest.raises(Refused) as refusal:
        cases.decide_clock_change(actor=same, at=NOW, request=asked, granted=True)
    assert refusal.value.code == "same_person" and refusal.value.instead
    assert refusals() == [("decide_clock_change", "same_person")]
    assert Clock.objects.get(pk=clock.pk).suspended_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "actor",
    [
        PLATFORM,
        Actor(person="person:root", platform=True),
        Actor(person="person:root", office="office:bz/lead/lead-officer", platform=True),
    ],
)
def test_the_platform_is_no_superuser(actor: Actor) -> None:
    case = accepted()
    with pytest.raises(Refused, match="wrong_post"):
        cases.hang_case(actor=actor, at=NOW, number=case.number, note="今年不能单独更换这个井盖")
    with pytest.raises(Refused, match="wrong_post"):
        note(case, actor)


@pytest.mark.django_db
def test_even_what_runs_by_itself_needs_its_clause(owner_sql: Law) -> None:
    case = reported()
    clock = Clock.objects.get(case=case, stage="accept")
    owner_sql(
        "UPDATE law_listentry SET valid_to = '2020-01-01' WHERE list = 'power' AND code = 'escalate_case'"
    )
    with pytest.raises(Refused, match="no_list_entry"):
        cases.escalate_cases(actor=PLATFORM, at=clock.due_at + timedelta(seconds=1), clocks=[clock.pk])
    assert not fresh(case).overdue


@pytest.mark.django_db
def test_an_act_about_nothing_is_checked_too() -> None:
    case = accepted()
    claims = Actor(person="person:nobody", office=officer(case.organ).office)
    with pytest.raises(Refused, match="office_not_held"):
        cases.accept_cases(actor=claims, at=NOW, numbers=[])


# ---- No way round ---------------------------------------------------------------------------------------------------


def test_the_gate_takes_no_argument_that_could_switch_it_off() -> None:
    assert (
        set(inspect.signature(gate.act).parameters)
        == {
            "verb",
            "title",
            "by",
            "scope",
            "personal",
            "many",
            "founding",
            "needs_entry",
            "statement",  # the same checks, written as one SQL statement by the gate (decision 13): a house test lists who uses it
        }
    )
    for declaration in registry.REGISTRY.values():
        module, _, name = declaration.operation.rpartition(".")
        assert module.startswith("tongxin."), name


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["skip", "bypass", "warrant", "force", "superuser"])
def test_an_operation_called_with_a_way_round_does_nothing(way: str) -> None:
    case = accepted()
    with pytest.raises((Refused, TypeError)):
        cases.note_case(
            actor=officer(case.organ), at=NOW, number=case.number, note="现场已看过", **{way: True}
        )
    assert not LedgerEntry.objects.filter(verb="note_case", outcome="done").exists()
    assert fresh(case).steps == case.steps


def test_an_operation_takes_nothing_by_position() -> None:
    with pytest.raises(TypeError):
        cases.note_case(ME, NOW)


def test_an_act_is_declared_once() -> None:
    with pytest.raises(RuntimeError, match="declared twice"):
        gate.act("note_case", title=("", ""), by=[], scope=lambda **_: None)(lambda **_: None)


def test_there_is_one_law_in_the_house() -> None:
    registry.hand_in_book("tongxin.law.book.StatuteBook")  # the same again is the same
    with pytest.raises(RuntimeError, match="one law"):
        registry.hand_in_book("other.Book")


@pytest.mark.django_db
def test_nothing_is_written_by_an_operation_that_is_called_without_its_gate() -> None:
    """What is inside an act can be reached in Python; the database refuses it all the same."""
    warrant = Warrant(
        verb="open_account",
        entry=1,
        actor=PLATFORM,
        standing=None,
        basis=Basis(entries=(), clauses=()),
        at=NOW,
        scope=Scope(subject=""),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tongxin.act', '', true)")
    with pytest.raises(Exception, match="outside an act"), transaction.atomic():
        inspect.unwrap(open_account)(warrant=warrant, person=NewPerson(ref="person:x", name="x", login="x"))


# ---- What an entry says ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_entry_says_who_on_what_basis_about_what_and_names_no_person() -> None:
    case = accepted(name="王芳", phone="13900000000")
    cases.attach_evidence(actor=officer(case.organ), at=NOW, number=case.number, photo="a" * 64)
    actor = officer(case.organ)
    entry = LedgerEntry.objects.get(verb="attach_evidence")
    assert (entry.outcome, entry.organ, entry.office, entry.at) == ("done", case.organ, actor.office, NOW)
    assert entry.list_entry.split()[0] == "power:attach_evidence" and entry.clauses.startswith("law:")
    assert (entry.content.content["actor"], entry.content.subject) == (actor.person, case.ref)
    for row in LedgerEntry.objects.values_list("verb", "organ", "office", "list_entry", "clauses"):
        assert not any(word in " ".join(row) for word in ("person:", "reporter:", "王芳", "13900000000"))


@pytest.mark.django_db
def test_a_sign_in_is_an_act_and_the_person_can_see_it() -> None:
    open_account(actor=PLATFORM, at=NOW, person=NewPerson(ref="person:me", name="我", login="me"))
    session = NewSession(key="0" * 64, device="", place="local", demo=True)
    sign_in(actor=ME, at=NOW, login="me", shown=[DemoShown()], session=session)
    content = LedgerContent.objects.get(entry__verb="sign_in")
    assert content.persons == ["person:me"]
    assert content.content["means"] == "demo"


@pytest.mark.django_db
def test_an_account_is_opened_once_and_by_the_lead_officer_or_the_platform() -> None:
    person = NewPerson(ref="person:new", name="新", login="new")
    assert open_account(actor=officer(LEAD, "lead_officer"), at=NOW, person=person) == "person:new"
    with pytest.raises(InvalidInput, match="login"):
        open_account(
            actor=PLATFORM, at=NOW, person=NewPerson(ref="person:thief", name="", login="new", password="x")
        )
    for actor in (ANONYMOUS, ME, officer("bz/371602/urban-management")):
        with pytest.raises(Refused, match="wrong_post"):
            open_account(actor=actor, at=NOW, person=NewPerson(ref="person:other", name="", login="other"))


# ---- Acts within acts -----------------------------------------------------------------------------------------------


def act_in_hand() -> str:
    """The act that the database would accept a write for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongxin.act', true)")
        return str(cursor.fetchone()[0])


def _with_inner(
    case: Case, seen: list[str], *, catch: bool = False, actor: Actor | None = None
) -> Callable[..., Any]:
    def outer(*, warrant: Warrant) -> int:
        seen.append(act_in_hand())
        try:
            note(case, actor)
        except (Refused, Conflict):
            if not catch:
                raise
        seen.append(act_in_hand())
        warrant.tell(recipient="person:me", template="accepted", number=case.number)
        return warrant.entry

    return outer


@pytest.mark.django_db
def test_an_act_within_an_act_keeps_both_entries_and_the_outer_one_in_hand(
    declare: Declare, book: TrialBook
) -> None:
    case, seen = accepted(), []
    run = declare("trial_outer", _with_inner(case, seen), by=[By.PERSON])
    entry = run(actor=ME, at=NOW)
    outer = LedgerEntry.objects.get(pk=entry)
    assert seen == [str(outer.act), str(outer.act)]
    inner = LedgerEntry.objects.get(verb="note_case")
    assert inner.pk > outer.pk and CaseStep.objects.get(verb="note_case").entry == inner.pk
    assert Notice.objects.get(recipient="person:me").entry == outer.pk


@pytest.mark.django_db
def test_a_refusal_within_an_act_undoes_the_whole_and_is_recorded_once(
    declare: Declare, book: TrialBook
) -> None:
    case, seen = accepted(), []
    run = declare("trial_outer", _with_inner(case, seen, actor=ME), by=[By.PERSON])
    with pytest.raises(Refused, match="wrong_post"):
        run(actor=ME, at=NOW)
    assert refusals() == [("trial_outer", "wrong_post")]
    assert not LedgerEntry.objects.filter(verb__in=["trial_outer", "note_case"], outcome="done").exists()


@pytest.mark.django_db
def test_an_act_that_goes_on_after_an_inner_refusal_has_its_own_entry_in_hand(
    declare: Declare, book: TrialBook
) -> None:
    case, seen = accepted(), []
    run = declare("trial_outer", _with_inner(case, seen, catch=True, actor=ME), by=[By.PERSON])
    entry = run(actor=ME, at=NOW)
    assert seen == [str(LedgerEntry.objects.get(pk=entry).act)] * 2
    assert fresh(case).steps == case.steps


@pytest.mark.django_db
@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="only the outermost act records a refusal; one that an act catches and goes on from is lost",
)
def test_an_inner_refusal_that_is_caught_is_recorded_all_the_same(declare: Declare, book: TrialBook) -> None:
    run = declare("trial_outer", _with_inner(accepted(), [], catch=True, actor=ME), by=[By.PERSON])
    run(actor=ME, at=NOW)
    assert refusals() == [("note_case", "wrong_post")]


# ---- Committed for good ---------------------------------------------------------------------------------------------


def test_a_refusal_is_committed_and_what_was_refused_is_not(
    city_of_its_own: str, declare: Declare, book: TrialBook
) -> None:
    case = accepted()

    def operation(*, warrant: Warrant) -> None:
        note(case)
        warrant.tell(recipient="person:me", template="accepted")
        raise Refused("second_thoughts", "不行", "no")

    run = declare("trial_act", operation, by=[By.PERSON])
    entries, notices = LedgerEntry.objects.count(), Notice.objects.count()
    with pytest.raises(Refused, match="second_thoughts"):
        run(actor=ME, at=NOW)
    connection.close()  # what is left is what was committed
    assert refusals() == [("trial_act", "second_thoughts")]
    assert (LedgerEntry.objects.count(), Notice.objects.count()) == (entries + 1, notices)
    assert fresh(case).steps == case.steps


def test_an_operation_that_breaks_leaves_nothing_at_all(
    city_of_its_own: str, declare: Declare, book: TrialBook
) -> None:
    case = accepted()

    def operation(*, warrant: Warrant) -> None:
        note(case)
        raise ZeroDivisionError

    run = declare("trial_act", operation, by=[By.PERSON])
    entries = LedgerEntry.objects.count()
    with pytest.raises(ZeroDivisionError):
        run(actor=ME, at=NOW)
    connection.close()
    assert LedgerEntry.objects.count() == entries and fresh(case).steps == case.steps


def test_an_operation_that_writes_nothing_still_leaves_its_entry(
    city_of_its_own: str, declare: Declare, book: TrialBook
) -> None:
    entry = declare("trial_act", lambda *, warrant: warrant.entry, by=[By.PERSON])(actor=ME, at=NOW)
    connection.close()
    assert LedgerEntry.objects.get(pk=entry).verb == "trial_act"


def _found_again() -> None:
    pack, faults = examine_pack(
        ROOT / "city" / "binzhou", verbs=verbs(), on=FOUNDED.date(), parse_all_law=True
    )
    assert pack is not None, faults
    found_city(pack=pack, at=FOUNDED + timedelta(days=1))


def test_a_city_is_founded_once(city_of_its_own: str) -> None:
    """The founding acts (places, persons, organs, law-making, sources, the book) are over when the book is open."""
    with pytest.raises(Refused) as refusal:
        _found_again()
    assert refusal.value.code == "already_founded"
    assert set(LedgerEntry.objects.values_list("verb", flat=True)) == {
        "found_places",
        "found_persons",
        "found_organs",
        "found_lawmaking",
        "found_sources",
        "enact_pack",
    }


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the founding acts share a transaction of the caller, and the record of the refusal "
    "is rolled back with it",
)
def test_a_second_founding_is_recorded_as_refused(city_of_its_own: str) -> None:
    with pytest.raises(Refused):
        _found_again()
    connection.close()
    assert refusals() == [("found_places", "already_founded")]
