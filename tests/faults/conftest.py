"""One city for the drills: founded once, served, and looked at after each of them."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults import checks
from tests.faults.city import City, copied, founded
from tests.faults.rounds import Run, remove


@pytest.fixture(scope="session")
def founded_city() -> Iterator[Path]:
    """The folder of a founded city that is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-drills-"))
    folder.chmod(0o755)
    yield founded(folder / "founded")
    remove(folder)


def by_console(city: City, folder: Path) -> Callable[[list[str]], Mapping[str, object]]:
    """The ledger's verification as an operator would ask for it."""

    def verify(kept: list[str]) -> Mapping[str, object]:
        file = folder / "kept"
        file.write_text("".join(kept), encoding="utf-8")
        return city.tongxin("ledger", "verify", *(["--kept", str(file)] if kept else []), check=False)

    return verify


@pytest.fixture(scope="session")
def drilled(founded_city: Path) -> Iterator[Run]:
    """A city that serves, with clients that have not begun."""
    folder = founded_city.parent.parent / "drilled"
    city = City(copied(founded_city, folder / "city"))
    run = Run(city, folder, seed=20261126, verify=by_console(city, folder))
    city.start()
    yield run
    for client in run.clients:
        client.kill()
    city.stop()


@pytest.fixture
def loaded(drilled: Run) -> Iterator[Run]:
    """The same under load; at the end every client has its answer, and everything is held against their logs."""
    drilled.result.findings.clear()
    drilled.begin_load()
    drilled.city.wait(lambda: drilled._taken() > 0, 60, "nothing is taken")
    yield drilled
    with contextlib.suppress(ProcessLookupError):
        drilled.end_load()
    drilled.clients.clear()
    drilled.look("after the drill")
    assert drilled.result.findings == []


def is_whole(run: Run) -> None:
    """Nothing is found in the rows, and the ledger is intact."""
    with run.city.owner() as owner:
        assert checks.found_by(owner, run.result.told) == []
    assert run.city.tongxin("ledger", "verify")["intact"] is True
