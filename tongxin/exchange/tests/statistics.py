"""统计试验用的人和行。 People and rows for the trials of statistics: assistance by kind, of invented households."""

from collections.abc import Iterable, Mapping, Sequence

from tests.factories import NOW, officer
from tongxin.acts.terms import Actor
from tongxin.exchange.models import Source
from tongxin.exchange.operations import ask_release, record_collection, release_statistics
from tongxin.exchange.operations.collecting import NewQuestion
from tongxin.exchange.queries.statistics import Rows
from tongxin.exchange.rules.releases import Protection, Query
from tongxin.exchange.terms import Meaning

ITEM = "data:s004"
PROVIDER = "bz/civil-affairs"
KINDS: Mapping[str, int] = {"低保": 40, "特困": 12, "临时救助": 3, "教育救助": 30}


def asker() -> Actor:
    """The provider's officer, who asks."""
    return officer(PROVIDER, "data_officer")


def head() -> Actor:
    """The head of the provider's office, who releases."""
    return officer(PROVIDER, "data_head")


def authority_head() -> Actor:
    """The head of the authority's office, who sets budgets."""
    return officer("bz/big-data", "data_head")


def people() -> list[dict[str, object]]:
    """One row a person: its kind of assistance, and the size of the household, which goes round."""
    found: list[dict[str, object]] = []
    for kind, many in KINDS.items():
        for _ in range(many):
            number = len(found)
            found.append(
                {
                    "resident_id": f"37160019900101{number:04d}",
                    "kind": kind,
                    "members": number % 3 + 1,
                    "since": "2026",
                }
            )
    return found


def giving(rows: Iterable[Mapping[str, object]]) -> Rows:
    """A source that gives these rows, with the fields that were asked for and no others."""
    kept = list(rows)

    def read(source: Source, fields: Sequence[str]) -> list[dict[str, object]]:
        assert source.item == ITEM
        return [{name: row[name] for name in fields} for row in kept]

    return read


def by(*fields: str, crossed: bool = False, **given: object) -> Query:
    """A question over the item; protected by a threshold of 5 unless said otherwise."""
    base: dict[str, object] = {"protection": Protection.SUPPRESSED, "threshold": 5, "only": None}
    return Query(item=ITEM, year=0, by=fields, crossed=crossed, **{**base, **given})  # type: ignore[arg-type]


def with_noise(epsilon: int, **given: object) -> Query:
    """The same, with noise over kinds said beforehand."""
    return by("kind", protection=Protection.NOISED, threshold=0, epsilon=epsilon,
              domain=(("kind", tuple(KINDS)),), **given)  # fmt: skip


def statistics_scene() -> dict[str, str]:
    """A table that is released, a question that waits, and a question that an organ's form asks."""
    first = ask_release(actor=asker(), at=NOW, query=by("kind"), reason="年度统计公报要用")
    number = release_statistics(actor=head(), at=NOW, number=first, read=giving(people()))
    waiting = ask_release(
        actor=asker(), at=NOW, query=by("kind", "members", crossed=True), reason="年度统计公报要用"
    )
    asked = record_collection(
        actor=asker(),
        at=NOW,
        question=NewQuestion(form="救助申请表", label="工作单位", kinds=(Meaning.EMPLOYMENT,)),
    )
    return {"release": number, "release_question": waiting, "collected": str(asked)}
