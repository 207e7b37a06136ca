"""How often something may happen: buckets of tokens in Postgres, true under parallel use."""

from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection

# One statement: the row's lock makes the next taker wait and see what the last one left.
TAKE = """
    INSERT INTO lib_ratebucket AS bucket (key, tokens, updated_at)
    VALUES (%(key)s, %(size)s::float8 - 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = {level} - 1, updated_at = clock_timestamp()
        WHERE {level} >= 1
    RETURNING tokens
""".format(
    level="least(%(size)s::float8, bucket.tokens + %(rate)s::float8"
    " * greatest(0, extract(epoch FROM clock_timestamp() - bucket.updated_at)::float8))"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` at once, refilled evenly over `seconds`; `name` keeps limits apart."""

    name: str
    times: int
    seconds: float


def allowed(limit: Limit, who: str | int) -> bool:
    """Take one token, or say no and take none.

    A caller's transaction holds the bucket until it ends, and a rollback gives the token back.
    """
    values: dict[str, str | float] = {
        "key": f"{limit.name}:{_short(str(who))}",
        "size": float(limit.times),
        "rate": limit.times / limit.seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None


def _short(who: str) -> str:
    return who if len(who) <= 80 else blake2b(who.encode(), digest_size=20).hexdigest()
