"""异议：提出、答复、不服转主管部门、决定、撤回。 Contesting a line: made, answered, raised once, decided, withdrawn.

个人信息保护法 arts. 44, 50 (a mechanism, reasons for a refusal), 65 (complaint, the result is told); 政务数据共享条例 art. 37;
民法典 art. 1037 (objection, correction). The terms are the platform's own: the law says 及时.
"""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Contest, Correction, Grant
from tongxin.exchange.operations.common import begin_term, end_term, next_number, require_words, save_step
from tongxin.exchange.operations.correcting import open_correction
from tongxin.exchange.operations.persons import (
    answering_organ,
    for_whom,
    independent_organ,
    raising_organ,
    require_clause,
    require_own,
)
from tongxin.exchange.queries.person import line_at
from tongxin.exchange.rules.person import Kind, tells_of_another
from tongxin.exchange.terms import TermKind
from tongxin.ledger.queries import content_of
from tongxin.organs.queries import office_title, organs_by_code
from tongxin.places.queries import city, city_day

MOST_OPEN = 20  # contests of one person that wait at one time: more is answered one after the other
MOST_TEXT = 2_000


def _contest_scope(
    *, actor: Actor, at: datetime, person: str, line: str, ground: str, text: str = ""
) -> Scope:
    persons = require_own(actor, person, at)
    if ground not in Contest.Ground.values:
        raise InvalidInput("ground", "请选一个理由", "choose a ground")
    if len(text) > MOST_TEXT:
        raise InvalidInput("text", f"最多 {MOST_TEXT} 字", f"at most {MOST_TEXT} characters")
    found = line_at(person=person, at=at, handle=line)
    if found is None or found[1].kind is Kind.OWN:
        raise InvalidInput("line", "没有这一行", "there is no such line")
    row, shown = found
    own = Contest.objects.select_for_update().filter(person=person)
    if own.filter(line=row.entry, state__in=[Contest.State.OPEN, Contest.State.RAISED]).exists():
        raise Conflict("这一行的异议正在处理", "a contest on this line is being answered")
    if own.filter(line=row.entry, ground=ground).exclude(state=Contest.State.WITHDRAWN).exists():
        raise Conflict("这个理由已经答复过", "this ground has been answered")
    if own.filter(state__in=[Contest.State.OPEN, Contest.State.RAISED]).count() >= MOST_OPEN:
        raise Conflict(
            f"同时最多 {MOST_OPEN} 份异议，等答复了再提",
            f"{MOST_OPEN} contests at a time; wait for an answer",
        )
    number = next_number(Contest, "Y", at)
    looked_by = str(row.content.get("actor") or "")
    answers = independent_organ if shown.general else answering_organ
    made = Contest(
        number=number,
        person=person,
        by=actor.person,
        line=row.entry,
        ground=ground,
        text=text.strip(),
        organ=answers(row.organ, looked_by, at),
        looked_by=looked_by,
        state=Contest.State.OPEN,
        at=at,
        third=shown.general,
    )
    return Scope(
        subject=made.ref, persons=persons, content={"ground": ground, **for_whom(actor, person)}, state=made
    )


@act("contest_line", title=("提出异议", "contest a line"), by=[By.PERSON], scope=_contest_scope)
def contest_line(*, warrant: Warrant, person: str, line: str, ground: str, text: str = "") -> str:
    """提出异议。 Contest a line of one's own page, or of somebody one may act for; returns the number.

    line     the line's name in addresses (`rules.person.handle_of`)
    ground   of the closed list `Contest.Ground`; text optional, at most 2,000 characters

    Answered by the head of data sharing of the organ that looked, another person than the one who looked; a line in general form
    by the authority. Raises InvalidInput (also for a line that is another's or not shown), Conflict, Refused.
    """
    del person, line, ground, text
    made: Contest = warrant.scope.state
    made.save(force_insert=True)
    begin_term(warrant, TermKind.CONTEST, made.ref, organ=made.organ, applicant=made.person)
    save_step(warrant, made.ref, state=made.state)
    warrant.tell(recipient=f"organ:{made.organ}", template="contest_made", number=made.number)
    return made.number


