"""本人的请求：查阅、复制、更正、删除、解释说明；替人打开记录；经办人打开内容。

A person's requests (个人信息保护法 arts. 44–50): access, copy, correct, delete, explain. Opening a record for somebody, and an
office's look at what a person wrote, are acts as well: the person sees them.
"""

from datetime import datetime, timedelta

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Contest, RightsRequest, Source
from tongxin.exchange.operations.common import (
    authority,
    begin_term,
    end_term,
    next_number,
    require_words,
    save_step,
)
from tongxin.exchange.operations.persons import answering_organ, for_whom, require_clause, require_own
from tongxin.exchange.queries.person import line_at
from tongxin.exchange.terms import TermKind
from tongxin.identity.queries import refs_of
from tongxin.identity.terms import Powers
from tongxin.ledger.queries import content_of, contents_of
from tongxin.places.queries import city_day

MOST_OPEN = 20
MOST_TEXT = 2_000
KEPT = timedelta(
    days=3 * 365 + 1
)  # 条例 art. 29, 个人信息保护法 art. 56: records of use are kept three years at least
Kind, State = RightsRequest.Kind, RightsRequest.State


def _organ_of(about: str, person: str, at: datetime) -> tuple[str, str]:
    """关于什么、由谁办。 What a request is about, as it is kept, and who answers it. Raises InvalidInput."""
    kind, _colon, rest = about.partition(":")
    if about == "person" or (kind == "case" and 0 < len(rest) <= 40):
        return about, authority()
    if kind == "data":
        source = Source.objects.filter(item=about).first()
        if source is not None:
            return about, answering_organ(source.organ, "", at)
    if kind == "line":
        found = line_at(person=person, at=at, handle=rest)
        if found is not None and not found[1].general:
            return f"line:{found[0].entry}", answering_organ(found[0].organ or authority(), "", at)
        if found is not None:
            return f"line:{found[0].entry}", authority()
    raise InvalidInput("about", "请选这项请求关于什么", "choose what the request is about")


def _file_scope(
    *, actor: Actor, at: datetime, person: str, kind: str, about: str, ground: str = "", text: str = ""
) -> Scope:
    persons = require_own(actor, person, at)
    if kind not in Kind.values:
        raise InvalidInput("kind", "请选要办什么", "choose what is asked for")
    if (kind == Kind.DELETE) != bool(ground) or (ground and ground not in RightsRequest.Erasure.values):
        raise InvalidInput(
            "ground", "删除要选第四十七条的一种情形", "a deletion names one of the cases of art. 47"
        )
    if len(text) > MOST_TEXT:
        raise InvalidInput("text", f"最多 {MOST_TEXT} 字", f"at most {MOST_TEXT} characters")
    if kind == Kind.CORRECT:
        require_words("text", text)
    what, organ = _organ_of(about, person, at)
    waiting = RightsRequest.objects.select_for_update().filter(person=person, state=State.OPEN)
    if any(row.kind == kind and row.about == what for row in waiting):
        raise Conflict("同样的请求正在办", "the same request is being answered")
    if len(waiting) >= MOST_OPEN:
        raise Conflict(
            f"同时最多 {MOST_OPEN} 项请求，等答复了再提",
            f"{MOST_OPEN} requests at a time; wait for an answer",
        )
    made = RightsRequest(
        number=next_number(RightsRequest, "B", at),
        kind=kind,
        ground=ground,
        person=person,
        by=actor.person,
        about=what,
        organ=organ,
        text=text.strip(),
        state=State.OPEN,
        at=at,
    )
    return Scope(
        subject=made.ref, persons=persons, content={"kind": kind, **for_whom(actor, person)}, state=made
    )


