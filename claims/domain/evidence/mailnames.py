"""Which local parts of a mail address a person's name gives: xue.lin, xlin, lin.x, …"""

import re
from collections.abc import Iterable, Iterator

from works.domain import names

_APART = re.compile(r"[._-]+")
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
    | {"Ø": "Oe", "Å": "Aa"}
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
# Beyond these a name gives more forms than anybody has addresses.
_MOST_GIVEN = 4


def plain(local: str) -> str:
    """The local part without what parts its words."""
    return _APART.sub("", local.lower())


def carries(local: str, name: str) -> bool:
    """Whether the local part is the family name with the given name or its initial, and no more."""
    return plain(local) in forms(name)


def carried_by(local: str, others: Iterable[str]) -> bool:
    """Whether any of these names could have the same address."""
    wanted = plain(local)
    return any(wanted in forms(name) for name in others)


def forms(name: str) -> frozenset[str]:
    """All local parts that carry the name, without separators; none for a name of one word.

    A letter with a mark counts in both spellings (muller, mueller).
    """
    if not split(name)[0]:
        return frozenset()
    spelt = {name, name.translate(_SPELT_OUT)}
    return frozenset(form for one in spelt for form in _forms(one))


def _forms(name: str) -> Iterator[str]:
    given, family = split(name)
    if not given:
        return
    for last in {"".join(family), family[-1]}:
        for first in _firsts(given):
            yield first + last
            yield last + first


def _firsts(given: list[str]) -> set[str]:
    """What may stand for the given names: the first or all, in full, as initials, or mixed."""
    given = given[:_MOST_GIVEN]
    initials = "".join(word[0] for word in given)
    return {given[0], given[0][0], "".join(given), initials, given[0] + initials[1:]}


def split(name: str) -> tuple[list[str], list[str]]:
    """Given and family words in ASCII; both empty where the name has no such parts.

    The order of lists (family first) against the printed one tells where the family begins.
    """
    printed = _without_suffix(names.slug(name).split("-"))
    listed = _without_suffix(names.sort_key(name).split())
    for length in range(1, len(listed)):
        if listed[length:] + listed[:length] == printed:
            return listed[length:], listed[:length]
    return [], []


def _without_suffix(words: list[str]) -> list[str]:
    return words[:-1] if len(words) > 2 and words[-1] in _SUFFIXES else words
