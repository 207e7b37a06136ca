"""What one case shows: record, person, evidence, other sides, history, and what can be decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from bzpeer.lib.safe import trusted
from claims import review_queries
from claims.claim_queries import ClaimShown, EvidenceShown, claim_shown
from claims.claim_steps import Actor
from claims.domain.reasons import ALL, REJECTIONS
from claims.domain.transitions import HELD, Refusal, Transition, is_famous
from claims.models import Challenge, Claim, ClaimEvent
from claims.review_forms import DECISIONS, NAMED, ReviewForm
from claims.review_pages import age_words, case_url, events_url
from works.heads import Head, head
from works.listing import byline_html
from works.lists import WorkRow, WorksFilter, works_of_author
from works.models import Author, Work
from works.pages import circle_context, researcher_url

NAMES_SHOWN, EVENTS_SHOWN, WORKS_SHOWN = 6, 20, 12
DONE = {
    **dict.fromkeys(DECISIONS, "Decided, and the person is told."),
    "voted": "Kept as the first of two voices. It takes effect when a second reviewer agrees.",
    "confirm": "You stand behind this claim now.",
    "clear": "The flag is cleared for this claim.",
    "freeze": "The claim is frozen, and its claimant is told.",
    "unfreeze": "The claim is as it was before it was frozen.",
    "freeze_account": "Every live claim of the account is frozen.",
    "unfreeze_account": "Every claim of the account is as it was before.",
    "judge": "Your verdict on the evidence is kept.",
    "admit": "The challenge is a dispute now, and both sides are told.",
}
STEPS = {
    "open": "Claim opened",
    "evidence": "Evidence looked at",
    "submit": "Sent",
    "prove": "Accepted by its proof",
    "accept": "Accepted",
    "ask": "Asked for more evidence",
    "answer": "Sent again",
    "reject": "Rejected",
    "reconsider": "Rejection undone",
    "withdraw": "Withdrawn",
    "release": "Record given back",
    "dispute": "Disputed",
    "stand": "Dispute ended without a decision",
    "uphold": "The holder kept the record",
    "overturn": "Revoked in a dispute",
    "revoke": "Revoked",
    "restore": "Restored",
    "voted": "First of two voices",
    "confirmed": "A reviewer stands behind it",
    "confirms": "A co-author confirmed",
    "objects": "A co-author objected",
    "asked": "A co-author was asked",
    "cleared": "Flag cleared",
    "frozen": "Frozen",
    "unfrozen": "Unfrozen",
    "judged": "Written evidence judged",
    "challenge": "Became a challenge",
    "admitted": "Challenge admitted",
    "heard": "Said its side",
    "moved": "The record became part of another",
    "level": "Level changed",
}


def case_context(
    claim: Claim, actor: Actor, now: datetime, form: ReviewForm | None = None
) -> dict[str, Any] | None:
    """Everything of one case; None when the record's facts are gone."""
    shown, record = claim_shown(claim, actor, now), head(claim.author.slug)
    if shown is None or record is None:
        return None
    works = works_of_author(record.id, WorksFilter())
    names = _people([*shown.history])
    return {
        "claim": _claim(claim, now),
        "record": _record(record, shown),
        "circles": [circle_context(one) for one in record.circles],
        "works": [_work(one) for one in works[:WORKS_SHOWN]],
        "account": review_queries.account(claim.user_id),
        "evidence": _evidence(shown.evidence),
        "challenges": [_challenge(one, claim, now) for one in review_queries.challenges(claim)],
        "rivals": [_other(one) for one in review_queries.claims_of_record(claim)],
        "others": [_other(one) for one in review_queries.claims_of_account(claim)],
        "look_alikes": review_queries.look_alikes(claim.user_id, claim.author.name),
        "log": [
            {"kind": one.kind.replace("_", " "), "at": one.at}
            for one in review_queries.events(claim.user_id, 1)[:EVENTS_SHOWN]
        ],
        "log_url": events_url(claim.user_id),
        "history": [_event(one, names) for one in shown.history],
        **_to_decide(shown, actor, names),
        "form": form,
        "reasons": REJECTIONS,
    }


