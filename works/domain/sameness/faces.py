"""What of a report tells whether another one speaks of the same work."""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from unicodedata import normalize

import msgspec

from works.domain import names, tex
from works.domain.provenance import normal
from works.domain.records import AuthorRecord, WorkRecord

Voice = tuple[str, str]  # (source, external id): one report, whatever its format

# Schemes that name one work each. An ISBN names a book and is also put on its chapters.
_JOINING = ("arxiv", "doi", "same-as-doi", "pmid", "pmcid", "acl", "openalex", "dblp", "hdl")
# Names compared: a longer byline is one of a collaboration, in its own fixed order.
_COMPARED = 200
# A source whose external ids are identifiers of a scheme under another name.
_OWN_SCHEME = {"crossref": "doi"}
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
# DOIs of preprint servers: ESSOAr, bioRxiv and medRxiv, SSRN, Preprints.org, Research Square,
# ChemRxiv, OSF's, Authorea, TechRxiv. Some give each version one of its own.
_POSTED_DOI = re.compile(
    r"(10\.(?:1002/essoar\.\d+|1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8}|2139/ssrn\.\d+"
    r"|(?:20944|21203|26434|31219|31234|31235|22541|36227)/.+?))"
    r"(?:\.\d|[./-]?v\d+)?"
)

# A title that says less than this is borne by too many works: "Introduction", "Editorial board".
_MIN_TITLE = 16
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_PLAIN_TITLE = re.compile(
    r"(?:front|back)matter|tableofcontents|(?:author|subject|keyword)?index(?:of\w*)?"
    r"|editorial\w{0,12}|(?:list|acknowledge?ments?)of(?:reviewers|referees|contributors)"
    r"|(?:guesteditors?)?introduction(?:to(?:the|this)specialissue)?|conferenceprogram\w*"
    r"|(?:message|welcome)from\w{0,40}|preface\w{0,20}|foreword\w{0,20}|bookreviews?"
    r"|conclusions?andfuture(?:work|directions?)|supplementa(?:l|ry)(?:material|information)s?"
    r"|announcements?\w{0,20}|proceedings\w{0,20}|copyrightnotice\w{0,20}"
)

# Kinds of things that are never one work with the same title by the same people.
_KINDS = {
    "dataset": "data",
    "software": "software",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "proceedings": "book",
    "thesis": "thesis",
    "dissertation": "thesis",
    "peer-review": "review",
    "review-report": "review",
    "component": "part",
    "supplementary-materials": "part",
    "erratum": "notice",
    "retraction": "notice",
    "correction": "notice",
    "grant": "grant",
}
_PREPRINTS = {"preprint", "posted-content", "informal"}


class Face(msgspec.Struct, frozen=True):
    """What of a report is compared. `ids` are tokens "scheme:value" that its source vouches for.

    `title` has the letters and digits of the title alone, `telling` is whether one can go by it.
    `people` has, for each person of the byline, the ways in which a
    name can be matched. `publications` are the DOIs under which it was formally published, `said`
    the identifiers of which the source says that they are of this work in another form.
    """

    voice: Voice
    ids: frozenset[str]
    title: str
    telling: bool
    people: tuple[frozenset[str], ...]
    years: frozenset[int]
    kind: str
    preprint: bool
    cut: bool
    publications: frozenset[str]
    about: frozenset[str]
    said: frozenset[str]

    @property
    def prints(self) -> tuple[str, ...]:
        return (f"title:{self.title}",) if self.telling else ()

    @property
    def keys(self) -> frozenset[int]:
        """64-bit numbers: reports that may be of one work, or speak of it, share at least one."""
        return frozenset(map(number, (*self.ids, *self.about, *self.prints)))


