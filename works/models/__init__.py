"""The corpus: who wrote what, as sources report it, and what is shown of it.

Rows are written by set-based statements in `works.ingest` and `works.services`; the models
state tables, constraints and indexes. A work's raw fields live in its reports (`Report.record`),
what visitors see is rendered from the best of them and kept beside the work.
"""

from works.models.authors import Author, AuthorChange, AuthorFacts
from works.models.corpus import (
    Authorship,
    Topic,
    Work,
    WorkIdentifier,
    WorkRedirect,
    WorkTopic,
)
from works.models.decisions import MentionDecision, ReportDecision, WorkRemoval
from works.models.harvest import HarvestCheckpoint
from works.models.imports import (
    ImportCheckpoint,
    ImportReject,
    ImportRun,
    ReplayOrder,
    Report,
    ReportKey,
)
from works.models.institutions import (
    AuthorshipInstitution,
    Institution,
    InstitutionDomain,
    InstitutionName,
    InstitutionRelation,
)
from works.models.search import NameWord, NameWords, TitleWords
from works.models.suppression import (
    SuppressedKey,
    SuppressedMention,
    Suppression,
    SuppressionSecret,
)

__all__ = [
    "Author",
    "AuthorChange",
    "AuthorFacts",
    "Authorship",
    "AuthorshipInstitution",
    "HarvestCheckpoint",
    "ImportCheckpoint",
    "ImportReject",
    "ImportRun",
    "Institution",
    "InstitutionDomain",
    "InstitutionName",
    "InstitutionRelation",
    "MentionDecision",
    "NameWord",
    "NameWords",
    "ReplayOrder",
    "Report",
    "ReportDecision",
    "ReportKey",
    "SuppressedKey",
    "SuppressedMention",
    "Suppression",
    "SuppressionSecret",
    "TitleWords",
    "Topic",
    "Work",
    "WorkIdentifier",
    "WorkRedirect",
    "WorkRemoval",
    "WorkTopic",
]
