"""What somebody gains for a record by works that only they report: never more than formula 1 says.

A work counts for the depth of a record as soon as one source reports it with an identifier, as
TRUST.md has it; everything that says who somebody is asks for more than that.
"""

import pytest
from django.utils import timezone

from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.domain.trust import TrustFacts, score
from claims.models import Claim, TrustScore
from claims.proving import evidence_add_written
from tests.factories.claims import account, claimant, reviewer
from tests.factories.corpus import TODAY, facts_of, publish, refresh_all
from tests.factories.records import changed, people, work
from works.domain.records import Notice, WorkRecord
from works.models import Author, AuthorFacts, Authorship, Report
from works.settling import work_remove

pytestmark = pytest.mark.django_db

NAME, WORDS = "Xue Lin", "The page of my group names me with these works: https://g.example/."
FAKE = 150


def own(count: int, *others: str) -> list[WorkRecord]:
    return [work(NAME, *others) for _ in range(count)]


def twice(records: list[WorkRecord]) -> list[WorkRecord]:
    """The same works, told by a second source as well."""
    return [*records, *(changed(one, source="dblp", format="bzpeer/1") for one in records)]


def lines() -> dict[str, float]:
    """The points behind the score that stands, by line."""
    found = facts_of(NAME)
    latest = TrustScore.objects.filter(author=found.author_id).latest("pk")
    assert latest.score == found.trust_score
    facts = TrustFacts(
        level=found.level, works=found.works, corroborated=found.corroborated,
        authorships=found.works, confirmed=found.confirmed, identified=found.identified,
        complete=found.complete, close=found.close_collaborators,
        verified_close=found.verified_close, flagged=found.several,
    )  # fmt: skip
    return {line.code: line.points for line in score(facts).lines}


def standing() -> dict[str, object]:
    """All that trust says of the record and rests on, but the moments and counters of writing."""
    found = AuthorFacts.objects.filter(author__name=NAME).values().get()
    return {k: v for k, v in found.items() if k not in ("version", "refreshed_at", "trust_at")}


def held() -> Claim:
    """The record in the hands of somebody whom a reviewer accepted."""
    now, user = timezone.now(), account(NAME)
    claim = claim_open(claimant(user), Author.objects.get(name=NAME), now)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, now)
    claim_submit(claim, claimant(user), "", now)
    found = claim_decide(claim, reviewer(), "accept", Said(), now)
    assert isinstance(found, Claim)
    refresh_all()
    return found


def test_fifty_works_that_no_second_source_reports_lift_no_known_record() -> None:
    publish(*twice(own(10, "Ann Lee")))
    held()
    before, was = lines(), facts_of(NAME).trust_score
    publish(*own(50))
    after = lines()
    assert {code for code in after if after[code] > before[code]} == {"record"}
    assert (facts_of(NAME).trust_score or 0) <= (was or 0)
    assert facts_of(NAME).level == 2


def test_a_ring_of_people_who_cite_each_other_gains_nothing_by_it() -> None:
    ring = [work(NAME, *people(4), journal_ref="", comments="") for _ in range(5)]
    publish(*ring)
    before = standing()
    ids = [one.external_id for one in ring]
    citing = f"As arXiv:{' and arXiv:'.join(ids)} show. Cited by {len(ids) * 1000} works."
    publish(*(changed(one, comments=citing, record_date="2026-01-01") for one in ring))
    assert Report.objects.filter(record__comments=citing).count() == len(ring)
    assert standing() == before
    assert not {field for field in TrustFacts.__struct_fields__ if "cit" in field}


def test_a_ring_of_people_who_print_each_other_gains_the_line_of_company_alone() -> None:
    publish(*twice(own(10, "Ann Lee")))
    before, ring = lines(), people(8)
    publish(*(work(NAME, *ring) for _ in range(12)))
    after = lines()
    assert {code for code in after if after[code] > before[code]} == {"record", "network"}
    assert after["network"] <= 10
    assert facts_of(NAME).verified_close == 0


def test_a_held_record_says_of_no_work_that_came_by_itself_that_it_is_its_holders() -> None:
    publish(*twice(own(10, "Ann Lee")))
    claim = held()
    before, was = lines(), facts_of(NAME)
    retracted = [changed(one, notices=(Notice("retraction"),)) for one in own(5)]
    publish(*own(5), *retracted, *(work(NAME, *people(FAKE - 1)) for _ in range(5)))
    came = Authorship.objects.filter(author=claim.author, work__families__lt=2)
    assert set(came.values_list("status", flat=True)) == {"imported"}
    assert facts_of(NAME).confirmed == was.confirmed
    after = lines()
    assert {code for code in after if after[code] > before[code]} <= {"record"}
    assert (facts_of(NAME).trust_score or 0) <= (was.trust_score or 0)
    assert facts_of(NAME).level == was.level


def test_works_without_an_identifier_lift_nothing_at_all() -> None:
    publish(*own(5, "Ann Lee"))
    before = lines()
    publish(*(changed(one, ids=()) for one in own(50)))
    after = lines()
    assert facts_of(NAME).works == 55
    assert {code for code in after if after[code] > before[code]} == set()


def test_injected_works_that_are_removed_leave_no_trace_and_do_not_come_back() -> None:
    publish(*twice(own(5, "Ann Lee")))
    held()
    before = standing()
    fakes = own(20, *people(3))
    publish(*fakes)
    assert standing() != before
    for fake in fakes:
        found = Report.objects.get(external_id=fake.external_id)
        work_remove(found.work_id or 0, user_id=None, reason="nobody knows it", today=TODAY)
    refresh_all()
    assert standing() == before
    publish(*(changed(one, record_date="2026-01-01", abstract="Anew.") for one in fakes))
    assert standing() == before


def test_papers_with_150_authors_make_nobody_close_and_no_circle() -> None:
    publish(*own(60, "Ann Lee", "Bo Roe"))
    held()
    before, was = lines(), standing()
    crowd = people(FAKE - 1)
    publish(*(work(NAME, *crowd) for _ in range(3)))
    after, now = lines(), standing()
    assert now["works"] == 63
    assert after["network"] == before["network"]
    assert after["identity"] == before["identity"]
    for fact in ("close_collaborators", "verified_close", "several", "level", "trust_score"):
        assert now[fact] == was[fact]


def test_a_retraction_by_one_boolean_changes_no_score() -> None:
    records = own(5, "Ann Lee")
    publish(*records)
    before = standing()
    said = work(
        NAME, "Ann Lee", source="openalex", format="openalex/work", external_id="W1",
        ids=records[0].ids, title=records[0].title, notices=(Notice("retraction"),),
        record_date="2026-01-01",
    )  # fmt: skip
    plain = changed(said, notices=())
    publish(plain)
    corroborated = standing()
    publish(said)
    assert Report.objects.filter(source="openalex").count() == 1
    assert corroborated != before
    assert standing() == corroborated
