"""One floor over all markets: every market says what it would trade at each price of the floor, and one price is
chosen from what all say.

The prices are the rungs of a fixed ladder, so what a market says (its curve) depends on its own orders alone, the price
on the curves alone, and a market is cleared anew for others' sake only when the price moves by a rung.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.events.policy import TiltPolicy

Curve = tuple[tuple[int, int], ...]
"""By rung: the value that designated offers would trade, and all, in 1e-9 CNY."""

FINEST_SHARE = 1_000
"""The largest denominator of a share: costs are multiplied by it."""
PARTS = 128
"""Rungs are in this part of a CNY of welfare per CNY of floor."""
RUNGS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Below the last one, at which nobody but designated sellers trades: a step is a third to a half of the price, at the
foot a hundredth of a CNY."""


def share_of(share: float | Fraction) -> tuple[int, int]:
    """Numerator and denominator of a share; one of more than three decimals is rounded up to the next thousandth."""
    exact = share if isinstance(share, Fraction) else Fraction(repr(share))
    near = Fraction(ceil(exact * FINEST_SHARE), FINEST_SHARE)
    return near.numerator, near.denominator


def price_of(rung: int, share: tuple[int, int]) -> Fraction:
    """The price of a rung, in CNY per CNY of floor; the last rung is dear enough for any floor."""
    numerator, denominator = share
    top = PARTS * ceil(Fraction(denominator, numerator)) + 1
    return Fraction((*RUNGS, top)[rung], PARTS)


def rung_of(tilt: TiltPolicy, curves: Iterable[Curve]) -> int | None:
    """The lowest rung at which all markets together keep the floor and trade anything; None where none is."""
    numerator, denominator = share_of(tilt.floor)
    known = [curve for curve in curves if len(curve) == len(RUNGS) + 1]
    for rung in range(len(RUNGS) + 1):
        favoured = sum(curve[rung][0] for curve in known)
        every = sum(curve[rung][1] for curve in known)
        if every and favoured * denominator >= every * numerator:
            return rung
    return None
