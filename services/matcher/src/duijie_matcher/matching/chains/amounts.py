"""What goes in for what comes out, exactly: yields and losses in whole contract units.

Taking in t gives floor(t x given); to give q, ceil(q / given) is taken in. The two are adjoint: ceil(q / given) <= t
exactly if q <= floor(t x given), along a chain as for one step, so the largest line that fits is one formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


def forward(taken: int, steps: Sequence[Fraction]) -> int:
    """What arrives of a quantity after these steps."""
    for given in steps:
        taken = taken * given.numerator // given.denominator
    return taken


def backward(arriving: int, steps: Sequence[Fraction]) -> int:
    """The least that has to go in for a quantity to arrive."""
    for given in reversed(steps):
        arriving = -(-arriving * given.denominator // given.numerator)
    return arriving


def taken_in(arriving: int, steps: Sequence[Fraction], pack: int) -> list[int]:
    """What each step takes in, and at last what arrives. The first step is given whole packs of the offer: what that is too
    much goes as far as the first step that does not give one for one, and is lost there.
    """
    chain = [backward(arriving, steps[number:]) for number in range(len(steps) + 1)]
    first = -(-chain[0] // pack) * pack
    for number in range(len(steps)):
        chain[number] = first
        if steps[number] != 1:
            break
    return chain
