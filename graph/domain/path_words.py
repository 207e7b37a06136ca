"""How two people are connected, in one sentence."""

from collections.abc import Sequence

from graph.domain.paths import MOST_STEPS, Outcome

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def told_in_words(outcome: Outcome, start: str, goal: str, people: Sequence[str]) -> str:
    """One sentence about two names; `people` are those on the way, both ends included."""
    if outcome == Outcome.SAME:
        return f"{start} on both sides: that is one and the same researcher."
    if outcome == Outcome.APART:
        return f"No works that people wrote together lead from {start} to {goal}."
    if outcome == Outcome.FAR:
        return (
            f"{start} and {goal} are more than {NUMBERS[MOST_STEPS]} steps apart, or there are too "
            "many people in between to say."
        )
    between = people[1:-1]
    if not between:
        return f"{start} and {goal} have written together."
    if len(between) == 1:
        return f"{start} and {goal} have both written with {between[0]}."
    return f"{start} and {goal} are {NUMBERS[len(people) - 1]} steps apart, over {_via(between)}."


def _via(people: Sequence[str]) -> str:
    return f"{', '.join(people[:-1])} and {people[-1]}"
