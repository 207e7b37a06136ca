"""What the page of one work shows: what is known, and who said so."""

from datetime import datetime
from typing import Any

import msgspec

from bzpeer.lib.safe import trusted
from works.domain import addresses, article, provenance
from works.domain.records import WorkRecord
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
WITHDRAWN = "No source lists this work any more; what was known of it is kept here."


def work_context(work: WorkFull) -> dict[str, Any]:
    """`w` of the templates: the best report's fields, and every report's origin."""
    best = msgspec.convert(work.reports[0]["record"], WorkRecord)
    names = [article.Name(text, slug or "") for text, slug, _ in work.byline]
    people = sum(1 for name in names if name.slug)
    return {
        "id": work.id,
        "title_html": trusted(work.title_html),
        "title_text": work.title_text,
        "byline_html": trusted(article.byline(names, hidden=work.people - people)),
        "type_label": article.type_label(best.type),
        "year": work.year,
        "created": best.created,
        "updated": best.updated,
        "published": best.published,
        "ids": [identifier_context(*item) for item in work.identifiers],
        "abstract_html": trusted(work.abstract_html),
        "summary_by_bzpeer": best.abstract_by == "bzpeer",
        "comments_html": trusted(addresses.rendered(best.comments).html),
        "journal_ref": addresses.rendered(best.journal_ref).text,
        "licence": licence_context(addresses.masked(best.licence)),
        "topics": [topic_context(*topic) for topic in work.topics],
        "unverified": article.unverified_words(best.unverified),
        "reports": [report_context(report) for report in work.reports],
        "deleted_note": WITHDRAWN if work.withdrawn else "",
    }


def identifier_context(scheme: str, value: str, verified: bool) -> dict[str, Any]:
    label, url = provenance.identifier_link(scheme, value)
    return {"label": label, "value": value, "url": url, "unverified": not verified}


def topic_context(slug: str, name: str, code: str) -> dict[str, str]:
    return {"url": f"/topics/{slug}/", "name": name, "code": "" if code in name else code}


def report_context(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "source_label": provenance.source(report["source"]).label,
        "external_id": report["external_id"],
        "record_date": report["record_date"],
        "imported_at": datetime.fromisoformat(report["imported_at"]),
        "deleted": report["deleted"],
    }


def licence_context(licence: str) -> dict[str, str]:
    """A licence by its name, with a link where it is an address on the web."""
    bare = licence.removeprefix("https://").removeprefix("http://")
    if bare == licence:
        return {"label": licence, "url": ""}
    return {"label": LICENCES.get(bare, bare), "url": f"https://{bare}"}
