"""立法的读取。 Reads of law-making. Nothing here counts, sorts or joins comments by who wrote them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models

from tongxin.acts.terms import By, Standing
from tongxin.law.models import (
    CommentAnswer,
    Draft,
    DraftComment,
    Instrument,
    LegislativeClock,
    LegislativeProject,
    LegislativeStep,
)
from tongxin.law.queries.closings import Closing, closings, closings_of_draft
from tongxin.law.rules.making import ENACTED, ENDED, Purpose, Role, State, roles_of, token_digest
from tongxin.law.rules.making_days import DAY, Kind, Watch
from tongxin.law.rules.making_progress import Progress, StepFacts, progress
from tongxin.law.rules.making_text import read_draft
from tongxin.law.terms import Level, NewInstrumentVersion
from tongxin.ledger.queries import contents_about
from tongxin.ledger.terms import LedgerOutcome
from tongxin.organs.queries import organs_by_code
from tongxin.organs.terms import OrganFacts
from tongxin.places.queries import city, city_day

CONGRESS, GOVERNMENT, JUSTICE = "people_congress", "government", "justice"


# ---- Projects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectFile:
    """一个项目的全卷。 Everything of one project that is no personal data, in a fixed number of statements."""

    project: LegislativeProject
    steps: Sequence[LegislativeStep]
    drafts: Sequence[Draft]
    clocks: Sequence[LegislativeClock]
    unanswered: int

    @property
    def now(self) -> Progress:
        """走到了哪里。 How far it has come."""
        return progress_by(self.project, self.steps)

    def draft(self, seq: int) -> Draft | None:
        """某一稿。 The draft of a number."""
        return next((one for one in self.drafts if one.seq == seq), None)

    def open_drafts(self, standing: Standing | None) -> frozenset[int]:
        """这个人看得到的各稿。 The numbers of the drafts that a reader, in office or not, may read. Two statements at most."""
        now, every = self.now, frozenset(one.seq for one in self.drafts)
        public = frozenset(seq for seq in every if now.is_public(seq))
        if public == every or standing is None:
            return public
        reads = reads_drafts(project=self.project, organ=standing.organ, post=standing.post)
        return every if reads else public


def project_numbered(*, number: str) -> LegislativeProject | None:
    """某编号的项目。 The project of a number."""
    return LegislativeProject.objects.filter(number=number).first()


def project_file(*, number: str) -> ProjectFile | None:
    """一个项目的全卷。 The file of a project; None when there is no such number. Five statements."""
    project = project_numbered(number=number)
    if project is None:
        return None
    return ProjectFile(
        project=project,
        steps=list(LegislativeStep.objects.filter(project=project).order_by("seq")),
        drafts=list(Draft.objects.filter(project=project).order_by("seq")),
        clocks=list(LegislativeClock.objects.filter(project=project).order_by("ended_at", "due")),
        unanswered=unanswered(project=project),
    )


def progress_of(*, project: LegislativeProject) -> Progress:
    """走到了哪里。 How far a project has come, from its steps. One statement."""
    return progress_by(project, LegislativeStep.objects.filter(project=project).order_by("seq"))


def progress_by(
    project: LegislativeProject, steps: Sequence[LegislativeStep] | models.QuerySet[LegislativeStep]
) -> Progress:
    """由各步得出。 How far a project has come, by steps that are at hand."""
    told = [
        StepFacts(verb=step.verb, day=step.day, to_state=State(step.to_state), facts=step.facts)
        for step in steps
    ]
    return progress(kind=Kind(project.kind), purpose=Purpose(project.purpose), steps=told)


def projects_listed(*, day: date) -> list[LegislativeProject]:
    """全部项目：正在征求意见的在前，然后在办的，最后已经完成的。 All projects: open for comments first, then under way, then done; newest first.

    `open_now` says whether comments are taken on the day, `done` whether it has become law or ended.
    """
    done = [state.value for state in (*ENACTED, *ENDED)]
    return list(
        LegislativeProject.objects.annotate(
            open_now=models.Case(
                models.When(closes__gte=day, then=models.Value(value=True)), default=models.Value(value=False)
            ),
            done=models.Case(
                models.When(state__in=done, then=models.Value(value=True)), default=models.Value(value=False)
            ),
        ).order_by("-open_now", "done", "-id")
    )


def clocks_running(*, projects: Sequence[LegislativeProject]) -> dict[int, LegislativeClock]:
    """各项目最先到期的钟。 The running clock of each project that ends first, by project id. One statement."""
    rows = LegislativeClock.objects.filter(project__in=projects, ended_at=None)
    return {row.project_id: row for row in rows.order_by("project_id", "due").distinct("project_id")}


def states_astray() -> models.QuerySet[LegislativeProject]:
    """与最后一步不符的项目。 Projects that do not stand where their last step led: none, unless somebody wrote past the acts."""
    last = LegislativeStep.objects.filter(project=models.OuterRef("pk")).order_by("-seq")
    return LegislativeProject.objects.annotate(
        led=models.Subquery(last.values("to_state")[:1]), took=models.Subquery(last.values("seq")[:1])
    ).exclude(led=models.F("state"), took=models.F("steps"))


# ---- Who steers -----------------------------------------------------------------------------------------------------


def steering_organs(*, kind: Kind) -> list[OrganFacts]:
    """主持立法程序的机关。 The organs of the city that steer the making of a kind of law; the first has it, the others may act too.

    For a regulation the standing committee of the people's congress; for a rule the government's legal body (规章制定程序条例
    art. 12: 法制机构, that is the justice bureau), and the government itself.
    """
    here = city()
    own = [organ for organ in organs_by_code(here.revision).values() if organ.place == here.root]
    if kind is Kind.REGULATION:
        return [organ for organ in own if organ.kind == CONGRESS]
    legal = [organ for organ in own if organ.function == JUSTICE]
    return [*legal, *(organ for organ in own if organ.kind == GOVERNMENT)]


def drafting_organs() -> list[OrganFacts]:
    """可以起草的单位。 The organs of the city that may be given a draft: departments, the government and the congress."""
    here = city()
    kinds = {CONGRESS, GOVERNMENT, "department", "lead_body"}
    found = organs_by_code(here.revision).values()
    return [organ for organ in found if organ.place == here.root and organ.kind in kinds]


def organs_of(
    project: LegislativeProject, verb: str, steering: Collection[str] | None = None
) -> frozenset[str]:
    """哪些机关能做这一步。 The organs that may take a step of a project. A department that drafts a rule may not steer it.

    `steering`: the codes of those that steer its kind, where they are known already.
    """
    asked = "answer_comment" if verb == "comment_draft" else verb  # who answers enters what came by letter
    kind = Kind(project.kind)
    roles = roles_of(kind, asked)
    steered = steering_codes(kind=kind) if steering is None else frozenset(steering)
    found = set(steered) if Role.STEERING in roles else set()
    if Role.DRAFTING in roles:
        found.add(project.drafting)
    examined = kind is Kind.RULE and project.state == State.SUBMITTED.value
    if examined and asked not in {"withdraw_bill", "answer_comment"}:
        found.discard(
            project.drafting
        )  # while it is examined it is the examining body's (规章制定程序条例 arts. 19-23)
        found |= steered
    return frozenset(found)


def steering_codes(*, kind: Kind) -> frozenset[str]:
    """主持机关的代号。 The codes of the organs that steer a kind."""
    return frozenset(organ.code for organ in steering_organs(kind=kind))


# ---- Who reads a draft that is not public ---------------------------------------------------------------------------


def draft_is_open(*, project: LegislativeProject, organ: str, post: By | None = None) -> bool:
    """最新一稿的文字对这个人公开没有。 Whether somebody of an organ ('' for everybody) may be shown what the newest draft says.

    Everybody may once it was made public or the law is published; before, who makes it. True where there is no draft yet.
    """
    now = progress_of(project=project)
    return now.draft == 0 or now.is_public(now.draft) or reads_drafts(project=project, organ=organ, post=post)


def reads_drafts(*, project: LegislativeProject, organ: str, post: By | None) -> bool:
    """不公开的草案看不看得到。 Whether a draft that is not public may be read: by the organs that steer and draft it, and by the

    legal officer of the city's lead body, who keeps the book.
    """
    if not organ:
        return False
    own = {*steering_codes(kind=Kind(project.kind)), project.steering, project.drafting}
    return organ in own or (post is By.LEGAL_OFFICER and organ == city().lead_body)


# ---- Instruments ----------------------------------------------------------------------------------------------------


def instrument_keyed(*, key: str) -> Instrument | None:
    """某标识的法律文件。 The instrument of a key."""
    return Instrument.objects.filter(key=key).first()


def own_instruments(*, level: str) -> list[Instrument]:
    """本市某位阶的法规规章。 The city's own instruments of a level, by title: what may be amended, repealed or interpreted."""
    return list(Instrument.objects.filter(level=level, jurisdiction=city().root).order_by("title"))


