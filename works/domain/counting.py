"""What is counted of many authors at once: one array a column, no object for each work."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from works.domain.grouped import Column, begins, counted, joined, listed, places

# Room for a year, for a topic's rank and for a count in the number that rows are sorted by.
YEAR_BITS, TOPIC_BITS, COUNT_BITS = 15, 20, 20
# Sorts behind every year.
UNKNOWN = (1 << YEAR_BITS) - 1
NOBODY = np.empty(0, np.int64)


class Mine(NamedTuple):
    """An author's place among those asked for, a work of theirs, and what is counted of it.

    Each pair is there once, in order; a year that is not known is 0, the rest are 0 and 1.
    """

    author: Column
    work: Column
    year: Column
    identified: Column
    complete: Column
    corroborated: Column
    confirmed: Column


def mine(*told: Column) -> Mine:
    """Of rows in any order, in which an author may be on a work more than once."""
    order = np.lexsort((told[1], told[0]))
    author, work, *rest = (column[order] for column in told)
    starts = np.flatnonzero(begins(author) | begins(work))
    if not len(starts):
        return Mine(author, work, *rest)
    return Mine(author[starts], work[starts], *(np.maximum.reduceat(one, starts) for one in rest))


def totals(found: Mine, authors: int) -> dict[str, list[int]]:
    """How many works each author has, and how many of them are so and so."""
    every = {"works": np.ones(len(found.author)), **found._asdict()}
    fields = ("works", "identified", "complete", "corroborated", "confirmed")
    return {
        field: np.bincount(found.author, every[field], authors).astype(int).tolist()
        for field in fields
    }


def years(found: Mine, authors: int) -> list[str]:
    """How many works of each year an author has, as JSON in the order of years."""
    dated = np.where(found.year, found.year, UNKNOWN)
    keys, counts = counted(found.author << YEAR_BITS | dated)
    shown = ["null" if year == UNKNOWN else year for year in (keys & UNKNOWN).tolist()]
    told = [f"[{year}, {n}]" for year, n in zip(shown, counts.tolist())]
    return listed(keys >> YEAR_BITS, told, authors)


def topics(
    found: Mine, work: Column, rank: Column, names: Sequence[str], top: int, authors: int
) -> tuple[list[int], list[str]]:
    """How many topics each author has, and the most frequent of them as JSON.

    `work` and `rank` are the topics of works in the order of works; a rank says where a topic is
    among `names`, which are the beginnings of their JSON, and the smaller one goes first.
    """
    one, other = joined(found.work, work)
    keys, counts = counted(found.author[one] << TOPIC_BITS | rank[other])
    author, topic = keys >> TOPIC_BITS, keys & (1 << TOPIC_BITS) - 1
    order = np.argsort((author << COUNT_BITS) - counts, kind="stable")
    order = order[places(author) < top]
    shown = zip(topic[order].tolist(), counts[order].tolist())
    told = listed(author[order], [f"{names[place]}, {n}]" for place, n in shown], authors)
    return np.bincount(author, minlength=authors).tolist(), told


def sources(found: Mine, works: Mapping[str, Column], authors: int) -> list[str]:
    """The sources of each author's works as JSON; `works` are those of each source."""
    names = sorted(works)
    keys = [
        found.author[np.isin(found.work, works[name])] * len(names) + place
        for place, name in enumerate(names)
    ]
    author, place = np.divmod(np.unique(np.concatenate([*keys, NOBODY])), max(len(names), 1))
    told = [json.dumps(name) for name in names]
    return listed(author, [told[one] for one in place.tolist()], authors)
