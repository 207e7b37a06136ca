"""Fractions, binomials and roots in one line."""

from works.domain.tex.spacing import Atom, bracketed, spaced


def fraction(above: list[Atom], below: list[Atom]) -> Atom:
    """`a/b`, with brackets around what "/" would tear apart."""
    sum_above = any(atom.kind in ("bin", "rel", "punct", "op") for atom in above)
    return Atom(
        "frac",
        [*bracketed(above, needed=sum_above), "/", *bracketed(below, needed=len(below) > 1)],
    )


def chosen(above: list[Atom], below: list[Atom]) -> Atom:
    """`n choose k`, whose brackets are not here."""
    return Atom("ord", [*spaced(above, tight=True), " choose ", *spaced(below, tight=True)])


def root(sign: str, under: list[Atom]) -> Atom:
    """`√x` or `√(2x)`."""
    return Atom("ord", [sign, *bracketed(under, needed=len(under) > 1)])
