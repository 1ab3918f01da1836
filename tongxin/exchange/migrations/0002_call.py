from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="seal",
            field=models.BinaryField(blank=True, max_length=32, null=True, verbose_name="封签"),
        ),
        migrations.AddField(
            model_name="call",
            name="token",
            field=models.BinaryField(blank=True, max_length=32, null=True, unique=True, verbose_name="请求号的摘要"),
        ),
    ]
