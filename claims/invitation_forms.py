"""What people fill in to invite, to answer, to report, and to say what they are open to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from claims.domain import invitations as rules
from claims.forms import TOO_LONG, LineField, NoteField
from claims.inviting import Written
from claims.wishing import LONGEST_WORDS, Wishes

PURPOSES = [*rules.PURPOSES.items()]
LEVELS = [(2, "L2 or above"), (3, "L3 or above"), (4, "L4")]
DAYS = [(days, f"{days} days") for days in rules.VALID_DAYS]
LATER = [(days, f"In {days} days") for days in rules.LATER_DAYS]
MONTHLY = [(count, str(count)) for count in rules.A_MONTH]


class InviteForm(forms.Form):
    """An invitation; only the purposes that the invitee is open to can be chosen."""

    purpose = forms.ChoiceField(
        label="What for",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what it is for.",
            "invalid_choice": "Choose what it is for.",
        },
    )
    role = LineField(
        label="What you would like them to do (optional)",
        required=False,
        max_length=120,
        help_text="Such as: check the proofs, lend the sensor data, give the closing talk.",
    )
    time_frame = LineField(
        label="When, and how much of their time (optional)",
        required=False,
        max_length=120,
        help_text="Such as: two hours in March.",
    )
    message = NoteField(
        label="Your message",
        help_text="10 to 1,500 characters, plain text. Addresses stay text that nobody can click.",
        widget=forms.Textarea(attrs={"rows": 8}),
        validators=[MaxLengthValidator(rules.LONGEST_MESSAGE, TOO_LONG)],
        error_messages={"required": "Write why you ask this person."},
    )
    days = forms.TypedChoiceField(
        label="Open for an answer for", choices=DAYS, coerce=int, initial=rules.DEFAULT_DAYS
    )

    def __init__(self, data: Any = None, *, purposes: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        choices = self.fields["purpose"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [one for one in PURPOSES if one[0] in purposes]

    def written(self) -> Written:
        """What was written, of a form that is valid."""
        return Written(**self.cleaned_data)


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label="Reason", choices=[*rules.DECLINE_REASONS.items()], required=False
    )


class LaterForm(forms.Form):
    days = forms.TypedChoiceField(label="When to ask again", choices=LATER, coerce=int)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="What is wrong with it", choices=[*rules.REPORT_REASONS.items()]
    )
    words = NoteField(
        label="What we should know (optional)",
        required=False,
        validators=[MaxLengthValidator(rules.LONGEST_MESSAGE, TOO_LONG)],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WishesForm(forms.Form):
    is_open = forms.BooleanField(label="I am open to collaborate", required=False)
    open_to = forms.MultipleChoiceField(
        label="What for",
        choices=PURPOSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Kept while you are not open, for when you are again.",
    )
    from_level = forms.TypedChoiceField(
        label="From people at level",
        choices=LEVELS,
        coerce=int,
        help_text="How sure it is that they are who they say.",
    )
    a_month = forms.TypedChoiceField(
        label="At most, in thirty days",
        choices=MONTHLY,
        coerce=int,
        help_text="More wait in line; who sends one is told so.",
    )
    seeks = forms.MultipleChoiceField(
        label="You look for people yourself, for",
        choices=PURPOSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = LineField(
        label="What you look for, in your words (optional)",
        required=False,
        max_length=LONGEST_WORDS,
        help_text="Shown beside invitations, to those whom you invite or who invite you.",
    )

    def clean(self) -> dict[str, Any]:
        kept = self.cleaned_data
        if kept.get("is_open") and not kept.get("open_to") and "open_to" not in self.errors:
            self.add_error("open_to", "Choose one at least.")
        return kept

    def wishes(self) -> Wishes:
        """What was chosen, of a form that is valid."""
        return Wishes(**self.cleaned_data)
