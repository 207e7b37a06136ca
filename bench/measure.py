"""Seconds, and ratios that the noise of a machine shared with others spoils least."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from pkgutil import resolve_name
from statistics import median
from time import perf_counter
from typing import ParamSpec, TypeVar
from unittest.mock import patch

P = ParamSpec("P")
R = TypeVar("R")


class Line:
    """One line of the report: a ratio, a rate or a time, with its target where it has one.

    A target is the least that is good enough, or with `at_most` the most.
    """

    def __init__(
        self, what: str, value: float, target: float | None = None, *, at_most: bool = False
    ) -> None:
        self.what, self.value, self.target, self.at_most = what, value, target, at_most

    def __str__(self) -> str:
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.3f}"
        if self.target is None:
            return f"  {self.what:<46} {shown:>9}"
        met = self.value <= self.target if self.at_most else self.value >= self.target
        return f"  {self.what:<46} {shown:>9}   target {self._asked:>9}   {self._verdict(met)}"

    @property
    def _asked(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.target:,g}"

    def _verdict(self, met: bool) -> str:
        return "ok" if met else "ABOVE" if self.at_most else "BELOW"


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of first / second: what was measured in one pair had the same weather."""
    return median(first / second for first, second in pairs)


@contextmanager
def watched(*names: str) -> Iterator[dict[str, float]]:
    """Seconds spent in these functions, by dotted name, while the block runs."""
    spent: dict[str, float] = defaultdict(float)
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch(name, _timed(resolve_name(name), name, spent)))
        yield spent


def _timed(function: Callable[P, R], name: str, spent: dict[str, float]) -> Callable[P, R]:
    @wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        start = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += perf_counter() - start

    return timed
