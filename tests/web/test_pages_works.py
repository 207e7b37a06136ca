"""The works list: its pages, its filters, and what nonsense in an address makes of it."""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from claims.claiming import claim_open
from claims.models import Claim
from tests.factories.accounts import signed_in_as, staff
from tests.factories.claims import account, claimant
from tests.factories.corpus import author, publish
from tests.factories.records import changed, people, person, topics, work
from tests.web.addresses import any_institution, any_topic, any_work, data_of, researcher
from tests.web.dom import Page, page
from tests.web.hostile import HOSTILE
from tests.web.people import by, somebody
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    InstitutionId,
    Notice,
    Version,
    WorkRecord,
)
from works.lists import SIZE as PAGE
from works.lists import WorksFilter
from works.models import Authorship, Work
from works.pages import MAX_PAGE, paging
from works.researchers import ROWS

pytestmark = pytest.mark.django_db


def titles(shown: Page) -> list[str]:
    return [element.text for element in shown.all("h4")]


def works(client: Client, query: str = "", name: str = "Ann Lee") -> Page:
    return page(client.get(researcher(name, "works/") + query))


@pytest.fixture
def sixty(db: None) -> None:
    """Works 0 to 59: three of 2019, the rest of 2020 to 2022 in turn."""
    publish(
        *(
            by("Ann Lee", title=f"Work {n:02}", created=f"{2019 if n < 3 else 2020 + n % 3}-01-01")
            for n in range(60)
        )
    )


def test_sixty_works_fill_three_pages(client: Client, sixty: None) -> None:
    pages = [works(client, f"?page={number}") for number in (1, 2, 3)]
    assert [len(titles(one)) for one in pages] == [25, 25, 10]
    assert sorted(title for one in pages for title in titles(one)) == [
        f"Work {n:02}" for n in range(60)
    ]
    assert all(f"Page {number} of 3" in one.text for number, one in enumerate(pages, 1))
    turns = [[link.attributes.get("rel") for link in one.all("a") if "rel" in link.attributes]
             for one in pages]  # fmt: skip
    assert turns == [["next"], ["prev", "next"], ["prev"]]


def test_the_pages_link_to_each_other(client: Client, sixty: None) -> None:
    first = works(client, "?q=work")
    (onward,) = [link["href"] for link in first.all("a", rel="next")]
    second = page(client.get(onward))
    assert "Page 2 of 3" in second.text
    (back,) = [link["href"] for link in second.all("a", rel="prev")]
    assert titles(page(client.get(back))) == titles(first)


def test_the_profile_shows_the_first_page(client: Client, sixty: None) -> None:
    profile = page(client.get(researcher("Ann Lee")))
    assert titles(profile) == titles(works(client))
    assert "60 published items" in profile.text


def test_the_bars_count_every_year_whatever_the_filter(client: Client, sixty: None) -> None:
    for query in ("", "?year=2019", "?q=Work%2001"):
        links = works(client, query).all("a")
        bars = [link for link in links if link.attributes.get("id", "").startswith("year-")]
        counts = {bar["id"]: int(bar.text.split()[0]) for bar in bars}
        assert counts == {"year-2019": 3, "year-2020": 19, "year-2021": 19, "year-2022": 19}


def test_works_of_one_year_need_no_bars(client: Client) -> None:
    publish(by("Ann Lee", title="One"), by("Ann Lee", title="Two"))
    assert not page(client.get(researcher("Ann Lee"))).all("nav", class_="by-year")


def test_codes_that_are_numbers_are_not_shown_beside_topics(client: Client) -> None:
    domain = Category("openalex-domain", "3", "Physical Sciences")
    publish(work(categories=(domain, *topics("hep-ex"))))
    shown = page(client.get("/topics/"))
    spans = [span.text for span in shown.all("span") if shown.one("main") in span.around]
    assert (spans, "Physical Sciences" in shown.text) == (["hep-ex"], True)


