"""What is installed: every pin of every lock has its hashes, names no index, and is what runs here."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.plugin import ROOT

LOCKS = [
    "requirements.lock",
    "requirements-dev.lock",
    "tests/clients/requirements.lock",
    "tests/clients/spark/requirements.lock",
    "tests/fuzz/requirements.lock",
]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[\w,-]+\])?==(?P<version>[^\s;\\]+)(\s*;[^\\]*)? *\\?$")


def entries(text: str) -> list[tuple[str, str, list[str]]]:
    """Name, version and hashes of each pin. Raises ValueError for a line that is none of the three."""
    found: list[tuple[str, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        pin = PIN.match(bare)
        if pin:
            found.append((pin["name"], pin["version"], []))
        elif re.fullmatch(r"--hash=sha256:[0-9a-f]{64}( \\)?", bare) and found:
            found[-1][2].append(bare)
        else:
            raise ValueError(f"line {number}: {bare[:60]}")
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = entries(text)
    assert pins and not [name for name, _, hashes in pins if not hashes]
    assert "://" not in text and "--index" not in text and "--find-links" not in text and " @ " not in text


def test_what_runs_here_is_what_is_pinned() -> None:
    wrong = []
    for lock in LOCKS[:2]:
        for name, pinned, _ in entries((ROOT / lock).read_text(encoding="utf-8")):
            try:
                running = version(name)
            except PackageNotFoundError:
                running = "not installed"
            if running != pinned:
                wrong.append((name, pinned, running))
    assert not wrong, wrong


def test_no_package_is_pinned_in_two_versions() -> None:
    base, dev = (
        {n: v for n, v, _ in entries((ROOT / lock).read_text(encoding="utf-8"))} for lock in LOCKS[:2]
    )
    assert {
        name: (pinned, dev[name]) for name, pinned in base.items() if dev.get(name, pinned) != pinned
    } == {}


def test_every_lock_there_is_is_looked_at() -> None:
    there = {path.relative_to(ROOT).as_posix() for path in _locks(ROOT)}
    assert there == set(LOCKS)


def _locks(root: Path) -> list[Path]:
    return [one for one in root.rglob("*.lock") if ".venv" not in one.parts and "var" not in one.parts]


@pytest.mark.parametrize(
    "wrong", ["django==5.2", "django>=5.2 \\\n    --hash=sha256:" + "0" * 64, "-i https://x\n"]
)
def test_a_pin_without_a_hash_or_a_line_of_another_kind_is_noticed(wrong: str) -> None:
    try:
        pins = entries(wrong)
    except ValueError:
        return
    assert [name for name, _, hashes in pins if not hashes]
