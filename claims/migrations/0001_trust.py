
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('works', '0001_corpus'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrustScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.SmallIntegerField()),
                ('band', models.CharField(max_length=11)),
                ('level', models.SmallIntegerField()),
                ('formula', models.SmallIntegerField()),
                ('facts', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('cause', models.TextField()),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.author')),
            ],
            options={
                'indexes': [models.Index(fields=['author', '-id'], name='trust_latest')],
            },
        ),
    ]
