from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from bzpeer.lib import heartbeat, outbox, tasks
from bzpeer.lib.models import Heartbeat, OutboxEvent

pytestmark = pytest.mark.django_db


def age(seconds: float) -> None:
    Heartbeat.objects.update(at=F("at") - timedelta(seconds=seconds))


def test_before_the_first_beat_there_was_never_one() -> None:
    assert heartbeat.health().worker == "never"


@pytest.mark.parametrize(
    ("seconds", "worker"), [(0, "ok"), (40, "ok"), (70, "late"), (9e6, "late")]
)
def test_the_age_of_the_last_beat_decides(seconds: float, worker: str) -> None:
    tasks.beat()
    age(500)
    tasks.beat()
    age(seconds)
    assert heartbeat.health().worker == worker
    assert Heartbeat.objects.count() == 1


@pytest.mark.parametrize(
    ("due", "parked", "worker"),
    [(-30, False, "ok"), (-100, False, "late"), (-100, True, "ok"), (100, False, "ok")],
)
def test_work_that_nobody_takes_makes_a_living_worker_late(
    due: int, parked: bool, worker: str
) -> None:
    tasks.beat()
    outbox.add("x", {})
    OutboxEvent.objects.update(
        due_at=Now() + timedelta(seconds=due), parked_at=Now() if parked else None
    )
    assert heartbeat.health().worker == worker


def test_readyz_stays_ready_for_the_web_when_only_the_worker_is_late(client: Client) -> None:
    tasks.beat()
    age(300)
    response = client.get("/readyz")
    assert response.status_code == 200
    found = response.json()
    assert (found["database"], found["worker"]) == ("ok", "late")
    assert 299 <= found["heartbeat_age_s"] <= 400
    assert found["queue_age_s"] is None
