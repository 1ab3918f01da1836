"""Numbers of cases carry the month, and the steps of cases are divided by it (docs/decisions/0019).

No way back: months that were archived and dropped could not be put back into one table.
"""

from django.db import migrations

from tongxin.ledger.rules.parting import Parted, divided, numbered

STEPS = Parted(table="cases_casestep", key="case_id", within=True, local=("UNIQUE (id)",))


class Migration(migrations.Migration):
    irreversible = "months that were archived and dropped could not be put back into one table"
    dependencies = [("cases", "0002_transition"), ("ledger", "0003_months")]

    operations = [
        migrations.RunSQL(numbered("cases_case")),
        migrations.RunSQL(divided(STEPS)),
    ]
