"""The identifiers that links to works carry."""

import re
from urllib.parse import unquote

# Publishers' resolvers (doi.acm.org and the like) carry the DOI as the one at doi.org does.
_RESOLVED = re.compile(r"https?://(?:dx\.)?doi\.[a-z0-9.-]+/(10\.\d{4,9}/\S+)", re.IGNORECASE)
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"https?://(?:www\.)?arxiv\.org/abs/([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?/?",
    re.ASCII,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+?)(?:v\d+)?", re.IGNORECASE)


def doi(text: str) -> str:
    """The DOI that the text is, bare or as a link; "" where it is none."""
    text = text.strip()
    if link := _RESOLVED.fullmatch(text):
        return unquote(link[1])
    bare = _DOI.fullmatch(text)
    return bare[1] if bare else ""


def arxiv_id(text: str) -> str:
    """The arXiv id without version of a link or a DOI of arXiv; "" where it is neither."""
    if link := _ARXIV.fullmatch(text.strip()):
        return link[1]
    own = _ARXIV_DOI.fullmatch(doi(text))
    return own[1] if own else ""
