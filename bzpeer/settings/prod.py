"""A public installation behind a proxy that speaks HTTPS. Half a configuration does not start."""

from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from bzpeer import env
from bzpeer.settings.base import *


def mail_settings(url: str) -> dict[str, object]:
    """Django's EMAIL_* from `smtp://user:password@host:587?tls=1`; `smtps://` is TLS at once."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587?tls=1")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and "tls=1" in parts.query,
        "EMAIL_TIMEOUT": 10,
    }


def secret(value: str) -> str:
    if len(value) < 50 or len(set(value)) < 10:
        raise ImproperlyConfigured("SECRET_KEY must be 50 random characters or more")
    return value


def hosts(value: str) -> list[str]:
    names = [name.strip() for name in value.split(",")]
    if "" in names or "*" in names or any("/" in name for name in names):
        raise ImproperlyConfigured("ALLOWED_HOSTS must be host names with commas between them")
    return names


def site_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured("SITE_URL must look like https://bzpeer.example")
    return value.rstrip("/")


def sender(value: str) -> str:
    if not all(parseaddr(value)[1].partition("@")):
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must be an address, with or without a name")
    return value


DEBUG = False
SECRET_KEY = secret(env.required("SECRET_KEY"))
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = hosts(env.required("ALLOWED_HOSTS"))
DATABASES = {"default": database(env.required("DATABASE_URL"))}
CELERY_BROKER_URL = broker(env.required("BROKER_URL"))
SITE_URL = site_url(env.required("SITE_URL"))
DEFAULT_FROM_EMAIL = sender(env.required("DEFAULT_FROM_EMAIL"))
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
globals().update(mail_settings(env.required("EMAIL_URL")))

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
