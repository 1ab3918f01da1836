"""各清单的事项，装入时成为清单事项。 Entries of the lists in a pack, as they are taken over."""

from collections.abc import Iterator

from tongxin.law.terms import NewBinding, NewListEntry
from tongxin.web.pack.bases import Bases
from tongxin.web.pack.rows import BESIDE, Pack


def new_entries(pack: Pack, bases: Bases) -> Iterator[NewListEntry]:
    """将要列入的事项。 The entries about to be made; a clause that is not in force on that day founds nothing yet."""
    for row in pack.entries:
        yield NewListEntry(
            list=row.list,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            category=row.category,
            category_en=row.category_en,
            holder=row.holder,
            nature=row.nature,
            facts={**row.given(), **({"note": row.note} if row.note else {})},
            dated=tuple(
                NewBinding(clause=ref, phrase="" if words == BESIDE else words, mandatory=words != BESIDE)
                for ref, words in zip(row.clauses, row.phrases, strict=True)
                if bases.in_force(ref)
            ),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
