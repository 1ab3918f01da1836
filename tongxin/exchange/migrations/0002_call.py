from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_apply")]

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
        migrations.AddField(
            model_name="emergency",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="转入事后程序"),
        ),
        migrations.AlterField(
            model_name="call",
            name="grant",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=models.PROTECT, related_name="calls_made", to="exchange.grant"
            ),
        ),
        migrations.AlterField(
            model_name="reached",
            name="grant",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=models.PROTECT, related_name="reached", to="exchange.grant"
            ),
        ),
    ]
