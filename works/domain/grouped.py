"""Columns of numbers in the order of a key, and the groups of equal keys in them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]


def begins(column: Column) -> Mask:
    """Whether each value is another one than that before it; the first one is."""
    found = np.ones(len(column), bool)
    found[1:] = column[1:] != column[:-1]
    return found


def counted(keys: Column) -> tuple[Column, Column]:
    """Each key once, in order, and how often it is there."""
    keys = np.sort(keys)
    starts = np.flatnonzero(begins(keys))
    return keys[starts], np.diff(starts, append=len(keys))


def joined(keys: Column, others: Column) -> tuple[Column, Column]:
    """Each place in `keys` beside each place of the same key in `others`, which is sorted."""
    first, behind = np.searchsorted(others, keys, "left"), np.searchsorted(others, keys, "right")
    sizes = behind - first
    before = np.cumsum(sizes) - sizes
    place = np.repeat(np.arange(len(keys)), sizes)
    return place, np.arange(len(place)) + np.repeat(first - before, sizes)


def places(groups: Column) -> Column:
    """The place of each row in its group, from 0, of rows that are in the order of groups."""
    starts = np.flatnonzero(begins(groups))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(starts, append=len(groups)))


def listed(group: Column, told: Sequence[str], groups: int) -> list[str]:
    """One JSON list for each group from 0 on, of what is told in the order of groups."""
    ends = np.searchsorted(group, np.arange(groups + 1)).tolist()
    return [f"[{','.join(told[one:last])}]" for one, last in pairwise(ends)]
