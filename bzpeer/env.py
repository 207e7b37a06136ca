"""Reading the environment strictly: a missing or wrong variable stops the start with its name."""

import os

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def required(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: this setting has no default here")
    return value


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")
    return value in TRUE


def integer(name: str, default: int, *, low: int = 0, high: int = 1_000_000) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}")
    return int(value)


def choice(name: str, *options: str) -> str:
    """One of the options in capitals; the first is the default."""
    value = os.environ.get(name, "").strip().upper() or options[0]
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}")
    return value


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty entries are dropped."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]
