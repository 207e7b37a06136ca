"""What templates show of institutions, from the rows that queries bring."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from works.domain.words import written
from works.institutions import PEOPLE, InstitutionFull, InstitutionRow, Member, Relation
from works.lists import WorkRow, WorksFilter
from works.pages import MAX_PAGE, address, page_context, paging, researcher_url

REGISTRIES = {
    "ror": ("ROR", "https://ror.org/{}"),
    "openalex": ("OpenAlex", "https://openalex.org/{}"),
}
TYPES = {"nonprofit": "Non-profit", "archive": "Archive or library", "other": "Other"}
LINKS = {"website": "Website", "wikipedia": "Wikipedia"}
STATUSES = {"": "known from works alone", "inactive": "no longer active"}
# In the order of the page: what became of it comes first.
RELATIONS = {
    "successor": "Succeeded by",
    "predecessor": "Took over from",
    "parent": "Part of",
    "child": "Parts",
    "related": "Related",
}
# What a card shows at once, so that it stays short on a phone, and what it lists at all: a research
# council has a thousand institutes.
FIRST = 5
MOST_RELATED = 60


def institution_url(slug: str) -> str:
    return f"/institutions/{slug}/"


def institution_context(
    found: InstitutionFull,
    people: Sequence[Member],
    people_page: int,
    works: Sequence[WorkRow],
    asked: WorksFilter,
) -> dict[str, Any]:
    """The whole context of an institution's page."""
    path = institution_url(found.slug)
    matching = works[0].matching if works else 0
    where = ", ".join(place_words(found.place, found.country_name))
    description = f"Researchers and works of {found.name}{f', {where}' if where else ''}."
    return {
        "page": page_context(found.name, description, path, kind="institution"),
        "i": _facts(found)
        | {
            "people": [_member(one) for one in people],
            "people_total": people[0].matching if people else 0,
            **_people_turns(path, people, people_page, asked.page),
            "works": matching,
            "turn": paging(path, asked, matching),
        },
    }


def _facts(found: InstitutionFull) -> dict[str, Any]:
    label, pattern = REGISTRIES[found.scheme]
    others = [name for name in map(_name, found.names) if name["value"] != found.name]
    related = [_relations(kind, found.relations) for kind in RELATIONS]
    return {
        "name": found.name,
        "url": institution_url(found.slug),
        "types_text": ", ".join(map(type_label, found.types)),
        "where": place_words(found.place, found.country_name),
        "established": found.established,
        "status": found.status,
        "record_date": written(found.record_date),
        "registry": {"label": label, "value": found.value, "url": pattern.format(found.value)},
        "names": others[:FIRST],
        "more_names": others[FIRST:],
        "links": [_link(kind, url) for kind, url in found.links],
        "domains": found.domains,
        "relations": [group for group in related if group["items"]],
        "heirs": related[0]["items"],
    }


def _name(form: tuple[str, str, str]) -> dict[str, Any]:
    value, language, kind = form
    return {"value": value, "language": language, "short": kind == "acronym"}


def _link(kind: str, url: str) -> dict[str, str]:
    """An address in short: its host, and on Wikipedia the article."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    article = unquote(parts.path.rpartition("/")[2]).replace("_", " ")
    said = article if kind == "wikipedia" and article else host
    return {"label": LINKS.get(kind, kind.capitalize()), "text": said, "url": url}


def _relations(kind: str, relations: Sequence[Relation]) -> dict[str, Any]:
    """The institutions of one kind: those that have a page first among the ones that are listed."""
    held = [one for one in relations if one[0] == kind]
    items = [
        {"name": name or value, "url": institution_url(slug) if slug else ""}
        for _, name, value, slug in sorted(held, key=lambda one: one[3] is None)[:MOST_RELATED]
    ]
    return {
        "label": RELATIONS[kind],
        "items": items[:FIRST],
        "more_items": items[FIRST:],
        "unlisted": len(held) - len(items),
    }


def _member(one: Member) -> dict[str, Any]:
    return {
        "name": one.name,
        "url": researcher_url(one.slug),
        "works": one.works,
        "last_year": one.last_year,
    }


def _people_turns(
    path: str, people: Sequence[Member], page: int, works_page: int
) -> dict[str, Any]:
    """The ways to the other pages of researchers; the works stay where they are."""
    total = people[0].matching if people else 0
    last = min(max(1, -(-total // PEOPLE)), MAX_PAGE)

    def turned(to: int) -> str:
        return address(path, people=to if to > 1 else None, page=works_page)

    return {
        "people_page": page,
        "people_pages": last,
        "people_previous": turned(page - 1) if page > 1 else "",
        "people_next": turned(page + 1) if page < last else "",
    }


def institution_row(row: InstitutionRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": institution_url(row.slug),
        "found": row.found if row.found != row.name else "",
        "where": ", ".join(place_words(row.place, row.country_name)),
        "types_text": ", ".join(map(type_label, row.types)),
        "status_text": STATUSES.get(row.status, ""),
    }


def type_label(kind: str) -> str:
    return TYPES.get(kind, kind.capitalize())


def place_words(place: str, country: str) -> list[str]:
    """Town and country, once where they are one."""
    return list(dict.fromkeys(filter(None, (place, country))))
