from django.db import migrations

# From a sequence, which an act that is undone does not take back: what a process kept under that number is never taken for later facts.
NUMBERS = """
CREATE SEQUENCE places_revision;
SELECT setval('places_revision', (SELECT coalesce(max(revision), 1) FROM places_city));
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [migrations.RunSQL(NUMBERS, "DROP SEQUENCE places_revision")]
