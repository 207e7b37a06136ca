"""The form in which the holder of a record says what its page shows of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.forms import LineField, NoteField
from profiles.domain import links
from profiles.models.profile import LONGEST_ROLE, LONGEST_TAGLINE
from profiles.profile_editing import MOST_FEATURED, Words
from works.domain import names

MOST_NAMES = 5
LONGEST_NAME = 120
NOWHERE = ("", "Show none of mine; the page keeps what the works say")


class ProfileForm(forms.Form):
    """`affiliation` is the id of an institution that was offered, `featured` ids of own works."""

    shown_name = LineField(
        label="Name to show",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Empty: the page is called as the works are. What they print is shown beside it.",
    )
    other_names = forms.CharField(
        label="Other names",
        required=False,
        max_length=MOST_NAMES * (LONGEST_NAME + 2),
        help_text=f"One a line, {MOST_NAMES} at most.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tagline = LineField(
        label="Tagline",
        required=False,
        max_length=LONGEST_TAGLINE,
        help_text="One sentence on what you work on.",
    )
    role = LineField(
        label="Role",
        required=False,
        max_length=LONGEST_ROLE,
        help_text="Such as Professor of physics, or PhD candidate.",
    )
    affiliation = forms.ChoiceField(
        label="Affiliation", required=False, widget=forms.RadioSelect, choices=[NOWHERE]
    )
    find = LineField(label="Find another institution", required=False, max_length=100)
    open_to_collaborate = forms.BooleanField(label="I am open to collaborate", required=False)
    links = NoteField(
        label="Links",
        required=False,
        help_text=(
            f"One a line, {links.MOST} at most: an address that begins with https://, and after a"
            " space what to call it."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    featured = forms.MultipleChoiceField(
        label=f"Featured works, {MOST_FEATURED} at most",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        places: Iterable[tuple[int, str]],
        works: Sequence[tuple[int, str]],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        offered = [NOWHERE, *((str(key), name) for key, name in places)]
        self._offer("affiliation", offered)
        self._offer("featured", [(str(key), title) for key, title in works])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_shown_name(self) -> str:
        return _name(self.cleaned_data["shown_name"])

    def clean_other_names(self) -> tuple[str, ...]:
        given = [_name(line) for line in self.cleaned_data["other_names"].splitlines()]
        found = tuple(dict.fromkeys(filter(None, given)))
        if len(found) > MOST_NAMES:
            raise ValidationError(f"At most {MOST_NAMES} other names are kept.")
        return found

    def clean_links(self) -> tuple[tuple[str, str], ...]:
        try:
            return tuple(links.read(self.cleaned_data["links"]))
        except links.Refused as refused:
            raise ValidationError(f"Links: {refused}") from None

    def clean_featured(self) -> tuple[int, ...]:
        chosen = self.cleaned_data["featured"]
        if len(chosen) > MOST_FEATURED:
            raise ValidationError(f"Choose {MOST_FEATURED} at most; these are {len(chosen)}.")
        return tuple(map(int, chosen))

    def words(self) -> Words:
        """What was written, of a form that is valid."""
        kept = dict(self.cleaned_data)
        del kept["find"]
        place = kept.pop("affiliation")
        return Words(affiliation=int(place) if place else None, **kept)


def initial(words: Words) -> dict[str, Any]:
    """The form's fields as they were kept last."""
    return {
        "shown_name": words.shown_name,
        "other_names": "\n".join(words.other_names),
        "tagline": words.tagline,
        "role": words.role,
        "affiliation": str(words.affiliation or ""),
        "open_to_collaborate": words.open_to_collaborate,
        "links": links.write(list(words.links)),
        "featured": [str(work) for work in words.featured],
    }


def _name(given: str) -> str:
    name = names.clean(given)[:LONGEST_NAME]
    if given.strip() and not names.is_person(name):
        raise ValidationError(f"“{given.strip()[:40]}” is no name of a person.")
    return name
