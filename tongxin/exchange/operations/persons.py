"""本人一侧各写入共用。 What writes on the person's side share: for whom somebody acts, who answers, what clause an answer rests on."""

from datetime import date, datetime

from tongxin.acts.terms import Actor, By, InvalidInput, Refused
from tongxin.exchange.operations.common import authority
from tongxin.identity.queries import may_act_for, refs_of
from tongxin.identity.terms import Powers
from tongxin.law import queries as law
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.organs.queries import holders, organs_by_code
from tongxin.places.queries import city, city_day


def require_own(actor: Actor, person: str, at: datetime, powers: Powers = Powers.ACT) -> tuple[str, ...]:
    """本人，或者可以替本人办的人。 The persons an act names: the person, and who acts for them. Raises Refused for anybody else.

    A person acts in their own right, never through an office (个人信息保护法 art. 44; 民法典 arts. 34, 162).
    """
    if actor.office is not None or actor.platform:
        raise Refused(
            "wrong_post",
            "这是本人的权利，请不要以职务来办",
            "this is a person's own right; do it without an office",
        )
    if person in refs_of(person=actor.person):
        return (person,)
    if not may_act_for(representative=actor.person, person=person, day=city_day(at), powers=powers):
        raise Refused("not_yours", "您不能替这个人办", "you may not act for this person")
    return (person, actor.person)


def for_whom(actor: Actor, person: str) -> dict[str, str]:
    """替谁办。 What the ledger's content says of an act done for somebody: nothing when it is for oneself."""
    return {} if person in refs_of(person=actor.person) else {"for": person}


def answering_organ(organ: str, looked_by: str, at: datetime) -> str:
    """由谁答复。 Who answers for an organ: itself, else the one above it, that has a head of data sharing other than who looked;

    else the authority. 个人信息保护法 art. 50; 政务数据共享条例 arts. 10–11.
    """
    known, day = organs_by_code(city().revision), city_day(at)
    code: str | None = organ
    while code is not None and code in known:
        if _has_another_head(code, looked_by, day):
            return code
        code = known[code].parent
    return authority()


def independent_organ(organ: str, looked_by: str, at: datetime) -> str:
    """由谁独立核对。 Who checks a line in general form: the authority; where it looked itself, the lead body."""
    first, day = authority(), city_day(at)
    others = [
        one for one in (first, city().lead_body) if one != organ and _has_another_head(one, looked_by, day)
    ]
    return others[0] if others else first


def raising_organ(answered: str, at: datetime) -> str:
    """转给谁。 To whom a contest is raised: the authority; where it answered itself, the lead body; else the authority's other head."""
    return independent_organ(answered, "", at)


def _has_another_head(organ: str, person: str, day: date) -> bool:
    return any(holder != person for holder, _office in holders(organ=organ, post=By.DATA_HEAD, day=day))


def require_clause(field: str, text: str, day: date) -> str:
    """写明现行有效的条款。 The reference of a clause in force on the day. Raises InvalidInput naming the field."""
    try:
        ref = ClauseRef.parse(text.strip())
    except BadClauseRefError as error:
        raise InvalidInput(
            field, "请写明条款，写法是 law:…@日期#条款", "name the clause as law:…@date#clause"
        ) from error
    found = law.clause_at(ref=ref)
    standing = law.clause_on(instrument=ref.key, key=ref.clause, day=day) if found else None
    if found is None or standing is None or found.pk != standing.pk:
        raise InvalidInput(
            field, "这一条现在无效，或者法典里没有", "this clause is not in force, or not in the book"
        )
    return str(law.ref_of(found))
