"""What `make run` uses, with quick hashing and mail to an SMTP server of the test's own."""

from bzpeer import env
from bzpeer.settings.dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.integer("EMAIL_PORT", 0, high=65535)
EMAIL_TIMEOUT = 10
