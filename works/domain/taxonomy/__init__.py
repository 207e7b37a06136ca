"""The official names of the codes that sources file works under."""

import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from works.domain.taxonomy.arxiv import ARXIV

_SCHEMES: Mapping[str, Mapping[str, str]] = MappingProxyType({"arxiv": ARXIV})
_SHARED = {
    scheme: {name for name, count in Counter(names.values()).items() if count > 1}
    for scheme, names in _SCHEMES.items()
}
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_MARK = 8


def official_name(scheme: str, code: str) -> str | None:
    """The name that the scheme's owner gives to a code; None where we know none."""
    return _SCHEMES.get(scheme, {}).get(code)


def is_shared(scheme: str, name: str) -> bool:
    """Whether several codes of the scheme have this name (cs.LG and stat.ML: Machine Learning)."""
    return name in _SHARED.get(scheme, ())


def topic_slug(scheme: str, code: str) -> str:
    """A slug such as "arxiv-cs-lg" in small ASCII letters, digits and hyphens.

    Different codes have different slugs: one that is not in our tables may read like another
    ("68T05" and "68T05,"), so a mark of its own is added to it.
    """
    plain = _NOT_IN_SLUG.sub("-", f"{scheme}-{code}".lower()).strip("-")
    if official_name(scheme, code) is not None:
        return plain
    mark = sha256(f"{scheme}\0{code}".encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{plain[:100]}-{mark}"
