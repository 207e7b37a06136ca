import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('works', '0003_one_work'),
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.TextField()),
                ('value', models.TextField()),
                ('name', models.TextField(db_default='')),
                ('slug', models.TextField(unique=True)),
                ('country', models.CharField(db_default='', max_length=2)),
                ('country_name', models.TextField(db_default='')),
                ('place', models.TextField(db_default='')),
                ('types', models.JSONField(db_default=[], default=list)),
                ('status', models.CharField(db_default='', max_length=9)),
                ('established', models.SmallIntegerField(null=True)),
                ('links', models.JSONField(db_default=[], default=list)),
                ('record_date', models.CharField(db_collation='C', db_default='', max_length=10)),
                ('digest', models.BinaryField(db_default=b'', max_length=16)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scheme', 'value'), name='institution_key')],
            },
        ),
        migrations.CreateModel(
            name='AuthorshipInstitution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('place', models.SmallIntegerField()),
                ('name', models.TextField(db_collation='C')),
                ('work', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.work')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='works.institution')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', 'name'], name='authorships_of_institution')],
                'constraints': [models.UniqueConstraint(fields=('work', 'position', 'institution'), name='authorship_institution')],
            },
        ),
        migrations.CreateModel(
            name='InstitutionDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=253)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.institution')),
            ],
            options={
                'indexes': [models.Index(fields=['host'], name='institution_by_host')],
                'constraints': [models.UniqueConstraint(fields=('institution', 'host'), name='institution_domain')],
            },
        ),
        migrations.CreateModel(
            name='InstitutionName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField()),
                ('language', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=7)),
                ('key', models.TextField()),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.institution')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('key', config='simple'), name='institution_words')],
                'constraints': [models.UniqueConstraint(fields=('institution', 'value', 'language'), name='institution_name')],
            },
        ),
        migrations.CreateModel(
            name='InstitutionRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=11)),
                ('scheme', models.TextField()),
                ('value', models.TextField()),
                ('label', models.TextField()),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.institution')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('institution', 'kind', 'scheme', 'value'), name='institution_relation')],
            },
        ),
    ]
