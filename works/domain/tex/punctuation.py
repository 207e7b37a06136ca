"""What `~`, `--` and `^{` mean in prose: TeX's sign, or just what was typed."""

import re

# The rest of an aside that opened with "--": it closes within 200 characters.
_CLOSED = re.compile(r".{1,200}?[^\s-]--(?![->])")

_SCRIPT = re.compile(r"\{([\w+*/.,:() -]{1,24})\}")


def tilde(source: str, at: int) -> str:
    """A no-break space as in "Fig.~3"; itself in "~2.5" (about), "5~10" (to) and addresses."""
    before, after = _around(source, at, at + 1)
    if before.isdigit() and after.isdigit():
        return "~"
    if (before.isalnum() or before in ".,;:)]}$'\"%") and after != " ":
        return "\u00a0"
    return " " if before not in "/ " and after == " " else "~"


def dash(source: str, at: int) -> tuple[str, int]:
    """The dash for the hyphens at `at` and where they end; arrows and options stay as typed."""
    end = at
    while source.startswith("-", end):
        end += 1
    before, after = _around(source, at, end)
    literal = end - at > 3 or before in "<-" or after == ">"
    if literal or (end - at == 2 and _means_itself(source, at)):
        return source[at:end], end
    return "—" if end - at == 3 else "–", end


def script(source: str, at: int) -> tuple[str, str, int] | None:
    """The mark, the text and the end of what is raised or lowered, as in "10^{-3}".

    None where the brace at `at` opens nothing of the kind, or something that is no plain text.
    """
    found = _SCRIPT.match(source, at)
    base, sign = source[max(0, at - 2) : at - 1], source[at - 1 : at]
    if not found or sign not in ("^", "_") or not (base.isalnum() or base in (")", "]", "}")):
        return None
    return "sup" if sign == "^" else "sub", found[1].replace("-", "−"), found.end()


def _means_itself(source: str, at: int) -> bool:
    """`--option` (an aside that opens like it also closes) and `C--`."""
    before, after = _around(source, at, at + 2)
    if before == " " and after != " ":
        return not _CLOSED.match(source, at + 2)
    single = before.isupper() and not source[max(0, at - 2) : at - 1].isalnum()
    return single and after == " "


def _around(source: str, start: int, end: int) -> tuple[str, str]:
    return source[start - 1 : start] or " ", source[end : end + 1] or " "