def test_a_year_shows_its_works_and_is_marked(client: Client, sixty: None) -> None:
    shown = works(client, "?year=2019")
    assert titles(shown) == ["Work 02", "Work 01", "Work 00"]
    assert "3 of 60 published items" in shown.text
    assert shown.one(id="year-2019").attributes["aria-current"] == "true"
    assert [e["id"] for e in shown.all("a", aria_current="true")] == ["year-2019"]
    assert shown.one("input", name="year")["value"] == "2019"
    assert shown.one(id="works-clear").text == "Show all 60"


def test_year_and_words_together(client: Client, sixty: None) -> None:
    assert titles(works(client, "?year=2019&q=02")) == ["Work 02"]
    assert titles(works(client, "?year=2020&q=02")) == []


WORDS = {
    "erdős": ["On Erdős and friends"],
    "ERDŐS": ["On Erdős and friends"],
    "friends": ["On Erdős and friends"],
    "p<0.05": ["Tests with p<0.05 & more"],
    "& more": ["Tests with p<0.05 & more"],
    "100%": ["All 100% of it"],
    "100": ["All 100% of it", "Of 1001 nights"],
    "_": [],
    "\\": [],
    "'": [],
    "span": [],
    "<em>": [],
    "h₂o": ["About H2O"],
    "very   deep": [],
    "very deep": ["A title"],
    "\U0001f600": [],
}


@pytest.mark.parametrize("q", WORDS)
def test_words_are_found_in_title_and_abstract(client: Client, q: str) -> None:
    publish(
        by("Ann Lee", title="On Erd\\H{o}s and friends"),
        by("Ann Lee", title="Tests with p<0.05 & more"),
        by("Ann Lee", title="All 100% of it"),
        by("Ann Lee", title="Of 1001 nights"),
        by("Ann Lee", title="About H$_2$O"),
        by("Ann Lee", title="A title", abstract="It is \\emph{very} deep. So it goes."),
    )
    assert sorted(titles(works(client, f"?q={quote(q)}"))) == WORDS[q]


def test_what_was_asked_is_shown_as_text(client: Client, sixty: None) -> None:
    shown = works(client, "?q=" + quote('"><script>alert(1)</script>'))
    assert shown.one(id="works-q")["value"] == '"><script>alert(1)</script>'
    assert all("src" in script.attributes for script in shown.all("script"))


def test_a_page_behind_the_last_leads_to_the_first(client: Client, sixty: None) -> None:
    response = client.get(researcher("Ann Lee", "works/?page=4&sort=title"))
    assert response.status_code == 302
    assert response["Location"] == researcher("Ann Lee", "works/?sort=title")


NONSENSE = (
    "page=abc", "page=-1", "page=0", "page=999999", "page=400", "page=1e3", "page=", "page=%2B1",
    "page=1&page=2", "year=%F0%9F%98%80", "year=٣",
    "year=0", "year=-5", "year=99999", "year=2020.0",
    "q=" + "a" * 2_000, "q=" + quote("林" * 500), "q=%25%25%25", "q=%5C", "q=%27%3B--", "q[]=1",
    "q=%E2%80%AE", "q=%F0%9F%91%A9%E2%80%8D%F0%9F%94%AC", "type=%27", "topic=%5C", "sort=%27;drop",
    "sort=title", "sort=oldest", "letter=%C3%9F", "letter=", "letter=%23", "letter=abc",
    "focus=../..", "kind=x", "=", "&&&", "q", "a=b;c=d", "q=%0d%0aSet-Cookie:x", "q=a%20OR%201%3D1",
)  # fmt: skip
NEVER = ("q=" + "a" * 10_000, "q=%00", "page=%00", "year=%ff", "q=%ED%A0%80")


@pytest.mark.parametrize("query", [*NONSENSE, *NEVER])
def test_nonsense_in_an_address_is_no_accident(client: Client, sixty: None, query: str) -> None:
    fine = 400 if query in NEVER else 200
    pages = ["/", "/search/", "/researchers/", any_topic(), any_work(), researcher("Ann Lee"),
             researcher("Ann Lee", "works/"), researcher("Ann Lee", "trust/"),
             researcher("Ann Lee", "follow/"), data_of("Ann Lee")]  # fmt: skip
    answers = {
        address: client.get(f"{address}?{query}", follow=True).status_code for address in pages
    }
    assert answers == dict.fromkeys(pages, fine)