def face(record: WorkRecord) -> Face:
    title = letters(tex.render(record.title).text)
    about = frozenset(token(n.about.scheme, n.about.value) for n in record.notices if n.about)
    return Face(
        voice=(record.source, record.external_id),
        ids=_ids(record),
        title=title,
        telling=not about and is_telling(title),
        people=tuple(filter(None, map(forms, record.authors[:_COMPARED]))),
        years=frozenset(years(record)),
        kind=_KINDS.get(record.type, "text"),
        preprint=is_preprint(record),
        cut="authors" in record.unverified or len(record.authors) > _COMPARED,
        publications=frozenset(_publications(record)),
        about=about,
        said=frozenset(
            token(i.scheme, i.value) for i in record.ids if i.scheme.startswith("same-as-")
        ),
    )


def token(scheme: str, value: str) -> str:
    """An identifier as it is compared: arXiv's DOIs are arXiv's identifiers."""
    value = normal(scheme.removeprefix("same-as-"), value).lower()
    found = _ARXIV_DOI.fullmatch(value) if scheme.endswith("doi") else None
    return f"arxiv:{normal('arxiv', found[1])}" if found else f"{scheme.split('-')[-1]}:{value}"


def tokens(record: WorkRecord) -> Iterator[str]:
    """What the source vouches for: its own name for the work, and identifiers that are no guess."""
    yield token(_OWN_SCHEME.get(record.source, record.source), record.external_id)
    if "ids" not in record.unverified:
        yield from (token(i.scheme, i.value) for i in record.ids if i.scheme in _JOINING)
    if record.doi and "doi" not in record.unverified:
        yield token("doi", record.doi)


def _ids(record: WorkRecord) -> frozenset[str]:
    """Versions of one preprint, each with a DOI of its own, have a token in common."""
    vouched = frozenset(tokens(record))
    return vouched | {f"posted:{found[1]}" for found in map(_posted, vouched) if found}


def letters(text: str) -> str:
    """The letters and digits, without case, marks or anything between them."""
    folded = normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def is_telling(title: str) -> bool:
    """Whether few works bear such a title; a Chinese character tells as much as three letters."""
    length = len(title) + 2 * len(_WIDE.findall(title))
    return length >= _MIN_TITLE and not _PLAIN_TITLE.fullmatch(title)


def number(token: str) -> int:
    """A token as the 64-bit number under which reports are looked up."""
    digest = blake2b(token.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def forms(author: AuthorRecord) -> frozenset[str]:
    """The ways in which a name can be matched, such as its full and its short form.

    Each word of the name with the initial of each other one: "li y" meets Yanyu Li and Y. Li."""
    words = names.key(tex.render_name(author.name)).split()[:8]
    if len(words) == 1:
        return frozenset(words)
    pairs = ((word, other) for word in words for other in words if other is not word)
    return frozenset(f"{word} {other[0]}" for word, other in pairs if len(word) > 1)


def years(record: WorkRecord) -> Iterator[int]:
    dates: Iterable[str] = (record.published, record.created, *(v.date for v in record.versions))
    yield from (int(text[:4]) for text in dates if text)
    if record.stated_year is not None:
        yield record.stated_year


def _publications(record: WorkRecord) -> Iterator[str]:
    """A preprint server's own DOI is none; the DOI that an arXiv record states is."""
    stated = [record.doi] if "doi" not in record.unverified else []
    if "ids" not in record.unverified:
        stated += [item.value for item in record.ids if item.scheme == "doi"]
    if record.type in _PREPRINTS and record.source != "arxiv":
        stated = []
    for doi in filter(None, stated):
        if (found := token("doi", doi)).startswith("doi:") and not _posted(found):
            yield found


def is_preprint(record: WorkRecord) -> bool:
    """Also the aggregators' records of what lies at a preprint server and nowhere else."""
    if record.source == "arxiv" or record.type in _PREPRINTS:
        return True
    is_published = next(_publications(record), None) is not None
    return not is_published and any(one.startswith(("arxiv:", "posted:")) for one in _ids(record))


def _posted(token: str) -> "re.Match[str] | None":
    return _POSTED_DOI.fullmatch(token.removeprefix("doi:"))
