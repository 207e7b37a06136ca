"""What several reports of one work say, field by field: what is shown, who said it, who differs."""

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import structs

from works.domain.provenance import preference
from works.domain.records import Category, ExternalId, WorkRecord
from works.domain.sameness import letters

# Fields of which one source's word is taken whole.
SINGLE = (
    "title",
    "abstract",
    "type",
    "stated_year",
    "created",
    "updated",
    "published",
    "versions",
    "comments",
    "journal_ref",
    "venue",
    "doi",
    "licence",
    "authors",
)
# A preprint's type says less than the type of what it became.
_PRELIMINARY = {"preprint", "posted-content", "informal", "other", ""}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:\s*(?:%|\\%|per cent|percent))?")
MOST_OTHERS = 20

Place = int  # in the list of reports


class Other(msgspec.Struct, frozen=True):
    """What another source says of a field instead; `numbers` are those that only it has."""

    field: str
    source: str
    external_id: str
    text: str
    numbers: tuple[str, ...] = ()


class Chosen(msgspec.Struct, frozen=True):
    """One record made of all reports. `origins` has (source, external id) of each field shown."""

    record: WorkRecord
    origins: dict[str, tuple[str, str]]
    others: tuple[Other, ...]


def choose(reports: Sequence[WorkRecord]) -> Chosen:
    """What is shown of each field, and on whose word; of at least one report, the best first."""
    winners = {field: _winner(field, reports) for field in SINGLE}
    said = {field: getattr(reports[at], field) for field, at in winners.items() if at is not None}
    lead = reports[winners["title"] or 0]
    record = structs.replace(
        lead,
        **(_EMPTY | said),
        abstract_by=reports[winners["abstract"] or 0].abstract_by,
        ids=_ids(reports),
        categories=_categories(reports),
        unverified=_unverified(reports, winners),
    )
    origins = {
        field: (reports[at].source, reports[at].external_id)
        for field, at in winners.items()
        if at is not None
    }
    return Chosen(record, origins, tuple(_others(record, reports))[:MOST_OTHERS])


_PLACES = {field: at for at, field in enumerate(WorkRecord.__struct_fields__)}
_EMPTY = {one.name: one.default for one in structs.fields(WorkRecord) if one.name in SINGLE}


def _winner(field: str, reports: Sequence[WorkRecord]) -> Place | None:
    """The place of the report whose word is shown; None where no report has one."""
    having = [at for at, report in enumerate(reports) if getattr(report, field)]
    return min(having, key=lambda at: (*_doubt(field, reports[at]), at), default=None)


def _doubt(field: str, report: WorkRecord) -> tuple[bool, bool, int]:
    """Smaller is better: a guess, a summary of ours and a preprint's type stand behind the rest."""
    lesser = (field == "abstract" and report.abstract_by != "authors") or (
        field == "type" and report.type in _PRELIMINARY
    )
    return (field in report.unverified, lesser, preference(field, report.source))


def _ids(reports: Iterable[WorkRecord]) -> tuple[ExternalId, ...]:
    """All identifiers; one that somebody vouches for before one that is a guess."""
    ordered = sorted(reports, key=lambda report: "ids" in report.unverified)
    found = (item for report in ordered for item in report.ids)
    return tuple(dict.fromkeys(item for item in found if not item.scheme.startswith("same-as-")))


def _categories(reports: Sequence[WorkRecord]) -> tuple[Category, ...]:
    """Each topic once, under the first name given."""
    found: dict[tuple[str, str], Category] = {}
    for report in sorted(reports, key=lambda report: preference("categories", report.source)):
        for item in report.categories:
            found.setdefault((item.scheme, item.code), item)
    return tuple(found.values())


def _unverified(reports: Sequence[WorkRecord], winners: dict[str, Place | None]) -> frozenset[str]:
    """The fields whose word is a guess; the identifiers, where nobody vouches for one."""
    doubted = {f for f, at in winners.items() if at is not None and f in reports[at].unverified}
    doubting = [report for report in reports if "ids" in report.unverified]
    if doubting and all(report in doubting for report in reports if report.ids):
        doubted.add("ids")
    return frozenset(doubted)


# --- who differs


def _others(shown: WorkRecord, reports: Sequence[WorkRecord]) -> list[Other]:
    """What other reports say that no reader would take for the same, each statement once."""
    found: dict[tuple[str, str], Other] = {}
    for report in reports:
        for field, differs, text in _DIFFERENCES:
            if differs(shown, report):
                words = text(report)
                other = Other(
                    field,
                    report.source,
                    report.external_id,
                    words,
                    _only_there(field, shown, words),
                )
                found.setdefault((field, letters(words)), other)
    return sorted(found.values(), key=lambda one: (_PLACES[one.field], one.source, one.text))


def _only_there(field: str, shown: WorkRecord, text: str) -> tuple[str, ...]:
    if field not in ("title", "abstract"):
        return ()
    here = set(map(_digits, _NUMBER.findall(getattr(shown, field))))
    there = dict.fromkeys(found.strip() for found in _NUMBER.findall(text))
    return tuple(number for number in there if _digits(number) not in here)[:6]


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _text_differs(field: str) -> Callable[[WorkRecord, WorkRecord], bool]:
    def differs(shown: WorkRecord, report: WorkRecord) -> bool:
        here, there = getattr(shown, field), getattr(report, field)
        return bool(there) and here != there and letters(here) != letters(there)

    return differs


def _abstract_differs(shown: WorkRecord, report: WorkRecord) -> bool:
    """A summary of ours is no statement of a source about the abstract."""
    by_authors = report.abstract_by == shown.abstract_by == "authors"
    return by_authors and _text_differs("abstract")(shown, report)


def _year_differs(shown: WorkRecord, report: WorkRecord) -> bool:
    return bool(report.published) and report.published[:4] != shown.published[:4]


def _authors_differ(shown: WorkRecord, report: WorkRecord) -> bool:
    """Another number of people, or another order of them."""
    if "authors" in report.unverified:
        return False
    here, there = ([_last_word(a.name) for a in side.authors] for side in (shown, report))
    return len(here) != len(there) or (here != there and sorted(here) == sorted(there))


def _last_word(name: str) -> str:
    return letters(name.split()[-1]) if name.split() else ""


def _names(report: WorkRecord) -> str:
    names = [author.name for author in report.authors]
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


_DIFFERENCES: tuple[
    tuple[str, Callable[[WorkRecord, WorkRecord], bool], Callable[[WorkRecord], str]], ...
] = (
    ("title", _text_differs("title"), lambda report: report.title),
    ("abstract", _abstract_differs, lambda report: report.abstract),
    ("authors", _authors_differ, _names),
    ("published", _year_differs, lambda report: report.published),
)
