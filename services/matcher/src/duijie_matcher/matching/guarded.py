"""Clearing under a floor and guards together.

Conditions come in one by one, as plans break them: a market whose best plan keeps all pays nothing, one condition is
priced on the flow, and only where several are broken at once a linear program takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from duijie_matcher.matching.clearing import Clearing
from duijie_matcher.matching.floored import clear_with_floor
from duijie_matcher.matching.rows_program import under

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.floored import Market
    from duijie_matcher.matching.rows import Priceable, Row, RowKey, RowKind, Rows


@dataclass(frozen=True, slots=True)
class Guarded:
    """A plan under conditions, beside the plan without any.

    `prices` are those of the conditions that shape the plan, in 1e-6 CNY per unit (of value: the share of a CNY per CNY);
    `rows` are these conditions, `unkept` kinds that no plan with trade in it could keep beside those before them.
    """

    clearing: Clearing
    plain: Clearing
    prices: Mapping[RowKey, Fraction] = field(default_factory=dict)
    unkept: tuple[RowKind, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def moved(self) -> tuple[RowKey, ...]:
        """The conditions that cost something."""
        return tuple(key for key, price in self.prices.items() if price > 0)


def clear_with_rows(
    market: Market,
    pinned: Ints,
    rows: Rows,
    pairs: Priceable,
    beside: Priceable,
    plain: Clearing | None = None,
) -> Guarded:
    """Clear a market so that its conditions are kept; kinds that cannot be are given up, the last first.

    Parameters
    ----------
    pairs
        The market's pairs as `rows` count them.
    beside
        What trades already beside them.
    plain
        The clearing without conditions, where it is known.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept.
    """
    plain = plain or market.plain(pinned)
    if not rows.kinds:
        return Guarded(plain, plain)
    attempt = _Attempt(market, pinned, rows, pairs, beside, plain)
    whole = attempt.keeping(rows.kinds)
    if whole is not None:
        return whole
    kept: tuple[RowKind, ...] = ()
    found = Guarded(plain, plain)
    unkept = []
    for kind in rows.kinds:
        more = attempt.keeping((*kept, kind)) if len(rows.kinds) > 1 else None
        if more is None:
            unkept.append(kind)
        else:
            kept, found = (*kept, kind), more
    return replace(found, unkept=tuple(unkept))


@dataclass(frozen=True, slots=True)
class _Attempt:
    market: Market
    pinned: Ints
    rows: Rows
    pairs: Priceable
    beside: Priceable
    plain: Clearing

    def keeping(self, kinds: tuple[RowKind, ...]) -> Guarded | None:
        """The best plan that keeps these kinds and trades anything, None where there is none."""
        active: list[Row] = []
        found = Guarded(self.plain, self.plain)
        while True:
            lines = self.pairs.trading(found.clearing.quantity)
            known = {row.key for row in active}
            broken = [
                row
                for row in self.rows.broken(lines, self.beside)
                if row.kind in kinds and row.key not in known
            ]
            if not broken:
                return found if lines.quantity.any() or self.beside.quantity.any() else None
            active += broken
            more = self._under(active)
            if more is None:
                return None
            found = more

    def _under(self, active: Sequence[Row]) -> Guarded | None:
        floors = [self._floor(row) for row in active]
        if len(floors) == 1:
            floored = clear_with_floor(
                self.market, self.pinned, floors[0], plain=self.plain, beside=bool(self.beside.quantity.any())
            )
            if floored.status != "met":
                return None
            return Guarded(floored.clearing, self.plain, {active[0].key: floored.price}, rows=(active[0],))
        fixed = [replace(floor, credit=floor.excess(self.pinned)) for floor in floors]
        answer = under(self.market.without(self.pinned), fixed)
        if answer is None:
            return None
        clearing = Clearing(answer.quantity + self.pinned, self.plain.offer_price)
        keys = [row.key for row in active]
        prices = dict(zip(keys, answer.prices, strict=True))
        return Guarded(clearing, self.plain, prices, rows=tuple(active))

    def _floor(self, row: Row) -> Floor:
        return replace(row.over(self.pairs), credit=row.over(self.beside).excess(self.beside.quantity))
