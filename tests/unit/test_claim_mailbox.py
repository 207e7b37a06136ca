"""A mailbox at an institution: thirty addresses and what each is worth, and whose a name is."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain.evidence import Strength
from claims.domain.evidence.mailbox import MailFacts, Place, assess, parts
from claims.domain.evidence.mailnames import carries, forms, split

TODAY = date(2026, 11, 1)
UNI = Place(
    name="University of Somewhere",
    domains=("some.edu", "some.ac.uk"),
    near=("somewhere-university.org",),
    last_year=2025,
    others=("Ann Lee", "Xiaoming Lin"),
)
FORMER = Place(name="Former College", domains=("former.edu",), last_year=2019)
UMLAUT = Place(name="Hochschule Süd", domains=("xn--sd-xka.example",), last_year=2026)
XUE = MailFacts(
    address="",
    today=TODAY,
    confirmed_on=TODAY,
    names=("Xue Lin", "X. Lin"),
    places=(UNI, FORMER, UMLAUT),
)

TABLE = [
    ("xue.lin@some.edu", "strong", "mail_strong"),
    ("XUE.LIN@SOME.EDU", "strong", "mail_strong"),
    ("lin.xue@some.ac.uk", "strong", "mail_strong"),
    ("xuelin@some.edu", "strong", "mail_strong"),
    ("lin-x@xn--sd-xka.example", "strong", "mail_strong"),
    ("xlin@süd.example", "strong", "mail_strong"),
    ("xlin@some.edu", "supporting", "mail_not_unique"),
    ("x.lin@some.edu", "supporting", "mail_not_unique"),
    ("lin@some.edu", "supporting", "mail_other_name"),
    ("xue@some.edu", "supporting", "mail_other_name"),
    ("xue.lin2@some.edu", "supporting", "mail_other_name"),
    ("ann.lee@some.edu", "supporting", "mail_other_name"),
    ("q84x@some.edu", "supporting", "mail_other_name"),
    ("xue.lin@cs.some.edu", "supporting", "mail_department"),
    ("xue.lin@edu", "none", "mail_malformed"),
    ("xue.lin@somewhere-university.org", "supporting", "mail_department"),
    ("xue.lin@former.edu", "supporting", "mail_former"),
    ("xue.lin@alumni.some.edu", "none", "mail_visitors"),
    ("xue.lin@students.cs.some.edu", "none", "mail_visitors"),
    ("xue.lin@guest.some.ac.uk", "none", "mail_visitors"),
    ("info@some.edu", "none", "mail_role"),
    ("support@some.edu", "none", "mail_role"),
    ("list@some.edu", "none", "mail_role"),
    ("xue-lin-list@some.edu", "none", "mail_role"),
    ("info+xue.lin@some.edu", "none", "mail_role"),
    ("xue.lin+claims@some.edu", "none", "mail_tag"),
    ("xue.lin@sоme.edu", "none", "mail_lookalike"),
    ("xue.lin@sóme.edu", "none", "mail_lookalike"),
    ("xue.lin@gmail.com", "none", "mail_free"),
    ("xue.lin@mailinator.com", "none", "mail_disposable"),
    ("xue.lin@other.edu", "none", "mail_elsewhere"),
    ("xue.lin@notsome.edu", "none", "mail_elsewhere"),
    ("xue.lin@some.edu.evil.example", "none", "mail_elsewhere"),
    ("xue.lin@some.edu@evil.example", "none", "mail_malformed"),
    ("xue lin@some.edu", "none", "mail_malformed"),
    ("хue.lin@some.edu", "none", "mail_malformed"),
    ("xue..lin@some.edu", "none", "mail_malformed"),
    ("xue.lin@[127.0.0.1]", "none", "mail_malformed"),
    ("xue.lin@127.0.0.1", "none", "mail_malformed"),
    ("xue.lin@some.edu\nBcc: a@b.example", "none", "mail_malformed"),
    ("@some.edu", "none", "mail_malformed"),
    ("", "none", "mail_malformed"),
]


def assessed(address: str, **changes: object) -> tuple[str, str]:
    found = assess(msgspec.structs.replace(XUE, address=address, **changes))
    return found.strength.value, found.reason


@pytest.mark.parametrize(("address", "strength", "reason"), TABLE)
def test_addresses(address: str, strength: str, reason: str) -> None:
    assert assessed(address) == (strength, reason)


@pytest.mark.parametrize(("address", "strength", "reason"), TABLE)
def test_no_address_counts_before_its_code_is_entered(
    address: str, strength: str, reason: str
) -> None:
    found = assess(msgspec.structs.replace(XUE, address=address, confirmed_on=None))
    assert found.strength is Strength.NONE
    assert found.reason == (reason if strength == "none" else "mail_unverified")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_no_proof_unless_it_is_the_name_at_the_domain(
    local: str, domain: str
) -> None:
    found = assess(msgspec.structs.replace(XUE, address=f"{local}@{domain}"))
    if found.strength is Strength.STRONG:
        assert parts(f"{local}@{domain}") is not None
        assert found.voucher.removeprefix("domain:") in (*UNI.domains, *UMLAUT.domains)


def test_a_mailbox_of_another_account_is_none() -> None:
    assert assessed("xue.lin@some.edu", used=True) == ("none", "mail_used")


def test_a_namesake_at_the_institution_makes_it_nobodys() -> None:
    crowded = msgspec.structs.replace(UNI, others=("Xue Lin",))
    found = assessed("xue.lin@some.edu", places=(crowded,))
    assert found == ("supporting", "mail_not_unique")


def test_a_place_that_later_works_do_not_name_is_former() -> None:
    left = msgspec.structs.replace(UNI, last_year=2022)
    stayed = (left,)
    moved = (left, msgspec.structs.replace(UMLAUT, last_year=2025))
    assert assessed("xue.lin@some.edu", places=stayed)[1] == "mail_strong"
    assert assessed("xue.lin@some.edu", places=moved)[1] == "mail_former"


@pytest.mark.parametrize(("last_year", "reason"), [(2021, "mail_strong"), (2020, "mail_former")])
def test_a_recent_place_is_at_most_five_years_old(last_year: int, reason: str) -> None:
    place = msgspec.structs.replace(UNI, last_year=last_year)
    assert assessed("xue.lin@some.edu", places=(place,))[1] == reason


def test_an_affiliation_without_a_year_proves_nothing() -> None:
    place = msgspec.structs.replace(UNI, last_year=None)
    assert assessed("xue.lin@some.edu", places=(place,))[0] == "supporting"


def test_it_lasts_a_year_and_is_looked_at_a_week_before() -> None:
    found = assess(msgspec.structs.replace(XUE, address="xue.lin@some.edu"))
    assert found.expires_on == date(2027, 11, 1)
    assert found.recheck_after == date(2027, 10, 25)
    assert found.missing == ()


@pytest.mark.parametrize(
    ("today", "strength"), [(date(2027, 10, 31), "strong"), (date(2027, 11, 1), "supporting")]
)
def test_it_ends_with_its_year(today: date, strength: str) -> None:
    recent = msgspec.structs.replace(UNI, last_year=2026)
    assert assessed("xue.lin@some.edu", today=today, places=(recent,))[0] == strength


def test_what_is_missing_is_said() -> None:
    found = assess(msgspec.structs.replace(XUE, address="xlin@some.edu"))
    assert found.words
    assert found.missing


@pytest.mark.parametrize(
    ("name", "locals_"),
    [
        ("Xue Lin", "xue.lin lin.xue xlin linx xuelin"),
        ("Lin, Xue", "xue_lin xlin"),
        ("Jürgen Müller", "juergen.mueller jurgen.muller j.mueller"),
        ("Jean-Pierre van der Berg", "jp.berg jean-pierre.vanderberg jberg jpvanderberg"),
        ("Xue M. Lin", "xue.m.lin xmlin xlin"),
        ("Иван Петров", "i.petrov petrov.ivan"),
        ("Jo Doe Jr.", "jo.doe jdoe"),
        ("Sean O'Neil", "sean.oneil"),
    ],
)
def test_names_in_addresses(name: str, locals_: str) -> None:
    for local in locals_.split():
        assert carries(local, name), local


@pytest.mark.parametrize("name", ["", "Plato", "王伟", "X", "...", "Ä:Æ"])
def test_a_name_without_parts_is_in_no_address(name: str) -> None:
    assert split(name) == ([], [])
    assert not forms(name)
    assert not carries("", name)
    assert not carries(name, name)


@given(st.text(max_size=60))
def test_every_form_has_more_than_the_family_name(name: str) -> None:
    _, family = split(name)
    assert all(len(form) > len(family[-1]) for form in forms(name))
