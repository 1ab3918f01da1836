"""存档与现在的台账对照。 An archive beside the living ledger: the same leaves, and the same checkpoints."""

from pathlib import Path

from django.db import connection

from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.rules import Key
from tongxin.web import ground
from tongxin.web.archive.checking import leaves_of
from tongxin.web.archive.manifest import ArchiveError, all_of


def own_key() -> Key:
    """本机台账的公钥。 The public key of this city's ledger."""
    return ground.signer().key()


def compare(root: Path) -> None:
    """与现在的台账对照。 Every checkpoint and every leaf of the archive stands in the ledger. Raises ArchiveError."""
    for folder, manifest in all_of(root):
        found = LedgerCheckpoint.objects.filter(size=manifest.size).values_list("root", flat=True).first()
        if found is None or bytes(found).hex() != manifest.root:
            raise ArchiveError(f"{folder}: the ledger has no such checkpoint of {manifest.size} entries")
        if manifest.family != "ledger":
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT index, entry_id, hash FROM ledger_ledgerleaf WHERE index >= %s AND index < %s ORDER BY index",
                [manifest.begin, manifest.end],
            )
            living = ((index, entry, bytes(raw)) for index, entry, raw in iter(cursor.fetchone, None))
            for here, there in zip(living, leaves_of(folder, manifest), strict=True):
                if here != there:
                    raise ArchiveError(f"{folder}: leaf {there[0]} is not that of the ledger")
