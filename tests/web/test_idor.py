"""The ids of others: whoever puts one into an address or a form finds what is at no id at all."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from claims.models import Claim, Evidence
from tests.factories.accounts import log_in, signed_in
from tests.web.dom import html
from tests.web.scene import Scene, build

# What belongs to one person, by its address, with an id of the same form that nobody has.
OWNED: dict[str, dict[str, Any]] = {
    "/claims/<str:public_id>/": {"public_id": "A" * 32},
    "/claims/<str:public_id>/evidence/": {"public_id": "A" * 32},
    "/claims/<str:public_id>/release/": {"public_id": "A" * 32},
    "/claims/<str:public_id>/code/<str:evidence_id>/": {"public_id": "A" * 32},
    "/claims/confirm/<str:link>/": {"link": "x:y:z"},
    "/notifications/<uuid:number>/": {"number": UUID(int=7)},
    "/conversations/<str:public_id>/": {"public_id": "A" * 32},
    "/conversations/<str:public_id>/new/": {"public_id": "A" * 32},
    "/conversations/<str:public_id>/export/": {"public_id": "A" * 32},
    "/invitations/<str:public_id>/": {"public_id": "A" * 32},
    "/messages/<str:message_id>/": {"message_id": "A" * 32},
    "/accounts/2fa/passkeys/<int:pk>/remove/": {"pk": 987_654},
    "/researchers/<str:slug>/edit/": {"slug": "nobody-zzzzzzz"},
    "/researchers/<str:slug>/edit/works/": {"slug": "nobody-zzzzzzz"},
}  # fmt: skip
STRANGERS = ("user", "claimant", "staff")
FORMS: tuple[dict[str, str], ...] = ({}, {"do": "withdraw"}, {"do": "keep"})
# Differs from one answer to the next whoever asks, and says nothing.
NOISE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|Request [0-9a-f]+')


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(db: None) -> None:
    """What a test writes is rolled back."""


def seen(response: HttpResponseBase, address: str) -> tuple[int, str]:
    return response.status_code, NOISE.sub("", html(response)).replace(address, "<address>")


@pytest.mark.parametrize("part", STRANGERS)
@pytest.mark.parametrize("route", sorted(OWNED))
def test_the_id_of_another_is_as_good_as_none(scene: Scene, route: str, part: str) -> None:
    theirs, nobodys = scene.address(route), scene.address(route, **OWNED[route])
    assert theirs != nobodys
    client = scene.client(part)
    assert seen(client.get(theirs), theirs) == seen(client.get(nobodys), nobodys)
    assert client.get(theirs).status_code == 404
    for form in FORMS:
        found, none = (client.post(address, form) for address in (theirs, nobodys))
        assert seen(found, theirs) == seen(none, nobodys)
        assert found.status_code in (404, 405)
    assert Claim.objects.get(pk=scene.claim.pk).state == "accepted"


@pytest.mark.parametrize("route", sorted(OWNED))
def test_its_owner_finds_it(scene: Scene, route: str) -> None:
    """Or else the test above would tell nothing."""
    assert scene.client("holder").get(scene.address(route)).status_code in (200, 302)


def own_claim(scene: Scene, part: str) -> Claim:
    return Claim.objects.get(user=scene.people[part])


@pytest.mark.parametrize("do", ["take-back", "dispute"])
def test_an_id_in_a_form_is_no_way_round(scene: Scene, do: str) -> None:
    client, address = scene.client("claimant"), f"/claims/{own_claim(scene, 'claimant').public_id}/"
    words = "These works are mine, and I can show it."
    answers = [
        client.post(address, {"do": do, "evidence": id, "challenge": id, "words": words})
        for id in (scene.evidence.public_id, "A" * 32)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert seen(answers[0], address) == seen(answers[1], address)
    assert Evidence.objects.filter(pk=scene.evidence.pk).exists()


def test_a_code_page_asks_for_claim_and_evidence_of_one_person(scene: Scene) -> None:
    own = own_claim(scene, "claimant").public_id
    route, client = "/claims/<str:public_id>/code/<str:evidence_id>/", scene.client("claimant")
    for evidence in (scene.evidence.public_id, "A" * 32):
        address = scene.address(route, public_id=own, evidence_id=evidence)
        assert client.get(address).status_code == 404
        assert client.post(address, {"code": "12345678"}).status_code == 404


def test_nobody_ends_the_session_of_another(scene: Scene) -> None:
    other = Client()
    log_in(other, scene.people["claimant"].email)
    theirs = UserSession.objects.get(user=scene.people["claimant"])
    client = scene.client("user")
    answers = [client.post("/accounts/sessions/", {"session": id}) for id in (theirs.pk, 10**9)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert seen(answers[0], "") == seen(answers[1], "")
    assert UserSession.objects.filter(pk=theirs.pk).exists()
    assert signed_in(other)


@pytest.mark.parametrize("asked", ["", "?user={id}", "?account={id}", "?id={id}"])
def test_an_export_is_of_nobody_but_oneself(scene: Scene, asked: str) -> None:
    holder, client = scene.people["holder"], scene.client("user")
    form = {"user": holder.pk, "account": holder.pk, "id": holder.pk}
    response = client.post(f"/accounts/export/{asked.format(id=holder.pk)}", form)
    assert response.status_code == 200
    told = response.getvalue().decode()
    assert json.loads(told)
    assert scene.people["user"].email in told
    for private in (holder.email, scene.claim.public_id, scene.claim.token):
        assert private not in told
