"""ROR's organisations, schema version 2: the dump's list, JSON lines, or a list body of the API.

What is shown and searched is read; the identifiers that other registries give are passed over. A
text of version 1 is refused as a whole: it has no domains, and says other things by the same keys.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from urllib.parse import quote, urlsplit

import msgspec

from works.domain.identifiers import ror
from works.domain.institutions import (
    MAX_NAME,
    InstitutionRecord,
    Link,
    NameForm,
    NameKind,
    Relation,
    RelationKind,
    Status,
    host_name,
)
from works.domain.records import Refused, Rejected
from works.domain.validate import Invalid, is_date, tidy
from works.sources.base import Readable, reject, stated_id
from works.sources.jsonitems import Item, Items, holds_objects
from works.sources.jsonrecord import decoded

SCHEME = "ror"
VERSION_1 = "the file is in ROR's schema version 1; version 2 is needed"

_INSIDE = MappingProxyType({b"items": b"["})
# The first key of an organisation in ROR's own files and in those that sort their keys.
_START = rb'\{\s{0,64}"(?:locations|admin)"\s{0,8}:'
_NAMES_ONE = re.compile(rb'"id"\s*:\s*"(?:https?://)?(?:www\.)?ror\.org/(0[a-zA-Z0-9]{8})"')

# The strongest first: a form that is several of these is kept as the first.
_NAME_KINDS: dict[str, NameKind] = {
    "ror_display": "display",
    "label": "label",
    "alias": "alias",
    "acronym": "acronym",
}
_RELATIONS: dict[str, RelationKind] = {
    kind: kind for kind in ("parent", "child", "related", "successor", "predecessor")
}
_STATUSES: dict[str, Status] = {kind: kind for kind in ("active", "inactive", "withdrawn")}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3}", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}")
_TYPE = re.compile(r"[a-z][a-z -]{0,39}")
# A university of a thousand institutes is real; ten times as much is not.
_MOST = MappingProxyType(
    {"names": 1_000, "types": 20, "links": 100, "domains": 1_000, "relationships": 10_000}
)
_MAX_LINK = 2_000
_IN_A_LINK = "%/:?#[]@!$&()*+,;=~"


class _Name(msgspec.Struct):
    value: str | None = None
    types: tuple[str, ...] | None = None
    lang: str | None = None


class _Place(msgspec.Struct):
    name: str | None = None
    country_code: str | None = None
    country_name: str | None = None


class _Location(msgspec.Struct):
    geonames_details: _Place | None = None


class _Link(msgspec.Struct):
    type: str | None = None
    value: str | None = None


class _Relation(msgspec.Struct):
    type: str | None = None
    label: str | None = None
    id: str | None = None


class _Moment(msgspec.Struct):
    date: str | None = None


class _Admin(msgspec.Struct):
    created: _Moment | None = None
    last_modified: _Moment | None = None


class _Organisation(msgspec.Struct):
    id: str | None = None
    status: str | None = None
    name: str | None = None
    names: tuple[_Name, ...] | None = None
    types: tuple[str, ...] | None = None
    locations: tuple[_Location, ...] | None = None
    established: int | None = None
    links: tuple[_Link | str, ...] | None = None
    domains: tuple[str, ...] | None = None
    relationships: tuple[_Relation, ...] | None = None
    admin: _Admin | None = None


_ORGANISATION = msgspec.json.Decoder(_Organisation)


def holds(head: bytes) -> bool:
    """Whether the first bytes of a file are the beginning of organisations of ROR."""
    return holds_objects(head, _NAMES_ONE)


def read(stream: Readable) -> Iterator[InstitutionRecord | Rejected]:
    """What becomes of each organisation, in the order of the file.

    Raises `Refused` for a file without any, in schema version 1, in UTF-16 or in UTF-32.
    """
    position = 0
    for position, item in enumerate(Items(stream, _INSIDE, _START), start=1):
        yield _outcome(position, item)
    if not position:
        raise Refused("the file holds no records")


def _outcome(position: int, item: Item) -> InstitutionRecord | Rejected:
    try:
        if item.fault:
            raise Invalid("record", item.fault)
        return _record(decoded(_ORGANISATION, item.data))
    except Invalid as invalid:
        external_id = stated_id(_NAMES_ONE, item.data)
        return reject(position, invalid.field, invalid.reason, item.data, external_id)


def _record(found: _Organisation) -> InstitutionRecord:
    if found.names is None and found.name:
        raise Refused(VERSION_1)
    value = ror(found.id or "")
    if not value:
        raise Invalid("id", "is missing" if not found.id else "is no ROR id")
    for field, most in _MOST.items():
        if len(getattr(found, field) or ()) > most:
            raise Invalid(field, f"are more than {most:,}")
    place = _place(found.locations or ())
    return InstitutionRecord(
        scheme=SCHEME,
        value=value,
        record_date=_date(found.admin or _Admin()),
        status=_status(found.status or ""),
        names=_names(found.names or ()),
        types=tuple(dict.fromkeys(map(_type, found.types or ()))),
        country=_country(place.country_code or ""),
        country_name=tidy("locations", place.country_name or "", MAX_NAME),
        place=tidy("locations", place.name or "", MAX_NAME),
        established=_year(found.established),
        links=tuple(dict.fromkeys(map(_link, found.links or ()))),
        domains=tuple(sorted(set(map(_domain, found.domains or ())))),
        relations=_relations(found.relationships or (), value),
    )


def _date(admin: _Admin) -> str:
    moment = admin.last_modified or admin.created or _Moment()
    if not is_date(moment.date or ""):
        raise Invalid("admin", "has no date of the last change")
    return moment.date or ""


def _status(text: str) -> Status:
    if text not in _STATUSES:
        raise Invalid("status", "is none of active, inactive and withdrawn")
    return _STATUSES[text]


def _type(text: str) -> str:
    if not _TYPE.fullmatch(text):
        raise Invalid("types", "have one that is not a word in small letters")
    return text


def _year(year: int | None) -> int | None:
    if year is not None and not 1 <= year <= 9999:
        raise Invalid("established", "is not a year")
    return year


def _place(locations: tuple[_Location, ...]) -> _Place:
    """The first place is the seat."""
    return (locations[0].geonames_details if locations else None) or _Place()


def _country(code: str) -> str:
    if code and not _COUNTRY.fullmatch(code):
        raise Invalid("locations", "have a country that is not two capitals")
    return code


def _names(given: tuple[_Name, ...]) -> tuple[NameForm, ...]:
    forms: dict[tuple[str, str], NameForm] = {}
    strongest = list(_NAME_KINDS.values())
    for form in map(_form, given):
        rival = forms.setdefault((form.value, form.language), form)
        if strongest.index(form.kind) < strongest.index(rival.kind):
            forms[form.value, form.language] = form
    shown = sum(form.kind == "display" for form in forms.values())
    if shown != 1:
        raise Invalid("names", "have none to be shown" if not shown else "have two to be shown")
    return tuple(forms.values())


def _form(name: _Name) -> NameForm:
    value = tidy("names", name.value or "", MAX_NAME)
    if not value:
        raise Invalid("names", "have an empty one")
    kinds = [kind for code, kind in _NAME_KINDS.items() if code in (name.types or ())]
    if not kinds:
        raise Invalid("names", "have one of no known kind")
    if name.lang and not _LANGUAGE.fullmatch(name.lang):
        raise Invalid("names", "have a language that is not a code")
    return NameForm(value, kinds[0], (name.lang or "").lower())


def _link(link: _Link | str) -> Link:
    if isinstance(link, str) or not _TYPE.fullmatch(link.type or ""):
        raise Invalid("links", "have one of no kind")
    url = tidy("links", link.value or "", _MAX_LINK)
    if not _is_address(url):
        raise Invalid("links", "have one that is no address on the web")
    return Link(link.type or "", quote(url, safe=_IN_A_LINK))


def _is_address(url: str) -> bool:
    """An address that names its host and nobody in front of it."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _domain(text: str) -> str:
    host = host_name(text)
    if not host:
        raise Invalid("domains", "have one that is no host name")
    return host


def _relations(given: tuple[_Relation, ...], own: str) -> tuple[Relation, ...]:
    """Each relation once, whatever the order of the file; one to itself says nothing."""
    found = {(one.kind, one.value): one for one in map(_relation, reversed(given))}
    return tuple(found[key] for key in sorted(found) if key[1] != own)


def _relation(relation: _Relation) -> Relation:
    if relation.type not in _RELATIONS:
        raise Invalid("relationships", "have one of no known kind")
    value = ror(relation.id or "")
    if not value:
        raise Invalid("relationships", "lead to something that is no ROR id")
    label = tidy("relationships", relation.label or "", MAX_NAME)
    return Relation(_RELATIONS[relation.type], value, label)
