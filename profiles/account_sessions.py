"""Where somebody is signed in, and how that ends."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as DjangoSession
from django.http import HttpRequest
from django.utils import timezone

from profiles.models import User

# In this order: most browsers name those that they want to be taken for, too.
BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
    "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
    "Mac OS": "Mac", "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """A line of the list of sessions."""

    pk: int
    browser: str
    ip: str
    created_at: datetime
    current: bool


def sessions_of(user: User, key: str | None) -> list[Session]:
    """The live ones, the newest first; rows of ended ones are deleted on the way."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return [
        Session(s.pk, browser_words(s.user_agent), s.ip, s.created_at, s.session_key == key)
        for s in sorted(found, key=lambda session: session.created_at, reverse=True)
    ]


def browser_words(agent: str) -> str:
    """ "Firefox on Windows", from what a browser says of itself; else the first of its words."""
    browser = next((words for sign, words in BROWSERS.items() if sign in agent), "")
    system = next((words for sign, words in SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent[:40] or "Unknown browser"


def sessions_end(user: User, keep: str | None = None) -> int:
    """End all sessions but the one with the key `keep`; returns how many there were."""
    found = list(UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep))
    for session in found:
        session.end()
    return len(found)


def sessions_forget() -> None:
    """Delete what was noted of sessions that are over: it names browsers and senders."""
    alive = DjangoSession.objects.filter(expire_date__gt=timezone.now())
    UserSession.objects.exclude(session_key__in=alive.values("session_key")).delete()


def session_renew(request: HttpRequest) -> None:
    """A new key for this session: what somebody saw of the old one is worth nothing."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
