"""The edges of many authors at once, from the bylines of their works.

Everything is one array a column: with millions of pairs of names an object for each is too much.
"""

from typing import NamedTuple

import numpy as np

from works.domain.grouped import Column, Mask, begins, counted, joined, places

# A close collaborator: on at least three of the author's works and on at least a third of them.
FEWEST_CLOSE, SHARE_CLOSE = 3, 3
# Room for a year, and for how many works two people share, in the number that edges are sorted by.
YEAR_BITS, WORKS_BITS = 15, 24
# Room for the id of an author in the number that a pair is known by.
ID_BITS = 31
NO_YEAR = 1 << YEAR_BITS


class Bylines(NamedTuple):
    """Who is on which work, each once, in the order of works; a year that is not known is 0."""

    author: Column
    work: Column
    year: Column


class Beside(NamedTuple):
    """Who is beside an author on a work, and its year or 0, by author, the other and the work."""

    author: Column
    other: Column
    work: Column
    year: Column


class Edges(NamedTuple):
    """From each author to each other in the order of both.

    `first` and `last` are years or 0, `close` is 0 or 1.
    """

    author: Column
    other: Column
    works: Column
    first: Column
    last: Column
    close: Column

    def where(self, chosen: Mask | Column) -> "Edges":
        return Edges(*(column[chosen] for column in self))


class Packed(NamedTuple):
    """Edges in two columns, which are read and compared sooner: a pair, and what is said of it."""

    pair: Column
    said: Column


class Changes(NamedTuple):
    """What makes the edges that are kept those that should be."""

    new: Edges
    changed: Edges
    gone: Edges


def bylines(author: Column, work: Column, year: Column) -> Bylines:
    """Of names in any order, whose bearer may be on a work more than once."""
    order = np.lexsort((author, work))
    author, work, year = author[order], work[order], year[order]
    once = begins(author) | begins(work)
    return Bylines(author[once], work[once], year[once])


def beside(ids: Column, told: Bylines) -> Beside:
    """Everyone beside the authors `ids`, whose bylines are all told."""
    people, person = np.unique(told.author, return_inverse=True)
    starts = begins(told.work)
    work, first = np.cumsum(starts) - 1, np.flatnonzero(starts)
    mine = np.flatnonzero(np.isin(told.author, ids))
    place, other = joined(told.work[mine], told.work)
    one = mine[place]
    # One number for each pair on a work: to sort these is far faster than to sort places by them.
    bits = len(first).bit_length()
    pair = person[one] * len(people) + person[other]
    packed = np.sort((pair << bits | work[one])[one != other])
    author, met = np.divmod(packed >> bits, max(len(people), 1))
    shared = first[packed & (1 << bits) - 1]
    return Beside(people[author], people[met], told.work[shared], told.year[shared])


def edges(ids: Column, told: Bylines, found: Beside) -> Edges:
    """From the authors `ids` to everyone beside them."""
    starts = np.flatnonzero(begins(found.author) | begins(found.other))
    if not len(starts):
        return Edges(*[starts] * len(Edges._fields))
    author, works = found.author[starts], np.diff(starts, append=len(found.author))
    first = np.minimum.reduceat(np.where(found.year, found.year, NO_YEAR), starts)
    last = np.maximum.reduceat(found.year, starts)
    own, number = counted(told.author[np.isin(told.author, ids)])
    all_works = number[np.searchsorted(own, author)]
    close = (works >= FEWEST_CLOSE) & (works * SHARE_CLOSE >= all_works)
    return Edges(author, found.other[starts], works, first % NO_YEAR, last, close.astype(int))


def companions(
    ids: Column, told: Bylines, found: Beside, fewest: int
) -> dict[int, dict[int, set[int]]]:
    """Who is on several works of these authors, by author and work; of those with so many works.

    Whoever is on one work only holds none together.
    """
    own, number = counted(told.author[np.isin(told.author, ids)])
    asked = own[number >= fewest]
    company: dict[int, dict[int, set[int]]] = {author: {} for author in asked.tolist()}
    rows = np.isin(told.author, asked)
    for author, work in zip(told.author[rows].tolist(), told.work[rows].tolist()):
        company[author][work] = set()
    again = ~(begins(found.author) | begins(found.other))
    again[:-1] |= again[1:]
    kept = again & np.isin(found.author, asked)
    for author, other, work in zip(*(column[kept].tolist() for column in found[:3])):
        company[author][work].add(other)
    return company


def packed(found: Edges) -> Packed:
    """Of ids below 2**31, works below 2**32, and years."""
    years = (found.works << YEAR_BITS | found.first) << YEAR_BITS | found.last
    return Packed(found.author << ID_BITS | found.other, years << 1 | found.close)


def unpacked(pair: Column, said: Column) -> Edges:
    """The edges again."""
    year, years = (1 << YEAR_BITS) - 1, said >> 1
    ends = pair >> ID_BITS, pair & (1 << ID_BITS) - 1
    works, first, last = years >> 2 * YEAR_BITS, years >> YEAR_BITS & year, years & year
    return Edges(*ends, works, first, last, said & 1)


def changes(old: Packed, fresh: Edges) -> Changes:
    """Both in the order of author and other."""
    now = packed(fresh)
    at = np.searchsorted(old.pair, now.pair)
    there = at < len(old.pair)
    there[there] = old.pair[at[there]] == now.pair[there]
    kept = at[there]
    changed = there.copy()
    changed[there] = old.said[kept] != now.said[there]
    gone = np.ones(len(old.pair), bool)
    gone[kept] = False
    return Changes(fresh.where(~there), fresh.where(changed), unpacked(*(c[gone] for c in old)))


def nearest(found: Edges, most: int) -> Edges:
    """Up to so many of each author: by works in common, then the latest, then the smaller id."""
    rank = (np.cumsum(begins(found.author)) << WORKS_BITS) - found.works
    order = np.argsort((rank << YEAR_BITS) - found.last, kind="stable")
    return found.where(order[places(found.author) < most])
