"""Steps of a search: all that is found on one comes before all that is on the next.

An index of words is in no order that a reader wants. So each word is written down behind the sign
of its record's step, and a search takes one step after the other until it has enough: a frequent
word is answered on the first, and a rare one has few rows on any.
"""

import re
from collections.abc import Iterable, Sequence

from works.domain.names import fold

# Twice the works are one step up, and 512 or more are the last: `search_index.NAMES` counts so.
NAME_STEPS = "9876543210"
# A year is a step; of what is older, ten years are, then all of it. Undated works come last.
FIRST_YEAR, FIRST_DECADE = 1990, 1900
UNDATED = "0000"
# Words of a question, words of a title, and letters of a word: what is beyond tells nothing.
MOST_WORDS, TITLE_WORDS, LONGEST = 8, 50, 50
# A shorter beginning of a word is that of too many.
SHORTEST_BEGINNING = 4

# Written without spaces, or folded so: each sign is a word.
_SIGN = re.compile("([\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")


def title_words(text: str) -> list[str]:
    """The different words of a title or of a question for one, folded, in order."""
    words = _SIGN.sub(r" \1 ", fold(text)).split()
    return list(dict.fromkeys(word[:LONGEST] for word in words))[:TITLE_WORDS]


def title_steps(this_year: int) -> list[str]:
    """The signs of years, the latest first; what is dated later stands under the next year."""
    years = range(this_year + 1, FIRST_YEAR - 1, -1)
    decades = range(FIRST_YEAR - 10, FIRST_DECADE - 1, -10)
    return [f"{year:04}" for year in (*years, *decades, 1)] + [UNDATED]


def title_step(year: int | None, this_year: int) -> str:
    if year is None:
        return UNDATED
    if year >= FIRST_YEAR:
        return f"{min(year, this_year + 1):04}"
    return f"{year // 10 * 10:04}" if year >= FIRST_DECADE else "0001"


# A part of a question: a word, and whether longer ones that begin so are meant as well.
Part = tuple[str, bool]


def begun(words: Sequence[str]) -> list[Part]:
    """Words that may be the beginnings of others."""
    return [(word[:LONGEST], True) for word in words]


def told_apart(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words to look up, and letters to look for in what was found: those begin too many names."""
    letters = [word for word in words if len(word) == 1]
    return (
        ([word for word in words if len(word) > 1], letters) if letters != words else (letters, [])
    )


def whole(words: Sequence[str]) -> list[Part]:
    """Words as they are, but for the last one, which may still be being typed."""
    return [
        (word, place == len(words) and len(word) >= SHORTEST_BEGINNING)
        for place, word in enumerate(words, start=1)
    ]


def steps(signs: Iterable[str], parts: Sequence[Part]) -> list[str]:
    """What is asked of the index on each step, for records that have all of these."""
    return [" & ".join(f"'{sign}{word}'{':*' * open}" for word, open in parts) for sign in signs]


def meant(
    signs: Iterable[str], words: Sequence[str], variants: Sequence[Sequence[str]]
) -> list[str]:
    """What is asked for records that have each of these words, begun, or one of its variants."""
    return [
        " & ".join(
            "(" + " | ".join([f"'{sign}{word}':*", *(f"'{sign}{one}'" for one in others)]) + ")"
            for word, others in zip(words, variants)
        )
        for sign in signs
    ]
