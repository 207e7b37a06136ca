"""The corpus: who wrote what, as sources report it, and what is shown of it.

Rows are written by set-based statements in `works.ingest` and `works.services`; the models
state tables, constraints and indexes. A work's raw fields live in its reports (`Report.record`),
what visitors see is rendered from the best of them and kept beside the work.
"""

from works.models.authors import Author, AuthorChange, AuthorFacts
from works.models.corpus import Authorship, Topic, Work, WorkIdentifier, WorkTopic
from works.models.imports import ImportReject, ImportRun, Report

__all__ = [
    "Author",
    "AuthorChange",
    "AuthorFacts",
    "Authorship",
    "ImportReject",
    "ImportRun",
    "Report",
    "Topic",
    "Work",
    "WorkIdentifier",
    "WorkTopic",
]
