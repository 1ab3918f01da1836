"""立项与起草。 Proposing a law, putting it into the plan, drafting it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.law.models import Draft, LegislativeProject
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    require_text,
    start_clock,
    tell_organ,
    write_step,
)
from tongxin.law.operations.making_limits import check_limits
from tongxin.law.queries.making import (
    drafting_organs,
    instrument_keyed,
    steering_organs,
)
from tongxin.law.queries.making_clauses import limits_on, ref_today
from tongxin.law.rules import text_hash
from tongxin.law.rules.making import NewDraft, NewProject, Purpose, State, Subject
from tongxin.law.rules.making_days import Kind, Watch
from tongxin.law.rules.making_progress import Progress
from tongxin.law.rules.making_text import kept_text, read_draft
from tongxin.law.terms import Level
from tongxin.places.queries import city, city_day

OFFICERS = [By.LEGAL_OFFICER, By.CASE_OFFICER]
TEXT_MOST = 200_000
LEVELS: Mapping[Kind, Level] = {Kind.REGULATION: Level.LOCAL_REGULATION, Kind.RULE: Level.GOVERNMENT_RULE}


# ---- Proposing ------------------------------------------------------------------------------------------------------


def _propose_scope(
    *,
    actor: Actor,
    at: datetime,
    law: NewProject,
) -> Scope:
    del actor
    _check_title(law.kind, law.title)
    require_text("reason", law.reason, least=5)
    if law.subject is Subject.OTHER:
        _refuse_subject(law.kind, city_day(at))
    if law.stands_in and (law.kind is not Kind.RULE or law.purpose is not Purpose.ENACT):
        raise InvalidInput(
            "stands_in",
            "只有新制定的政府规章可以先行规定应由地方性法规规定的事",
            "only a new rule can stand in for a regulation",
        )
    _check_target(law.kind, law.purpose, law.target)
    if not steering_organs(kind=law.kind):
        raise InvalidInput("kind", "本市没有主持这类立法的机关", "the city has no organ that makes such law")
    number = _next_number(city_day(at).year)
    return Scope(
        subject=f"lawmaking:{number}",
        place=(city().root,),
        state=number,
        content={
            "project": number,
            "kind": law.kind.value,
            "purpose": law.purpose.value,
            "subject": law.subject.value,
        },
    )


def _check_title(kind: Kind, title: str) -> None:
    said = require_text("title", title, least=4, most=200)
    if kind is Kind.RULE and said.rstrip("（草案）()").endswith("条例"):
        raise InvalidInput(
            "title",
            "规章一般称“规定”“办法”，不得称“条例”（规章制定程序条例第七条）",
            "a rule is called 规定 or 办法 and never 条例 (art. 7 of the regulation on making rules)",
        )


def _refuse_subject(kind: Kind, day: date) -> None:
    where = "a81.p1" if kind is Kind.REGULATION else "a93.p3"
    raise Refused(
        "outside_scope",
        "设区的市只能就城乡建设与管理、生态文明建设、历史文化保护、基层治理方面的事项立法",
        "a city divided into districts legislates only on urban and rural construction and management, ecological "
        "civilisation, protection of history and culture, and governance at the grass roots",
        clause=ref_today(ref=f"law:cn/legislation-law#{where}", day=day),
        instead="确有需要的，向省级人大常委会或者省政府提出立法建议",
        instead_en="where it is needed, propose it to the province",
    )


def _check_target(kind: Kind, purpose: Purpose, target: str) -> None:
    if purpose is Purpose.ENACT:
        if target:
            raise InvalidInput("target", "新制定的不指向已有的法规", "a new law has no target")
        return
    found = instrument_keyed(key=target) if target else None
    if found is None or found.level != LEVELS[kind].value or found.jurisdiction != city().root:
        raise InvalidInput(
            "target",
            "请选要修改、废止或者解释的本市法规（规章）",
            "choose the city's own regulation or rule that is to be amended, repealed or interpreted",
        )


def _next_number(year: int) -> str:
    """编号。 The next number of a year; two who propose at once take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('lawmaking', 93))")
    last = LegislativeProject.objects.filter(number__startswith=f"L{year}-").order_by("-number").first()
    return f"L{year}-{int(last.number.partition('-')[2]) + 1 if last else 1:03d}"


@act("propose_law", title=("提出立法项目", "propose a law"), by=OFFICERS, scope=_propose_scope)
def propose_law(
    *,
    warrant: Warrant,
    law: NewProject,
) -> str:
    """提出立法项目。 Propose a local regulation or a rule. Returns the project's number. Raises InvalidInput, Refused.

    立法法 arts. 56, 87; 规章制定程序条例 arts. 10, 11. A subject outside the four is refused (立法法 arts. 81(1), 93(3)).
    """
    proposer = warrant.standing.organ if warrant.standing else ""
    project = LegislativeProject.objects.create(
        number=warrant.scope.state,
        kind=law.kind.value,
        purpose=law.purpose.value,
        title=law.title.strip(),
        title_en=law.title_en.strip()[:300],
        subject=law.subject.value,
        target=law.target,
        reason=law.reason.strip(),
        proposer=proposer,
        drafting=proposer,
        steering=steering_organs(kind=law.kind)[0].code,
        stands_in=law.stands_in,
        state=State.PROPOSED.value,
        proposed_at=warrant.at,
    )
    day = city_day(warrant.at)
    bill = Bill(
        project=project,
        now=Progress(kind=law.kind, purpose=law.purpose),
        target=State.PROPOSED,
        day=day,
        limits=limits_on(kind=law.kind, day=day),
    )
    write_step(warrant, bill, note=law.reason)
    if project.steering != proposer:
        tell_organ(warrant, project.steering, "making_proposed", project, organ=proposer)
    return project.number


