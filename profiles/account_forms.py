"""The sign-up form: allauth's, with a name, and as slow for a known address as for a new one."""

import unicodedata

from allauth.account.forms import SignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from profiles.models import User


class SignUpForm(SignupForm):  # type: ignore[misc]
    name = forms.CharField(
        label="Name (optional)",
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("email", "name", "password1")

    def clean_name(self) -> str:
        """One line in composed form, without characters that are invisible or turn the text."""
        name = unicodedata.normalize("NFC", self.cleaned_data["name"])
        if any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in name):
            raise ValidationError("Enter a name without invisible characters.")
        return " ".join(name.split())

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # A new account costs a hash; without one here, the time would tell which it was.
            make_password(self.cleaned_data["password1"])
        user, response = super().try_save(request)
        return user, response