GONE = (
    "/nothing/", "/researchers/nobody-0000000/", "/researchers/nobody-0000000/works/",
    "/researchers/nobody-0000000/trust/", "/researchers/nobody-0000000/graph/",
    "/researchers/nobody-0000000/claim/", "/researchers/nobody-0000000/follow/",
    "/researchers/nobody-0000000.json", "/researchers/-/", "/researchers/%20/", "/researchers/a/",
    "/works/999999/", "/works/99999999999999999999999/", "/works/-1/", "/works/abc/", "/works/٣/",
    "/works/", "/topics/none/", "/topics/%F0%9F%98%80/", "/researchers/" + "a" * 3000 + "/",
    "/accounts/nothing/", "/researchers/'--/", "/researchers/%5C/",
)  # fmt: skip


@pytest.mark.parametrize("address", GONE)
def test_what_is_not_here_is_404_in_the_look_of_the_site(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    shown = page(response)
    assert shown.one("h1").text == "This page is not here"
    assert "/search/" in shown.links()
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["researchers", "search", "about", "about/trust", "accounts"])
def test_a_forgotten_slash_is_added(client: Client, address: str) -> None:
    response = client.get(f"/{address}?q=1")
    assert (response.status_code, response["Location"]) == (301, f"/{address}/?q=1")


# Records with little, and with much


def test_a_record_without_works(client: Client) -> None:
    publish(by("Ann Lee"))
    Work.objects.all().delete()
    lee = author("Ann Lee")
    lee.authorfacts.delete()
    for part, words in (
        ("", "No published work yet"),
        ("works/", "No published work yet"),
        ("trust/", "The ledger has no lines yet"),
        ("graph/", "No work is known yet"),
        ("follow/", "Log in to follow"),
        ("claim/", "Log in to claim"),
    ):
        assert words in page(client.get(researcher(lee, part))).text
    assert client.get(data_of(lee)).json()["bzpeer"]["counts"]["works"] == 0


def test_an_empty_database(client: Client) -> None:
    assert "No records yet" in page(client.get("/")).text
    assert "This is sample data" not in page(client.get("/")).text
    assert "No names here" in page(client.get("/researchers/")).text
    assert "Nobody of that name here" in page(client.get("/search/?q=lee")).text


def test_a_work_of_which_little_is_known(client: Client) -> None:
    publish(by("Ann Lee", abstract="", categories=(), created="", ids=(), title="Bare"))
    shown = page(client.get(any_work()))
    assert "No source gives an abstract for this work." in shown.text
    assert "None given by a source." in shown.text
    profile = page(client.get(researcher("Ann Lee"))).text
    for words in ("No abstract given.", "Topics: none given", "Undated", "L0"):
        assert words in profile


@pytest.mark.parametrize("people", [1, 12, 13, 200, 201, 10_000])
def test_a_long_byline_is_cut_with_its_number(client: Client, people: int) -> None:
    publish(by(*map(somebody, range(people))))
    last = somebody(people - 1)
    listed = page(client.get(researcher(last)))
    byline = listed.one("p", class_="byline")
    shown = min(people, 12) + (people > 12)
    assert byline.text.count("Jo ") == shown
    assert last in byline.text
    assert (f"and {people - shown:,} more" in byline.text) is (people > shown)
    work = page(client.get(any_work()))
    assert work.one("p", class_="byline").text.count("Jo ") == min(people, 200)
    for address in (researcher(last), researcher(last, "graph/"), any_work()):
        assert len(client.get(address).content) <= 150_000


def test_many_researchers_fill_pages(client: Client) -> None:
    publish(*(by(somebody(number, "Lee")) for number in range(120)))
    pages = [page(client.get(f"/researchers/?letter=L&page={n}")) for n in (1, 2, 3)]
    names = [[e.text for e in one.all("a", class_="person-name")] for one in pages]
    assert [len(page_names) for page_names in names] == [50, 50, 20]
    assert len({name for page_names in names for name in page_names}) == 120
    found = page(client.get("/search/?q=lee"))
    assert len(found.all("a", class_="person-name")) == 20
    assert "There are more." in found.text


