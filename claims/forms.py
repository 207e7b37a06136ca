"""The form for corrections, which anyone may send, and the one that answers them."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator

from claims.corrections import Note
from claims.domain import notes
from claims.models import Correction

TOO_SHORT = "Write at least %(limit_value)d characters; this has %(show_value)d."
TOO_LONG = "Write at most %(limit_value)d characters; this has %(show_value)d."
TRAP_SPRUNG = (
    "A field that people don't see was filled in, as programs do. It is empty again: if you are a"
    " person, send the form once more."
)
ANSWERED_BEFORE = "Somebody else has answered this in the meantime. Load the page again."


class NoteField(forms.CharField):
    """Several lines as we keep them: the length is that of the cleaned text."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators += [
            MinLengthValidator(notes.SHORTEST, TOO_SHORT),
            MaxLengthValidator(notes.LONGEST, TOO_LONG),
        ]

    def to_python(self, value: Any) -> str:
        return notes.paragraphs(super().to_python(value) or "")


class LineField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return notes.line(super().to_python(value) or "")


class CorrectionForm(forms.Form):
    kind = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose one of these.",
            "invalid_choice": "Choose one of these.",
        },
    )
    message = NoteField(
        label="What is wrong, and what would be right?",
        help_text="10 to 4,000 characters. Addresses of pages and works help us to find them.",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write what is wrong."},
    )
    name = LineField(
        label="Your name (optional)",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Your e-mail (optional)",
        required=False,
        max_length=254,
        error_messages={"invalid": "Write an address like name@example.org, or leave it empty."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # People don't see it; programs fill in whatever they find. The page shows it empty each time.
    website = forms.CharField(required=False)

    def __init__(self, kinds: Iterable[Correction.Kind], *args: Any, **options: Any) -> None:
        """`kinds` are those that make sense for the record."""
        super().__init__(*args, **options)
        kind = cast(forms.ChoiceField, self.fields["kind"])
        kind.choices = [(one.value, one.label) for one in kinds]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("website"):
            raise ValidationError(TRAP_SPRUNG)
        return self.cleaned_data

    def note(self) -> Note:
        """What was written, of a form that is valid."""
        kept = self.cleaned_data
        return Note(kept["kind"], kept["message"], kept["name"], kept["email"])


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A moderator's answer. Who answers, and when, is no field."""

    state = forms.ChoiceField(
        choices=[("answered", "Answered"), ("refused", "Refused")], widget=forms.RadioSelect
    )
    answer = NoteField(
        required=False, help_text="What was done. The sender reads it on the ticket's page."
    )
    reason = NoteField(
        required=False,
        help_text="Why it is refused: what was asked, what is shown and from which source, and why"
        " that weighs more here. The sender reads it, with the right to complain to an authority.",
    )

    class Meta:
        model = Correction
        fields = ("state", "answer", "reason")

    def clean(self) -> dict[str, Any]:
        """The row stays locked until the answer is kept: of two who answer, one is told."""
        found = Correction.objects.select_for_update().get(pk=self.instance.pk)
        if found.state != Correction.State.OPEN:
            raise ValidationError(ANSWERED_BEFORE)
        kept = self.cleaned_data
        if kept.get("state") == "refused" and not kept.get("reason"):
            self._say("reason", "A refusal gives its reason.")
        if kept.get("state") == "answered":
            if kept.get("reason"):
                self._say("reason", "Only a refusal has a reason. Put it into the answer.")
            if not kept.get("answer"):
                self._say("answer", "Write what the answer is.")
        return kept

    def _say(self, field: str, error: str) -> None:
        if field not in self.errors:
            self.add_error(field, error)
