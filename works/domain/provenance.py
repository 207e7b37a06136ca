"""What is known of the sources themselves: their names, who copies whom, who is shown first.

This table decides which report of a work visitors see, and how many independent sources stand
behind it: two sources of one family are one witness.
"""

import re
from typing import NamedTuple

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

# Schemes whose identifiers are kept resolvable by somebody, strongest first: a work is known
# under the first that a source vouches for.
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

_ADDRESSES = {
    "arxiv": re.compile(
        r"^(?:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", re.IGNORECASE
    ),
    "doi": re.compile(r"^(?:https?://(?:\w+\.)?doi\.org/|doi:\s*)", re.IGNORECASE),
}
_VERSION = re.compile(r"(?<=\d)v\d+$")


def source(slug: str) -> Source:
    return SOURCES.get(slug) or Source(slug, slug, UNKNOWN_RANK)


def rank(record: WorkRecord) -> int:
    return source(record.source).rank * 10 + RICHNESS.get(record.format, 0)


def richer_formats(format: str) -> list[str]:
    """The formats that say more than this one of the same record."""
    return [other for other, rich in RICHNESS.items() if rich > RICHNESS.get(format, 0)]


def families(slugs: set[str]) -> int:
    """How many independent sources these are."""
    return len({source(slug).family for slug in slugs})


def work_key(record: WorkRecord) -> str:
    """What reports of the same work share: its strongest vouched identifier, else the report's own.

    A guessed identifier never joins two reports.
    """
    own: dict[str, str] = {}
    if "doi" not in record.unverified:
        own["doi"] = normal("doi", record.doi)
    if "ids" not in record.unverified:
        own |= {item.scheme: normal(item.scheme, item.value) for item in reversed(record.ids)}
    for scheme in PERSISTENT:
        if own.get(scheme):
            return f"{scheme}:{own[scheme].lower()}"
    return f"{record.source}:{record.external_id}"


def normal(scheme: str, value: str) -> str:
    """An identifier as its scheme writes it, without address, label or version of the work."""
    bare = _ADDRESSES[scheme].sub("", value.strip()) if scheme in _ADDRESSES else value
    if scheme == "arxiv":
        return _VERSION.sub("", bare)
    return bare.lower() if scheme == "doi" else bare


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
