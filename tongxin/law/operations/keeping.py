"""依据的维护。 Keeping bases true: re-pointing to a successor clause, reviewing what was done without a basis, resolving doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.law.models import Binding, Clause, Doubt, ListChange, Review
from tongxin.law.operations.days import settle
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.queries import clause_at, in_force, ref_of
from tongxin.law.queries.proposals import ground_of, with_clauses
from tongxin.law.rules.admission import objections
from tongxin.law.rules.proposals import Proposal, Rest
from tongxin.law.terms import BadClauseRefError, ClauseRef, Repointing
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day


@dataclass(frozen=True, slots=True)
class _Move:
    """一次改依。 One re-pointing, looked up: the binding that ends, the clause that follows, the day."""

    binding: Binding
    clause: Clause
    day: date
    phrase: str


def _repoint_scope(*, actor: Actor, at: datetime, moves: Sequence[Repointing]) -> Scope:
    del actor
    if not moves:
        raise InvalidInput("moves", "没有选中要改依的", "nothing was chosen")
    today = city_day(at)
    bindings = {
        row.pk: row
        for row in Binding.objects.select_for_update(of=("self",))
        .select_related("clause__version__instrument", "entry")
        .filter(pk__in=[move.binding for move in moves])
        .order_by("id")
    }
    ready = [_move(move, bindings.get(move.binding), today) for move in moves]
    refs = sorted({move.binding.entry.ref for move in ready})
    return Scope(
        subject=refs[0] if len(refs) == 1 else "lists",
        place=(city().root,),
        state=ready,
        content={"moves": [[move.binding.pk, str(ref_of(move.clause)), str(move.day)] for move in ready]},
    )


def _move(move: Repointing, binding: Binding | None, today: date) -> _Move:
    if binding is None:
        raise InvalidInput("moves", "没有这条依据关系", f"there is no binding {move.binding}")
    if binding.valid_to is not None:
        raise Conflict("这一项已经改依过了", "this entry has been re-pointed already")
    clause = _clause(move.successor)
    ends = binding.clause.in_force_to or binding.clause.version.in_force_to
    # A basis is changed on the day the old one ends when that is still to come, and otherwise today: never for the past.
    day = max(ends, today) if ends else today
    if not Clause.objects.filter(in_force(day=day), pk=clause.pk).exists():
        raise InvalidInput(
            "successor",
            f"{move.successor} 在 {day} 不是有效条款",
            f"{move.successor} is not in force on {day}",
        )
    if Binding.objects.filter(entry=binding.entry, clause=clause, valid_to=None).exists():
        raise InvalidInput("successor", "这一项已经以它为依据", "the entry rests on it already")
    phrase = move.phrase or binding.phrase
    if phrase and phrase not in _words_of_article(clause):
        raise InvalidInput(
            "phrase",
            f"后继条款里没有“{phrase}”，请写明其中指明持有者的文字",
            "the successor does not have the words that name the holder; give its own",
        )
    ready = _Move(binding, clause, day, phrase)
    _judge(ready)
    return ready


def _judge(move: _Move) -> None:
    """后继条款也要承得起这一项。 The successor has to carry the entry as a clause in an application would: its level may carry
    that kind of power, and its words name or cover the holder. Asked where the entry says its nature. Raises NotAdmitted.
    """
    entry = move.binding.entry
    if not (entry.nature and move.binding.mandatory):
        return
    rest = Rest(ref=str(ref_of(move.clause)), phrase=move.phrase)
    proposal = with_clauses(
        proposal=Proposal(
            listing=entry.list, code=entry.code, name=entry.name, holder=entry.holder, nature=entry.nature,
            valid_from=move.day, facts=entry.facts, rests=(rest,),
        ),
        day=move.day,
    )  # fmt: skip
    against = [
        one
        for one in objections(proposal, ground_of(proposal=proposal, day=move.day, applicant=None))
        if one.field in {"nature", "holder"} or one.field.startswith("rests")
    ]
    if against:
        raise NotAdmitted(against)


def _clause(text: str) -> Clause:
    try:
        ref = ClauseRef.parse(text)
    except BadClauseRefError as wrong:
        raise InvalidInput("successor", "条款引用写法不对", str(wrong)) from wrong
    found = clause_at(ref=ref)
    if found is None:
        raise InvalidInput("successor", f"库里没有 {text}", f"the book has no {text}")
    return found


def _words_of_article(clause: Clause) -> str:
    article = clause.key.partition(".")[0]
    words = Clause.objects.filter(version=clause.version, key=article).values_list("text", flat=True).first()
    return words or clause.text


@act(
    "repoint_bindings",
    title=("改依后继条款", "re-point entries to successor clauses"),
    by=[By.LEGAL_OFFICER],
    scope=_repoint_scope,
)
def repoint_bindings(*, warrant: Warrant, moves: Sequence[Repointing]) -> int:
    """改依。 Let entries rest on the clauses that follow those that end; returns how many bindings were changed.

    Before the day, the new basis begins with it and no gap opens; after it, from today on. Nothing is re-pointed by itself:
    whether the new words carry the same power is for a lawyer to say. Raises InvalidInput, Conflict.
    """
    del moves
    ready: list[_Move] = warrant.scope.state
    for move in ready:
        old = move.binding
        old.valid_to = move.day
        old.save(update_fields=["valid_to"])
        Binding.objects.create(
            entry=old.entry, clause=move.clause, mandatory=old.mandatory, general=old.general,
            valid_from=move.day, phrase=move.phrase,
        )  # fmt: skip
    ListChange.objects.bulk_create(
        [
            ListChange(
                entry=warrant.entry,
                list_entry=move.binding.entry,
                what=ListChange.What.REPOINTED,
                day=move.day,
                at=warrant.at,
                clauses=f"{ref_of(move.binding.clause)} {ref_of(move.clause)}",
            )
            for move in ready
        ]
    )
    settle(warrant, city_day(warrant.at))
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)
    return len(ready)


def _review_scope(*, actor: Actor, at: datetime, review: int, outcome: str, note: str) -> Scope:
    del actor, at
    row = Review.objects.select_for_update().filter(pk=review).first()
    if row is None:
        raise InvalidInput("review", "没有这条复查", "there is no such review")
    if row.outcome:
        raise Conflict("这条已经复查过", "this was reviewed before")
    if outcome not in Review.Outcome.values:
        raise InvalidInput("outcome", "请选择处理结果", "choose what is to become of it")
    if len(note.strip()) < 5:
        raise InvalidInput("note", "请写明理由", "say why")
    return Scope(
        subject=f"entry:{row.act}",
        place=(city().root,),
        state=row,
        content={"review": review, "outcome": outcome},
    )


@act(
    "decide_review",
    title=("复查失去依据之后的行为", "decide on an act done after its basis had ended"),
    by=[By.LEGAL_OFFICER],
    scope=_review_scope,
)
def decide_review(*, warrant: Warrant, review: int, outcome: str, note: str) -> None:
    """复查。 Say what becomes of an act that was done on a basis that had ended: it stands on another, is redone, is withdrawn.

    The record only: redoing or withdrawing is an act of its own. Raises InvalidInput, Conflict.
    """
    del review
    row: Review = warrant.scope.state
    row.outcome, row.note, row.decided_at = outcome, note.strip()[:400], warrant.at
    row.save(update_fields=["outcome", "note", "decided_at"])


def _doubt_scope(*, actor: Actor, at: datetime, doubt: int, resolution: str, note: str = "") -> Scope:
    del actor, at
    row = (
        Doubt.objects.select_for_update(of=("self",))
        .select_related("version__instrument")
        .filter(pk=doubt)
        .first()
    )
    if row is None:
        raise InvalidInput("doubt", "没有这处存疑", "there is no such doubt")
    if row.resolution:
        raise Conflict("这处存疑已经处理过", "this doubt was resolved before")
    if resolution not in Doubt.Resolution.values:
        raise InvalidInput("resolution", "请选择处理结果", "choose what holds")
    if resolution == Doubt.Resolution.WRONG and len(note.strip()) < 5:
        raise InvalidInput("note", "请写明错在哪里", "say what is wrong")
    version = row.version
    return Scope(
        subject=f"law:{version.instrument.key}@{version.adopted.isoformat()}",
        place=(city().root,),
        state=row,
        content={"doubt": doubt, "resolution": resolution},
    )


@act(
    "resolve_doubt",
    title=("处理导入存疑", "resolve a doubt about a text"),
    by=[By.LEGAL_OFFICER],
    scope=_doubt_scope,
)
def resolve_doubt(*, warrant: Warrant, doubt: int, resolution: str, note: str = "") -> None:
    """处理存疑。 Say what holds where the reading of a text was uncertain. The text itself is not altered: a wrong one is
    replaced by entering it again. Raises InvalidInput, Conflict.
    """
    del doubt
    row: Doubt = warrant.scope.state
    row.resolution, row.note, row.resolved_at = resolution, note.strip()[:300], warrant.at
    row.save(update_fields=["resolution", "note", "resolved_at"])
