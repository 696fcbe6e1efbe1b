"""Sums over trades, in integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_local.simulation.replay import Trade


@dataclass(frozen=True, slots=True)
class Totals:
    """What trades add up to: money in 1e-9 CNY, quantities in thousandths of each pricing unit.

    `designated_value` and `designated_quantity` are the parts of offers from designated counties. Units don't add
    up, so quantities are kept by unit.
    """

    lines: int
    welfare: int
    value: int
    designated_value: int
    quantity: dict[str, int]
    designated_quantity: dict[str, int]

    @property
    def tilt_share(self) -> float:
        """The designated share of the value, 0 where there is none."""
        return self.designated_value / self.value if self.value else 0.0

    def quantity_share(self, unit: str) -> float:
        """The designated share of the quantity in a unit, 0 where there is none."""
        cleared = self.quantity.get(unit, 0)
        return self.designated_quantity.get(unit, 0) / cleared if cleared else 0.0

    def minus(self, other: Totals) -> Totals:
        """The difference of two totals."""
        return Totals(
            self.lines - other.lines,
            self.welfare - other.welfare,
            self.value - other.value,
            self.designated_value - other.designated_value,
            _minus(self.quantity, other.quantity),
            _minus(self.designated_quantity, other.designated_quantity),
        )

    @property
    def is_zero(self) -> bool:
        """Whether nothing is left, as of the difference of two like totals."""
        amounts = (*self.quantity.values(), *self.designated_quantity.values())
        return not any((self.lines, self.welfare, self.value, self.designated_value, *amounts))


def totals_of(trades: Iterable[Trade], designation: str) -> Totals:
    """The totals of trades; `designation` is the county list whose share is told."""
    lines = welfare = value = designated_value = 0
    quantity: dict[str, int] = {}
    designated: dict[str, int] = {}
    for trade in trades:
        lines += 1
        welfare += trade.welfare
        value += trade.value
        quantity[trade.unit] = quantity.get(trade.unit, 0) + trade.quantity
        if designation in trade.designations:
            designated_value += trade.value
            designated[trade.unit] = designated.get(trade.unit, 0) + trade.quantity
    return Totals(lines, welfare, value, designated_value, _sorted(quantity), _sorted(designated))


def _minus(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {unit: one.get(unit, 0) - other.get(unit, 0) for unit in sorted({*one, *other})}


def _sorted(amounts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(amounts.items()))
