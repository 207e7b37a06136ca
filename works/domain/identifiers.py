"""Identifiers as people and sources write them, addresses and labels and all, in one form each.

Each function gives the one form, which it gives again for itself, or "" for what is no such
identifier. An ISBN is not here: a chapter has that of its book, so it tells no two works apart.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape
from types import MappingProxyType
from urllib.parse import unquote

# Far more than any identifier has, and little enough to unescape it as often as it was escaped.
_MAX_CHARACTERS = 600

# Publishers' resolvers (doi.acm.org and the like) carry the DOI as the one at doi.org does.
_DOI_LABEL = re.compile(
    r"(?:https?://)?(?:(?:dx|www)\.)?doi\.[a-z0-9.-]+/|(?:info:|urn:)?doi\s*[:/]\s*|doi\s+",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f]+")
_BRACKETS = MappingProxyType({")": "(", "]": "[", "}": "{", ">": "<"})
_LAST_SIGNS = ".,;:'\"*"

_OLD_ARXIV = r"[a-z]+(?:-[a-z]+)?(?:\.[a-z-]{2,9})?/[0-9]{7}"
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format)/|(?:oai:)?arxiv(?:\.org)?:\s*"
    rf"|10\.48550/arxiv\.)?([0-9]{{4}}\.[0-9]{{4,5}}|{_OLD_ARXIV})(?:v[0-9]{{1,4}})?(?:\.pdf)?/?",
)
ARXIV_DOI = "10.48550/arxiv."
_SUBJECT_CLASS = re.compile(r"\.[a-z-]+(?=/)")

_PMID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/"
    r"|(?:pmid|medline|pubmed)\s*:?\s*)?0*([1-9][0-9]{0,9})/?",
    re.IGNORECASE,
)
_PMCID = re.compile(
    r"(?:(?:https?://)?(?:www\.|pmc\.|europe)?(?:ncbi\.nlm\.nih\.gov|pmc\.org)/(?:pmc/)?"
    r"articles?/(?:pmc/)?|pmcid\s*:?\s*)?(?:pmc)?0*([1-9][0-9]{0,9})(?:\.[0-9]{1,3})?/?",
    re.IGNORECASE,
)
_ACL = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:aclanthology\.org|aclweb\.org/anthology)/(?:papers/)?)?"
    r"([A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]+)(?:v[0-9]+)?(?:\.pdf)?/?",
    re.IGNORECASE,
)
_ROR = re.compile(r"(?:(?:https?://)?(?:www\.)?ror\.org/|ror:\s*)?(0[a-z0-9]{6}[0-9]{2})/?")
_BASE_32 = MappingProxyType(
    {sign: value for value, sign in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}
)
_ORCID = re.compile(
    r"(?:.*[/:]\s*)?([0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{3}[0-9X])/?", re.IGNORECASE
)


def doi(text: str) -> str:
    """The DOI in small letters, without escapes and without the end of a sentence."""
    bare = _unescaped(_short(text))
    bare = _DOI_LABEL.sub("", bare, count=1) if _DOI_LABEL.match(bare) else bare
    bare = _without_last_signs(bare.lower())
    return bare if bare.isprintable() and _DOI.fullmatch(bare) else ""


def published_doi(text: str) -> str:
    """The DOI, unless it is one that arXiv gives: that names the preprint, which has an id."""
    found = doi(text)
    return "" if found.startswith(ARXIV_DOI) else found


def arxiv(text: str) -> str:
    """The arXiv identifier without version and subject class, also out of arXiv's own DOI."""
    bare = _short(text).lower()
    found = _ARXIV.fullmatch(bare) or _ARXIV.fullmatch(doi(bare))
    return _SUBJECT_CLASS.sub("", found[1]) if found else ""


def pmid(text: str) -> str:
    """The number of a record in PubMed."""
    found = _PMID.fullmatch(_short(text))
    return found[1] if found else ""


def pmcid(text: str) -> str:
    """The number of a text in PubMed Central, behind "PMC"."""
    found = _PMCID.fullmatch(_short(text))
    return f"PMC{found[1]}" if found else ""


def acl(text: str) -> str:
    """The Anthology's id of a paper, without the version of its file."""
    found = _ACL.fullmatch(_short(text))
    if not found:
        return ""
    return found[1].upper() if found[1][0].isalpha() else found[1].lower()


def ror(text: str) -> str:
    """The ROR id of an institution, bare and in small letters, if its check digits are right."""
    found = _ROR.fullmatch(_short(text).lower())
    return found[1] if found and _check_digits(found[1][:-2]) == found[1][-2:] else ""


def orcid(text: str) -> str:
    """The ORCID iD with its hyphens, if its check digit is right."""
    found = _ORCID.fullmatch(_short(text))
    digits = found[1].replace("-", "").upper() if found else ""
    if not digits or digits[-1] != _check_digit(digits[:-1]):
        return ""
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


_FORMS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "doi": doi,
        "arxiv": arxiv,
        "pmid": pmid,
        "pmcid": pmcid,
        "acl": acl,
        "ror": ror,
        "orcid": orcid,
    }
)


def normal(scheme: str, text: str) -> str:
    """The one form of an identifier; of a scheme that is not known here, the text itself."""
    return _FORMS.get(scheme, str.strip)(text)


def named(text: str) -> tuple[str, str] | None:
    """Scheme and identifier of the work that a link or a DOI names; arXiv's own DOI is its id."""
    if found := arxiv(text):
        return "arxiv", found
    found = doi(text)
    return ("doi", found) if found else None


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _MAX_CHARACTERS else ""


def _unescaped(text: str) -> str:
    """Without the escapes of HTML and of addresses, however often they were applied."""
    while (bare := unquote(unescape(text)) if "&" in text or "%" in text else text) != text:
        text = bare
    return text.strip()


def _without_last_signs(text: str) -> str:
    """Without the signs of the sentence around it; a bracket stays where it closes its own."""
    while text:
        last = text[-1]
        opening = _BRACKETS.get(last)
        unmatched = opening is not None and text.count(last) > text.count(opening)
        if last not in _LAST_SIGNS and not unmatched:
            break
        text = text[:-1]
    return text


def _check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _check_digits(signs: str) -> str:
    """ISO 7064 MOD 97-10 over the number that the signs are in Crockford's base 32."""
    number = 0
    for sign in signs:
        if sign not in _BASE_32:
            return ""
        number = number * 32 + _BASE_32[sign]
    return f"{98 - number * 100 % 97:02}"
