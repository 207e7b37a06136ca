"""The web process's way in."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.prod")

from bzpeer.lib.charsets import refuse_charsets

application = refuse_charsets(get_wsgi_application())
