"""核验存档。 Verification of an archive from its files alone: rows, digests, leaves, the signed checkpoint.

No database and no Django: whoever has the folder and the log's public key can do this anywhere. One changed byte is found.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.ledger import merkle, rules
from tongxin.ledger.rules.parting import month_of
from tongxin.ledger.terms import canonical
from tongxin.web.archive.manifest import LEAVES, NAME, ArchiveError, File, Manifest, all_of, digest

LEAF: Final = (
    "id", "xact", "act", "verb", "outcome", "at", "recorded_at", "organ", "office", "list_entry", "clauses", "commitment",
)  # fmt: skip
SCHEMES: Final = {1: b"", 2: b"2\n"}


@dataclass(slots=True)
class Known:
    """台账所证的。 What the ledger's months of an archive prove of other rows: salts by entry, digests by relation and key."""

    salts: dict[int, bytes] = field(default_factory=dict)
    digests: dict[str, dict[str, tuple[int, bytes, int]]] = field(default_factory=dict)  # entry, digest, form


def checked(root: Path, *, key: rules.Key) -> dict[str, Any]:
    """核验整个存档。 Verify every month below a folder. Raises ArchiveError for the first file or row that does not hold.

    `key`: the log's public key. Returns the months, how many rows and entries were proved, and the newest checkpoint.
    """
    found = list(all_of(root))
    if not found:
        raise ArchiveError(f"{root}: no archive ({NAME} is nowhere below it)")
    known, rows = Known(), 0
    for folder, manifest in found:
        check_files(folder, manifest, key)
        if manifest.family == "ledger":
            _check_ledger(folder, manifest, known)
        else:
            for one in manifest.files:
                if one.relation in ("acts_notice", "cases_casestep"):
                    _check_rows(folder, manifest, one, known)
        rows += sum(one.rows for one in manifest.files if one.relation != LEAVES)
    newest = max((manifest for _, manifest in found), key=lambda one: one.size)
    return {
        "intact": True,
        "months": sorted({manifest.month for _, manifest in found}),
        "rows": rows,
        "entries": len(known.salts),
        "size": newest.size,
        "root": newest.root,
    }


def check_files(folder: Path, manifest: Manifest, key: rules.Key) -> None:
    """核对文件与检查点。 Every file is the one that was written, and the checkpoint is signed by the log. Raises ArchiveError."""
    for one in manifest.files:
        if digest(folder / one.file) != one.sha256:
            raise ArchiveError(f"{folder / one.file}: not the file that was archived (SHA-256)")
    try:
        head = rules.read_checkpoint(rules.verify_note(manifest.note, key.name, key.public))
    except ValueError as error:
        raise ArchiveError(f"{folder / NAME}: the checkpoint does not hold: {error}") from error
    if (head.origin, head.size, head.root.hex()) != (manifest.origin, manifest.size, manifest.root):
        raise ArchiveError(f"{folder / NAME}: not what its checkpoint says")


def _rows(folder: Path, one: File) -> Iterator[dict[str, Any]]:
    """一个文件的各行。 The rows of a file in order; as many as its manifest says, from the first number to the last."""
    count, last = 0, None
    try:
        with pq.ParquetFile(folder / one.file) as source:
            for batch in source.iter_batches():
                for row in batch.to_pylist():
                    count, last = count + 1, row[one.key]
                    if count == 1 and last != one.first:
                        raise ArchiveError(f"{folder / one.file}: begins with {last}, not {one.first}")
                    yield row
    except (pa.ArrowException, KeyError) as error:
        raise ArchiveError(f"{folder / one.file}: cannot be read ({type(error).__name__})") from error
    if count != one.rows or (count and last != one.last):
        raise ArchiveError(f"{folder / one.file}: {count} rows up to {last}, not {one.rows} up to {one.last}")


def _check_ledger(folder: Path, manifest: Manifest, known: Known) -> None:
    """一月的台账。 The entries of a month hash to the leaves, and these lead to the signed root. Raises ArchiveError."""
    writes = _writes(folder, manifest, known)
    contents = {row["entry_id"]: row for row in _rows(folder, manifest.file_of("ledger_ledgercontent"))}
    leaves, awaited = [], dict[int, bytes]()
    for row in _rows(folder, manifest.file_of(LEAVES)):
        leaves.append(row["hash"])
        if month_of(row["entry_id"]) == manifest.of:
            awaited[row["entry_id"]] = row["hash"]
    for row in _rows(folder, manifest.file_of("ledger_ledgerentry")):
        number = row["id"]
        leaf = rules.leaf_bytes([*(row[name] for name in LEAF), writes.pop(number, [])])
        if merkle.leaf_hash(leaf, suite=manifest.suite) != awaited.pop(number, b""):
            raise ArchiveError(f"{folder}: entry {number} does not hash to its leaf")
        content = contents.pop(number, None)
        _check_content(folder, manifest, content, row["commitment"])
        known.salts[number] = content["salt"] if content else b""
    for left, what in (
        (awaited, "entry {} is missing"),
        (writes, "digests of no entry: {}"),
        (contents, "content of no entry: {}"),
    ):
        if left:
            raise ArchiveError(f"{folder}: " + what.format(min(left)))
    _check_root(folder, manifest, leaves)


