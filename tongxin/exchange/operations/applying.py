"""申请一侧的写入：申请、本单位负责人同意、补充、撤回。 Writes of the applicant's side: apply, its head agrees, supplement, withdraw."""

from collections.abc import Iterable
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Standing, Warrant
from tongxin.exchange.models import Application, Source
from tongxin.exchange.operations.common import (
    authority,
    begin_term,
    clause_now,
    end_term,
    next_number,
    require_words,
    save_step,
)
from tongxin.exchange.queries.applications import asking_of, open_count, organ_facts, recipient_kind
from tongxin.exchange.queries.catalogue import Item, item_on
from tongxin.exchange.rules.applying import MOVES, Missing, faults
from tongxin.exchange.rules.clocks import SHARING
from tongxin.exchange.terms import (
    OPEN_MOST,
    ApplicationState,
    Purpose,
    RecipientKind,
    Sharing,
    Supplement,
    TermKind,
    Wanted,
)
from tongxin.organs.queries import standing as standing_of
from tongxin.places.queries import city_day

MOST_WORDS = 2_000
MOST_CLAUSES = 10
MOST_NUMBER = 10**12
State = ApplicationState


# ---- Applying --------------------------------------------------------------------------------------------------------


def _apply_scope(*, actor: Actor, at: datetime, wanted: Wanted) -> Scope:
    day = city_day(at)
    content = {"item": wanted.item, "fields": list(wanted.fields), "purpose": wanted.purpose.value}
    office = standing_of(person=actor.person, office=actor.office or "", day=day)
    if office is None or office.post is not By.DATA_OFFICER:
        return Scope(subject=wanted.item[:80], content=content)  # the gate says who may
    item = _require_item(wanted.item, at)
    assert item.source is not None  # noqa: S101 - required just now
    # One at a time for each item, so that the bound on open applications holds however many come at once.
    Source.objects.select_for_update(no_key=True).filter(pk=item.source.pk).first()
    _require_room(office, item)
    row = _row(wanted, item, office, actor, at)
    _check_wanted(row, item, at)
    raise_first(faults(asking_of(row=row, item=item, day=day)))
    return Scope(subject=item.ref, content=content, state=row)


def _require_item(ref: str, at: datetime) -> Item:
    item = item_on(ref=ref, day=city_day(at))
    if item is None:
        raise InvalidInput("item", "目录里没有这一项", "the catalogue has no such item")
    if item.sharing is Sharing.NONE:
        raise Refused(
            "not_shared",
            f"这一项不予共享：{item.entry.facts.get('why_not', '')}",
            "this item is not shared: a law or an administrative regulation forbids it",
            clause=str(item.entry.facts.get("not_shared_under", "")),
        )
    if not item.active:
        raise Refused(
            "item_idle",
            "这一项的依据已失效，正在更新目录",
            "the item has lost its basis; it is being updated",
        )
    if item.source is None or not item.source.open:
        raise Refused("not_connected", "这一项还没有接通来源", "the item's source is not connected yet")
    return item


def _require_room(office: Standing, item: Item) -> None:
    assert item.source is not None  # noqa: S101 - required before
    if item.source.organ == office.organ:
        raise Refused("own_data", "这是本单位自己的数据，不用申请", "the data is your own: no need to apply")
    if open_count(organ=office.organ, item=item.ref) >= OPEN_MOST:
        raise Refused(
            "too_many_open",
            f"本单位对这一项已有 {OPEN_MOST} 件未结的申请，先等答复或者撤回一件",
            f"your organ has {OPEN_MOST} open applications for this item: wait, or withdraw one",
        )


def _row(wanted: Wanted, item: Item, office: Standing, actor: Actor, at: datetime) -> Application:
    assert item.source is not None  # noqa: S101 - required before
    return Application(
        item=item.ref,
        provider=item.source.organ,
        organ=office.organ,
        kind=recipient_kind(organ=organ_facts(code=office.organ)).value,
        purpose=wanted.purpose.value,
        fields=list(dict.fromkeys(wanted.fields)),
        clauses=list(dict.fromkeys(ref.strip() for ref in wanted.clauses if ref.strip())),
        scenario=wanted.scenario.strip(),
        scope=wanted.scope.strip(),
        manner=wanted.manner.value,
        until=wanted.until,
        calls=wanted.calls,
        rows=wanted.rows,
        persons=wanted.persons,
        onward=wanted.onward.strip(),
        state=State.DRAFTED.value,
        applied_by=actor.person,
        applied_at=at,
    )


