"""Every page is the same bytes whether its templates are put together or left to Django."""

import re
from copy import deepcopy

import pytest
from django.template.loader import get_template
from django.test import Client
from pytest_django import Settings

from bzpeer.lib.flat import FlatTemplate
from profiles.models import User
from tests.web.addresses import NEVER_STORED, PUBLIC, filled
from works.models import Author

pytestmark = pytest.mark.django_db

DJANGO = "django.template.loaders.cached.Loader"
# Drawn anew for each page: the mask of a token, and what a passkey is asked to sign.
DRAWN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|"challenge":\s*"[^"]+"')


def pages(found: Author, user: User) -> dict[str, str]:
    """All pages as a stranger and as a member see them; with a query, none that was kept."""
    stranger, member = Client(), Client()
    member.force_login(user)
    seen = {}
    for name, pattern in (PUBLIC | NEVER_STORED).items():
        address = filled(pattern, found)
        address += "&anew" if "?" in address else "?anew"
        for who, client in (("stranger", stranger), ("member", member)):
            text = client.get(address).content.decode()
            seen[f"{name}, {who}"] = DRAWN.sub("", text)
    return seen


def leave_to_django(settings: Settings) -> None:
    templates = deepcopy(settings.TEMPLATES)
    options = templates[0]["OPTIONS"]
    options["loaders"] = [(DJANGO, inner) for _, inner in options["loaders"]]
    settings.TEMPLATES = templates


def test_every_page_is_the_same(sample: Author, ada: User, settings: Settings) -> None:
    assert isinstance(get_template("profiles/researcher.html").template, FlatTemplate)  # type: ignore[attr-defined]
    ours = pages(sample, ada)
    leave_to_django(settings)
    assert not isinstance(get_template("profiles/researcher.html").template, FlatTemplate)  # type: ignore[attr-defined]
    assert pages(sample, ada) == ours
    assert sample.name in ours["researcher, stranger"]
