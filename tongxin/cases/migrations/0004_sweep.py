from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_months")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True), fields=["entry", "id"], name="case_going_on"
            ),
        ),
    ]
