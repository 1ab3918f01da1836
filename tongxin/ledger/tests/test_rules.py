"""The tree and the signed note, against known answers and against a naive reading of the standard."""

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

# The eight leaves and roots that implementations of RFC 6962 have tested each other with since the first of them.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = [  # leaf, size, audit path
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [rules.leaf_hash(bytes.fromhex(given)) for given in INPUTS]

# The example that the description of signed notes is explained with.
NOTE_NAME = "PeterNeumann"
NOTE_KEY = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

leaf_lists = st.lists(st.binary(max_size=24), max_size=40, unique=True).map(
    lambda found: [rules.leaf_hash(one) for one in found]
)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def test_known_roots() -> None:
    assert [rules.root(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS
    assert rules.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_known_audit_paths(index: int, size: int, path: list[str]) -> None:
    proof = rules.inclusion_proof(LEAVES[:size], index)
    assert [step.hex() for step in proof] == path
    rules.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


def test_a_leaf_is_never_a_node() -> None:
    """The prefixes keep them apart: what hashes to a node cannot be passed off as an entry."""
    left, right = LEAVES[0], LEAVES[1]
    assert rules.leaf_hash(left + right) != rules.node_hash(left, right)


@given(leaf_lists)
def test_frontier_grows_to_the_root_of_the_standard(leaves: list[bytes]) -> None:
    tree = rules.Frontier()
    for size, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert (tree.size, len(tree.hashes)) == (size, size.bit_count())
    assert tree.root() == naive_root(leaves) == rules.root(leaves)


@given(leaf_lists, st.integers(0, 40))
def test_frontier_taken_up_again_grows_on_as_if_never_put_down(leaves: list[bytes], cut: int) -> None:
    whole, first = rules.Frontier(), rules.Frontier()
    for leaf in leaves:
        whole.append(leaf)
    for leaf in leaves[:cut]:
        first.append(leaf)
    again = rules.Frontier(first.size, list(first.hashes))
    for leaf in leaves[cut:]:
        again.append(leaf)
    assert (again.size, again.hashes, again.root()) == (whole.size, whole.hashes, whole.root())


def test_frontier_with_the_wrong_number_of_hashes_is_refused() -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        rules.Frontier(3, [LEAVES[0]])


@given(leaf_lists.filter(bool), st.data())
def test_every_leaf_is_proved_and_no_other_is(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = rules.inclusion_proof(leaves, index), naive_root(leaves)
    rules.verify_inclusion(leaves[index], index, len(leaves), proof, root)
    for other in range(len(leaves)):
        if other != index:
            with pytest.raises(ValueError, match="proof"):
                rules.verify_inclusion(leaves[index], other, len(leaves), proof, root)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 3), (2, 3), (4, 5), (0, 8), (5, 8), (6, 7)])
def test_every_single_bit_of_a_proof_counts(index: int, size: int) -> None:
    leaf, root = LEAVES[index], bytes.fromhex(ROOTS[size - 1])
    proof = rules.inclusion_proof(LEAVES[:size], index)
    whole = b"".join([leaf, root, *proof])
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        parts = [bytes(changed[start : start + 32]) for start in range(0, len(changed), 32)]
        with pytest.raises(ValueError, match="root"):
            rules.verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@pytest.mark.parametrize("change", ["short", "long", "cut", "empty"])
def test_a_malformed_proof_is_refused(change: str) -> None:
    proof = rules.inclusion_proof(LEAVES, 5)
    wrong = {
        "short": proof[:-1],
        "long": [*proof, LEAVES[0]],
        "cut": [proof[0][:31], *proof[1:]],
        "empty": [],
    }[change]
    with pytest.raises(ValueError, match=r"proof|root"):
        rules.verify_inclusion(LEAVES[5], 5, 8, wrong, bytes.fromhex(ROOTS[7]))


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"outside|no leaf"):
        rules.verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])
    with pytest.raises(ValueError, match="no leaf"):
        rules.inclusion_proof(LEAVES[:size], index)


# ---- The signed note ------------------------------------------------------------------------------------------------


def test_known_signed_note_holds() -> None:
    assert rules.key_id(NOTE_NAME, NOTE_KEY).hex() == "c74f20a3"
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
