"""The tests: servers of their own, fast hashing, plain static files, mail kept in memory."""

import atexit
import os
import tempfile
from contextlib import ExitStack

from bzpeer.embedded import held_for

# Servers for this run alone, before the addresses are read: pytest-django reads the settings
# before any conftest, and two runs may go side by side.
if not (os.environ.get("DATABASE_URL") and os.environ.get("BROKER_URL")):
    servers = ExitStack()
    atexit.register(servers.close)
    folder = tempfile.TemporaryDirectory(prefix="bzpeer-test-", ignore_cleanup_errors=True)
    os.environ["DATA_DIR"] = servers.enter_context(folder)
    os.environ["BZPEER_EMBEDDED_FAST"] = "1"
    servers.enter_context(held_for(os.environ))
    # For these servers alone: what a test starts by itself keeps what it was told to keep.
    del os.environ["BZPEER_EMBEDDED_FAST"]

# The drawings' small sums gain nothing from threads, and the threads of two test processes would
# wait for each other's processor. Before numpy is imported: later it asks no more.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bzpeer.settings.base import *

SECRET_KEY = "only-for-tests-" + "x" * 40
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
DATABASES["default"]["TEST"] = {"NAME": "bzpeer_test"}
HARVEST_INTERVAL_S = 0.02
