"""What a reviewer sends: which step, on which page of the claim's life, with what reason."""

from typing import Any

from django import forms

from claims.claim_steps import Said
from claims.domain import notes
from claims.domain.reasons import REJECTIONS
from claims.forms import LineField

# Steps whose reason is told to the person.
NAMED = frozenset({"ask", "reject", "revoke", "uphold", "overturn"})
DECISIONS = {
    "accept": "Accept",
    "ask": "Ask for more evidence",
    "reject": "Reject",
    "reconsider": "Undo the rejection",
    "uphold": "The holder keeps the record",
    "overturn": "The challenger is right: revoke the holder's claim",
    "revoke": "Revoke",
    "restore": "Undo: give the record back",
}
OTHERS = {
    "confirm": "Stand behind it",
    "clear": "Clear the flag: this is one person",
    "freeze": "Freeze this claim",
    "unfreeze": "Unfreeze this claim",
    "freeze_account": "Freeze all claims of the account",
    "unfreeze_account": "Unfreeze the account",
    "judge": "Judge what was written",
    "admit": "Admit the challenge",
}
FREEZING = frozenset({"freeze", "freeze_account"})
LONGEST = 1_000


class WordsField(forms.CharField):
    """Several lines, cleaned as we keep them; its length is that of the cleaned text."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return notes.paragraphs(super().to_python(value) or "")


class ReviewForm(forms.Form):
    """One step. Whose claim it is, and who decides, are no fields."""

    do = forms.ChoiceField(
        choices=[*DECISIONS.items(), *OTHERS.items()],
        error_messages={
            "required": "Choose what is decided.",
            "invalid_choice": "There is no such step.",
        },
    )
    version = forms.IntegerField(
        min_value=1,
        error_messages={"required": "Load the page again.", "invalid": "Load it again."},
    )
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *((one.code, one.words) for one in REJECTIONS)],
        required=False,
        error_messages={"invalid_choice": "This is none of the named reasons."},
    )
    note = WordsField(
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": "Write at most 1,000 characters."},
    )
    evidence = LineField(required=False, max_length=32)
    challenge = LineField(required=False, max_length=32)
    verdict = forms.ChoiceField(
        choices=[("accepted", "Accepted"), ("refused", "Refused")],
        required=False,
        error_messages={"invalid_choice": "Accept it or refuse it."},
    )

    def clean(self) -> dict[str, Any]:
        do = self.cleaned_data.get("do", "")
        if do in NAMED:
            self._need("reason", "Choose the reason that the person is told.")
        if do in FREEZING:
            self._need("note", "Write why: the person reads it.")
        if do == "judge":
            self._need("verdict", "Accept it or refuse it.")
        return self.cleaned_data

    def _need(self, field: str, words: str) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, words)

    def said(self) -> Said:
        return Said(self.cleaned_data["reason"], self.cleaned_data["note"])
