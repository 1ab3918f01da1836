"""A photo is found by its digest, and what runs under a clause by the clause, along indexes of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_assisting")]

    operations = [
        migrations.AddIndex(
            model_name="photo", index=models.Index(fields=["digest"], name="photo_digest")
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["clause"], name="clock_clause"
            ),
        ),
    ]
