"""A message as people typed it, made into paragraphs: text escaped, formulas as on works.

Addresses of pages stay text, to the letter, and so does what looks like a tag: it is plain text.
"""

import re

from works.domain import tex
from works.domain.tex.markup import escaped

# What the renderer of titles would change: `~` and `--` of an address, and the tags of sources.
_TO_THE_LETTER = re.compile(r"(https?://[^\s<>\"]+|</?[A-Za-z][A-Za-z0-9:]*(?: [^<>$]*)?/?>)")
_OPENS = re.compile(r"\\\[|\\begin\s*\{")
_CLOSES = re.compile(r"\\\]|\\end\s*\{")


def html(body: str) -> str:
    """Safe HTML of a text that `notes.paragraphs` has cleaned: `<p>` and `<br>` around inline."""
    return "".join(f"<p>{_paragraph(text)}</p>" for text in body.split("\n\n") if text)


def _paragraph(text: str) -> str:
    return "<br>".join(_inline(line) for line in lines(text))


def lines(text: str) -> list[str]:
    """The lines of a paragraph; a formula on several lines is one."""
    found: list[str] = []
    held: list[str] = []
    dollars = depth = 0
    for line in text.split("\n"):
        held.append(line)
        dollars += line.count("$$")
        depth += len(_OPENS.findall(line)) - len(_CLOSES.findall(line))
        if dollars % 2 == 0 and depth <= 0:
            found.append("\n".join(held))
            held, dollars, depth = [], 0, 0
    # What never closes is no formula: its lines stay lines.
    return found + held


def _inline(line: str) -> str:
    pieces = _TO_THE_LETTER.split(line)
    return "".join(escaped(one) if at % 2 else _rendered(one) for at, one in enumerate(pieces))


def _rendered(text: str) -> str:
    """A piece with the space at its ends, which the renderer of whole titles takes away."""
    made = tex.render(text).html
    if not made:
        return " " if text else ""
    before = " " if text[0].isspace() else ""
    return before + made + (" " if text[-1].isspace() else "")
