"""Foreign keys run downwards; migrations have one head and none is missing."""

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps

from tests.house.rules import documents
from tests.house.rules import models as rules
from tests.house.rules.terms import said
from tongxin.cases.models import Case
from tongxin.organs.models import Organ
from tongxin.places.models import Place


def test_foreign_keys_run_downwards() -> None:
    found = rules.foreign_keys(apps.get_models())
    assert not found, said(found)


def test_every_capability_has_one_head_of_migrations() -> None:
    found = documents.heads(MigrationLoader(None).graph.leaf_nodes())
    assert not found, said(found)


def test_no_migration_is_missing() -> None:
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(
        graph=loader.graph
    )
    found = documents.migrations(changes)
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "target", "upward"),
    [
        ("tongxin.organs.models", Case, True),
        ("tongxin.acts.models", Organ, True),
        ("tongxin.video.models", Case, False),
        ("tongxin.places.models", Organ, True),
        ("tongxin.organs.models", Place, False),
    ],
)
def test_a_foreign_key_that_runs_upward_is_named(
    module: str, target: type[models.Model], upward: bool
) -> None:
    planted = _planted(module, field=models.ForeignKey(target, models.PROTECT, related_name="+"))
    found = rules.foreign_keys([planted])
    assert bool(found) is upward
    assert not upward or (
        found[0].where == f"{module}.Planted.field" and "text reference" in found[0].instead
    )


def test_a_foreign_key_to_a_neighbour_is_named() -> None:
    neighbour = _planted("tongxin.culture.models", name="Neighbour")
    planted = _planted(
        "tongxin.video.models", field=models.ForeignKey(neighbour, models.PROTECT, related_name="+")
    )
    assert [v.where for v in rules.foreign_keys([planted])] == ["tongxin.video.models.Planted.field"]


def test_a_table_between_two_that_no_operation_writes_is_named() -> None:
    planted = _planted("tongxin.cases.models", field=models.ManyToManyField(Organ, related_name="+"))
    (found,) = rules.foreign_keys([planted])
    assert "written without an operation" in found.what


def _planted(module: str, name: str = "Planted", **fields: models.Field) -> type[models.Model]:
    with isolate_apps("tongxin.cases", "tongxin.organs", "tongxin.places"):
        meta = type("Meta", (), {"app_label": "cases"})
        return type(name, (models.Model,), {"__module__": module, "Meta": meta, **fields})


def test_two_heads_are_named() -> None:
    (found,) = documents.heads([("cases", "0002_a"), ("cases", "0002_b"), ("law", "0001_initial")])
    assert found.where == "tongxin/cases/migrations" and "0002_a, 0002_b" in found.what


def test_a_missing_migration_is_named() -> None:
    loader = MigrationLoader(None)
    before = loader.project_state()
    before.remove_model("cases", "listproposal")
    changes = MigrationAutodetector(before, ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert [v.where for v in documents.migrations(changes)] == ["tongxin/cases/migrations"]
