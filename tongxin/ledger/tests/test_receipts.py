"""Receipts and tiles: what an outsider has in hand, checked by the tool that needs nothing of the platform."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from tests.plugin import ROOT, owner_connection
from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from tongxin.ledger.operations import sequence
from tongxin.ledger.queries import (
    consistency,
    leaf_of,
    proof_of,
    published,
    receipt_of,
    tile_bytes,
    verification,
)
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import AlteredError, canonical
from tongxin.ledger.tests import small

TOOL = ROOT / "tools" / "verify_receipt.py"
LOG_KEY, WITNESS_KEY = str(small.SIGNER.key()), str(small.WITNESS_KEY)


def checked(receipt: str | bytes, folder: Path, *keys: str) -> tuple[int, str]:
    """What the tool says, run by Python alone: isolated, without site packages."""
    path = folder / "receipt.tlog-proof"
    path.write_bytes(receipt if isinstance(receipt, bytes) else receipt.encode())
    done = subprocess.run(
        [sys.executable, "-I", "-S", TOOL, path, *keys],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def ledger(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), small.small_database():
        small.eventful()
        yield


def entry_at(index: int) -> int:
    return LedgerLeaf.objects.get(index=index).entry_id


def receipt_at(index: int) -> str:
    found = receipt_of(entry=entry_at(index))
    assert found is not None
    return found


# ---- The tool -------------------------------------------------------------------------------------------------------


def test_the_tool_is_short_and_needs_the_standard_library_alone() -> None:
    text = TOOL.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("index", [0, 1, 255, 256, 300, 511, 512, 560])
def test_a_receipt_holds_with_the_log_and_its_witness(index: int, tmp_path: Path) -> None:
    status, said = checked(receipt_at(index), tmp_path, LOG_KEY, WITNESS_KEY)
    assert status == 0, said
    assert said.startswith("成立 HOLDS") and small.WITNESS in said and small.SIGNER.origin in said
    assert f'"id":{entry_at(index)},' in said


@pytest.mark.usefixtures("ledger")
def test_a_key_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(LOG_KEY + "\n")
    assert checked(receipt_at(7), tmp_path, "key")[0] == 0


@pytest.mark.usefixtures("ledger")
def test_a_receipt_with_any_line_changed_does_not_hold(tmp_path: Path) -> None:
    """In every line: another letter, the line gone, the line twice."""
    whole = receipt_at(300)
    lines = whole.split("\n")[:-1]
    for nth, line in enumerate(lines):
        other = [f"{line[:-2]}{'B' if line[-2:-1] != 'B' else 'C'}{line[-1:]}" if line else "x"]
        for change in (other, [], [line, line]):
            altered = "\n".join([*lines[:nth], *change, *lines[nth + 1 :], ""])
            status, said = checked(altered, tmp_path, LOG_KEY, WITNESS_KEY)
            twice = change == [line, line] and line.startswith(
                "— "
            )  # a signature line twice says nothing new
            assert status == (0 if twice else 1), (nth, change, said)


@pytest.mark.usefixtures("ledger")
def test_a_receipt_under_other_keys_does_not_hold(tmp_path: Path) -> None:
    receipt = receipt_at(7)
    impostor = str(Signer(origin=small.SIGNER.origin, seed=b"0" * 32).key())
    other = str(rules.Key(small.WITNESS, rules.public_key(b"0" * 32), rules.COSIGNATURE))
    assert checked(receipt, tmp_path, impostor)[0] == 1
    assert checked(receipt, tmp_path, str(Signer(origin="another.test/log", seed=b"8" * 32).key()))[0] == 1
    status, said = checked(receipt, tmp_path, LOG_KEY, other)
    assert status == 1 and "没有见证者的有效签名" in said


def forged(name: str, short: bytes, seed: bytes) -> str:
    """A receipt of a tree that somebody made up, signed by another under the log's name and key id."""
    leaf = b'{"id":1}'
    body = rules.checkpoint_body(small.SIGNER.origin, 1, merkle.leaf_hash(leaf))
    line = rules.Signature(name, short, rules.signed(body.encode(), seed))
    return rules.receipt(leaf=leaf, index=0, path=[], note=f"{body}\n{line}")


