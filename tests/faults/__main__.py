"""The command: `python -m tests.faults [--rounds 200] [--seed N] [--json FILE] [--markdown FILE] [--founded FOLDER] [--early]`."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults import rounds
from tests.faults.city import City, copied, founded
from tests.faults.django_of import verifier


def main() -> int:
    """Run the rounds; status 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument(
        "--seed",
        type=int,
        default=secrets.randbelow(10**6),
        help="the same seed ends the same things in the same order",
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument(
        "--founded", type=Path, help="folder with a founded city to copy; made when it is not there"
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run")
    parser.add_argument(
        "--early", action="store_true",
        help="plant a fault: commits are acknowledged before they are written; the run must find what is lost",
    )  # fmt: skip
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tongxin-faults-"))
    folder.chmod(0o755)
    print(f"seed {given.seed}; {folder}", flush=True)
    city = City(copied(founded(given.founded or folder / "founded"), folder / "city"))
    try:
        return _run(city, folder, given)
    finally:
        city.stop()
        if not given.keep:
            rounds.remove(folder)


def _run(city: City, folder: Path, given: argparse.Namespace) -> int:
    run = rounds.Run(
        city, folder, seed=given.seed, verify=verifier(city), say=lambda words: print(words, flush=True)
    )
    city.start()
    if given.early:
        with city.owner() as owner:
            owner.execute("ALTER ROLE tongxin_app SET synchronous_commit = off")
    run.begin_load()
    try:
        for nth in range(1, given.rounds + 1):
            run.round(nth)
        run.finish()
    finally:
        for client in run.clients:
            client.kill()
    for file, text in (
        (given.json, rounds.as_json(run.result)),
        (given.markdown, rounds.as_markdown(run.result)),
    ):
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    print(rounds.as_markdown(run.result))
    return 1 if run.result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
