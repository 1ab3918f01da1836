"""Thousands of generated requests against a served city, by its own description: no server error, no answer that is not described.

TONGXIN_FUZZ says how many requests at least (300); the release asks for 10,000 (tests/fuzz/README.md).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, Served

pytestmark = pytest.mark.journey
FUZZ = ROOT / "tests" / "fuzz"
ASKED = int(os.environ.get("TONGXIN_FUZZ", "300"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment of the generator, apart from the platform's own."""
    folder = tmp_path_factory.mktemp("fuzz")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    here = folder / "bin" / "python"
    install = [
        str(here),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    subprocess.run([*install, "-r", str(FUZZ / "requirements.lock")], check=True)
    return here


@pytest.fixture(scope="module")
def known(served: Served) -> str:
    """What an office with a grant has to say in a call."""
    done = subprocess.run(
        [sys.executable, str(FUZZ / "grant.py")],
        env={**served.environment, "PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("login", ["apply", ""])
def test_every_answer_to_generated_requests_is_one_that_is_described(
    served: Served, python: Path, known: str, login: str
) -> None:
    """As an office with a grant, and as nobody."""
    done = subprocess.run(
        [str(python), str(FUZZ / "fuzz.py"), served.base, "--requests", str(ASKED // 2), "--examples", str(max(ASKED // 200, 1)),
         "--login", login, "--known", known],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["generated"] >= ASKED // 2
