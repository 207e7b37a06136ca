"""Django's Postgres, with a health check of a kept connection that asks the server nothing."""

import select

from django.db.backends.postgresql.base import DatabaseWrapper as Postgres


class DatabaseWrapper(Postgres):
    def is_usable(self) -> bool:
        """Whether an idle connection still stands, by its socket: that is no round trip a request.

        A server says nothing unasked but that it goes away, and a closed socket is readable too.
        """
        if self.connection is None or self.connection.closed:
            return False
        heard = select.poll()
        heard.register(self.connection.fileno(), select.POLLIN)
        return not heard.poll(0)
