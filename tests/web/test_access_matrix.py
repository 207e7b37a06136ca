"""Every address, method and kind of person against a table that somebody read and checked in."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from tests.house.test_access import ALLAUTH, patterns
from tests.web.access_matrix import MATRIX
from tests.web.scene import PEOPLE, Scene, build

NAMED = re.compile(r"\(\?P<(\w+)>[^)]*\)")
MISSING_ROW = """
{route} has no row in tests/web/access_matrix.py, or answers otherwise than its row says.
It answers now, for {people}:

{row}

Read it: is that what a stranger, another claimant, the holder and staff should get? Only then put
the line into MATRIX, in the order of the addresses. An address with a placeholder of its own needs
a value in tests/web/scene.py (`_values`): something that belongs to the holder.
"""


def plain(route: str) -> str:
    """The route as one writes it: a regular expression with its names alone."""
    return NAMED.sub(r"<\1>", route).replace("^", "").rstrip("$")


def routes() -> dict[str, URLPattern]:
    return {plain(route): entry for route, entry in patterns(get_resolver())}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Built once; what a request writes on top of it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def answer(response: HttpResponseBase) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    target = response["Location"].partition("?")[0]
    known = {"account_login": "login", "account_reauthenticate": "proof"}
    return {reverse(name): word for name, word in known.items()}.get(target, "302")


def ask(scene: Scene, route: str, part: str, method: str) -> str:
    """What this person is answered, as if nobody had asked anything before."""
    address = scene.address(route)
    with transaction.atomic():
        found = answer(scene.client(part).generic(method, address))
        transaction.set_rollback(True)
    return found


def short(answers: list[str]) -> str:
    return answers[0] if len(set(answers)) == 1 else " ".join(answers)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(routes()))
def test_a_route_answers_as_the_table_says(scene: Scene, route: str) -> None:
    found = tuple(
        short([ask(scene, route, part, method) for part in PEOPLE]) for method in ("GET", "POST")
    )
    row = f'    "{route}": ("{found[0]}", "{found[1]}"),'
    told = MISSING_ROW.format(route=route, people=", ".join(PEOPLE), row=row)
    assert MATRIX.get(route) == found, told


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(routes()))
def test_other_methods_do_nothing(scene: Scene, route: str) -> None:
    """allauth and Django's admin show their page again; what comes with a PUT is no form."""
    theirs = str(routes()[route].name).startswith(ALLAUTH) or "/moderation/admin/" in route
    allowed = {"302", "403", "404", "405", "login", "proof"} | ({"200"} if theirs else set())
    for method in ("PUT", "PATCH", "DELETE"):
        for part in ("nobody", "holder", "staff"):
            assert ask(scene, route, part, method) in allowed, method


def test_the_table_has_no_row_too_many() -> None:
    assert sorted(set(MATRIX) - set(routes())) == []
