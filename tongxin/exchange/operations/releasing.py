"""统计发布的写入：提出、发布、不予发布、定预算。 Writes of statistics: asking, releasing, declining, and setting a privacy budget.

One person asks, the head of the provider's office releases: another person, kept by the database too. The rows are read within the
act of releasing, for the purpose `statistics`, and only the table stays. An item's releases take turns on the row of its source, so
that two at once see each other; the budget is spent under a lock of its own row.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Budget, Release, ReleaseQuestion, Source
from tongxin.exchange.operations.common import authority, next_number, require_words, save_step
from tongxin.exchange.queries.releases import groupable, of_year, stored_answer
from tongxin.exchange.queries.statistics import Rows
from tongxin.exchange.rules.answers import answer_of
from tongxin.exchange.rules.protecting import (
    fields_of,
    once,
    require_apart,
    table_for,
    with_noise,
    withheld_in,
)
from tongxin.exchange.rules.releases import Protection, Query, canonical
from tongxin.exchange.rules.suppression import LEAST_THRESHOLD
from tongxin.exchange.terms import Purpose, Sharing
from tongxin.law.queries import entries_on
from tongxin.places.queries import city_day

MOST_THRESHOLD = 1_000
MOST_EPSILON = 10_000_000
State = ReleaseQuestion.State


# ---- Asking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    query: Query
    source: Source
    reason: str


def _ask_scope(*, actor: Actor, at: datetime, query: Query, reason: str) -> Scope:
    del actor
    source = _source(query.item)
    asked = canonical(
        replace(query, year=city_day(at).year), fields=[one.name for one in groupable(source=source)]
    )
    _require_protection(asked)
    return Scope(
        subject=asked.item,
        entry=asked.item,
        organs=frozenset({source.organ, authority()}),
        content={"query": asked.as_json(), "reason": require_words("reason", reason)},
        state=_Asked(asked, source, reason.strip()),
    )


def _source(item: str, *, lock: bool = False) -> Source:
    rows = Source.objects.select_for_update() if lock else Source.objects.all()
    source = rows.filter(item=item).first()
    if source is None:
        raise InvalidInput("item", "这个目录项没有来源系统", "this item has no source system")
    return source


def _require_protection(query: Query) -> None:
    if query.protection is Protection.SUPPRESSED and not LEAST_THRESHOLD <= query.threshold <= MOST_THRESHOLD:
        raise InvalidInput("threshold", f"最小的数在 {LEAST_THRESHOLD} 到 {MOST_THRESHOLD} 之间",
                           f"the least count is from {LEAST_THRESHOLD} to {MOST_THRESHOLD}")  # fmt: skip
    if query.protection is Protection.NOISED and not 1 <= query.epsilon <= MOST_EPSILON:
        raise InvalidInput("epsilon", f"预算在 1 到 {MOST_EPSILON} 之间（百万分之一 ε）",
                           f"the budget is from 1 to {MOST_EPSILON} millionths of ε")  # fmt: skip


@act(
    "ask_release",
    title=("提出统计发布", "ask for statistics to be released"),
    by=[By.DATA_OFFICER],
    scope=_ask_scope,
)
def ask_release(*, warrant: Warrant, query: Query, reason: str) -> str:
    """提出一个统计问题。 Ask for a table. Returns the number of the question; or of the release that answers it already (`F…`).

    Raises InvalidInput for fields that may not be grouped by, Refused for an item that is not shared.
    """
    del query, reason
    asked: _Asked = warrant.scope.state
    _require_shared(warrant, asked.query.item)
    stored = stored_answer(query=asked.query)
    if stored is not None:
        return stored.number
    waiting = ReleaseQuestion.objects.filter(digest=asked.query.digest(), state=State.OPEN).first()
    if waiting is not None:
        return waiting.number
    row = ReleaseQuestion.objects.create(
        number=next_number(ReleaseQuestion, "T", warrant.at),
        item=asked.query.item,
        query=asked.query.as_json(),
        digest=asked.query.digest(),
        reason=asked.reason,
        organ=warrant.standing.organ if warrant.standing else "",
        provider=asked.source.organ,
        asked_by=warrant.actor.person,
        asked_at=warrant.at,
    )
    warrant.tell(
        recipient=f"organ:{row.provider}", template="release_asked", number=row.number, item=row.item
    )
    return row.number


def _require_shared(warrant: Warrant, item: str) -> None:
    entry = entries_on(kind="data", day=city_day(warrant.at)).filter(code=item.partition(":")[2]).first()
    if entry is None or entry.facts.get("sharing") == Sharing.NONE:
        raise Refused(
            "not_shared",
            "这个目录项不在目录上，或者不予共享，不能统计发布",
            "this item is not in the catalogue, or is not shared: no statistics of it are released",
        )


# ---- Releasing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Decided:
    question: ReleaseQuestion
    query: Query
    source: Source


def _decide_scope(
    *, actor: Actor, at: datetime, number: str, read: Rows | None = None, note: str = ""
) -> Scope:
    del actor, at, read
    found = ReleaseQuestion.objects.filter(number=number).first() if "\x00" not in number else None
    if found is None:
        raise InvalidInput("number", "没有这个统计问题", "there is no such question")
    source = _source(found.item, lock=True)  # whoever comes second waits, and sees what the first released
    question = ReleaseQuestion.objects.select_for_update().get(pk=found.pk)
    query = Query.of_json(question.query)
    return Scope(
        subject=question.item,
        entry=question.item,
        organs=frozenset({question.provider}),
        not_by=frozenset({question.asked_by}),
        content={
            "purpose": Purpose.STATISTICS.value,
            "question": question.number,
            "digest": bytes(question.digest).hex(),
            "note": note,
        },
        state=_Decided(question, query, source),
    )


@act(
    "release_statistics",
    title=("发布统计", "release statistics"),
    by=[By.DATA_HEAD],
    scope=_decide_scope,
)
def release_statistics(*, warrant: Warrant, number: str, read: Rows, note: str = "") -> str:
    """发布统计。 Count, protect and publish the table of a question; `read` gives the source's rows. Returns the release's number.

    What was released already is returned and not counted anew. Raises Refused when the budget is spent, when the table would let
    somebody work out small numbers beside earlier ones, or when it cannot be protected; Conflict for a question that was declined.
    """
    del number
    decided: _Decided = warrant.scope.state
    question, query = decided.question, decided.query
    if question.state == State.DECLINED:
        raise Conflict("这个问题已经不予发布", "this question was declined")
    if question.release is not None:
        return question.release.number
    _require_shared(warrant, query.item)
    release = stored_answer(query=query) or _released(warrant, decided, read)
    question.state, question.release, question.note = State.RELEASED.value, release, note.strip()
    question.decided_by, question.decided_at = warrant.actor.person, warrant.at
    question.save(force_update=True)
    save_step(warrant, f"release:{release.number}", state="released", note=note)
    return release.number


def _released(warrant: Warrant, decided: _Decided, read: Rows) -> Release:
    query, source = decided.query, decided.source
    earlier = [(Query.of_json(row.query), row.answer) for row in of_year(item=query.item, year=query.year)]
    if query.protection is Protection.NOISED:
        require_apart(query, earlier, rows=())
        _spend(query)
    rows = once(
        read(source, fields_of(query, earlier, key=source.key)), query=query, earlier=earlier, key=source.key
    )
    table = table_for(query, rows)
    if query.protection is Protection.NOISED:
        answer = answer_of(with_noise(query, table))
    else:
        require_apart(query, earlier, rows=rows)
        answer = answer_of(table, withheld_in(query, table, earlier))
    return Release.objects.create(
        entry=warrant.entry,
        number=next_number(Release, "F", warrant.at),
        item=query.item,
        query=query.as_json(),
        digest=query.digest(),
        protection=query.protection.value,
        cost=query.epsilon,
        answer=answer,
        organ=source.organ,
        at=warrant.at,
    )


def _spend(query: Query) -> None:
    """在行锁下支出预算。 Spend under the lock of the budget's row. Raises Refused when there is none, or not enough."""
    budget = Budget.objects.select_for_update().filter(item=query.item).first()
    left = budget.total - budget.spent if budget else 0
    if budget is None or query.epsilon > left:
        raise Refused("budget_spent", f"隐私预算不够：还剩 {left}，要用 {query.epsilon}（百万分之一 ε）",
                      f"not enough privacy budget: {left} left, {query.epsilon} wanted (millionths of ε)")  # fmt: skip
    budget.spent += query.epsilon
    budget.save(force_update=True)


