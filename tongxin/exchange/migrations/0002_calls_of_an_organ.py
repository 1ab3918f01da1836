"""The calls of an organ are found, the newest first, along an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="call", index=models.Index(fields=["organ", "-id"], name="call_organ")
        ),
    ]
