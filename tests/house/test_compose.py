"""docker-compose.yml, the Dockerfile and .env.example, read as text: there is no engine here."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bzpeer.embedded import CHECKOUT

SITE = ("web", "worker", "beat")
Service = dict[str, Any]


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    found: dict[str, Service] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    services: dict[str, Service] = found["services"]
    return services


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_all_parts_of_the_site_are_there_and_watched(services: dict[str, Service]) -> None:
    assert set(services) == {"postgres", "redis", "migrate", *SITE}
    assert [name for name in services if "healthcheck" not in services[name]] == ["migrate"]


def test_the_site_s_services_share_image_and_settings(services: dict[str, Service]) -> None:
    for key in ("image", "environment"):
        assert services["web"][key] == services["worker"][key] == services["beat"][key]
        assert services["web"][key] == services["migrate"][key]
    assert services["web"]["environment"]["DJANGO_SETTINGS_MODULE"] == "bzpeer.settings.prod"


def test_one_service_builds_the_image_before_the_others_start(services: dict[str, Service]) -> None:
    assert [name for name in services if "build" in services[name]] == ["migrate"]
    for name in SITE:
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_the_addresses_lead_to_the_services(services: dict[str, Service]) -> None:
    settings = services["web"]["environment"]
    assert "@postgres:5432/" in settings["DATABASE_URL"]
    assert settings["BROKER_URL"].startswith("redis://redis:6379/")


def test_secrets_come_from_outside_and_their_lack_is_an_error(services: dict[str, Service]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|TOKEN|SECRET", name):
                assert re.fullmatch(rf"\$\{{{name}(:\?[^}}]+|:-)\}}", value), name
            if name in ("DATABASE_URL", "EMAIL_URL"):
                assert re.search(r"\$\{\w+:\?[^}]+\}", value), name


def test_the_broker_forgets_nothing(services: dict[str, Service]) -> None:
    assert "--maxmemory-policy noeviction" in services["redis"]["command"]
    assert "--appendonly yes" in services["redis"]["command"]


def test_only_the_web_is_reached_and_only_from_this_machine(services: dict[str, Service]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_every_variable_that_compose_wants_is_in_the_example(example: dict[str, str]) -> None:
    wanted = re.findall(r"\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text())
    assert set(wanted) <= set(example)


def test_the_image_runs_as_an_ordinary_user_with_locked_dependencies() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert any("--require-hashes -r requirements/run.txt" in line for line in lines)


def test_nothing_of_this_machine_gets_into_the_image() -> None:
    left_out = (CHECKOUT / ".dockerignore").read_text().split()
    assert {".env", ".data", ".venv", ".git"} <= set(left_out)


def variables_read(path: Path) -> set[str]:
    """The names given as text to a reader of `env`, or to `environ.get`, in a module."""
    readers = {"required", "text", "flag", "integer", "items", "choice", "get"}
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in readers
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("env", "environ")
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_the_example_names_the_variables_that_are_read_and_no_others(
    example: dict[str, str],
) -> None:
    modules = [*CHECKOUT.glob("bzpeer/settings/*.py"), CHECKOUT / "bzpeer/supervisor.py",
               CHECKOUT / "bzpeer/embedded.py"]  # fmt: skip
    read = set().union(*map(variables_read, modules))
    assert set(example) == read | {"POSTGRES_PASSWORD"}


def test_the_example_holds_no_secret(example: dict[str, str]) -> None:
    assert [n for n, v in example.items() if v and re.search("KEY|PASSWORD|_URL", n)] == []
