"""Workers that die, stop or come in pairs: what is due is done, and its effect is there once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.mail import EmailMessage
from psycopg.types.json import Jsonb

from bzpeer.lib.mail import pack
from tests.factories.records import line, work
from tests.house.processes import alive, until
from tests.stack.harness import WAITING, Command, Site, make_stale, worked_off
from tests.stack.letterbox import Letterbox
from tests.web.people import somebody

AUTHOR = "Wei Niu"
HOLD = """
    SELECT FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
    WHERE a.name = %s FOR UPDATE OF f
"""
DUE = "UPDATE works_authorchange SET due_at = now()"
SCORES = """
    SELECT a.name, count(t.id) FROM works_author a
    LEFT JOIN claims_trustscore t ON t.author_id = a.id
    WHERE a.name LIKE %s GROUP BY a.id
"""


@contextmanager
def amid_a_refresh(here: Site) -> Iterator[None]:
    """Inside the block a worker stands in the middle of a refresh, and cannot go on."""
    make_stale(here, AUTHOR, seconds=3600)
    with psycopg.connect(here.database_url) as connection:
        connection.execute(HOLD, [AUTHOR])
        here.sql(DUE)
        until(lambda: here.sql(WAITING, AUTHOR) == [(1,)])
        yield


def import_work(here: Site, tmp_path: Path, *authors: str) -> None:
    file = tmp_path / "new.jsonl"
    file.write_bytes(line(work(*authors)))
    said = here.manage("import_works", "bzpeer", str(file))
    assert "created=1 " in said.splitlines()[-1]


# Alive


def test_an_import_beside_the_site_reaches_the_page_by_itself(here: Site, tmp_path: Path) -> None:
    import_work(here, tmp_path, "Nea Appearing")
    page, reader = here.page_of("Nea Appearing"), here.visitor()
    until(lambda: 'data-trust-score="' in reader.get(page).text)
    before = here.one("SELECT count(*) FROM claims_trustscore")
    for _ in range(3):
        import_work(here, tmp_path, "Nea Appearing", "Bo Besides")
    until(lambda: 'data-works="4"' in reader.get(page).text)
    until(lambda: not here.sql("SELECT 1 FROM works_authorchange"))
    assert here.one("SELECT count(*) FROM claims_trustscore") > before


# Dead


def test_what_a_killed_worker_held_is_done_by_the_next(here: Site) -> None:
    worker = here.the("worker")
    until(worker.children)
    with amid_a_refresh(here):
        pool = worker.children()
        worker.send(signal.SIGKILL)
        worker.process.wait()
        until(lambda: not any(map(alive, pool)))
    assert here.sql(WAITING, AUTHOR) == [(1,)]
    here.sql(DUE)
    here.the("worker")
    until(lambda: worked_off(here, AUTHOR), 60)


def test_what_killed_pool_processes_held_is_done_by_those_in_their_place(here: Site) -> None:
    worker = here.the("worker")
    until(worker.children)
    with amid_a_refresh(here):
        pool = worker.children()
        for pid in pool:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(alive, pool)))
    here.sql(DUE)
    until(lambda: worked_off(here, AUTHOR), 60)
    assert here.the("worker") is worker


def test_a_worker_that_is_asked_to_stop_ends_what_it_has_begun(here: Site) -> None:
    worker = here.the("worker")
    with amid_a_refresh(here):
        worker.send(signal.SIGTERM)
        until(lambda: "Warm shutdown" in worker.said)
        make_stale(here, "Bin Ren", seconds=0)
    assert worker.wait() == 0
    assert worked_off(here, AUTHOR)
    here.the("worker")
    until(lambda: worked_off(here, "Bin Ren"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_without_a_worker_the_pages_are_there_and_the_worker_is_late(
    here: Site, end: signal.Signals
) -> None:
    worker, reader = here.the("worker"), here.visitor()
    until(lambda: '"worker": "ok"' in reader.get("/readyz").text)
    worker.send(end)
    here.sql("UPDATE lib_heartbeat SET at = at - interval '5 minutes'")
    ready = reader.get("/readyz")
    assert ready.status == 200
    assert '"worker": "late"' in ready.text
    assert reader.get(here.page_of("Xue Lin")).status == 200
    worker.end()
    here.the("worker")
    until(lambda: '"worker": "ok"' in reader.get("/readyz").text, 60)


# In pairs


@pytest.fixture
def pairs(here: Site) -> Iterator[Site]:
    """A second worker, and a second beat that knows nothing of the first."""
    beat = [part.replace("beat-schedule", "second-schedule") for part in here.commands["beat"]]
    second = [Command(beat, here.environ), Command(here.commands["worker"], here.environ)]
    until(second[1].children)
    yield here
    for part in second:
        part.end()


def test_two_workers_and_two_beats_do_everything_once(
    pairs: Site, letterbox: Letterbox, tmp_path: Path
) -> None:
    records = [
        work(*(somebody(3 * number + place, "Twinned") for place in range(3)))
        for number in range(400, 700)
    ]
    file = tmp_path / "many.jsonl"
    file.write_bytes(b"".join(map(line, records)))
    with letterbox.open():
        write_mails(pairs, "twin@example.org", 60)
        pairs.manage("import_works", "bzpeer", str(file))
        until(lambda: not pairs.sql("SELECT 1 FROM works_authorchange"), 60)
        until(lambda: not pairs.sql("SELECT 1 FROM lib_outboxevent"), 60)
    scores = pairs.sql(SCORES, "% Twinned")
    assert len(scores) == 900
    assert {count for _, count in scores} == {1}
    assert sorted(letterbox.subjects("twin@example.org"), key=int) == [str(n) for n in range(60)]


def write_mails(here: Site, address: str, number: int) -> None:
    mails = [Jsonb(pack(EmailMessage(str(n), "text", to=[address]))) for n in range(number)]
    here.sql(
        "INSERT INTO lib_outboxevent (kind, payload) SELECT 'mail', unnest(%s::jsonb[])", mails
    )


# Mail


def test_a_sign_up_is_whole_while_mail_is_refused_and_the_mail_comes_once(
    here: Site, letterbox: Letterbox
) -> None:
    new, address = here.visitor(), "newcomer@example.org"
    answer = new.post("/accounts/signup/", email=address, name="Nea", password1="a b c d e f g")
    assert answer.status == 302
    assert here.one("SELECT count(*) FROM profiles_user WHERE email = %s", address) == 1
    until(lambda: here.one("SELECT error FROM lib_outboxevent") != "")
    assert here.sql("SELECT attempts, parked_at FROM lib_outboxevent") == [(0, None)]
    with letterbox.open():
        here.sql("UPDATE lib_outboxevent SET due_at = now()")
        until(lambda: not here.sql("SELECT 1 FROM lib_outboxevent"))
    assert len(letterbox.subjects(address)) == 1
