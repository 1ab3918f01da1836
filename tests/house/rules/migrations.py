"""Migrations: one line in each capability, and every step can be taken back or says why not."""

from collections.abc import Iterable, Mapping

from django.db.migrations import Migration

from tests.house.rules.terms import Violation

LINE = (
    "renumber the later one and let it depend on the other: of two orders of one database one was never tried"
)
BACK = (
    'give it a way back (reverse_code, reverse_sql), or set `irreversible = "why"` on the Migration: then who upgrades knows '
    "that only a copy leads back"
)


def forks(migrations: Mapping[tuple[str, str], Migration]) -> list[Violation]:
    """Of each capability, every migration but the first follows one other, and no two follow the same."""
    found, followed = [], {}  # type: ignore[var-annotated]
    for (app, name), migration in sorted(migrations.items()):
        before = sorted(one for label, one in migration.dependencies if label == app)
        where = f"{app}.{name}"
        if len(before) > 1 or (not before and not name.startswith("0001")):
            found.append(Violation(where, f"follows {before or 'nothing'}", LINE))
        for one in before:
            other = followed.setdefault((app, one), where)
            if other != where:
                found.append(Violation(where, f"follows {one}, and so does {other}", LINE))
    return found


def one_way(migrations: Iterable[Migration]) -> list[Violation]:
    """Every operation is reversible, or its migration is marked irreversible with a reason; none is marked for nothing."""
    found = []
    for migration in migrations:
        where, marked = f"{migration.app_label}.{migration.name}", getattr(migration, "irreversible", "")
        stuck = [one for one in migration.operations if not one.reversible]
        if stuck and not (isinstance(marked, str) and len(marked) > 10):
            found.append(Violation(where, f"{type(stuck[0]).__name__} cannot be taken back", BACK))
        if marked and not stuck:
            found.append(Violation(where, "is marked irreversible and is not", "take the mark away"))
    return found
