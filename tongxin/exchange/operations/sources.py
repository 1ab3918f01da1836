"""来源系统的登记。 Entering the source systems of the catalogue with the city, and changing where one is reached."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Scope, Warrant
from tongxin.exchange.models import Field, Source
from tongxin.exchange.terms import NewSource


def _found_scope(
    *, actor: Actor, at: datetime, founding: tuple[BasisClause, ...], sources: Sequence[NewSource]
) -> Scope:
    del actor, at
    return Scope(subject="catalogue", founding=founding, content={"sources": len(sources)})


@act(
    "found_sources",
    title=("登记数据来源", "enter the sources of data"),
    by=[By.PLATFORM],
    scope=_found_scope,
    founding=True,
)
def found_sources(
    *, warrant: Warrant, founding: tuple[BasisClause, ...], sources: Sequence[NewSource]
) -> int:
    """登记来源系统及其字段。 Enter source systems with their fields, in their order. Returns how many systems."""
    del warrant, founding
    rows = Source.objects.bulk_create(
        [
            Source(
                item=one.item,
                organ=one.organ,
                system=one.system,
                adapter=one.adapter.value,
                address=one.address,
                secret=one.secret,
                relation=one.relation,
                key=one.key,
                key_kind=one.key_kind,
                wait_ms=one.wait_ms,
            )
            for one in sources
        ]
    )
    Field.objects.bulk_create(
        [
            Field(
                source=row,
                name=field.name,
                label=field.label,
                label_en=field.label_en,
                personal=field.personal,
                sensitive=field.sensitive,
                meaning=field.meaning,
                ordinal=place,
            )
            for row, one in zip(rows, sources, strict=True)
            for place, field in enumerate(one.fields)
        ]
    )
    return len(rows)
