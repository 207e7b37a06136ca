"""Elements that hold one record each, as records, and the texts inside them."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from works.domain.records import Rejected, WorkRecord
from works.domain.validate import Invalid, validated
from works.sources.base import reject
from works.sources.xmlstream import Fault, shown


def outcome(
    position: int,
    found: Element | Fault,
    work_of: Callable[[Element], WorkRecord],
    id_of: Callable[[Element], str],
    id_in: Callable[[bytes], str],
) -> WorkRecord | Rejected:
    """What becomes of a record; `id_of` names a bad one, `id_in` one that is no XML."""
    if isinstance(found, Fault):
        return reject(position, "record", found.reason, found.data, id_in(found.data))
    try:
        return validated(work_of(found))
    except Invalid as invalid:
        return reject(position, invalid.field, invalid.reason, shown(found), id_of(found))


def text(parent: Element, tag: str) -> str:
    """All that stands in the first child of this name; empty where there is none."""
    child = parent.find(tag)
    return whole(child).strip() if child is not None else ""


def whole(element: Element) -> str:
    """All that stands in an element, unmarked."""
    return "".join(element.itertext())
