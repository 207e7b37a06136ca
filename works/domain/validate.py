"""What a record must be, whichever source it comes from, before anything is decided about it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import get_args

import msgspec

from works.domain.records import (
    AuthorRecord,
    Category,
    InstitutionId,
    Notice,
    NoticeKind,
    Version,
    WorkRecord,
)

MAX_AUTHORS = 20_000
MAX_EXTERNAL_ID = 200

# Far above what real works have (titles 500, abstracts 7,000 characters), far below harm.
_MAX_CHARACTERS = {
    "title": 5_000,
    "abstract": 100_000,
    "comments": 20_000,
    "journal_ref": 5_000,
    "venue": 2_000,
    "doi": 1_000,
    "licence": 1_000,
    "type": 100,
}
_DATES = ("record_date", "created", "updated", "published")
_MAX_NAME = 1_000
_MAX_AFFILIATION = 5_000
_MAX_CATEGORY_NAME = 300
_MAX_INSTITUTION_NAME = 1_000
# A tree of topics is a few levels high; more is a list that lost its way.
_MAX_BROADER = 20
_MAX_ITEMS = 1_000
_FIELDS = frozenset(WorkRecord.__struct_fields__)
_NOTICE_KINDS = frozenset(get_args(NoticeKind))

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# C0 and C1 controls, and every run of white space that one space can stand for.
_UNTIDY = re.compile("[\x01-\x1f\x7f-\x9f][ \x01-\x1f\x7f-\x9f]*| [ \x01-\x1f\x7f-\x9f]+")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


class Invalid(Exception):
    """A record that breaks a rule: the field at fault and a sentence without its value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def validated(record: WorkRecord) -> WorkRecord:
    """The record with its text made tidy; raises `Invalid` for the first rule it breaks."""
    _check_identity(record)
    _check_dates(record)
    _check_lists(record)
    tidied = _tidied(record)
    if not tidied.deleted and not tidied.title.strip():
        raise Invalid("title", "is missing")
    speaks_of_another = any(notice.about for notice in tidied.notices)
    if not tidied.deleted and not tidied.authors and not speaks_of_another:
        raise Invalid("authors", "are missing")
    return tidied


def tidy(field: str, text: str, most: int) -> str:
    """The text with controls and runs of white space as one space; raises `Invalid`."""
    if len(text) > most:
        raise Invalid(field, f"is longer than {most:,} characters")
    text = text.strip(" ")
    if text.isprintable() and "  " not in text:
        return text
    if _UNSTORABLE.search(text):
        raise Invalid(field, "holds a NUL or half of a surrogate pair")
    return _UNTIDY.sub(" ", text).strip(" ")


