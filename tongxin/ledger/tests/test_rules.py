"""Leaves, signed notes, cosignatures and tiles, against known answers."""

import base64
import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.ledger import rules
from tongxin.ledger.terms import canonical

# The example that the description of signed notes is explained with.
NOTE_NAME = "PeterNeumann"
NOTE_KEY = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


# ---- The signed note ------------------------------------------------------------------------------------------------


def test_known_signed_note_holds() -> None:
    assert rules.Key(NOTE_NAME, NOTE_KEY).id.hex() == "c74f20a3"
    assert rules.verify_note(NOTE, NOTE_NAME, NOTE_KEY).startswith("If you think cryptography")


def test_known_signed_note_with_any_letter_changed_is_refused() -> None:
    text, _, _ = NOTE.partition("\n\n")
    for place in range(len(text)):
        changed = NOTE[:place] + ("x" if NOTE[place] != "x" else "y") + NOTE[place + 1 :]
        with pytest.raises(ValueError, match=r"signature"):
            rules.verify_note(changed, NOTE_NAME, NOTE_KEY)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
@settings(max_examples=30)
def test_a_checkpoint_is_signed_and_verified(seed: bytes, size: int, root: bytes) -> None:
    body = rules.checkpoint_body("tongxin.test/ledger", size, root)
    note = rules.sign_note(body, "tongxin.test/ledger", seed)
    assert rules.verify_note(note, "tongxin.test/ledger", rules.public_key(seed)) == body
    assert body.splitlines() == ["tongxin.test/ledger", str(size), base64.b64encode(root).decode()]


def test_a_note_of_another_name_or_key_is_refused() -> None:
    note = rules.sign_note("a\n1\nb\n", "one", b"1" * 32)
    with pytest.raises(ValueError, match="no signature of other"):
        rules.verify_note(note, "other", rules.public_key(b"1" * 32))
    with pytest.raises(ValueError, match="no signature of one"):
        rules.verify_note(note, "one", rules.public_key(b"2" * 32))
    forged = note.replace("a\n1", "a\n2")
    with pytest.raises(ValueError, match="does not hold"):
        rules.verify_note(forged, "one", rules.public_key(b"1" * 32))


def test_a_note_may_carry_the_signatures_of_witnesses() -> None:
    note = rules.sign_note("a\n1\nb\n", "one", b"1" * 32)
    witnessed = note + rules.sign_note("a\n1\nb\n", "witness", b"2" * 32).partition("\n\n")[2]
    for name, seed in (("one", b"1" * 32), ("witness", b"2" * 32)):
        assert rules.verify_note(witnessed, name, rules.public_key(seed)) == "a\n1\nb\n"


@pytest.mark.parametrize(
    "note", ["", "\n\n", "a\n", "a\n\n— one !!!\n", "a\n\n— one AAAA\n", "a\n\n- one AAAA\n"]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rules.verify_note(note, "one", rules.public_key(b"1" * 32))


# ---- What is committed to -------------------------------------------------------------------------------------------


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=64))
def test_a_commitment_is_the_salted_digest_and_nothing_else(salt: bytes, content: bytes) -> None:
    assert rules.commitment(salt, content) == hashlib.sha256(salt + content).digest()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=6), json_values, max_size=4))
def test_canonical_bytes_do_not_depend_on_the_order_and_lose_nothing(content: dict[str, object]) -> None:
    turned = dict(reversed(list(content.items())))
    assert canonical(content) == canonical(turned)
    assert json.loads(canonical(content)) == content


def _row(**given: object) -> list[object]:
    base = {
        "id": 1,
        "xact": "9",
        "act": uuid.UUID(int=1),
        "verb": "v",
        "outcome": "done",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "recorded": datetime(2026, 1, 1, tzinfo=UTC),
        "organ": "o",
        "office": "f",
        "list_entry": "e",
        "clauses": "c",
        "commitment": b"x",
        "writes": [["t", 1, 2, "ab"]],
    }
    return list({**base, **given}.values())


@pytest.mark.parametrize(
    "change",
    [
        {"id": 2},
        {"act": uuid.UUID(int=2)},
        {"verb": "w"},
        {"outcome": "refused"},
        {"organ": ""},
        {"office": ""},
        {"at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
        {"recorded": datetime(2025, 1, 1, tzinfo=UTC)},
        {"list_entry": ""},
        {"clauses": ""},
        {"commitment": b"y"},
        {"writes": []},
        {"writes": [["t", 1, 2, "ac"]]},
        {"organ": "of", "office": ""},
    ],
)
def test_every_fact_of_an_entry_is_in_its_leaf(change: dict[str, object]) -> None:
    assert rules.leaf_bytes(_row(**change)) != rules.leaf_bytes(_row())


def test_a_leaf_is_the_same_in_every_time_zone_and_from_either_driver() -> None:
    east = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert rules.leaf_bytes(_row(at=east)) == rules.leaf_bytes(_row())
    assert rules.leaf_bytes(
        _row(writes='[["t", 1, 2, "ab"]]', commitment=memoryview(b"x"))
    ) == rules.leaf_bytes(_row())
