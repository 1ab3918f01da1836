"""删除报告人留下的信息。 Erasing what a reporter left, on the person's request (个人信息保护法 art. 47)."""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.cases.models import Case, Photo, Report
from tongxin.cases.operations.common import open_case, require_text
from tongxin.cases.terms import State
from tongxin.exchange.operations import record_erasure
from tongxin.exchange.queries.claims import erasure_of
from tongxin.identity.queries import refs_of


def _scope(*, actor: Actor, at: datetime, request: str, answer: str) -> Scope:
    del actor, at
    require_text("answer", answer, least=5)
    asked = erasure_of(number=request)
    if asked is None or not asked.about.startswith("case:"):
        raise InvalidInput("request", "没有这项等着办的删除请求", "no such deletion is waiting")
    case = open_case(asked.about.removeprefix("case:"))
    report = Report.objects.select_for_update().filter(case=case).first()
    if report is None:
        raise Conflict("报告的内容已经删除", "what the reporter left is deleted already")
    if report.person not in refs_of(person=asked.person):
        raise InvalidInput(
            "request", "这件事不是提出请求的人报告的", "this case was not reported by who asks"
        )
    if case.state != State.CLOSED.value:
        # Art. 47 para. 1 (1): the purpose is not yet served while the matter is being handled.
        raise Conflict(
            "这件事还在办，办结以后才能删", "the matter is being handled; it can be erased when it is closed"
        )
    return Scope(
        subject=case.ref,
        organs=frozenset({asked.organ}),
        not_by=frozenset({asked.person, asked.by}),
        persons=(asked.person,),
        content={"case": case.number, "request": request},
        state=(case, report),
    )


@act("erase_report", title=("删除报告人信息", "erase what a reporter left"), by=[By.DATA_HEAD], scope=_scope)
def erase_report(*, warrant: Warrant, request: str, answer: str) -> None:
    """删除报告人信息。 Erase words, name, phone, mail, address and photos a reporter left, and answer their request with it.

    The case and its steps stay: they are the record of what the organs did. Raises InvalidInput, Conflict, Refused.
    """
    case, report = warrant.scope.state
    _erase(case, report)
    record_erasure(
        actor=PLATFORM, at=warrant.at, number=request, answered_by=warrant.actor.person, answer=answer
    )


def _erase(case: Case, report: Report) -> None:
    Photo.objects.filter(case=case, kind="report").delete()
    report.delete()
