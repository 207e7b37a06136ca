"""What arXiv writes alike in each of its formats: identifiers, DOIs, days, categories."""

import re
from collections.abc import Iterable

from works.domain.identifiers import published_doi
from works.domain.records import AuthorRecord, Category, ExternalId, WorkRecord
from works.domain.validate import Invalid

SOURCE = "arxiv"
TYPE = "preprint"
# Where a list is cut: one more than `validated` lets pass.
MAX_ITEMS = 1_001

# Where arXiv shows a work; what is behind it is the identifier, with its version or without.
ADDRESS = re.compile(r"https?://(?:[a-z]+\.)?arxiv\.org/abs/(\S+)")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)?")
_VERSION = re.compile(r"v([0-9]+)$")
_BETWEEN_DOIS = re.compile(r"[\s;]+")
_MAX_DOIS = 20
# Only the day of a moment in UTC: "2007-04-02T19:18:42Z", "Mon, 2 Apr 2007 19:18:42 GMT".
_TIME_OF_DAY = re.compile(r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-]00:00)$")
_SPELT_OUT = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) [0-9:]{5,8} (?:GMT|UTC|[+-]0000)"
)
_MONTHS = " Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def outline(form: str, external_id: str, record_date: str) -> WorkRecord:
    """A record that says no more than whose it is; raises `Invalid` for what is no arXiv id."""
    if external_id and not _ID.fullmatch(external_id):
        raise Invalid("external_id", "is not an arXiv identifier")
    return WorkRecord(
        source=SOURCE,
        format=form,
        external_id=external_id,
        record_date=record_date,
        ids=(ExternalId(SOURCE, external_id),),
    )


def without_version(identifier: str) -> str:
    """The identifier of the work: a record is about it, not about one version of it."""
    return _VERSION.sub("", identifier)


def version_label(identifier: str) -> str:
    """The version that an identifier ends with ("v2"), empty where it names none."""
    found = _VERSION.search(identifier)
    return found.group(0) if found else ""


def first_doi(text: str) -> str:
    """The DOI of the publication; arXiv's own for the preprint is none.

    arXiv lists several in one element. Those behind the first name a dataset or an erratum as
    often as the work, so they are left out.
    """
    parts = _BETWEEN_DOIS.split(text.strip(), maxsplit=_MAX_DOIS)
    return next(filter(None, map(published_doi, parts)), "")


def day(text: str) -> str:
    """The day of a moment; a text that is none comes back as it is, for `validated` to name."""
    text = text.strip()
    if spelt := _SPELT_OUT.fullmatch(text):
        date, month, year = spelt.groups()
        number = (_MONTHS.find(f" {month}") + 4) // 4
        return f"{year}-{number:02}-{date:0>2}"
    return _TIME_OF_DAY.sub("", text)


def author(family: str, given: str, suffix: str, affiliations: Iterable[str] = ()) -> AuthorRecord:
    """An author whose name is given in parts, any of which may be empty."""
    name = " ".join(filter(None, (given, family, suffix)))
    return AuthorRecord(name, family, given, suffix, tuple(affiliations))


def categories(codes: str) -> tuple[Category, ...]:
    """The categories of a list with spaces between, the primary one first."""
    return tuple(Category(SOURCE, code) for code in codes.split(maxsplit=MAX_ITEMS))
