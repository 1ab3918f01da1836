from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("law", "0004_making")]

    operations = []
