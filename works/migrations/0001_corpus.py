import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# A number below 36^7 for each id and no id twice: 5^15 shares no factor with 36, so that
# multiplying by it only shuffles. Written in base 36, seven places, it is the public id.
PUBLIC_ID = """
CREATE FUNCTION works_public_id(id bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT %s FROM (
        SELECT ((id::numeric * 30517578125 + 11111111111) %% 78364164096)::bigint AS n
    ) shuffled
$$
""" % " || ".join(
    f"substr('0123456789abcdefghijklmnopqrstuvwxyz', (n / {36**place} % 36)::int + 1, 1)"
    for place in range(6, -1, -1)
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(PUBLIC_ID, "DROP FUNCTION works_public_id(bigint)"),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=12, unique=True)),
                ('slug', models.CharField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=300)),
                ('key_scheme', models.TextField()),
                ('key_value', models.TextField()),
                ('name_key', models.TextField()),
                ('letter', models.CharField(max_length=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='works.author')),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=41)),
                ('paths', models.JSONField(default=list)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(null=True)),
                ('created', models.IntegerField(db_default=0)),
                ('updated', models.IntegerField(db_default=0)),
                ('unchanged', models.IntegerField(db_default=0)),
                ('rejected', models.IntegerField(db_default=0)),
                ('authors', models.IntegerField(db_default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('title_html', models.TextField()),
                ('title_text', models.TextField()),
                ('abstract_html', models.TextField()),
                ('head_html', models.TextField()),
                ('body_html', models.TextField()),
                ('year', models.SmallIntegerField(null=True)),
                ('date', models.CharField(max_length=10)),
                ('people', models.IntegerField()),
                ('identified', models.BooleanField()),
                ('complete', models.BooleanField()),
                ('unverified', models.JSONField(default=list)),
                ('families', models.SmallIntegerField()),
                ('withdrawn', models.BooleanField(db_default=False)),
                ('template_version', models.SmallIntegerField()),
                ('digest', models.BinaryField(max_length=16)),
                ('version', models.BigIntegerField(db_default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='AuthorChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('parked_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True, db_default='', default='')),
                ('kind', models.CharField(max_length=16)),
                ('generation', models.IntegerField(db_default=1)),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.author')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportReject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.TextField()),
                ('position', models.IntegerField()),
                ('external_id', models.CharField(max_length=200)),
                ('field', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=300)),
                ('raw', models.TextField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='works.importrun')),
            ],
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.TextField()),
                ('code', models.TextField()),
                ('name', models.TextField()),
                ('slug', models.TextField(unique=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scheme', 'code'), name='topic_code')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=41)),
                ('format', models.CharField(max_length=41)),
                ('external_id', models.CharField(max_length=200)),
                ('record_date', models.CharField(max_length=10)),
                ('digest', models.BinaryField(max_length=16)),
                ('rank', models.SmallIntegerField()),
                ('deleted', models.BooleanField(db_default=False)),
                ('record', models.JSONField()),
                ('imported_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='works.importrun')),
                ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='works.work')),
            ],
        ),
        migrations.CreateModel(
            name='Authorship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('name', models.CharField(max_length=300)),
                ('affiliations', models.JSONField(default=list)),
                ('confidence', models.FloatField()),
                ('asserted_by', models.TextField()),
                ('status', models.CharField(choices=[('imported', 'Imported'), ('confirmed', 'Confirmed'), ('rejected', 'Rejected')], db_default='imported', max_length=9)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='works.author')),
                ('work', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.work')),
            ],
        ),
        migrations.CreateModel(
            name='WorkIdentifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.TextField()),
                ('value', models.TextField()),
                ('verified', models.BooleanField()),
                ('work', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.work')),
            ],
        ),
        migrations.CreateModel(
            name='WorkTopic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='works.topic')),
                ('work', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='works.work')),
            ],
        ),
        migrations.CreateModel(
            name='AuthorFacts',
            fields=[
                ('author', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='works.author')),
                ('version', models.BigIntegerField(db_default=1)),
                ('refreshed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('works', models.IntegerField(db_default=0)),
                ('topics', models.IntegerField(db_default=0)),
                ('years', models.JSONField(default=list)),
                ('top_topics', models.JSONField(default=list)),
                ('sources', models.JSONField(default=list)),
                ('affiliation', models.CharField(db_default='', max_length=300)),
                ('identified', models.IntegerField(db_default=0)),
                ('complete', models.IntegerField(db_default=0)),
                ('corroborated', models.IntegerField(db_default=0)),
                ('confirmed', models.IntegerField(db_default=0)),
                ('collaborators', models.IntegerField(db_default=0)),
                ('close_collaborators', models.IntegerField(db_default=0)),
                ('company', models.JSONField(default=list)),
                ('circles', models.JSONField(default=list)),
                ('several', models.BooleanField(db_default=False)),
                ('claim_state', models.CharField(db_default='unclaimed', max_length=9)),
                ('level', models.SmallIntegerField(db_default=0)),
                ('trust_score', models.SmallIntegerField(null=True)),
                ('trust_band', models.CharField(db_default='', max_length=11)),
                ('verified_close', models.IntegerField(db_default=0)),
                ('trust_digest', models.CharField(db_default='', max_length=64)),
                ('trust_at', models.DateTimeField(null=True)),
                ('followers', models.IntegerField(db_default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['-works', 'author'], name='facts_most_works')],
            },
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(fields=['letter', 'name_key', 'id'], name='author_browse'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(fields=['name_key'], name='author_name_key', opclasses=['text_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='author',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name_key', config='simple'), name='author_words'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(fields=('key_scheme', 'key_value'), name='author_key'),
        ),
        migrations.AddIndex(
            model_name='authorchange',
            index=models.Index(condition=models.Q(('parked_at__isnull', True)), fields=['due_at'], name='works_authorchange_due'),
        ),
        migrations.AddConstraint(
            model_name='authorchange',
            constraint=models.UniqueConstraint(fields=('author', 'kind'), name='change_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('source', 'format', 'external_id'), name='report_identity'),
        ),
        migrations.AddConstraint(
            model_name='authorship',
            constraint=models.UniqueConstraint(fields=('work', 'position'), name='authorship_place'),
        ),
        migrations.AddIndex(
            model_name='workidentifier',
            index=models.Index(fields=['scheme', 'value'], name='work_by_identifier'),
        ),
        migrations.AddConstraint(
            model_name='workidentifier',
            constraint=models.UniqueConstraint(fields=('work', 'scheme', 'value'), name='work_identifier'),
        ),
        migrations.AddConstraint(
            model_name='worktopic',
            constraint=models.UniqueConstraint(fields=('work', 'topic'), name='work_topic'),
        ),
    ]
