"""Institutions: what a registry says of one, their identifiers, host names and addresses here."""

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal
from unicodedata import category, normalize

import msgspec

from works.domain import names
from works.domain.identifiers import ror
from works.domain.records import PartialDate

NameKind = Literal["display", "label", "alias", "acronym"]
RelationKind = Literal["parent", "child", "related", "successor", "predecessor"]
Status = Literal["active", "inactive", "withdrawn"]

# The longest real name has 250 characters; what an index can hold is four times as much.
MAX_NAME = 500

_OPENALEX = re.compile(
    r"(?:(?:https?://)?openalex\.org/)?(?:institutions/)?(I[0-9]{1,18})/?", re.IGNORECASE
)
_SLUG_WORDS = 60
_NOT_PLAIN = re.compile("[^a-z0-9]+")

_MAX_HOST = 253
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# What the two standards for such names spell differently: "ß", "ς" and the joiners.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")


class NameForm(msgspec.Struct, frozen=True):
    """One name of an institution; `language` is a code, empty where none is given."""

    value: str
    kind: NameKind
    language: str = ""


class Link(msgspec.Struct, frozen=True):
    kind: str
    url: str


class Relation(msgspec.Struct, frozen=True):
    """How another institution stands to this one: a "successor" came after it."""

    kind: RelationKind
    value: str
    label: str


class InstitutionRecord(msgspec.Struct, frozen=True):
    """What a registry says of one institution; (`scheme`, `value`) is its identity.

    `domains` are exact host names in ASCII. `place` is a town, `country` a code of two capitals.
    """

    scheme: str
    value: str
    record_date: PartialDate
    status: Status
    names: tuple[NameForm, ...]
    types: tuple[str, ...] = ()
    country: str = ""
    country_name: str = ""
    place: str = ""
    established: int | None = None
    links: tuple[Link, ...] = ()
    domains: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()

    @property
    def name(self) -> str:
        """The name to be shown."""
        return next(form.value for form in self.names if form.kind == "display")

    def digest(self) -> bytes:
        return blake2b(msgspec.json.encode(self), digest_size=16).digest()


def openalex_id(text: str) -> str:
    """The bare OpenAlex id of an institution, such as I123; empty where there is none."""
    found = _OPENALEX.fullmatch(text.strip())
    return found[1].upper() if found else ""


_FORMS: Mapping[str, Callable[[str], str]] = MappingProxyType({"ror": ror, "openalex": openalex_id})


def is_id(scheme: str, value: str) -> bool:
    """Whether the value is an institution's id in the one form that is kept."""
    plain = _FORMS.get(scheme)
    return plain is not None and value != "" and plain(value) == value


def key(name: str) -> str:
    """A name as it is searched."""
    return names.fold(name)[:MAX_NAME].rstrip()


def slug(value: str, name: str) -> str:
    """The name in ASCII for an address, cut at a word, with the id at its end."""
    ascii_only = names.romanised(names.fold(name)).encode("ascii", "ignore").decode()
    words = "-".join(_NOT_PLAIN.sub(" ", ascii_only).split())
    if len(words) > _SLUG_WORDS:
        words = words[: _SLUG_WORDS + 1].rpartition("-")[0] or words[:_SLUG_WORDS]
    return f"{words or 'institution'}-{value.lower()}"


def id_of_slug(text: str) -> tuple[str, str] | None:
    """(scheme, value) of the id at a slug's end, whatever the name before it."""
    last = text.rpartition("-")[2]
    for scheme, plain in _FORMS.items():
        if value := plain(last):
            return scheme, value
    return None


def host_name(text: str) -> str:
    """The host name in ASCII small letters; empty where the text is none that can be relied on.

    An address, a name of one label, an IP address and a label that two standards spell differently
    are none: nothing is guessed, because a mailbox there may prove who somebody is.
    """
    labels = [_ascii_label(label) for label in text.strip().lower().split(".")]
    host = ".".join(labels)
    if len(labels) < 2 or not all(labels) or len(host) > _MAX_HOST or labels[-1].isdigit():
        return ""
    return host


def _ascii_label(label: str) -> str:
    if label.startswith("xn--"):
        return label if label == _spelled(_unspelled(label)) else ""
    return _spelled(label)


def _spelled(label: str) -> str:
    """The label in letters, digits and hyphens; empty where it has no safe spelling."""
    if not label.isascii():
        if normalize("NFKC", label).lower() != label or not all(map(_is_safe, label)):
            return ""
        label = "xn--" + label.encode("punycode").decode("ascii")
    return label if _LABEL.fullmatch(label) else ""


def _is_safe(sign: str) -> bool:
    return (sign == "-" or category(sign)[0] in "LMN") and sign not in _AMBIGUOUS


def _unspelled(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return ""
