"""Labels of nodes: short enough for a drawing, and how wide they will be."""

from bisect import bisect_right
from unicodedata import bidirectional, category, east_asian_width, normalize

# Advances of Instrument Sans at weight 600, in thousandths of the font size; the lighter weight
# and the fallback fonts are no wider by more than the slack below.
_ADVANCES = {
    letter: advance
    for advance, letters in {
        200: " ", 240: "|", 280: "',.:;Iijl", 320: "!", 360: "`", 400: "1fr", 440: "()*J[]t{}",
        480: '"/\\_', 520: "-sz", 560: "+2<=>^ackvy~", 600: "3578?FLeox",
        640: "$469ESZbdghnpqu", 680: "0BPRT", 720: "KUXY", 760: "#ACDHNV…", 800: "%&GOw",
        840: "Q", 880: "@", 920: "M", 960: "m", 1120: "W",
    }.items()
    for letter in letters
}  # fmt: skip
_WIDE, _OTHER = 1020, 700
_SLACK = 1.04
_ELLIPSIS, _TRAILING = "…", " .,;:-–"
# "PatDNN: Achieving Real-Time …": what stands before the colon is the name of the work.
_LONGEST_HANDLE = 28
_DANGLING = frozenset(("a", "an", "the", "of", "for", "in", "on", "to", "and", "with", "by", "via"))


def width(text: str, size: float) -> float:
    """About how wide the text is in units of the drawing, never much less than it will be."""
    return sum(map(_advance, text)) * size * _SLACK / 1000


def fitted(text: str, size: float, room: float) -> str:
    """The text, or as many of its words as fit into the room, with an ellipsis."""
    if width(text, size) <= room:
        return text
    cuts = range(1, len(text))
    end = max(1, bisect_right(cuts, room, key=lambda cut: width(_ended(text[:cut]), size)))
    cut = text[:end]
    words = cut if text[end].isspace() else cut.rpartition(" ")[0]
    # A word that takes more than half of the room is cut itself.
    return _ended(_without_dangling(words) if 2 * len(words) >= len(cut) else cut)


def _ended(text: str) -> str:
    return text.rstrip(_TRAILING) + _ELLIPSIS


def handle(title: str) -> str:
    """The part of a title that people call the work by."""
    head, colon, _ = title.partition(": ")
    return head if colon and 1 < len(head) <= _LONGEST_HANDLE else title


def initials(name: str) -> str:
    """ "Y. Wang" for "Yanzhi Wang"; a name that is no row of capitalised words stays as it is."""
    *given, family = name.split() or [name]
    if not all(word[0].isupper() for word in given):
        return name
    return " ".join([*(f"{word[0]}." for word in given), family])


def right_to_left(text: str) -> bool:
    """Whether its first letter belongs to a script that is written to the left."""
    ways = map(bidirectional, text)
    return next((way for way in ways if way in ("L", "R", "AL")), "L") != "L"


def _without_dangling(words: str) -> str:
    """Without the articles and prepositions at the end, which say nothing there."""
    head, _, last = words.rpartition(" ")
    return _without_dangling(head) if head and last.lower() in _DANGLING else words


def _advance(letter: str) -> int:
    if letter in _ADVANCES:
        return _ADVANCES[letter]
    if category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if east_asian_width(letter) in "WF":
        return _WIDE
    return _ADVANCES.get(normalize("NFKD", letter)[0], _OTHER)
