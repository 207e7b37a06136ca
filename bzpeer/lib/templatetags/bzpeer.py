"""Small filters that every page may use."""

import unicodedata

from django import template

register = template.Library()

# Beyond these lengths (in characters) a name in display size would fill a phone's first screen.
LONG_NAME = 22
VERY_LONG_NAME = 44
LAST_LATIN = "\u024f"


@register.filter
def thousands(number: int) -> str:
    """Write a whole number with a comma between thousands."""
    return f"{number:,}"


@register.filter
def counted(number: int, forms: str) -> str:
    """Write a number with its noun: `3|counted:"work,works"` is "3 works"."""
    one, many = forms.split(",")
    return f"{number:,} {one if number == 1 else many}"


@register.filter
def name_class(name: str) -> str:
    """Choose the classes that set a name as a headline: by its length and its script.

    Display spacing is drawn for Latin letters and tears joined scripts apart, so that a name
    with letters of another script asks for the plain setting.
    """
    length = len(name)
    size = "very-long" if length > VERY_LONG_NAME else "long" if length > LONG_NAME else ""
    return " ".join(filter(None, ["name", size, "" if _is_latin(name) else "other-script"]))


def _is_latin(name: str) -> bool:
    """Tell whether all letters are Latin, accents composed or not."""
    letters = (
        character for character in unicodedata.normalize("NFKD", name) if character.isalpha()
    )
    return all(letter <= LAST_LATIN for letter in letters)
