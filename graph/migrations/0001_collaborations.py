
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('works', '0001_corpus'),
    ]

    operations = [
        migrations.CreateModel(
            name='Collaboration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('works', models.IntegerField()),
                ('first_year', models.SmallIntegerField(null=True)),
                ('last_year', models.SmallIntegerField(null=True)),
                ('close', models.BooleanField()),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='works.author')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='works.author')),
            ],
            options={
                'indexes': [models.Index(fields=['author', '-works', 'other'], name='edge_strongest')],
                'constraints': [models.UniqueConstraint(fields=('author', 'other'), name='edge_once')],
            },
        ),
    ]
