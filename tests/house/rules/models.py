"""Tables: foreign keys run downwards, and saving a row does nothing but save it."""

import ast
from collections.abc import Iterable

from django.db import models

from tests.house.rules.terms import FLOORS, Violation
from tests.house.rules.tree import Tree

DOWN = (
    "keep a text reference (`case:…`, `organ:…`) instead, or move the table one floor up: "
    "what stands below must not depend on what stands above"
)
PLAIN = "make the table between the two a model of its own: then its rows are written by an operation"
NO_EFFECT = "do it in the operation, where it is an act; saving a row only saves it"
RECORD = (
    "call the column `entry = BigIntegerField`: then the database keeps the digest of each row in the ledger"
)


def foreign_keys(found_models: Iterable[type[models.Model]]) -> list[Violation]:
    """A foreign key leads to the same capability or to a lower one."""
    found = []
    for model in found_models:
        own = _capability(model)
        if own not in FLOORS:
            continue
        for field in model._meta.get_fields():
            target = getattr(getattr(field, "remote_field", None), "model", None)
            if target is None or not getattr(field, "concrete", False) or not isinstance(target, type):
                continue
            where = f"{model.__module__}.{model.__name__}.{field.name}"
            other = _capability(target)
            if other != own and FLOORS.get(other, (99, 0)) >= FLOORS[own]:
                found.append(
                    Violation(where, f"the foreign key leads from `{own}` up or across to `{other}`", DOWN)
                )
            if field.many_to_many:
                found.append(
                    Violation(where, "the table between the two is written without an operation", PLAIN)
                )
    return found


def _capability(model: type[models.Model]) -> str:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "tongxin" and len(parts) > 1 else parts[0]


def side_effects(tree: Tree) -> list[Violation]:
    """A model has no `save`, `delete` or `clean` of its own."""
    return [
        Violation(module.at(node), f"the model has its own `{node.name}`", NO_EFFECT)
        for module in tree.modules
        if module.room == "models"
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "clean", "full_clean"}
    ]
