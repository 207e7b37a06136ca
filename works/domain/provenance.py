"""What is known of the sources themselves: their names, who copies whom, who is shown first.

This table decides which report of a work visitors see, and how many independent sources stand
behind it: two sources of one family are one witness.
"""

from collections.abc import Iterable
from typing import NamedTuple

from works.domain import identifiers
from works.domain.records import WorkRecord


class Source(NamedTuple):
    label: str
    family: str
    rank: int


# Higher rank is shown first. The sample repeats arXiv's facts, so it is no witness of its own.
SOURCES = {
    "arxiv": Source("arXiv", "arxiv", 50),
    "acl": Source("ACL Anthology", "acl", 45),
    "crossref": Source("Crossref", "crossref", 40),
    "dblp": Source("dblp", "dblp", 35),
    "openalex": Source("OpenAlex", "openalex", 30),
    "bzpeer-sample": Source("BZPEER sample", "arxiv", 10),
}
UNKNOWN_RANK = 20

# Who is shown where several sources give a field, best first; a field without a line goes by rank,
# and so do sources that a line leaves out. Titles and abstracts are taken from where authors write
# them with their TeX, what was published and where from whoever published it.
WINNERS = {
    "title": ("acl", "arxiv", "crossref", "dblp", "openalex"),
    "abstract": ("arxiv", "acl", "crossref", "openalex"),
    "authors": ("acl", "arxiv", "crossref", "dblp", "openalex"),
    "affiliations": ("crossref", "acl", "openalex", "arxiv"),
    "institutions": ("crossref", "openalex"),
    "type": ("crossref", "acl", "dblp", "openalex"),
    "venue": ("acl", "dblp", "crossref", "openalex"),
    "published": ("crossref", "acl", "dblp", "openalex"),
    "stated_year": ("crossref", "acl", "dblp", "openalex"),
    "doi": ("crossref", "acl", "dblp", "openalex", "arxiv"),
    "journal_ref": ("crossref", "dblp", "acl", "openalex", "arxiv"),
}
BY_RANK = ("arxiv", "acl", "crossref", "dblp", "openalex")
MOST_RANK = 100

# Within one source a richer format is shown before a poorer one.
RICHNESS = {
    "arxiv-oai/arXivRaw": 8,
    "arxiv-oai/arXiv": 7,
    "arxiv-snapshot/metadata": 6,
    "arxiv-oai/arXivOld": 5,
    "arxiv-atom/entry": 4,
    "arxiv-oai/oai_dc": 3,
    "acl/xml": 5,
    "crossref/works": 4,
    "openalex/works": 4,
    "dblp/xml": 3,
    "bzpeer/1": 4,
}

# Schemes whose identifiers are kept resolvable by somebody.
PERSISTENT = ("arxiv", "doi", "pmid", "pmcid", "acl", "isbn", "hdl", "openalex")

IDENTIFIER_LINKS = {
    "arxiv": ("arXiv", "https://arxiv.org/abs/{}"),
    "doi": ("DOI", "https://doi.org/{}"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "pmcid": ("PubMed Central", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    "acl": ("ACL Anthology", "https://aclanthology.org/{}/"),
    "openalex": ("OpenAlex", "https://openalex.org/{}"),
    "dblp": ("dblp", "https://dblp.org/rec/{}"),
}


def source(slug: str) -> Source:
    return SOURCES.get(slug) or Source(slug, slug, UNKNOWN_RANK)


def rank(record: WorkRecord) -> int:
    return source(record.source).rank * 10 + RICHNESS.get(record.format, 0)


def richer_formats(format: str) -> list[str]:
    """The formats that say more than this one of the same record."""
    return [other for other, rich in RICHNESS.items() if rich > RICHNESS.get(format, 0)]


def witness(record: WorkRecord) -> str:
    """On whose word a report rests: copies of one source are one witness.

    dblp's CoRR is arXiv's listing; OpenAlex repeats arXiv for what lies there alone, and Crossref
    for what has a DOI. What a person put on their own ORCID record is no witness at all.
    """
    published = bool(record.doi) and not is_arxiv_doi(record.doi)
    if record.source == "orcid":
        return ""
    if record.source == "dblp" and record.external_id.startswith("journals/corr/"):
        return "arxiv"
    if record.source == "openalex" and published:
        return "crossref"
    if record.source == "openalex" and any(item.scheme == "arxiv" for item in record.ids):
        return "arxiv"
    return source(record.source).family


def independent(records: Iterable[WorkRecord]) -> int:
    """How many witnesses these reports are."""
    return len(set(map(witness, records)) - {""})


def preference(field: str, slug: str) -> int:
    """The place of a source for a field; smaller is shown."""
    order = WINNERS.get(field, BY_RANK)
    return order.index(slug) if slug in order else len(order) + MOST_RANK - source(slug).rank


def normal(scheme: str, value: str) -> str:
    """An identifier in its one form, without address, label or version; else as it is."""
    return identifiers.normal(scheme, value) or value.strip()


def is_arxiv_doi(doi: str) -> bool:
    return normal("doi", doi).startswith(identifiers.ARXIV_DOI)


def has_persistent_identifier(record: WorkRecord) -> bool:
    return bool(record.doi) or any(item.scheme in PERSISTENT for item in record.ids)


def venue(record: WorkRecord) -> str:
    """Where the work itself appeared, in a word for the line above its title."""
    for item in record.ids:
        if item.scheme in IDENTIFIER_LINKS:
            return IDENTIFIER_LINKS[item.scheme][0]
    return source(record.source).label


def identifier_link(scheme: str, value: str) -> tuple[str, str]:
    """(label, address) of an identifier; the address is empty where the scheme has none."""
    label, pattern = IDENTIFIER_LINKS.get(scheme, (scheme, ""))
    return label, pattern.format(value) if pattern else ""
