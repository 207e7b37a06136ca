"""Whether what pages are made of has changed: Postgres tells, and is believed while it is heard.

Triggers notify CHANGES of every change to a row that a page's stamp comes from. A web process
listens on a connection of its own and sends itself a notification each second. They come in the
order of the commits, so one that comes back proves that no change before it went unheard.
"""

import logging
from math import inf
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import psycopg
from django.db import connections

CHANGES, NAME = "page_changes", "bzpeer watch"
BEAT_S, BELIEVED_S, PAUSE_S = 1.0, 3.0, 1.0

log = logging.getLogger(__name__)


class Watch:
    """Counts the changes that were heard of."""

    def __init__(self) -> None:
        self.changes = 0
        self._sure_since = -inf

    def moment(self) -> int | None:
        """A number that is another one after each change; None while one may go unheard."""
        return self.changes if monotonic() - self._sure_since < BELIEVED_S else None

    def start(self) -> Thread:
        """Listen in the background for as long as the process lives."""
        thread = Thread(target=self._listen_always, name="watch", daemon=True)
        thread.start()
        return thread

    def _listen_always(self) -> None:
        while True:
            try:
                self.listen()
            except (psycopg.Error, OSError) as error:
                log.warning("changes are not heard of: %s", error)
                sleep(PAUSE_S)

    def listen(self) -> None:
        """Listen until the connection breaks. Raises psycopg.Error then, or OSError."""
        parameters = connections["default"].get_connection_params() | {"application_name": NAME}
        own = f"beat_{uuid4().hex}"
        try:
            with psycopg.connect(**parameters, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANGES}")
                connection.execute(f"LISTEN {own}")
                # What was known before may have changed while nobody listened.
                self.changes += 1
                while True:
                    self._beat(connection, own)
        finally:
            self._sure_since = -inf

    def _beat(self, connection: psycopg.Connection, own: str) -> None:
        sent = monotonic()
        connection.execute(f"NOTIFY {own}")
        for note in connection.notifies(timeout=BEAT_S):
            if note.channel == own:
                self._sure_since = sent
            else:
                self.changes += 1
