"""公布、备案、实施情况。 Publication, filing, the report on how a law was carried out."""

from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.law.models import Draft, Effect, LegislativeProject, Version
from tongxin.law.operations.changing import confirm_effects, propose_effect
from tongxin.law.operations.entering import enter_version
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    refuse,
    require_text,
    start_clock,
    stop_clocks,
    tell_commenters,
    write_step,
)
from tongxin.law.operations.making_limits import refuse_baseless
from tongxin.law.queries.clauses import version_on
from tongxin.law.queries.making import enacted_version, instrument_keyed
from tongxin.law.queries.making_clauses import ref_today
from tongxin.law.rules.making import Publication, Purpose
from tongxin.law.rules.making_days import DAY, Kind, Watch, sunset_of
from tongxin.law.rules.making_needs import takes_effect_too_early
from tongxin.law.rules.repeals import spoken_beginning
from tongxin.law.terms import INSTRUMENT_KEY, NewEffect

LEGAL = [By.LEGAL_OFFICER]
OFFICERS = [By.LEGAL_OFFICER, By.CASE_OFFICER]


# ---- Publication ----------------------------------------------------------------------------------------------------


def _publish_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    publication: Publication,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="publish_law", at=at, day=day, seen=seen)
    for field, text in (
        ("document", publication.document),
        ("gazette", publication.gazette),
        ("newspaper", publication.newspaper),
    ):
        require_text(field, text, most=200)
    _check_decided(bill)
    _check_key(bill.project, publication.key)
    _check_beginning(bill, publication.in_force_from)
    refuse(
        takes_effect_too_early(
            kind=Kind(bill.project.kind),
            published=bill.day,
            begins=publication.in_force_from,
            limit=bill.limits.get(Watch.LEAD_TIME),
            explained=len(publication.why_early.strip()) >= 5,
        ),
        day=bill.day,
    )
    if Kind(bill.project.kind) is Kind.RULE:
        refuse_baseless(draft=_final(bill), day=publication.in_force_from)
    return bill_scope(
        bill,
        "publish_law",
        in_force_from=publication.in_force_from.isoformat(),
        sha256=_final(bill).sha256,
        document=publication.document.strip(),
    )


def _check_decided(bill: Bill) -> None:
    """没有表决（决定）或者没有批准的，不得公布。 The table does not lead here without a vote and an approval; asked once more, of the steps."""
    approved = bill.now.approved is not None or Kind(bill.project.kind) is Kind.RULE
    if bill.now.final_draft and approved:
        return
    raise Refused(
        "not_decided",
        "没有经过表决（决定）和批准，不得公布",
        "without the vote (the decision) and the approval it may not be published",
        clause=ref_today(ref="law:cn/legislation-law#a88.p3", day=bill.day),
    )


def _check_beginning(bill: Bill, begins: date) -> None:
    """公布的施行日期就是定稿写的那一天。 The day announced is the one that was decided on (立法法 art. 61). An amended text may still
    carry the day of the first one, so it is not asked there.
    """
    said = spoken_beginning(_final(bill).text) if bill.project.purpose != Purpose.AMEND.value else None
    if said is not None and said != begins:
        raise InvalidInput(
            "in_force_from",
            f"定稿写明自 {said} 起施行，填的是 {begins}",
            f"the text decided on takes effect on {said}, not on {begins}",
        )


def _check_key(project: LegislativeProject, key: str) -> None:
    if key and not INSTRUMENT_KEY.fullmatch(key):
        raise InvalidInput(
            "key", "标识是小写英文词的路径，像 cn/city/parking", "a key is a path of lower-case words"
        )
    if project.purpose == Purpose.AMEND.value:
        if key and key != project.target:
            raise InvalidInput(
                "key", "修改后的文本沿用原来的标识", "an amended text keeps the key of the old one"
            )
    elif not key:
        raise InvalidInput("key", "请写它在法典里的标识", "give the key it has in the book")
    elif instrument_keyed(key=key) is not None:
        raise InvalidInput("key", "法典里已经有这个标识", "the book already has this key")


def _final(bill: Bill) -> Draft:
    return Draft.objects.get(project=bill.project, seq=bill.now.final_draft)


