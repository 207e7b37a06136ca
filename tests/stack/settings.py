"""What `make run` uses, but for quick hashing, files as they are, and mail to the test's server."""

from bzpeer import env
from bzpeer.settings.dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Sites that start side by side share no file.
STATIC_ROOT = DATA_DIR / "static"  # noqa: F405
# Compressing takes longer than all else of a start; test_production does it once, for all to see.
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.integer("EMAIL_PORT", 0, high=65535)
EMAIL_TIMEOUT = 10
