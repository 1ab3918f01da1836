"""Time stamps of a real authority: `openssl ts` behind an address on this machine."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction

from tests.factories import NOW
from tests.plugin import owner_connection
from tongxin.ledger.models import LedgerCheckpoint, LedgerStamp
from tongxin.ledger.queries import verification
from tongxin.ledger.tests import small
from tongxin.web import stamping

pytestmark = pytest.mark.skipif(
    stamping.rfc3161_client is None, reason="the optional package rfc3161-client is not installed"
)
CONFIG = """
[ca]
basicConstraints = critical, CA:TRUE
[tsa]
basicConstraints = CA:FALSE
extendedKeyUsage = critical, timeStamping
[ts]
default_tsa = ts1
[ts1]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


class Authority(BaseHTTPRequestHandler):
    """It hands each query to `openssl ts`."""

    folder: ClassVar[Path]
    status: ClassVar[int] = 200
    altered: ClassVar[bytes] = b""

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        (self.folder / "query").write_bytes(query)
        openssl(
            self.folder,
            "ts",
            "-reply",
            "-config",
            "ts.cnf",
            "-section",
            "ts1",
            "-queryfile",
            "query",
            "-out",
            "reply",
        )
        answer = self.altered or (self.folder / "reply").read_bytes()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *given: object) -> None:
        pass


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root and an authority's certificate under it."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    days = ["-days", "7300", "-set_serial"]
    for name in ("ca", "other"):
        openssl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN=Test {name}")  # fmt: skip
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-signkey", f"{name}.key", *days, "1", "-out", f"{name}.pem",
                "-extfile", "ts.cnf", "-extensions", "ca")  # fmt: skip
    openssl(
        folder,
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "tsa.key",
        "-out",
        "tsa.csr",
        "-subj",
        "/CN=Test TSA",
    )
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", *days, "2", "-out", "tsa.pem",
            "-extfile", "ts.cnf", "-extensions", "tsa")  # fmt: skip
    return folder


@pytest.fixture
def authority(keys: Path, settings: Any, django_db_blocker: Any) -> Iterator[type[Authority]]:
    """A small ledger with one checkpoint, and the authority answering."""
    kind = type("Answering", (Authority,), {"folder": keys})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.STAMP_AUTHORITY = f"http://127.0.0.1:{server.server_address[1]}/"
    settings.STAMP_ROOTS = str(keys / "ca.pem")
    with django_db_blocker.unblock(), small.small_database():
        small.acted(3)
        small.signed_on(NOW)
        yield kind
    server.shutdown()
    server.server_close()


def newest() -> LedgerCheckpoint:
    return LedgerCheckpoint.objects.latest("size")


@pytest.mark.usefixtures("authority")
def test_a_checkpoint_is_stamped_and_its_token_verifies_later_too(keys: Path) -> None:
    stamping.stamp(newest(), small.SIGNER)
    kept = LedgerStamp.objects.get()
    assert kept.size == newest().size and abs(kept.at - datetime.now(UTC)) < timedelta(seconds=30)
    assert stamping.verified(bytes(kept.token), newest().note.encode()) == kept.at
    assert stamping.fault() is None
    assert verification(keys=small.KEYS, tables={}).intact
    (keys / "note").write_text(newest().note)
    (keys / "token").write_bytes(bytes(kept.token))  # and by the tool that everybody has
    openssl(keys, "ts", "-verify", "-in", "token", "-data", "note", "-CAfile", "ca.pem")


@pytest.mark.usefixtures("authority")
def test_a_token_holds_for_its_checkpoint_and_its_roots_alone(keys: Path, settings: Any) -> None:
    stamping.stamp(newest(), small.SIGNER)
    token = bytes(LedgerStamp.objects.get().token)
    with pytest.raises(stamping.StampError, match="does not hold"):
        stamping.verified(token, newest().note.encode() + b"x")
    settings.STAMP_ROOTS = str(keys / "other.pem")
    with pytest.raises(stamping.StampError, match="does not hold"):
        stamping.verified(token, newest().note.encode())
    found = stamping.fault()
    assert found is not None and found.relation == "ledger_ledgerstamp"
    settings.STAMP_ROOTS = str(keys / "none.pem")
    with pytest.raises(stamping.StampError, match="TONGXIN_STAMP_ROOTS"):
        stamping.verified(token, newest().note.encode())


def test_what_the_authority_answers_amiss_is_not_kept(authority: Any) -> None:
    authority.status = 500
    with pytest.raises(stamping.StampError, match="answered 500"):
        stamping.stamp(newest(), small.SIGNER)
    authority.status = 200
    stamping.stamp(newest(), small.SIGNER)
    replayed = bytes(LedgerStamp.objects.get().token)
    small.acted(1)
    small.signed_on(NOW + timedelta(minutes=1))
    for answer in (b"x", replayed):  # a token of before, for another checkpoint and another nonce
        authority.altered = answer
        with pytest.raises(stamping.StampError, match="does not hold"):
            stamping.stamp(newest(), small.SIGNER)
    assert LedgerStamp.objects.count() == 1


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 hour'",
        "token = sha256(token)",
        "authority = 'http://other/'",
        "size = size - 1",
    ],
)
def test_an_altered_row_of_a_time_stamp_is_named(change: str) -> None:
    stamping.stamp(newest(), small.SIGNER)
    with owner_connection() as owner:
        owner.execute(f"UPDATE ledger_ledgerstamp SET {change}")
    with transaction.atomic():
        found = verification(keys=small.KEYS, tables={}).first_fault
    assert found is not None and found.relation in {"ledger_ledgerstamp", "ledger_ledgercheckpoint"}
    connection.close()


@pytest.mark.usefixtures("authority")
def test_without_the_package_nothing_is_asked_and_it_is_said(monkeypatch: Any) -> None:
    stamping.stamp(newest(), small.SIGNER)
    monkeypatch.setattr(stamping, "rfc3161_client", None)
    assert "rfc3161-client" in stamping.not_checked()[0]
    with pytest.raises(stamping.StampError, match="not installed"):
        stamping.stamp(newest(), small.SIGNER)


@pytest.mark.usefixtures("authority")
def test_it_is_attended_while_the_worker_runs() -> None:
    stopping = threading.Event()
    thread = threading.Thread(target=stamping.attend, args=(small.SIGNER, stopping))
    thread.start()
    deadline = datetime.now(UTC) + timedelta(seconds=15)
    while datetime.now(UTC) < deadline and not LedgerStamp.objects.exists():
        stopping.wait(0.2)
    stopping.set()
    thread.join(10)
    assert LedgerStamp.objects.get().size == newest().size
