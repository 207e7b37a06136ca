"""What a claimant writes: who they are, and each kind of evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MinLengthValidator

from claims.claim_choices import Domain, Voucher
from claims.domain.evidence.written import SHORTEST
from claims.forms import TOO_SHORT, LineField, NoteField

WIDE = {"spellcheck": "false", "autocapitalize": "none"}


class WhoForm(forms.Form):
    """Who the claimant says that they are; only reviewers read it."""

    name = forms.ChoiceField(label="Your name on these works")
    words = NoteField(
        label="What ties you to them",
        help_text="Where you worked and with whom, in a few sentences. Only reviewers read this.",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write a sentence or two."},
    )

    def __init__(self, data: Any = None, *, names: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        choices = self.fields["name"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(name, name) for name in names]

    def statement(self) -> str:
        return f"On these works as {self.cleaned_data['name']}.\n\n{self.cleaned_data['words']}"


class MailboxForm(forms.Form):
    """A mailbox: the part before the @ and one of the domains, or a whole address."""

    local = forms.CharField(
        label="Your address there",
        max_length=254,
        help_text="At another domain, write the whole address; a reviewer then looks at it.",
        widget=forms.TextInput(attrs=WIDE | {"autocomplete": "off"}),
    )
    domain = forms.ChoiceField(label="Institution", required=False)

    def __init__(self, data: Any = None, *, domains: Sequence[Domain], **options: Any) -> None:
        super().__init__(data, **options)
        choices = self.fields["domain"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(one.host, f"@{one.host}, {one.institution}") for one in domains]
        if not domains:
            del self.fields["domain"]
            self.fields["local"].help_text = "The whole address."

    def address(self) -> str:
        local: str = self.cleaned_data["local"].strip()
        domain = self.cleaned_data.get("domain")
        return local if "@" in local or not domain else f"{local}@{domain}"


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=30,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class PageForm(forms.Form):
    url = LineField(
        label="Address of your page",
        max_length=500,
        help_text="A public page of your own, beginning with https://.",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


class CoauthorForm(forms.Form):
    coauthor = forms.ChoiceField(
        label="Whom to ask",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose somebody.", "invalid_choice": "Choose somebody."},
    )

    def __init__(self, data: Any = None, *, vouchers: Sequence[Voucher], **options: Any) -> None:
        super().__init__(data, **options)
        choices = self.fields["coauthor"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(one.public_id, one.name) for one in vouchers]


class WrittenForm(forms.Form):
    text = NoteField(
        label="What shows that this is you",
        help_text="Name a public page or a document that names you and one of these works.",
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[MinLengthValidator(SHORTEST, TOO_SHORT)],
        error_messages={"required": "Write what shows it."},
    )


class DisputeForm(forms.Form):
    words = NoteField(
        label="What the reviewers should know",
        help_text="Only reviewers read it. You can write anew until it is decided.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write your answer."},
    )


class AnswerForm(forms.Form):
    """What goes with a claim that is sent again."""

    words = NoteField(
        label="Anything to add (optional)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
