"""机构的写入。 Writes of organs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Scope, Warrant
from tongxin.organs.models import Holding, Office, Organ
from tongxin.organs.terms import NewHolding, NewOffice, NewOrgan
from tongxin.places.queries import ids_by_code


def _founding_scope(*, actor: Actor, at: datetime, founding: tuple[BasisClause, ...], **_: Any) -> Scope:
    del actor, at
    return Scope(subject="organs", founding=founding)


@act(
    "found_organs",
    title=("设立机构、职位与任职", "establish organs, offices and who holds them"),
    by=[By.PLATFORM],
    scope=_founding_scope,
    founding=True,
)
def found_organs(
    *,
    warrant: Warrant,
    organs: Sequence[NewOrgan],
    offices: Sequence[NewOffice],
    holdings: Sequence[NewHolding],
    founding: tuple[BasisClause, ...],
) -> int:
    """设立机构、职位与任职。 Establish organs, offices and holdings; returns how many organs there are."""
    del warrant, founding
    places = ids_by_code()
    made: dict[str, Organ] = {}
    waiting = list(organs)
    while waiting:
        ready = [new for new in waiting if new.parent is None or new.parent in made]
        if not ready:
            raise ValueError(f"organs whose parents never come: {[new.code for new in waiting][:3]}")
        rows = [
            Organ(
                code=n.code,
                function=n.function,
                kind=n.kind,
                name=n.name,
                name_en=n.name_en,
                parent=made[n.parent] if n.parent else None,
                place_id=places[n.place],
                valid_from=n.valid_from,
                valid_to=n.valid_to,
            )
            for n in ready
        ]
        made.update((row.code, row) for row in Organ.objects.bulk_create(rows, batch_size=1_000))
        waiting = [new for new in waiting if new.code not in made]
    seats = Office.objects.bulk_create(
        [
            Office(code=n.code, organ=made[n.organ], post=n.post, title=n.title, title_en=n.title_en)
            for n in offices
        ],
        batch_size=1_000,
    )
    by_code = {seat.code: seat for seat in seats}
    Holding.objects.bulk_create(
        [
            Holding(office=by_code[n.office], person=n.person, valid_from=n.valid_from, valid_to=n.valid_to)
            for n in holdings
        ],
        batch_size=1_000,
    )
    return len(made)