@pytest.mark.parametrize("q", ["Erdős", "erdos", "PÁL ERDŐS", "erdos pal", "Erdös, P", "  erd  "])
def test_search_forgives_accents_order_and_case(client: Client, q: str) -> None:
    publish(by("Pál Erdős"), by("Pal Other"))
    found = page(client.get(f"/search/?q={quote(q)}"))
    assert [e.text for e in found.all("a", class_="person-name")] == ["Pál Erdős"]


@pytest.mark.parametrize(("number", "has_next"), [(MAX_PAGE - 1, True), (MAX_PAGE, False)])
def test_the_last_page_that_can_be_asked_for_has_no_next(number: int, has_next: bool) -> None:
    turn = paging("/topics/x/", WorksFilter(page=number), matching=2 * MAX_PAGE * PAGE)
    assert bool(turn["next_url"]) is has_next


def test_browsing_ends_where_paging_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(*(by(name.replace("Jo ", "Jo Mc")) for name in people(ROWS + 1)))
    address = "/researchers/?letter=M"
    assert "&page=2" in client.get(address).content.decode().replace("&amp;", "&")
    monkeypatch.setattr("works.views.MAX_PAGE", 1)
    assert "&page=2" not in client.get(address).content.decode().replace("&amp;", "&")


# A work with several sources

DOI = "10.5555/tides"
RULING = Notice("correction", "2021-03", by=ExternalId("doi", "10.5555/erratum"))
LONG = "Sand is moved by the tide. " * 20


def four_sources(**arxiv: Any) -> list[WorkRecord]:
    """A preprint and its publication, which was renamed and corrected."""
    authors = (person("Ann Lee", "Coast Institute"), person("Bo Mato"), person("Cy Rossi"))
    preprint = work(
        *authors,
        number=7,
        title="How tides move the floor of shallow bays",
        abstract=f"We foretell 74 % of it. {LONG}",
        created="2019-07-04",
        doi=DOI,
        versions=(Version("v1", "2019-07-04"), Version("v2", "2020-03-02")),
        comments="12 pages",
        categories=topics("cs.LG"),
    )
    published = changed(
        preprint,
        source="crossref",
        format="crossref/works",
        external_id=DOI,
        record_date="2024-02-10",
        ids=(ExternalId("doi", DOI),),
        title="How tides move the sea floor of shallow bays",
        abstract=f"We foretell 79 % of it. {LONG}",
        type="proceedings-article",
        created="",
        versions=(),
        comments="",
        published="2020-08",
        venue="Bays 2020",
        categories=(),
        notices=(RULING,),
        authors=(authors[1], authors[0], authors[2]),
    )
    places = (InstitutionId("ror", "05gq02987", "North University"),)
    openalex = changed(
        published,
        source="openalex",
        format="openalex/works",
        external_id="W1",
        ids=(ExternalId("openalex", "W1"), ExternalId("doi", DOI)),
        title=preprint.title,
        abstract="",
        venue="",
        notices=(),
        categories=(
            Category("openalex", "T1", "Sediment", (Category("openalex-field", "9", "Sea"),)),
        ),
        authors=(AuthorRecord("Ann Lee", institutions=places), *authors[1:]),
    )
    dblp = changed(
        published, source="dblp", format="dblp/xml", external_id="conf/bays/M20",
        ids=(ExternalId("dblp", "conf/bays/M20"),), abstract="", notices=(), venue="Bays",
    )  # fmt: skip
    return [changed(preprint, **arxiv), published, openalex, dblp]


def one_work(client: Client, records: Sequence[WorkRecord]) -> Page:
    publish(*records)
    (number,) = Work.objects.values_list("pk", flat=True)
    return page(client.get(f"/works/{number}/"))


def items(shown: Page, class_: str) -> list[str]:
    """The texts of the entries of the list of this class."""
    (around,) = [one for one in shown.elements if one.attributes.get("class") == class_]
    return [one.text for one in shown.elements if around in one.around and one.tag == "li"]


