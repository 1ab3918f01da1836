"""The gate's question about the basis of an act is planned once: planning it anew takes longer than answering it."""

import pytest
from django.db import connection

from tests.factories import NOW
from tongxin.law.book import FEW, StatuteBook

pytestmark = pytest.mark.django_db
ENTRY = "matter:m01001"


def test_what_an_act_rests_on_is_not_planned_anew_at_every_act() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()  # type: ignore[attr-defined]
    for _ in range(12):
        StatuteBook().basis(entries=("power:report_case", ENTRY), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%law_binding b%'"
        )
        generic, custom = cursor.fetchone()
    assert (generic, custom) == (7, 5)


def test_few_and_many_entries_are_answered_alike() -> None:
    book = StatuteBook()
    many = tuple((f"matter:{code}",) for code in ("m01001", "m01002", "m01003", "m02001", "m02002", "c03001"))
    assert len(many) > FEW
    together = book.bases(wanted=many, at=NOW)
    assert together == {one: book.bases(wanted=(one,), at=NOW)[one] for one in many}
