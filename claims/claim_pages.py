"""What the pages of a claim show to its claimant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from django import forms
from django.conf import settings

from claims.claim_choices import Domain, Voucher, domains_of, vouchers_of
from claims.claim_forms import (
    AnswerForm,
    CoauthorForm,
    DisputeForm,
    MailboxForm,
    PageForm,
    WhoForm,
    WrittenForm,
)
from claims.claim_queries import ClaimShown, EvidenceShown
from claims.claim_steps import SYSTEM, is_live, step_facts
from claims.claim_words import STATES, STRENGTHS, event_row
from claims.domain.evidence import KINDS
from claims.domain.levels import UNLOCKS, Step
from claims.domain.reasons import ALL, Reason
from claims.domain.transitions import (
    BY_NAME,
    ENDED,
    HELD,
    OPEN,
    WINDOW_DAYS,
    Refusal,
    Role,
    State,
    refusal,
)
from claims.models import Challenge, Claim
from claims.record_facts import Standing, printed_names
from claims.weighing import orcid_of, record_link
from works.heads import Head
from works.models import Author
from works.pages import page_context, researcher_url

# Where on the page something can be done about a missing level.
ANCHORS = {kind: f"#{kind}" for kind in KINDS} | {"account": "/accounts/email/"}
# What comes of a refusal that is about what was typed; the others are about the claim's state.
TYPED = ("mail_", "link_", "orcid_", "coauthor_", "written_", "wrong_code")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the record and the account offer as evidence."""

    names: Sequence[str]
    domains: Sequence[Domain]
    vouchers: Sequence[Voucher]
    orcid: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of what was posted, where it was not taken: the form, or a refusal."""

    filled: Mapping[str, forms.Form] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        if self.refusal is None:
            return 422 if self.filled else 200
        if self.refusal.code == "too_many":
            return 429
        return 422 if self.refusal.code.startswith(TYPED) else 409


NOTHING_POSTED = Answered()


def choices_of(claim: Claim, now: datetime) -> Choices:
    return Choices(
        names=printed_names(claim.author_id),
        domains=domains_of(claim.author_id, now.date()),
        vouchers=vouchers_of(claim.author_id, claim.user_id),
        orcid=orcid_of(claim.user_id),
    )


def claim_url(claim: Claim) -> str:
    return f"/claims/{claim.public_id}/"


def begin_context(head: Head, own: Claim | None) -> dict[str, Any]:
    """Before a claim: what it is, who may, what it gives."""
    path = f"{researcher_url(head.slug)}claim/"
    return {
        "page": page_context(f"Claim {head.name}", "Claiming a record.", path, noindex=True),
        "claim": {
            "url": path,
            "own": claim_url(own) if own else "",
            "own_label": STATES[own.state].label if own else "",
            "state": head.claim_state,
            "several": head.several,
            "window": WINDOW_DAYS,
            "unlocks": [{"level": level, "texts": texts} for level, texts in UNLOCKS.items()],
        },
    }


def claims_context(claims: Sequence[Claim]) -> dict[str, Any]:
    """The list of a person's claims."""
    return {
        "page": page_context("Your claims", "", "/claims/", noindex=True),
        "claims": [
            {
                "url": claim_url(claim),
                "name": claim.author.name,
                "label": STATES[claim.state].label,
                "state": claim.state,
                "level": claim.level,
                "at": claim.ended_at or claim.decided_at or claim.submitted_at or claim.opened_at,
                "frozen": claim.frozen_at is not None,
            }
            for claim in claims
        ],
    }


def claim_context(
    shown: ClaimShown, choices: Choices, posted: Answered, now: datetime
) -> dict[str, Any]:
    """All of the page of one claim, in whatever state it is."""
    claim = shown.claim
    return {
        "page": page_context(f"Your claim of {claim.author.name}", "", "", noindex=True),
        "r": {"name": claim.author.name, "url": researcher_url(claim.author.slug)},
        "claim": state_context(shown, now),
        "evidence": evidence_context(shown),
        "next": [step_context(step, claim) for step in shown.next],
        "challenges": [challenge_context(one, claim) for one in shown.challenges],
        "history": [event_row(event) for event in reversed(shown.history)],
        "link": link_context(claim),
        "orcid": {"connected": choices.orcid, "offered": bool(settings.ORCID_CLIENT_ID)},
        "domains": choices.domains,
        "vouchers": choices.vouchers,
        "forms": _forms(choices) | dict(posted.filled),
        "refusal": posted.refusal.reason if posted.refusal else None,
    }


def state_context(shown: ClaimShown, now: datetime) -> dict[str, Any]:
    claim, state = shown.claim, State(shown.claim.state)
    words = STATES[claim.state]
    return {
        "url": claim_url(claim),
        "state": claim.state,
        "label": words.label,
        "meaning": words.meaning,
        "version": claim.version,
        "level": shown.level,
        "statement": claim.statement,
        "note": claim.note,
        "reason": ALL.get(claim.reason),
        "held_up": held_up(claim, shown.standing, now),
        "frozen": claim.frozen_reason if claim.frozen_at else None,
        "draft": state is State.DRAFT,
        "asked": state is State.NEEDS_EVIDENCE,
        "held": state in HELD,
        "ended": state in ENDED,
        # Evidence can be brought until the claim ends, and nothing can while it is frozen.
        "open": state not in ENDED and claim.frozen_at is None,
        "may": {step.name: True for step, why in shown.steps if why is None},
        "dates": {
            "opened": claim.opened_at,
            "sent": claim.submitted_at,
            "decided": claim.decided_at,
            "ended": claim.ended_at,
        },
    }


