"""The records that notes are about: where each of them stands, and what its form says."""

from dataclasses import dataclass

from claims.models import Correction
from works.institution_pages import institution_url
from works.institutions import institution
from works.models import Topic, Work
from works.pages import researcher_url
from works.queries import author_by_slug, record_now, work_since_joined

Kind = Correction.Kind


@dataclass(frozen=True, slots=True)
class Sort:
    """What the form says of one sort of record.

    `heading` is the class of its title; none for a person's name, which is set by its length.
    `wrong` names what may be wrong with such a record.
    """

    heading: str
    wrong: str
    kinds: tuple[Kind, ...]


ALL = tuple(Kind)
# Nobody's work and nobody's name: it belongs to no other person.
IMPERSONAL = (Kind.FACT, Kind.REMOVE, Kind.OTHER)
RESEARCHER = Sort("", "a work of somebody else, two people on one page, one person on two", ALL)
WORK = Sort("title work-title", "a title, a date, a name in the byline, a topic", ALL)
INSTITUTION = Sort(
    "title", "a name, a place, a link, the registry entry, a work from elsewhere", IMPERSONAL
)
TOPIC = Sort(
    "title", "its name, its place under another topic, a work on something else", IMPERSONAL
)


@dataclass(frozen=True, slots=True)
class Record:
    """The page that a correction is about."""

    path: str
    title: str
    sort: Sort

    @property
    def form_path(self) -> str:
        return f"{self.path}correct/"


def researcher_record(slug: str) -> Record | None:
    """The record under this slug, or the one that it became part of."""
    author = author_by_slug(slug)
    if author is None:
        return None
    current = record_now(author)
    return Record(researcher_url(current.slug), current.name, RESEARCHER)


def work_record(work_id: int) -> Record | None:
    """The work under this number, or the one that it was joined to."""
    shown = Work.objects.filter(pk=work_id, removed=False)
    title = shown.values_list("title_text", flat=True).first()
    if title is not None:
        return Record(f"/works/{work_id}/", title, WORK)
    joined = work_since_joined(work_id)
    return None if joined is None else work_record(joined)


def institution_record(slug: str) -> Record | None:
    """The record under this slug, whatever the name in front of its identifier."""
    found = institution(slug)
    if found is None:
        return None
    return Record(institution_url(found.slug), found.name, INSTITUTION)


def topic_record(slug: str) -> Record | None:
    name = Topic.objects.filter(slug=slug).values_list("name", flat=True).first()
    return None if name is None else Record(f"/topics/{slug}/", name, TOPIC)
