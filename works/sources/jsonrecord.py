"""JSON objects as typed values and as records, or the field at fault in words."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from works.domain.records import Refused, Rejected, WorkRecord
from works.domain.validate import Invalid, validated
from works.sources.base import (
    CUT_OFF,
    FIELD_CHARACTERS,
    NOT_UTF8,
    TOO_DEEP,
    TOO_MANY_PARTS,
    reject,
)
from works.sources.jsonitems import NO_OBJECT, Item
from works.sources.lines import Line

T = TypeVar("T")

# What may be made of one record: 20,000 of OpenAlex's authors take ten objects and lists and
# thirty commas each. What is at the limit takes 60 MB once it is read.
_MAX_PARTS = 220_000
_MAX_COMMAS = 650_000
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `(.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`(?: - at `(.*)`)?")
_MISTYPED = re.compile(r"Expected `(.*?)`.* - at `(.*)`", re.DOTALL)
_ELSEWHERE = re.compile(r"(.*) - at `(.*)`", re.DOTALL)
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
            external_id, again = id_of(item.data), b"" if item.fault else item.data
            yield reject(position, invalid.field, invalid.reason, item.data, external_id, again)
    if not position:
        raise Refused("the file holds no records")


def decoded_line(decoder: msgspec.json.Decoder[T], line: Line) -> T:
    """The value of a line; raises `Invalid`, also for a line that the end of the file cut off."""
    if line.fault:
        raise Invalid("record", line.fault)
    try:
        return decoded(decoder, line.data)
    except Invalid as invalid:
        if invalid.reason == NO_OBJECT and line.last and not line.data.rstrip().endswith(b"}"):
            raise Invalid("record", CUT_OFF) from invalid
        raise


def decoded(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """The value that the bytes of one object hold; raises `Invalid`."""
    if data.count(b"{") + data.count(b"[") > _MAX_PARTS or data.count(b",") > _MAX_COMMAS:
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
    if found := _UNKNOWN.fullmatch(message):
        return Invalid(_field(found[2], found[1]), "is not a field of this format")
    if found := _MISSING.fullmatch(message):
        return Invalid(_field(found[2], found[1]), "is missing")
    if found := _MISTYPED.fullmatch(message):
        kinds = " or ".join(_KINDS.get(kind, kind) for kind in found[1].split(" | "))
        return Invalid(_field(found[2]), f"must be {kinds}")
    if found := _ELSEWHERE.fullmatch(message):
        return Invalid(_field(found[2]), "has a value that is not allowed")
    return Invalid("record", NO_OBJECT)


def _field(path: str | None, key: str = "") -> str:
    """A path such as "$.authors[0].name" as "authors.name"; a stranger's key made printable."""
    steps = re.sub(r"\[[^\]]*\]", "", path or "$").split(".")[1:]
    shown = "".join(letter if letter.isprintable() else "?" for letter in key[:FIELD_CHARACTERS])
    return ".".join(filter(None, (*steps, shown))) or "record"
