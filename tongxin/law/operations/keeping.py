"""依据的维护。 Keeping bases true: re-pointing to a successor clause, reviewing what was done without a basis, resolving doubts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.law.models import Binding, Clause, Doubt, ListChange, Review
from tongxin.law.operations.days import settle
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.queries import in_force, ref_of
from tongxin.law.queries.proposals import clauses_named, ground_of, with_clauses
from tongxin.law.queries.standing import states_on
from tongxin.law.rules.admission import objections
from tongxin.law.rules.proposals import Proposal, Rest
from tongxin.law.terms import BadClauseRefError, ClauseRef, Level, Repointing
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
    if len({move.binding for move in moves}) < len(moves):
        raise InvalidInput("moves", "同一处依据选了两次", "one binding is chosen twice")
    today = city_day(at)
    rows = {
        row.pk: row
        for row in Binding.objects.select_for_update(of=("self",))
        .select_related("clause__version__instrument", "entry")
        .prefetch_related("clause__suspensions")
        .filter(pk__in=[move.binding for move in moves])
        .order_by("id")
    }
    clauses = clauses_named(refs=[move.successor for move in moves])
    words = _articles(clauses.values())
    ready = [_move(move, rows.get(move.binding), clauses.get(move.successor), words, today) for move in moves]
    _check_apart(ready)
    _check_in_force(ready)
    for move in ready:
        _judge(move)
    refs = sorted({move.binding.entry.ref for move in ready})
    return Scope(
        subject=refs[0] if len(refs) == 1 else "lists",
        place=(city().root,),
        state=ready,
        content={"moves": [[move.binding.pk, str(ref_of(move.clause)), str(move.day)] for move in ready]},
    )


def _move(
    move: Repointing,
    binding: Binding | None,
    clause: Clause | None,
    words: Mapping[tuple[int, str], str],
    today: date,
) -> _Move:
    if binding is None:
        raise InvalidInput("moves", "没有这条依据关系", f"there is no binding {move.binding}")
    if binding.valid_to is not None:
        raise Conflict("这一项已经改依过了", "this entry has been re-pointed already")
    if clause is None:
        raise _unknown(move.successor)
    ends = _ends(binding.clause, today)
    if ends is None:
        raise Conflict(
            "原条款仍然有效，也没有定下失效的日子，不用改依",
            "the clause it rests on is in force and no day is set for its end: there is nothing to re-point",
        )
    phrase = move.phrase or binding.phrase
    if phrase and phrase not in words[clause.version_id, clause.key.partition(".")[0]]:
        raise InvalidInput(
            "phrase",
            f"后继条款里没有“{phrase}”，请写明其中指明持有者的文字",
            "the successor does not have the words that name the holder; give its own",
        )
    # A basis is changed on the day the old one ends when that is still to come, and otherwise today: never for the past.
    # One that was re-pointed beforehand has not begun yet: its turn comes, and passes to the new one, on its own first day.
    return _Move(binding, clause, max(ends, today, binding.valid_from or today), phrase)


def _ends(clause: Clause, today: date) -> date | None:
    """原条款从哪天起靠不住。 The day from which a clause no longer carries: its end, or a suspension that covers today or comes. A
    clause whose beginning is not known carries nothing from the start. None while it stands.
    """
    if (clause.in_force_from or clause.version.in_force_from) is None:
        return today
    days = [span.since for span in clause.suspensions.all() if span.until is None or span.until > today]
    end = clause.in_force_to or clause.version.in_force_to
    return min([*days, end] if end else days, default=None)


def _unknown(text: str) -> InvalidInput:
    try:
        ClauseRef.parse(text)
    except BadClauseRefError as wrong:
        return InvalidInput("successor", "条款引用写法不对", str(wrong))
    return InvalidInput("successor", f"库里没有 {text}", f"the book has no {text}")


def _articles(clauses: Iterable[Clause]) -> dict[tuple[int, str], str]:
    """所在各条的全文。 The words of the whole articles that clauses stand in. One statement."""
    wanted = {(clause.version_id, clause.key.partition(".")[0]) for clause in clauses}
    rows = Clause.objects.filter(
        version__in={version for version, _ in wanted}, key__in={key for _, key in wanted}
    ).values_list("version_id", "key", "text")
    return {(version, key): text for version, key, text in rows}


def _check_apart(ready: Sequence[_Move]) -> None:
    """一项不能两次以同一条为依据。 No entry comes to rest on one clause twice. One statement."""
    resting = set(
        Binding.objects.filter(
            entry__in=[move.binding.entry_id for move in ready], valid_to=None
        ).values_list("entry", "clause")
    )
    for move in ready:
        if (move.binding.entry_id, move.clause.pk) in resting:
            raise InvalidInput(
                "successor",
                f"“{move.binding.entry.name or move.binding.entry.code}”已经以它为依据",
                f"{move.binding.entry.ref} rests on it already",
            )
        resting.add((move.binding.entry_id, move.clause.pk))


def _check_in_force(ready: Sequence[_Move]) -> None:
    """后继条款当日有效。 Each successor is in force on the day it takes over. One statement for each day."""
    for day in sorted({move.day for move in ready}):
        mine = {move.clause.pk: move.clause for move in ready if move.day == day}
        held = set(Clause.objects.filter(in_force(day=day), pk__in=mine).values_list("pk", flat=True))
        for key, clause in mine.items():
            if key not in held:
                raise InvalidInput(
                    "successor",
                    f"{ref_of(clause)} 在 {day} 不是有效条款",
                    f"{ref_of(clause)} is not in force on {day}",
                )


def _judge(move: _Move) -> None:
    """后继条款也要承得起这一项。 The successor has to carry the entry: where the entry says its nature, as a clause in an application
    would (its level may carry that kind of power, its words name or cover the holder); elsewhere at a level no lower than what
    it rested on, or than a law of the city, and no sample in place of a law. Raises InvalidInput, NotAdmitted.
    """
    entry = move.binding.entry
    if not (entry.nature and move.binding.mandatory):
        new, old = move.clause.version.instrument, move.binding.clause.version.instrument
        if (new.illustrative and not old.illustrative) or Level(new.level).rank > max(
            Level(old.level).rank, Level.LOCAL_REGULATION.rank
        ):
            raise InvalidInput(
                "successor",
                f"《{new.title}》的位阶低于原来的依据",
                f"{new.title} is of a lower level than what the entry rested on",
            )
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
    today = city_day(warrant.at)
    before = states_on(day=today)
    for move in ready:
        move.binding.valid_to = move.day
    Binding.objects.bulk_update([move.binding for move in ready], ["valid_to"], batch_size=2_000)
    Binding.objects.bulk_create(
        [
            Binding(
                entry=move.binding.entry, clause=move.clause, mandatory=move.binding.mandatory,
                general=move.binding.general, valid_from=move.day, phrase=move.phrase,
            )
            for move in ready
        ],
        batch_size=2_000,
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
    settle(warrant, today, before)
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
    """处理存疑。 Say what holds where the reading of a text was uncertain. A record only: the text itself is not altered. Raises InvalidInput, Conflict."""
    del doubt
    row: Doubt = warrant.scope.state
    row.resolution, row.note, row.resolved_at = resolution, note.strip()[:300], warrant.at
    row.save(update_fields=["resolution", "note", "resolved_at"])
