"""What waits at a desk for an assisting organ is found along an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_sweep")]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("role", "assist"), ("settled_at", None)),
                fields=["organ"],
                name="assignment_waiting",
            ),
        ),
    ]
