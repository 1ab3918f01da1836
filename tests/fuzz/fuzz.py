"""Fuzz a served city through its own description: `fuzz.py http://127.0.0.1:8000 --requests 10000 [--login apply]`.

Runs schemathesis with every check, with one seed after another, until so many requests were generated; prints how many, and
ends with 1 as soon as one answer is a server error, is not described, or is not of the shape described.
"""

import argparse
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PHASES = "examples,coverage,fuzzing,stateful"
COUNTED = re.compile(r"([\d,]+) generated")


def main() -> int:
    """Fuzz; the exit status says whether it was clean."""
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--examples", type=int, default=50, help="examples for each operation in one round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--login", default="", help="a person of the demo who is signed in meanwhile")
    parser.add_argument("--known", default="{}", help="what grant.py printed")
    parser.add_argument("--most-rounds", type=int, default=40)
    given = parser.parse_args()
    generated, seed = 0, given.seed
    while generated < given.requests and seed < given.seed + given.most_rounds:
        session = signed_in(given.base, given.login) if given.login else "nobody"
        status, said = a_round(given, session, seed)
        found = COUNTED.search(said)
        if status or found is None:
            sys.stdout.write(said)
            return 1
        generated, seed = generated + int(found[1].replace(",", "")), seed + 1
    sys.stdout.write(json.dumps({"generated": generated, "as": given.login or "nobody", "faults": 0}) + "\n")
    return 0 if generated >= given.requests else 1


def a_round(given: argparse.Namespace, session: str, seed: int) -> tuple[int, str]:
    """One run of schemathesis: its exit status and what it said."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(HERE / "schemathesis.toml"), "run", f"{given.base}/api/openapi.json",
        "--checks", "all", "--phases", PHASES, "--max-examples", str(given.examples), "--seed", str(seed),
        "--request-timeout", "20", "--generation-database", "none",
    ]  # fmt: skip
    surroundings = {
        **os.environ,
        "TONGXIN_FUZZ_SESSION": session,
        "TONGXIN_FUZZ_KNOWN": given.known,
        "COLUMNS": "160",
    }
    done = subprocess.run(command, env=surroundings, cwd=HERE, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def signed_in(base: str, login: str) -> str:
    """The session cookie of a person of the demo."""
    kept = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(kept))
    with opener.open(f"{base}/demo/?q={login}", timeout=20) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token is not None, "the demo's door is not open"
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "login": login}).encode()
    with opener.open(f"{base}/demo/", form, timeout=20):
        pass
    port = urllib.parse.urlsplit(base).port
    held = {one.name: one.value for one in kept}
    return held[f"tongxin_{port}"]


if __name__ == "__main__":
    sys.exit(main())
