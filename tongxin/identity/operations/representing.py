"""代理。 Who may act for whom: given by the person themself, or confirmed by an office; ended by either side."""

from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Representation
from tongxin.identity.operations.identifiers import require_evidence
from tongxin.identity.queries import may_act_for, refs_of, represented_by
from tongxin.identity.terms import NewRepresentation, Powers, RepresentationKind

LONGEST_YEARS = 5  # an authority given without an end near at hand is forgotten; a longer one is given again


def _require_sound(new: NewRepresentation) -> None:
    require_evidence(new.evidence)
    for field, value, longest in (
        ("representative_name", new.representative_name, 80),
        ("matters", new.matters, 200),
    ):
        if not value.strip() or len(value) > longest:
            raise InvalidInput(field, f"请填写，最多 {longest} 个字", f"needed, at most {longest} characters")
    for field, ref in (("representative", new.representative), ("person", new.person)):
        if not ref.startswith("person:") or len(ref) > 80:
            raise InvalidInput(field, "没有这个人", "there is no such person")
    if set(refs_of(person=new.representative)) & set(refs_of(person=new.person)):
        raise InvalidInput("representative", "代理人不能是本人", "nobody represents themself")
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise InvalidInput("valid_to", "止期应在起期之后", "the end comes after the beginning")


def _authorise_scope(*, actor: Actor, at: datetime, new: NewRepresentation, day: date) -> Scope:
    del at
    _require_sound(new)
    if new.kind is RepresentationKind.GUARDIAN:
        raise InvalidInput("kind", "监护由机构确认", "a guardian is confirmed by an office")
    if new.valid_to is None or _is_after(new.valid_to, day, LONGEST_YEARS):
        raise InvalidInput(
            "valid_to", f"请写明期限，最长 {LONGEST_YEARS} 年", "name an end within five years"
        )
    if new.valid_from < day:
        raise InvalidInput("valid_from", "不能从过去开始", "it cannot begin in the past")
    own = new.person in refs_of(person=actor.person)
    # An organisation's authority is given by somebody who may act for it already (民法典 61, 170).
    if not own and not (
        new.kind is RepresentationKind.ORGANISATION
        and may_act_for(representative=actor.person, person=new.person, day=day)
    ):
        raise Refused("not_yours", "只能替自己授权", "only for oneself is authority given")
    if not own and not _lasts(actor.person, new, day):
        raise InvalidInput("valid_to", "不能晚于您自己的代理期限", "it may not outlast your own authority")
    return _scope(new, actor)


def _is_after(end: date, day: date, years: int) -> bool:
    return (end.year - day.year, end.month, end.day) > (years, day.month, day.day)


def _lasts(representative: str, new: NewRepresentation, day: date) -> bool:
    """自己的代理够不够长。 Whether the giver's own authority lasts as long as what they give: nobody gives more than they have."""
    mine = refs_of(person=new.person)
    ends = [
        one.until
        for one in represented_by(representative=representative, day=day)
        if one.person in mine and one.powers is Powers.ACT
    ]
    return any(end is None or (new.valid_to is not None and new.valid_to <= end) for end in ends)


def _scope(new: NewRepresentation, actor: Actor) -> Scope:
    return Scope(
        subject=new.person,
        persons=tuple(dict.fromkeys((new.person, new.representative, actor.person))),
        content={
            "representative": new.representative,
            "kind": new.kind.value,
            "powers": new.powers.value,
            "matters": new.matters,
            "until": new.valid_to.isoformat() if new.valid_to else "",
        },
    )


def _begin(warrant: Warrant, new: NewRepresentation) -> int:
    row = Representation.objects.create(
        representative=new.representative,
        representative_name=new.representative_name.strip(),
        person=new.person,
        kind=new.kind.value,
        powers=new.powers.value,
        matters=new.matters.strip(),
        evidence=new.evidence.strip(),
        valid_from=new.valid_from,
        valid_to=new.valid_to,
    )
    for concerned in (new.representative, new.person):
        warrant.tell(recipient=concerned, template="representation_begun", note=new.matters)
    return row.pk


@act(
    "authorise_representative",
    title=("委托他人代理", "authorise a representative"),
    by=[By.PERSON],
    scope=_authorise_scope,
)
def authorise_representative(*, warrant: Warrant, new: NewRepresentation, day: date) -> int:
    """委托代理。 Let somebody act for oneself, or for the organisation one acts for, from–to; returns its number.

    民法典 arts. 161–165: the representative, the matters, the powers and the term are named. `day` is today in the city.
    Raises InvalidInput; Refused when it is somebody else's right to give.
    """
    del day
    return _begin(warrant, new)


def _confirm_scope(*, actor: Actor, at: datetime, new: NewRepresentation) -> Scope:
    del at
    _require_sound(new)
    if new.kind is RepresentationKind.AUTHORISED:
        raise InvalidInput("kind", "委托由本人作出", "authority is given by the person themself")
    scope = _scope(new, actor)
    return Scope(
        subject=scope.subject,
        persons=scope.persons,
        content=scope.content,
        not_by=frozenset((*refs_of(person=new.representative), *refs_of(person=new.person))),
    )


@act(
    "confirm_representative",
    title=("确认监护人或者单位经办人", "confirm a guardian or who acts for an organisation"),
    by=[By.HOTLINE_CLERK, By.LEAD_OFFICER],
    scope=_confirm_scope,
)
def confirm_representative(*, warrant: Warrant, new: NewRepresentation) -> int:
    """确认代理。 An office confirms, on a document it names, a guardian or who acts for an organisation; returns its number.

    民法典 arts. 27, 28, 34 (guardians), 61 and 170 (organisations). Neither of the two concerned confirms it. Raises InvalidInput.
    """
    return _begin(warrant, new)


def _end_scope(*, actor: Actor, at: datetime, number: int, day: date) -> Scope:
    del at, day
    row = Representation.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这项代理", "there is no such representation")
    sides = {*refs_of(person=row.representative), *refs_of(person=row.person)}
    if actor.office is None and actor.person not in sides:
        raise Refused("not_yours", "不是您的代理", "this representation does not concern you")
    if actor.office is None and row.kind == RepresentationKind.GUARDIAN:
        raise Refused(
            "duty", "监护是法定职责，终止由机构确认", "guardianship is a duty; an office confirms its end"
        )
    if row.ended_on is not None:
        raise Conflict("这项代理已经终止", "this representation has ended already")
    persons = tuple(dict.fromkeys((row.person, row.representative)))
    return Scope(subject=row.person, persons=persons, content={"representation": number}, state=row)


@act(
    "end_representation",
    title=("终止代理", "end a representation"),
    by=[By.PERSON, By.HOTLINE_CLERK, By.LEAD_OFFICER],
    scope=_end_scope,
)
def end_representation(*, warrant: Warrant, number: int, day: date) -> None:
    """终止代理：任何一方，或者机构。 Either side ends it, from that very day (民法典 art. 173); guardianship only an office (arts. 39, 175).

    Raises InvalidInput, Conflict; Refused to whom it does not concern.
    """
    del number
    row: Representation = warrant.scope.state
    row.ended_on, row.ended_by = day, warrant.actor.person
    row.save(update_fields=["ended_on", "ended_by"])
    for concerned in (row.representative, row.person):
        warrant.tell(recipient=concerned, template="representation_ended", note=row.matters)
