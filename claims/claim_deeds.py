"""What a claimant does on the page of a claim: each posted by its name, done by one service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, QueryDict

from claims import claim_pages
from claims.claim_forms import (
    AnswerForm,
    CoauthorForm,
    DisputeForm,
    MailboxForm,
    PageForm,
    WhoForm,
    WrittenForm,
)
from claims.claim_pages import Choices, claim_url
from claims.claim_steps import Actor
from claims.claiming import claim_submit, claim_withdraw
from claims.confirming import confirmation_ask
from claims.disputes import dispute_answer
from claims.domain.transitions import Refusal
from claims.mailbox_codes import mail_code_send
from claims.models import Challenge, Claim, Evidence
from claims.proving import (
    evidence_add_orcid,
    evidence_add_page,
    evidence_add_written,
    evidence_withdraw,
)
from works.models import Author


@dataclass(frozen=True, slots=True)
class Posted:
    """One thing to do: `form` is the valid form that belongs to it, if one does."""

    claim: Claim
    actor: Actor
    data: QueryDict
    form: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """`do` returns what its service returned; `back` is where on the page its outcome is."""

    do: Callable[[Posted], object]
    form: Callable[[Choices, Any], forms.Form] | None = None
    back: str = "#evidence"


def code_url(claim: Claim, evidence: Evidence) -> str:
    return f"{claim_url(claim)}code/{evidence.public_id}/"


def evidence_of(claim: Claim, public_id: str) -> Evidence:
    """A piece of evidence of this very claim. Raises Http404."""
    found = Evidence.objects.filter(claim=claim, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _submit(posted: Posted) -> object:
    assert isinstance(posted.form, WhoForm)
    return claim_submit(posted.claim, posted.actor, posted.form.statement(), posted.now)


def _answer(posted: Posted) -> object:
    """What was said before stays, and what is added comes after it."""
    assert isinstance(posted.form, AnswerForm)
    added = posted.form.cleaned_data["words"]
    words = "\n\n".join(filter(None, (posted.claim.statement, added)))
    return claim_submit(posted.claim, posted.actor, words, posted.now)


def _withdraw(posted: Posted) -> object:
    return claim_withdraw(posted.claim, posted.actor, posted.now)


def _orcid(posted: Posted) -> object:
    return evidence_add_orcid(posted.claim, posted.actor, posted.now)


def _mailbox(posted: Posted) -> object:
    assert isinstance(posted.form, MailboxForm)
    return mail_code_send(posted.claim, posted.actor, posted.form.address(), posted.now)


def _linkback(posted: Posted) -> object:
    assert isinstance(posted.form, PageForm)
    url = posted.form.cleaned_data["url"]
    return evidence_add_page(posted.claim, posted.actor, url, posted.now)


def _coauthor(posted: Posted) -> object:
    assert isinstance(posted.form, CoauthorForm)
    chosen = Author.objects.get(public_id=posted.form.cleaned_data["coauthor"])
    return confirmation_ask(posted.claim, posted.actor, chosen, posted.now)


def _written(posted: Posted) -> object:
    assert isinstance(posted.form, WrittenForm)
    text = posted.form.cleaned_data["text"]
    return evidence_add_written(posted.claim, posted.actor, text, posted.now)


def _take_back(posted: Posted) -> Refusal | None:
    evidence = evidence_of(posted.claim, posted.data.get("evidence", ""))
    return evidence_withdraw(evidence, posted.actor, posted.now)


def _dispute(posted: Posted) -> object:
    """An answer to a challenge that this claim is a side of."""
    assert isinstance(posted.form, DisputeForm)
    asked = Challenge.objects.filter(public_id=posted.data.get("challenge", ""))
    # The service knows the sides; a challenge that was not admitted is nobody's to find here.
    challenge = asked.filter(admitted_at__isnull=False).first()
    sides = (challenge.claim_id, challenge.holder_id) if challenge else ()
    if challenge is None or posted.claim.pk not in sides:
        raise Http404
    words = posted.form.cleaned_data["words"]
    return dispute_answer(challenge, posted.actor, words, posted.now)


DEEDS = {
    "submit": Deed(_submit, claim_pages.who_form, ""),
    "answer": Deed(_answer, claim_pages.answer_form, ""),
    "withdraw": Deed(_withdraw, back=""),
    "orcid": Deed(_orcid),
    "mailbox": Deed(_mailbox, claim_pages.mailbox_form),
    "linkback": Deed(_linkback, claim_pages.page_form),
    "coauthor": Deed(_coauthor, claim_pages.coauthor_form),
    "written": Deed(_written, claim_pages.written_form),
    "take-back": Deed(_take_back),
    "dispute": Deed(_dispute, claim_pages.dispute_form, "#dispute"),
}


def next_url(claim: Claim, name: str, found: object) -> str:
    """Where the claimant goes after a deed that was done."""
    if name == "mailbox" and isinstance(found, Evidence):
        return code_url(claim, found)
    return claim_url(claim) + DEEDS[name].back
