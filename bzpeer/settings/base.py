"""What every installation shares. Values that differ by place come from the environment."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from bzpeer import env
from bzpeer.embedded import addresses

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
BUILT_IN = addresses(DATA_DIR)


def database(url: str) -> dict[str, Any]:
    """One entry of DATABASES from a libpq URL; raises ImproperlyConfigured naming the variable."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is no libpq address: {error}") from None
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    entry = {key: str(parts.pop(part, None) or "") for part, key in named.items()}
    return entry | {
        "ENGINE": "bzpeer.lib.postgres",
        "PORT": str(parts.pop("port", None) or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Values travel beside the statement, so that the web process can keep its plans (wsgi.py).
        "OPTIONS": {"server_side_binding": True, "connect_timeout": 3, **parts},
    }


def broker(url: str) -> str:
    if urlsplit(url).scheme not in ("redis", "rediss", "redis+socket"):
        raise ImproperlyConfigured(
            "BROKER_URL must start with redis://, rediss:// or redis+socket:"
        )
    return url


def orcid_url(sandbox: bool) -> str:
    return "https://sandbox.orcid.org" if sandbox else "https://orcid.org"


DATABASES = {"default": database(env.text("DATABASE_URL", BUILT_IN.database_url))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "bzpeer.lib",
    "works",
    "graph",
    "claims",
    "profiles",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.orcid",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "bzpeer.lib.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bzpeer.lib.requests.CleanRequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "bzpeer.urls"
WSGI_APPLICATION = "bzpeer.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "bzpeer.lib.flat.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            # Django's admin demands the first three. They are lazy: unasked, they read nothing.
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bzpeer.lib.context.site",
            ],
            "builtins": ["bzpeer.lib.templatetags.assets"],
        },
    }
]

# Accounts. Mail must be verified, and no answer says whether an address is known.
AUTH_USER_MODEL = "profiles.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "MinimumLengthValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[2]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/accounts/"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "profiles.account_adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "profiles.account_forms.AskCodeForm",
    "signup": "profiles.account_forms.SignUpForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code, not a link: it works only for the person who signed up, in the browser where they did.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
# Whom guessers lock out of their account gets in by a code that goes to the mailbox.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "confirm_email": "1/10s/key,6/h/key",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "manage_email": "10/m/user",
    "request_login_code": "20/m/ip,3/m/key,20/h/key",
    "reset_password": "10/m/ip,5/h/key",
    "signup": "10/m/ip",
}

# Second factors. A passkey alone is enough to log in: it is a thing that one has, and unlocks.
MFA_ADAPTER = "profiles.account_mfa.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "profiles.account_mfa.ActivateTOTPForm",
    "add_webauthn": "profiles.account_mfa.AddPasskeyForm",
    "authenticate": "profiles.account_mfa.AuthenticateForm",
    "authenticate_webauthn": "profiles.account_mfa.PasskeyForm",
    "login_webauthn": "profiles.account_mfa.PasskeyLogInForm",
    "reauthenticate": "profiles.account_mfa.ReauthenticateForm",
    "reauthenticate_webauthn": "profiles.account_mfa.PasskeyProofForm",
}
# Recovery codes are our own: allauth's can be read by who has the key, ours are digests.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "BZPEER"
MFA_TOTP_TOLERANCE = 1

# ORCID. Without a client id nobody is offered to sign in with it.
ORCID_CLIENT_ID = env.text("ORCID_CLIENT_ID", "")
ORCID_CLIENT_SECRET = env.text("ORCID_CLIENT_SECRET", "")
ORCID_SANDBOX = env.flag("ORCID_SANDBOX", False)
ORCID_URL = orcid_url(ORCID_SANDBOX)
ORCID_API_URL = ORCID_URL.replace("//", "//pub.", 1)
SOCIALACCOUNT_ADAPTER = "profiles.account_orcid.ORCIDAccounts"
SOCIALACCOUNT_FORMS = {"signup": "profiles.account_orcid.SignUpForm"}
SOCIALACCOUNT_PROVIDERS = {
    "orcid": {
        "provider_class": "profiles.account_orcid.ORCIDProvider",
        "OAUTH_PKCE_ENABLED": True,
    }
}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

SESSION_ENGINE = "bzpeer.lib.sessions"
# Idle for so long, and it is over; so it is 90 days after the log-in whatever happens.
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_LONGEST = 90 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bzpeer.lib.views.csrf_failure"

# Redis may be away at any time, so nothing that a page needs lives there.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "lib_cache",
        # Rate limits live here: a flood of addresses must not push the others out.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

CELERY_BROKER_URL = broker(env.text("BROKER_URL", BUILT_IN.broker_url))

# Mail is a row first; the worker hands it to DELIVERY_EMAIL_BACKEND.
EMAIL_BACKEND = "bzpeer.lib.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "BZPEER <no-reply@localhost>")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "")
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, high=9)
INDEX_UNCLAIMED = env.flag("INDEX_UNCLAIMED", False)


def daily_harvests(found: list[str]) -> list[str]:
    """The sets that are harvested every day; raises ImproperlyConfigured naming the variable."""
    if wrong := [item for item in found if not re.fullmatch(r"arxiv:[A-Za-z0-9_.:-]+", item)]:
        raise ImproperlyConfigured(f"HARVEST_DAILY is a list of arxiv:SET, not {wrong[0]!r}")
    return found


# Fetching from other servers: bzpeer.lib.outbound, and the harvest.
OUTBOUND_ALLOWED = env.items("OUTBOUND_ALLOWED")
HARVEST_CONTACT = env.text("HARVEST_CONTACT", SITE_URL if SITE_URL[:8] == "https://" else "")
HARVEST_DAILY = daily_harvests(env.items("HARVEST_DAILY"))
# arXiv wants to be asked no faster than that; the others are glad of it.
HARVEST_INTERVAL_S = 3.0

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "build" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options comes from HeadersMiddleware
    "staticfiles.W004",  # build/assets is made by build_assets, not by a checkout
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # What these say below a warning is of no use here, or is private.
    "loggers": {
        "fido2": {"level": "WARNING"},  # each passkey that is made
        "fontTools": {"level": "WARNING"},  # hundreds of lines about each font that it cuts to size
        "httpx": {"level": "WARNING"},  # each address that is asked, some of them private
        "httpcore": {"level": "WARNING"},
    },
}
