"""目录的写入：影响评估、拟改、审核公布、退回。 Writes of the catalogue: impact assessment, proposing a revision, publishing or returning it.

政务数据共享条例 arts. 13–17; 个人信息保护法 arts. 55–56. The item itself is an entry of the list `data`: every rule of admission is asked of it
as it would be, when it is proposed and again when it is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Application, Assessment, CatalogueRevision, Field, Source
from tongxin.exchange.operations.common import (
    authority,
    begin_term,
    end_term,
    require_words,
    save_step,
)
from tongxin.exchange.operations.ending import terminate
from tongxin.exchange.queries.catalogue import Item, assessment_of, item_on
from tongxin.exchange.queries.grants import grants_of_item
from tongxin.exchange.rules.catalogue import REVISABLE, field_faults
from tongxin.exchange.terms import NewField, Revision, Sharing, TermKind
from tongxin.law.operations import amend_entry
from tongxin.law.operations.duties import amendment_objections
from tongxin.law.operations.listing import NotAdmitted
from tongxin.organs.queries import organs_by_function
from tongxin.places.queries import city, city_day

State = CatalogueRevision.State
# 个人信息保护法 art. 56 para. 2 keeps an assessment three years at least. It does not say how long one may be relied on: that an older
# one is made anew is the platform's own rule.
KEPT_FOR = timedelta(days=3 * 366)
MOST_IMPACT = 400


# ---- Impact assessment -----------------------------------------------------------------------------------------------


def _assess_scope(
    *, actor: Actor, at: datetime, subject: str, lawful: str, risk: str, measures: str
) -> Scope:
    del actor
    organ = _who_assesses(subject, at)
    words = (
        require_words("lawful", lawful),
        require_words("risk", risk),
        require_words("measures", measures),
    )
    return Scope(
        subject=subject, organs=frozenset({organ}), content={"subject": subject}, state=(organ, words)
    )


def _who_assesses(subject: str, at: datetime) -> str:
    """由谁评估。 Who has to assess: the provider for an item it lists, the applicant for what it would receive (个人信息保护法 art. 55)."""
    kind, _colon, number = subject.partition(":")
    if kind == "application":
        row = Application.objects.filter(number=number).first()
        if row is not None:
            return row.organ
    item = item_on(ref=subject, day=city_day(at))
    if item is None:
        raise InvalidInput("subject", "评估要关于一个目录项或者一件申请", "about an item or an application")
    return holder_of(item)


def holder_of(item: Item) -> str:
    """目录项由哪个机构编制。 The organ that draws up an item: the provider of its source, else the city's organ of its holder."""
    if item.source is not None:
        return item.source.organ
    here = city()
    organ = organs_by_function(here.revision).get((item.entry.holder.partition("@")[0], here.root))
    return organ.code if organ else here.lead_body


