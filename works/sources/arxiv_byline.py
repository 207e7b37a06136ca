"""A byline in one string, as arXiv's submitters write it, taken apart into authors.

"A. Smith (1), B. Jones and C. Lee (for the X Collaboration) ((1) MIT)" is three authors, the
first of them at MIT. The names stay as they are written, TeX included, and are not divided
into family and given name: the string does not say where the one ends. A place in brackets
belongs to the name before it and to no other. What is written for readers of the byline (whom
the authors speak for, who wrote the appendix, "et al.") is no affiliation and no author.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from works.domain.records import AuthorRecord
from works.domain.validate import MAX_AUTHORS, Invalid

# 20,000 authors with their places; it also bounds what a byline of nothing but brackets takes.
_MAX_CHARACTERS = 600_000

_STEP = re.compile(
    r"(?P<break>[,;:]|\\&|(?<![^\s,;)}])(?:and|&|with (?:an )?appendi(?:x|ces) by)(?=[\s({]))"
    r"|(?P<brace>\{)|(?P<aside>\()|\\.",
    re.IGNORECASE | re.DOTALL,
)
_BRACKET = re.compile(r"\\.|[(){}]", re.DOTALL)
_LIST_BREAK = re.compile(r"[,;]")

_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|ii|iii|iv|ph\.? ?d|m\.? ?d)\.?", re.IGNORECASE)
_NOBODY = re.compile(r"(?:et\.? al|others)\.?", re.IGNORECASE)
_SPEAKS_FOR = re.compile(r"(?:\s+|^)(?:for the|on behalf of)\s+(?P<body>.*)$", re.IGNORECASE)
_LAST_OTHERS = re.compile(r"\s+et\.? al\.?$", re.IGNORECASE)
_REMARK = re.compile(
    r"(?:for|on behalf of|and the|with|representing|appendix)\b"
    r"|.*\b(?:collaborations?|consortium)$"
    r"|(?:editors?|eds?|speaker|deceased|retired|presenter|corresponding author)\.?$",
    re.IGNORECASE | re.DOTALL,
)
_NICKNAME = re.compile(r"[A-Z][a-z]+")

_MARK = r"(?:[0-9]{1,3}|[a-z]|[*†‡§]{1,3})"
_MARKS = re.compile(rf"\s*{_MARK}(?:(?:\s*[,;&]\s*|\s+and\s+|\s+){_MARK})*\s*", re.IGNORECASE)
_BETWEEN_MARKS = re.compile(r"[\s,;&]+")
_LEGEND_ENTRY = re.compile(rf"\(\s*({_MARK})\s*\)|(?:(?<=[,;.])|^)\s*([0-9]{{1,3}})\s*[:)=]")
# Some write the legend without brackets around the whole: "A (1), B (2), (1) MIT, (2) CERN".
_BARE_LEGEND = re.compile(r"[,;] ?(?=\((?:1|a)\) ?(?!and\b|&)[^\s,;()])")
_LEGEND_EDGE = " \t\r\n,;"


@dataclass(slots=True)
class _Name:
    """A name and what stands in brackets behind it."""

    text: str
    asides: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Byline:
    """The byline as far as it is read; `legend` says which place a mark stands for."""

    names: list[_Name] = field(default_factory=list)
    legend: dict[str, str] = field(default_factory=dict)
    fresh: bool = True


def authors(byline: str) -> tuple[AuthorRecord, ...]:
    """The authors in order, each with the places that the byline puts behind the name.

    Raises `Invalid` for a byline that is too long to be one.
    """
    if len(byline) > _MAX_CHARACTERS:
        raise Invalid("authors", f"are longer than {_MAX_CHARACTERS:,} characters")
    read = _Byline()
    text, *legend = _BARE_LEGEND.split(" ".join(byline.split()), maxsplit=1)
    read.legend.update(_entries("".join(legend)))
    for kind, part in _steps(text):
        _TAKE[kind](read, part.strip())
        if len(read.names) > MAX_AUTHORS:
            break
    return tuple(
        AuthorRecord(name=name.text, affiliations=tuple(_places(name.asides, read.legend)))
        for name in read.names
    )


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """What the byline is made of: names, asides in brackets, breaks between authors."""
    closings = _closings(text)
    start = at = 0
    while step := _STEP.search(text, at):
        at = step.end()
        if step.lastgroup == "brace":
            at = closings.get(step.start(), at)
        elif step.lastgroup == "aside":
            yield "name", text[start : step.start()]
            end = closings.get(step.start()) or _open_end(text, at)
            yield "aside", text[at : end - 1]
            start = at = end
        elif step.lastgroup == "break":
            yield "name", text[start : step.start()]
            yield "break", ""
            start = at
    yield "name", text[start:]


def _open_end(text: str, at: int) -> int:
    """Behind a bracket that nobody closed: it must not take the rest of the authors with it."""
    found = None if _LEGEND_ENTRY.match(text, at) else _LIST_BREAK.search(text, at)
    return (found.start() if found else len(text)) + 1


def _closings(text: str) -> dict[int, int]:
    """For each bracket that is closed, the place behind its closing one."""
    ends: dict[int, int] = {}
    open_at: dict[str, list[int]] = {")": [], "}": []}
    for found in _BRACKET.finditer(text):
        sign = found.group()
        if sign in "({":
            open_at[")" if sign == "(" else "}"].append(found.start())
        elif open_at.get(sign):
            ends[open_at[sign].pop()] = found.end()
    return ends


def _take_name(byline: _Byline, text: str) -> None:
    text = _LAST_OTHERS.sub("", text.lstrip(". "))
    if not any(map(str.isalpha, text)) or _NOBODY.fullmatch(text):
        return
    if byline.fresh and byline.names and _SUFFIX.fullmatch(text):
        byline.names[-1].text += f" {text}"
    elif not byline.fresh and _is_name_between(byline.names):
        last = byline.names[-1]
        last.text += f" ({last.asides.pop()}) {text}"
    else:
        byline.names.append(_Name(_without_whom_it_speaks_for(text)))
    byline.fresh = False


def _without_whom_it_speaks_for(text: str) -> str:
    """The name alone; "for the X Collaboration" in a place of its own is the body's name."""
    found = _SPEAKS_FOR.search(text)
    if not found:
        return text
    return text[: found.start()] or found["body"]