def test_a_tree_that_somebody_made_up_does_not_hold(tmp_path: Path) -> None:
    key = small.SIGNER.key()
    assert checked(forged(key.name, key.id, small.SIGNER.seed), tmp_path, LOG_KEY)[0] == 0
    status, said = checked(forged(key.name, key.id, b"0" * 32), tmp_path, LOG_KEY)
    assert status == 1 and "the signature of the log does not hold" in said


@pytest.mark.usefixtures("ledger")
def test_a_single_bit_of_the_logs_signature_counts(tmp_path: Path) -> None:
    receipt = receipt_at(7)
    own = next(line for line in receipt.split("\n") if line.startswith(f"— {small.SIGNER.origin} "))
    raw = base64.b64decode(own.split(" ")[2])
    for bit in range(32, len(raw) * 8, 61):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        line = f"— {small.SIGNER.origin} {base64.b64encode(bytes(changed)).decode()}"
        assert checked(receipt.replace(own, line), tmp_path, LOG_KEY)[0] == 1, bit


@pytest.mark.usefixtures("ledger")
def test_a_cosignature_moved_from_another_checkpoint_does_not_hold(tmp_path: Path) -> None:
    first = LedgerCheckpoint.objects.earliest("size")
    body, _ = rules.read_note(first.note)
    moved = rules.cosigned(body, small.WITNESS, small.WITNESS_SEED, int(NOW.timestamp()))
    receipt = receipt_at(7)
    own = next(line for line in receipt.split("\n") if line.startswith(f"— {small.WITNESS} "))
    assert checked(receipt.replace(own + "\n", str(moved)), tmp_path, LOG_KEY, WITNESS_KEY)[0] == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"c2sp.org/tlog-proof@v1\n", b"x" * 9000, b"\n" * 50])
def test_what_is_no_receipt_is_told_in_words_without_a_traceback(data: bytes, tmp_path: Path) -> None:
    status, said = checked(data, tmp_path, LOG_KEY)
    assert status in (1, 2) and "Traceback" not in said and said


@pytest.mark.parametrize(
    "keys", [[], ["not a key"], [WITNESS_KEY], [LOG_KEY, LOG_KEY], [LOG_KEY.replace("+", "", 1)]]
)
def test_called_wrongly_it_says_so_with_status_two(keys: list[str], tmp_path: Path) -> None:
    status, said = checked("x", tmp_path, *keys)
    assert status == 2 and "Traceback" not in said


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_its_ed25519_agrees_with_the_librarys(seed: bytes, message: bytes) -> None:
    tool = _tool()
    public, signature = rules.public_key(seed), rules.signed(message, seed)
    assert tool["holds"](message, signature, public)
    for changed in (
        bytes([signature[0] ^ 1]) + signature[1:],
        signature[:40] + bytes([signature[40] ^ 4]) + signature[41:],
    ):
        try:
            assert not tool["holds"](message, changed, public)
        except ValueError:
            continue
    assert not tool["holds"](message + b"x", signature, public)


def test_its_ed25519_refuses_a_signature_with_the_order_added() -> None:
    """RFC 8032 section 5.1.7: S below the order; else each signature would have a twin."""
    tool = _tool()
    signature = rules.signed(b"m", b"5" * 32)
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + tool["Q"]).to_bytes(32, "little")
    assert not tool["holds"](b"m", twin, rules.public_key(b"5" * 32))


def _tool() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "tool"}
    exec(TOOL.read_text(encoding="utf-8"), names)  # noqa: S102 - our own program
    return names


def test_a_receipt_of_a_ledger_of_sm3_holds(tmp_path: Path) -> None:
    log = Signer(origin="log.test/sm3", seed=b"3" * 32, suite="sm3")
    data = [f'{{"id":{n}}}'.encode() for n in range(9)]
    leaves = [merkle.leaf_hash(one, suite="sm3") for one in data]
    own = rules.extensions(at=NOW, previous=0, suite="sm3")
    note = log.sign(rules.checkpoint_body(log.origin, 9, merkle.root(leaves, suite="sm3"), own))
    path = merkle.inclusion_proof(leaves, 4, suite="sm3")
    receipt = rules.receipt(leaf=data[4], index=4, path=path, note=note)
    status, said = checked(receipt, tmp_path, str(log.key()))
    assert status == 0 and "hash sm3" in said
    assert checked(receipt.replace("hash sm3\n", ""), tmp_path, str(log.key()))[0] == 1


