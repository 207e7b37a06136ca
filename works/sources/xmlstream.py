"""Elements of one name out of a stream of XML, parsed one at a time: a bad one costs only itself.

Refused as a whole: a DOCTYPE or ENTITY declaration, UTF-16 and UTF-32, and every declared
encoding but UTF-8 and US-ASCII. That includes an honest ISO-8859-1: OAI-PMH allows UTF-8 only,
and a wrong guess would store wrong names. A format that knows more says so in a `Dialect`.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import msgspec

from works.domain.records import Refused, Rejected, WorkRecord
from works.sources.base import (
    AGAIN_BYTES,
    BLOCK,
    CUT_OFF,
    NOT_UTF8,
    RAW_CHARACTERS,
    TOO_DEEP,
    TOO_MANY_PARTS,
    Readable,
    check_narrow,
)
from works.sources.xmlsplit import Span, Splitter

END_MISSING = "is missing: the file ends before its closing tag"
DAMAGED = "is missing: the compressed data end too early or are damaged"

MAX_DEPTH = 64
# Bounds on what expat and the tree may take: 20,000 authors with three elements each are
# 160,000 tags, and text with 50,000 equals signs is no abstract.
_MAX_TAGS = 320_000
_MAX_ATTRIBUTES = 50_000
_HEAD = 1024
# What it says of the encoding is not true of a record that was turned into UTF-8.
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]{0,200}\?>")
_ENCODING = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]*)")
_BOM = b"\xef\xbb\xbf"
_FRONT = rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]{0,200}>)?\s*"
# Controls that no text has, but Windows-1252 and UTF-8 have bytes of these values.
_CONTROLS = re.compile(rb"[\x80-\x9f]")
_WRAPPER = "records"
_SHOWN_ELEMENTS = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that could not be read: why, the beginning of its bytes, and the place at fault."""

    reason: str
    data: bytes
    at: int = -1


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a format has beyond XML's own five entities in UTF-8.

    `doctype` is the whole declaration that may stand in front of the root; it is passed over, and
    nothing is ever fetched. `entities` has the characters that it would have named. `latin1`
    says that a file may be in ISO-8859-1.
    """

    doctype: bytes = b""
    entities: Mapping[str, str] = field(default_factory=dict)
    latin1: bool = False


class Broken(Exception):
    """A record that is not well-formed: why, and at which of its bytes."""

    def __init__(self, reason: str, at: int = -1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class RecordStream:
    """Iterates over the elements whose local name is `name`, whatever their prefix.

    `first` is the local name of the first child that each of them has by its format. Both may
    be several names joined by "|". A cut-off end is one `Fault`, the last. `prolog` is what
    stands before the first record, known once the iteration has begun. Raises `Refused` while
    iterating.
    """

    def __init__(
        self, stream: Readable, name: str, first: str, dialect: Dialect | None = None
    ) -> None:
        self._splitter = Splitter(stream, name.encode(), first.encode())
        self._dialect = dialect or Dialect()
        self._declarations = _declarations(self._dialect.entities)
        self._ascii = False
        self._opening = b""
        self._span: Span | None = None
        self.prolog = b""

    @property
    def between(self) -> bytes:
        """What stands between the record before and the one at hand; a long middle is left out."""
        return bytes(self._splitter.outside)

    @property
    def raw(self) -> bytes:
        """The record at hand as it stands in the file; empty where its bounds are at fault."""
        span = self._span
        if span is None or span.fault or span.end > AGAIN_BYTES:
            return b""
        return bytes(self._splitter.buffer[: span.end])

    def keep(self, outcome: WorkRecord | Rejected) -> WorkRecord | Rejected:
        """What became of the record at hand; turned down, with a file of that record alone."""
        if isinstance(outcome, WorkRecord) or not (raw := self.raw):
            return outcome
        closing = _closing(self.prolog)
        again = _DECLARATION.sub(b"", self.prolog) + raw + closing if closing else b""
        return msgspec.structs.replace(outcome, again=again if len(again) <= AGAIN_BYTES else b"")

    def __iter__(self) -> Iterator[Element | Fault]:
        splitter = self._splitter
        self._begin(splitter.peek(_HEAD))
        found = splitter.seek()
        self.prolog = bytes(splitter.outside)
        root, self._opening = _root_and_opening(self.prolog)
        while found:
            span, outcome = self._next()
            self._span = span
            yield outcome
            self._span = None
            if span.fault == CUT_OFF:
                return
            splitter.drop(span)
            found = splitter.seek()
        if splitter.cut or not _is_closed(root, splitter.outside):
            reason = DAMAGED if splitter.cut else END_MISSING
            yield Fault(reason, bytes(splitter.outside[-RAW_CHARACTERS:]))

    def _next(self) -> tuple[Span, Element | Fault]:
        span = self._splitter.measure()
        outcome = self._outcome(span)
        if isinstance(outcome, Fault) and span.may_hide_records(outcome.at):
            self._splitter.reopen(span)
            span = self._splitter.measure()
            outcome = self._outcome(span)
        return span, outcome

    def _outcome(self, span: Span) -> Element | Fault:
        try:
            return self._parsed(span)
        except Broken as broken:
            size = min(span.end, 4 * RAW_CHARACTERS)
            return Fault(broken.reason, bytes(self._splitter.buffer[:size]), broken.at)

    def _parsed(self, span: Span) -> Element:
        if span.fault:
            raise Broken(span.fault)
        if self._ascii and not self._splitter.buffer[: span.end].isascii():
            raise Refused("the file says that it is US-ASCII and is not")
        has_entities = self._splitter.buffer.find(b"&", 0, span.end) >= 0
        declarations = self._declarations if has_entities else b""
        return parse(self._splitter.buffer, span.end, declarations + self._opening)

    def _begin(self, head: bytes) -> None:
        self._check_encoding(head)
        if self._dialect.doctype:
            front = re.match(_FRONT + re.escape(self._dialect.doctype), head)
            self._splitter.skip(front.end() if front else 0)

    def _check_encoding(self, head: bytes) -> None:
        check_narrow(head)
        text = head.removeprefix(_BOM).lstrip()
        if text and not text.startswith(b"<"):
            raise Refused("the file does not begin like XML in UTF-8")
        declared = _ENCODING.match(text)
        encoding = declared.group(1).lower() if declared else b"utf-8"
        if encoding == b"iso-8859-1" and self._dialect.latin1:
            self._splitter.recode(_Latin1())
        elif encoding not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            raise Refused("the file declares an encoding other than UTF-8")
        self._ascii = encoding.endswith(b"ascii")


def parse(data: bytearray, end: int, opening: bytes) -> Element:
    """The element that `data[:end]` is, names as "{namespace}local"; raises `Broken`.

    `opening` is a start tag for its surroundings: it declares the namespaces in force.
    """
    if data.count(b"<", 0, end) > _MAX_TAGS or data.count(b"=", 0, end) > _MAX_ATTRIBUTES:
        raise Broken(TOO_MANY_PARTS)
    parser = expat.ParserCreate("UTF-8", "}")
    parser.buffer_text = True
    tree = _Tree(parser)
    try:
        parser.Parse(opening)
        for at in range(0, end, BLOCK):
            parser.Parse(bytes(data[at : min(at + BLOCK, end)]))
        parser.Parse(f"</{_WRAPPER}>".encode(), True)
    except expat.ExpatError as error:
        at = parser.ErrorByteIndex - len(opening)
        raise Broken(_explained(error, data, end), at) from error
    return tree.close()[0]


def shown(record: Element) -> bytes:
    """What an element says, for the person who reads the rejects."""
    lines = [
        f"{child.tag.rpartition('}')[2]}: {child.text[:RAW_CHARACTERS].strip()}"
        for child in islice(record.iter(), _SHOWN_ELEMENTS)
        if child.text and not child.text.isspace()
    ]
    return "\n".join(lines).encode()


class _Latin1:
    """Turns blocks of ISO-8859-1 into UTF-8; raises `Refused` for what only says that it is."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True

    def __call__(self, block: bytes) -> bytes:
        if self._lies(block) or _CONTROLS.search(block):
            raise Refused("the file says that it is ISO-8859-1 and is not")
        return block if block.isascii() else block.decode("latin-1").encode()

    def _lies(self, block: bytes) -> bool:
        """Whether the first letters beyond ASCII are those of UTF-8, which is never an accident."""
        try:
            return self._is_utf8 and not self._utf8.decode(block).isascii()
        except UnicodeDecodeError:
            self._is_utf8 = False
            return False


