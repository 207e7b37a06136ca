"""What people write to us, as text that is safe to keep and honest to read."""

import re
import unicodedata

SHORTEST, LONGEST = 10, 4_000
# They turn the direction of all that follows, so that a line says another thing than it shows.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
GAPS = re.compile(r"\n[ \n]*\n")


def paragraphs(text: str) -> str:
    """The text in composed form, without control characters, with one empty line at most."""
    lines = BREAKS.sub("\n", text).replace("\t", " ")
    kept = "".join(letter for letter in lines if letter == "\n" or _shown(letter))
    return GAPS.sub("\n\n", unicodedata.normalize("NFC", kept)).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(paragraphs(text).split())


def _shown(letter: str) -> bool:
    # Joiners (Cf as well) stay: Persian, Hindi and emoji are written with them.
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in TURNING
