"""Whether an account was ever signed in to with this browser before."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from bzpeer.lib.models import AuditEvent
from profiles.models import User

LOOKED_AT = 50


def device(request: HttpRequest, user: User) -> str:
    """A name for the browser that says nothing about it, and is another for every account."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:400]
    return salted_hmac(f"device of {user.pk}", agent, algorithm="sha256").hexdigest()[:16]


def first_seen(request: HttpRequest, user: User) -> bool:
    """Whether the account's latest log-ins were all with other browsers; not so the first ever."""
    logins = AuditEvent.objects.filter(user_id=user.pk, kind="login").order_by("-at", "-pk")
    seen = list(logins.values_list("detail__device", flat=True)[:LOOKED_AT])
    return bool(seen) and device(request, user) not in seen
