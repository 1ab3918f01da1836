import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("law", "0002_book")]

    operations = [
        migrations.CreateModel(
            name='EntryApplication',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('list', models.CharField(choices=[('matter', '入格事项'), ('power', '职权'), ('duty', '权责清单'), ('township', '乡镇（街道）履职事项'), ('data', '数据目录'), ('purchase', '政府购买服务'), ('delegation', '村（居）协助和委托事项'), ('discretion', '行政裁量基准')], max_length=20, verbose_name='清单')),
                ('code', models.CharField(max_length=80, verbose_name='代码')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('category', models.CharField(blank=True, max_length=80, verbose_name='类别')),
                ('category_en', models.CharField(blank=True, max_length=120)),
                ('holder', models.CharField(max_length=120, verbose_name='持有者')),
                ('nature', models.CharField(max_length=20, verbose_name='性质')),
                ('temporary', models.BooleanField(default=False, verbose_name='临时')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='起')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='止')),
                ('facts', models.JSONField(default=dict, verbose_name='要素')),
                ('bindings', models.JSONField(default=list, verbose_name='依据')),
                ('reason', models.TextField(blank=True, verbose_name='理由')),
                ('organ', models.CharField(max_length=120, verbose_name='申请机构')),
                ('office', models.CharField(max_length=160, verbose_name='申请职位')),
                ('applicant', models.CharField(max_length=80, verbose_name='申请人')),
                ('applied_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('open', '待审'), ('admitted', '已列入'), ('refused', '未列入'), ('withdrawn', '已撤回')], default='open', max_length=10, verbose_name='状态')),
                ('decided_by', models.CharField(blank=True, max_length=80, verbose_name='审定人')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审定时间')),
                ('decided_note', models.TextField(blank=True, verbose_name='审定说明')),
                ('decided_clause', models.CharField(blank=True, max_length=240, verbose_name='审定依据')),
                ('list_entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='law.listentry')),
            ],
            options={
                'verbose_name': '列入申请',
                'indexes': [models.Index(fields=['state', 'id'], name='application_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('list', 'code'), name='one_open_application'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('applicant')), ('state', 'admitted'), _negated=True), name='another_admits')],
            },
        ),
    ]