def _is_name_between(names: list[_Name]) -> bool:
    """Whether a bracket stands inside a name: "Robert (Bob) Roe", unlike "Ann Roe (MIT) Bo Poe"."""
    if not names or len(names[-1].asides) != 1:
        return False
    return bool(_NICKNAME.fullmatch(names[-1].asides[0])) and " " not in names[-1].text


def _take_aside(byline: _Byline, text: str) -> None:
    if _LEGEND_ENTRY.match(text):
        byline.legend.update(_entries(text))
    elif byline.names:
        byline.names[-1].asides.append(text)


def _take_break(byline: _Byline, _text: str) -> None:
    byline.fresh = True


_TAKE = {"name": _take_name, "aside": _take_aside, "break": _take_break}


def _entries(legend: str) -> Iterator[tuple[str, str]]:
    """The marks of "(1) MIT, (2) CERN" or "1: MIT, 2: CERN" with their places."""
    found = list(_LEGEND_ENTRY.finditer(legend))
    ends = [entry.start() for entry in found[1:]] + [len(legend)]
    for entry, end in zip(found, ends):
        place = re.sub(r"\band$", "", legend[entry.end() : end].strip(_LEGEND_EDGE))
        yield entry[1] or entry[2], place.strip(_LEGEND_EDGE)


def _places(asides: list[str], legend: Mapping[str, str]) -> Iterator[str]:
    for aside in asides:
        if _MARKS.fullmatch(aside):
            yield from filter(None, map(legend.get, _BETWEEN_MARKS.split(aside)))
        elif not _REMARK.match(aside):
            yield aside
