"""The sources that works can be read from, by the name that `import_works` knows them by.

A new one is a module with a `Source` in it, and a line here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from works.sources.acl import ACL
from works.sources.arxiv_atom import ARXIV_ATOM
from works.sources.arxiv_oai import ARXIV_OAI
from works.sources.arxiv_snapshot import ARXIV_SNAPSHOT
from works.sources.base import Source
from works.sources.bzpeer import BZPEER
from works.sources.crossref import CROSSREF
from works.sources.dblp import DBLP
from works.sources.openalex import OPENALEX

_ALL = (ARXIV_OAI, ARXIV_ATOM, ARXIV_SNAPSHOT, OPENALEX, CROSSREF, ACL, DBLP, BZPEER)

SOURCES: Mapping[str, Source] = MappingProxyType({source.slug: source for source in _ALL})
