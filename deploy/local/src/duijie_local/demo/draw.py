"""Seeded draws and the round numbers that people write."""

from __future__ import annotations

from decimal import Decimal
from math import exp, floor, log10
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Draw:
    """A seeded source of choices: the same seed and the same calls give the same market."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  a repeatable market, not a secret

    def chance(self, share: float) -> bool:
        """True in `share` of all draws."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    def around(self, median: float, sigma: float) -> float:
        """A log-normal number about its median, held within three sigma."""
        return median * exp(max(-3.0, min(3.0, self._random.gauss(0.0, 1.0))) * sigma)

    def one(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Up to `count` different options, in the order drawn."""
        return self._random.sample(options, min(count, len(options)))

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys, each as often as its weight says."""
        return self._random.choices(list(weights), weights=list(weights.values()))[0]


def rounded(value: float, digits: int) -> Decimal:
    """A positive number with that many significant digits."""
    places = digits - 1 - floor(log10(value))
    number = Decimal(str(round(value, places)))
    return Decimal(int(number)) if number == number.to_integral_value() else number


def written(value: Decimal) -> str:
    """The decimal as people write it: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: dt.date) -> str:
    return value.isoformat()