def _check_wanted(row: Application, item: Item, at: datetime) -> None:
    """写得对不对。 Whether what is written can be an application at all; what is merely missing is told later, once (art. 21)."""
    strange = sorted(set(row.fields) - item.names)
    if strange or not row.fields:
        raise InvalidInput(
            "fields", f"目录项没有这些字段：{strange}", f"the item has no such fields: {strange}"
        )
    if row.until.tzinfo is None or row.until <= at:
        raise InvalidInput("until", "使用时限要晚于现在", "the time limit has to lie ahead")
    for name in ("calls", "rows"):
        if not 0 < getattr(row, name) <= MOST_NUMBER:
            raise InvalidInput(name, "要写一个正的上限", "give a positive limit")
    personal = item.personal(row.fields)
    if not (0 < row.persons <= MOST_NUMBER if personal else row.persons == 0):
        raise InvalidInput(
            "persons", "含个人信息的要写人数上限，不含的写 0", "a limit of persons; 0 without persons"
        )
    if personal and row.purpose == Purpose.STATISTICS.value:
        zh = "统计不涉及具体的人：不能要个人信息，请用统计发布"
        raise InvalidInput("purpose", zh, "statistics need no personal data: ask for a release")
    for name in ("scenario", "scope", "onward"):
        if len(getattr(row, name)) > MOST_WORDS:
            raise InvalidInput(name, f"不超过 {MOST_WORDS} 字", f"no more than {MOST_WORDS} characters")
    if len(row.clauses) > MOST_CLAUSES:
        raise InvalidInput("clauses", f"不超过 {MOST_CLAUSES} 条", f"no more than {MOST_CLAUSES} clauses")


def raise_first(found: Iterable[Missing]) -> None:
    """有错就说。 Raise InvalidInput for the first field that is wrong, with every reason for it."""
    wrong = list(found)
    if wrong:
        same = [one for one in wrong if one.field == wrong[0].field]
        raise InvalidInput(
            wrong[0].field, "；".join(one.reason for one in same), "; ".join(one.reason_en for one in same)
        )


@act(
    "apply_data",
    title=("申请共享数据", "apply to use shared data"),
    by=[By.DATA_OFFICER],
    scope=_apply_scope,
)
def apply_data(*, warrant: Warrant, wanted: Wanted) -> str:
    """申请共享数据。 Draft an application: item, fewest fields, own basis, scenario, scope, manner, until when, limits (809 art. 20).

    It waits for the head of one's own office. Returns its number. Raises InvalidInput naming the field, Refused for what is not
    shared, for one's own data and beyond the bound of open applications.
    """
    del wanted
    row: Application = warrant.scope.state
    row.number = next_number(Application, "S", warrant.at)
    row.save(force_insert=True)
    save_step(warrant, row.ref, state=row.state, note=row.scenario)
    warrant.tell(
        recipient=f"organ:{row.organ}",
        template="data_drafted",
        number=row.number,
        matter=_name(row.item, warrant),
    )
    return row.number


def _name(item: str, warrant: Warrant) -> str:
    found = item_on(ref=item, day=city_day(warrant.at))
    return found.entry.name if found else item


# ---- What every step on an application shares ------------------------------------------------------------------------


def locked(number: str, verb: str) -> Application:
    """锁住一件申请。 An application under lock, where the act may be done. Raises InvalidInput, Conflict."""
    row = Application.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise InvalidInput("number", "没有这件申请", "there is no such application")
    if State(row.state) not in MOVES[verb]:
        raise Conflict("这件申请现在不在这一步", f"this application is {row.state}: not now")
    return row


def move(warrant: Warrant, row: Application, *, note: str = "") -> None:
    """走到下一步。 Move an application where the act leads, and write the step."""
    row.state = MOVES[warrant.verb][State(row.state)].value
    row.steps += 1
    row.save(force_update=True)
    save_step(warrant, row.ref, state=row.state, note=note)


def tell_about(warrant: Warrant, row: Application, recipient: str, template: str, note: str = "") -> None:
    """告知一方。 Tell an organ of a step of an application."""
    by = warrant.standing.organ if warrant.standing else authority()
    warrant.tell(
        recipient=f"organ:{recipient}", template=template, number=row.number, organ=by, note=note[:400],
        matter=_name(row.item, warrant),
    )  # fmt: skip


