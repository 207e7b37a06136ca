"""The staff pages of imports in two sizes and two lights, and a replay that is watched."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.accounts import staff
from works import tasks
from works.domain.records import Rejected
from works.models import ImportRun, Work
from works.rejects import Reject, keep

LIST = "/moderation/imports/"
RAW = '{"id": "https://openalex.org/W3127%d", "title": null, "type": "paratext", "authorships": []}'
SOUND = (
    b'{"id": "https://openalex.org/W3127%d", "title": "Mended",'
    b' "authorships": [{"author": {"display_name": "Ann Lee"}}]}'
)
RUNS: list[dict[str, Any]] = [
    {"source": "dblp", "paths": ["/srv/data/dblp.xml.gz"], "created": 41_000, "authors": 90_123},
    {"source": "acl", "paths": ["/srv/data/acl/2020.acl.xml", "/srv/data/acl/P19.xml"],
     "error": "/srv/data/acl/P19.xml: the file has a DOCTYPE or an ENTITY declaration"},
    {"source": "crossref", "paths": ["/srv/data/works.jsonl.zst"], "finished_at": None,
     "seen_at": timezone.now() - timedelta(hours=5)},
    {"source": "openalex", "paths": [f"/srv/snapshot/part_{n:03}.gz" for n in range(9)],
     "created": 812_345, "updated": 20_001, "unchanged": 3, "rejected": 9, "authors": 1_204_567,
     "done_before": 12_000},
    {"source": "arxiv-oai", "paths": ["/srv/oai/2026-11.xml"], "created": 12, "finished_at": None},
]  # fmt: skip


@pytest.fixture
def desk(transactional_db: None) -> ImportRun:
    """Runs in every state, and one with rejects of two reasons."""
    now = timezone.now()
    for number, fields in enumerate(RUNS):
        times = {"started_at": now - timedelta(hours=9 - number), "seen_at": now}
        ImportRun.objects.create(**(times | {"finished_at": now} | fields))
    run = ImportRun.objects.get(source="openalex")
    paratext = [
        Rejected(n, "type", "is paratext, such as a cover or a contents page, and no work",
                 RAW % n, f"W3127{n}", RAW.encode())
        for n in range(1, 8)
    ]  # fmt: skip
    untitled = [
        Rejected(n, "title", "is missing", RAW % n * 9, f"W3127{n}", SOUND % n) for n in (80, 81)
    ]
    keep(run, "/srv/snapshot/part_000.gz", [*map(Reject, paratext)])
    keep(ImportRun.objects.get(pk=run.pk), "/srv/snapshot/part_004.gz", [*map(Reject, untitled)])
    return run


def signed_in(visit: Visit) -> Visit:
    client = Client()
    client.force_login(staff())
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visit.site}
    visit.context.add_cookies([session])  # type: ignore[list-item]
    return visit


def test_the_pages_of_imports(desk: ImportRun, visitor: Visitor) -> None:
    visit = signed_in(visitor())
    group = "?field=type&reason=is+paratext%2C+such+as+a+cover+or+a+contents+page%2C+and+no+work"
    places = {
        "imports": LIST,
        "import": f"{LIST}{desk.pk}/",
        "import-group": f"{LIST}{desk.pk}/{group}",
        "import-running": f"{LIST}{ImportRun.objects.get(source='arxiv-oai').pk}/",
        "imports-none": f"{LIST}?source=x",
    }
    faults = {}
    for name, address in places.items():
        if found := faults_of(visit.go(address), name):
            faults[name] = found
    assert faults == {}


def test_a_replay_is_ordered_and_watched_to_its_end(desk: ImportRun, visitor: Visitor) -> None:
    page = signed_in(visitor()).go(f"{LIST}{desk.pk}/")
    page.get_by_role("button", name=re.compile("Replay 2.*title is missing")).click()
    expect(page.get_by_text("Reading again: title is missing")).to_be_visible()
    tasks.replay_sweep()
    page.get_by_role("link", name="Show what became of it").click()
    expect(page.get_by_text("2 taken since")).to_be_visible()
    assert Work.objects.count() == 2
