"""The first sentence of an abstract, found in its source."""

import re

from works.domain.tex.delimiters import Delimiters
from works.domain.tex.markup import MAX_LENGTH, Budget, TooMuch, with_line_ends
from works.domain.tex.symbols import words

_STOP = re.compile(r"[\\${}]|<(/?)(?:i|b|em|strong|sub|sup)>|[.!?。！？]", re.IGNORECASE)
_END = re.compile(r"[.!?]+(?:''|[\"'”’)\]])*\s+(?=\S)|[。！？]+")
# "… to $x.$ We show": the full stop has slipped into the formula.
_ENDS_INSIDE = re.compile(r"\.(?:\$\$?|\\[)\]]) [^\Wa-z_\d]")
_NEXT = re.compile(r"[^\Wa-z_]|[\"“‘`'(\[$\\]")
_LAST_WORD = re.compile(r"(\S*)\Z")
_ABBREVIATIONS = frozenset(
    words(
        "e.g i.e al vs cf fig figs eq eqs eqn sec sect ch chap no nos vol pp ref refs thm def prop"
        " resp approx ca etc dr prof mr mrs ms st jr sr inc ltd co corp dept univ viz w.r.t i.i.d"
        " a.k.a trans proc symp conf ph.d u.s u.k et"
    )
)
_INITIAL = re.compile(r"(?:[A-Z]\.)*[A-Z]")
_LONGEST_WORD = 40


def split_lead(source: str) -> tuple[str, str]:
    """The first sentence of `source` and the rest ("" where there is none), both still source.

    A sentence never ends inside maths, a group or a tag; a long one stays whole.
    """
    folded = " ".join(with_line_ends(source).split())
    if len(folded) > MAX_LENGTH:
        return folded, ""
    try:
        end = _lead_end(folded, Budget())
    except TooMuch:
        end = len(folded)
    return folded[:end].rstrip(" "), folded[end:].lstrip(" ")


def _lead_end(source: str, budget: Budget) -> int:
    delimiters = Delimiters(source, budget)
    depth, at = 0, 0
    while stop := _STOP.search(source, at):
        budget.spend(1)
        start, sign = stop.start(), stop[0]
        at = stop.end()
        if sign in "\\$":
            span = delimiters.maths_at(start)
            at = span.after if span else at + (sign == "\\")
            if depth == 0 and span and _ENDS_INSIDE.match(source, span.end - 1):
                return at
        elif sign in "{}" or sign[0] == "<":
            depth = max(0, depth + (-1 if sign == "}" or stop[1] else 1))
        elif depth == 0 and (end := _END.match(source, start)) and _is_end(source, start, end):
            return end.end()
    return len(source)


def _is_end(source: str, start: int, end: re.Match[str]) -> bool:
    if source[start] in "。！？":
        return True
    if not _NEXT.match(source, end.end()):
        return False
    if source[start] != "." or end[0].startswith(".."):
        return True
    word = _LAST_WORD.search(source[max(0, start - _LONGEST_WORD) : start])
    last = word[1].lstrip("([{\"'`“‘~") if word else ""
    return last.lower().rpartition("~")[2] not in _ABBREVIATIONS and not _INITIAL.fullmatch(last)