# ---- Planning -------------------------------------------------------------------------------------------------------


def _plan_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    drafting: str,
    finish_by: date,
    plan: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="plan_law", at=at, day=day, seen=seen)
    require_text("plan", plan, most=300)
    if drafting not in {organ.code for organ in drafting_organs()}:
        raise InvalidInput(
            "drafting", "请选本市的起草单位", "choose an organ of the city that drafts the text"
        )
    if finish_by <= bill.day:
        raise InvalidInput(
            "finish_by", "完成时间要在列入计划之后", "the day to finish by lies after the plan"
        )
    return bill_scope(bill, "plan_law", drafting=drafting, finish_by=finish_by.isoformat())


@act("plan_law", title=("列入立法计划", "put a law into the plan"), by=[By.LEGAL_OFFICER], scope=_plan_scope)
def plan_law(
    *,
    warrant: Warrant,
    number: str,
    drafting: str,
    finish_by: date,
    plan: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """列入立法计划。 Put a project into the five-year or annual plan: name, drafting organ, day to finish by. Returns the step's number.

    立法法 art. 56 by way of 87; 规章制定程序条例 art. 12.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    bill.project.drafting = drafting
    write_step(warrant, bill, note=plan, drafting=drafting, finish_by=finish_by.isoformat())
    kind = Kind(bill.project.kind)
    clause = (
        "law:cn/rules-formulation-procedure#a12.p2" if kind is Kind.RULE else "law:cn/legislation-law#a56.p2"
    )
    start_clock(
        bill,
        Watch.DRAFT,
        started=bill.day,
        organ=drafting,
        due=finish_by,
        clause=ref_today(ref=clause, day=bill.day),
    )
    tell_organ(warrant, drafting, "making_given", bill.project, note=finish_by.isoformat())
    return bill.project.steps


# ---- Drafting -------------------------------------------------------------------------------------------------------


def _draft_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    draft: NewDraft,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    return _draft_checked(
        open_bill(number=number, verb="draft_law", at=at, day=day, seen=seen), "draft_law", draft
    )


def _revise_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    draft: NewDraft,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="revise_draft", at=at, day=day, seen=seen)
    require_text("note", draft.note, least=5)
    return _draft_checked(bill, "revise_draft", draft)


def _draft_checked(bill: Bill, verb: str, draft: NewDraft) -> Scope:
    require_text("text", draft.text, least=10, most=TEXT_MOST)
    if draft.note:
        require_text("note", draft.note)
    kept = kept_text(title=bill.project.title, text=draft.text)
    parsed = read_draft(kept)
    if Purpose(bill.project.purpose) is Purpose.ENACT and not parsed.articles:
        raise InvalidInput(
            "text",
            "读不出条文：每条另起一行，以“第一条”这样开头",
            "no article can be read: each begins a line, as 第一条",
        )
    check_limits(kind=Kind(bill.project.kind), parsed=parsed, limits=draft.limits, day=bill.day)
    return bill_scope(bill, verb, sha256=text_hash(kept), major=draft.major)


@act("draft_law", title=("起草法规规章", "draft a law"), by=OFFICERS, scope=_draft_scope)
def draft_law(
    *, warrant: Warrant, number: str, draft: NewDraft, day: date | None = None, seen: int | None = None
) -> int:
    """起草。 Put down a draft; every draft is kept. Returns its number. Raises InvalidInput naming the article that is not confirmed.

    For a rule each article that may limit rights names the higher clause it executes, or says that it limits none
    (立法法 art. 93(6)). 规章制定程序条例 arts. 14-16; 立法法 art. 57 by way of 87.
    """
    del number, day, seen
    return _save_draft(warrant, draft)


@act("revise_draft", title=("提出草案修改稿", "revise a draft"), by=[By.LEGAL_OFFICER], scope=_revise_scope)
def revise_draft(
    *, warrant: Warrant, number: str, draft: NewDraft, day: date | None = None, seen: int | None = None
) -> int:
    """提出草案修改稿。 Put down a revised draft, saying what was changed and why. Returns its number.

    立法法 art. 87(2): by the body that considers bills as a whole; 规章制定程序条例 arts. 25, 29: by the examining body.
    """
    del number, day, seen
    return _save_draft(warrant, draft)


def _save_draft(warrant: Warrant, draft: NewDraft) -> int:
    bill: Bill = warrant.scope.state
    kept = kept_text(title=bill.project.title, text=draft.text)
    made = Draft.objects.create(
        entry=warrant.entry,
        project=bill.project,
        seq=bill.now.draft + 1,
        text=kept,
        sha256=text_hash(kept),
        limits=dict(draft.limits),
        stage=bill.target.value,
        note=draft.note.strip(),
        at=warrant.at,
    )
    write_step(warrant, bill, note=draft.note, draft=made.seq, sha256=made.sha256, major=draft.major)
    return made.seq
