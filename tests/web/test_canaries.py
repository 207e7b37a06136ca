"""What people type and secrets that they hold are in no log and in no payload of a task."""

import json
import logging

import pytest
from django.test import Client

from bzpeer.lib.models import OutboxEvent
from tests.factories.accounts import mails

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

ADDRESS = "canary-7f3a@mail.example"
PASSWORD = "teal kettle on rails 9c41"
NAME = "Canary Quillfeather"
WORDS = "A canary sings of zugunruhe at noon"


def hits(text: str) -> list[str]:
    return [secret for secret in (ADDRESS, PASSWORD, NAME, WORDS) if secret in text]


def test_no_log_tells_what_people_typed(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/accounts/signup/", {"email": ADDRESS, "password1": PASSWORD, "name": NAME})
        client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
        client.post("/accounts/login/", {"login": ADDRESS, "password": f"not {PASSWORD}"})
        client.post("/accounts/password/reset/", {"email": ADDRESS})
        client.get("/search/", {"q": NAME})
        client.post("/researchers/nobody-0000000/correct/", {"words": WORDS, "email": ADDRESS})
    assert mails()
    statements = ("django.db.backends",)
    told = [r.getMessage() for r in caplog.records if not r.name.startswith(statements)]
    assert [line for line in told if hits(line)] == []


def test_what_is_carried_for_later_is_mail_alone(client: Client) -> None:
    client.post("/accounts/signup/", {"email": ADDRESS, "password1": PASSWORD, "name": NAME})
    carried = {event.kind: json.dumps(event.payload) for event in OutboxEvent.objects.all()}
    assert carried.keys() == {"mail"}
    assert hits(carried["mail"]) == [ADDRESS]
