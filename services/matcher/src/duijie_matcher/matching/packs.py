"""Quantities in whole packs. A pair's multiple is the least common one of both sides' packs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from duijie_matcher.domain.order import LARGEST_QUANTITY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Ints

    Quantities = TypeVar("Quantities", NDArray[np.float64], Ints)

BEYOND = LARGEST_QUANTITY + 1
"""Stands for every multiple that no order can hold: the true one may not fit 64 bits."""


def common_multiple(one: Ints, other: Ints) -> Ints:
    """The least common multiple of pack multiples of at least 1, broadcast; `BEYOND` where it is larger than any order."""
    for alone, others in ((one, other), (other, one)):
        if alone.size == 1 and alone.flat[0] == 1 and alone.ndim <= others.ndim:
            return others
    quotient = one // np.gcd(one, other)
    multiple: Ints = np.where(quotient > LARGEST_QUANTITY // other, BEYOND, quotient * other)
    return multiple


def in_packs(quantity: Quantities, multiple: Ints) -> Quantities:
    """The largest multiple up to each quantity."""
    packed: Quantities = quantity - quantity % multiple
    return packed


def whole_lot(least: Ints, multiple: Ints) -> Ints:
    """The smallest positive multiple that is no smaller than `least`."""
    lot: Ints = -(-np.maximum(least, 1) // multiple) * multiple
    return lot


def of_owner(owner: NDArray[np.int32], multiple: Ints, count: int) -> Ints:
    """What every quantity of an order is a multiple of, whatever pairs it trades in: the greatest common divisor
    of its pairs' multiples (1 for an order without pairs).
    """
    divisor = np.zeros(count, dtype=np.int64)
    np.gcd.at(divisor, owner, multiple)
    return np.maximum(divisor, 1)
