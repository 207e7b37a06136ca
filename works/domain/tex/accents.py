"""Accented letters as TeX writes them: `\\'e`, `\\c{c}`, `\\v s`, `\\'{\\^e}`, `{\\"\\i}`."""

import re
import unicodedata

from works.domain.tex.symbols import ACCENTS, LETTERS, MATHS, TEXT_SYMBOLS

_MAX_ACCENTS = 4
_ACCENT = re.compile(r"\\(?:([`'^\"~=.])|([bcdHkrtuv])(?![A-Za-z]))\s*")
_BASE = re.compile(r"\\([ij])(?![A-Za-z])\s?|\\(aa|AA|ae|AE|oe|OE|o|O|l|L)(?![A-Za-z])\s?|[^\W\d_]")
_BROKEN = re.compile(r"\\([bcdkrtuv])\{([a-z]{2,20})\}")
_LETTERS = re.compile(r"[^\W\d_]*")


def broken_macro(source: str, at: int) -> tuple[str, int] | None:
    """`\\c{opyright}` and `\\r{ho}`: arXiv took the macros of these signs for accents."""
    macro = _BROKEN.match(source, at)
    name = macro[1] + macro[2] if macro else ""
    sign = TEXT_SYMBOLS.get(name) or MATHS.get(name, ("ord", ""))[1]
    return (sign, macro.end()) if macro and sign else None


def accented(source: str, at: int) -> tuple[str, int] | None:
    """The accented letter that begins at `at` and where it ends; accents may be nested."""
    start = at
    marks: list[str] = []
    braces = 0
    while len(marks) <= _MAX_ACCENTS and braces <= _MAX_ACCENTS:
        if accent := _ACCENT.match(source, at):
            marks.append(ACCENTS[accent[1] or accent[2]])
            at = accent.end()
        elif source.startswith("{", at):
            braces += 1
            at += 1
        else:
            break
    base = _BASE.match(source, at)
    if not base or not marks:
        return None
    rest = _LETTERS.match(source, base.end()) if braces else None
    end = rest.end() if rest else base.end()
    if source[end : end + braces] != "}" * braces:
        return None
    letter = base[1] or LETTERS.get(base[2] or "", base[0])
    if not braces and _is_quote(source[start + 1], letter, marks):
        return None
    shown = unicodedata.normalize("NFC", letter + "".join(reversed(marks)))
    return shown + (rest[0] if rest else ""), end + braces


def _is_quote(sign: str, letter: str, marks: list[str]) -> bool:
    """`\\"call` is a quotation mark that some program escaped: no language has that letter."""
    return sign in "\"'" and len(unicodedata.normalize("NFC", letter + "".join(marks))) > 1
