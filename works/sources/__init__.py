"""The sources that works can be read from, by the name that `import_works` knows them by.

A new one is a module with a `Source` in it, and a line here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from works.sources.arxiv_oai import ARXIV_OAI
from works.sources.base import Source
from works.sources.bzpeer import BZPEER

SOURCES: Mapping[str, Source] = MappingProxyType(
    {source.slug: source for source in (ARXIV_OAI, BZPEER)}
)