def test_the_page_of_four_sources_says_who_said_what(client: Client) -> None:
    shown = one_work(client, four_sources())
    assert shown.one("h1").text == "How tides move the floor of shallow bays"
    assert items(shown, "life") == [
        "4 July 2019 Preprint, arXiv",
        "August 2020 Published in Bays",
        "March 2021 Corrected",
    ]
    assert "From arXiv, 6 May 2024" in [one.text for one in shown.all("p", class_="said-by")]
    assert "4 reports, one work" in shown.text
    arxiv, crossref, dblp, openalex = items(shown, "witnesses")
    assert "arXiv 2401.00007Title, abstract, authors, first date, versions, comments" in arxiv
    assert "Type, date of publication, DOI" in crossref
    assert "Where it appeared" in dblp
    assert openalex.startswith("OpenAlex W1Record of 10 February 2024, read on ")
    assert items(shown, "joins") == [
        "arXiv and OpenAlex: the same DOI",
        "Crossref and dblp: the same DOI",
        "arXiv and Crossref: the same DOI",
    ]


def test_sources_disagree_in_the_open(client: Client) -> None:
    shown = one_work(client, four_sources())
    others = shown.one("dl", class_="others")
    said = [one.text for one in shown.elements if others in one.around and one.tag == "div"]
    title, abstract, authors = said
    assert title == "Title Crossref, 10 February 2024How tides move the sea floor of shallow bays"
    assert abstract.startswith("Abstract Crossref, 10 February 2024Only there: 79 %")
    assert "We foretell 79 % of it." in abstract
    assert authors == "Authors Crossref, 10 February 2024Bo Mato, Ann Lee, Cy Rossi"
    assert "We foretell 74 % of it." in shown.text


def test_affiliations_stand_folded_under_the_byline(client: Client) -> None:
    shown = one_work(client, four_sources())
    folded = shown.one("details", class_="affiliations")
    assert folded.text == "Affiliations Ann LeeCoast InstituteNorth University"
    (link,) = [a for a in shown.all("a") if folded in a.around]
    assert link.text == "North University"
    assert client.get(link["href"]).status_code == 200


def test_a_work_of_one_source_has_no_life_and_no_differences(client: Client) -> None:
    shown = one_work(client, [work("Ann Lee")])
    for class_ in ("life", "others", "affiliations", "joins"):
        assert not shown.all(class_=class_)
    assert "Where these facts come from" in shown.text


def test_a_long_list_of_affiliations_is_cut(client: Client) -> None:
    authors = [
        person(somebody(n), f"Institute {n} of the sea and all that is in it") for n in range(300)
    ]
    publish(work(*authors))
    response = client.get(any_work())
    shown = page(response)
    folded = shown.one("details", class_="affiliations")
    assert len([e for e in shown.all("dt") if folded in e.around]) == 100
    assert len(response.content) < 150_000


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("retraction", "Retracted, says Crossref, March 2021"),
        ("withdrawal", "Withdrawn, says Crossref, March 2021"),
        ("concern", "Expression of concern, says Crossref, March 2021"),
        ("correction", "Corrected, says Crossref, March 2021"),
        ("reinstatement", "Reinstated, says Crossref, March 2021"),
    ],
)
def test_a_notice_is_seen_first_and_in_lists(client: Client, kind: Any, words: str) -> None:
    preprint, published, *_ = four_sources()
    ruling = Notice(kind, "2021-03", by=RULING.by)
    shown = one_work(client, [preprint, changed(published, notices=(ruling,))])
    assert shown.one("p", class_=f"card notice {kind}").text == (
        f"{words} DOI of the notice: 10.5555/erratum"
    )
    assert "https://doi.org/10.5555/erratum" in shown.links()
    listed = page(client.get(researcher("Ann Lee")))
    assert listed.one("p", class_=f"work-notice {kind}").text == words


