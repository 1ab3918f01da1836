"""采集目录的写入。 Writes of the catalogue of what is collected: an organ says what its form asks, and that it asks no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Collected
from tongxin.exchange.operations.common import require_words, save_step
from tongxin.exchange.queries.collected import holdings
from tongxin.exchange.rules.collecting import NO_SECOND_ASKING, Holding, held_already
from tongxin.exchange.terms import Meaning
from tongxin.law.queries import clause_on, ref_of
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.places.queries import city_day


@dataclass(frozen=True, kw_only=True, slots=True)
class NewQuestion:
    """一张表单的一问。 One question of a form: its words, what it means, and the clause that requires asking although the city holds it."""

    form: str
    label: str
    kinds: tuple[Meaning, ...]
    clause: str = ""


def _record_scope(*, actor: Actor, at: datetime, question: NewQuestion) -> Scope:
    del actor, at
    form = require_words("form", question.form, least=2, most=120)
    label = require_words("label", question.label, least=1, most=120)
    if not question.kinds:
        raise InvalidInput("kinds", "请选这一问的含义", "choose what the question means")
    return Scope(
        subject=f"form:{form}"[:80],
        content={
            "form": form,
            "label": label,
            "kinds": [one.value for one in question.kinds],
            "clause": question.clause,
        },
    )


@act(
    "record_collection",
    title=("登记采集事项", "record what a form asks"),
    by=[By.DATA_OFFICER],
    scope=_record_scope,
)
def record_collection(*, warrant: Warrant, question: NewQuestion) -> int:
    """登记一张表单的一问。 Record one question of a form of one's own organ. Returns the row's number.

    Raises Refused (`held_already`) when the city holds it and no clause in force is named that requires asking again
    (政务数据共享条例 art. 19); InvalidInput for a clause the book does not have in force; Conflict when it is recorded already.
    """
    organ = warrant.standing.organ if warrant.standing else ""
    day = city_day(warrant.at)
    held = held_already(question.kinds, holdings(day=day), organ=organ)
    clause = _clause(question.clause, warrant) if question.clause.strip() else ""
    if held is not None and not clause:
        raise _asked_again(held, warrant)
    form, label = question.form.strip(), question.label.strip()
    if Collected.objects.filter(organ=organ, form=form, label=label, ended=None).exists():
        raise Conflict("这一问已经登记了", "this question is recorded already")
    row = Collected.objects.create(
        organ=organ,
        form=form,
        label=label,
        kinds=[one.value for one in dict.fromkeys(question.kinds)],
        clause=clause,
        held_item=held.item if held else "",
        held_field=held.field if held else "",
        since=day,
    )
    save_step(warrant, f"collected:{row.pk}", note=f"{form} {label}")
    return row.pk


def _clause(text: str, warrant: Warrant) -> str:
    try:
        ref = ClauseRef.parse(text.strip())
    except BadClauseRefError:
        ref = None
    found = clause_on(instrument=ref.key, key=ref.clause, day=city_day(warrant.at)) if ref else None
    if ref is None or found is None or ref_of(found) != ref:
        raise InvalidInput(
            "clause", "法典里没有这一条，或者今天没有效力", "the book has no such clause in force today"
        )
    return str(ref_of(found))


def _asked_again(held: Holding, warrant: Warrant) -> Refused:
    found = clause_on(instrument=NO_SECOND_ASKING[0], key=NO_SECOND_ASKING[1], day=city_day(warrant.at))
    return Refused(
        "held_already",
        f"城市已经掌握（{held.item} 的 {held.field}），不能再向人要",
        f"the city holds it already ({held.item}, {held.field}): people may not be asked again",
        clause=str(ref_of(found)) if found else "",
        instead="改用数据共享取得；法律要求必须再问的，写明那一条",
        instead_en="obtain it by sharing; where a law requires asking again, name that clause",
    )


def _end_scope(*, actor: Actor, at: datetime, numbers: Sequence[int]) -> Scope:
    del actor, at
    rows = list(Collected.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))
    if not rows or len(rows) != len(set(numbers)):
        raise InvalidInput("numbers", "没有这一问", "there is no such question")
    return Scope(
        subject=f"form:{rows[0].form}"[:80],
        organs=frozenset({rows[0].organ}) if len({row.organ for row in rows}) == 1 else frozenset(),
        content={"numbers": sorted(set(numbers))},
        state=rows,
    )


@act(
    "end_collection",
    title=("停止采集", "stop asking"),
    by=[By.DATA_OFFICER],
    scope=_end_scope,
)
def end_collection(*, warrant: Warrant, numbers: Sequence[int]) -> None:
    """停止采集。 Say that questions are asked no more, from today. Raises Conflict when one has ended already."""
    del numbers
    rows: list[Collected] = warrant.scope.state
    if any(row.ended is not None for row in rows):
        raise Conflict("已经停止采集了", "it is asked no more already")
    for row in rows:
        row.ended = city_day(warrant.at)
        row.save(force_update=True)
        save_step(warrant, f"collected:{row.pk}", note=row.label)
