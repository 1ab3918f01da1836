"""台账的读取。 Reads of the ledger: entries, proofs and tiles, witnesses, verification."""

from tongxin.ledger.queries.archived import archived_months
from tongxin.ledger.queries.entries import (
    Waiting,
    acts_resting_on,
    content_of,
    contents_about,
    contents_naming,
    contents_naming_any,
    contents_of,
    entry_numbered,
    leaf_of,
    newest_checkpoint,
    waiting,
)
from tongxin.ledger.queries.trees import (
    Proof,
    consistency,
    note_of,
    proof_of,
    published,
    receipt_of,
    subtree_roots,
    tile_bytes,
)
from tongxin.ledger.queries.verification import verification, younger
from tongxin.ledger.queries.witnessed import (
    NEWEST_WITNESSED,
    Witnessed,
    newest_of_each,
    newest_stamp,
    newest_witnessed,
)

__all__ = [
    "NEWEST_WITNESSED",
    "Proof",
    "Waiting",
    "Witnessed",
    "acts_resting_on",
    "archived_months",
    "consistency",
    "content_of",
    "contents_about",
    "contents_naming",
    "contents_naming_any",
    "contents_of",
    "entry_numbered",
    "leaf_of",
    "newest_checkpoint",
    "newest_of_each",
    "newest_stamp",
    "newest_witnessed",
    "note_of",
    "proof_of",
    "published",
    "receipt_of",
    "subtree_roots",
    "tile_bytes",
    "verification",
    "waiting",
    "younger",
]
