"""allauth's forms for who comes in: with a name, and as slow for a known address as for a new."""

import unicodedata
from typing import Any

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from profiles.models import User


class Named(forms.Form):
    """The name of a new account."""

    name = forms.CharField(
        label="Name (optional)",
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """One line in composed form, without characters that are invisible or turn the text."""
        name = unicodedata.normalize("NFC", self.cleaned_data["name"])
        if any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in name):
            raise ValidationError("Enter a name without invisible characters.")
        return " ".join(name.split())

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class SignUpForm(Named, allauth.SignupForm):  # type: ignore[misc]
    field_order = ("email", "name", "password1")

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # A new account costs a hash; without one here, the time would tell which it was.
            make_password(self.cleaned_data["password1"])
        user, response = super().try_save(request)
        return user, response


class AskCodeForm(allauth.RequestLoginCodeForm):  # type: ignore[misc]
    """A code to log in with goes to verified addresses alone.

    Else who signed up with somebody else's address would see it verified by that person, and
    know the password.
    """

    def clean_email(self) -> str:
        email: str = super().clean_email()
        held = EmailAddress.objects.filter(email=User.objects.normalize_email(email), verified=True)
        if not held.filter(user=self._user).exists():
            self._user: Any = None
        return email
