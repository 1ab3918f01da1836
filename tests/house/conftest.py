"""What the tests of the house stand on: the real tree, planted trees, and a committed city to try the database with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test.signals import template_rendered

from tests.house.rules.tree import Tree, read
from tests.plugin import ROOT, TEMPLATE, copy_of

DRAWN: set[str] = set()  # the templates that the tests of this run have drawn
WHOLE: list[bool] = []  # not empty when the run is of the whole suite


def _keep(template: object, **_: object) -> None:
    DRAWN.add(str(getattr(template, "name", "")))


template_rendered.connect(_keep)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of what is asked at the very end."""
    config.addinivalue_line("markers", "last: asked when every other test has run")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what is asked of the whole run to its end, and see whether it is the whole."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    asked = {*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("tongxin/**/test_*.py")}
    if asked <= {item.path for item in items} and not config.option.keyword and not config.option.markexpr:
        WHOLE.append(True)


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
    with copy_of(TEMPLATE, django_db_blocker) as name:
        yield name