@act(
    "assess_impact",
    title=("评估个人信息保护影响", "assess the impact on personal information"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_assess_scope,
)
def assess_impact(*, warrant: Warrant, subject: str, lawful: str, risk: str, measures: str) -> None:
    """影响评估。 The three questions of 个人信息保护法 art. 56, before personal data is listed or received (art. 55); kept for good, more than 3 years.

    subject   `data:…` by the provider, `application:…` by the applicant
    """
    del lawful, risk, measures
    organ, (one, two, three) = warrant.scope.state
    Assessment.objects.create(
        entry=warrant.entry,
        subject=subject,
        organ=organ,
        person=warrant.actor.person,
        at=warrant.at,
        lawful=one,
        risk=two,
        measures=three,
    )
    save_step(warrant, subject, note=one)


# ---- Proposing -------------------------------------------------------------------------------------------------------


def _revise_scope(*, actor: Actor, at: datetime, item: str, proposed: Revision, reason: str) -> Scope:
    del actor
    found = _require_item(item, at)
    words = require_words("reason", reason)
    if CatalogueRevision.objects.filter(item=item, state=State.PROPOSED).exists():
        raise Conflict("这一项已有一次更新在审", "a revision of this item is being reviewed")
    _check(found, proposed, at)
    return Scope(
        subject=item,
        organs=frozenset({holder_of(found)}),
        content={"item": item, "facts": sorted(proposed.facts)},
        state=(found, words),
    )


def _require_item(ref: str, at: datetime) -> Item:
    item = item_on(ref=ref, day=city_day(at))
    if item is None:
        raise InvalidInput("item", "目录里没有这一项", "the catalogue has no such item")
    return item


def _check(item: Item, proposed: Revision, at: datetime) -> None:
    """拟改的合不合规则。 Whether the item as it would be may stand. Raises InvalidInput, NotAdmitted with every objection."""
    strange = sorted(set(proposed.facts) - REVISABLE)
    if strange or not (proposed.facts or proposed.fields is not None or proposed.rests is not None):
        raise InvalidInput("facts", f"不能改这些：{strange}", f"nothing to revise, or not these: {strange}")
    fields = proposed.fields if proposed.fields is not None else _fields_of(item)
    if proposed.fields is not None:
        if item.source is None:
            raise InvalidInput("fields", "这一项还没有登记来源", "the item has no source yet")
        for wrong in field_faults(fields, key=item.source.key):
            raise InvalidInput("fields", *wrong)
        _require_no_grant_loses(item, fields)
    personal = _is_personal(item, fields)
    if personal and assessment_of(subject=item.ref, since=at - KEPT_FOR) is None:
        raise InvalidInput(
            "impact",
            "含个人信息的目录项，先做个人信息保护影响评估（个人信息保护法第五十五条）",
            "an item with personal information needs an impact assessment first (PIPL art. 55)",
        )
    facts = stated(item.ref, proposed.facts, personal=personal, at=at)
    against = amendment_objections(item.entry, facts=facts, rests=proposed.rests, at=at)
    if against:
        raise NotAdmitted(against)


def _fields_of(item: Item) -> tuple[NewField, ...]:
    return tuple(
        NewField(name=f.name, label=f.label, label_en=f.label_en, personal=f.personal, sensitive=f.sensitive)
        for f in item.fields
    )


def _is_personal(item: Item, fields: Sequence[NewField]) -> bool:
    """含不含个人信息。 By its fields; an item that is not connected has none, and stays what the catalogue says it is."""
    return any(field.personal for field in fields) if fields else item.entry.facts.get("personal") == "yes"


def _require_no_grant_loses(item: Item, fields: Sequence[NewField]) -> None:
    """不能借更新目录变更已提供的服务。 A field that a living grant carries is not taken away by a revision: that would change a service without
    consulting its user (art. 27 para. 3).
    """
    gone = item.names - {field.name for field in fields}
    if gone:
        used = {
            name for names in grants_of_item(item=item.ref).values_list("fields", flat=True) for name in names
        }
        if gone & used:
            zh = f"还有授权在用这些字段：{sorted(gone & used)}，先与使用方协商并终止"
            raise InvalidInput(
                "fields", zh, f"grants still carry {sorted(gone & used)}: consult and end them first"
            )


def stated(item: str, facts: Mapping[str, str], *, personal: bool, at: datetime) -> dict[str, str]:
    """连同由系统写明的。 The facts with those that follow by themselves: whether personal, how its impact was assessed, when approved and reviewed."""
    day = city_day(at).isoformat()
    made = assessment_of(subject=item, since=at - KEPT_FOR) if personal else None
    impact = (
        f"{city_day(made.at).isoformat()}，{made.measures}"[:MOST_IMPACT]
        if made
        else f"{day}，不涉及个人信息"
    )
    return {
        **facts,
        "personal": "yes" if personal else "no",
        "impact": impact,
        "approved": day,
        "reviewed": day,
    }


@act(
    "revise_item",
    title=("提出目录更新", "propose a revision of a catalogue item"),
    by=[By.DATA_HEAD],
    scope=_revise_scope,
)
def revise_item(*, warrant: Warrant, item: str, proposed: Revision, reason: str) -> int:
    """提出更新。 The head of the organ's own office sends an item, as it would be, to the authority, whose two working days begin (arts. 13, 16, 17).

    Every rule is asked at once. Returns the revision's number. Raises InvalidInput, NotAdmitted with every objection, Conflict.
    """
    del reason
    found, words = warrant.scope.state
    row = CatalogueRevision.objects.create(
        item=item,
        organ=holder_of(found),
        proposed=_kept(proposed),
        reason=words,
        proposed_by=warrant.actor.person,
        proposed_at=warrant.at,
    )
    begin_term(warrant, TermKind.REVIEW, row.ref, organ=authority(), applicant=row.organ)
    save_step(warrant, item, state=row.state, note=words)
    warrant.tell(recipient=f"organ:{authority()}", template="revision_proposed", number=str(row.pk),
                 organ=row.organ, matter=found.entry.name, note=words[:400])  # fmt: skip
    return row.pk


def _kept(proposed: Revision) -> dict[str, Any]:
    return {
        "facts": dict(proposed.facts),
        "fields": None if proposed.fields is None else [asdict(field) for field in proposed.fields],
        "rests": None if proposed.rests is None else [list(rest) for rest in proposed.rests],
    }


def proposed_of(row: CatalogueRevision) -> Revision:
    """拟改的内容。 What a revision would change, as it was proposed."""
    kept = row.proposed
    return Revision(
        facts=kept["facts"],
        fields=None if kept["fields"] is None else tuple(NewField(**field) for field in kept["fields"]),
        rests=None if kept["rests"] is None else tuple((ref, words) for ref, words in kept["rests"]),
    )


# ---- Reviewing -------------------------------------------------------------------------------------------------------


def _locked(number: int) -> CatalogueRevision:
    row = CatalogueRevision.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这次更新", "there is no such revision")
    if row.state != State.PROPOSED:
        raise Conflict("这次更新已经审核", "this revision has been reviewed")
    return row


def _publish_scope(*, actor: Actor, at: datetime, number: int, note: str = "") -> Scope:
    del actor
    row = _locked(number)
    item = _require_item(row.item, at)
    proposed = proposed_of(row)
    _check(item, proposed, at)
    return Scope(
        subject=row.item,
        organs=frozenset({authority()}),
        not_by=frozenset({row.proposed_by}),
        content={"number": number, "note": note},
        state=(row, item, proposed),
    )


@act(
    "publish_revision",
    title=("审核公布目录更新", "publish a revision of the catalogue"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_publish_scope,
)
def publish_revision(*, warrant: Warrant, number: int, note: str = "") -> None:
    """审核公布。 The authority passes a revision, another person than who proposed it: the item is changed from now on and the clock of updating is done.

    What a law closes altogether ends its grants, with that law as the reason. Raises NotAdmitted, InvalidInput, Conflict.
    """
    del number
    row, item, proposed = warrant.scope.state
    fields = proposed.fields if proposed.fields is not None else _fields_of(item)
    personal = _is_personal(item, fields)
    facts = stated(item.ref, proposed.facts, personal=personal, at=warrant.at)
    amend_entry(
        actor=PLATFORM, at=warrant.at, entry=row.item, facts=facts, rests=proposed.rests, note=row.reason
    )
    if proposed.fields is not None:
        _replace_fields(item.source, proposed.fields)
    if facts.get("sharing") == Sharing.NONE.value:
        for grant in grants_of_item(item=row.item).select_for_update():
            terminate(
                warrant, grant, reason="法律、行政法规规定不予共享", clause=str(facts["not_shared_under"])
            )
    _decide(warrant, row, State.PUBLISHED, note)
    warrant.tell(recipient=f"organ:{row.organ}", template="revision_published", number=str(row.pk),
                 organ=authority(), matter=item.entry.name, note=note[:400])  # fmt: skip


def _replace_fields(source: Source, fields: Sequence[NewField]) -> None:
    names = [field.name for field in fields]
    Field.objects.filter(source=source).exclude(name__in=names).delete()
    Field.objects.bulk_create(
        [
            Field(source=source, name=field.name, label=field.label, label_en=field.label_en,
                  personal=field.personal, sensitive=field.sensitive, ordinal=place)
            for place, field in enumerate(fields)
        ],
        update_conflicts=True,
        unique_fields=["source", "name"],
        update_fields=["label", "label_en", "personal", "sensitive", "ordinal"],
    )  # fmt: skip


def _decide(warrant: Warrant, row: CatalogueRevision, state: CatalogueRevision.State, note: str) -> None:
    row.state, row.note = state, note.strip()
    row.decided_by, row.decided_at = warrant.actor.person, warrant.at
    row.save(force_update=True)
    end_term(warrant, TermKind.REVIEW, row.ref)
    save_step(warrant, row.item, state=state.value, note=note)


def _return_scope(*, actor: Actor, at: datetime, number: int, note: str) -> Scope:
    del actor, at
    row = _locked(number)
    return Scope(
        subject=row.item,
        organs=frozenset({authority()}),
        not_by=frozenset({row.proposed_by}),
        content={"number": number, "note": note},
        state=(row, require_words("note", note)),
    )


@act(
    "return_revision",
    title=("退回目录更新", "return a revision of the catalogue"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_return_scope,
)
def return_revision(*, warrant: Warrant, number: int, note: str) -> None:
    """退回修改。 The authority sends a revision back and says what is to be changed. Raises InvalidInput, Conflict."""
    del number
    row, words = warrant.scope.state
    _decide(warrant, row, State.RETURNED, words)
    warrant.tell(recipient=f"organ:{row.organ}", template="revision_returned", number=str(row.pk),
                 organ=authority(), matter=row.item, note=words[:400])  # fmt: skip
    del note
