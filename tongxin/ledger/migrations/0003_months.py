"""Entries, their content and their digests are divided by month (docs/decisions/0019).

No way back: months that were archived and dropped could not be put back into one table.
"""

import django.db.models.deletion
from django.db import migrations, models

from tongxin.ledger.rules.parting import FUNCTIONS, Parted, divided

OF_ENTRY = "FOREIGN KEY (entry_id) REFERENCES ledger_ledgerentry_{part} (id) DEFERRABLE INITIALLY DEFERRED"
PARTED = (
    Parted(table="ledger_ledgerentry", key="id", local=("UNIQUE (act)",)),
    Parted(table="ledger_ledgercontent", key="entry_id", local=(OF_ENTRY,)),
    Parted(table="ledger_ledgerwrite", key="entry_id", local=(OF_ENTRY,)),
)


def _entry(related: str, kind: type[models.ForeignKey] = models.OneToOneField, **more: bool) -> models.ForeignKey:
    return kind(
        to="ledger.ledgerentry",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related,
        db_constraint=False,
        **more,
    )


class Migration(migrations.Migration):
    irreversible = "months that were archived and dropped could not be put back into one table"
    dependencies = [("ledger", "0002_tiles_and_witnesses")]

    operations = [
        migrations.RunSQL(FUNCTIONS),
        *(migrations.RunSQL(divided(one)) for one in PARTED),
        migrations.CreateModel(
            name="LedgerArchive",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "relation", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("relation", models.CharField(max_length=63)),
                ("month", models.IntegerField()),
                ("rows", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("manifest", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("seal", models.BinaryField()),
            ],
            options={"verbose_name": "已存档的月"},
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("ledgercontent", "entry", _entry("content", primary_key=True, serialize=False)),
                migrations.AlterField("ledgerwrite", "entry", _entry("writes", models.ForeignKey)),
                migrations.AlterField("ledgerleaf", "entry", _entry("leaf")),
            ]
        ),
    ]