@pytest.mark.parametrize("text", [" ".join(HOSTILE[n : n + 6]) for n in range(0, len(HOSTILE), 6)])
def test_what_other_sources_say_stays_text(client: Client, text: str) -> None:
    preprint, published, openalex, _ = four_sources()
    ruling = Notice("correction", "2021", by=ExternalId("doi", f"10.5555/{text}"))
    authors = (person(f"Bo {text}", text), *published.authors[1:])
    hostile = changed(
        published, title=f"{published.title} {text}", abstract=f"{text} 79 % {LONG} {text}",
        venue=text, notices=(ruling,), authors=authors,
    )  # fmt: skip
    place = InstitutionId("ror", "05gq02987", text)
    named = AuthorRecord("Ann Lee", affiliations=(text,), institutions=(place,))
    shown = one_work(client, [preprint, hostile, changed(openalex, authors=(named, *authors))])
    assert shown.one("dl", class_="others")
    assert all(script["src"].startswith("/static/") for script in shown.all("script"))
    for element in shown.elements:
        assert element.tag not in ("img", "iframe", "object", "base", "style", "math", "video")
        names = element.attributes.keys()
        assert not any(
            name.startswith(("on", "hx-", "data-hx")) or name == "style" for name in names
        )
        assert element.attributes.get("href", "/").startswith(("/", "#", "https://", "http://127"))


# The list is put into a page as bytes

STRANGE = (
    "\U0001d504\U0001d505 \U00020000\U0002a6d6",
    "\u0645\u062d\u0645\u062f \u202egnorw\u202c \u05e9\u05dc\u05d5\u05dd",
    "Nul \u2400 \\0 &#0; &amp;",
    "<!-- works --> <b>%b %s {} {{ r }}",
    "a</bdi>-0000000/\"> <a O'Q",
    "e\u0301\u0301 \ufdfa zero\u200bwidth",
    "x" * 150 + " " + "\U0001f600" * 149,
    "the \u05d0 & %b Collaboration",
)


def named(of: Authorship, bold: str) -> str:
    name = f"<bdi>{escape(of.name)}</bdi>"
    if of.author is None:
        return name
    own = of.author.name == bold
    return f"<b>{name}</b>" if own else f'<a href="/researchers/{of.author.slug}/">{name}</a>'


def byline(of: Work, bold: str = "") -> str:
    """Its first twelve names, and the one that the list is about, however far behind."""
    names = list(Authorship.objects.filter(work=of).select_related("author").order_by("position"))
    shown = [one for one in names if one.position <= 12 or (one.author and one.author.name == bold)]
    rest = len(names) - len(shown)
    more = f' <span class="more-authors">and {rest} more</span>' if rest else ""
    return ", ".join(named(one, bold) for one in shown) + more


def test_lists_hold_what_is_stored_to_the_letter(client: Client) -> None:
    place = InstitutionId("ror", "05gq02987", "North")
    first = AuthorRecord("Ann Lee", institutions=(place,))
    many = [somebody(number) for number in range(10)]
    publish(
        *(
            by(first, text, *many, "Bo Last", "Cy End", title=f"T {text}", abstract=f"{text}. B.",
               comments=text, journal_ref=text)
            for text in STRANGE
        )
    )  # fmt: skip
    claim = claim_open(claimant(account("Cy End")), author("Cy End"), timezone.now())
    assert isinstance(claim, Claim)
    Claim.objects.update(state="submitted", submitted_at=timezone.now())
    case = f"/moderation/claims/{claim.public_id}/"
    pages = {
        **{researcher("Cy End", part): (client, "Cy End") for part in ("", "works/?sort=title")},
        **{researcher("Ann Lee", part): (client, "Ann Lee") for part in ("works/", "works/?q=T")},
        **dict.fromkeys((any_topic(), any_institution()), (client, "")),
        case: (signed_in_as(staff()), "Cy End"),
    }
    assert Work.objects.count() == len(STRANGE)
    for address, (reader, bold) in pages.items():
        sent = reader.get(address).content.decode()
        for found in Work.objects.all():
            pieces = [found.title_html, byline(found, bold)]
            pieces += [] if address == case else [found.head_html, found.body_html]
            assert [one for one in pieces if one not in sent] == [], address
