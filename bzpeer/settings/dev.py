"""One machine: what `make run` and a newcomer's `manage.py` use. Needs no variable."""

import secrets

from bzpeer import env
from bzpeer.settings.base import *


def kept_secret() -> str:
    """The secret of this data folder: made once, so that sessions outlive a restart."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY", "") or kept_secret()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.items("ALLOWED_HOSTS")]
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
