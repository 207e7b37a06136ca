"""Words that are one slip of the hand away from what was typed."""

from collections.abc import Iterator
from string import ascii_lowercase

# Slips in a shorter word make any word of any other, and a longer one is no name.
SHORTEST, LONGEST = 4, 20


def slips(word: str) -> list[str]:
    """Words with one letter more, less, other or two the wrong way round; none for a short word.

    Of a word in other letters than a to z no letter is thought of that is not in it.
    """
    if not SHORTEST <= len(word) <= LONGEST:
        return []
    letters = ascii_lowercase if word.isascii() else "".join(sorted(set(word)))
    return sorted(set(_slips(word, letters)) - {word})


def _slips(word: str, letters: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