@act(
    "file_request",
    title=("提出个人信息请求", "make a request about one's data"),
    by=[By.PERSON],
    scope=_file_scope,
)
def file_request(
    *, warrant: Warrant, person: str, kind: str, about: str, ground: str = "", text: str = ""
) -> str:
    """提出请求。 Make a request under 个人信息保护法 arts. 44–48; returns its number.

    kind    access | copy | correct | delete | explain; a deletion names one of the five cases of art. 47 (`ground`)
    about   `person` (what the platform holds), `data:…` (a catalogue item), `line:<handle>`, `case:<number>`

    Raises InvalidInput, Conflict, Refused.
    """
    del person, kind, about, ground, text
    made: RightsRequest = warrant.scope.state
    made.save(force_insert=True)
    begin_term(warrant, TermKind.REQUEST, made.ref, organ=made.organ, applicant=made.person)
    save_step(warrant, made.ref, state=made.state)
    warrant.tell(recipient=f"organ:{made.organ}", template="request_made", number=made.number)
    return made.number


def _opened(number: str) -> RightsRequest:
    found = RightsRequest.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise InvalidInput("number", "没有这项请求", "there is no such request")
    if found.state != State.OPEN:
        raise Conflict("这项请求已经有了结果", "this request has been answered")
    return found


def _answer_scope(
    *, actor: Actor, at: datetime, number: str, done: bool, answer: str, clause: str = ""
) -> Scope:
    del actor
    found = _opened(number)
    require_words("answer", answer)
    found.clause = require_clause("clause", clause, city_day(at)) if clause.strip() or not done else ""
    if done and found.kind == Kind.DELETE and found.about.startswith("case:"):
        raise InvalidInput(
            "done", "请在“删除报告人信息”那一页办", "carry it out on the page that erases a report"
        )
    gone = _content_to_delete(found, at) if done and found.kind == Kind.DELETE else None
    return Scope(
        subject=found.ref,
        organs=frozenset({found.organ}),
        not_by=frozenset({found.person, found.by}),
        persons=(found.person,),
        content={"done": done},
        state=(found, gone),
    )


def _content_to_delete(request: RightsRequest, at: datetime) -> int | None:
    """要删的台账内容。 The ledger content that a granted deletion takes away; None where what is deleted lies elsewhere.

    Records of use are kept three years at least (条例 art. 29 para. 1; 个人信息保护法 art. 56 para. 2): before that art. 47 para. 2
    lets them only be kept. Content that names others is theirs as well.
    """
    if not request.about.startswith("line:"):
        return None
    content = content_of(entry=int(request.about.removeprefix("line:")))
    if content is None:
        raise Conflict("这一行的内容已经删除", "the content of this line is deleted already")
    if at < content.entry.at + KEPT:
        raise InvalidInput(
            "done",
            "留痕不满三年，不能删；可以依第四十七条第二款答复，只存着，不作别的处理",
            "records of use are kept three years; answer under art. 47 para. 2: stored and nothing else",
        )
    if set(content.persons) - set(refs_of(person=request.person)):
        raise InvalidInput("done", "这一行也是别人的记录，不能删", "this line is the record of others too")
    return int(content.pk)


@act("answer_request", title=("答复个人信息请求", "answer a request"), by=[By.DATA_HEAD], scope=_answer_scope)
def answer_request(*, warrant: Warrant, number: str, done: bool, answer: str, clause: str = "") -> None:
    """答复请求。 Carry out a request, or refuse it with reasons and the clause (个人信息保护法 art. 50; the person may go to court).

    A granted deletion of a line deletes the ledger's content of it, salt and all; the tree stays whole (art. 47). What a reporter
    said is erased by the capability that holds it, within which `record_erasure` closes the request. Raises InvalidInput, Conflict, Refused.
    """
    del number, clause
    found, gone = warrant.scope.state
    _close(warrant, found, State.DONE if done else State.REFUSED, warrant.actor.person, answer)
    if gone is not None:
        contents_of(entries=[gone]).delete()


