"""暂缓显示：提出、决定、提前结束、结束后告知。 Deferring lines of the person's page: proposed, decided by another, ended, told of.

个人信息保护法 art. 18 para. 1 (secrecy that a law or administrative regulation requires) and art. 35 (telling would hinder the
statutory duty). The acts do not name the person in the ledger: their entry would itself be a line on the page it keeps back.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Contest, Deferral, DeferredLine
from tongxin.exchange.operations.common import authority, next_number, require_words, save_step
from tongxin.exchange.queries.person import deferred_among
from tongxin.exchange.rules.clocks import PERSONAL
from tongxin.exchange.rules.person import CALL, DEFERRAL_GROUNDS, NEVER_DEFERRED, speaks_of_secrecy
from tongxin.law import queries as law
from tongxin.law.rules.levels import CENTRAL
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.ledger.queries import contents_of
from tongxin.places.queries import city_day

MOST_LINES = 200


def _special(clause: str, ground: str, day: date) -> str:
    """专门法律的一条。 The special clause: of a law or administrative regulation in force, not of the personal information law itself."""
    try:
        ref = ClauseRef.parse(clause.strip())
    except BadClauseRefError as error:
        raise InvalidInput("clause", "条款的写法不对", "this is no reference to a clause") from error
    found = law.clause_at(ref=ref)
    standing = law.clause_on(instrument=ref.key, key=ref.clause, day=day) if found else None
    if found is None or standing is None or standing.pk != found.pk:
        raise InvalidInput(
            "clause", "这一条现在无效，或者法典里没有", "this clause is not in force, or not in the book"
        )
    if found.version.instrument.level not in CENTRAL or ref.key == PERSONAL:
        raise InvalidInput(
            "clause",
            "须是法律或者行政法规里的专门规定，不能是个人信息保护法自己",
            "it is a special rule of a law or an administrative regulation, other than the personal information law",
        )
    if DEFERRAL_GROUNDS[ground].secret and not speaks_of_secrecy(found.text):
        raise InvalidInput(
            "clause",
            "这一条没有说要保密或者不需要告知",
            "this clause neither requires secrecy nor lifts the duty to tell",
        )
    return str(law.ref_of(found))


def _basis(clause: str, ground: str, day: date) -> str:
    """两条依据。 Both clauses of a deferral: that of the ground, in the version in force, and the special one."""
    own = law.clause_on(instrument=PERSONAL, key=DEFERRAL_GROUNDS[ground].clause, day=day)
    if own is None:
        raise InvalidInput("ground", "这个理由的条款现在无效", "the clause of this ground is not in force")
    return f"{law.ref_of(own)} {_special(clause, ground, day)}"


def _chosen(lines: Collection[int]) -> dict[int, str]:
    """选的各条，和查看的机构。 The entries chosen, each with the organ that looked. Raises InvalidInput."""
    wanted = sorted(set(lines))
    if not 0 < len(wanted) <= MOST_LINES:
        raise InvalidInput(
            "lines", f"一次选 1 至 {MOST_LINES} 行", f"choose 1 to {MOST_LINES} lines at a time"
        )
    found = contents_of(entries=wanted)
    looks = {verb for verb, declared in REGISTRY.items() if declared.personal} | {CALL}
    able = {
        one.entry_id: one.entry.organ
        for one in found
        if one.persons
        and one.entry.verb in looks - NEVER_DEFERRED
        and one.entry.organ
        and one.content.get("actor") not in one.persons
    }
    if len(able) != len(wanted):
        raise InvalidInput(
            "lines", "有的编号不是一次可以暂缓的查看", "some numbers are no look that can be deferred"
        )
    if Contest.objects.filter(line__in=wanted).exists():
        raise InvalidInput(
            "lines", "有的行本人已经提出异议，不能再暂缓", "a line that was contested cannot be deferred"
        )
    return able


def _ask_scope(
    *,
    actor: Actor,
    at: datetime,
    lines: Sequence[int],
    ground: str,
    clause: str,
    until: datetime,
    reason: str,
) -> Scope:
    del actor
    if ground not in DEFERRAL_GROUNDS:
        raise InvalidInput("ground", "请从清单里选理由", "choose a ground of the list")
    require_words("reason", reason)
    longest = DEFERRAL_GROUNDS[ground].longest
    if until.tzinfo is None or not at < until <= at + longest:
        raise InvalidInput(
            "until", f"须写明止期，最长 {longest.days} 天", f"an end is needed, {longest.days} days at most"
        )
    basis = _basis(clause, ground, city_day(at))
    chosen = _chosen(lines)
    number = next_number(Deferral, "H", at)
    return Scope(
        subject=f"deferral:{number}",
        organs=frozenset(chosen.values()) if len(set(chosen.values())) == 1 else frozenset(),
        content={"lines": list(chosen), "ground": ground, "until": until.isoformat()},
        state=(number, basis, list(chosen)),
    )


@act("defer_lines", title=("提出暂缓显示", "propose to defer lines"), by=[By.DATA_OFFICER], scope=_ask_scope)
def defer_lines(
    *, warrant: Warrant, lines: Sequence[int], ground: str, clause: str, until: datetime, reason: str
) -> str:
    """提出暂缓显示。 Propose that lines of one's own organ are shown later; returns the number. Nothing is deferred yet.

    lines    numbers of ledger entries, looks of the own organ
    ground   `secrecy` (个人信息保护法 art. 18 para. 1) or `hinders` (art. 35)
    clause   the special rule of a law or administrative regulation, `law:…@date#clause`, in force today
    until    mandatory; at most 180 and 90 days (the platform's own numbers)

    Raises InvalidInput; Refused for lines of another organ.
    """
    del lines, clause
    number, basis, chosen = warrant.scope.state
    assert warrant.standing is not None  # noqa: S101 - only a post may do this
    made = Deferral.objects.create(
        number=number,
        ground=ground,
        clause=basis,
        organ=warrant.standing.organ,
        reason=reason.strip(),
        state=Deferral.State.PROPOSED,
        asked_by=warrant.actor.person,
        since=warrant.at,
        until=until,
    )
    DeferredLine.objects.bulk_create(
        [DeferredLine(entry=warrant.entry, line=line, deferral=made) for line in chosen]
    )
    save_step(warrant, made.ref, state=made.state, note=reason)
    return str(number)


def _opened(number: str) -> Deferral:
    found = Deferral.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise InvalidInput("number", "没有这个编号的暂缓", "there is no such deferral")
    return found


def _decide_scope(*, actor: Actor, at: datetime, number: str, granted: bool, reason: str) -> Scope:
    del actor
    found = _opened(number)
    require_words("reason", reason)
    if found.state != Deferral.State.PROPOSED:
        raise Conflict("已经决定过了", "it has been decided")
    lines = list(found.lines.values_list("line", flat=True))
    if granted:
        if at >= found.until:
            raise Conflict("止期已过，不能再准", "its end has passed; it can no longer be granted")
        _basis(found.clause.split()[1], found.ground, city_day(at))
        _chosen(lines)
    lookers = {
        str(content.get("actor")) for content in contents_of(entries=lines).values_list("content", flat=True)
    }
    return Scope(
        subject=found.ref,
        organs=frozenset({found.organ}),
        not_by=frozenset({found.asked_by, *lookers}),
        content={"granted": granted},
        state=found,
    )


@act(
    "decide_deferral", title=("决定暂缓显示", "decide on a deferral"), by=[By.DATA_HEAD], scope=_decide_scope
)
def decide_deferral(*, warrant: Warrant, number: str, granted: bool, reason: str) -> None:
    """决定暂缓显示。 Grant a deferral from now on, or refuse it: by the head, who neither proposed it nor looked.

    Both clauses must be in force at this moment too. Raises InvalidInput, Conflict, Refused.
    """
    del number
    found: Deferral = warrant.scope.state
    found.state = Deferral.State.GRANTED if granted else Deferral.State.REFUSED
    found.decided_by, found.decided_at, found.decision = warrant.actor.person, warrant.at, reason.strip()
    if granted:
        found.since = warrant.at
    found.save(force_update=True)
    save_step(warrant, found.ref, state=found.state, note=reason)


def _end_scope(*, actor: Actor, at: datetime, number: str, reason: str) -> Scope:
    del actor
    found = _opened(number)
    require_words("reason", reason)
    if found.state != Deferral.State.GRANTED or found.ended_at is not None or at >= found.until:
        raise Conflict("这项暂缓现在不在生效", "this deferral is not running now")
    return Scope(subject=found.ref, organs=frozenset({found.organ, authority()}), state=found)


@act("end_deferral", title=("提前结束暂缓", "end a deferral early"), by=[By.DATA_HEAD], scope=_end_scope)
def end_deferral(*, warrant: Warrant, number: str, reason: str) -> None:
    """提前结束暂缓。 End a deferral before its day: by the organ's head, or the head of the authority. Raises Conflict, InvalidInput."""
    del number
    found: Deferral = warrant.scope.state
    found.ended_at, found.ended_by, found.end_reason = warrant.at, warrant.actor.person, reason.strip()
    found.save(force_update=True)
    save_step(warrant, found.ref, state="ended", note=reason)


def _told_scope(*, actor: Actor, at: datetime, numbers: Sequence[str]) -> list[Scope]:
    del actor
    rows = (
        Deferral.objects.select_for_update()
        .filter(number__in=list(numbers), state=Deferral.State.GRANTED, told_at=None)
        .order_by("id")
    )
    found = []
    for row in rows:
        if (row.ended_at or row.until) > at:
            continue
        lines = list(row.lines.values_list("line", flat=True))
        seen = set(lines) - deferred_among(entries=lines, at=at)
        named = contents_of(entries=seen).values_list("persons", flat=True)
        persons = tuple(dict.fromkeys(person for persons in named for person in persons))
        found.append(Scope(subject=row.ref, persons=persons, state=row))
    return found


@act(
    "tell_deferral_ended",
    title=("告知暂缓已结束", "tell that a deferral has ended"),
    by=[By.PLATFORM],
    scope=_told_scope,
    many=True,
)
def tell_deferral_ended(*, warrants: Sequence[Warrant], at: datetime, numbers: Sequence[str]) -> int:
    """告知暂缓已结束。 Tell those concerned that a line can be read now (个人信息保护法 arts. 18, 35); returns for how many deferrals.

    The lines are there since the end itself, told of or not. The notice names neither organ nor matter.
    """
    del numbers
    for warrant in warrants:
        row: Deferral = warrant.scope.state
        row.told_at = at
        row.save(update_fields=["told_at"])
        for person in warrant.scope.persons:
            warrant.tell(recipient=person, template="deferral_ended")
    return len(warrants)
