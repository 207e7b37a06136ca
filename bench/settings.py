"""The site as `make run` serves it, with a page beside it to compare with."""

from bzpeer.settings.dev import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "bench.urls"
