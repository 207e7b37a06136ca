"""The built-in servers, watched from outside: who starts them, who stops them, what they leave."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kombu import Connection

from bzpeer.embedded import CHECKOUT, Addresses, EmbeddedError, addresses, data_dir, held, held_for
from bzpeer.keeper.guise import Guise, choose_guise
from bzpeer.keeper.roll import Holder, Process, Roll, Room
from tests.house.processes import alive, keeper_of, postmaster_of, processes_of, until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another guise to choose")

# A holder in a process of its own: says when the servers are up, leaves when its stdin closes.
HOLDER = """
import sys
from pathlib import Path
from bzpeer.embedded import held
with held(Path(sys.argv[1])):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def new_data(tmp_path: Path) -> Iterator[Path]:
    """A data folder that is not there yet, and that no process must outlive."""
    yield tmp_path / "data"
    until(lambda: not processes_of(tmp_path))


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("one") / "data"


@pytest.fixture
def data(one_folder: Path) -> Iterator[Path]:
    """A data folder with a past: the tests use it one after another, and none may stay in it."""
    yield one_folder
    until(lambda: not processes_of(one_folder))


@pytest.fixture
def open_data() -> Iterator[Path]:
    """A data folder that every user of the machine can reach."""
    with tempfile.TemporaryDirectory(prefix="bzpeer-open-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder / "data"
        until(lambda: not processes_of(folder))


@contextmanager
def holder(data: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(data)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process


def query(found: Addresses, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(found.database_url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def keep_a_seven(found: Addresses) -> None:
    query(found, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS n")


def redis_settings(found: Addresses) -> dict[str, str]:
    with Connection(found.broker_url) as broker:
        channel: Any = broker.default_channel
        settings: dict[str, str] = channel.client.config_get()
        return settings


# Up and down


def test_both_servers_answer_inside_the_block_and_are_gone_after_it(new_data: Path) -> None:
    with held(new_data) as found:
        rows = query(
            found,
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) "
            "FROM pg_database WHERE datname = current_database()",
        )
        assert rows == [("b", "C.UTF-8", "UTF8")]
        settings = redis_settings(found)
        assert (settings["maxmemory-policy"], settings["appendonly"], settings["appendfsync"]) == (
            "noeviction",
            "yes",
            "everysec",
        )
        assert found == addresses(new_data)
    assert processes_of(new_data) == {}
    assert not Room.of(new_data).sockets.exists()


def test_only_what_is_asked_for_is_started(new_data: Path) -> None:
    with held(new_data, postgres=False):
        assert not (new_data / "postgres").exists()
    with held(new_data, postgres=False, redis=False):
        assert processes_of(new_data) == {}


def test_nothing_listens_outside_the_private_socket_folder(data: Path) -> None:
    with held(data) as found:
        sockets = Room.of(data).sockets
        state = sockets.lstat()
        assert stat.S_IMODE(state.st_mode) == 0o700
        assert state.st_uid == (data / "postgres").stat().st_uid == (data / "redis").stat().st_uid
        assert query(found, "SHOW listen_addresses") == [("",)]
        assert redis_settings(found)["port"] == "0"


def test_a_second_holder_joins_and_the_first_may_leave(data: Path) -> None:
    with held(data) as found:
        with holder(data) as first:
            server = postmaster_of(data)
            first.communicate("")
        assert first.returncode == 0
        assert postmaster_of(data) == server
        assert query(found, "SELECT 1") == [(1,)]


def test_a_newcomer_that_needs_more_gets_it_started(data: Path) -> None:
    with held(data, postgres=False), held(data) as found:
        assert query(found, "SELECT 1") == [(1,)]


def test_two_data_folders_have_servers_of_their_own(data: Path, new_data: Path) -> None:
    with held(data) as one, held(new_data) as two:
        keep_a_seven(one)
        assert query(two, "SELECT to_regclass('kept')") == [(None,)]


# Killed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_servers_follow_a_killed_holder_and_come_again_with_their_data(
    data: Path, number: signal.Signals
) -> None:
    with holder(data) as victim:
        keep_a_seven(addresses(data))
        victim.send_signal(number)
        victim.wait()
    until(lambda: not processes_of(data))
    with held(data) as found:
        assert query(found, "SELECT n FROM kept") == [(7,)]


def test_a_holder_killed_beside_another_takes_nothing_down(data: Path) -> None:
    with held(data) as found:
        server = postmaster_of(data)
        with holder(data) as victim:
            victim.kill()
        until(lambda: len(json.loads((data / "holders.json").read_text())["holders"]) == 1)
        assert query(found, "SELECT 1") == [(1,)]
        assert postmaster_of(data) == server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_servers_follow_a_killed_keeper_and_the_next_holder_brings_them_back(
    data: Path, number: signal.Signals
) -> None:
    with holder(data) as survivor:
        keep_a_seven(addresses(data))
        os.kill(keeper_of(data), number)
        until(lambda: set(processes_of(data)) == {survivor.pid})
        with held(data) as found:
            assert query(found, "SELECT n FROM kept") == [(7,)]


def test_a_start_right_after_the_keeper_was_killed_waits_for_its_servers_to_go(data: Path) -> None:
    with holder(data):
        keeper = keeper_of(data)
        os.kill(keeper, signal.SIGKILL)
        until(lambda: not alive(keeper))
        with held(data) as found:
            assert query(found, "SELECT 1") == [(1,)]


def test_a_killed_server_is_started_again(data: Path) -> None:
    with held(data) as found:
        keep_a_seven(found)
        killed = postmaster_of(data)
        os.kill(killed, signal.SIGKILL)
        until(lambda: answers_from_another(killed, data))
        assert query(found, "SELECT n FROM kept") == [(7,)]


def answers_from_another(killed: int, data: Path) -> bool:
    try:
        return postmaster_of(data) != killed and query(addresses(data), "SELECT 1") == [(1,)]
    except (OSError, IndexError, psycopg.OperationalError):
        return False


def test_a_half_made_cluster_and_a_broken_list_are_no_hindrance(new_data: Path) -> None:
    (new_data / "postgres.new-of-a-killed-start").mkdir(parents=True)
    (new_data / "holders.json").write_text("")
    with held(new_data) as found:
        assert query(found, "SELECT 1") == [(1,)]
    assert not list(new_data.glob("postgres.new-*"))


def test_a_missing_database_is_made_again(data: Path) -> None:
    with (
        held(data) as found,
        psycopg.connect(found.database_url, dbname="postgres", autocommit=True) as connection,
    ):
        connection.execute("DROP DATABASE bzpeer")
    with held(data) as found:
        assert query(found, "SELECT current_database()") == [("bzpeer",)]


def test_removing_the_data_folder_takes_the_servers_down(new_data: Path) -> None:
    with holder(new_data) as witness:
        shutil.rmtree(new_data, ignore_errors=True)
        shutil.rmtree(new_data, ignore_errors=True)  # Postgres may write while we remove
        until(lambda: set(processes_of(new_data)) <= {witness.pid})
    assert witness.returncode == 0


# Refused


@pytest.mark.parametrize(
    ("server", "variable"), [("postgres", "DATABASE_URL"), ("redis", "BROKER_URL")]
)
@pytest.mark.parametrize("lack", ["wheel", "platform"])
def test_where_a_server_cannot_run_the_error_names_the_variable(
    new_data: Path, monkeypatch: pytest.MonkeyPatch, server: str, variable: str, lack: str
) -> None:
    if lack == "wheel":
        monkeypatch.setattr("bzpeer.keeper.servers.find_spec", lambda name: None)
        monkeypatch.setenv("PATH", str(new_data))
    else:
        monkeypatch.setattr("bzpeer.keeper.servers.sys.platform", "darwin")
    needs = {"postgres": False, "redis": False} | {server: True}
    with pytest.raises(EmbeddedError, match=f"Set {variable} "), held(new_data, **needs):
        pass


def make_symlink(path: Path) -> None:
    path.symlink_to("/tmp")


def make_open_folder(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def make_foreign_folder(path: Path) -> None:
    path.mkdir(mode=0o700)
    os.chown(path, 12345, 12345)


def make_file(path: Path) -> None:
    path.touch(mode=0o600)


@pytest.mark.parametrize(
    "make",
    [make_symlink, make_open_folder, make_file, pytest.param(make_foreign_folder, marks=as_root)],
)
def test_a_socket_folder_that_someone_else_made_is_refused(
    new_data: Path, make: Callable[[Path], None]
) -> None:
    sockets = Room.of(new_data).sockets
    make(sockets)
    try:
        with pytest.raises(EmbeddedError, match=str(sockets)), held(new_data):
            pass
        assert sockets.lstat()  # and it is left as it was found
    finally:
        sockets.rmdir() if stat.S_ISDIR(sockets.lstat().st_mode) else sockets.unlink()


def test_a_server_that_cannot_start_is_reported_with_its_own_words(data: Path) -> None:
    with held(data):
        version = (data / "postgres" / "PG_VERSION").read_text()
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    try:
        with pytest.raises(EmbeddedError, match="(?s)DATABASE_URL.*incompatible"), held(data):
            pass
    finally:
        (data / "postgres" / "PG_VERSION").write_text(version)


# Root


@as_root
def test_root_hands_the_servers_to_another_user_where_that_one_can_reach_them(
    open_data: Path,
) -> None:
    if CHECKOUT.stat().st_uid == 0 and not world_can_reach(CHECKOUT):
        pytest.skip("nobody but root can reach this checkout")
    with held(open_data) as found:
        owner = (open_data / "postgres").stat().st_uid
        assert owner != 0
        assert Path(f"/proc/{postmaster_of(open_data)}").stat().st_uid == owner
        assert query(found, "SELECT 1") == [(1,)]


def world_can_reach(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


@as_root
def test_root_hides_in_a_namespace_where_no_other_user_reaches_the_data(data: Path) -> None:
    data.parent.chmod(0o700)
    with held(data) as found:
        assert (data / "postgres").stat().st_uid == 0
        mapping = Path(f"/proc/{postmaster_of(data)}/uid_map").read_text().split()
        assert mapping == [str(pwd.getpwnam("nobody").pw_uid), "0", "1"]
        assert query(found, "SELECT 1") == [(1,)]


@as_root
def test_a_data_folder_that_was_closed_to_others_meanwhile_keeps_its_data(open_data: Path) -> None:
    with held(open_data) as found:
        keep_a_seven(found)
    open_data.parent.chmod(0o700)
    with held(open_data) as found:
        assert query(found, "SELECT n FROM kept") == [(7,)]


@as_root
def test_where_root_has_no_guise_the_error_says_what_to_do(
    new_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guise, "reaches", lambda *_: False)
    with pytest.raises(EmbeddedError, match="(?s)root.*DATABASE_URL and BROKER_URL"):
        choose_guise(Room.of(new_data), [Path("/bin/true")])


# manage.py

ASK = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 7'); "
ASK += "print('database says', k.fetchone()[0])"


def manage(data: Path, *arguments: str) -> str:
    environ = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT, check=True, capture_output=True, text=True,
        env=environ | {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "bzpeer.settings.test"},
    ).stdout  # fmt: skip


def test_a_command_brings_its_own_servers_and_takes_them_away(data: Path) -> None:
    assert "database says 7" in manage(data, "shell", "-c", ASK)
    assert processes_of(data) == {}


def test_a_command_beside_a_running_site_uses_the_same_servers(data: Path) -> None:
    with held(data):
        server = postmaster_of(data)
        assert "database says 7" in manage(data, "shell", "-c", ASK)
        assert postmaster_of(data) == server


def test_a_command_that_asks_no_server_starts_none(new_data: Path) -> None:
    assert "collectstatic" in manage(new_data, "help")
    assert not new_data.exists()


# The names


@pytest.mark.parametrize("name", ["short", "/".join(["a" * 200] * 8), "ü" * 60])
def test_the_sockets_have_short_paths_however_long_the_data_folder_s_is(
    tmp_path: Path, name: str
) -> None:
    sockets = Room.of(tmp_path / name).sockets
    assert len(bytes(sockets / ".s.PGSQL.5432.lock")) < 100
    assert addresses(tmp_path / name).database_url == f"postgresql://bzpeer@/bzpeer?host={sockets}"
    assert addresses(tmp_path / name).broker_url == f"redis+socket://{sockets}/redis.sock"


def test_a_folder_has_one_address_by_whatever_way_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert addresses(tmp_path / "link") == addresses(tmp_path / "real" / ".." / "real")
    assert addresses(tmp_path / "link") != addresses(tmp_path / "other")


def test_a_later_process_with_the_same_pid_is_no_holder(tmp_path: Path) -> None:
    room, me = Room.of(tmp_path), Process.current()
    earlier = Process(me.pid, me.ticks - 1)
    mine = Holder(me, frozenset({"redis"}))
    Roll(keeper=earlier, holders=[mine, Holder(earlier, frozenset())]).write(room)
    roll = Roll.read(room)
    assert roll.holders == [mine]
    assert not roll.kept()


def test_an_environment_with_both_addresses_is_left_alone(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://a/b",
        "BROKER_URL": "redis://c",
        "DATA_DIR": str(tmp_path),
    }
    before = dict(environ)
    with held_for(environ):
        assert environ == before
        assert list(tmp_path.iterdir()) == []


def test_an_environment_is_given_the_address_that_it_lacks(new_data: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://a/b", "BROKER_URL": " ", "DATA_DIR": str(new_data)}
    with held_for(environ):
        assert environ["DATABASE_URL"] == "postgresql://a/b"
        assert environ["BROKER_URL"] == addresses(new_data).broker_url
        assert not (new_data / "postgres").exists()


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, CHECKOUT / ".data"),
        ({"DATA_DIR": ""}, CHECKOUT / ".data"),
        ({"DATA_DIR": "/srv/bzpeer"}, Path("/srv/bzpeer")),
    ],
)
def test_the_data_folder_is_data_dir_or_in_the_checkout(
    environ: dict[str, str], folder: Path
) -> None:
    assert data_dir(environ) == folder
