"""Judges of the renderer that do not use it: of lost letters, and of anything alive.

The oracle of letters reads TeX in its own crude way: it takes out the names of known macros, undoes
entities, folds accents and styles by compatibility decomposition, and compares bare letters.
"""

import html
import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser

from works.domain.tex.symbols import (
    ACCENTS,
    ARROWS,
    BREAKS,
    DASHES,
    DECLARED,
    LASTING,
    LETTERS,
    MATHS,
    MATHS_ACCENTS,
    MATHS_SPACES,
    MATHS_WIDTHS,
    OVER,
    PARENTHESES,
    SILENT,
    STYLED,
    TAGGED,
    TEXT_SYMBOLS,
    UNDER,
    WORDS,
)

KNOWN = (
    set(ACCENTS) | set(BREAKS) | set(DASHES) | set(DECLARED) | set(LASTING) | set(LETTERS)
    | set(MATHS) | set(MATHS_ACCENTS) | set(MATHS_SPACES) | set(PARENTHESES) | set(SILENT)
    | set(STYLED) | set(TAGGED) | set(TEXT_SYMBOLS) | set(WORDS)
    | {"frac", "tfrac", "dfrac", "nicefrac", "sfrac", "sqrt", "not", "pmod", "binom"}
    | {"over", "choose", "url", "path", "href", "verb"}
    | set(ARROWS) | set(MATHS_WIDTHS) | set(OVER) | set(UNDER)
    | {"cfrac", "dbinom", "tbinom", "overset", "underset", "stackrel", "substack", "cr", "hline"}
    | {"nonumber", "notag", "displaylimits"}
)  # fmt: skip
_MACRO = re.compile(r"\\([A-Za-z]+)|\\.")
_ENVIRONMENT = re.compile(r"\\(?:begin|end) *\{[a-z]+\*?\}(?:\[[a-z!]*\])?")
_COLUMNS = re.compile(r"(?<=\\begin\{array\}) *\{[lcr| ]*\}")
_ENTITY = re.compile(r"&[#A-Za-z][A-Za-z0-9]{0,31};")
_UNWANTED = re.compile(
    "[^\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff\t\n\r\f\v]"
)
_LINE_END = re.compile(r"(?<!\\)\\n(?=\s|\Z)")
_TAG = re.compile(r"</?(?:i|b|em|strong|sub|sup)>", re.IGNORECASE)
_BROKEN = re.compile(r"\\([a-z])\{([a-z]{2,})\}")
_COLOUR = re.compile(r"\\(?:text)?color(?:\[[A-Za-z]+\])?\{[\w!.,: -]+\}")
_ROOT = re.compile(r"\\sqrt *\[\d\]")


def letters(text: str) -> str:
    """Letters and digits of `text` with accents, raised forms and styles folded away."""
    folded = unicodedata.normalize("NFKD", text)
    return "".join(c for c in folded if c.isalnum() and not unicodedata.combining(c))


def letters_of_source(source: str) -> str:
    """What must be found again, in this order, in the output."""
    for _ in range(2):
        source = _ENTITY.sub(lambda entity: html.unescape(entity[0]), source)
    source = _LINE_END.sub(" ", _UNWANTED.sub("", source))
    if not re.search(r"(?<!\\)\\(?!\\)", source):  # escaped twice: no backslash stands alone
        source = re.sub(r"\\{2,}", r"\\", source)
    source = _BROKEN.sub(_kept_broken, _COLOUR.sub(" ", source))
    source = _COLUMNS.sub(" ", source)
    source = _TAG.sub(" ", _ROOT.sub(" ", _ENVIRONMENT.sub(" ", source)))
    return letters(_MACRO.sub(_kept_name, source))


def _kept_broken(macro: re.Match[str]) -> str:
    r"""`\c{opyright}`, as arXiv garbles `\copyright`, is a macro and no text."""
    return " " if macro[1] + macro[2] in KNOWN else macro[0]


def _kept_name(macro: re.Match[str]) -> str:
    return "" if macro[1] is None or macro[1] in KNOWN else macro[1]


def lost_letter(source: str, shown: str, *, in_order: bool = True) -> str:
    """Where the first letter of `source` is missing from `shown`; "" when none is.

    MathML has its own order of scripts, roots and what is over what.
    """
    if not in_order:
        return "".join((Counter(letters_of_source(source)) - Counter(letters(shown))).elements())
    wanted, found = letters_of_source(source), iter(letters(shown))
    for index, letter in enumerate(wanted):
        if letter not in found:
            return f"{letter!r} at {wanted[max(0, index - 20) : index + 20]!r}"
    return ""


_BOX = {"role": "group", "aria-label": "Formula", "tabindex": "0"}
_SPANS: list[dict[str, str | None]] = [
    {"class": "tex"},
    {"class": "formula", **_BOX},
    {"class": "formula display", **_BOX},
]
_SIDES = {"lspace": r"0|0\.167em", "rspace": r"0|0\.167em"}
# Every element that may come out, with the attributes it may have and their values.
ALLOWED: dict[str, dict[str, str]] = {
    **dict.fromkeys(("em", "strong", "code", "sub", "sup"), {}),
    **dict.fromkeys(("mrow", "mn", "mtext", "msqrt", "mroot", "msub", "msup", "msubsup"), {}),
    **dict.fromkeys(("mtable", "mtr", "munderover"), {}),
    "math": {"alttext": "(?s:.*)", "display": "block"},
    "mi": {"mathvariant": "normal"},
    "mo": {"stretchy": "false", "movablelimits": "true", **_SIDES},
    "mspace": {"width": r"[\d.]+em"},
    "mfrac": {"linethickness": "0"},
    "mover": {"accent": "true"},
    "munder": {"accentunder": "true"},
    "mtd": {"class": "left|right"},
}


def _is_allowed(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    values = ALLOWED.get(tag)
    return values is not None and all(
        name in values and re.fullmatch(values[name], value or "") for name, value in attrs
    )


class _Judge(HTMLParser):
    """Reads HTML as a browser would and remembers all that is not allowed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not (dict(attrs) in _SPANS if tag == "span" else _is_allowed(tag, attrs)):
            self.faults.append(f"<{tag} {attrs}>")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults.append(f"<{tag} {attrs}/>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"section {data!r}")


def judged(markup: str) -> tuple[list[str], str]:
    """What is alive or badly nested in `markup` (nothing, one hopes), and the text that is read."""
    judge = _Judge()
    judge.feed(markup)
    judge.close()
    left_open = [f"<{tag}> stays open" for tag in judge.open]
    return judge.faults + left_open, "".join(judge.words)
