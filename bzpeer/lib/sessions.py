"""Sessions in the database that end when they lie idle, and at the latest after SESSION_LONGEST."""

from time import time
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession

BEGAN, SAVED = "began", "saved"
# A session in use is kept alive by one write a day, not by one a page.
RENEW_S = 24 * 3600


class SessionStore(DatabaseStore):
    """Sessions of signed-in people carry when they began and when they were last saved."""

    def load(self) -> dict[str, Any]:
        data = super().load()
        now = time()
        if now - data.get(BEGAN, now) > settings.SESSION_LONGEST:
            self.delete(self.session_key)
            self._session_key = None
            return {}
        if now - data.get(SAVED, now) > RENEW_S:
            self.modified = True
        return data

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        if SESSION_KEY in data:
            data[SAVED] = int(time())
            data.setdefault(BEGAN, data[SAVED])
        return super().create_model_instance(data)
