"""数据校核。 Corrections: a user reports that data is wrong, the provider verifies, corrects and answers in ten working days (art. 26)."""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Call, Correction, Grant
from tongxin.exchange.operations.common import begin_term, end_term, require_words, save_step
from tongxin.exchange.terms import TermKind


def _report_scope(
    *, actor: Actor, at: datetime, grant: str, what: str, evidence: str = "", call: int | None = None
) -> Scope:
    del actor, at
    row = Grant.objects.filter(number=grant).first()
    if row is None:
        raise InvalidInput("grant", "没有这件授权", "there is no such grant")
    if call is not None and not Call.objects.filter(entry=call, grant=row).exists():
        raise InvalidInput("call", "这件授权没有这次调用", "the grant has no such call")
    if len(evidence) > 2_000:
        raise InvalidInput("evidence", "不超过 2000 字", "no more than 2000 characters")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.organ}),
        content={"grant": grant, "what": what},
        state=(row, require_words("what", what)),
    )


@act(
    "report_error",
    title=("申请数据校核", "report that shared data is wrong"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_report_scope,
)
def report_error(
    *, warrant: Warrant, grant: str, what: str, evidence: str = "", call: int | None = None
) -> int:
    """申请校核。 Report that data received is inaccurate or incomplete; the provider's ten working days begin (art. 26). Returns its number.

    Say what is wrong without a person's data: the call's ledger entry leads to whose it was.
    """
    del grant, what
    row, words = warrant.scope.state
    made = open_correction(
        warrant,
        item=row.item,
        organ=row.organ,
        provider=row.provider,
        what=words,
        evidence=evidence,
        call=call,
    )
    return made.pk


def open_correction(
    warrant: Warrant,
    *,
    item: str,
    organ: str,
    provider: str,
    what: str,
    evidence: str = "",
    call: int | None = None,
    contest: str = "",
) -> Correction:
    """开始一件校核。 Begin a correction in the act in hand, by whichever way the error was found; its clock begins."""
    made = Correction.objects.create(
        item=item,
        organ=organ,
        provider=provider,
        call=call,
        contest=contest,
        what=what,
        evidence=evidence.strip(),
        reported_by=warrant.actor.person,
        reported_at=warrant.at,
    )
    begin_term(warrant, TermKind.CORRECT, made.ref, organ=provider, applicant=organ)
    save_step(warrant, made.ref, state=made.state, note=what)
    warrant.tell(recipient=f"organ:{provider}", template="data_error", number=str(made.pk), organ=organ,
                 note=what[:400])  # fmt: skip
    return made


def _answer_scope(*, actor: Actor, at: datetime, number: int, corrected: bool, answer: str) -> Scope:
    del actor, at
    row = Correction.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这件校核", "there is no such correction")
    if row.state != Correction.State.OPEN:
        raise Conflict("这件校核已经答复", "this correction is answered")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        not_by=frozenset({row.reported_by}),
        content={"number": number, "corrected": corrected},
        state=(row, require_words("answer", answer)),
    )


@act(
    "answer_correction",
    title=("答复数据校核", "answer a report that data is wrong"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_answer_scope,
)
def answer_correction(*, warrant: Warrant, number: int, corrected: bool, answer: str) -> None:
    """答复校核。 Say that it was verified: corrected at the source, or right as it was, and why (art. 26). Raises InvalidInput, Conflict."""
    del number, answer
    row, words = warrant.scope.state
    row.state = Correction.State.CORRECTED if corrected else Correction.State.RIGHT
    row.answered_by, row.answered_at, row.answer = warrant.actor.person, warrant.at, words
    row.save(force_update=True)
    end_term(warrant, TermKind.CORRECT, row.ref)
    save_step(warrant, row.ref, state=row.state, note=words)
    warrant.tell(recipient=f"organ:{row.organ}", template="data_error_answered", number=str(row.pk),
                 organ=row.provider, note=words[:400])  # fmt: skip
