"""Notices and their deliveries are divided by month (docs/decisions/0019).

No way back: months that were archived and dropped could not be put back into one table.
"""

import django.db.models.deletion
from django.db import migrations, models

from tongxin.ledger.rules.parting import Parted, divided

OF_NOTICE = "FOREIGN KEY (notice_id) REFERENCES acts_notice_{part} (id) DEFERRABLE INITIALLY DEFERRED"
PARTED = (
    Parted(table="acts_notice", key="id"),
    Parted(table="acts_delivery", key="notice_id", within=True, local=("UNIQUE (id)", OF_NOTICE)),
)


class Migration(migrations.Migration):
    irreversible = "months that were archived and dropped could not be put back into one table"
    dependencies = [("acts", "0001_initial"), ("ledger", "0003_months")]

    operations = [
        *(migrations.RunSQL(divided(one)) for one in PARTED),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "delivery",
                    "notice",
                    models.ForeignKey(
                        to="acts.notice",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        db_constraint=False,
                    ),
                )
            ]
        ),
    ]
