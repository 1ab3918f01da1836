"""台账的表。 Tables of the ledger. They are written by the gate's append, by the guard, and by the sequencer alone."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now

if TYPE_CHECKING:
    Column = models.Field[Any, Any]
else:
    Column = models.Field


class TransactionId(Column):
    """本事务的编号。 A PostgreSQL xid8; the database fills it, and no one may name another transaction."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        """列类型。 Column type."""
        return "xid8"


class CurrentTransaction(models.Func):
    """本事务。 The transaction that is writing."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionId()


class LedgerEntry(models.Model):
    """台账条目：一个行为。 One act. No column can identify a person: what can is committed to, in `LedgerContent`."""

    id = models.BigAutoField(primary_key=True)
    xact = TransactionId(db_default=CurrentTransaction(), editable=False)
    act = models.UUIDField(unique=True)  # within its month; the guard names the transaction as well
    verb = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    organ = models.CharField(max_length=120, blank=True)
    office = models.CharField(max_length=160, blank=True)
    list_entry = models.TextField(blank=True)
    clauses = models.TextField(blank=True)
    commitment = models.BinaryField()

    class Meta:
        verbose_name = "台账条目"
        indexes = [models.Index(fields=["xact", "id"], name="ledger_entry_order")]

    def __str__(self) -> str:
        return f"{self.id} {self.verb}"


class LedgerContent(models.Model):
    """条目内容与盐，可依法删除。 Salt and content of an entry; may lawfully be deleted, the tree stays whole."""

    # Here and below: the foreign key is each month's own, so the database has none of the whole table (docs/decisions/0019).
    entry = models.OneToOneField(
        LedgerEntry, models.PROTECT, primary_key=True, related_name="content", db_constraint=False
    )
    salt = models.BinaryField()
    subject = models.TextField(blank=True)
    persons = ArrayField(models.TextField(), default=list)
    content = models.JSONField()

    class Meta:
        verbose_name = "条目内容"
        indexes = [
            models.Index(fields=["subject"], name="ledger_content_subject"),
            GinIndex(fields=["persons"], name="ledger_content_persons"),
        ]

    def __str__(self) -> str:
        return f"content of {self.entry_id}"


class LedgerWrite(models.Model):
    """一次写入的摘要。 Digests of the rows one statement wrote; only the database's own guard writes here.

    `digests` stand beside `keys`, one for each row: SHA-256 over the entry's salt and the row; empty for a deleted row.
    `digest` is over both and is what is hashed into the entry's leaf. `form` says how a row was written out: 1 without the
    nulls at any depth (before 0.3), 2 without the empty columns alone; it is bound by `digest`.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="writes", db_constraint=False)
    relation = models.CharField(max_length=63)
    keys = ArrayField(models.TextField())
    digests = ArrayField(models.BinaryField())
    digest = models.BinaryField()
    form = models.SmallIntegerField(db_default=1)

    class Meta:
        verbose_name = "写入摘要"
        indexes = [models.Index(fields=["relation", "id"], name="ledger_write_relation")]

    def __str__(self) -> str:
        return f"{self.relation} {len(self.keys)}"


class LedgerLeaf(models.Model):
    """树叶。 A leaf of the Merkle tree."""

    index = models.BigIntegerField(primary_key=True)
    # A trigger looks whether the entry is there (guard.py): a leaf stays when the month of its entry is archived.
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="leaf", db_constraint=False)
    hash = models.BinaryField()

    class Meta:
        verbose_name = "树叶"

    def __str__(self) -> str:
        return str(self.index)


class LedgerCheckpoint(models.Model):
    """检查点。 A signed checkpoint, with the frontier that lets the tree grow on from it."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    frontier = models.BinaryField()  # the roots of the complete subtrees, largest first, 32 bytes each
    note = models.TextField()
    last_xact = TransactionId()
    last_entry = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "检查点"

    def __str__(self) -> str:
        return f"{self.size} {self.at:%Y-%m-%d %H:%M:%S}"


class LedgerNode(models.Model):
    """满瓦的根。 The root of a full tile: it stands in a tile one level up (C2SP tlog-tiles). Leaves are level 0.

    Written with the leaves and the checkpoint in one transaction: whatever tile is asked for, its hashes are of one tree.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        verbose_name = "满瓦的根"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class LedgerCosignature(models.Model):
    """见证者的共同签名。 A witness's cosignature on the checkpoint of a size; `at` is the witness's own time, whole seconds."""

    pk = models.CompositePrimaryKey("size", "witness", "at")
    size = models.BigIntegerField()
    witness = models.TextField()
    at = models.DateTimeField()
    key_id = models.BinaryField()  # 4 bytes: which of its keys
    signature = models.BinaryField()  # 64 bytes

    class Meta:
        verbose_name = "共同签名"
        indexes = [models.Index(fields=["at"], name="ledger_cosignature_at")]

    def __str__(self) -> str:
        return f"{self.size} {self.witness}"


class LedgerArchive(models.Model):
    """已存档的月。 A month of a table that was archived and dropped; only the owner of the tables writes here.

    `digest` is the SHA-256 of the file, `manifest` that of the manifest which names it; `size` the checkpoint by which they were
    proved. `seal` is the log's own signature on the row: nobody takes a month away and calls it archived. month 0: `before`.
    """

    pk = models.CompositePrimaryKey("relation", "month")
    relation = models.CharField(max_length=63)
    month = models.IntegerField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    manifest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    at = models.DateTimeField()
    seal = models.BinaryField()

    class Meta:
        verbose_name = "已存档的月"

    def __str__(self) -> str:
        return f"{self.relation} {self.month}"


class LedgerStamp(models.Model):
    """时间戳。 An RFC 3161 token of a time-stamp authority over a checkpoint; `seal` is the log's own signature on the row."""

    pk = models.CompositePrimaryKey("size", "authority")
    size = models.BigIntegerField()
    authority = models.TextField()
    at = models.DateTimeField()
    token = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        verbose_name = "时间戳"

    def __str__(self) -> str:
        return f"{self.size} {self.authority}"