# ---- Proofs from tiles ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ledger")
def test_proofs_from_rows_are_those_of_the_standard() -> None:
    hashes = [bytes(leaf.hash) for leaf in LedgerLeaf.objects.order_by("index")]
    size = LedgerCheckpoint.objects.latest("size").size
    for index in (0, 3, 255, 256, 300, 512, size - 1):
        proof = proof_of(entry=entry_at(index))
        assert proof is not None and proof.path == merkle.inclusion_proof(hashes, index)
    for size1 in (1, 2, 255, 256, 257, 300, 512, size):
        made = consistency(size1=size1, size2=size)
        assert made == (merkle.consistency_proof(hashes, size1) if size1 < size else [])


@pytest.mark.usefixtures("ledger")
def test_a_proof_takes_few_statements() -> None:
    entry = entry_at(300)
    with CaptureQueriesContext(connection) as seen:
        proof_of(entry=entry)
    assert len(seen) <= 8


@pytest.mark.usefixtures("ledger")
def test_a_tree_with_a_hash_gone_proves_nothing_instead_of_something_wrong() -> None:
    with transaction.atomic(), owner_connection() as owner:
        owner.autocommit = False
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute("DELETE FROM ledger_ledgernode WHERE index = 1")
        owner.commit()
        try:
            with pytest.raises(AlteredError, match="level 1"):
                proof_of(entry=entry_at(3))
        finally:
            hashes = [
                bytes(leaf.hash)
                for leaf in LedgerLeaf.objects.filter(index__range=(256, 511)).order_by("index")
            ]
            owner.execute("INSERT INTO ledger_ledgernode VALUES (1, 1, %s)", [merkle.root(hashes)])
            owner.commit()


# ---- Tiles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (rules.Tile(0, 1234067), "0/x001/x234/067"),  # the example of the specification
        (rules.Tile(0, 0), "0/000"), (rules.Tile(0, 999), "0/999"), (rules.Tile(0, 1000), "0/x001/000"),
        (rules.Tile(63, 5, 255), "63/005.p/255"), (rules.Tile(rules.ENTRIES, 273, 112), "entries/273.p/112"),
    ],
)  # fmt: skip
def test_a_tile_has_one_path(tile: rules.Tile, path: str) -> None:
    assert str(tile) == path and rules.tile_at(path) == tile


@given(st.integers(0, 63), st.integers(0, 10**15 - 1), st.integers(1, 256))
def test_every_tile_is_found_by_its_path(level: int, index: int, width: int) -> None:
    tile = rules.Tile(level, index, width)
    assert rules.tile_at(str(tile)) == tile