# ---- Its own head agrees ---------------------------------------------------------------------------------------------


def _agree_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor
    row = locked(number, "agree_data")
    item = _require_item(row.item, at)
    return Scope(
        subject=row.ref,
        organs=frozenset({row.organ}),
        not_by=frozenset({row.applied_by}),
        content={"number": number},
        state=(row, item),
    )


@act(
    "agree_data",
    title=("同意提出共享申请", "agree that an application be filed"),
    by=[By.DATA_HEAD],
    scope=_agree_scope,
)
def agree_data(*, warrant: Warrant, number: str) -> None:
    """同意提出申请。 The head of the applicant's own office agrees (art. 20 para. 2): it is filed, and the provider's clock begins.

    1 working day for what is shared without condition, 10 for what is shared on conditions (art. 21 para. 1). Raises Conflict.
    """
    del number
    row, item = warrant.scope.state
    row.agreed_by, row.filed_at = warrant.actor.person, warrant.at
    move(warrant, row)
    begin_term(
        warrant, TermKind.ANSWER, row.ref, organ=row.provider, applicant=row.organ, sharing=item.sharing
    )
    tell_about(warrant, row, row.provider, "data_filed")


# ---- Supplementing ---------------------------------------------------------------------------------------------------


def _supplement_scope(*, actor: Actor, at: datetime, number: str, given: Supplement) -> Scope:
    del actor
    row = locked(number, "supplement_data")
    item = _require_item(row.item, at)
    if given.clauses is not None:
        row.clauses = list(dict.fromkeys(ref.strip() for ref in given.clauses if ref.strip()))
    row.scenario = row.scenario if given.scenario is None else given.scenario.strip()
    row.scope = row.scope if given.scope is None else given.scope.strip()
    _check_wanted(row, item, at)
    raise_first(faults(asking_of(row=row, item=item, day=city_day(at))))
    return Scope(subject=row.ref, organs=frozenset({row.organ}), content={"number": number}, state=row)


@act(
    "supplement_data",
    title=("补充申请材料", "supplement an application"),
    by=[By.DATA_HEAD],
    scope=_supplement_scope,
)
def supplement_data(*, warrant: Warrant, number: str, given: Supplement) -> None:
    """补充材料。 Add what the one notice named; the application is before the provider again. Raises InvalidInput, Conflict.

    By the head alone: an application goes out with the head's agreement (条例 art. 20 para. 2), and so does what changes its words.
    """
    del number, given
    row: Application = warrant.scope.state
    row.supplemented_at = warrant.at
    move(warrant, row, note=row.scenario)
    tell_about(warrant, row, row.provider, "data_supplemented")


# ---- Withdrawing -----------------------------------------------------------------------------------------------------


def _withdraw_scope(*, actor: Actor, at: datetime, number: str, reason: str) -> Scope:
    del actor, at
    row = locked(number, "withdraw_data")
    require_words("reason", reason)
    return Scope(
        subject=row.ref,
        organs=frozenset({row.organ}),
        content={"number": number, "reason": reason},
        state=row,
    )


@act(
    "withdraw_data",
    title=("撤回共享申请", "withdraw an application"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_withdraw_scope,
)
def withdraw_data(*, warrant: Warrant, number: str, reason: str) -> None:
    """撤回申请。 Withdraw one's own organ's application before it is answered or delivered; its clocks end. Raises Conflict."""
    del number
    row: Application = warrant.scope.state
    filed = row.state != State.DRAFTED.value
    move(warrant, row, note=reason)
    for kind in (TermKind.ANSWER, TermKind.DELIVER):
        end_term(warrant, kind, row.ref)
    if filed:
        tell_about(warrant, row, row.provider, "data_withdrawn", reason)


def require_basis(row: Application, at: datetime) -> Item:
    """依据此刻还在。 The item and every clause of an application hold at this moment. Raises Refused naming what does not."""
    item = _require_item(row.item, at)
    wrong = list(faults(asking_of(row=row, item=item, day=city_day(at))))
    if wrong:
        raise Refused(
            wrong[0].code,
            "；".join(one.reason for one in wrong),
            "; ".join(one.reason_en for one in wrong),
            clause=clause_now(SHARING, "a20.p2", at),
        )
    return item


def is_enterprise(row: Application) -> bool:
    """使用方是不是企业。 Whether the recipient is an enterprise: its grant carries security duties and shows in the public register."""
    return row.kind == RecipientKind.ENTERPRISE.value
