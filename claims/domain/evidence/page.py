"""Reading a stranger's page for a link or a token, in time that grows with its length alone.

Only links and visible text count: comments, scripts and form fields may hold what visitors typed.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import msgspec

MOST_CHARACTERS = 1_000_000
MOST_STEPS = 100_000
_LONGEST_TAG = 4_000

# Every branch ends at the next "<" or ">", at its own end, or at the end of the page; none is
# read twice. What looks like a tag and never ends is text.
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|template|title|iframe|noscript|xmp|select)\b[^<>]*>"
    r".*?(?:</(?P=raw)\b|\Z)"
    r"|(?P<tag><[a-z/](?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,400}>)"
    r"|(?P<text>[^<]+)"
    r"|<",
    re.IGNORECASE | re.DOTALL,
)
# Links that the page itself does not stand behind.
_OTHERS = frozenset({"ugc", "nofollow", "sponsored"})


class Seen(msgspec.Struct, frozen=True):
    """`token`: the page shows it, or links with it; `link`: it links to the record as its own."""

    token: bool = False
    link: bool = False


class _Tag(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.href = ""
        self.rel: frozenset[str] = frozenset()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "link"):
            given = {name: value or "" for name, value in reversed(attrs)}
            self.href = given.get("href", "").strip()
            self.rel = frozenset(given.get("rel", "").lower().split())


def look(html: str, record_url: str, token: str) -> Seen:
    """What the page says of the record. The token must stand alone, the link must be exact."""
    shown = re.compile(rf"(?<![\w-]){re.escape(token)}(?![\w-])")
    targets = {record_url, record_url.rstrip("/")}
    marked = {f"{target}#{token}" for target in targets}
    seen_token = seen_link = False
    for tag, text in _pieces(html[:MOST_CHARACTERS]):
        if tag is None:
            seen_token = seen_token or shown.search(unescape(text)) is not None
        elif not tag.rel & _OTHERS:
            seen_token = seen_token or tag.href in marked
            seen_link = seen_link or ("me" in tag.rel and tag.href in targets | marked)
    return Seen(seen_token, seen_link)


def _pieces(html: str) -> Iterator[tuple[_Tag | None, str]]:
    """Links and runs of text, in order; the rest of a page of too many pieces is not read."""
    for piece, _ in zip(_PIECE.finditer(html), range(MOST_STEPS)):
        if piece["text"] is not None:
            yield None, piece["text"]
        elif piece["tag"] is not None and _may_link(piece["tag"]):
            yield _parsed(piece["tag"]), ""


def _may_link(tag: str) -> bool:
    return len(tag) <= _LONGEST_TAG and tag[1:5].lower().startswith(("a ", "a\n", "a\t", "link"))


def _parsed(tag: str) -> _Tag:
    parser = _Tag()
    parser.feed(tag)
    return parser
