"""Which author record a name ends in, what it is called, and where readers of an old one go."""

import pytest
from django.test import Client

from tests.factories.corpus import author, author_of, facts_of, publish, refresh_all, take_in
from tests.factories.records import changed, person, work
from works.models import Author, AuthorFacts, Authorship
from works.researchers import search_researchers

pytestmark = pytest.mark.django_db

LIN, LEE = "0000-0002-1825-0097", "0000-0001-5109-3700"


def page(record: Author) -> str:
    return f"/researchers/{record.slug}/"


def test_an_identifier_and_a_name_stay_apart_on_different_works() -> None:
    take_in(work("Xue Lin", number=1), work(person("Xue Lin", orcid=LIN), number=2))
    found = set(Author.objects.values_list("key_scheme", "key_value", "merged_into"))
    assert found == {("name", "xue lin", None), ("orcid", LIN, None)}


def test_two_identifiers_of_one_name_stay_apart() -> None:
    take_in(
        work(person("Xue Lin", orcid=LIN), number=1), work(person("Xue Lin", orcid=LEE), number=2)
    )
    assert Author.objects.count() == 2


def test_one_identifier_joins_all_its_names() -> None:
    publish(
        work(person("X. Lin", orcid=LIN), number=1), work(person("Lin, Xue", orcid=LIN), number=2)
    )
    assert AuthorFacts.objects.get().works == 2


def test_namesakes_on_one_work_are_two() -> None:
    take_in(work("Wei Wang", "Wei Wang", number=1), work("Wei Wang", number=2))
    counts = {one.key_value: one.authorship_set.count() for one in Author.objects.all()}
    assert counts == {"wei wang": 2, "wei wang#2": 1}


def test_another_source_lends_its_identifier_on_the_same_work(client: Client) -> None:
    first = work("Xue Lin", "Ann Lee", number=1)
    publish(first)
    old = author("Xue Lin")
    lender = changed(first, source="dblp", authors=(person("Lin, Xue", dblp="l/lin"),))
    publish(lender)
    heir = author_of("dblp", "l/lin")
    old.refresh_from_db()
    assert (old.merged_into, heir.merged_into) == (heir, None)
    response = client.get(page(old))
    assert (response.status_code, response["Location"]) == (301, page(heir))
    assert client.get(page(heir)).status_code == 200
    assert [one.slug for one in search_researchers("xue lin")] == [heir.slug]
    assert Authorship.objects.count() == 2


def test_a_record_with_other_works_left_leads_nowhere(client: Client) -> None:
    first = work("Xue Lin", number=1)
    publish(first, work("Xue Lin", number=2))
    old = author("Xue Lin")
    publish(changed(first, source="dblp", authors=(person("Xue Lin", dblp="l/lin"),)))
    assert client.get(page(old)).status_code == 200
    facts = {(f.author.key_scheme, f.works) for f in AuthorFacts.objects.all()}
    assert facts == {("name", 1), ("dblp", 1)}


def test_a_name_that_comes_back_leads_nowhere_any_more(client: Client) -> None:
    first = work("Xue Lin", number=1)
    publish(first)
    old = author("Xue Lin")
    publish(changed(first, source="dblp", authors=(person("Xue Lin", dblp="l/lin"),)))
    publish(work("Xue Lin", number=2))
    assert client.get(page(old)).status_code == 200


@pytest.mark.parametrize(
    "later",
    [("Bo Li", "Cy Day"), ("Bo Li",), ("New Name", "Bo Li", "Cy Day"), ("Cy Day", "Bo Li")],
    ids=", ".join,
)
def test_whoever_left_a_byline_is_not_taken_for_whoever_moved_up(
    client: Client, later: tuple[str, ...]
) -> None:
    first = work("Ann Lee", "Bo Li", "Cy Day", number=1)
    publish(first)
    gone = author("Ann Lee")
    publish(work(*later, number=1, record_date="2025-05-05"))
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert client.get(page(gone)).status_code == 200
    assert facts_of("Ann Lee").works == 0


def test_the_heir_is_found_by_name_where_the_byline_changed_its_order() -> None:
    first = work("Xue Lin", "Ann Lee", number=1)
    publish(first)
    old = author("Xue Lin")
    turned = (person("Ann Lee"), person("Xue Lin", orcid=LIN))
    publish(changed(first, authors=turned, record_date="2025-05-05"))
    old.refresh_from_db()
    assert old.merged_into == author_of("orcid", LIN)


def test_the_fullest_frequent_form_is_shown_and_found(client: Client) -> None:
    publish(work(person("X. Lin", orcid=LIN), number=1))
    old = author("X. Lin")
    publish(*(work(person("Xuë Lin", orcid=LIN), number=n) for n in (2, 3)))
    found = author_of("orcid", LIN)
    assert (found.name, found.slug) == ("Xuë Lin", f"xue-lin-{found.public_id}")
    assert (found.name_key, found.letter) == ("xue lin", "L")
    response = client.get(page(old))
    assert (response.status_code, response["Location"]) == (301, page(found))
    assert [one.name for one in search_researchers("xue")] == ["Xuë Lin"]


def test_whoever_is_shown_beside_a_renamed_author_shows_the_new_name() -> None:
    publish(work(person("X. Lin", orcid=LIN), "Ann Lee", number=1))
    publish(work(person("Xue Lin", orcid=LIN), "Bo Li", number=2))
    slug = author("Xue Lin").slug
    assert facts_of("Ann Lee").company == [[slug, "Xue Lin", 1, False]]


def test_public_ids_are_not_used_twice_and_say_nothing() -> None:
    take_in(*(work(name, number=n) for n, name in enumerate(("Ann Lee", "Bo Li", "Cy Day"))))
    ids = list(Author.objects.order_by("id").values_list("public_id", flat=True))
    assert len(set(ids)) == 3
    assert all(len(one) >= 6 and one.isalnum() and one == one.lower() for one in ids)


@pytest.mark.parametrize("name", ["李小龍", "Ωμέγα Ψ", "Ñandú Ça", "Plato", "ﷺ" * 300, "é" * 299])
def test_unusual_names_have_pages(client: Client, name: str) -> None:
    publish(work(name, number=1))
    refresh_all()
    assert client.get(page(Author.objects.get())).status_code == 200
