"""查看与记录。 Looking at who reported (an act, because it is personal data), notes, and evidence."""

from datetime import datetime
from enum import StrEnum

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.cases.models import Assignment, Case, Photo, Report
from tongxin.cases.operations.common import (
    Context,
    case_scope,
    open_case,
    reporter_ref,
    require_move,
    require_text,
    save_step,
    step,
)
from tongxin.cases.terms import State

READERS = [By.HOTLINE_CLERK, By.GRID_WORKER, By.CASE_OFFICER, By.CHECKER, By.LEAD_OFFICER]


class Purpose(StrEnum):
    """查看目的，封闭清单。 Purposes for which a reporter's particulars may be looked at: a closed list.

    个人信息保护法 art. 6：处理个人信息应当具有明确、合理的目的。
    """

    FIND_PLACE = "find_place"
    CONTACT = "contact"
    CHECK_RESULT = "check_result"
    SEND_RESULT = "send_result"


def _organs_concerned(case: Case, at: datetime) -> frozenset[str]:
    city = Context.of(at).city
    parts = Assignment.objects.filter(case=case, ended_at=None).values_list("organ", flat=True)
    return frozenset({*parts, case.organ, city.desk, city.lead_body})


def _consult_scope(*, actor: Actor, at: datetime, number: str, purpose: Purpose) -> Scope:
    del actor
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise InvalidInput("number", "没有这个编号的事项", f"there is no case {number!r}")
    report = Report.objects.filter(case=case).first()
    person = reporter_ref(case, report.person if report else "")
    return Scope(
        subject=case.ref,
        organs=_organs_concerned(case, at),
        persons=(person,),
        state=report,
        content={
            "case": number,
            "purpose": purpose.value,
            "fields": ["text", "name", "phone", "email", "address"],
        },
    )


@act(
    "consult_reporter",
    title=("查看报告人信息", "look at who reported"),
    by=READERS,
    scope=_consult_scope,
    personal=True,
)
def consult_reporter(*, warrant: Warrant, number: str, purpose: Purpose) -> Report | None:
    """查看报告人信息。 Look at what a reporter said and who they are, for a purpose; the reporter sees who looked.

    None when the particulars were lawfully deleted. 个人信息保护法 arts. 6, 34, 35; 网格条例一类的“分级准入授权”.
    """
    del number, purpose
    report: Report | None = warrant.scope.state
    return report


def _note_scope(*, actor: Actor, at: datetime, number: str, note: str, seen: int | None = None) -> Scope:
    del actor
    case = open_case(number)
    require_move(case, "note_case", seen)
    require_text("note", note)
    return case_scope(case, organs=_organs_concerned(case, at), entry=False)


@act("note_case", title=("记录情况", "note something"), by=READERS, scope=_note_scope)
def note_case(*, warrant: Warrant, number: str, note: str, seen: int | None = None) -> int:
    """记录情况。 Add a note to the steps of a case. Returns the step's number."""
    del number, seen
    case: Case = warrant.scope.state
    save_step(step(warrant, case, State(case.state), note=note))
    return case.steps


def _evidence_scope(*, actor: Actor, at: datetime, number: str, photo: str) -> Scope:
    case = open_case(number)
    require_move(case, "attach_evidence")
    if case.person_help:
        raise InvalidInput(
            "photo", "这是对人的帮助，不拍照", "this is an offer of help to a person: no photo"
        )
    del actor
    return case_scope(case, organs=_organs_concerned(case, at), entry=False, photo=photo)


@act("attach_evidence", title=("附凭据", "attach evidence"), by=READERS, scope=_evidence_scope)
def attach_evidence(*, warrant: Warrant, number: str, photo: str) -> int:
    """附凭据。 Attach a photo of the thing (already re-encoded, without location data). Returns the step's number."""
    del number
    case: Case = warrant.scope.state
    Photo.objects.create(case=case, kind="evidence", digest=photo, at=warrant.at)
    save_step(step(warrant, case, State(case.state), photo=photo))
    return case.steps
