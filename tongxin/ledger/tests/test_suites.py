"""The other hash and the other signature: a ledger founded with SM3, a checkpoint with a line of SM2."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.factories import NOW
from tests.plugin import ROOT
from tongxin.ledger import merkle, operations, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerContent, LedgerEntry, LedgerLeaf
from tongxin.ledger.queries import receipt_of, verification
from tongxin.ledger.rules import signing
from tongxin.ledger.terms import LedgerOutcome, NewEntry, canonical
from tongxin.ledger.tests import small

WITHOUT = "SM2 is not tried here: the optional package gmssl-fast is not installed"
sm2 = pytest.mark.skipif(not signing.sm2_present(), reason=WITHOUT)


@pytest.fixture
def empty(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), small.small_database():
        yield


@pytest.mark.usefixtures("empty")
def test_a_ledger_of_sm3_commits_hashes_proves_and_verifies_with_sm3(settings: Any) -> None:
    settings.LEDGER_HASH = "sm3"
    log = signing.Signer(origin="log.test/sm3", seed=b"3" * 32, suite="sm3")
    numbers = small.acted(300)
    while operations.sequence(signer=log, at=NOW):
        pass
    kept = LedgerContent.objects.get(pk=numbers[7])
    bound = canonical({"content": kept.content, "subject": kept.subject, "persons": kept.persons})
    committed = bytes(LedgerEntry.objects.get(pk=numbers[7]).commitment)
    assert committed == merkle.digest(bytes(kept.salt) + bound, suite="sm3")
    leaves = [bytes(leaf.hash) for leaf in LedgerLeaf.objects.order_by("index")]
    newest = LedgerCheckpoint.objects.latest("size")
    assert bytes(newest.root) == merkle.root(leaves, suite="sm3") != merkle.root(leaves)
    assert "\nhash sm3\n" in newest.note
    assert verification(keys=log.keys(), tables={"acts_notice": "id"}).intact
    assert not verification(keys=signing.Signer(log.origin, log.seed).keys(), tables={}).intact
    assert "\nhash sm3\n" in (receipt_of(entry=numbers[7]) or "")
    assert Client().get("/ledger/tile/entries/000").status_code == 200


def founded(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    code = "import json, sys; from pathlib import Path; from dataclasses import asdict; from tongxin.web.secrets import Secrets; "
    code += "print(json.dumps(asdict(Secrets.of(Path(sys.argv[1])))))"
    return subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "", **given},
    )


def test_the_hash_is_chosen_at_the_first_start_and_kept(tmp_path: Path) -> None:
    assert json.loads(founded(tmp_path / "a").stdout)["ledger_hash"] == "sha256"
    assert json.loads(founded(tmp_path / "b", TONGXIN_LEDGER_HASH="sm3").stdout)["ledger_hash"] == "sm3"
    assert json.loads(founded(tmp_path / "b").stdout)["ledger_hash"] == "sm3"
    wrong = founded(tmp_path / "c", TONGXIN_LEDGER_HASH="md5")
    assert wrong.returncode != 0 and "no hash suite 'md5'" in wrong.stderr
    assert not (tmp_path / "c" / "secrets.json").exists()


def test_secrets_of_before_are_read_as_sha_256_without_sm2(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(
        json.dumps({"key": "k", "app_password": "p", "ledger_seed": "00", "log_name": "n"})
    )
    read = json.loads(founded(tmp_path).stdout)
    assert (read["ledger_hash"], read["sm2_private"]) == ("sha256", "")


@sm2
def test_an_sm2_pair_is_made_at_the_first_start_where_it_is_asked_for(tmp_path: Path) -> None:
    made = json.loads(founded(tmp_path / "a", TONGXIN_LEDGER_SM2="1").stdout)
    assert (len(made["sm2_private"]), len(made["sm2_public"])) == (64, 130)


@sm2
@pytest.mark.usefixtures("empty")
def test_a_checkpoint_carries_a_line_of_sm2_that_is_verified() -> None:
    private, public = signing.sm2_pair()
    log = signing.Signer("log.test/sm2", b"4" * 32, sm2_private=private, sm2_public=public)
    for nth in range(2):
        small.acted(2)
        operations.sequence(signer=log, at=NOW + timedelta(minutes=nth))
    newest = LedgerCheckpoint.objects.latest("size")
    signing.verify_sm2(newest.note, log.origin, public)
    assert rules.verify_note(
        newest.note, log.origin, log.keys().public
    )  # others pass over the line they do not know
    assert verification(keys=log.keys(), tables={}).intact
    for changed in (newest.note.replace("\nat ", "\nat 1"), newest.note.rsplit("— ", 1)[0]):
        with pytest.raises(ValueError, match="SM2"):
            signing.verify_sm2(changed, log.origin, public)
    with pytest.raises(ValueError, match="SM2"):
        signing.verify_sm2(newest.note, log.origin, signing.sm2_pair()[1])


@sm2
def test_sm2_agrees_with_openssl(tmp_path: Path) -> None:
    """The signature is the standard's own (with Z, the default identity): another implementation verifies it."""
    private, public = signing.sm2_pair()
    log = signing.Signer("log.test/sm2", b"4" * 32, sm2_private=private, sm2_public=public)
    body = rules.checkpoint_body("log.test/sm2", 1, bytes(32))
    raw = next(
        line.raw
        for line in rules.read_note(log.sign(body))[1]
        if line.by(signing.sm2_key(log.origin, public))
    )
    head = bytes.fromhex(
        "3059301306072a8648ce3d020106082a811ccf5501822d034200"
    )  # SubjectPublicKeyInfo of curve SM2
    (tmp_path / "key.der").write_bytes(head + bytes.fromhex(public))
    (tmp_path / "body").write_bytes(body.encode())
    (tmp_path / "signature").write_bytes(_der(raw))
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER", "-rawin", "-in", "body",
         "-sigfile", "signature", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verified Successfully" in done.stdout, done.stdout + done.stderr


def _der(raw: bytes) -> bytes:
    def number(value: bytes) -> bytes:
        value = value.lstrip(b"\0") or b"\0"
        value = b"\0" + value if value[0] & 0x80 else value
        return b"\x02" + bytes([len(value)]) + value

    inner = number(raw[:32]) + number(raw[32:])
    return b"\x30" + bytes([len(inner)]) + inner


def test_without_the_package_sm2_is_refused_in_words(monkeypatch: Any) -> None:
    monkeypatch.setattr(signing, "SM2", None)
    with pytest.raises(RuntimeError, match="gmssl-fast"):
        signing.sm2_pair()
    with pytest.raises(RuntimeError, match="gmssl-fast"):
        signing.Signer("n", b"4" * 32, sm2_private="11" * 32, sm2_public="04" * 65).sign("n\n1\nx\n")


@pytest.mark.usefixtures("empty")
def test_an_act_of_very_many_statements_still_fits_into_a_bundle() -> None:
    """An entry's length stands in two bytes: a longer one is told by the digest of all of it."""
    with transaction.atomic():
        (number,) = operations.append_entries(
            entries=[NewEntry(verb="v", outcome=LedgerOutcome.DONE, at=NOW)]
        )
        with connection.cursor() as cursor:
            for _ in range(900):
                cursor.execute(
                    "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) VALUES (%s, '', '', '', '{}', %s)",
                    [number, NOW],
                )
    small.signed_on(NOW)
    assert verification(keys=small.KEYS, tables={"acts_notice": "id"}).intact
    bundle = Client().get("/ledger/tile/entries/000.p/1").content
    assert len(bundle) < 400 and b'"whole":"' in bundle