# ---- Comments -------------------------------------------------------------------------------------------------------


def unanswered(*, project: LegislativeProject) -> int:
    """还没有答复的意见有几条。 How many comments of a project have no answer yet."""
    return DraftComment.objects.filter(project=project, answers=None).count()


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentRow:
    """一条意见与它的结果。 A comment with what became of it; `name` only where its author wants it shown."""

    comment: DraftComment
    answer: CommentAnswer | None
    name: str
    reachable: bool


def comments_of(*, project: LegislativeProject, answered_only: bool) -> list[CommentRow]:
    """各条意见，依提出的先后。 The comments of a project in the order they came. Two statements.

    Everybody sees those that have an answer: so each is read by a person before it is shown, and none is left out for good,
    since the report waits for the last answer.
    """
    rows = (
        DraftComment.objects.filter(project=project)
        .select_related("draft", "commenter")
        .prefetch_related(models.Prefetch("answers", CommentAnswer.objects.order_by("-id")))
    )
    found = [_comment_row(row) for row in rows.order_by("id")]
    return [row for row in found if row.answer is not None or not answered_only]


def _comment_row(row: DraftComment) -> CommentRow:
    left = getattr(row, "commenter", None)
    return CommentRow(
        comment=row,
        answer=next(iter(row.answers.all()), None),
        name=left.name if left is not None and left.name_shown else "",
        reachable=left is not None and bool(left.email or left.phone),
    )