@act("publish_law", title=("公布法规规章", "publish a law"), by=LEGAL, scope=_publish_scope)
def publish_law(
    *,
    warrant: Warrant,
    number: str,
    publication: Publication,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """公布。 Publish what was decided (and, a regulation, approved), with the day it takes effect. Returns the step's number.

    立法法 arts. 61, 88(3), 89, 96(2), 97 (the text in the gazette is the standard text); 规章制定程序条例 arts. 29-32. Refused: a rule
    that limits rights without a higher clause in force (art. 93(6)), and one that takes effect too early. The clocks of filing,
    of the report after a year and of a rule's two years start here; everybody who commented is told.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    project, draft = bill.project, _final(bill)
    project.facts = {
        "draft": draft.seq,
        "sha256": draft.sha256,
        "adopted": (bill.now.voted or bill.day).isoformat(),
        "approved": bill.now.approved.isoformat() if bill.now.approved else "",
        "published": bill.day.isoformat(),
        "in_force_from": publication.in_force_from.isoformat(),
        "in_force_to": sunset_of(publication.in_force_from).isoformat() if project.stands_in else "",
        "document": publication.document.strip(),
        "gazette": publication.gazette.strip(),
        "newspaper": publication.newspaper.strip(),
        "key": publication.key or project.target,
        "why_early": publication.why_early.strip(),
    }
    project.closes = None
    write_step(warrant, bill, note=publication.why_early, **project.facts)
    stop_clocks(project, warrant.at)
    _start_clocks_of_law(bill, publication.in_force_from)
    tell_commenters(warrant, project, "law_published", note=publication.in_force_from.isoformat())
    _enter(warrant, project)
    return project.steps


def _start_clocks_of_law(bill: Bill, begins: date) -> None:
    project = bill.project
    start_clock(bill, Watch.FILING, started=bill.day, organ=project.steering)
    if Kind(project.kind) is Kind.REGULATION and project.purpose in (Purpose.ENACT, Purpose.AMEND):
        start_clock(bill, Watch.IMPLEMENTATION, started=begins, organ=project.drafting)
    sunset = bill.limits.get(Watch.SUNSET)
    if project.stands_in and sunset is not None:
        start_clock(
            bill,
            Watch.SUNSET,
            started=begins,
            organ=project.steering,
            due=sunset_of(begins) - DAY,
            clause=sunset.clause,
        )


def _enter(warrant: Warrant, project: LegislativeProject) -> None:
    """入库。 The published text goes into the book; a repeal closes its target on the day it takes effect.

    Publication is the decision: what the text says of its target is confirmed with it. Everything else that it speaks of
    repealing stays a candidate.
    """
    row = enter_version(actor=warrant.actor, at=warrant.at, version=enacted_version(project=project))
    project.facts = {**project.facts, "entered": str(row)}
    project.save(update_fields=["facts"])
    if project.purpose == Purpose.REPEAL.value:
        _close_target(warrant, project, row)


def _close_target(warrant: Warrant, project: LegislativeProject, row: int) -> None:
    """废止所涉法规。 Confirm that a repealing text repeals its target; said in its words or not."""
    begins = date.fromisoformat(project.facts["in_force_from"])
    found = Effect.objects.filter(
        by=row, version__instrument__key=project.target, kind=Effect.Kind.REPEAL, clause="",
        state=Effect.State.CANDIDATE,
    ).first()  # fmt: skip
    if found is None:
        by = Version.objects.select_related("instrument").get(pk=row)
        target = version_on(key=project.target, day=begins - DAY)
        if target is None:
            return  # it has ended meanwhile: there is nothing left to close
        number = propose_effect(
            actor=warrant.actor,
            at=warrant.at,
            effect=NewEffect(
                by_key=by.instrument.key, by_adopted=by.adopted, by_clause="", kind=Effect.Kind.REPEAL.value,
                key=project.target, adopted=target.adopted, day=begins,
            ),
        )  # fmt: skip
    else:
        number = found.pk
    confirm_effects(actor=warrant.actor, at=warrant.at, effects=[number], knowing=("does_not_revive",))


# ---- After publication ----------------------------------------------------------------------------------------------


def _file_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    document: str,
    bodies: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="file_law", at=at, day=day, seen=seen)
    require_text("document", document, most=200)
    require_text("bodies", bodies, most=300)
    return bill_scope(bill, "file_law", document=document.strip())


@act("file_law", title=("备案", "file a law"), by=LEGAL, scope=_file_scope)
def file_law(
    *,
    warrant: Warrant,
    number: str,
    document: str,
    bodies: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """备案。 Record that it was filed, with whom. Returns the step's number.

    Within thirty days of publication: a regulation by the province's standing committee with the National People's Congress's
    and the State Council (立法法 art. 109(1)(2)); a rule with the State Council, the city's standing committee and the province
    (art. 109(1)(4); 规章制定程序条例 art. 34).
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, document=document.strip(), bodies=bodies.strip())
    stop_clocks(bill.project, warrant.at, Watch.FILING)
    return bill.project.steps


def _implementation_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    report: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="report_implementation", at=at, day=day, seen=seen)
    require_text("report", report, least=10)
    return bill_scope(bill, "report_implementation")


@act(
    "report_implementation",
    title=("报告实施情况", "report how a law was carried out"),
    by=OFFICERS,
    scope=_implementation_scope,
)
def report_implementation(
    *, warrant: Warrant, number: str, report: str, day: date | None = None, seen: int | None = None
) -> int:
    """报告实施情况。 Report how a regulation was carried out in its first year; the report is public. Returns the step's number.

    立法法 art. 67 by way of 87; within which time, the city's own regulation says.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=report)
    stop_clocks(bill.project, warrant.at, Watch.IMPLEMENTATION)
    return bill.project.steps
