"""量一量的命令。 The bench, from a checkout: `benchmarks/` stands beside the package and is no part of it."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tongxin.web.console.cluster import ClusterError

TOP = Path(__file__).resolve().parents[4]


def bench(given: argparse.Namespace) -> tuple[int, Any]:
    """测量各项数字。 Measure figures in a database of their own; the exit status is 1 when one is outside its band (short form).

    Raises ClusterError where there is no checkout, or its tools for tests are not installed.
    """
    if not (TOP / "benchmarks" / "__main__.py").exists():
        raise ClusterError(
            "the bench runs in a checkout, from its top: there is no folder `benchmarks` beside the package"
        )
    words = [*given.name, *(["--runs", str(given.runs)] if given.runs else [])]
    words += [f"--{flag}" for flag in ("short", "markdown", "json") if getattr(given, flag)]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "benchmarks", *words],
        cwd=TOP,
        check=False,
        text=True,
        stdout=subprocess.PIPE if given.json else None,
    )
    if not given.json:
        return done.returncode, None
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {"figures": [], "outside": []}