def comment_numbered(*, number: str) -> DraftComment | None:
    """某编号的意见。 The comment of a number, with its project and draft."""
    return DraftComment.objects.select_related("project", "draft").filter(number=number).first()


def comment_of_token(*, token: str) -> DraftComment | None:
    """口令所指的意见。 The comment that its author's token opens."""
    found = DraftComment.objects.select_related("project", "draft", "commenter")
    return found.filter(commenter__token_digest=token_digest(token)).first()


def answers_of(*, comment: DraftComment) -> list[CommentAnswer]:
    """一条意见的各次答复，新的在前。 The answers to a comment, newest first."""
    return list(CommentAnswer.objects.filter(comment=comment).order_by("-id"))


def mail_of_commenter(*, number: str) -> tuple[str, str] | None:
    """提意见的人的邮箱与语言。 (mail, language) of who made a comment, for delivering a notice; None when there is none."""
    row = DraftComment.objects.select_related("commenter").filter(number=number).first()
    left = getattr(row, "commenter", None)
    return (left.email, left.language) if left is not None and left.email else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAtCommenter:
    """一次查看。 One look at what a commenter left, as the ledger keeps it."""

    entry: int
    at: datetime
    organ: str
    office: str
    clauses: str
    purpose: str


def looks_at_commenter(*, number: str, most: int = 50) -> list[LookAtCommenter]:
    """谁看过提意见的人留下的信息。 Who looked at what a commenter left, newest first, from the ledger. One statement."""
    found = contents_about(subject=f"comment:{number}").filter(
        entry__verb="consult_commenter", entry__outcome=LedgerOutcome.DONE.value
    )
    return [
        LookAtCommenter(
            entry=c.entry_id,
            at=c.entry.at,
            organ=c.entry.organ,
            office=c.entry.office,
            clauses=c.entry.clauses,
            purpose=str(c.content.get("purpose", "")),
        )
        for c in found[:most]
    ]


