"""Projects of the sample city at each stage, in the field's words, for the tests of law-making."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories import NOW, officer
from tongxin.acts.terms import ANONYMOUS, Actor
from tongxin.law import operations as law
from tongxin.law.models import DraftComment, LegislativeProject
from tongxin.law.rules.making import (
    CommentReceipt,
    Kind,
    NewComment,
    NewDraft,
    NewProject,
    Outcome,
    Publication,
    Purpose,
    Subject,
    Tally,
)
from tongxin.places.queries import city_day

TODAY = NOW.astimezone(ZoneInfo("Asia/Shanghai")).date()
REGULATION = """第一条 为了规范电动自行车停放，根据有关法律，制定本条例。
第二条 电动自行车应当停放在划定的区域，不得占用消防通道。
第三条 违反本条例第二条规定的，处以五十元罚款。
第四条 本条例自公布之日起施行。"""
RULE = """第一条 为了方便市民办事，制定本办法。
第二条 办事窗口工作日中午不休息。
第三条 本办法自公布之日起施行。"""
WHY = "为了让办事的人少跑一趟，中午也能办"
SAID = "这份草案解决三个问题，写明了必要性、可行性和主要内容"


def congress() -> Actor:
    """The legislative affairs officer of the standing committee."""
    return officer("bz/congress", "legal_officer")


def justice() -> Actor:
    """The legislation officer of the justice bureau."""
    return officer("bz/justice", "legal_officer")


def drafter(organ: str = "bz/urban-management") -> Actor:
    """The case officer of the department that drafts."""
    return officer(organ)


def fresh(number: str) -> LegislativeProject:
    """The project as it stands now."""
    return LegislativeProject.objects.get(number=number)


def steering(number: str) -> Actor:
    """Who steers a project."""
    return congress() if fresh(number).kind == Kind.REGULATION.value else justice()


def proposed(kind: Kind = Kind.REGULATION, at: datetime = NOW, **given: Any) -> str:
    """A law that a department has proposed."""
    titles = {Kind.REGULATION: "电动自行车停放管理条例", Kind.RULE: "政务服务窗口服务办法"}
    base: dict[str, Any] = {
        "kind": kind,
        "purpose": Purpose.ENACT,
        "title": titles[kind],
        "title_en": "A law in the making",
        "subject": Subject.GOVERNANCE,
        "reason": WHY,
    }
    return law.propose_law(actor=drafter(), at=at, law=NewProject(**{**base, **given}))


def planned(kind: Kind = Kind.REGULATION, at: datetime = NOW, **given: Any) -> str:
    """A law in the annual plan."""
    number = proposed(kind, at, **given)
    law.plan_law(
        actor=steering(number),
        at=at,
        number=number,
        drafting="bz/urban-management",
        finish_by=city_day(at) + timedelta(days=90),
        plan="2026年度立法计划",
    )
    return number


def drafted(
    kind: Kind = Kind.REGULATION, at: datetime = NOW, draft: NewDraft | None = None, **given: Any
) -> str:
    """A law of which the first draft lies there."""
    number = planned(kind, at, **given)
    first = draft or NewDraft(text=REGULATION if kind is Kind.REGULATION else RULE)
    law.draft_law(actor=drafter(), at=at, number=number, draft=first)
    return number


def submitted(kind: Kind = Kind.REGULATION, at: datetime = NOW, **given: Any) -> str:
    """A draft that was submitted; a rule was decided not to be made public, so that nothing has to be waited for."""
    number = drafted(kind, at, **given)
    if kind is Kind.RULE:
        withheld(number, at)
    law.submit_law(
        actor=drafter(), at=at, number=number, explanation=SAID, discussed="第30次常务会议讨论通过"
    )
    return number


def withheld(number: str, at: datetime) -> None:
    """It was decided not to make the draft public."""
    project = fresh(number)
    law.withhold_draft(
        actor=steering(number) if project.kind == Kind.REGULATION.value else drafter(),
        at=at,
        number=number,
        decided="第12次主任会议",
        reason="涉及依法需要保密的内容",
    )


def read(at: datetime = NOW, *, times: int = 1, major: bool = False, **given: Any) -> str:
    """A bill that was read."""
    number = submitted(Kind.REGULATION, at, **given)
    for nth in range(times):
        law.read_law(
            actor=congress(), at=at, number=number, meeting=f"第{nth + 30}次会议", note="各方面意见一致", major=major
        )  # fmt: skip
    return number


def open_rule(at: datetime = NOW, days: int = 30, **given: Any) -> str:
    """A rule whose draft is public, and open for comments."""
    number = drafted(Kind.RULE, at, **given)
    make_public(number, at, days)
    return number


def make_public(number: str, at: datetime, days: int = 30) -> None:
    """Make the newest draft public."""
    who = congress() if fresh(number).kind == Kind.REGULATION.value else drafter()
    law.publish_draft(
        actor=who, at=at, number=number, closes=city_day(at) + timedelta(days=days), explanation=SAID
    )


def commented(number: str, at: datetime = NOW, **given: Any) -> CommentReceipt:
    """A comment that somebody has made."""
    base: dict[str, Any] = {
        "client_key": f"web:{uuid.uuid4()}",
        "text": "中午窗口只留一个人不够，请写明人数",
        "clause": "a2",
    }
    return law.comment_draft(actor=ANONYMOUS, at=at, number=number, comment=NewComment(**{**base, **given}))


def answered(receipt: CommentReceipt, at: datetime = NOW, outcome: Outcome = Outcome.ADOPTED) -> None:
    """A comment with its answer."""
    found = DraftComment.objects.select_related("project").get(number=receipt.number)
    who = congress() if found.project.kind == Kind.REGULATION.value else drafter()
    law.answer_comment(
        actor=who, at=at, comment=receipt.number, outcome=outcome, reason="第二条已经写明不少于两人"
    )


def passed(at: datetime = NOW, **given: Any) -> str:
    """A regulation that the standing committee has passed."""
    number = read(at, times=2, **given)
    withheld(number, at)
    law.vote_law(
        actor=congress(), at=at, number=number, meeting="第33次会议", tally=Tally(members=41, in_favour=35, against=2)
    )  # fmt: skip
    return number


def approved(at: datetime = NOW, **given: Any) -> str:
    """A regulation that the province has approved."""
    number = passed(at, **given)
    law.send_for_approval(actor=congress(), at=at, number=number, document="报请批准〔2026〕1号")
    law.record_approval(actor=congress(), at=at, number=number, document="省人大常委会批准决定〔2026〕9号")
    return number


def decided(at: datetime = NOW, **given: Any) -> str:
    """A rule that the government's meeting has decided."""
    number = submitted(Kind.RULE, at, **given)
    law.examine_draft(actor=justice(), at=at, number=number, passed=True, note="合法，协调，可以提请会议审议")
    law.decide_rule(actor=justice(), at=at, number=number, passed=True, meeting="市政府第40次常务会议")
    return number


def publication(in_force_from: date | None = None, **given: Any) -> Publication:
    """What is said at publication: takes effect two months on, unless said otherwise."""
    base: dict[str, Any] = {
        "in_force_from": in_force_from or TODAY + timedelta(days=60),
        "document": "公告第12号",
        "gazette": "公报2026年第6期",
        "newspaper": "日报2026年11月24日第3版",
        "key": "cn/sample/e-bicycle-parking",
    }
    return Publication(**{**base, **given})


def published(at: datetime = NOW, kind: Kind = Kind.REGULATION, **given: Any) -> str:
    """A law that was published."""
    number = approved(at, **given) if kind is Kind.REGULATION else decided(at, **given)
    law.publish_law(actor=steering(number), at=at, number=number, publication=publication())
    return number