def is_date(text: str) -> bool:
    """Whether the text is a day, a month or a year that exists."""
    parts = _DATE.fullmatch(text)
    if not parts:
        return False
    year, month, day = (int(part or 1) for part in parts.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _check_identity(record: WorkRecord) -> None:
    if not _SLUG.fullmatch(record.source):
        raise Invalid("source", "is not a slug of small letters, digits and hyphens")
    if not record.external_id:
        raise Invalid("external_id", "is missing")
    _check_token("external_id", record.external_id, MAX_EXTERNAL_ID)
    for identifier in record.ids:
        _check_coded("ids", identifier.scheme, identifier.value)


def _check_dates(record: WorkRecord) -> None:
    for field in _DATES:
        value: str = getattr(record, field)
        if value and not is_date(value):
            raise Invalid(field, "is not a date that exists")
    for field in ("versions", "notices"):
        dated: Iterable[Version | Notice] = getattr(record, field)
        if any(item.date and not is_date(item.date) for item in dated):
            raise Invalid(field, "have a date that does not exist")
    if record.stated_year is not None and not 1 <= record.stated_year <= 9999:
        raise Invalid("stated_year", "is not a year")


def _check_lists(record: WorkRecord) -> None:
    if len(record.authors) > MAX_AUTHORS:
        raise Invalid("authors", f"are more than {MAX_AUTHORS:,}")
    if not record.unverified <= _FIELDS:
        raise Invalid("unverified", "names something that is no field")
    for field in ("ids", "versions", "categories", "notices"):
        _check_count(field, getattr(record, field))
    for category in record.categories:
        _check_category(category)
    for version in record.versions:
        _check_token("versions", version.label, MAX_EXTERNAL_ID)
    for notice in record.notices:
        _check_notice(notice)


def _check_category(category: Category) -> None:
    _check_coded("categories", category.scheme, category.code)
    if len(category.broader) > _MAX_BROADER:
        raise Invalid("categories", f"have more than {_MAX_BROADER} above one another")
    for broader in category.broader:
        if broader.broader:
            raise Invalid("categories", "have a way up inside a way up")
        _check_coded("categories", broader.scheme, broader.code)


def _check_notice(notice: Notice) -> None:
    if notice.kind not in _NOTICE_KINDS:
        raise Invalid("notices", "have a kind that is not known")
    for identifier in (notice.about, notice.by):
        if identifier is not None:
            _check_coded("notices", identifier.scheme, identifier.value)


def _check_count(field: str, items: tuple[object, ...]) -> None:
    if len(items) > _MAX_ITEMS:
        raise Invalid(field, f"are more than {_MAX_ITEMS:,}")


def _check_coded(field: str, scheme: str, value: str) -> None:
    if not _SCHEME.fullmatch(scheme):
        raise Invalid(field, "have a scheme that is not a slug")
    _check_token(field, value, MAX_EXTERNAL_ID)


def _check_token(field: str, value: str, most: int) -> None:
    if not value.strip() or len(value) > most or not value.isprintable():
        raise Invalid(field, f"must have 1 to {most} printable characters")


def _tidied(record: WorkRecord) -> WorkRecord:
    changes: dict[str, object] = {}
    for field, most in _MAX_CHARACTERS.items():
        text: str = getattr(record, field)
        if (clean := tidy(field, text, most)) != text:
            changes[field] = clean
    authors = tuple(map(_tidied_author, record.authors))
    if any(new is not old for new, old in zip(authors, record.authors)):
        changes["authors"] = authors
    categories = tuple(map(_tidied_category, record.categories))
    if categories != record.categories:
        changes["categories"] = categories
    return msgspec.structs.replace(record, **changes) if changes else record


def _tidied_category(category: Category) -> Category:
    name = tidy("categories", category.name, _MAX_CATEGORY_NAME) if category.name else ""
    broader = tuple(map(_tidied_category, category.broader)) if category.broader else ()
    if name == category.name and broader == category.broader:
        return category
    return Category(category.scheme, category.code, name, broader)


def _tidied_author(author: AuthorRecord) -> AuthorRecord:
    _check_author(author)
    before = (author.name, author.family, author.given, author.suffix)
    name, family, given, suffix = (tidy("authors", part, _MAX_NAME) for part in before)
    if not name:
        raise Invalid("authors", "have an empty name")
    places = tuple(_tidied_places(author.affiliations))
    institutions = tuple(map(_tidied_institution, author.institutions))
    if (name, family, given, suffix, places, institutions) == (
        *before,
        author.affiliations,
        author.institutions,
    ):
        return author
    return AuthorRecord(name, family, given, suffix, places, author.person_ids, institutions)


def _check_author(author: AuthorRecord) -> None:
    for items in (author.affiliations, author.person_ids, author.institutions):
        _check_count("authors", items)
    for person in author.person_ids:
        _check_coded("authors", person.scheme, person.value)
        _check_token("authors", person.asserted_by, MAX_EXTERNAL_ID)
    for institution in author.institutions:
        _check_coded("authors", institution.scheme, institution.value)


def _tidied_places(affiliations: Iterable[str]) -> Iterable[str]:
    cleaned = (tidy("authors", place, _MAX_AFFILIATION) for place in affiliations)
    return filter(None, cleaned)


def _tidied_institution(institution: InstitutionId) -> InstitutionId:
    name = tidy("authors", institution.name, _MAX_INSTITUTION_NAME)
    if name == institution.name:
        return institution
    return InstitutionId(institution.scheme, institution.value, name)