def held_up(claim: Claim, standing: Standing, now: datetime) -> Reason | None:
    """Why a claim that was sent is not accepted by its proofs; None where it does not wait."""
    if claim.state not in OPEN:
        return None
    facts = step_facts(claim, standing, "prove", SYSTEM, now)
    found = refusal(BY_NAME["prove"], State(claim.state), {Role.SYSTEM}, facts)
    return found.reason if found else None


def evidence_context(shown: ClaimShown) -> dict[str, Any]:
    """The evidence as the claimant sees it; `waiting` while the worker has a page to read."""
    names = _coauthors(shown.evidence)
    rows = [evidence_row(one, names) for one in shown.evidence]
    return {
        "rows": rows,
        "waiting": any(row["waiting"] for row in rows),
        "url": f"{claim_url(shown.claim)}evidence/?version={shown.claim.version}",
    }


def evidence_row(one: EvidenceShown, names: Mapping[str, str]) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.public_id,
        "kind": row.kind,
        "label": one.label,
        "subject": _subject(one, names),
        "strength": row.strength,
        "strength_label": "Lapsed" if row.lapsed_at else STRENGTHS[row.strength],
        "live": is_live(row),
        "reason": one.reason,
        "added": row.added_at,
        "assessed": row.assessed_at,
        "expires": row.expires_at,
        "lapses": row.lapses_at if not row.lapsed_at else None,
        "lapsed": row.lapsed_at,
        "again": row.recheck_at,
        "waiting": row.reason == "link_unread",
        "coded": row.reason == "mail_unverified",
    }


def _subject(one: EvidenceShown, names: Mapping[str, str]) -> str:
    row = one.row
    if row.kind == "written":
        return str(row.facts.get("text", ""))
    return names.get(row.subject, row.subject) if row.kind == "coauthor" else row.subject


def _coauthors(evidence: Sequence[EvidenceShown]) -> dict[str, str]:
    asked = [one.row.subject for one in evidence if one.row.kind == "coauthor"]
    if not asked:
        return {}
    found = Author.objects.filter(public_id__in=asked)
    return dict(found.values_list("public_id", "name"))


def step_context(step: Step, claim: Claim) -> dict[str, Any]:
    target = ANCHORS.get(step.code, "")
    if target.startswith("#"):
        target = f"{claim_url(claim)}{target}"
    return {
        "action": step.action,
        "needs": step.needs,
        "level": step.gives_level,
        "points": step.points,
        "unlocks": step.unlocks,
        "url": target,
    }


def challenge_context(challenge: Challenge, claim: Claim) -> dict[str, Any]:
    """A challenge as one of its sides sees it: what the other said is for the reviewers."""
    as_holder = challenge.holder_id == claim.pk
    mine = "holder" if as_holder else "challenger"
    other = "challenger" if as_holder else "holder"
    return {
        "id": challenge.public_id,
        "as_holder": as_holder,
        "admitted": challenge.admitted_at,
        "window_ends": challenge.window_ends,
        "closed": challenge.closed_at,
        "words": getattr(challenge, f"{mine}_words"),
        "heard": getattr(challenge, f"{mine}_heard_at"),
        "other_heard": getattr(challenge, f"{other}_heard_at"),
        "may_answer": challenge.admitted_at is not None and challenge.closed_at is None,
    }


def link_context(claim: Claim) -> dict[str, str]:
    """What the claimant puts on a page of theirs, to the letter."""
    target = f"{record_link(claim.author)}#{claim.token}"
    return {
        "token": claim.token,
        "html": f'<a rel="me" href="{target}">{escape(claim.author.name)} on BZPEER</a>',
    }


def _forms(choices: Choices) -> dict[str, forms.Form]:
    return {name: make(choices) for name, make in _EMPTY.items()}


def who_form(choices: Choices, data: Any = None) -> forms.Form:
    return WhoForm(data, names=choices.names, auto_id="who_%s")


def answer_form(choices: Choices, data: Any = None) -> forms.Form:
    return AnswerForm(data, auto_id="again_%s")


def mailbox_form(choices: Choices, data: Any = None) -> forms.Form:
    return MailboxForm(data, domains=choices.domains, auto_id="mailbox_%s")


def page_form(choices: Choices, data: Any = None) -> forms.Form:
    return PageForm(data, auto_id="linkback_%s")


def coauthor_form(choices: Choices, data: Any = None) -> forms.Form:
    return CoauthorForm(data, vouchers=choices.vouchers, auto_id="coauthor_%s")


def written_form(choices: Choices, data: Any = None) -> forms.Form:
    return WrittenForm(data, auto_id="written_%s")


def dispute_form(choices: Choices, data: Any = None) -> forms.Form:
    return DisputeForm(data, auto_id="dispute_%s")


_EMPTY = {
    "submit": who_form,
    "answer": answer_form,
    "mailbox": mailbox_form,
    "linkback": page_form,
    "coauthor": coauthor_form,
    "written": written_form,
    "dispute": dispute_form,
}