@act(
    "decline_release",
    title=("不予发布统计", "decline to release statistics"),
    by=[By.DATA_HEAD],
    scope=_decide_scope,
)
def decline_release(*, warrant: Warrant, number: str, note: str) -> None:
    """不予发布，说明理由。 Decline a question, with the reason. Raises InvalidInput without one, Conflict when it was decided."""
    del number
    question: ReleaseQuestion = warrant.scope.state.question
    if question.state != State.OPEN:
        raise Conflict("这个问题已经办过了", "this question was decided already")
    question.state, question.note = State.DECLINED.value, require_words("note", note)
    question.decided_by, question.decided_at = warrant.actor.person, warrant.at
    question.save(force_update=True)
    warrant.tell(
        recipient=f"organ:{question.organ}",
        template="release_declined",
        number=question.number,
        note=question.note,
    )


# ---- The budget -----------------------------------------------------------------------------------------------------


def _budget_scope(*, actor: Actor, at: datetime, item: str, total: int) -> Scope:
    del actor, at
    _source(item)
    if not 0 <= total <= 1_000 * MOST_EPSILON:
        raise InvalidInput(
            "total", "预算是不太大的非负整数", "the budget is a whole number, not negative and not too large"
        )
    return Scope(
        subject=item, entry=item, organs=frozenset({authority()}), content={"item": item, "total": total}
    )


@act(
    "set_budget",
    title=("定隐私预算", "set a privacy budget"),
    by=[By.DATA_HEAD],
    scope=_budget_scope,
)
def set_budget(*, warrant: Warrant, item: str, total: int) -> int:
    """定一个目录项的隐私预算。 Set the whole budget of an item, in millionths of ε. Returns what is left. Never below what is spent."""
    Budget.objects.get_or_create(item=item, defaults={"total": total})
    budget = Budget.objects.select_for_update().get(item=item)
    if total < budget.spent:
        raise InvalidInput(
            "total",
            f"已经用了 {budget.spent}，不能比它少",
            f"{budget.spent} is spent already: not below that",
        )
    budget.total = total
    budget.save(force_update=True)
    save_step(warrant, item, note=f"ε {total}/1000000")
    return budget.total - budget.spent