class _Tree:
    """Builds the tree from expat's events and stops at a depth that no record has."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._builder = TreeBuilder()
        self._depth = 0
        self.close = self._builder.close
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Broken(TOO_DEEP)
        self._builder.start("{" + name if "}" in name else name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end("{" + name if "}" in name else name)


def _declarations(entities: Mapping[str, str]) -> bytes:
    """The entities, each one character, as the parser takes them: before a start tag."""
    if not entities:
        return b""
    named = (f'<!ENTITY {name} "&#{ord(character)};">' for name, character in entities.items())
    return f"<!DOCTYPE {_WRAPPER} [{''.join(named)}]>".encode()


def _explained(error: expat.ExpatError, data: bytearray, end: int) -> str:
    if data.find(b"\0", 0, end) >= 0:
        return "holds a NUL byte"
    if not _is_utf8(data, end):
        return NOT_UTF8
    return f"is not well-formed XML: {expat.ErrorString(error.code)}"


def _is_utf8(data: bytearray, end: int) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, end, BLOCK):
            decoder.decode(data[at : min(at + BLOCK, end)], final=at + BLOCK >= end)
    except UnicodeDecodeError:
        return False
    return True


def _root_and_opening(prolog: bytes) -> tuple[str, bytes]:
    """The root's name, and one start tag that declares the namespaces in force behind `prolog`.

    A broken prolog gives what it declared before it broke: its records may still be sound.
    """
    open_elements: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = lambda name, given: open_elements.append((name, given))
    parser.EndElementHandler = lambda _name: open_elements.pop()
    with suppress(expat.ExpatError):
        parser.Parse(prolog)
    declared = {
        key: value
        for _, given in open_elements
        for key, value in given.items()
        if key == "xmlns" or key.startswith("xmlns:")
    }
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in declared.items())
    root = open_elements[0][0] if open_elements else ""
    return root, f"<{_WRAPPER}{attributes}>".encode()


def _closing(prolog: bytes) -> bytes:
    """The end tags of what `prolog` leaves open; empty where that cannot be told."""
    names: list[str] = []
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = lambda name, _given: names.append(name)
    parser.EndElementHandler = lambda _name: names.pop()
    try:
        parser.Parse(_DECLARATION.sub(b"", prolog))
    except expat.ExpatError:
        return b""
    return "".join(f"</{name}>" for name in reversed(names)).encode()


def _is_closed(root: str, rest: bytearray) -> bool:
    end = rb"</%s\s*>" % re.escape(root.encode())
    return not root or re.search(end, rest) is not None