def _close(warrant: Warrant, found: RightsRequest, state: RightsRequest.State, by: str, answer: str) -> None:
    found.state, found.answered_by, found.answered_at, found.answer = state, by, warrant.at, answer.strip()
    found.save(force_update=True)
    end_term(warrant, TermKind.REQUEST, found.ref)
    save_step(warrant, found.ref, state=found.state)
    for recipient in dict.fromkeys((found.person, found.by)):
        warrant.tell(recipient=recipient, template="request_answered", number=found.number)


def _erased_scope(*, actor: Actor, at: datetime, number: str, answered_by: str, answer: str) -> Scope:
    del actor, at, answered_by
    require_words("answer", answer)
    found = _opened(number)
    if found.kind != Kind.DELETE:
        raise InvalidInput("number", "这不是删除的请求", "this is no request to delete")
    return Scope(subject=found.ref, persons=(found.person,), state=found)


@act(
    "record_erasure",
    title=("记下已经删除", "record that it was erased"),
    by=[By.PLATFORM],
    scope=_erased_scope,
)
def record_erasure(*, warrant: Warrant, number: str, answered_by: str, answer: str) -> None:
    """记下已经删除。 Close a deletion that a capability above has just carried out within its own act (个人信息保护法 arts. 47, 50)."""
    del number
    _close(warrant, warrant.scope.state, State.DONE, answered_by, answer)


def _withdraw_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    found = _opened(number)
    persons = require_own(actor, found.person, at)
    return Scope(subject=found.ref, persons=persons, content=for_whom(actor, found.person), state=found)


@act(
    "withdraw_request",
    title=("撤回个人信息请求", "withdraw a request"),
    by=[By.PERSON],
    scope=_withdraw_scope,
)
def withdraw_request(*, warrant: Warrant, number: str) -> None:
    """撤回请求。 Withdraw a request that is not answered yet. Raises Conflict, Refused."""
    del number
    found: RightsRequest = warrant.scope.state
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    end_term(warrant, TermKind.REQUEST, found.ref)
    save_step(warrant, found.ref, state=found.state)


# ---- Opening ----------------------------------------------------------------------------------------------------------


def _open_scope(*, actor: Actor, at: datetime, person: str) -> Scope:
    persons = require_own(actor, person, at, Powers.SEE)
    return Scope(subject=person, persons=persons, content=for_whom(actor, person))


@act(
    "open_record_for",
    title=("替人打开数据记录", "open somebody's record for them"),
    by=[By.PERSON],
    scope=_open_scope,
    personal=True,
)
def open_record_for(*, warrant: Warrant, person: str) -> None:
    """替人打开“谁看过”。 A guardian or authorised person opens the record of whom they act for; that person sees that they looked.

    民法典 arts. 34, 35, 162–165. Raises Refused.
    """
    del warrant, person


def _claim(number: str) -> Contest | RightsRequest:
    table: type[Contest | RightsRequest] = Contest if number.startswith("Y") else RightsRequest
    found: Contest | RightsRequest | None = table._default_manager.filter(number=number).first()  # noqa: SLF001 - one of two tables
    if found is None:
        raise InvalidInput("number", "没有这个编号", "there is no such number")
    return found


def _consult_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor, at
    found = _claim(number)
    barred = (
        {found.person, found.by, found.looked_by} if isinstance(found, Contest) else {found.person, found.by}
    )
    return Scope(
        subject=found.ref,
        organs=frozenset({found.organ}),
        not_by=frozenset(barred),
        persons=(found.person,),
        content={"purpose": "answer_claim", "fields": ["text"]},
        state=found,
    )


@act(
    "consult_claim",
    title=("查看异议或者请求", "look at a contest or a request"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_consult_scope,
    personal=True,
)
def consult_claim(*, warrant: Warrant, number: str) -> Contest | RightsRequest:
    """查看异议或者请求。 Look at what a person wrote, in order to answer it; the person sees the look (个人信息保护法 arts. 34, 50)."""
    del number
    found: Contest | RightsRequest = warrant.scope.state
    return found
