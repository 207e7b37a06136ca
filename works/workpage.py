"""What the page of one work shows: what is known, and who said so."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from bzpeer.lib.safe import trusted
from works.domain import addresses, article, provenance
from works.domain.choice import Other
from works.domain.sameness import Join
from works.domain.sheet import KINDS, Heard, words
from works.domain.words import listed as words_of
from works.domain.words import written
from works.queries import WorkFull

LICENCES = {
    "arxiv.org/licenses/nonexclusive-distrib/1.0/": "arXiv.org perpetual, non-exclusive licence",
    "creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "creativecommons.org/licenses/by/3.0/": "CC BY 3.0",
    "creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "creativecommons.org/licenses/by-nc-sa/4.0/": "CC BY-NC-SA 4.0",
    "creativecommons.org/licenses/by-nc-sa/3.0/": "CC BY-NC-SA 3.0",
    "creativecommons.org/licenses/by-nc-nd/4.0/": "CC BY-NC-ND 4.0",
    "creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
    "creativecommons.org/licenses/publicdomain/": "Public domain",
}
OTHER_WORDS = {
    "title": "Title",
    "abstract": "Abstract",
    "authors": "Authors",
    "published": "Published",
}
RULES = {
    "decision": "a moderator joined them",
    "arxiv": "the same arXiv identifier",
    "doi": "the same DOI",
    "identifier": "the same identifier",
    "title": "the same title by the same people, a year apart at most",
}
GIVEN = {
    "title": "title",
    "abstract": "abstract",
    "authors": "authors",
    "type": "type",
    "created": "first date",
    "published": "date of publication",
    "venue": "where it appeared",
    "journal_ref": "journal reference",
    "doi": "DOI",
    "versions": "versions",
    "comments": "comments",
    "licence": "licence",
}
LONG = 300  # characters
AFFILIATED = 100  # names of a byline with their affiliations
WITHDRAWN = "No source lists this work any more; what was known of it is kept here."


def work_context(work: WorkFull) -> dict[str, Any]:
    """`w` of the templates: each field, who said it, and who says otherwise."""
    sheet = work.sheet
    names = [article.Name(text, slug or "") for text, slug, *_ in work.byline]
    people = sum(1 for name in names if name.is_person)
    return {
        "id": work.id,
        "title_html": trusted(work.title_html),
        "title_text": work.title_text,
        "byline_html": trusted(article.byline(names) + article.more(work.people - people)),
        "affiliations": affiliations_context(work),
        "type_label": article.type_label(sheet.type),
        "year": work.year,
        "life": life_context(work),
        "facts": facts_context(work),
        "ids": [identifier_context(*item) for item in work.identifiers],
        "abstract_html": trusted(work.abstract_html),
        "summary_by_bzpeer": sheet.abstract_by == "bzpeer",
        "comments_html": trusted(addresses.rendered(sheet.comments).html),
        "licence": licence_context(addresses.masked(sheet.licence)),
        "topics": [topic_context(*topic) for topic in work.topics],
        "unverified": article.unverified_words(work.unverified),
        "said_by": {field: said_by(work, field) for field in sheet.origins},
        "notices": [notice_context(one) for one in reversed(sheet.notices)],
        "others": [other_context(one, work) for one in sheet.others],
        "versions": [{"label": one.label, "date": written(one.date)} for one in sheet.versions],
        "reports": reports_context(work),
        "joins": [join_words(join) for join in sheet.joins],
        "deleted_note": WITHDRAWN if work.withdrawn else "",
    }


def affiliations_context(work: WorkFull) -> list[dict[str, Any]]:
    """Each name of the byline that has any, with what sources give for it."""
    known = defaultdict(list)
    for position, name, slug in work.institutions:
        known[position].append({"name": name, "url": f"/institutions/{slug}/"})
    return [
        {
            "name": name,
            "given": [addresses.rendered(one).text for one in given],
            "institutions": known[position],
        }
        for name, _, position, given in work.byline
        if given or position in known
    ][:AFFILIATED]


def life_context(work: WorkFull) -> list[dict[str, str]]:
    """What became of the work, step by step; empty where there is one step or none."""
    sheet = work.sheet
    steps = []
    if sheet.preprint:
        year, label = sheet.preprint
        exact = sheet.created if sheet.created.startswith(str(year)) else str(year)
        steps.append(_step(exact, f"Preprint, {label}"))
    if sheet.published:
        place = addresses.rendered(sheet.venue).text
        steps.append(_step(sheet.published, f"Published in {place}" if place else "Published"))
    steps += [_step(one.date, KINDS[one.kind], one.kind) for one in sheet.notices]
    return steps if len(steps) > 1 else []


def _step(at: str, words: str, kind: str = "") -> dict[str, str]:
    return {"at": at, "date": written(at) or "Undated", "words": words, "kind": kind}


def facts_context(work: WorkFull) -> list[dict[str, str]]:
    """The plain fields that some source gives, with whose word each is."""
    sheet = work.sheet
    shown = (
        ("Created", "created", written(sheet.created)),
        ("Updated", "updated", written(sheet.updated)),
        ("Published", "published", written(sheet.published)),
        ("Appeared in", "venue", addresses.rendered(sheet.venue).text),
        ("Journal reference", "journal_ref", addresses.rendered(sheet.journal_ref).text),
    )
    return [
        {"label": label, "value": value, "by": said_by(work, field)}
        for label, field, value in shown
        if value
    ]


def said_by(work: WorkFull, field: str) -> str:
    """ "arXiv, 6 May 2024": the source of what is shown of a field, and the date of its record."""
    origin = work.sheet.origins.get(field)
    return _source_and_date(work, *origin) if origin else ""


def _source_and_date(work: WorkFull, slug: str, external_id: str) -> str:
    dates = [
        report["record_date"]
        for report in work.reports
        if (report["source"], report["external_id"]) == (slug, external_id)
    ]
    return ", ".join(filter(None, [provenance.source(slug).label, written(max(dates, default=""))]))


def notice_context(one: Heard) -> dict[str, str]:
    label, url = provenance.identifier_link(one.scheme, one.value) if one.scheme else ("", "")
    return {"kind": one.kind, "words": words(one), "label": label, "value": one.value, "url": url}


def other_context(one: Other, work: WorkFull) -> dict[str, Any]:
    """What another source says instead; a long text is folded away behind its numbers."""
    text = addresses.rendered(written(one.text) if one.field == "published" else one.text)
    return {
        "field": OTHER_WORDS[one.field],
        "by": _source_and_date(work, one.source, one.external_id),
        "html": trusted(text.html),
        "is_long": len(text.text) > LONG,
        "numbers": [addresses.rendered(number).text for number in one.numbers],
    }


def join_words(join: Join) -> str:
    """ "arXiv and Crossref: the same DOI"."""
    pair = [provenance.source(voice[0]).label for voice in (join.one, join.other)]
    return f"{words_of(pair)}: {RULES[join.rule]}"


def identifier_context(scheme: str, value: str, verified: bool) -> dict[str, Any]:
    label, url = provenance.identifier_link(scheme, value)
    return {"label": label, "value": value, "url": url, "unverified": not verified}


def topic_context(slug: str, name: str, code: str) -> dict[str, str]:
    is_plain = code in name or slug.startswith("openalex")
    return {"url": f"/topics/{slug}/", "name": name, "code": "" if is_plain else code}


def reports_context(work: WorkFull) -> list[dict[str, Any]]:
    """Each report with what is shown on its word, said once where it comes in several formats."""
    given: dict[tuple[str, str], list[str]] = defaultdict(list)
    for field, label in GIVEN.items():
        if field in work.sheet.origins:
            given[work.sheet.origins[field]].append(label)
    return [
        report_context(report, given.pop((report["source"], report["external_id"]), []))
        for report in work.reports
    ]


def report_context(report: dict[str, Any], given: list[str]) -> dict[str, Any]:
    return {
        "source_label": provenance.source(report["source"]).label,
        "external_id": report["external_id"],
        "record_date": written(report["record_date"]),
        "imported_at": datetime.fromisoformat(report["imported_at"]),
        "deleted": report["deleted"],
        "given": given,
    }


def licence_context(licence: str) -> dict[str, str]:
    """A licence by its name, with a link where it is an address on the web."""
    bare = licence.removeprefix("https://").removeprefix("http://")
    if bare == licence:
        return {"label": licence, "url": ""}
    return {"label": LICENCES.get(bare, bare), "url": f"https://{bare}"}
