"""Identifiers as sources write them, addresses and all, in their plain form."""

import re

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?\s*(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
_ORCID = re.compile(r"(?:.*[/:])?([0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{3}[0-9X])/?", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:https?://(?:www\.)?arxiv\.org/abs/|(?:https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.)"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]+)?/?",
    re.IGNORECASE,
)


def doi(text: str) -> str:
    """The DOI in small letters, which is its canonical form; empty where there is none."""
    found = _DOI.fullmatch(text.strip())
    return found[1].lower() if found else ""


def orcid(text: str) -> str:
    """The ORCID iD with its hyphens; empty where there is none or its check digit is wrong."""
    found = _ORCID.fullmatch(text.strip())
    digits = found[1].replace("-", "").upper() if found else ""
    if not digits or digits[-1] != _check_digit(digits[:-1]):
        return ""
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def arxiv(text: str) -> str:
    """The arXiv identifier, without its version, that an address or a DOI of arXiv names."""
    found = _ARXIV.fullmatch(text.strip())
    return found[1] if found else ""


def _check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
