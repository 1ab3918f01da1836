"""The flow of a case, on the real database: one story for each outcome and each refusal."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import (
    INSIDE,
    MATTER,
    NOW,
    a_report,
    accepted,
    checked,
    fresh,
    officer,
    reported,
    reporter,
    settled,
    settlement,
)
from tongxin.acts.models import Notice
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor, Conflict, InvalidInput, Refused
from tongxin.cases import operations as cases
from tongxin.cases import tasks
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, ClockRequest, Precedent
from tongxin.cases.operations import Purpose
from tongxin.cases.queries import returns_by_pair
from tongxin.cases.terms import (
    Channel,
    ClockChange,
    ClockGround,
    Outcome,
    Receipt,
    Rejection,
    ReturnGround,
    State,
)
from tongxin.law.models import Binding, Version
from tongxin.law.terms import Stage
from tongxin.ledger.models import LedgerContent, LedgerEntry
from tongxin.ledger.rules.parting import month_of
from tongxin.ledger.rules.parting import part as part_name

pytestmark = pytest.mark.django_db

JOINT = "m06028"  # noise: the police lead, another organ assists by the list
LEAD, DESK = "bz/lead", "bz/hotline"
WATER = "bz/371602/water"


def test_report_is_located_routed_and_rests_on_a_clause_in_force() -> None:
    case = reported()
    assert case.state == State.DISPATCHED
    assert case.path[-1] == "371600" and case.place.startswith("place:nbs2023/")
    assert case.organ == "bz/371602/urban-management"
    assert case.entry == f"matter:{MATTER}" and "law:" in case.clauses
    assert case.due_at is not None and case.due_at > NOW
    entry = LedgerEntry.objects.get(verb="report_case", content__subject=case.ref)
    assert entry.clauses == case.clauses and f"matter:{MATTER}" in entry.list_entry


def test_report_reaches_fixed_by_way_of_acceptance_settlement_check_and_confirmation() -> None:
    case = checked()
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    case = fresh(case)
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.FIXED)
    verbs = list(CaseStep.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
    assert verbs[0] == "report_case" and verbs[-3:] == ["settle_case", "check_case", "confirm_case"]
    assert CaseStep.objects.filter(case=case).exclude(entry__in=LedgerEntry.objects.values("id")).count() == 0
    assert not Clock.objects.filter(case=case, ended_at=None).exists()


def test_confirmation_that_never_comes_closes_as_unanswered_and_not_as_fixed() -> None:
    case = checked()
    later = Clock.objects.get(case=case, stage=Stage.CONFIRM.value).due_at + timedelta(seconds=1)
    assert tasks.sweep(at=later)["lapsed"] == 1
    assert fresh(case).outcome == Outcome.CLOSED_UNANSWERED


def test_reporter_who_says_not_fixed_reopens_the_case_and_the_lead_body_is_told() -> None:
    case = checked()
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    cases.dispute_case(actor=reporter(case), at=NOW + timedelta(days=3), number=case.number, note="又坏了")
    case = fresh(case)
    assert (case.state, case.outcome, case.reopened) == (State.HANDLING, "", 1)
    assert Notice.objects.filter(recipient=f"organ:{LEAD}", template="disputed", subject=case.ref).exists()
    assert Clock.objects.filter(case=case, stage="handle", ended_at=None).exists()


def test_dispute_after_the_last_day_is_refused_and_says_what_to_do() -> None:
    case = checked()
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    with pytest.raises(Conflict, match="重新报告"):
        cases.dispute_case(
            actor=reporter(case), at=NOW + timedelta(days=31), number=case.number, note="又坏了"
        )


def test_only_the_reporter_confirms() -> None:
    case = checked()
    with pytest.raises(InvalidInput, match="报告人本人"):
        cases.confirm_case(actor=Actor(person="person:somebody"), at=NOW, number=case.number)


def test_check_by_the_person_who_handled_it_is_refused() -> None:
    case = settled()
    handler = officer(case.organ)
    with pytest.raises(Refused) as refusal:
        cases.check_case(actor=handler, at=NOW, number=case.number, passed=True, note="看过了")
    assert refusal.value.code == "wrong_post"
    # Even one who holds both posts may not look at their own work.
    checker = officer(case.organ, "checker")
    CaseStep.objects.filter(case=case, verb="settle_case")  # the step names who settled
    with pytest.raises(Refused) as refusal:
        _as_handler_and_checker(case, checker)
    assert refusal.value.code == "same_person"


def _as_handler_and_checker(case: Case, checker: Actor) -> None:
    from tongxin.acts.gate.checking import check_scope
    from tongxin.acts.registry import REGISTRY
    from tongxin.cases.operations.outcome import _check_scope as scope_of_check

    scope = scope_of_check(actor=checker, at=NOW, number=case.number, passed=True, note="看过了")
    handler = officer(case.organ)
    assert handler.person in scope.not_by
    check_scope(REGISTRY["check_case"], Actor(person=handler.person, office=checker.office), None, scope)


def test_failed_check_sends_the_case_back_to_handling_with_a_new_limit() -> None:
    case = settled()
    cases.check_case(
        actor=officer(case.organ, "checker"), at=NOW, number=case.number, passed=False, note="还没有换"
    )
    case = fresh(case)
    assert case.state == State.HANDLING and case.settled_at is None
    assert Clock.objects.filter(case=case, stage="handle", ended_at=None).exists()


def test_settling_without_evidence_is_refused() -> None:
    case = accepted()
    for part in Assignment.objects.filter(case=case, role="assist"):
        cases.settle_part(actor=officer(part.organ), at=NOW, number=case.number, settlement=settlement(case))
    with pytest.raises(InvalidInput, match="evidence"):
        cases.settle_cases(actor=officer(case.organ), at=NOW, settlements=[settlement(case, facts={})])


def test_lead_cannot_settle_before_the_assisting_organs_have() -> None:
    case = accepted(matter=JOINT)
    assert Assignment.objects.filter(case=case, role="assist").exists()
    with pytest.raises(Conflict, match="协办"):
        cases.settle_cases(actor=officer(case.organ), at=NOW, settlements=[settlement(case)])


def test_asked_assistance_has_its_own_clock_and_part() -> None:
    case = accepted()
    cases.ask_assistance(
        actor=officer(case.organ),
        at=NOW,
        number=case.number,
        organ="bz/371602/housing",
        note="请协助核对产权",
    )
    part = Assignment.objects.get(case=case, organ="bz/371602/housing")
    assert part.role == "assist"
    assert Clock.objects.filter(case=case, organ="bz/371602/housing", stage="assist", ended_at=None).exists()


def test_steps_of_a_staged_limit_are_settled_one_by_one() -> None:
    case = accepted()
    first = Clock.objects.filter(case=case, stage="handle").exclude(step="").order_by("due_at")[0]
    cases.settle_step(
        actor=officer(case.organ),
        at=NOW,
        number=case.number,
        clock=first.pk,
        settlement=settlement(case, note="已设警示围挡"),
    )
    assert Clock.objects.get(pk=first.pk).ended_at == NOW
    assert Clock.objects.filter(case=case, stage="handle", ended_at=None).exists()
    with pytest.raises(Conflict):
        cases.settle_step(
            actor=officer(case.organ),
            at=NOW,
            number=case.number,
            clock=first.pk,
            settlement=settlement(case, note="同一步又报了一次"),
        )


# ---- Returns, rulings, first receiver ---------------------------------------------------------------------------------


def _return(case: Case, named: str = WATER, ground: ReturnGround = ReturnGround.OUTSIDE_DUTY) -> None:
    cases.return_case(
        actor=officer(case.organ),
        at=NOW,
        number=case.number,
        ground=ground,
        named=named,
        note="这个井盖属于供水设施",
    )


def test_return_needs_a_named_organ_and_the_first_receiver_stays_responsible() -> None:
    case = reported()
    first = case.organ
    _return(case)
    case = fresh(case)
    assert (case.state, case.organ, case.responsible, case.returns) == (State.RETURNED, DESK, first, 1)
    cases.dispatch_case(actor=officer(DESK, "hotline_clerk"), at=NOW, number=case.number, organ=WATER)
    assert fresh(case).responsible == first
    cases.accept_cases(actor=officer(WATER), at=NOW, numbers=[case.number])
    assert fresh(case).responsible == WATER


def test_handling_clock_runs_on_while_a_case_is_sent_about() -> None:
    case = reported()
    before = (
        Clock.objects.filter(case=case, stage="handle")
        .order_by("id")
        .values_list("due_at", flat=True)
        .first()
    )
    _return(case)
    cases.dispatch_case(actor=officer(DESK, "hotline_clerk"), at=NOW, number=case.number, organ=WATER)
    running = Clock.objects.filter(case=case, stage="handle", ended_at=None).order_by("id")
    assert running[0].due_at == before and running[0].organ == WATER


def test_second_return_goes_to_the_lead_body_whose_ruling_is_a_precedent_and_final() -> None:
    case = reported()
    _return(case)
    cases.dispatch_case(actor=officer(DESK, "hotline_clerk"), at=NOW, number=case.number, organ=WATER)
    _return(fresh(case), named="bz/371602/urban-management")
    case = fresh(case)
    assert (case.state, case.organ) == (State.RULING, LEAD)
    precedent = cases.rule_case(
        actor=officer(LEAD, "lead_officer"),
        at=NOW,
        number=case.number,
        organ=WATER,
        reason="供水井盖由水务部门管养",
    )
    assert Precedent.objects.get(pk=precedent).organ == WATER
    with pytest.raises(Conflict, match="裁定"):
        _return(fresh(case), named="bz/371602/urban-management")
    cases.propose_list_change(
        actor=officer(LEAD, "lead_officer"), at=NOW, precedent=precedent, text="建议供水井盖改列水务"
    )
    assert {(p.organ, p.named): p.count for p in returns_by_pair()} == {
        ("bz/371602/urban-management", WATER): 1,
        (WATER, "bz/371602/urban-management"): 1,
    }


def test_return_after_its_limit_is_refused() -> None:
    case = reported()
    late = Clock.objects.get(case=case, stage="return").due_at + timedelta(minutes=1)
    with pytest.raises(Conflict, match="退回期限已过"):
        cases.return_case(
            actor=officer(case.organ),
            at=late,
            number=case.number,
            ground=ReturnGround.OUTSIDE_DUTY,
            named=WATER,
            note="这个井盖属于供水设施",
        )


def test_a_committee_can_be_neither_named_nor_given_a_case() -> None:
    case = reported()
    with pytest.raises(InvalidInput, match="村（居）委会"):
        _return(case, named=_a_committee())
    _return(case)
    with pytest.raises(InvalidInput, match="村（居）委会"):
        cases.dispatch_case(
            actor=officer(DESK, "hotline_clerk"), at=NOW, number=case.number, organ=_a_committee()
        )


def _a_committee() -> str:
    from tongxin.organs.models import Organ

    return Organ.objects.filter(kind="committee").values_list("code", flat=True)[0]


def test_what_no_list_entry_covers_goes_to_the_lead_body_and_never_to_a_grid() -> None:
    case = reported(matter=None, text="说不清是什么")
    assert (case.state, case.organ, case.entry) == (State.UNLISTED, LEAD, "")
    station = "bz/371602001/grid"
    from tongxin.organs.models import Organ

    station = Organ.objects.filter(kind="grid_station").values_list("code", flat=True)[0]
    with pytest.raises(InvalidInput, match="清单以外"):
        cases.dispatch_case(actor=officer(LEAD, "lead_officer"), at=NOW, number=case.number, organ=station)
    cases.dispatch_case(actor=officer(LEAD, "lead_officer"), at=NOW, number=case.number, organ=WATER)
    assert fresh(case).state == State.DISPATCHED


def test_matter_whose_clause_is_gone_stands_idle_and_new_reports_go_to_the_lead_body(
    owner_sql: object,
) -> None:
    owner_sql(
        "UPDATE law_version SET in_force_to = '2026-11-23' WHERE id IN (SELECT version_id FROM law_clause c "  # type: ignore[operator]
        "JOIN law_binding b ON b.clause_id = c.id JOIN law_listentry e ON e.id = b.entry_id WHERE e.code = %s)",
        MATTER,
    )
    case = reported()
    assert case.state == State.UNLISTED


# ---- Other ends ---------------------------------------------------------------------------------------------------------


def test_not_ours_says_whose_it_is() -> None:
    case = reported(matter=None)
    lead = officer(LEAD, "lead_officer")
    with pytest.raises(InvalidInput, match="whose"):
        cases.close_case(actor=lead, at=NOW, number=case.number, outcome=Outcome.NOT_OURS, note="是省管公路")
    cases.close_case(
        actor=lead,
        at=NOW,
        number=case.number,
        outcome=Outcome.NOT_OURS,
        note="是省管公路",
        whose="省公路中心",
    )
    case = fresh(case)
    assert case.outcome == Outcome.NOT_OURS and "省公路中心" in case.outcome_note


def test_not_allowed_by_law_is_an_outcome_of_its_own() -> None:
    case = reported(matter=None)
    cases.close_case(
        actor=officer(LEAD, "lead_officer"),
        at=NOW,
        number=case.number,
        outcome=Outcome.NOT_ALLOWED,
        note="法律不允许公开他人住址",
    )
    assert fresh(case).outcome == Outcome.NOT_ALLOWED


def test_reporter_may_withdraw_and_nobody_else_for_them() -> None:
    case = reported()
    with pytest.raises(InvalidInput):
        cases.close_case(
            actor=Actor(person="person:other"),
            at=NOW,
            number=case.number,
            outcome=Outcome.WITHDRAWN,
            note="不用了",
        )
    cases.close_case(
        actor=reporter(case), at=NOW, number=case.number, outcome=Outcome.WITHDRAWN, note="不用了"
    )
    assert fresh(case).outcome == Outcome.WITHDRAWN


def test_hung_on_account_is_public_with_its_reason_and_comes_back() -> None:
    case = accepted()
    lead = officer(LEAD, "lead_officer")
    cases.hang_case(actor=lead, at=NOW, number=case.number, note="整条路明年统一改造，今年不能单独更换")
    case = fresh(case)
    assert (case.state, case.outcome) == (State.HUNG, Outcome.HUNG)
    assert not Clock.objects.filter(case=case, ended_at=None).exists()
    cases.unhang_case(actor=lead, at=NOW + timedelta(days=60), number=case.number)
    assert fresh(case).state == State.HANDLING


def test_duplicates_fold_and_every_reporter_is_told_the_same() -> None:
    whole, double = reported(), reported(text="同一个井盖")
    cases.fold_case(actor=officer(whole.organ), at=NOW, number=double.number, into=whole.number)
    assert fresh(double).outcome == Outcome.DUPLICATE and fresh(double).folded_into == whole
    cases.accept_cases(actor=officer(whole.organ), at=NOW, numbers=[whole.number])
    told = set(
        Notice.objects.filter(template="accepted", subject=whole.ref).values_list("recipient", flat=True)
    )
    assert told == {f"reporter:{whole.number}", f"reporter:{double.number}"}


# ---- Clocks -------------------------------------------------------------------------------------------------------------


def _handle_clock(case: Case) -> Clock:
    clock = Clock.objects.filter(case=case, stage="handle", ended_at=None).order_by("-due_at").first()
    assert clock is not None
    return clock


def test_suspension_needs_a_ground_and_the_sign_off_of_another_person() -> None:
    case = accepted()
    clock = _handle_clock(case)
    asked = cases.request_clock_change(
        actor=officer(case.organ),
        at=NOW,
        clock=clock.pk,
        change=ClockChange.SUSPEND,
        ground=ClockGround.EXPERT_TEST,
        note="需要检测地下管线",
    )
    assert Clock.objects.get(pk=clock.pk).suspended_at is None  # asking alone stops nothing
    cases.decide_clock_change(actor=officer(LEAD, "lead_officer"), at=NOW, request=asked, granted=True)
    assert Clock.objects.get(pk=clock.pk).suspended_at == NOW
    later = NOW + timedelta(days=7)
    due = cases.resume_clock(actor=officer(case.organ), at=later, clock=clock.pk)
    assert due > clock.due_at and Clock.objects.get(pk=clock.pk).suspended_at is None


def test_nobody_signs_off_their_own_request_even_in_the_database() -> None:
    from django.db import IntegrityError, transaction

    case = accepted()
    asked = cases.request_clock_change(
        actor=officer(case.organ),
        at=NOW,
        clock=_handle_clock(case).pk,
        change=ClockChange.SUSPEND,
        ground=ClockGround.SEASON,
        note="冬季不能施工",
    )
    request = ClockRequest.objects.get(pk=asked)
    with pytest.raises(IntegrityError, match="another_signs_off"), transaction.atomic():
        ClockRequest.objects.filter(pk=asked).update(decided_by=request.asked_by)


def test_extension_moves_the_due_time_by_what_was_granted() -> None:
    from decimal import Decimal

    from tongxin.law.terms import Unit

    case = accepted()
    clock = _handle_clock(case)
    asked = cases.request_clock_change(
        actor=officer(case.organ),
        at=NOW,
        clock=clock.pk,
        change=ClockChange.EXTEND,
        ground=ClockGround.PROCUREMENT,
        note="等待采购新井盖",
        number=Decimal(3),
        unit=Unit.WORKING_DAY,
    )
    cases.decide_clock_change(actor=officer(LEAD, "lead_officer"), at=NOW, request=asked, granted=True)
    assert Clock.objects.get(pk=clock.pk).due_at > clock.due_at


def test_a_passed_limit_goes_up_the_chain_step_by_step() -> None:
    case = reported()
    clock = Clock.objects.get(case=case, stage="accept")
    tasks.sweep(at=clock.due_at + timedelta(seconds=1))
    assert fresh(case).overdue
    told = [n.recipient for n in Notice.objects.filter(template="overdue", subject=case.ref).order_by("id")]
    assert f"organ:{case.organ}" in told
    for _ in range(30):
        again = (
            Clock.objects.filter(case=case, ended_at=None).exclude(sweep_at=None).order_by("sweep_at").first()
        )
        if again is None:
            break
        tasks.sweep(at=again.sweep_at + timedelta(seconds=1))
    told = {n.recipient for n in Notice.objects.filter(template="overdue", subject=case.ref)}
    assert f"organ:{LEAD}" in told
    assert not Clock.objects.filter(case=case, ended_at=None).exclude(sweep_at=None).exists()


def test_a_deadline_beyond_the_published_calendar_is_marked_provisional() -> None:
    from datetime import UTC, datetime

    late = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)
    case = reported(at=late)
    assert Clock.objects.filter(case=case, provisional=True).exists()


# ---- Who may do what ------------------------------------------------------------------------------------------------


def test_four_witnesses_of_looking_at_who_reported() -> None:
    case = reported(name="王芳", phone="13900000000")
    with_basis = officer(case.organ)
    report = cases.consult_reporter(actor=with_basis, at=NOW, number=case.number, purpose=Purpose.CONTACT)
    assert report is not None and report.phone == "13900000000"
    entry = LedgerContent.objects.get(entry__verb="consult_reporter")
    assert entry.persons == [f"reporter:{case.number}"] and entry.content["purpose"] == "contact"
    without = officer("bz/371603/culture")
    with pytest.raises(Refused) as refusal:
        cases.consult_reporter(actor=without, at=NOW, number=case.number, purpose=Purpose.CONTACT)
    assert refusal.value.code == "other_organ"
    for stranger in (ANONYMOUS, reporter(case)):
        with pytest.raises(Refused) as refusal:
            cases.consult_reporter(actor=stranger, at=NOW, number=case.number, purpose=Purpose.CONTACT)
        assert refusal.value.code == "wrong_post"


def test_office_that_is_not_held_is_refused_and_the_refusal_is_recorded() -> None:
    case = reported()
    true_holder = officer(case.organ)
    with pytest.raises(Refused) as refusal:
        cases.accept_cases(
            actor=Actor(person="person:somebody", office=true_holder.office), at=NOW, numbers=[case.number]
        )
    assert refusal.value.code == "office_not_held"
    assert LedgerEntry.objects.filter(outcome="refused", verb="accept_case").count() == 1


def test_platform_cannot_look_at_who_reported() -> None:
    case = reported()
    with pytest.raises(Refused):
        cases.consult_reporter(actor=PLATFORM, at=NOW, number=case.number, purpose=Purpose.CONTACT)


# ---- Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lon": 0.0, "lat": 0.0}, "lat"),
        ({"lon": float("nan"), "lat": 37.0}, "lon"),
        ({"lon": 118.0, "lat": None}, "lat"),
        ({"reported_at": NOW + timedelta(days=1)}, "reported_at"),
        ({"reported_at": NOW - timedelta(days=400)}, "reported_at"),
        ({"matter": "m99999"}, "matter"),
        ({"text": "长" * 3_000}, "text"),
        ({"email": "not mail"}, "email"),
        ({"photos": ("../../etc/passwd",)}, "photos"),
        ({"lon": None, "lat": None, "place": "000000"}, "place"),
        ({"lon": None, "lat": None}, "place"),
        ({"client_key": ""}, "client_key"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_bad_report_is_rejected_with_field_and_reason(wrong: dict[str, object], field: str) -> None:
    answer = cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report(**wrong)])[0]
    assert isinstance(answer, Rejection)
    assert answer.field == field and answer.reason and answer.reason_en
    assert Case.objects.count() == 0


def test_one_bad_report_in_a_batch_does_not_lose_the_others() -> None:
    answers = cases.report_cases(
        actor=PLATFORM,
        at=NOW,
        reports=[a_report(channel=Channel.FEED), a_report(matter="nonsense"), a_report(channel=Channel.FEED)],
    )
    assert [type(answer) for answer in answers] == [Receipt, Rejection, Receipt]


def test_repeated_key_with_the_same_content_is_one_case_and_with_other_content_is_refused() -> None:
    report = a_report()
    first = cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[report])[0]
    again = cases.report_cases(actor=ANONYMOUS, at=NOW + timedelta(minutes=3), reports=[report])[0]
    assert isinstance(first, Receipt) and isinstance(again, Receipt)
    assert (again.number, again.token, again.repeated) == (first.number, first.token, True)
    other = cases.report_cases(
        actor=ANONYMOUS, at=NOW, reports=[a_report(client_key=report.client_key, text="别的")]
    )[0]
    assert isinstance(other, Rejection) and other.field == "client_key"
    assert Case.objects.count() == 1


def test_two_reports_of_one_batch_with_one_key_and_other_words_are_not_taken_for_one() -> None:
    one = a_report(channel=Channel.FEED)
    other = a_report(channel=Channel.FEED, client_key=one.client_key, text="别的")
    first, second = cases.report_cases(actor=PLATFORM, at=NOW, reports=[one, other])
    assert isinstance(first, Receipt)
    assert isinstance(second, Rejection) and second.field == "client_key"


def test_platform_is_never_the_person_concerned() -> None:
    receipt = cases.report_cases(actor=PLATFORM, at=NOW, reports=[a_report(channel=Channel.FEED)])[0]
    assert isinstance(receipt, Receipt)
    assert LedgerContent.objects.get(subject=f"case:{receipt.number}").persons == [
        f"reporter:{receipt.number}"
    ]


def test_help_for_a_person_takes_no_photo_and_no_identity() -> None:
    for wrong in ({"photos": ("a" * 64,)}, {"name": "某人"}):
        answer = cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[a_report(matter="m09003", **wrong)])[0]
        assert isinstance(answer, Rejection)
    assert reported(matter="m09003", text="桥下有人过夜，天冷").person_help


def test_place_by_code_and_by_point_lead_to_the_same_organ() -> None:
    by_point = reported()
    by_code = reported(lon=None, lat=None, place=by_point.path[1])
    assert by_code.organ == by_point.organ
    assert by_code.place_name


def test_second_of_two_people_is_told_what_the_first_did() -> None:
    case = reported()
    cases.accept_cases(actor=officer(case.organ), at=NOW, numbers=[case.number], seen=1)
    with pytest.raises(Conflict, match="别的步骤"):
        cases.accept_cases(actor=officer(case.organ), at=NOW, numbers=[case.number], seen=1)
    assert INSIDE
    assert Binding.objects.exists() and Version.objects.exists()


def test_the_number_of_a_case_carries_its_month_and_its_steps_lie_in_it() -> None:
    case = reported()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tongxin_month(now()), (SELECT tableoid::regclass::text FROM cases_casestep WHERE case_id = %s)",
            [case.pk],
        )
        month, part = cursor.fetchone()
    assert month_of(case.pk) == month and part == f"cases_casestep_{part_name(month)}"
