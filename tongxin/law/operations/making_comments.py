"""公众意见。 Public comments: making one, answering it, looking at what its author left. No comment is classed by its attitude."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from tongxin.acts.gate import act
from tongxin.acts.terms import ANONYMOUS, Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.law.models import CommentAnswer, Commenter, Draft, DraftComment, LegislativeProject
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    open_project,
    require_text,
)
from tongxin.law.queries.making import comment_numbered, organs_of
from tongxin.law.rules.making import (
    CommentPurpose,
    CommentReceipt,
    NewComment,
    Outcome,
    State,
    comment_token,
    next_state,
    token_digest,
)
from tongxin.law.rules.making_days import Kind
from tongxin.law.rules.making_text import read_draft

OFFICERS = [By.LEGAL_OFFICER, By.CASE_OFFICER]
COMMENT_MOST = 4_000
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{1,63}")


def _comment_scope(*, actor: Actor, at: datetime, number: str, comment: NewComment) -> list[Scope]:
    """一条新意见的范围。 The scope of a new comment; none where the same was sent before: its first receipt is given again."""
    open_project(number)  # two who send at once take turns, and so does one who sends twice
    if _known(comment) is not None:
        return []
    bill = open_bill(number=number, verb="comment_draft", at=at)
    _check(comment, bill)
    _check_who(actor, comment)
    made = f"{number}-{bill.project.comments + 1:04d}"
    scope = bill_scope(bill, "answer_comment", clause=comment.clause, draft=bill.now.shown)
    organs = None if actor.office is None else scope.organs
    return [
        Scope(
            subject=f"comment:{made}",
            organs=organs,
            persons=(f"commenter:{made}",),
            content=scope.content,
            state=(bill, made),
        )
    ]


def _check_who(actor: Actor, comment: NewComment) -> None:
    """不记名。 Who comments on their own is nobody to the record, also when signed in: no two comments are ever tied to one person."""
    if (comment.channel == DraftComment.Channel.WEB.value) != (actor.office is None):
        raise InvalidInput(
            "channel",
            "网上的意见由本人提，来信等由经办人登记",
            "a comment by letter is entered by an officer",
        )
    if actor.office is None and actor != ANONYMOUS:
        raise InvalidInput("actor", "提意见不记是谁提的", "a comment is made without recording who makes it")


def _known(comment: NewComment) -> DraftComment | None:
    return DraftComment.objects.filter(client_key=comment.client_key).first()


def _check(comment: NewComment, bill: Bill) -> None:
    require_text("text", comment.text, most=COMMENT_MOST)
    if not 8 <= len(comment.client_key) <= 80:
        raise InvalidInput("client_key", "页面不完整，请重新打开", "the page was not complete; open it again")
    for name, value, most in (("name", comment.name, 80), ("phone", comment.phone, 40)):
        if len(value) > most or "\x00" in value:
            raise InvalidInput(name, f"最多 {most} 字", f"at most {most} characters")
    if comment.email and (len(comment.email) > 254 or not MAIL.fullmatch(comment.email)):
        raise InvalidInput("email", "邮箱写法不对", "this is not an e-mail address")
    if comment.channel not in set(DraftComment.Channel):
        raise InvalidInput("channel", "没有这个渠道", "there is no such channel")
    draft = Draft.objects.get(project=bill.project, seq=bill.now.shown)
    if comment.clause and comment.clause not in {clause.key for clause in read_draft(draft.text).clauses}:
        raise InvalidInput("clause", "草案里没有这一条", "the draft has no such clause")


@act(
    "comment_draft",
    title=("对草案提意见", "comment on a draft"),
    by=[By.PERSON, *OFFICERS],
    scope=_comment_scope,
    many=True,
)
def comment_draft(
    *, warrants: Sequence[Warrant], at: datetime, number: str, comment: NewComment
) -> CommentReceipt:
    """对草案提意见。 Comment on a clause of a draft, or on the whole, while comments are taken. Returns number and token.

    Anybody may, in their own right, without an account and without a name (立法法 arts. 6(2), 40 by way of 87; 规章制定程序条例
    art. 15(2)). What came by letter or was said at a meeting is entered by an officer. The same key with the same words is one
    comment. Raises Conflict when the period is over.
    """
    del number
    if not warrants:
        return _repeated(comment)
    bill, made = warrants[0].scope.state
    project: LegislativeProject = bill.project
    token = comment_token(number=made, secret=settings.SECRET_KEY)
    row = DraftComment.objects.create(
        entry=warrants[0].entry,
        project=project,
        draft=Draft.objects.get(project=project, seq=bill.now.shown),
        number=made,
        client_key=comment.client_key,
        clause=comment.clause,
        text=comment.text.strip(),
        channel=comment.channel,
        at=at,
    )
    Commenter.objects.create(
        comment=row,
        name=comment.name.strip(),
        name_shown=comment.name_shown and bool(comment.name.strip()),
        email=comment.email.strip(),
        phone=comment.phone.strip(),
        language=comment.language[:10],
        token_digest=token_digest(token),
    )
    project.comments += 1
    project.save(update_fields=["comments"])
    warrants[0].tell(
        recipient=f"commenter:{made}", template="comment_received", number=made, matter=project.title
    )
    return CommentReceipt(number=made, token=token)


def _repeated(comment: NewComment) -> CommentReceipt:
    before = _known(comment)
    if before is None or before.text != comment.text.strip() or before.clause != comment.clause:
        raise Conflict(
            "这一页已经提交过另一条意见，请重新开始", "this page has sent another comment; begin again"
        )
    token = comment_token(number=before.number, secret=settings.SECRET_KEY)
    return CommentReceipt(number=before.number, token=token, repeated=True)


# ---- What became of it ----------------------------------------------------------------------------------------------


def _answer_scope(
    *, actor: Actor, at: datetime, comment: str, outcome: Outcome, reason: str, seen: int | None = None
) -> Scope:
    del actor, seen
    found = _comment(comment)
    bill = open_bill(number=found.project.number, verb="answer_comment", at=at)
    require_text("reason", reason, least=5, most=COMMENT_MOST)
    scope = bill_scope(bill, "answer_comment", outcome=outcome.value)
    return Scope(
        subject=found.ref,
        organs=scope.organs,
        persons=(f"commenter:{found.number}",),
        content=scope.content,
        state=(bill, found),
    )


def _comment(number: str) -> DraftComment:
    found = comment_numbered(number=number)
    if found is None:
        raise InvalidInput("comment", "没有这条意见", f"there is no comment {number!r}")
    return found


@act("answer_comment", title=("答复意见", "answer a comment"), by=OFFICERS, scope=_answer_scope)
def answer_comment(
    *, warrant: Warrant, comment: str, outcome: Outcome, reason: str, seen: int | None = None
) -> str:
    """答复意见。 Say what became of a comment and why; its author is told. Returns the comment's number.

    Every comment gets an answer of its own (立法法 art. 40 by way of 87; 规章制定程序条例 arts. 18(3), 19(4)). A later answer takes
    the place of an earlier one; both stay.
    """
    del seen
    bill, found = warrant.scope.state
    CommentAnswer.objects.create(
        entry=warrant.entry,
        comment=found,
        outcome=outcome.value,
        reason=reason.strip(),
        organ=warrant.standing.organ if warrant.standing else bill.project.steering,
        at=warrant.at,
    )
    warrant.tell(
        recipient=f"commenter:{found.number}",
        template="comment_answered",
        number=found.number,
        matter=bill.project.title,
        note=reason.strip(),
    )
    return comment


# ---- Who wrote it ---------------------------------------------------------------------------------------------------


def _consult_scope(*, actor: Actor, at: datetime, comment: str, purpose: CommentPurpose) -> Scope:
    del actor, at
    found = _comment(comment)
    project = found.project
    if next_state(Kind(project.kind), State(project.state), "answer_comment") is None:
        raise Conflict(
            "意见已经处理完毕，没有必要再看提意见的人留下的信息",
            "the comments are dealt with; there is no need to look at who wrote them",
        )
    return Scope(
        subject=found.ref,
        organs=organs_of(project, "answer_comment"),
        persons=(f"commenter:{found.number}",),
        state=Commenter.objects.filter(comment=found).first(),
        content={"comment": found.number, "purpose": purpose.value, "fields": ["name", "email", "phone"]},
    )


@act(
    "consult_commenter",
    title=("查看提意见的人留下的信息", "look at what a commenter left"),
    by=OFFICERS,
    scope=_consult_scope,
    personal=True,
)
def consult_commenter(*, warrant: Warrant, comment: str, purpose: CommentPurpose) -> Commenter | None:
    """查看提意见的人留下的信息。 Look at the name, mail and telephone that a commenter left, for a purpose; they see who looked.

    None when it was lawfully deleted. 个人信息保护法 arts. 6, 34, 45. Never to find out who thinks what: a comment is answered by
    what it says.
    """
    del comment, purpose
    left: Commenter | None = warrant.scope.state
    return left
