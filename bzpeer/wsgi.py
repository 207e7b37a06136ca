"""The web process's way in."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.prod")

from bzpeer.lib import pages
from bzpeer.lib.charsets import refuse_charsets

application = refuse_charsets(get_wsgi_application())

# A page asks the same few questions each time, and planning them takes longer than answering. Not
# for the bulk work of the other processes: there a plan must fit the rows of the moment.
connections["default"].settings_dict["OPTIONS"]["prepare_threshold"] = 2

pages.KEPT.most = pages.MOST_BYTES
pages.KEPT.watch.start()

# What is loaded now lives as long as the process: the garbage collector need not walk through it
# again and again, and a page that makes a few thousand objects need not be interrupted for them.
get_resolver().url_patterns  # noqa: B018 - imports every view
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
