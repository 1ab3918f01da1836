"""The tree, against known answers, against the probes of others, and against a naive reading of the standard."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.ledger import merkle
from tongxin.ledger.tests import probes

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
LEAVES = [merkle.leaf_hash(bytes.fromhex(given)) for given in INPUTS]

leaf_lists = st.lists(st.binary(max_size=24), max_size=40, unique=True).map(
    lambda found: [merkle.leaf_hash(one) for one in found]
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
    assert [merkle.root(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_known_audit_paths(index: int, size: int, path: list[str]) -> None:
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    assert [step.hex() for step in proof] == path
    merkle.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


def test_a_leaf_is_never_a_node() -> None:
    """The prefixes keep them apart: what hashes to a node cannot be passed off as an entry."""
    left, right = LEAVES[0], LEAVES[1]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@given(leaf_lists)
def test_frontier_grows_to_the_root_of_the_standard(leaves: list[bytes]) -> None:
    tree = merkle.Frontier()
    for size, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert (tree.size, len(tree.hashes)) == (size, size.bit_count())
    assert tree.root() == naive_root(leaves) == merkle.root(leaves)


@given(leaf_lists, st.integers(0, 40))
def test_frontier_taken_up_again_grows_on_as_if_never_put_down(leaves: list[bytes], cut: int) -> None:
    whole, first = merkle.Frontier(), merkle.Frontier()
    for leaf in leaves:
        whole.append(leaf)
    for leaf in leaves[:cut]:
        first.append(leaf)
    again = merkle.Frontier(first.size, list(first.hashes))
    for leaf in leaves[cut:]:
        again.append(leaf)
    assert (again.size, again.hashes, again.root()) == (whole.size, whole.hashes, whole.root())


def test_frontier_with_the_wrong_number_of_hashes_is_refused() -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        merkle.Frontier(3, [LEAVES[0]])


@given(st.integers(0, 1_100), st.integers(0, 1_100), st.sampled_from(["sha256", "sm3"]))
@settings(max_examples=60, deadline=None)
def test_many_leaves_at_once_make_the_tree_that_one_after_another_make(
    before: int, more: int, suite: str
) -> None:
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(before + more)]
    one, other = merkle.Frontier(suite=suite), merkle.Frontier(suite=suite)
    for leaf in leaves:
        one.append(leaf)
    other.extend(b"".join(leaves[:before]))
    other.extend(b"".join(leaves[before:]))
    assert (other.size, other.hashes, other.root()) == (one.size, one.hashes, one.root())
    assert other.completed == one.completed


def test_leaves_that_are_not_of_whole_hashes_are_refused() -> None:
    with pytest.raises(ValueError, match="not of hashes"):
        merkle.Frontier().extend(b"x" * 33)


@given(leaf_lists.filter(bool), st.data())
def test_every_leaf_is_proved_and_no_other_is(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = merkle.inclusion_proof(leaves, index), naive_root(leaves)
    merkle.verify_inclusion(leaves[index], index, len(leaves), proof, root)
    for other in range(len(leaves)):
        if other != index:
            with pytest.raises(ValueError, match="proof"):
                merkle.verify_inclusion(leaves[index], other, len(leaves), proof, root)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 3), (2, 3), (4, 5), (0, 8), (5, 8), (6, 7)])
def test_every_single_bit_of_a_proof_counts(index: int, size: int) -> None:
    leaf, root = LEAVES[index], bytes.fromhex(ROOTS[size - 1])
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    whole = b"".join([leaf, root, *proof])
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        parts = [bytes(changed[start : start + 32]) for start in range(0, len(changed), 32)]
        with pytest.raises(ValueError, match="root"):
            merkle.verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@pytest.mark.parametrize("change", ["short", "long", "cut", "empty"])
def test_a_malformed_proof_is_refused(change: str) -> None:
    proof = merkle.inclusion_proof(LEAVES, 5)
    wrong = {
        "short": proof[:-1],
        "long": [*proof, LEAVES[0]],
        "cut": [proof[0][:31], *proof[1:]],
        "empty": [],
    }[change]
    with pytest.raises(ValueError, match=r"proof|root"):
        merkle.verify_inclusion(LEAVES[5], 5, 8, wrong, bytes.fromhex(ROOTS[7]))


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"outside|whole number"):
        merkle.verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])
    with pytest.raises(ValueError, match=r"no leaf|whole number"):
        merkle.inclusion_proof(LEAVES[:size], index)


# ---- The probes of transparency-dev/merkle --------------------------------------------------------------------------


def _said(probe: probes.Probe) -> str:
    return f"{probe['desc']} {probe.get('leafIdx', probe.get('size1'))}"


def check_inclusion(probe: probes.Probe) -> None:
    merkle.verify_inclusion(
        probe["leafHash"], probe["leafIdx"], probe["treeSize"], probe["proof"], probe["root"]
    )


def check_consistency(probe: probes.Probe) -> None:
    merkle.verify_consistency(probe["size1"], probe["size2"], probe["proof"], probe["root1"], probe["root2"])


def test_the_probes_of_others_are_the_files_of_others() -> None:
    """What is made here from their proofs and their list of changes is what their files hold, where those are at hand."""
    made = [*probes.inclusion(), *probes.consistency()]
    files = list(probes.files())
    assert len(files) == 5 and all(probe in made for _, probe in files)
    assert (len(list(probes.inclusion())), len(list(probes.consistency()))) == (98, 98)


@pytest.mark.parametrize("probe", [*probes.inclusion(), *probes.consistency()], ids=_said)
def test_a_probe_of_others_has_the_outcome_it_has_there(probe: probes.Probe) -> None:
    check = check_inclusion if "leafIdx" in probe else check_consistency
    if probe["wantErr"]:
        with pytest.raises(ValueError, match=r".+"):
            check(probe)
    else:
        assert check(probe) is None


# ---- Consistency ----------------------------------------------------------------------------------------------------


@given(leaf_lists.filter(bool), st.data())
def test_every_beginning_is_proved_and_no_other_root_is(leaves: list[bytes], data: st.DataObject) -> None:
    size1 = data.draw(st.integers(1, len(leaves)))
    size2 = data.draw(st.integers(size1, len(leaves)))
    proof = merkle.consistency_proof(leaves, size1, size2)
    old, new = naive_root(leaves[:size1]), naive_root(leaves[:size2])
    assert merkle.verify_consistency(size1, size2, proof, old, new) is None
    other = merkle.leaf_hash(b"another")
    for roots in ((other, new), (old, other), (new, old)):
        if roots != (old, new):
            with pytest.raises(ValueError, match=r".+"):
                merkle.verify_consistency(size1, size2, proof, *roots)
    for index in range(len(proof)):
        with pytest.raises(ValueError, match=r".+"):
            merkle.verify_consistency(size1, size2, [*proof[:index], *proof[index + 1 :]], old, new)
    with pytest.raises(ValueError, match=r".+"):
        merkle.verify_consistency(size1, size2, [*proof, other], old, new)


@given(leaf_lists.filter(lambda leaves: len(leaves) > 1), st.data())
def test_a_tree_with_one_early_leaf_changed_is_no_continuation(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size1 = data.draw(st.integers(1, len(leaves) - 1))
    changed = data.draw(st.integers(0, size1 - 1))
    forged = [*leaves[:changed], merkle.leaf_hash(b"forged"), *leaves[changed + 1 :]]
    proof = merkle.consistency_proof(forged, size1)
    with pytest.raises(ValueError, match="root"):
        merkle.verify_consistency(size1, len(leaves), proof, naive_root(leaves[:size1]), naive_root(forged))


@pytest.mark.parametrize(("size1", "size2"), [(0, 3), (4, 3), (1, 9), (-1, 3), (True, 3), (1, "3"), (1.0, 3)])
def test_a_consistency_proof_that_there_is_not_is_refused(size1: Any, size2: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        merkle.consistency_proof(LEAVES, size1, size2)


# ---- Whatever is handed in ------------------------------------------------------------------------------------------

junk: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.binary(max_size=40),
    st.lists(st.one_of(st.binary(max_size=33), st.none(), st.text(max_size=3)), max_size=5),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2), st.just(2**64), st.just(-(2**70)),
)  # fmt: skip
RIGHT: dict[str, Any] = {
    "leaf_hash": LEAVES[5], "index": 5, "size": 8, "proof": merkle.inclusion_proof(LEAVES, 5), "root": merkle.root(LEAVES),
}  # fmt: skip
CONSISTENT: dict[str, Any] = {
    "size1": 3, "size2": 8, "proof": merkle.consistency_proof(LEAVES, 3), "root1": merkle.root(LEAVES[:3]),
    "root2": merkle.root(LEAVES),
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "right"), [("verify_inclusion", RIGHT), ("verify_consistency", CONSISTENT)]
)
@given(data=st.data())
def test_whatever_is_handed_in_for_any_part_raises_value_error_alone(
    check: str, right: dict[str, Any], data: st.DataObject
) -> None:
    verify = getattr(merkle, check)
    assert verify(**right) is None
    part = data.draw(st.sampled_from(sorted(right)))
    given = data.draw(junk.filter(lambda value: value != right[part] or type(value) is not type(right[part])))
    with pytest.raises(ValueError, match=r".+"):
        verify(**{**right, part: given})


@pytest.mark.parametrize("data", ["text", None, 3, bytearray(b"x"), [b"x"]])
def test_only_bytes_are_hashed(data: Any) -> None:
    with pytest.raises(ValueError, match="bytes"):
        merkle.leaf_hash(data)


@pytest.mark.parametrize("leaves", [None, b"x" * 32, [b"short"], ["x" * 32], iter([]), {1: 2}])
def test_only_lists_of_hashes_make_a_tree(leaves: Any) -> None:
    for make in (
        merkle.root,
        lambda given: merkle.inclusion_proof(given, 0),
        lambda given: merkle.consistency_proof(given, 1),
    ):
        with pytest.raises(ValueError, match=r".+"):
            make(leaves)


# ---- Where the hashes of a proof lie --------------------------------------------------------------------------------


@given(st.integers(1, 2**40), st.data())
def test_a_proof_reads_few_rows_however_large_the_tree(size: int, data: st.DataObject) -> None:
    """Of leaves and roots of full tiles: at most 255 on the way at each level and as many on the right edge."""
    index = data.draw(st.integers(0, size - 1))
    parts = [merkle.complete(*found) for found in merkle.inclusion_ranges(index, size)]
    rows = sum(1 << height % merkle.TILE_HEIGHT for part in parts for height, _ in part)
    assert len(parts) <= size.bit_length()
    assert rows <= 510 * (size.bit_length() // merkle.TILE_HEIGHT + 1)


@given(st.integers(1, 700))
def test_the_frontier_hands_out_every_full_tile_once(size: int) -> None:
    tree = merkle.Frontier()
    leaves = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    for leaf in leaves:
        tree.append(leaf)
    assert tree.completed == [
        (1, n, merkle.root(leaves[n * 256 : n * 256 + 256])) for n in range(size // 256)
    ]


# ---- The other hash -------------------------------------------------------------------------------------------------


def test_sm3_is_the_standards_own() -> None:
    """GB/T 32905-2016, appendix A.1."""
    assert merkle.digest(b"abc", suite="sm3").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


@given(leaf_lists.filter(bool), st.data())
def test_a_tree_of_sm3_is_proved_by_sm3_alone(leaves: list[bytes], data: st.DataObject) -> None:
    size, index = len(leaves), data.draw(st.integers(0, len(leaves) - 1))
    root = merkle.root(leaves, suite="sm3")
    proof = merkle.inclusion_proof(leaves, index, suite="sm3")
    merkle.verify_inclusion(leaves[index], index, size, proof, root, suite="sm3")
    early = merkle.consistency_proof(leaves, index + 1, suite="sm3")
    merkle.verify_consistency(
        index + 1, size, early, merkle.root(leaves[: index + 1], suite="sm3"), root, suite="sm3"
    )
    if size > 1:
        with pytest.raises(ValueError, match="root"):
            merkle.verify_inclusion(leaves[index], index, size, proof, root)


@pytest.mark.parametrize("suite", ["md5", "", None, 3, [], "SHA256"])
def test_another_hash_is_refused(suite: Any) -> None:
    for attempt in (
        lambda: merkle.leaf_hash(b"", suite=suite), lambda: merkle.root([], suite=suite),
        lambda: merkle.verify_inclusion(**RIGHT, suite=suite), lambda: merkle.verify_consistency(**CONSISTENT, suite=suite),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="hash suite"):
            attempt()