def _opened(number: str, *states: Contest.State) -> Contest:
    found = Contest.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise InvalidInput("number", "没有这份异议", "there is no such contest")
    if found.state not in states:
        raise Conflict("这份异议已经走到别的步骤", "this contest has moved on")
    return found


def _telling(contest: Contest) -> list[str]:
    """概括显示的行，答复里不得写的。 What an answer about a line in general form must not name."""
    content = content_of(entry=contest.line)
    if content is None:
        return []
    organ, office = (
        organs_by_code(city().revision).get(content.entry.organ),
        office_title(code=content.entry.office),
    )
    words = [
        content.entry.organ,
        str(content.content.get("matter") or ""),
        *(str(content.content.get(name) or "") for name in ("third", "on_behalf_of")),
    ]
    words += [organ.name, organ.name_en] if organ else []
    return words + ([office.title, office.title_en] if office else [])


def _answer_checked(
    contest: Contest, at: datetime, *, upheld: bool, answer: str, measures: str, clause: str
) -> str:
    require_words("answer", answer)
    if upheld:
        require_words("measures", measures)
    if contest.third and tells_of_another(
        f"{answer}\n{measures}", [w for w in _telling(contest) if w != "true"]
    ):
        raise InvalidInput(
            "answer",
            "这一行是因另一个人的事查的：答复里不能写出查看的单位、职务、事项和那个人",
            "this line is of another person's affair: name neither the organ, the office, the matter nor that person",
        )
    return require_clause("clause", clause, city_day(at)) if clause.strip() or not upheld else ""


def _answer_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    upheld: bool,
    answer: str,
    measures: str = "",
    clause: str = "",
) -> Scope:
    del actor
    found = _opened(number, Contest.State.OPEN)
    found.clause = _answer_checked(found, at, upheld=upheld, answer=answer, measures=measures, clause=clause)
    return Scope(
        subject=found.ref,
        organs=frozenset({found.organ}),
        not_by=frozenset({found.looked_by, found.by, found.person}),
        persons=(found.person,),
        content={"upheld": upheld},
        state=found,
    )


@act("answer_contest", title=("答复异议", "answer a contest"), by=[By.DATA_HEAD], scope=_answer_scope)
def answer_contest(
    *, warrant: Warrant, number: str, upheld: bool, answer: str, measures: str = "", clause: str = ""
) -> None:
    """答复异议。 Answer a contest: upheld with what is done about it, or dismissed with reasons and the clause.

    By the head of data sharing of the organ that answers, never by who looked, nor by who contests (also a constraint of the
    table). Wrong data upheld open a correction with the provider. 个人信息保护法 arts. 46, 50. Raises InvalidInput, Conflict, Refused.
    """
    del number
    found: Contest = warrant.scope.state
    found.state = Contest.State.UPHELD if upheld else Contest.State.DISMISSED
    found.answered_by, found.answered_at = warrant.actor.person, warrant.at
    found.answer, found.measures = answer.strip(), measures.strip() if upheld else ""
    found.save(force_update=True)
    end_term(warrant, TermKind.CONTEST, found.ref)
    save_step(warrant, found.ref, state=found.state)
    if upheld:
        _open_correction(warrant, found)
    _tell_answered(warrant, found)
    del clause


def _tell_answered(warrant: Warrant, contest: Contest) -> None:
    for recipient in dict.fromkeys((contest.person, contest.by)):
        warrant.tell(recipient=recipient, template="contest_answered", number=contest.number)


def _open_correction(warrant: Warrant, contest: Contest) -> None:
    """数据不对的，交数源部门校核。 Wrong data go to the provider to be verified (个人信息保护法 art. 46; 条例 art. 26)."""
    if contest.ground != Contest.Ground.WRONG_DATA:
        return
    content = content_of(entry=contest.line)
    subject = content.subject if content else ""
    grant = (
        Grant.objects.filter(number=subject.removeprefix("grant:")).first()
        if subject.startswith("grant:")
        else None
    )
    if grant is None:
        return  # what the organ holds itself it corrects itself: the measures say how
    # The official's words go on, not the person's: who verifies needs no more than what is wrong, and the call.
    open_correction(
        warrant,
        item=grant.item,
        organ=contest.organ,
        provider=grant.provider,
        what=contest.decision or contest.answer,
        call=contest.line,
        contest=contest.number,
    )


