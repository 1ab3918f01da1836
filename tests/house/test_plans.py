"""没有索引可用的语句。 No act and no page reads a table that grows as a whole: what takes a moment today would take minutes in ten years."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from tests.factories import reported
from tests.house import permissions, plans
from tests.house.permissions import answers, read_table, set_scene
from tests.house.plans import Plans
from tests.plugin import TEMPLATE, copy_of
from tongxin.cases.models import Report
from tongxin.ledger.tests.events import happen

GROWS = {"cases", "acts", "ledger", "identity"}  # with cases, acts and persons
CALLED = {"exchange_call", "exchange_callresult", "exchange_reached"}
GROWING = frozenset(
    model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in GROWS or model._meta.db_table in CALLED
)
# What may be read as a whole all the same, by words of it, and why. One that nothing needs any more is itself a failure.
ALLOWED = {
    "FROM ledger_ledgercontent c CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.persons)) p(person)), held AS (": (
        "the supervisors' proof over the whole city: that every row is counted is what it says"
    ),
    'FROM "identity_account" WHERE "identity_account"."closed_at" IS NULL ORDER BY "identity_account"."id" ASC': (
        "the sample city's page of accounts, which a real one does not have"
    ),
}
City = Callable[[], AbstractContextManager[str]]


def said(heard: Plans) -> list[str]:
    return [
        f"{table}: {how}: {text}"
        for (table, text), how in heard.whole.items()
        if not any(words in text for words in ALLOWED)
    ]


@pytest.fixture
def city(django_db_setup: None, django_db_blocker: object) -> City:
    return lambda: copy_of(TEMPLATE, django_db_blocker)


def test_no_act_reads_a_growing_table_as_a_whole(city: City) -> None:
    with city() as name, plans.heard(name, GROWING) as heard:
        happen()
    assert heard.heard > 1_000, "the plans are heard"
    assert not said(heard)


def test_no_page_reads_a_growing_table_as_a_whole(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", _later)
    with city() as name:
        scene = set_scene()
        with plans.heard(name, GROWING) as heard:
            for row in read_table():
                answers(scene, row)
    assert heard.heard > 1_000, "the plans are heard"
    assert not said(heard)
    unneeded = [words for words in ALLOWED if not any(words in text for _, text in heard.whole)]
    assert not unneeded


def test_a_question_that_no_index_serves_is_named(city: City) -> None:
    with city() as name:
        case = reported()
        with plans.heard(name, GROWING) as heard:
            assert Report.objects.get(case=case)
            assert not heard.whole
            assert Report.objects.filter(Q(case=case) | Q(case__folded_into=case)).count() == 1
    ((table, text),) = heard.whole
    assert table in {"cases_case", "cases_report"} and "folded_into_id" in text


def _later() -> datetime:
    return permissions.LATER