def _claim(claim: Claim, now: datetime) -> dict[str, Any]:
    since = claim.submitted_at or claim.opened_at
    return {
        "url": case_url(claim.public_id),
        "state": claim.state,
        "label": claim.get_state_display(),
        "version": claim.version,
        "statement": claim.statement,
        "note": claim.note,
        "reason": ALL.get(claim.reason),
        "opened_at": claim.opened_at,
        "since": since,
        "age": age_words(now - since),
        "level": claim.level,
        "frozen_at": claim.frozen_at,
        "frozen_reason": claim.frozen_reason,
        "cleared_at": claim.cleared_at,
        "reviewed_at": claim.reviewed_at,
        "events_url": events_url(claim.user_id),
    }


# --- the record ------------------------------------------------------------------------------


def _record(record: Head, shown: ClaimShown) -> dict[str, Any]:
    author = shown.claim.author
    famous = is_famous(record.works, record.followers)
    return {
        "name": record.name,
        "url": researcher_url(record.slug),
        "key": f"{author.key_scheme} {author.key_value}",
        "affiliation": record.affiliation,
        "sources": ", ".join(record.sources),
        "state": record.claim_state,
        "score": record.trust_score,
        "level": record.level,
        "several": record.several,
        "famous": famous,
        "counts": [
            ("works", record.works),
            ("identified", record.identified),
            ("corroborated", record.corroborated),
            ("confirmed", record.confirmed),
            ("collaborators", record.collaborators),
            ("followers", record.followers),
        ],
        "people": [
            {"name": name, "url": researcher_url(slug), "works": works}
            for slug, name, works, _ in record.company[:NAMES_SHOWN]
        ],
    }


def _work(row: WorkRow) -> dict[str, Any]:
    return {
        "title": trusted(row.title_html.decode()),
        "url": f"/works/{row.id}/",
        "year": row.year,
        "by": trusted(byline_html(row).decode()),
    }


# --- evidence --------------------------------------------------------------------------------


def _evidence(found: Sequence[EvidenceShown]) -> list[dict[str, Any]]:
    put = {one["work"] for shown in found for one in shown.row.facts.get("put", [])}
    titles = dict(Work.objects.filter(pk__in=put).values_list("pk", "title_text"))
    subjects = [shown.row.subject for shown in found if shown.row.kind == "coauthor"]
    authors = Author.objects.filter(public_id__in=subjects).select_related("authorfacts")
    people = {author.public_id: author for author in authors}
    return [_piece(shown, titles, people) for shown in found]


def _piece(
    shown: EvidenceShown, titles: Mapping[int, str], people: Mapping[str, Author]
) -> dict[str, Any]:
    row = shown.row
    piece = {
        "id": row.public_id,
        "kind": row.kind,
        "label": shown.label,
        "strength": row.strength,
        "reason": shown.reason.words,
        "voucher": row.voucher,
        "added_at": row.added_at,
        "assessed_at": row.assessed_at,
        "expires_at": row.expires_at,
        "lapses_at": row.lapses_at,
        "lapsed_at": row.lapsed_at,
    }
    if row.kind == "orcid":
        piece |= {"orcid": row.subject, "put": [_put(one, titles) for one in row.facts["put"]]}
    elif row.kind == "mailbox":
        # The whole address only where somebody has to judge whether it is this person's.
        judged = row.strength == "supporting"
        piece["mailbox"] = row.subject if judged else "at " + row.subject.rpartition("@")[2]
    elif row.kind == "linkback":
        piece["page_url"] = row.subject
    elif row.kind == "coauthor":
        piece |= _coauthor(people.get(row.subject), row.facts.get("answer", ""))
    else:
        piece |= {"text": row.facts.get("text", ""), "verdict": row.facts.get("verdict", "")}
    return piece


def _put(one: Mapping[str, Any], titles: Mapping[int, str]) -> dict[str, Any]:
    return {
        "title": titles.get(one["work"], "a work that is gone"),
        "url": f"/works/{one['work']}/",
        "orcid": one["orcid"],
        "source": one["source"],
        "on": one["at"][:10],
        "by_holder": one.get("by_holder", False),
    }


def _coauthor(author: Author | None, answer: str) -> dict[str, Any]:
    if author is None:
        return {"coauthor": None, "answer": answer}
    level = author.authorfacts.level
    told = {"name": author.name, "url": researcher_url(author.slug), "level": level}
    return {"coauthor": told, "answer": answer}


