"""Why something of a claim is as it is: each reason with its words and the way to fix it."""

from typing import NamedTuple


class Reason(NamedTuple):
    """`words` say what is so, `fix` what the person can do about it (empty: nothing is wrong)."""

    code: str
    words: str
    fix: str = ""


_WORK_ADDRESS = "Use the address that the institution of a recent work gave you under your name."
_REVIEW = "A reviewer will look at it; another proof makes that quicker."

# What a reviewer may say when turning a claim down or asking for more.
REJECTIONS = (
    Reason(
        "not_shown",
        "The evidence does not show that you are the person of this record.",
        "Bring a proof that ties you to its works: ORCID, a mailbox at your institution, a link"
        " back from your page there, or a co-author's word.",
    ),
    Reason(
        "other_person",
        "The evidence belongs to another person of the same or a similar name.",
        "Look for your own record under that name, and claim it.",
    ),
    Reason(
        "several_people",
        "This record seems to hold works of several people.",
        "Tell us which of the works are yours; only that part can become your record.",
    ),
    Reason(
        "unreadable",
        "What you sent could not be opened, or cannot be checked by anybody but you.",
        "Send a public page or a document that names you and one of the works.",
    ),
    Reason(
        "for_somebody_else",
        "A record is claimed by the person alone, not on their behalf.",
        "Ask the person to claim it; for a mistake on the page, send a correction.",
    ),
    Reason(
        "duplicate",
        "You already speak for a record, and this one looks like the same person.",
        "Tell us that both are you, so that they can become one.",
    ),
    Reason(
        "misuse",
        "The claim was made with somebody else's name or evidence.",
        "If this is a mistake, answer with a proof that only you can give.",
    ),
)

# What comes of evidence.
EVIDENCE = (
    Reason("orcid_on_works", "A source put your ORCID iD on works of this record."),
    Reason(
        "orcid_none",
        "No ORCID iD is connected to your account.",
        "Sign in with ORCID; an iD that is typed proves nothing.",
    ),
    Reason(
        "orcid_fresh",
        "Your ORCID iD is real, but no source has put it on works of this record.",
        f"Ask the publisher to put your iD on the work. {_REVIEW}",
    ),
    Reason(
        "orcid_one_work",
        "A source put your ORCID iD on one work of this record; two are needed.",
        _REVIEW,
    ),
    Reason(
        "orcid_own_word",
        "You added these works to your ORCID record yourself, which proves nothing.",
        f"What counts is an iD that a publisher or another source put on the work. {_REVIEW}",
    ),
    Reason(
        "orcid_late",
        "Your ORCID iD came onto these works after the claim was opened.",
        _REVIEW,
    ),
    Reason(
        "orcid_two_ids",
        "Sources give works of this record two different ORCID iDs.",
        "It may be several people, or one with two iDs: a reviewer decides.",
    ),
    Reason(
        "orcid_taken",
        "This ORCID iD belongs to another account.",
        "Sign in with that account, or disconnect the iD there.",
    ),
    Reason("mail_strong", "The mailbox is yours, is at your institution, and carries your name."),
    Reason(
        "mail_malformed",
        "This is no mail address that we can use.",
        "Write it as name@institution, in plain letters.",
    ),
    Reason(
        "mail_lookalike",
        "The domain only looks like one that we know: some of its letters are other letters.",
        _WORK_ADDRESS,
    ),
    Reason(
        "mail_tag",
        "Addresses with a tag (+…) are not taken as proof.",
        "Use the same address without the tag.",
    ),
    Reason(
        "mail_role", "This is an address of an office or a list, not of a person.", _WORK_ADDRESS
    ),
    Reason("mail_free", "Anyone can have an address at this provider.", _WORK_ADDRESS),
    Reason("mail_disposable", "This is an address to be thrown away.", _WORK_ADDRESS),
    Reason(
        "mail_elsewhere",
        "No work of this record names an institution with this domain.",
        f"{_WORK_ADDRESS} Or send written evidence.",
    ),
    Reason(
        "mail_visitors",
        "This part of the institution's domain is for alumni, students or guests.",
        f"{_WORK_ADDRESS} Or send written evidence.",
    ),
    Reason(
        "mail_department",
        "The domain is near the institution's, and not one that its registry lists for it.",
        _REVIEW,
    ),
    Reason(
        "mail_former",
        "The institution is on older works only; its domain proves no more than the past.",
        f"Use a mailbox at the institution of a recent work. {_REVIEW}",
    ),
    Reason(
        "mail_unverified",
        "The mailbox has not been shown to be yours.",
        "Enter the code that was mailed to it within ten minutes.",
    ),
    Reason(
        "mail_other_name",
        "The address does not carry the family name with the given name or its initial.",
        _REVIEW,
    ),
    Reason(
        "mail_not_unique",
        "Another author at this institution could have this address just as well.",
        _REVIEW,
    ),
    Reason(
        "mail_used",
        "This mailbox is the proof of another account.",
        "Sign in with that account; a mailbox speaks for one person.",
    ),
    Reason(
        "link_strong", "Your page carries the claim's token, and your institution vouches for it."
    ),
    Reason(
        "link_unread",
        "The page has not been read yet.",
        "We read it within minutes; come back then.",
    ),
    Reason(
        "link_unreachable",
        "The page could not be read.",
        "See that it opens without log-in, as HTML, in a few seconds; then ask again.",
    ),
    Reason(
        "link_forbidden",
        "This is no address of a public page on the web.",
        "Give the whole address of your page, beginning with https://.",
    ),
    Reason(
        "link_absent",
        "The page carries neither the link nor the token.",
        "Put the link or the token on it as shown, then ask again.",
    ),
    Reason(
        "link_no_token",
        "The page links to this record, but without the token that says whose claim it is.",
        "Put the link in the form that is shown with your claim, then ask again.",
    ),
    Reason(
        "link_reflected",
        "The address of the page holds the token itself: such a page may repeat what it is asked.",
        "Give the plain address of your own page.",
    ),
    Reason(
        "link_unvouched",
        "Neither a source nor the domain of a recent institution vouches for this page.",
        f"Use your page at the institution. {_REVIEW}",
    ),
    Reason(
        "link_unnamed",
        "The address of the page does not carry your name, so others could have such a page too.",
        _REVIEW,
    ),
    Reason("coauthor_confirms", "A verified co-author confirms that this record is you."),
    Reason(
        "coauthor_asked",
        "The co-author has not answered yet.",
        "Nothing is sent again; you may ask another co-author.",
    ),
    Reason(
        "coauthor_objects",
        "A co-author says that this record is not you.",
        "A reviewer hears both of you.",
    ),
    Reason(
        "coauthor_unverified",
        "Only co-authors whose own record is verified (L2 or above) can confirm.",
        "Ask a co-author whose page says L2 or above.",
    ),
    Reason(
        "coauthor_stranger",
        "This person is on no work of this record with at most fifty authors.",
        "Ask somebody you wrote a work with.",
    ),
    Reason("coauthor_self", "Nobody confirms their own claim.", "Ask a co-author."),
    Reason("written_given", "A reviewer will read what you wrote.", _REVIEW),
    Reason(
        "written_short",
        "This is too short to be checked.",
        "Name a public page or a document, and say what it shows.",
    ),
    Reason("written_accepted", "A reviewer accepted what you wrote."),
    Reason(
        "written_refused",
        "A reviewer read what you wrote and was not convinced.",
        "Bring another proof.",
    ),
    Reason("withdrawn", "This evidence was taken back."),
)

