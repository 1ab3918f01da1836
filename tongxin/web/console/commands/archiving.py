"""存档的命令。 The commands of the archive (docs/how-to/keep-and-archive.md)."""

import argparse
from pathlib import Path
from typing import Any, Final

import django
from django.utils.module_loading import import_string

from tongxin.ledger.rules import Key, verifier_key
from tongxin.ledger.rules.parting import month, read_part
from tongxin.ledger.terms import AlteredError
from tongxin.web.archive.checking import checked
from tongxin.web.archive.manifest import ArchiveError
from tongxin.web.clock import now
from tongxin.web.console import environment

Result = tuple[int, Any]
LEAST_MONTHS: Final = (
    36  # three years: 政务数据共享条例 (2025), 网络数据安全管理条例 art. 12, 个人信息保护法 art. 56
)
OF: Final = "tongxin.web.archive"


def write(given: argparse.Namespace) -> Result:
    """写存档。 Write whole months, prove what was written, and with --drop let them leave the database."""
    import_string("tongxin.web.console.commands.founding.migrate")(given)
    at, root = now(), Path(given.folder)
    least = month(at.date()) - LEAST_MONTHS
    try:
        before = read_part(given.before) if given.before else least
        if before > month(at.date()) or (given.drop and before > least):
            raise ArchiveError(  # noqa: TRY301
                f"before: a month leaves {LEAST_MONTHS} months after it has ended at the earliest, and is archived when it has ended"
            )
        import_string("tongxin.web.ground.sequence_all")(at=at)
        written, kept = import_string(f"{OF}.writing.archived")(root=root, before=before, at=at)
        found: dict[str, Any] = {"written": written, "kept": kept, "dropped": []}
        if any(root.glob("*/*/manifest.json")):
            found |= _checked(root, import_string(f"{OF}.living.own_key")(), living=True)
        if given.drop:
            found["dropped"] = _drop(root, before, at)
    except (ArchiveError, AlteredError, ValueError, OSError) as error:
        return 1, {"intact": False, "reason": str(error)}
    return 0, found


def _drop(root: Path, before: int, at: Any) -> list[str]:
    """腾出。 Drop, with a verification of the whole ledger before and after."""
    verified = import_string("tongxin.web.ground.verify")
    if fault := verified()["first_fault"]:
        raise ArchiveError(f"the ledger is not intact, nothing is dropped: {fault}")
    gone: list[str] = import_string(f"{OF}.dropping.dropped")(root=root, before=before, at=at)
    import_string("tongxin.web.ground.sequence_all")(at=at)
    if fault := verified()["first_fault"]:
        raise ArchiveError(f"after dropping {', '.join(gone)} the ledger is not intact: {fault}")
    return gone


def verify(given: argparse.Namespace) -> Result:
    """核验存档。 Prove an archive. Status 1 when something does not hold, 2 when it cannot be asked."""
    root = Path(given.folder)
    try:
        if given.key:
            return 0, _checked(root, verifier_key(given.key.strip()), living=False)
        environment.open_database(data=environment.data_folder(), create=False)
        django.setup()
        return 0, _checked(root, import_string(f"{OF}.living.own_key")(), living=True)
    except (ArchiveError, ValueError) as error:
        return 1, {"intact": False, "reason": str(error)}


def _checked(root: Path, key: Key, *, living: bool) -> dict[str, Any]:
    found = checked(root, key=key)
    if living:
        import_string(f"{OF}.living.compare")(root)
    return {**found, "compared_with_the_ledger": living}