def _raise_scope(*, actor: Actor, at: datetime, number: str, text: str) -> Scope:
    found = _opened(number, Contest.State.DISMISSED, Contest.State.UPHELD)
    persons = require_own(actor, found.person, at)
    require_words("text", text)
    if found.raised_at is not None:
        raise Conflict("已经转过一次主管部门", "it was raised once already")
    return Scope(subject=found.ref, persons=persons, content=for_whom(actor, found.person), state=found)


@act("raise_contest", title=("不服答复，转主管部门", "raise a contest"), by=[By.PERSON], scope=_raise_scope)
def raise_contest(*, warrant: Warrant, number: str, text: str) -> None:
    """不服答复，转主管部门。 Raise an answered contest to the authority, once (个人信息保护法 arts. 61, 65, 68; 条例 art. 37)."""
    del number
    found: Contest = warrant.scope.state
    found.state, found.raised_at, found.raised_text = Contest.State.RAISED, warrant.at, text.strip()
    found.organ = raising_organ(found.organ, warrant.at)
    found.save(force_update=True)
    begin_term(warrant, TermKind.CONTEST, found.ref, organ=found.organ, applicant=found.person)
    save_step(warrant, found.ref, state=found.state)
    warrant.tell(recipient=f"organ:{found.organ}", template="contest_made", number=found.number)


def _settle_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    upheld: bool,
    decision: str,
    measures: str = "",
    clause: str = "",
) -> Scope:
    del actor
    found = _opened(number, Contest.State.RAISED)
    said = _answer_checked(found, at, upheld=upheld, answer=decision, measures=measures, clause=clause)
    found.clause = said or found.clause
    return Scope(
        subject=found.ref,
        organs=frozenset({found.organ}),
        not_by=frozenset({found.looked_by, found.answered_by, found.by, found.person}),
        persons=(found.person,),
        content={"upheld": upheld},
        state=found,
    )


@act("decide_contest", title=("决定异议", "decide a raised contest"), by=[By.DATA_HEAD], scope=_settle_scope)
def decide_contest(
    *, warrant: Warrant, number: str, upheld: bool, decision: str, measures: str = "", clause: str = ""
) -> None:
    """决定异议。 The authority decides a raised contest; the result is told (个人信息保护法 arts. 61, 65). Raises as `answer_contest`."""
    del number, clause
    found: Contest = warrant.scope.state
    found.state = Contest.State.UPHELD if upheld else Contest.State.DISMISSED
    found.decided_by, found.decided_at, found.decision = warrant.actor.person, warrant.at, decision.strip()
    found.measures = measures.strip() if upheld else found.measures
    found.save(force_update=True)
    end_term(warrant, TermKind.CONTEST, found.ref)
    save_step(warrant, found.ref, state=found.state)
    if upheld and not Correction.objects.filter(contest=found.number).exists():
        _open_correction(warrant, found)
    _tell_answered(warrant, found)


def _withdraw_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    found = _opened(number, Contest.State.OPEN, Contest.State.RAISED)
    persons = require_own(actor, found.person, at)
    return Scope(subject=found.ref, persons=persons, content=for_whom(actor, found.person), state=found)


@act("withdraw_contest", title=("撤回异议", "withdraw a contest"), by=[By.PERSON], scope=_withdraw_scope)
def withdraw_contest(*, warrant: Warrant, number: str) -> None:
    """撤回异议。 Withdraw a contest that is not answered yet. Raises Conflict, Refused."""
    del number
    found: Contest = warrant.scope.state
    found.state = Contest.State.WITHDRAWN
    found.save(update_fields=["state"])
    end_term(warrant, TermKind.CONTEST, found.ref)
    save_step(warrant, found.ref, state=found.state)
    warrant.tell(recipient=f"organ:{found.organ}", template="contest_withdrawn", number=found.number)
