"""Institutions as registries and bylines know them, and the bylines that name them."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from works.models.corpus import Work


class Institution(models.Model):
    """An institution under the identifier that a registry or a byline gives, "ror" before others.

    Without a digest no record of it was read: it has a name from bylines, or none, and no status.
    The slug ends in the identifier, so that an old name still leads here.
    """

    scheme = models.TextField()
    value = models.TextField()
    name = models.TextField(db_default="")
    slug = models.TextField(unique=True)
    country = models.CharField(max_length=2, db_default="")
    country_name = models.TextField(db_default="")
    place = models.TextField(db_default="")
    types = models.JSONField(default=list, db_default=[])
    status = models.CharField(max_length=9, db_default="")
    established = models.SmallIntegerField(null=True)
    links = models.JSONField(default=list, db_default=[])
    record_date = models.CharField(max_length=10, db_default="", db_collation="C")
    digest = models.BinaryField(max_length=16, db_default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="institution_key"),
        ]

    def __str__(self) -> str:
        return self.name or self.value


class InstitutionName(models.Model):
    """One form of an institution's name; `key` is what searches compare."""

    institution = models.ForeignKey(Institution, models.CASCADE, db_index=False)
    value = models.TextField()
    language = models.CharField(max_length=40)
    kind = models.CharField(max_length=7)
    key = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "value", "language"], name="institution_name"
            ),
        ]
        indexes = [GinIndex(SearchVector("key", config="simple"), name="institution_words")]

    def __str__(self) -> str:
        return self.value


class InstitutionDomain(models.Model):
    """An exact host name of an institution, in ASCII small letters."""

    institution = models.ForeignKey(Institution, models.CASCADE, db_index=False)
    host = models.CharField(max_length=253)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "host"], name="institution_domain"),
        ]
        indexes = [models.Index(fields=["host"], name="institution_by_host")]

    def __str__(self) -> str:
        return self.host


class InstitutionRelation(models.Model):
    """What a record says of another institution, which may not have been read."""

    institution = models.ForeignKey(Institution, models.CASCADE, db_index=False)
    kind = models.CharField(max_length=11)
    scheme = models.TextField()
    value = models.TextField()
    label = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "scheme", "value"], name="institution_relation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"


class AuthorshipInstitution(models.Model):
    """An institution that a source gives, by its identifier, for one name of a byline.

    It belongs to the place in the byline, whoever's it is decided to be. `place` is its own among
    those of the name; `name` is as the source gives it.
    """

    work = models.ForeignKey(Work, models.CASCADE, db_index=False)
    position = models.IntegerField()
    institution = models.ForeignKey(Institution, models.PROTECT, db_index=False)
    place = models.SmallIntegerField()
    name = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["work", "position", "institution"], name="authorship_institution"
            ),
        ]
        indexes = [
            # The name of one that only bylines know is the first in this order.
            models.Index(fields=["institution", "name"], name="authorships_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.work_id} {self.position}: {self.institution_id}"