def leaves_of(folder: Path, manifest: Manifest) -> Iterator[tuple[int, int, bytes]]:
    """一月的叶。 The leaves of a month: index, entry, hash."""
    for row in _rows(folder, manifest.file_of(LEAVES)):
        yield row["index"], row["entry_id"], row["hash"]


def _check_content(
    folder: Path, manifest: Manifest, row: Mapping[str, Any] | None, commitment: bytes
) -> None:
    if row is None:
        return  # lawfully deleted before: the tree stays whole
    bound = {"content": json.loads(row["content"]), "subject": row["subject"], "persons": row["persons"]}
    if rules.commitment(row["salt"], canonical(bound), suite=manifest.suite) != commitment:
        raise ArchiveError(f"{folder}: the content of entry {row['entry_id']} is not what was committed to")


def _check_root(folder: Path, manifest: Manifest, leaves: list[bytes]) -> None:
    try:
        root = rules.root_over(
            [bytes.fromhex(one) for one in manifest.left],
            leaves,
            [bytes.fromhex(one) for one in manifest.right],
            begin=manifest.begin,
            size=manifest.size,
            suite=manifest.suite,
        )
    except ValueError as error:
        raise ArchiveError(f"{folder}: the tree cannot be put together: {error}") from error
    if root.hex() != manifest.root:
        raise ArchiveError(f"{folder}: the leaves do not lead to the signed root")


def _writes(folder: Path, manifest: Manifest, known: Known) -> dict[int, list[list[Any]]]:
    """一月的写入摘要。 The digests of a month, by entry, as a leaf tells them; those of single rows go into `known`."""
    found: dict[int, list[list[Any]]] = {}
    for row in _rows(folder, manifest.file_of("ledger_ledgerwrite")):
        told = [f"{key}:{one.hex()}" for key, one in sorted(zip(row["keys"], row["digests"], strict=True))]
        whole = hashlib.sha256(SCHEMES.get(row["form"], b"?") + "\n".join(told).encode()).digest()
        if whole != row["digest"]:
            raise ArchiveError(
                f"{folder}: digests of single rows were changed (ledger_ledgerwrite {row['id']})"
            )
        found.setdefault(row["entry_id"], []).append(
            [row["id"], row["relation"], len(row["keys"]), row["digest"].hex()]
        )
        of_relation = known.digests.setdefault(row["relation"], {})
        for name, one in zip(row["keys"], row["digests"], strict=True):
            of_relation[name] = (row["entry_id"], one, row["form"])
    return found


def _check_rows(folder: Path, manifest: Manifest, one: File, known: Known) -> None:
    """一张表的各行。 Every row is as its ledger entry wrote it, and none that an entry wrote is missing. Raises ArchiveError."""
    told = known.digests.get(one.relation, {})
    awaited = {name for name in told if month_of(int(name)) == manifest.of}
    for row in _rows(folder, one):
        name = str(row["id"])
        if name not in awaited:
            raise ArchiveError(f"{folder}: no archived entry wrote row {name} of {one.relation}")
        awaited.discard(name)
        entry, expected, form = told[name]
        salt = known.salts.get(entry, b"")
        text = row["written"] if form == 2 else row["written_before"]
        if salt and hashlib.sha256(salt + text.encode()).digest() != expected:
            raise ArchiveError(
                f"{folder}: row {name} of {one.relation} is not as ledger entry {entry} wrote it"
            )
        if not _says(row, json.loads(text), nulls=form == 2):
            raise ArchiveError(
                f"{folder}: the columns of row {name} of {one.relation} are not what is proved"
            )
    if awaited:
        raise ArchiveError(f"{folder}: row {min(awaited, key=int)} of {one.relation} is missing")


def _says(row: Mapping[str, Any], told: Mapping[str, Any], *, nulls: bool) -> bool:
    """各列与所写的一致。 Whether the columns say what the proved text says; `nulls`: also those inside documents."""
    for name, value in row.items():
        if name in ("written", "written_before"):
            continue
        said = told.get(name)
        if isinstance(value, datetime):
            same = isinstance(said, str) and datetime.fromisoformat(said) == value
        elif isinstance(said, dict | list) and isinstance(value, str):
            kept = json.loads(value)
            same = said == (kept if nulls else _without_nulls(kept))
        else:
            same = said == value
        if not same:
            return False
    return set(told) <= set(row)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