# ---- Clocks ---------------------------------------------------------------------------------------------------------


def making_clocks_due(*, at: datetime, most: int = 200) -> list[int]:
    """到了提醒日的钟。 The ids of the clocks of which somebody is to be told by now, the oldest first."""
    due = LegislativeClock.objects.filter(ended_at=None, watch_on__lte=city_day(at))
    return list(due.order_by("watch_on", "id").values_list("id", flat=True)[:most])


def sunset_projects(*, day: date) -> list[LegislativeProject]:
    """代行地方性法规、正在计时的规章。 Rules that stand in for a regulation and have not reached their sunset, the soonest first."""
    return list(
        LegislativeProject.objects.filter(
            stands_in=True,
            clocks__watch=Watch.SUNSET.value,
            clocks__ended_at=None,
            clocks__due__gte=day,
        ).order_by("clocks__due")
    )


# ---- What was enacted -----------------------------------------------------------------------------------------------


def closings_of_project(*, project: LegislativeProject, day: date) -> list[Closing]:
    """项目使什么失效。 What a project would end by a day: by its newest draft, or, once published, as the book knows it."""
    key = project.facts.get("key") if project.facts.get("entered") else ""
    if key:
        return closings(
            key=str(key), day=max(day, date.fromisoformat(project.facts["in_force_from"])), today=day - DAY
        )
    draft = Draft.objects.filter(project=project).order_by("-seq").first()
    if draft is None and project.purpose == Purpose.AMEND.value:
        return []  # what will be changed is not known yet; the whole text does not end
    clauses = read_draft(draft.text).clauses if draft else ()
    return closings_of_draft(purpose=project.purpose, target=project.target, clauses=clauses, day=day)


def enacted_version(*, project: LegislativeProject) -> NewInstrumentVersion:
    """公布的文本，供入库。 The published text of a project, ready to enter the book. Raises Draft.DoesNotExist before publication.

    The version is that of the day it was passed. A rule that stands in for a regulation ends with its two years (立法法
    art. 93(5)). An amendment is a version of its target; a repeal or an interpretation is an instrument of its own.
    """
    facts = project.facts
    draft = Draft.objects.get(project=project, seq=facts.get("draft", 0))
    read = read_draft(draft.text)
    here = city()
    kind = Kind(project.kind)
    steering = organs_by_code(here.revision).get(project.steering)
    issuer = (
        steering
        if kind is Kind.REGULATION
        else next((organ for organ in steering_organs(kind=kind) if organ.kind == GOVERNMENT), steering)
    )
    level = Level.LOCAL_REGULATION if kind is Kind.REGULATION else Level.GOVERNMENT_RULE
    target = instrument_keyed(key=project.target) if project.purpose == Purpose.AMEND.value else None
    return NewInstrumentVersion(
        key=facts["key"],
        title=target.title if target else project.title,
        title_en=target.title_en if target else project.title_en,
        level=level.value,
        issuer=issuer.name if issuer else "",
        jurisdiction=here.root,
        illustrative=False,
        adopted=date.fromisoformat(facts["adopted"]),
        in_force_from=date.fromisoformat(facts["in_force_from"]),
        in_force_to=date.fromisoformat(facts["in_force_to"]) if facts["in_force_to"] else None,
        date_source=f"{project.number} {facts['document']}"[:200],
        status="in_force",
        source=f"{facts['gazette']}"[:300],
        sha256=draft.sha256,
        clauses=read.clauses,
        subject="",
        preamble="\n".join(read.preamble),
        doubts=read.doubts,
    )