@pytest.mark.parametrize(
    "path",
    ["0/0", "00/000", "64/000", "-1/000", "0/x000/001", "0/001/002", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p",
     "0/000/", "/0/000", "0/000\n", "0/٠٠٠", "data/000", "entries/000.p/999", "0/x1000/000", ""],
)  # fmt: skip
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="tile"):
        rules.tile_at(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_the_specification_counts() -> None:
    found = [str(tile) for tile in rules.tiles_of(70_000)]
    assert len([path for path in found if path.startswith("0/")]) == 274
    assert [path for path in found if path.startswith(("1/", "2/"))] == ["1/000", "1/001.p/17", "2/000.p/1"]
    assert [str(tile) for tile in rules.tiles_of(256)] == ["0/000", "entries/000", "1/000.p/1"]


@pytest.mark.usefixtures("ledger")
def test_tiles_hold_what_the_specification_says_of_them() -> None:
    """MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]), from the leaves that the entries hash to."""
    size = LedgerCheckpoint.objects.latest("size").size
    data = [rules.leaf_bytes(leaf_of(entry=entry_at(index)) or ()) for index in range(size)]
    leaves = [merkle.leaf_hash(one) for one in data]
    for tile in rules.tiles_of(size):
        made = tile_bytes(tile=tile)
        if tile.level == rules.ENTRIES:
            assert made == b"".join(len(one).to_bytes(2, "big") + one for one in data[tile.begin : tile.end])
        else:
            span = 256**tile.level
            assert made == b"".join(
                merkle.root(leaves[i * span : (i + 1) * span]) for i in range(tile.begin, tile.end)
            )
    for path in (
        f"0/{size // 256:03d}",
        f"0/{size // 256:03d}.p/{size % 256 + 1}",
        "1/000.p/3",
        "2/000.p/1",
        "0/003.p/1",
    ):
        assert tile_bytes(tile=rules.tile_at(path)) is None


@pytest.mark.usefixtures("ledger")
def test_tiles_and_checkpoint_are_served_as_unchanging_files() -> None:
    client = Client()
    full, part = client.get("/ledger/tile/0/000"), client.get("/ledger/tile/1/000.p/2")
    assert (full.status_code, len(full.content), len(part.content)) == (200, 8192, 64)
    assert full.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in full.headers["Cache-Control"]
    note = client.get("/ledger/checkpoint")
    assert (
        note.headers["Content-Type"] == "text/plain; charset=utf-8"
        and note.headers["Cache-Control"] == "no-cache"
    )
    head = rules.read_checkpoint(
        rules.verify_note(note.content.decode(), small.SIGNER.origin, small.KEYS.public)
    )
    assert head.size == LedgerCheckpoint.objects.latest("size").size
    packed = client.get("/ledger/tile/entries/000", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    for path in ("0/0", "9/000", "0/000.p/256", "entries/x000/000", "0/999"):
        assert client.get(f"/ledger/tile/{path}").status_code == 404


@pytest.mark.usefixtures("ledger")
def test_the_published_checkpoint_is_the_witnessed_one_while_that_is_fresh(settings: Any) -> None:
    fresh, late = NOW + timedelta(minutes=4, seconds=60), NOW + timedelta(minutes=4, seconds=61)
    assert small.WITNESS in (published(at=fresh) or "")
    small.acted(1)
    sequence(signer=small.SIGNER, at=NOW + timedelta(minutes=5))
    assert small.WITNESS in (published(at=fresh) or "")
    assert small.WITNESS not in (published(at=late) or "")


@pytest.mark.usefixtures("ledger")
def test_nothing_in_a_bundle_names_a_person() -> None:
    size = LedgerCheckpoint.objects.latest("size").size
    for tile in rules.tiles_of(size):
        if tile.level == rules.ENTRIES:
            assert b"person:" not in (tile_bytes(tile=tile) or b"person:")


# ---- Deletion -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ledger")
def test_after_a_lawful_deletion_the_tree_verifies_and_the_receipt_still_holds(tmp_path: Path) -> None:
    gone = small.acted(1)[0]
    checkpoint = small.signed_on(NOW + timedelta(minutes=6))
    before = receipt_of(entry=gone)
    small.forget(gone)
    small.signed_on(NOW + timedelta(minutes=7))
    answer = verification(keys=small.KEYS, tables={"acts_notice": "id"}, kept=[checkpoint.note])
    assert answer.intact, answer
    assert before is not None and checked(before, tmp_path, LOG_KEY, WITNESS_KEY)[0] == 0
    assert checked(receipt_of(entry=gone) or "", tmp_path, LOG_KEY, WITNESS_KEY)[0] == 0


@pytest.mark.usefixtures("ledger")
def test_after_a_lawful_deletion_the_content_cannot_be_confirmed_by_guessing() -> None:
    """Whoever knows the content to the letter cannot tell it from any other: the salt is nowhere any more."""
    gone = small.acted(1)[0]
    small.signed_on(NOW + timedelta(minutes=8))
    with owner_connection() as owner:
        salt, content, subject, persons = owner.execute(
            "SELECT salt, content, subject, persons FROM ledger_ledgercontent WHERE entry_id = %s", [gone]
        ).fetchone()  # type: ignore[misc]
    known = canonical({"content": content, "subject": subject, "persons": persons})
    committed = bytes(LedgerEntry.objects.get(pk=gone).commitment)
    assert rules.commitment(bytes(salt), known) == committed  # with the salt it could be confirmed
    small.forget(gone)
    small.signed_on(NOW + timedelta(minutes=9))
    with owner_connection() as owner:
        left = owner.execute("SELECT salt FROM ledger_ledgercontent").fetchall()
        tables = [
            name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        held = [
            table for table in tables
            if owner.execute(f"SELECT 1 FROM {table} t WHERE position(%s in t::text) > 0 LIMIT 1", [bytes(salt).hex()]).fetchone()
        ]  # fmt: skip
    assert held == []
    guesses = [bytes(other) for (other,) in left] + [b"", bytes(16), str(gone).encode(), committed]
    assert not any(rules.commitment(guess, known) == committed for guess in guesses)
    public = (receipt_of(entry=gone) or "").encode()
    assert (
        bytes(salt) not in base64.b64decode(public.split(b"\n")[1][6:])
        and bytes(salt).hex().encode() not in public
    )
