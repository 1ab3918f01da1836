"""Contest, request, act for somebody: who answers, in what time, what is deleted, and what tells nothing of another person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import NOW, checked, fresh, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import Actor, Conflict, InvalidInput, Refused
from tongxin.cases import operations as cases
from tongxin.cases.models import Photo, Report
from tongxin.exchange import operations as exchange
from tongxin.exchange.models import Contest, Correction, RightsRequest, Term
from tongxin.exchange.queries.claims import opened_for
from tongxin.exchange.queries.person import (
    Filter,
    completeness,
    counts,
    line_at,
    lines,
    third_lines,
)
from tongxin.exchange.rules.person import Kind, Line
from tongxin.exchange.tests.lookers import (
    PIPL,
    POLICE,
    data_head,
    data_officer,
    deferred,
    look,
    resident,
)
from tongxin.identity.models import Person
from tongxin.identity.operations import confirm_representative, correct_particulars, end_representation
from tongxin.identity.terms import NewRepresentation, Powers, RepresentationKind
from tongxin.ledger.models import LedgerContent

pytestmark = pytest.mark.django_db
ME = "person:concerned"
DAY = timedelta(days=1)
WHY = f"{PIPL}#a34.p1"
AUTHORITY = "bz/big-data"


def contested(number: int, actor: Actor | None = None, **given: object) -> str:
    base: dict[str, object] = {
        "person": ME,
        "line": str(number),
        "ground": "no_basis",
        "text": "我没有在那里办过事",
    }
    return exchange.contest_line(actor=actor or resident(), at=NOW, **{**base, **given})  # type: ignore[arg-type]


def answered(number: str, *, upheld: bool = False, actor: Actor | None = None, **given: object) -> Contest:
    base: dict[str, object] = {
        "answer": "查看有依据，是办理您的申请所必需",
        "clause": WHY,
        "measures": "已经停用这项查询" if upheld else "",
    }
    exchange.answer_contest(
        actor=actor or data_head(),
        at=NOW + DAY,
        number=number,
        upheld=upheld,
        **{**base, **given},  # type: ignore[arg-type]
    )
    return Contest.objects.get(number=number)


# ---- Contests ----------------------------------------------------------------------------------------------------------


def test_a_contest_goes_to_the_organ_that_looked_with_a_clock_of_ten_working_days_and_its_outcome_is_told() -> (
    None
):
    number = contested(look(ME))
    made = Contest.objects.get(number=number)
    assert (made.organ, made.state, made.person) == (POLICE, "open", ME)
    term = Term.objects.get(subject=made.ref, ended_at=None)
    assert term.kind == "contest" and term.due_at.date() == date(
        2026, 12, 7
    )  # ten working days after 23 November
    assert Notice.objects.filter(recipient=f"organ:{POLICE}", template="contest_made").exists()
    done = answered(number, upheld=True)
    assert (
        done.state == "upheld"
        and done.measures
        and not Term.objects.filter(subject=made.ref, ended_at=None).exists()
    )
    assert Notice.objects.filter(recipient=ME, template="contest_answered").exists()


def test_who_looked_who_contests_and_another_organ_do_not_answer_and_a_dismissal_needs_reason_and_clause() -> (
    None
):
    number = contested(look(ME))
    for stranger in (data_officer(), data_head("bz/education"), resident()):
        with pytest.raises(Refused):
            answered(number, actor=stranger)
    for wrong, field in (
        ({"answer": "不"}, "answer"),
        ({"clause": ""}, "clause"),
        ({"clause": "law:cn/x@2020-01-01#a1"}, "clause"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            answered(number, **wrong)
        assert refusal.value.field == field
    with pytest.raises(InvalidInput):
        answered(number, upheld=True, measures="")


def test_where_the_only_head_looked_the_one_above_answers_and_the_table_refuses_the_same_person(
    owner_sql: object,
) -> None:
    head = data_head()
    number = contested(look(ME, by=head.person))
    made = Contest.objects.get(number=number)
    assert made.organ == AUTHORITY and made.looked_by == head.person
    for change in (f"answered_by = '{head.person}'", "state = 'dismissed'", f"decided_by = '{head.person}'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            owner_sql(f"UPDATE exchange_contest SET {change} WHERE number = %s", number)  # type: ignore[operator]


def test_an_organ_without_a_head_of_its_own_is_answered_for_by_the_one_above_or_the_authority() -> None:
    number = contested(look(ME, organ="bz/371602/street-1"))
    assert Contest.objects.get(number=number).organ == AUTHORITY


def test_wrong_data_upheld_open_a_correction_with_the_provider() -> None:
    from tongxin.exchange.tests.grants import a_grant

    grant = a_grant()
    number = contested(look(ME, subject=grant.ref), ground="wrong_data", text="住址早就改了")
    answered(number, upheld=True)
    made = Correction.objects.get(contest=number)
    assert (made.provider, made.item, made.what) == (
        grant.provider,
        grant.item,
        "查看有依据，是办理您的申请所必需",
    )
    assert Term.objects.filter(subject=f"correction:{made.pk}", kind="correct").exists()


def test_an_answer_is_raised_once_and_a_third_person_decides() -> None:
    number = contested(look(ME))
    with pytest.raises(Conflict):
        exchange.raise_contest(actor=resident(), at=NOW, number=number, text="我不服这个答复")
    answered(number)
    with pytest.raises(Refused):
        exchange.raise_contest(actor=resident("person:other"), at=NOW, number=number, text="我不服这个答复")
    exchange.raise_contest(actor=resident(), at=NOW + 2 * DAY, number=number, text="我不服这个答复")
    made = Contest.objects.get(number=number)
    assert (made.state, made.organ) == ("raised", AUTHORITY)
    with pytest.raises(Refused):
        exchange.decide_contest(
            actor=data_head(),
            at=NOW + 3 * DAY,
            number=number,
            upheld=True,
            decision="查看没有依据",
            measures="责令改正，停止使用",
        )
    exchange.decide_contest(
        actor=data_head(AUTHORITY),
        at=NOW + 3 * DAY,
        number=number,
        upheld=True,
        decision="查看没有依据",
        measures="责令改正，停止使用",
    )
    assert Contest.objects.get(number=number).state == "upheld"
    with pytest.raises(Conflict):
        exchange.raise_contest(actor=resident(), at=NOW + 4 * DAY, number=number, text="我还是不服")


def test_a_contest_is_withdrawn_and_not_made_twice_or_twenty_one_times() -> None:
    first = look(ME)
    number = contested(first)
    with pytest.raises(Conflict):
        contested(first, ground="too_much")
    exchange.withdraw_contest(actor=resident(), at=NOW, number=number)
    contested(first)
    for _ in range(19):
        contested(look(ME))
    with pytest.raises(Conflict):
        contested(look(ME))


@pytest.mark.parametrize("handle", ["0", "-1", "x", "９", "t" + "0" * 24, "9" * 30, "1; DROP", "\x00"])
def test_no_other_persons_line_is_reached_by_changing_numbers(handle: str) -> None:
    look(ME)
    with pytest.raises(InvalidInput) as refusal:
        contested(0, line=handle)
    assert refusal.value.field == "line"


def test_anothers_line_a_deferred_one_and_none_at_all_are_told_apart_by_nothing() -> None:
    others, away, third = look("person:other"), look(ME), look(ME, third="person:other")
    deferred([away])
    said = set()
    for number in (others, away, third, third + 1_000):
        assert line_at(person=ME, at=NOW, handle=str(number)) is None
        with pytest.raises(InvalidInput) as refusal:
            contested(number)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_ones_own_act_is_not_contested() -> None:
    with pytest.raises(InvalidInput):
        contested(look(ME, by=ME))


# ---- Another person's affair -------------------------------------------------------------------------------------------

AFFAIRS = st.fixed_dictionaries(
    {
        "third": st.sampled_from(["person:heir", "person:buyer", "person:x-" + "a" * 32]),
        "organ": st.sampled_from([POLICE, "bz/justice", "bz/civil-affairs"]),
        "matter": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20),
        "purpose": st.sampled_from(["eligibility", "handling", "identity"]),
        "day": st.integers(1, 28),
        "grant": st.sampled_from(["Q2026-0001", "Q2026-0002"]),
        "own_clause": st.sampled_from(["a1124.p1", "a208", "a1034.p1"]),
        "by": st.sampled_from(["person:one", "person:two"]),
    }
)


def general_of(affair: dict[str, object], fields: list[str]) -> list[Line]:
    """What the person looked up can read of a call that was made for this affair of somebody else."""
    at = NOW.replace(day=int(affair["day"]))  # type: ignore[call-overload]
    with transaction.atomic():
        look(
            ME, str(affair["third"]), at=at, organ=str(affair["organ"]), by=str(affair["by"]), third=affair["third"],
            subject=f"grant:{affair['grant']}", matter=affair["matter"], purpose=affair["purpose"], fields=fields,
            clauses=f"law:cn/government-data-sharing@2025-05-28#a21.p1 law:cn/civil-code@2020-05-28#{affair['own_clause']}",
        )  # fmt: skip
        found = [replace(line, handle="t") for line in third_lines(person=ME, at=NOW)]
        assert lines(person=ME, at=NOW, wanted=Filter(kinds=list(Kind))) == []
        transaction.set_rollback(True)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(AFFAIRS, AFFAIRS)
def test_what_the_person_looked_up_reads_does_not_change_with_the_other_persons_affair(
    one: dict[str, object], other: dict[str, object]
) -> None:
    fields = ["name", "relation"]
    assert general_of(one, fields) == general_of(other, fields) != []


def test_a_general_form_that_told_the_organ_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongxin.exchange.rules import person as rules

    honest = rules.in_general
    monkeypatch.setattr(rules, "in_general", lambda line: replace(honest(line), organ=line.organ))
    base: dict[str, object] = {
        "third": "person:heir", "organ": POLICE, "matter": "K1", "purpose": "identity", "day": 3,
        "grant": "Q2026-0001", "own_clause": "a208", "by": "person:one",
    }  # fmt: skip
    assert general_of(base, []) != general_of({**base, "organ": "bz/justice"}, [])


def test_the_one_whose_affair_it_is_reads_the_whole_line_and_the_one_looked_up_fields_and_general_clauses() -> (
    None
):
    number = look(ME, "person:heir", third="person:heir", organ="bz/justice", matter="公证 2026-7")
    (whole,) = lines(person="person:heir", at=NOW, wanted=Filter())
    assert (whole.organ, whole.matter, whole.receipt) == ("bz/justice", "公证 2026-7", number)
    (general,) = third_lines(person=ME, at=NOW)
    assert general.fields == ("name", "address") and general.receipt == 0 and general.at is None
    assert general.clauses == ("law:cn/government-data-sharing@2025-05-28#a21.p1", f"{PIPL}#a34.p1")
    assert str(number) not in general.handle


def test_a_line_in_general_form_is_checked_by_the_authority_whose_answer_may_not_tell() -> None:
    look(
        ME,
        "person:heir",
        third="person:heir",
        organ="bz/justice",
        office="office:bz/justice/data-officer",
        matter="公证 2026-7",
    )
    (general,) = third_lines(person=ME, at=NOW)
    number = contested(0, line=general.handle)
    made = Contest.objects.get(number=number)
    assert (made.organ, made.third) == (AUTHORITY, True)
    head = data_head(AUTHORITY)
    for telling in ("这是滨州市司法局查的，依法有据", "为办理公证 2026-7 所必需", "person:heir 的申请需要"):
        with pytest.raises(InvalidInput) as refusal:
            answered(number, actor=head, answer=telling)
        assert refusal.value.field == "answer"
    done = answered(number, actor=head, answer="已经核对：查看有依据，字段没有超出必需")
    assert done.state == "dismissed"
    told = Notice.objects.filter(recipient=ME)
    assert all("justice" not in str(notice.args) + notice.subject for notice in told)


def test_where_the_authority_itself_looked_the_lead_body_checks() -> None:
    look(ME, third="person:heir", organ=AUTHORITY)
    (general,) = third_lines(person=ME, at=NOW)
    assert Contest.objects.get(number=contested(0, line=general.handle)).organ == "bz/lead"


# ---- Requests ----------------------------------------------------------------------------------------------------------


def asked(kind: str = "access", about: str = "person", actor: Actor | None = None, **given: str) -> str:
    return exchange.file_request(
        actor=actor or resident(), at=NOW, person=ME, kind=kind, about=about, **given
    )


def test_a_request_runs_against_a_clock_and_is_refused_with_reason_and_clause_alone() -> None:
    number = asked()
    assert Term.objects.get(subject=f"request:{number}").due_at.date() == date(
        2026, 12, 14
    )  # fifteen working days
    head = data_head(AUTHORITY)
    with pytest.raises(InvalidInput) as refusal:
        exchange.answer_request(actor=head, at=NOW, number=number, done=False, answer="依法不能提供这一项")
    assert refusal.value.field == "clause"
    with pytest.raises(Refused):
        exchange.answer_request(
            actor=data_head(), at=NOW, number=number, done=True, answer="已经提供，请查收"
        )
    exchange.answer_request(
        actor=head, at=NOW, number=number, done=False, answer="依法不能提供这一项", clause=f"{PIPL}#a45.p1"
    )
    row = RightsRequest.objects.get(number=number)
    assert (row.state, row.clause) == ("refused", f"{PIPL}#a45.p1")
    with pytest.raises(Conflict):
        exchange.answer_request(actor=head, at=NOW, number=number, done=True, answer="已经提供，请查收")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "burn"}, "kind"),
        ({"kind": "delete"}, "ground"),
        ({"kind": "delete", "ground": "because"}, "ground"),
        ({"kind": "access", "ground": "purpose"}, "ground"),
        ({"kind": "correct"}, "text"),
        ({"about": "data:none"}, "about"),
        ({"about": "line:1"}, "about"),
        ({"about": "person:other"}, "about"),
        ({"text": "长" * 2_001}, "text"),
    ],
)
def test_a_request_that_cannot_be_answered_names_what_is_wrong(given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        asked(**given)
    assert refusal.value.field == field


def test_the_same_request_is_not_made_twice_and_is_withdrawn_by_its_person_alone() -> None:
    number = asked()
    with pytest.raises(Conflict):
        asked()
    with pytest.raises(Refused):
        exchange.withdraw_request(actor=resident("person:other"), at=NOW, number=number)
    exchange.withdraw_request(actor=resident(), at=NOW, number=number)
    asked()


def test_a_granted_deletion_of_a_line_deletes_the_content_after_three_years() -> None:
    old = NOW - timedelta(days=3 * 365 + 2)
    young, entry, shared = look(ME), look(ME, at=old), look(ME, "person:other", at=old)
    head = data_head()
    for wrong in (young, shared):
        number = asked("delete", f"line:{wrong}", ground="purpose")
        with pytest.raises(InvalidInput):
            exchange.answer_request(actor=head, at=NOW, number=number, done=True, answer="已经删除这一行")
    number = asked("delete", f"line:{entry}", ground="term")
    exchange.answer_request(actor=head, at=NOW, number=number, done=True, answer="已经删除这一行")
    assert not LedgerContent.objects.filter(pk=entry).exists()
    assert line_at(person=ME, at=NOW, handle=str(entry)) is None and completeness(person=ME, at=NOW).whole


def test_what_a_reporter_left_is_erased_on_request_when_the_matter_is_closed() -> None:
    me = resident()
    case = checked(actor=me, person=ME, name="王芳", phone="13900000000", photos=("a" * 64,))
    number = asked("delete", f"case:{case.number}", ground="purpose")
    head = data_head(AUTHORITY)
    with pytest.raises(InvalidInput):
        exchange.answer_request(actor=head, at=NOW, number=number, done=True, answer="已经删除您留的信息")
    with pytest.raises(Conflict):
        cases.erase_report(actor=head, at=NOW, request=number, answer="已经删除您留的信息")
    cases.confirm_case(actor=me, at=NOW, number=case.number)
    with pytest.raises(Refused):
        cases.erase_report(actor=data_head(), at=NOW, request=number, answer="已经删除您留的信息")
    cases.erase_report(actor=head, at=NOW, request=number, answer="已经删除您留的信息")
    assert (
        not Report.objects.filter(case=case).exists()
        and not Photo.objects.filter(case=case, kind="report").exists()
    )
    row = RightsRequest.objects.get(number=number)
    assert (row.state, row.answered_by) == ("done", head.person) and fresh(case).state == "closed"
    assert Notice.objects.filter(recipient=ME, template="request_answered").exists()


def test_nobody_has_anothers_report_erased() -> None:
    case = checked(actor=resident("person:other"), person="person:other", name="李雷")
    number = asked("delete", f"case:{case.number}", ground="purpose")
    with pytest.raises(InvalidInput):
        cases.erase_report(actor=data_head(AUTHORITY), at=NOW, request=number, answer="已经删除您留的信息")


def test_only_within_another_act_is_an_erasure_recorded() -> None:
    number = asked("delete", "person", ground="consent")
    with pytest.raises(Refused):
        exchange.record_erasure(
            actor=data_head(AUTHORITY),
            at=NOW,
            number=number,
            answered_by="person:x",
            answer="已经删除您留的信息",
        )


def test_ones_own_particulars_are_put_right_and_taken_back_by_oneself_alone() -> None:
    me = resident()
    assert correct_particulars(actor=me, at=NOW, phone="13900000000", email="a@example.com", language="en") == [
        "email", "language", "phone",
    ]  # fmt: skip
    assert correct_particulars(actor=me, at=NOW, phone="", email="", language="en") == ["email", "phone"]
    row = Person.objects.get(ref=ME)
    assert (row.phone, row.email, row.language) == ("", "", "en")
    for wrong, field in (
        ({"phone": "x"}, "phone"),
        ({"email": "x"}, "email"),
        ({"language": "xx"}, "language"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            correct_particulars(actor=me, at=NOW, **{"phone": "", "email": "", "language": "en", **wrong})
        assert refusal.value.field == field
    with pytest.raises(Refused):
        correct_particulars(actor=officer(AUTHORITY, "data_head"), at=NOW, phone="", email="", language="en")
    content = LedgerContent.objects.filter(entry__verb="correct_particulars").first()
    assert content is not None and "13900000000" not in str(content.content)


# ---- For somebody else -------------------------------------------------------------------------------------------------


def guardian_of(child: str, powers: Powers = Powers.ACT) -> tuple[Actor, int]:
    """A mother confirmed by an office as guardian of her child (民法典 art. 27)."""
    mother = resident("person:mother")
    new = NewRepresentation(
        representative=mother.person, representative_name="母亲", person=child, kind=RepresentationKind.GUARDIAN,
        powers=powers, matters="法定监护", evidence="出生医学证明", valid_from=NOW.date(), valid_to=None,
    )  # fmt: skip
    return mother, confirm_representative(actor=officer("bz/hotline", "hotline_clerk"), at=NOW, new=new)


def test_a_guardian_reads_and_acts_for_a_child_and_the_child_sees_that_she_looked() -> None:
    child = resident("person:child").person
    mother, _ = guardian_of(child)
    number = look(child)
    exchange.open_record_for(actor=mother, at=NOW, person=child)
    assert opened_for(representative=mother.person, person=child, since=NOW - DAY)
    looks = [line for line in lines(person=child, at=NOW, wanted=Filter()) if line.verb == "open_record_for"]
    assert [line.by_representative for line in looks] == [True]
    contest = exchange.contest_line(actor=mother, at=NOW, person=child, line=str(number), ground="no_basis")
    content = LedgerContent.objects.get(subject=f"contest:{contest}")
    assert content.persons == [child, mother.person] and content.content["for"] == child
    request = exchange.file_request(actor=mother, at=NOW, person=child, kind="access", about="person")
    assert RightsRequest.objects.get(number=request).by == mother.person


def test_who_may_only_see_does_not_act_and_who_may_not_does_neither() -> None:
    child = resident("person:child").person
    mother, representation = guardian_of(child, Powers.SEE)
    number = look(child)
    exchange.open_record_for(actor=mother, at=NOW, person=child)
    with pytest.raises(Refused):
        exchange.contest_line(actor=mother, at=NOW, person=child, line=str(number), ground="no_basis")
    end_representation(
        actor=officer("bz/hotline", "hotline_clerk"), at=NOW, number=representation, day=NOW.date()
    )
    for stranger in (mother, resident("person:stranger"), data_head()):
        with pytest.raises(Refused):
            exchange.open_record_for(actor=stranger, at=NOW, person=child)


# ---- The office's look at what a person wrote --------------------------------------------------------------------------


def test_an_office_opens_what_a_person_wrote_as_an_act_and_the_person_sees_it() -> None:
    number = contested(look(ME))
    before = counts(person=ME, at=NOW)[Kind.LOOK]
    found = exchange.consult_claim(actor=data_officer(), at=NOW, number=number)
    assert found.text == "我没有在那里办过事"
    assert counts(person=ME, at=NOW)[Kind.LOOK] == before + 1
    for stranger in (data_officer("bz/education"), resident()):
        with pytest.raises(Refused):
            exchange.consult_claim(actor=stranger, at=NOW, number=number)
    with pytest.raises(InvalidInput):
        exchange.consult_claim(actor=data_officer(), at=NOW, number="Y9999-0001")


def test_a_call_that_says_on_whose_behalf_it_was_is_shown_in_general_form_as_well() -> None:
    look(ME, third=None, on_behalf_of="person:heir", organ="bz/justice")
    (line,) = third_lines(person=ME, at=NOW)
    assert line.organ == "" and counts(person=ME, at=NOW)[Kind.LOOK] == 0
    look(ME, third=None, on_behalf_of=ME)
    assert counts(person=ME, at=NOW)[Kind.LOOK] == 1
