"""存档的目录与清单。 Folders and manifests of an archive: DIR/YYYY-MM/FAMILY/manifest.json beside the files it names."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tongxin.ledger.rules.parting import part, read_part

FORMAT: Final = "tongxin archive 1"
NAME: Final = "manifest.json"
LEAVES: Final = "ledger_ledgerleaf"
# In order: what is proved by another family stands after it.
FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "ledger": ("ledger_ledgerentry", "ledger_ledgercontent", "ledger_ledgerwrite"),
    "notices": ("acts_notice", "acts_delivery"),
    "steps": ("cases_casestep",),
}


class ArchiveError(Exception):
    """存档不成立。 The archive cannot be made, or does not hold; the message says which file or row, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """一个文件。 One file of a family: rows of a table, from the first to the last number."""

    relation: str
    key: str
    file: str
    rows: int
    first: int
    last: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """一月一族的清单。 What one month of one family is, and the checkpoint by which its entries are proved.

    begin, end   the leaves that the file of leaves holds; `left` and `right` the roots (hex) of the subtrees beside them
    """

    format: str
    origin: str
    suite: str
    month: str
    family: str
    size: int
    root: str
    note: str
    made_at: str
    files: list[File] = field(default_factory=list)
    begin: int = 0
    end: int = 0
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)

    @property
    def of(self) -> int:
        """月。 The month as a number; 0: what is older than the months."""
        return read_part(self.month)

    def file_of(self, relation: str) -> File:
        """某表的文件。 The file of a table. Raises ArchiveError."""
        for one in self.files:
            if one.relation == relation:
                return one
        raise ArchiveError(f"{self.month}/{self.family}: no file of {relation} in the manifest")


def folder_of(root: Path, month: int, family: str) -> Path:
    """一月一族的目录。 The folder of a family in a month."""
    return root / part(month).replace("_", "-") / family


def write(manifest: Manifest, folder: Path) -> None:
    """写清单。 Write the manifest last: a folder with a manifest is whole."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    draft = folder / f"{NAME}.new"
    draft.write_text(text + "\n", encoding="utf-8")
    draft.chmod(0o600)
    draft.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """读清单。 Read a manifest. Raises ArchiveError when it is none."""
    try:
        told: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = [File(**one) for one in told.pop("files")]
        found = Manifest(**told, files=files)
        known = found.format == FORMAT and found.family in FAMILIES and found.of >= 0
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArchiveError(f"{folder / NAME}: not a manifest ({type(error).__name__})") from error
    if not known:
        raise ArchiveError(f"{folder / NAME}: not a manifest of {FORMAT!r}")
    return found


def all_of(root: Path) -> Iterator[tuple[Path, Manifest]]:
    """所有清单。 Every manifest below a folder with its own folder, the ledger's first, then by month. Raises ArchiveError."""
    found = [(path.parent, read(path.parent)) for path in root.glob(f"*/*/{NAME}")]
    families = list(FAMILIES)
    yield from sorted(found, key=lambda one: (families.index(one[1].family), one[1].of))


def digest(path: Path) -> str:
    """文件的摘要。 SHA-256 of a file in hex. Raises ArchiveError when it cannot be read."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from error
