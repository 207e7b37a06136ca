"""JSON objects as typed values and as records, or the field at fault in words."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from works.domain.records import Refused, Rejected, WorkRecord
from works.domain.validate import Invalid, validated
from works.sources.base import NOT_UTF8, TOO_DEEP, TOO_MANY_PARTS, reject
from works.sources.jsonitems import NO_OBJECT, Item

T = TypeVar("T")

# What may be made of one record: 20,000 authors take ten objects and fifty commas each.
_MAX_OBJECTS = 200_000
_MAX_COMMAS = 1_000_000
_MISTYPED = re.compile(r"Expected `(.*?)`.* - at `(.*)`", re.DOTALL)
_LOW = rb"\\u[dD][c-fC-F]"
_HIGH = rb"\\u[dD][89abAB].."
_SURROGATE = re.compile(rb"%s(?!%s)|(?<!%s)%s" % (_HIGH, _LOW, _HIGH, _LOW))
_NO_NUMBER = re.compile(rb"[:,\[]\s*-?(?:NaN|Infinity)\b")
_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def outcomes(
    items: Iterable[Item], work_of: Callable[[bytes], WorkRecord], id_of: Callable[[bytes], str]
) -> Iterator[WorkRecord | Rejected]:
    """What becomes of each object; `id_of` names a bad one. Raises `Refused` if there is none."""
    position = 0
    for position, item in enumerate(items, start=1):
        try:
            if item.fault:
                raise Invalid("record", item.fault)
            yield validated(work_of(item.data))
        except Invalid as invalid:
            yield reject(position, invalid.field, invalid.reason, item.data, id_of(item.data))
    if not position:
        raise Refused("the file holds no records")


def decoded(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """The value that the bytes of one object hold; raises `Invalid`."""
    if data.count(b"{") > _MAX_OBJECTS or data.count(b",") > _MAX_COMMAS:
        raise Invalid("record", TOO_MANY_PARTS)
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from error
    except UnicodeDecodeError as error:
        raise Invalid("record", NOT_UTF8) from error
    except RecursionError as error:
        raise Invalid("record", TOO_DEEP) from error
    except msgspec.DecodeError as error:
        raise Invalid("record", _malformed(data)) from error


def _malformed(data: bytes) -> str:
    if _SURROGATE.search(data):
        return "holds half of a surrogate pair"
    if _NO_NUMBER.search(data):
        return "holds a number that JSON does not have"
    return NO_OBJECT


def _named(message: str) -> Invalid:
    """The field that msgspec names in words, and a reason that does not repeat the value."""
    found = _MISTYPED.fullmatch(message)
    if not found:
        return Invalid("record", "has a value that is not allowed")
    kinds = " or ".join(_KINDS.get(kind, kind) for kind in found[1].split(" | "))
    steps = re.sub(r"\[[^\]]*\]", "", found[2]).split(".")[1:]
    return Invalid(".".join(steps) or "record", f"must be {kinds}")