# --- other sides and history -----------------------------------------------------------------


def _other(claim: Claim) -> dict[str, Any]:
    return {
        "url": case_url(claim.public_id),
        "record": claim.author.name,
        "account": claim.user_id,
        "name": claim.user.name,
        "state": claim.get_state_display(),
        "level": claim.level,
        "sent_at": claim.submitted_at or claim.opened_at,
        "frozen": claim.frozen_at is not None,
    }


def _challenge(challenge: Challenge, claim: Claim, now: datetime) -> dict[str, Any]:
    is_holder = challenge.holder_id == claim.pk
    other = challenge.claim if is_holder else challenge.holder
    ends = challenge.window_ends
    return {
        "id": challenge.public_id,
        "is_holder": is_holder,
        "other_url": case_url(other.public_id),
        "other_name": other.user.name,
        "opened_at": challenge.opened_at,
        "admitted_at": challenge.admitted_at,
        "closed_at": challenge.closed_at,
        "outcome": challenge.outcome,
        "window_ends": ends,
        "left": age_words(ends - now) if ends and ends > now else "",
        "reminded_at": challenge.reminded_at,
        "sides": [
            ("The holder", challenge.holder_words, challenge.holder_heard_at),
            ("The challenger", challenge.challenger_words, challenge.challenger_heard_at),
        ],
        "admissible": challenge.admitted_at is None and challenge.closed_at is None,
    }


def _people(history: Sequence[ClaimEvent]) -> Mapping[int, str]:
    actors = {event.actor for event in history if event.actor}
    return dict(get_user_model().objects.filter(pk__in=actors).values_list("pk", "name"))


def _event(event: ClaimEvent, names: Mapping[int, str]) -> dict[str, Any]:
    words = STEPS.get(event.step, event.step)
    if event.step == "voted":
        words = f"{words}: {DECISIONS.get(event.detail.get('step', ''), '').lower()}"
    elif event.step == "level":
        words = f"Level L{event.detail['old']} became L{event.detail['new']}"
    return {
        "at": event.at,
        "words": words,
        "who": _who(event, names),
        "reason": ALL[event.reason].words if event.reason in ALL else "",
    }


def _who(event: ClaimEvent, names: Mapping[int, str]) -> str:
    if event.role == "system" or event.actor is None:
        return "by itself"
    return f"{event.role} {names.get(event.actor) or event.actor}"


# --- what can be decided ---------------------------------------------------------------------


def _to_decide(shown: ClaimShown, actor: Actor, names: Mapping[int, str]) -> dict[str, Any]:
    claim, votes = shown.claim, _votes(shown)
    steps = [
        _decision(step, refusal, votes.get(step.name, set()), actor, names)
        for step, refusal in shown.steps
        if step.name in DECISIONS
    ]
    return {
        "decisions": [one for one in steps if not one["blocked"]],
        "blocked": [one for one in steps if one["blocked"]],
        "named": any(one["code"] in NAMED for one in steps if not one["blocked"]),
        "can_confirm": claim.state in HELD and claim.reviewed_at is None,
        "can_clear": shown.standing.several and claim.cleared_at is None,
    }


def _votes(shown: ClaimShown) -> Mapping[str, set[int]]:
    """Who asked for which step since the claim last changed."""
    found: dict[str, set[int]] = {}
    for event in shown.history:
        if event.step == "voted" and event.version == shown.claim.version and event.actor:
            found.setdefault(event.detail.get("step", ""), set()).add(event.actor)
    return found


def _decision(
    step: Transition,
    refusal: Refusal | None,
    voters: set[int],
    actor: Actor,
    names: Mapping[int, str],
) -> dict[str, Any]:
    """A step as a choice. The first of two reviewers is no obstacle, and cannot be the second."""
    two = refusal is not None and refusal.code == "second_reviewer"
    others = voters - {actor.user_id}
    # Not the way to fix it: that is written for the claimant.
    why = refusal.reason.words if refusal and not two else ""
    if two and actor.user_id in voters and not others:
        why = "You asked for this. A second reviewer has to agree."
    return {
        "code": step.name,
        "label": DECISIONS[step.name],
        "blocked": bool(why),
        "why": why,
        "two": two,
        "agreed": ", ".join(names.get(one) or str(one) for one in sorted(others)),
    }
