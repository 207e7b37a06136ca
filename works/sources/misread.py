"""Text whose UTF-8 somebody took for Latin-1, as in some old deposits: "JÃ¶rg" for "Jörg"."""

import re
from contextlib import suppress

# The first byte of a character of two to four, as Latin-1 shows it.
_LEADING = re.compile("[\u00c2-\u00f4]")


def mended(text: str) -> str:
    """The text as it was written; itself unless all of it makes sense as UTF-8."""
    if _LEADING.search(text):
        for charset in ("latin-1", "cp1252"):
            with suppress(UnicodeError):
                return text.encode(charset).decode()
    return text