# Why a step cannot be taken now.
REFUSALS = (
    Reason("no_step", "This cannot be done in the state that the claim is in.", "Reload the page."),
    Reason("not_yours", "This step is for somebody else to take."),
    Reason("not_ready", "The record is still being computed.", "Come back in a minute."),
    Reason("merged", "This record became part of another.", "Claim the other record."),
    Reason(
        "frozen",
        "The claim is frozen while a reviewer looks at it.",
        "Write to the reviewers; everything is kept as it was.",
    ),
    Reason(
        "strong_proof",
        "No strong proof is there yet.",
        "Bring one of the proofs that are listed, or wait for a reviewer.",
    ),
    Reason(
        "unobjected",
        "A co-author says that this record is somebody else.",
        "A reviewer hears both of you.",
    ),
    Reason(
        "not_turned_down",
        "Reviewers decided against an earlier claim of yours of this record.",
        "A reviewer looks at this one as well; say what they could not know then.",
    ),
    Reason("evidence", "Nothing has been brought that could be checked.", "Bring evidence."),
    Reason("new_evidence", "Nothing new has been brought.", "Bring what was asked for."),
    Reason(
        "account_verified",
        "The account has no verified mail address.",
        "Verify the address of your account first.",
    ),
    Reason(
        "unheld",
        "Somebody else speaks for this record.",
        "Your claim is a challenge: it is heard once it carries a strong proof or is admitted.",
    ),
    Reason(
        "clear",
        "The record may be several people, and no reviewer has decided on it.",
        "A reviewer looks at its circles first; or claim your part of it.",
    ),
    Reason(
        "not_famous",
        "Two reviewers decide on a record that so many people read.",
        "There is nothing for you to do.",
    ),
    Reason(
        "one_record",
        "You already speak for a record; a second one is decided by a reviewer.",
        "There is nothing for you to do.",
    ),
    Reason("not_party", "Nobody decides on a claim of their own, or on one that challenges it."),
    Reason("second_reviewer", "A second reviewer has to agree before this takes effect."),
    Reason("challenge", "There is no challenge with a strong proof, and none was admitted."),
    Reason("unchallenged", "A challenge of this claim is still open."),
    Reason("not_disputing", "This claim is one side of a dispute.", "Decide the dispute."),
    Reason("heard", "Both are heard first: until both have answered, or the 14 days are over."),
    Reason("was_held", "This claim was never accepted, so there is nothing to restore."),
    Reason("not_reopened", "The person has opened this claim anew.", "Decide the newer claim."),
    Reason("in_time", "What ended more than 30 days ago is not restored.", "Open a new claim."),
    Reason("too_many", "You have done this too often for now.", "Try again later."),
    Reason(
        "wrong_code", "The code is wrong, used up or older than ten minutes.", "Ask for another."
    ),
    Reason("unknown_reason", "This is none of the named reasons."),
    Reason("unknown_evidence", "There is no such evidence."),
)

ALL = {reason.code: reason for reason in (*REJECTIONS, *EVIDENCE, *REFUSALS)}
REJECTION_CODES = frozenset(reason.code for reason in REJECTIONS)
# Who is turned down for one of these lacked a proof, and one that is brought later decides alone.
A_PROOF_MENDS = frozenset({"not_shown", "unreadable"})


def reason(code: str) -> Reason:
    """Raises KeyError for a code that no person could be told about."""
    return ALL[code]
