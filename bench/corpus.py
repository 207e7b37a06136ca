"""A made-up corpus with the shape of a real one, as arXiv would send it. Same seed, same bytes.

Few people write much and most write once; few works have many names; people write again with
those they wrote with; frequent names are borne by several people. Nothing in it means anything.
"""

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from itertools import accumulate, product
from random import Random
from typing import NamedTuple

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    b'<request verb="ListRecords" metadataPrefix="arXiv">http://localhost/oai</request><ListRecords>'
)
TAIL = b"</ListRecords></OAI-PMH>"
TOPICS = (
    *("astro-ph.GA", "cond-mat.str-el", "cs.CL", "cs.CV", "cs.LG", "cs.SI", "econ.EM", "gr-qc"),
    *("hep-ex", "hep-th", "math.AG", "math.CO", "math.PR", "q-bio.NC", "quant-ph", "stat.ML"),
)
FORMULAS = (r"$O(n^2)$", r"$\alpha$-decay", r"na\"ive", r"$\mathbb{R}^d$", r"Poincar\'e", "1--2")
SOUNDS = (
    *("ba", "cho", "den", "far", "gui", "han", "jo", "ka", "lin", "mar", "nov", "ost", "per"),
    *("qua", "ren", "sil", "tan", "ul", "vi", "wen", "xu", "yo", "za"),
)

FIELDS = 60  # groups of people who write with each other
NEW = 0.7  # of the names on works are people's first
TEAM, TEAM_TAIL, LARGEST_TEAM = 1.6, 1.5, 400  # Pareto: mean 4.4 names, and a few in hundreds


class Lexicon:
    """Words by rank, each as frequent as one over its rank."""

    def __init__(self, rng: Random, size: int, sounds: int) -> None:
        words = ["".join(parts) for parts in product(SOUNDS, repeat=sounds)]
        self.rng = rng
        self.words = rng.sample(words, size)
        self.weights = list(accumulate(1 / rank for rank in range(1, size + 1)))

    def some(self, number: int) -> list[str]:
        return self.rng.choices(self.words, cum_weights=self.weights, k=number)


class Person(NamedTuple):
    number: int
    given: str
    family: str


def oai(works: int, seed: int = 2) -> Iterator[bytes]:
    """The pieces of one file of arXiv's own format with this many records."""
    rng = Random(seed)  # noqa: S311
    people = _people(rng)
    words = Lexicon(rng, 4_000, 3)
    written: dict[int, list[Person]] = defaultdict(list)
    yield HEAD
    for number in range(works):
        field = min(int(rng.paretovariate(0.8)), FIELDS)
        team = _team(rng, people, written[field])
        written[field].extend(team)
        yield _record(rng, words, number, field, team).encode()
    yield TAIL


def _people(rng: Random) -> Iterator[Person]:
    given, family = Lexicon(rng, 400, 2), Lexicon(rng, 3_000, 3)
    number = 0
    while True:
        number += 1
        yield Person(number, given.some(1)[0].title(), family.some(1)[0].title())


def _team(rng: Random, people: Iterator[Person], before: list[Person]) -> list[Person]:
    """Newcomers, and people of the field by how often they wrote: the frequent stay frequent."""
    size = min(int(TEAM * rng.paretovariate(TEAM_TAIL)), LARGEST_TEAM)
    chosen = [
        rng.choice(before) if before and rng.random() > NEW else next(people) for _ in range(size)
    ]
    return list(dict.fromkeys(chosen))


def _record(rng: Random, words: Lexicon, number: int, field: int, team: list[Person]) -> str:
    year, month, place = 2007 + number // 1_200 % 19, number // 100 % 12 + 1, number % 100 + 1
    key = f"{year % 100:02}{month:02}.{number // 22_800:02}{place:03}"
    date = f"{year}-{month:02}-{number % 28 + 1:02}"
    topics = {TOPICS[field % len(TOPICS)], *rng.sample(TOPICS, rng.randrange(3))}
    authors = "".join(
        f"<author><keyname>{p.family}</keyname><forenames>{p.given}</forenames></author>"
        for p in team
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{key}</identifier><datestamp>{date}</datestamp>"
        f'</header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{key}</id>'
        f"<created>{date}</created><authors>{authors}</authors>"
        f"<title>{_sentence(rng, words, 9)}</title><categories>{' '.join(sorted(topics))}"
        f"</categories><comments>{number % 30 + 4} pages</comments>"
        f"<abstract>{' '.join(_sentence(rng, words, 20) for _ in range(7))}.</abstract>"
        "</arXiv></metadata></record>\n"
    )


def _sentence(rng: Random, words: Lexicon, length: int) -> str:
    chosen = words.some(rng.randint(length // 2, length * 3 // 2))
    if rng.random() < 0.2:
        chosen.insert(rng.randrange(len(chosen)), rng.choice(FORMULAS))
    return escape(" ".join(chosen).capitalize(), quote=False)
