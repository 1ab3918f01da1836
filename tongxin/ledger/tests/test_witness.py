"""The witness that another body runs: what it cosigns, what it refuses, what it remembers; as a program, by its protocol."""

import base64
import importlib.util
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as django_settings

from tests.factories import NOW
from tests.plugin import ROOT
from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerCosignature
from tongxin.ledger.operations import accept_cosignature
from tongxin.ledger.queries import newest_witnessed, published, verification
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.tests import probes, small
from tongxin.web import witnessing

PROGRAM = ROOT / "tools" / "witness.py"
LOG = Signer(origin="log.test/one", seed=b"1" * 32)
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]
OTHERS = [*LEAVES[:3], merkle.leaf_hash(b"forged"), *LEAVES[4:]]
Ask = Callable[..., tuple[int, str, str]]


def checkpoint(size: int, leaves: list[bytes] = LEAVES, log: Signer = LOG, origin: str = "") -> str:
    body = rules.checkpoint_body(origin or log.origin, size, merkle.root(leaves[:size], suite=log.suite))
    return log.sign(body)


def request(old: int, note: str, proof: list[bytes]) -> bytes:
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
    return f"old {old}\n{steps}\n{note}".encode()


def grown(old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = merkle.consistency_proof(leaves, old, new) if 0 < old < new else []
    return request(old, checkpoint(new, leaves), proof)


class Running:
    """The program, running."""

    def __init__(self, folder: Path, logs: list[Signer]) -> None:
        made = subprocess.run(
            [sys.executable, "-I", PROGRAM, "key", folder, "witness.test/w"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.folder, self.key = folder, rules.verifier_key(made.stdout.strip())
        self.logs = [argument for log in logs for argument in ("--log", str(log.key()))]
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-I", PROGRAM, "serve", self.folder, *self.logs, "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.url = "http://127.0.0.1:" + self.process.stdout.readline().rsplit(":", 1)[1].strip()

    def stop(self, how: int = signal.SIGTERM) -> None:
        os.kill(self.process.pid, how)
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, data: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        try:
            with urlopen(Request(self.url + path, data=data, method="POST"), timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode(), answer.headers["Content-Type"]
        except HTTPError as error:
            return error.code, error.read().decode(), error.headers["Content-Type"]


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "witness", [LOG])
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="module")
def program() -> ModuleType:
    found = importlib.util.spec_from_file_location("witness_program", PROGRAM)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


# ---- The protocol ---------------------------------------------------------------------------------------------------


def test_what_grows_is_cosigned_with_the_witnesss_own_time(witness: Running) -> None:
    for old, new in ((0, 5), (5, 5), (5, 12), (12, 40)):
        status, answer, kind = witness.ask(grown(old, new))
        assert (status, kind) == (200, "text/plain; charset=utf-8"), answer
        body, (line,) = rules.read_note(f"{rules.read_note(checkpoint(new))[0]}\n{answer}")
        moment = datetime.fromtimestamp(rules.cosignature_time(body, line, witness.key), UTC)
        assert abs(moment - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_rollback_is_refused_with_the_size_it_remembers(witness: Running) -> None:
    assert witness.ask(grown(0, 12))[0] == 200
    assert witness.ask(grown(0, 5)) == (409, "12\n", "text/x.tlog.size")
    assert witness.ask(grown(5, 8)) == (409, "12\n", "text/x.tlog.size")
    assert witness.ask(request(12, checkpoint(5), []))[0] == 400  # the old size is larger than the new
    assert witness.ask(grown(12, 20))[0] == 200


def test_another_past_of_the_same_name_is_refused_though_the_log_signed_it(witness: Running) -> None:
    """A split view: one tree for the witness, another for somebody else."""
    assert witness.ask(grown(0, 12))[0] == 200
    assert witness.ask(request(12, checkpoint(12, OTHERS), []))[0] == 422
    assert witness.ask(grown(12, 20, OTHERS))[0] == 422
    assert witness.ask(request(12, checkpoint(20), merkle.consistency_proof(OTHERS, 12, 20)))[0] == 422
    assert witness.ask(grown(12, 20))[0] == 200


def _malformed() -> dict[str, bytes]:
    whole, note = grown(0, 5), checkpoint(5)
    return {
        "nothing": b"",
        "no old size": note.encode(),
        "leading zero": whole.replace(b"old 0", b"old 00"),
        "negative": whole.replace(b"old 0", b"old -1"),
        "a step that is no hash": request(0, note, [b"short"]),
        "too many steps": request(0, note, [bytes(32)] * 64),
        "not UTF-8": whole.replace(b"old", b"\xffld"),
        "no signature": note.partition("\n\n")[0].encode(),
        "size of letters": whole.replace(b"\n5\n", b"\nfive\n"),
        "an unknown hash": request(
            0, LOG.sign(rules.checkpoint_body(LOG.origin, 5, bytes(32), ["hash md5"])), []
        ),
    }


@pytest.mark.parametrize("what", sorted(_malformed()))
def test_what_is_malformed_is_refused_and_leaves_no_trace(witness: Running, what: str) -> None:
    assert witness.ask(_malformed()[what])[0] == 400
    assert witness.ask(grown(0, 5))[0] == 200


def test_unknown_logs_other_keys_and_proofs_from_nothing_are_refused(witness: Running) -> None:
    assert witness.ask(request(0, checkpoint(5, origin="log.test/two"), []))[0] == 404
    impostor = Signer(origin=LOG.origin, seed=b"2" * 32)
    assert witness.ask(request(0, checkpoint(5, log=impostor), []))[0] == 403
    forged = checkpoint(5).replace("\n5\n", "\n6\n")
    assert witness.ask(request(0, forged, []))[0] == 403
    assert witness.ask(request(0, checkpoint(5), [bytes(32)]))[0] == 422
    empty = LOG.sign(rules.checkpoint_body(LOG.origin, 0, bytes(32)))
    assert witness.ask(request(0, empty, []))[0] == 422
    assert witness.ask(b"x" * 70_000)[0] == 413
    assert witness.ask(grown(0, 5), path="/other")[0] == 404
    assert witness.ask(grown(0, 5))[0] == 200


def test_lines_of_other_signers_are_passed_over(witness: Running) -> None:
    impostor = Signer(origin=LOG.origin, seed=b"2" * 32)
    extra = impostor.sign(rules.read_note(checkpoint(5))[0]).partition("\n\n")[2]
    assert witness.ask(request(0, checkpoint(5) + extra, []))[0] == 200


# ---- Its memory -----------------------------------------------------------------------------------------------------


def test_what_it_cosigned_outlives_a_kill(witness: Running) -> None:
    assert witness.ask(grown(0, 12))[0] == 200
    witness.stop(signal.SIGKILL)
    witness.start()
    assert witness.ask(grown(0, 5)) == (409, "12\n", "text/x.tlog.size")
    assert witness.ask(grown(12, 20))[0] == 200
    shown = subprocess.run(
        [sys.executable, PROGRAM, "show", witness.folder], capture_output=True, text=True, check=True
    )
    assert rules.read_note(shown.stdout.strip("\n") + "\n")[0] == rules.read_note(checkpoint(20))[0]


def test_its_key_is_made_once_and_kept_from_others(witness: Running) -> None:
    again = subprocess.run(
        [sys.executable, PROGRAM, "key", witness.folder, "other"], capture_output=True, text=True, check=True
    )
    assert rules.verifier_key(again.stdout.strip()) == witness.key
    assert (witness.folder / "key").stat().st_mode & 0o077 == 0


def test_of_many_at_once_each_grows_from_what_was_cosigned_before(witness: Running) -> None:
    """Twenty requests from the same old size, to twenty sizes: one is cosigned, the others are told the size."""
    together, answers = threading.Barrier(20), []

    def ask(size: int) -> None:
        together.wait(10)
        answers.append((size, *witness.ask(grown(0, size))))

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(10, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    cosigned = [size for size, status, *_ in answers if status == 200]
    assert len(answers) == 20 and len(cosigned) == 1
    assert {(status, said) for _, status, said, _ in answers if status != 200} == {(409, f"{cosigned[0]}\n")}


# ---- Its own arithmetic ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "probe", list(probes.consistency()), ids=lambda probe: f"{probe['desc']} {probe['size1']}"
)
def test_its_check_of_consistency_has_the_outcome_of_others(program: ModuleType, probe: probes.Probe) -> None:
    """It shares no line with the platform; sizes of zero and hashes of other lengths it has refused before."""
    given = (
        probe["size1"],
        probe["root1"],
        probe["size2"],
        probe["root2"],
        probe["proof"],
        program.hasher([]),
    )
    if (
        probe["size1"] == 0
        or any(len(step) != 32 for step in probe["proof"])
        or probe["size1"] > probe["size2"]
    ):
        return
    if probe["wantErr"]:
        with pytest.raises(ValueError, match=r".+"):
            program.check_consistency(*given)
    else:
        program.check_consistency(*given)


def test_it_cosigns_a_log_of_sm3(tmp_path: Path) -> None:
    log = Signer(origin="log.test/sm3", seed=b"3" * 32, suite="sm3")
    leaves = [merkle.leaf_hash(bytes([n]), suite="sm3") for n in range(9)]

    def note(size: int) -> str:
        return log.sign(
            rules.checkpoint_body(log.origin, size, merkle.root(leaves[:size], suite="sm3"), ["hash sm3"])
        )

    running = Running(tmp_path / "witness", [log])
    try:
        assert running.ask(request(0, note(4), []))[0] == 200
        assert running.ask(request(4, note(9), merkle.consistency_proof(leaves, 4, suite="sm3")))[0] == 200
    finally:
        running.stop()


# ---- The platform asks it -------------------------------------------------------------------------------------------


@pytest.fixture
def asked(tmp_path: Path, django_db_blocker: Any, settings: Any) -> Iterator[witnessing.Witness]:
    """A small ledger of its own with a witness of its own."""
    settings.DATA = tmp_path
    with django_db_blocker.unblock(), small.small_database():
        running = Running(tmp_path / "witness", [small.SIGNER])
        settings.WITNESSES = f"{running.url} {running.key}"
        (witness,) = witnessing.witnesses()
        witnessing.remember([witness.key])
        yield witness
        running.stop()


def newest() -> LedgerCheckpoint:
    return LedgerCheckpoint.objects.latest("size")


def test_the_platform_has_each_checkpoint_cosigned_and_publishes_it(asked: witnessing.Witness) -> None:
    for count in (3, 4, 300):
        small.acted(count)
        small.signed_on(NOW)
        at = datetime.now(UTC)
        witnessing.submit(asked, newest(), at)
        seen = newest_witnessed()
        assert seen is not None and (seen.size, seen.witness) == (newest().size, asked.key.name)
        assert abs(seen.at - at) < timedelta(seconds=5) and seen.at.microsecond == 0
    body, lines = rules.read_note(witnessing_note())
    assert rules.cosignature_time(body, next(line for line in lines if line.by(asked.key)), asked.key)
    keys = [small.WITNESS_KEY, *witnessing.known_keys()]
    assert verification(keys=small.SIGNER.keys(keys), tables={}).intact


def witnessing_note() -> str:
    note = published(at=datetime.now(UTC))
    assert note is not None
    return note


def test_a_witness_that_was_asked_by_another_worker_is_caught_up_with(asked: witnessing.Witness) -> None:
    small.acted(3)
    small.signed_on(NOW)
    witnessing.submit(asked, newest(), datetime.now(UTC))
    small.acted(3)
    small.signed_on(NOW)
    (fresh,) = witnessing.witnesses()  # it knows nothing of what was cosigned before
    witnessing.submit(fresh, newest(), datetime.now(UTC))
    assert fresh.size == newest().size


def test_a_ledger_set_back_is_not_cosigned_and_it_is_said_why(asked: witnessing.Witness) -> None:
    small.acted(3)
    small.signed_on(NOW)
    first = newest()
    small.acted(3)
    small.signed_on(NOW)
    witnessing.submit(asked, newest(), datetime.now(UTC))
    (fresh,) = witnessing.witnesses()
    with pytest.raises(witnessing.WitnessError, match="entries are missing here"):
        witnessing.submit(fresh, first, datetime.now(UTC))


def test_a_cosignature_from_another_time_or_key_or_checkpoint_is_not_taken(asked: witnessing.Witness) -> None:
    small.acted(1)
    small.signed_on(NOW)
    body, _ = rules.read_note(newest().note)
    early = rules.cosigned(body, small.WITNESS, small.WITNESS_SEED, int(NOW.timestamp()) + 3600)
    wrong = rules.cosigned(body + "x\n", small.WITNESS, small.WITNESS_SEED, int(NOW.timestamp()))
    other = rules.cosigned(body, small.WITNESS, b"0" * 32, int(NOW.timestamp()))
    count = LedgerCosignature.objects.count()
    for line, said in ((early, "clock"), (wrong, "does not hold"), (other, "not a cosignature")):
        with pytest.raises(ValueError, match=said):
            accept_cosignature(size=newest().size, line=line, key=small.WITNESS_KEY, at=NOW)
    with pytest.raises(ValueError, match="no checkpoint"):
        accept_cosignature(size=999, line=wrong, key=small.WITNESS_KEY, at=NOW)
    assert LedgerCosignature.objects.count() == count


def test_a_witness_that_hangs_up_or_lies_keeps_nothing_up(
    asked: witnessing.Witness, monkeypatch: Any
) -> None:
    small.acted(1)
    small.signed_on(NOW)
    gone = witnessing.Witness("http://127.0.0.1:9", asked.key)
    with pytest.raises(OSError, match=r".+"):
        witnessing.submit(gone, newest(), NOW)
    liar = rules.cosigned("another\n1\nbody\n", asked.key.name, b"0" * 32, int(NOW.timestamp()))
    for status, answer in ((200, str(liar)), (200, ""), (409, "many\n"), (500, "?"), (422, "no")):
        monkeypatch.setattr(witnessing, "_asked", lambda *_, given=(status, answer): given)
        with pytest.raises((witnessing.WitnessError, ValueError), match=r".+"):
            witnessing.submit(asked, newest(), NOW)


def test_it_is_attended_while_the_worker_runs(asked: witnessing.Witness) -> None:
    small.acted(2)
    small.signed_on(NOW)
    stopping = threading.Event()
    thread = threading.Thread(target=witnessing.attend, args=(asked, stopping))
    thread.start()
    deadline = datetime.now(UTC) + timedelta(seconds=15)
    while datetime.now(UTC) < deadline:
        seen = newest_witnessed()
        if seen is not None and seen.witness == asked.key.name:
            break
        stopping.wait(0.1)
    stopping.set()
    thread.join(10)
    assert seen is not None and (seen.size, seen.witness) == (newest().size, asked.key.name)


@pytest.mark.parametrize(
    "wrong", ["http://x", "ftp://x w+00000000+AAAA", "http://127.0.0.1 not-a-key", f"http://x {LOG.key()}"]
)
def test_a_setting_that_names_no_witness_is_refused_and_named(settings: Any, wrong: str) -> None:
    settings.WITNESSES = wrong
    with pytest.raises(ValueError, match=r"key|TONGXIN_WITNESSES"):
        witnessing.witnesses()


def test_the_published_age_is_a_minute_unless_set() -> None:
    assert django_settings.WITNESSED_WITHIN == 60
    assert re.search(
        r"TONGXIN_WITNESSED_WITHIN.*`60`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    )
