"""The pages there are, by name, so that a law about pages is tried on every one of them."""

from tests.factories.corpus import author
from tests.factories.institutions import record, register
from works.models import Author, Institution, Topic, Work

OF_A_RESEARCHER = ("", "works/", "trust/", "graph/")
FORMS = ("follow/", "claim/")


def researcher(found: Author | str, part: str = "") -> str:
    record = author(found) if isinstance(found, str) else found
    return f"/researchers/{record.slug}/{part}"


def data_of(found: Author | str) -> str:
    return researcher(found)[:-1] + ".json"


def any_work() -> str:
    return f"/works/{Work.objects.order_by('id').values_list('id', flat=True)[0]}/"


def any_topic() -> str:
    return f"/topics/{Topic.objects.order_by('id').values_list('slug', flat=True)[0]}/"


def any_institution() -> str:
    """One without works, where there is no other: the sample has none."""
    if not Institution.objects.exists():
        register(record())
    return f"/institutions/{Institution.objects.order_by('id').values_list('slug', flat=True)[0]}/"


# Every public page with an ETag, by name: what to fill in is the author of the page.
PUBLIC = {
    "home": "/",
    "search": "/search/?q=lin",
    "search for nobody": "/search/?q=zzz",
    "search for nothing": "/search/",
    "browse": "/researchers/?letter=L",
    "browse nobody": "/researchers/?letter=Q",
    "researcher": "{researcher}",
    "data": "{data}",
    "works": "{researcher}works/",
    "works of a year": "{researcher}works/?year=2020",
    "works with a word": "{researcher}works/?q=pruning",
    "works that are not": "{researcher}works/?q=zzzz",
    "trust": "{researcher}trust/",
    "graph": "{researcher}graph/",
    "work": "{work}",
    "topic": "{topic}",
    "topics": "/topics/",
    "institution": "{institution}",
    "search for a work": "/search/?q=on&kind=works",
    "search for an institution": "/search/?q=north&kind=institutions",
    "path": "/explore/path/",
    "path between two": "/explore/path/?from=xue+lin&to=tianyu+wang",
    "path to nobody": "/explore/path/?from=lin&to=zzzz",
    "about": "/about/",
    "about trust": "/about/trust/",
}
# Public as well, and never stored: they hold a form, or would.
NEVER_STORED = {
    "follow": "{researcher}follow/",
    "follow topic": "{topic}follow/",
    "unsubscribe": "/notifications/unsubscribe/x/",
    "correct researcher": "{researcher}correct/",
    "correct work": "{work}correct/",
    "correct institution": "{institution}correct/",
    "correct topic": "{topic}correct/",
    "claim": "{researcher}claim/",
    "invite": "{researcher}invite/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "code by mail": "/accounts/login/code/",
    "deleted": "/accounts/deleted/",
    "restore": "/accounts/restore/x/",
    "undo": "/accounts/email/undo/x/",
}


def filled(pattern: str, found: Author) -> str:
    """The address that a pattern of these tables means, beside this author's record."""
    return pattern.format(
        researcher=researcher(found),
        data=data_of(found),
        work=any_work(),
        topic=any_topic(),
        institution=any_institution() if "{institution}" in pattern else "",
    )
