"""The web process's way in."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.prod")

from bzpeer.lib.charsets import refuse_charsets

application = refuse_charsets(get_wsgi_application())

# A page asks the same few questions each time, and planning them takes longer than answering. Not
# for the bulk work of the other processes: there a plan must fit the rows of the moment.
connections["default"].settings_dict["OPTIONS"]["prepare_threshold"] = 2
