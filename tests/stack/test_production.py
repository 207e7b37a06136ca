"""The settings of a public site: half a configuration does not start, and a whole one is safe."""

import importlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.test import RequestFactory

from bzpeer import env, supervisor
from bzpeer.embedded import CHECKOUT
from bzpeer.lib import views
from tests.house.processes import until
from tests.stack.harness import FOREIGN, Command, free_port
from tests.stack.visitor import Visitor

SECRET = "".join(chr(48 + number) for number in range(70))
WHOLE = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "bzpeer.example, www.bzpeer.example",
    "SITE_URL": "https://bzpeer.example/",
    "DATABASE_URL": "postgresql://bzpeer@db.example/bzpeer",
    "BROKER_URL": "redis://broker.example/0",
    "EMAIL_URL": "smtp://someone:p%40ss@mail.example:587?tls=1",
    "DEFAULT_FROM_EMAIL": "BZPEER <no-reply@bzpeer.example>",
}
WRONG = [
    ("SECRET_KEY", "secret"),
    ("SECRET_KEY", "x" * 60),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "bzpeer.example,,"),
    ("ALLOWED_HOSTS", "https://bzpeer.example"),
    ("SITE_URL", "bzpeer.example"),
    ("SITE_URL", "http://bzpeer.example"),
    ("SITE_URL", "https://bzpeer.example/sub"),
    ("DATABASE_URL", "bzpeer"),
    ("BROKER_URL", "amqp://broker.example"),
    ("BROKER_URL", "broker.example"),
    ("EMAIL_URL", "mail.example"),
    ("EMAIL_URL", "smtp://"),
    ("DEFAULT_FROM_EMAIL", "BZPEER"),
    ("DEFAULT_FROM_EMAIL", "no-reply@"),
    ("TRUSTED_PROXY_COUNT", "one"),
    ("TRUSTED_PROXY_COUNT", "-1"),
    ("INDEX_UNCLAIMED", "maybe"),
    ("LOG_LEVEL", "LOUD"),
]


def production(monkeypatch: pytest.MonkeyPatch, **more: str) -> ModuleType:
    """The settings as this environment makes them, and nobody else's."""
    for name in {*FOREIGN, *WHOLE, *(name for name, _ in WRONG)}:
        monkeypatch.delenv(name, raising=False)
    for name, value in (WHOLE | more).items():
        monkeypatch.setenv(name, value)
    for name in ("base", "prod"):
        monkeypatch.delitem(sys.modules, f"bzpeer.settings.{name}", raising=False)
    return importlib.import_module("bzpeer.settings.prod")


@pytest.fixture(autouse=True)
def settings_of_the_tests() -> Iterator[None]:
    """What `import bzpeer.settings.base` gives is put back, also as the package's attribute."""
    package = importlib.import_module("bzpeer.settings")
    before = {name: getattr(package, name, None) for name in ("base", "prod")}
    yield
    for name, module in before.items():
        if module is None:
            package.__dict__.pop(name, None)
        else:
            setattr(package, name, module)


def test_a_whole_configuration_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = production(monkeypatch)
    assert found.ALLOWED_HOSTS == ["bzpeer.example", "www.bzpeer.example"]
    assert found.SITE_URL == "https://bzpeer.example"
    assert (found.EMAIL_HOST_PASSWORD, found.EMAIL_USE_TLS) == ("p@ss", True)


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for value in ("", "  "):
        with pytest.raises(ImproperlyConfigured, match=name):
            production(monkeypatch, **{name: value})


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        production(monkeypatch, **{name: value})


def command_in_production(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=environ(**more),
        capture_output=True, text=True,
    )  # fmt: skip


def environ(**more: str) -> dict[str, str]:
    # The browser tests of the same run need the last one in their own process.
    foreign = {*FOREIGN, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    return own | WHOLE | {"DJANGO_SETTINGS_MODULE": "bzpeer.settings.prod"} | more


def test_djangos_own_checks_for_production_find_nothing() -> None:
    run = command_in_production("check", "--deploy", "--fail-level", "WARNING")
    assert run.returncode == 0, run.stderr


def test_a_command_stops_with_the_name_of_what_is_missing() -> None:
    run = command_in_production("migrate", SECRET_KEY="")
    assert run.returncode != 0
    assert "SECRET_KEY is not set" in run.stderr.splitlines()[-1]


# Without servers


def test_the_pages_for_failures_need_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-django forbids the database here."""
    request = RequestFactory().get("/researchers/")
    for error, status in ((ZeroDivisionError(), 500), (OperationalError(), 503)):
        try:
            raise error
        except Exception:
            answer = views.server_error(request)
        assert answer.status_code == status
        assert b"</html>" in answer.content
        assert ("Retry-After" in answer.headers) is (status == 503)


def test_a_site_without_its_servers_answers_and_says_so(tmp_path: Path) -> None:
    assert command_in_production("build_assets").returncode == 0
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        closed = nobody.getsockname()[1]
    servers = {
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{closed}/nothing",
        "BROKER_URL": f"redis://127.0.0.1:{closed}/0",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    web = Command(
        supervisor.site_commands(port, {"DATA_DIR": str(tmp_path)})["web"], environ(**servers)
    )
    reader = Visitor(port, headers={"X-Forwarded-Proto": "https"})
    try:
        until(lambda: listening(port), 60)
        for path in ("/", "/researchers/anybody-abc123/", "/search/?q=lin", "/readyz"):
            answer = reader.get(path)
            assert (path, answer.status) == (path, 503)
            assert int(answer.headers["Retry-After"]) > 0
        assert reader.get("/healthz").status == 200
        assert Visitor(port).get("/").headers["Location"] == f"https://127.0.0.1:{port}/"
        assert Visitor(port, headers={"Host": "evil.example"}).get("/").status == 400
    finally:
        web.end()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_choice_is_one_of_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", " warning ")
    assert env.choice("LOG_LEVEL", "INFO", "WARNING") == "WARNING"
    monkeypatch.delenv("LOG_LEVEL")
    assert env.choice("LOG_LEVEL", "INFO", "WARNING") == "INFO"
