"""立法每一步之前须具备什么。 What must be so before a step of law-making, and what is said where it is not. Pure functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongxin.law.rules.making import Purpose
from tongxin.law.rules.making_days import Kind, MakingLimit, Span, Watch, earliest_close, span_end
from tongxin.law.rules.making_progress import Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrance:
    """还缺什么。 What is in the way of a step, in both languages, and the clause that says so (without its version)."""

    code: str
    reason: str
    reason_en: str
    clause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """要做的一步。 A step that is about to be taken: what, when, and what is known besides the steps.

    limits      the limits in force, of those a law or the city sets       unanswered  comments without an answer yet
    explained   it was said why fewer readings than usual are enough       passed      the decision is in favour
    """

    verb: str
    day: date
    limits: Mapping[Watch, MakingLimit] = field(default_factory=dict)
    unanswered: int = 0
    explained: bool = False
    passed: bool = True


def hindrance(now: Progress, asked: Asked) -> Hindrance | None:
    """这一步还缺什么；None 为可以做。 What is in the way of a step that the table allows; None when nothing is."""
    if now.last_day is not None and asked.day < now.last_day:
        return Hindrance(
            code="before_last_step",
            reason=f"日期早于上一步（{now.last_day.isoformat()}）",
            reason_en=f"the day lies before the last step ({now.last_day.isoformat()})",
        )
    return _NEEDS.get(asked.verb, _no_need)(now, asked)


def _no_need(now: Progress, asked: Asked) -> Hindrance | None:
    del now, asked
    return None


_LAW, _RULES = "law:cn/legislation-law#", "law:cn/rules-formulation-procedure#"
_NOT_SETTLED: Final = {
    Kind.REGULATION: Hindrance(
        code="not_public",
        reason="草案还没有向社会公布并通报意见情况，也没有决定不公布",
        reason_en="the draft has neither been made public and its comments reported on, nor was it decided not to publish it",
        clause=f"{_LAW}a40.p1",
    ),
    Kind.RULE: Hindrance(
        code="not_public",
        reason="规章草案还没有公开征求意见并说明处理情况，这样的送审稿会被退回",
        reason_en="the draft has not been made public and its comments reported on; such a text is sent back",
        clause=f"{_RULES}a15.p2",
    ),
}
_NOT_HEARD: Final = {
    Kind.REGULATION: Hindrance(
        code="not_heard",
        reason="涉及利益关系重大调整或者有重大分歧，应当先举行听证会",
        reason_en="interests shift greatly, or opinions differ greatly: a hearing comes first",
        clause=f"{_LAW}a39.p3",
    ),
    Kind.RULE: Hindrance(
        code="not_heard",
        reason="涉及重大利益调整或者有重大分歧，起草单位应当先举行听证会",
        reason_en="interests shift greatly, or opinions differ greatly: the drafting organ holds a hearing first",
        clause=f"{_RULES}a16.p2",
    ),
}


def _submitting(now: Progress, asked: Asked) -> Hindrance | None:
    del asked
    return _public_and_heard(now) if now.kind is Kind.RULE else None


def _examining(now: Progress, asked: Asked) -> Hindrance | None:
    return _public_and_heard(now) if asked.passed else None


def _deciding(now: Progress, asked: Asked) -> Hindrance | None:
    return _NOT_HEARD[now.kind] if asked.passed and now.hearing_needed and not now.heard else None


def _public_and_heard(now: Progress) -> Hindrance | None:
    if now.purpose is not Purpose.INTERPRET and not now.settled:
        return _NOT_SETTLED[now.kind]
    return _NOT_HEARD[now.kind] if now.hearing_needed and not now.heard else None


def _publishing_draft(now: Progress, asked: Asked) -> Hindrance | None:
    if now.open_on(asked.day):
        return Hindrance(
            code="already_open",
            reason="正在征求意见，结束之后才能再次公布",
            reason_en="comments are being taken; the draft can be made public again after that",
        )
    if now.opened is not None and not now.settled:
        return Hindrance(
            code="comments_unreported",
            reason="上一次征求意见的情况还没有通报",
            reason_en="the comments of the last time have not been reported on yet",
            clause=f"{_LAW}a40.p1",
        )
    return None


def _commenting(now: Progress, asked: Asked) -> Hindrance | None:
    if now.open_on(asked.day):
        return None
    ended = now.closes is not None and asked.day > now.closes
    last = now.closes.isoformat() if now.closes else ""
    return Hindrance(
        code="comments_closed",
        reason=f"征求意见已经在 {last} 结束" if ended else "现在没有征求意见",
        reason_en=f"comments were taken until {last}" if ended else "comments are not being taken now",
    )


def _reporting(now: Progress, asked: Asked) -> Hindrance | None:
    if now.opened is None or now.settled:
        return Hindrance(
            code="nothing_to_report",
            reason="没有要通报的征求意见",
            reason_en="there are no comments to report on",
        )
    if now.open_on(asked.day):
        return Hindrance(
            code="still_open", reason="征求意见还没有结束", reason_en="comments are still being taken"
        )
    if asked.unanswered:
        return Hindrance(
            code="unanswered",
            reason=f"还有 {asked.unanswered} 条意见没有答复",
            reason_en=f"{asked.unanswered} comments have no answer yet",
            clause=f"{_LAW}a40.p1",
        )
    return None


def _hearing(now: Progress, asked: Asked) -> Hindrance | None:
    if now.announced is None or now.hearing_on is None:
        return Hindrance(
            code="not_announced", reason="听证会还没有公告", reason_en="the hearing has not been announced"
        )
    if asked.day < now.hearing_on:
        return Hindrance(
            code="not_yet",
            reason=f"公告的听证日期是 {now.hearing_on.isoformat()}",
            reason_en=f"the hearing is announced for {now.hearing_on.isoformat()}",
        )
    return None


def notice_too_short(*, announced: date, on: date, limit: MakingLimit | None) -> Hindrance | None:
    """公告是否够早。 Whether a hearing is announced early enough (规章制定程序条例 art. 16(2)(1); a city's own rule)."""
    if limit is None or on >= span_end(announced, limit):
        return None
    return Hindrance(
        code="notice_too_short",
        reason=f"听证会应当在举行 {limit.number} 日前公告",
        reason_en=f"a hearing is announced {limit.number} days before it is held",
        clause=limit.clause,
    )


def closes_too_early(*, opened: date, closes: date, limit: MakingLimit | None) -> Hindrance | None:
    """征求意见是否够长。 Whether a comment period is long enough: not less than thirty days (立法法 art. 40(1), 规章制定程序条例 art. 15(2))."""
    first = earliest_close(opened, limit)
    if closes >= first:
        return None
    return Hindrance(
        code="too_short",
        reason=f"征求意见不少于 {limit.number if limit else 0} 日，最早在 {first.isoformat()} 结束",
        reason_en=f"comments are taken for not less than {limit.number if limit else 0} days, until {first.isoformat()} at the earliest",
        clause=limit.clause if limit else "",
    )


def _voting(now: Progress, asked: Asked) -> Hindrance | None:
    usual = asked.limits.get(Watch.READINGS)
    if usual is not None and now.readings < usual.number and not asked.explained:
        return Hindrance(
            code="too_few_readings",
            reason=f"一般经 {usual.number} 次会议审议后交付表决，现在审议了 {now.readings} 次；各方面意见比较一致的，请写明理由",
            reason_en=f"a bill is usually read {usual.number} times before the vote and was read {now.readings} times; say why that is enough",
            clause=usual.clause,
        )
    return _public_and_heard(now)


def _lapsing(now: Progress, asked: Asked) -> Hindrance | None:
    limit = asked.limits.get(Watch.LAPSE, _TWO_YEARS)
    if now.shelved is None:
        return Hindrance(code="not_shelved", reason="没有搁置", reason_en="it has not been shelved")
    full = span_end(now.shelved, limit)
    if asked.day < full:
        return Hindrance(
            code="not_two_years",
            reason=f"搁置满两年才终止审议，最早 {full.isoformat()}",
            reason_en=f"consideration ends when two years are full, on {full.isoformat()} at the earliest",
            clause=f"{_LAW}a45.p1",
        )
    return None


_TWO_YEARS: Final = MakingLimit(number=2, unit=Span.YEAR, clause=f"{_LAW}a45.p1")


def takes_effect_too_early(
    *, kind: Kind, published: date, begins: date, limit: MakingLimit | None, explained: bool
) -> Hindrance | None:
    """施行日期是否过早。 Whether it would take effect too early.

    Never before it is published (立法法 art. 104: law does not reach back), and a rule only when thirty days have passed since,
    but where waiting would hinder it (规章制定程序条例 art. 32).
    """
    if begins < published:
        return Hindrance(
            code="reaches_back",
            reason="施行日期早于公布日期：法不溯及既往",
            reason_en="it would take effect before it is published: law does not reach back",
            clause=f"{_LAW}a104.p1",
        )
    if kind is Kind.RULE and limit is not None and not explained and begins <= span_end(published, limit):
        return Hindrance(
            code="too_early",
            reason=f"规章自公布之日起 {limit.number} 日后施行；不立即施行将有碍施行的，请写明理由",
            reason_en=f"a rule takes effect {limit.number} days after its publication; say why waiting would hinder it",
            clause=limit.clause,
        )
    return None


_NEEDS: Final[Mapping[str, Callable[[Progress, Asked], Hindrance | None]]] = {
    "submit_law": _submitting,
    "publish_draft": _publishing_draft,
    "withhold_draft": _publishing_draft,
    "comment_draft": _commenting,
    "report_comments": _reporting,
    "hold_hearing": _hearing,
    "vote_law": _voting,
    "examine_draft": _examining,
    "decide_rule": _deciding,
    "lapse_bill": _lapsing,
}
