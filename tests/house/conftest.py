"""What the tests of the house stand on: the real tree, planted trees, and a committed city to try the database with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.rules.tree import Tree, read
from tests.plugin import PREFIX, ROOT, WORKING, copy_database, drop_database, use


@pytest.fixture(scope="session")
def house() -> Tree:
    """The house as it stands."""
    return read(ROOT)


@pytest.fixture
def plant(tmp_path: Path) -> Callable[..., Tree]:
    """A small house of its own with a fault planted in it: `plant({"tongxin/cases/views.py": "…"})`."""

    def plant(files: dict[str, str]) -> Tree:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            folder = path.parent
            while folder.name != tmp_path.name and path.suffix == ".py":
                (folder / "__init__.py").touch()
                folder = folder.parent
        return read.__wrapped__(tmp_path)

    return plant


@pytest.fixture(scope="module")
def committed_city(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """A committed copy of the sample city for the tests of one module that leave nothing behind."""
    name = f"{PREFIX}_house"
    copy_database(WORKING, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(name)
        yield name
        use(WORKING)
    drop_database(name)
