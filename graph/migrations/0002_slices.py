
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('graph', '0001_collaborations'),
        ('works', '0001_corpus'),
    ]

    operations = [
        migrations.CreateModel(
            name='Slice',
            fields=[
                ('author', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='works.author')),
                ('digest', models.CharField(max_length=64)),
                ('html', models.TextField()),
                ('facts_version', models.BigIntegerField()),
                ('built_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SliceOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('parked_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True, db_default='', default='')),
                ('ordered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='works.author')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('parked_at__isnull', True)), fields=['due_at'], name='graph_sliceorder_due')],
            },
        ),
    ]
