"""Conditions on a whole plan that no gate can hold: the tilt's floor, and the guards beside it.

Each asks that at least a share of what is cleared comes from favoured offers. Of the floor these are the offers of
designated counties, of the chance of small producers the offers of small parties, and of the cap on one party's
share everybody else's: at most 40 % from one party is at least 60 % from the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from duijie_matcher.domain.floor_ladder import share_of
from duijie_matcher.matching.floor import Floor
from duijie_matcher.matching.terms import decimal_fraction, grams_per_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.columns import Bools, Ints

RowKind = Literal["floor", "small", "party"]
RowKey = tuple[RowKind, int]
"""A kind and the number of the party that it is about, -1 where it is about none."""


@dataclass(frozen=True, slots=True)
class Row:
    """At least `share` of the plan, by quantity or value, is of `favoured` offers (one entry per offer)."""

    kind: RowKind
    share: Fraction
    favoured: Bools
    of_value: bool = False
    party: int = -1

    @property
    def key(self) -> RowKey:
        """What tells it from the other rows of a market."""
        return self.kind, self.party

    def over(self, plan: Priceable) -> Floor:
        """The condition over pairs or lines; one whose price nobody named has no value."""
        weight = plan.bid if self.of_value else np.ones(len(plan.bid), dtype=np.int64)
        return Floor.of(self.share, self.favoured[plan.offer], weight, of_value=self.of_value)


@dataclass(frozen=True, slots=True)
class Priceable:
    """Pairs or lines: position of the offer, bid in 1e-6 CNY per unit, and what is traded, where that is known."""

    offer: NDArray[np.integer]
    bid: Ints
    quantity: Ints

    @classmethod
    def none(cls) -> Self:
        """Nothing at all."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty)

    def trading(self, quantity: Ints) -> Self:
        """The same with other quantities."""
        return replace(self, quantity=quantity)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a policy asks of a market's plan; `share` is the most that one party may sell of it."""

    fixed: tuple[Row, ...]
    share: Fraction | None
    party: Ints

    @classmethod
    def of(cls, book: Book) -> Self:
        """The rows of a market: none where the policy sets no floor and no guard."""
        tilt, guards = book.terms.policy.tilt, book.terms.policy.guards
        fixed: list[Row] = []
        if tilt.floor and not tilt.over_all:
            designated = book.offer_columns.designated
            fixed.append(Row("floor", decimal_fraction(tilt.floor), designated, of_value=tilt.of_value))
        if guards.small_share:
            fixed.append(Row("small", decimal_fraction(guards.small_share), small_offers(book)))
        share = decimal_fraction(guards.party_share) if guards.party_share < 1 else None
        return cls(tuple(fixed), share, book.offer_columns.party)

    @property
    def kinds(self) -> tuple[RowKind, ...]:
        """What is asked, in the order in which it is given up where not all can be kept: the last first."""
        return (*(row.kind for row in self.fixed), *(("party",) if self.share is not None else ()))

    def of_kind(self, kind: RowKind) -> Row | None:
        """The one row of this kind, if it is asked for."""
        return next((row for row in self.fixed if row.kind == kind), None)

    def broken(self, *plans: Priceable) -> Iterator[Row]:
        """The rows that lines, taken together, do not keep."""
        for row in self.fixed:
            if sum(row.over(plan).excess(plan.quantity) for plan in plans) < 0:
                yield row
        if self.share is None or not len(self.party):
            return
        sold = np.zeros(int(self.party.max()) + 1, dtype=np.int64)
        for plan in plans:
            np.add.at(sold, self.party[plan.offer], plan.quantity)
        total, share = int(sold.sum()), share_of(1 - self.share)
        for row in self.caps(np.flatnonzero(sold)):
            if (total - int(sold[row.party])) * share[1] < share[0] * total:
                yield row

    def caps(self, parties: Ints) -> Iterator[Row]:
        """The cap on each of these parties, where there is one."""
        if self.share is not None:
            for party in parties.tolist():
                yield Row("party", 1 - self.share, self.party != party, party=party)


def small_offers(book: Book) -> Bools:
    """The offers of parties whose open offers in this market weigh no more than the policy calls small."""
    most = decimal_fraction(book.terms.policy.guards.small_up_to_kg) * 1000
    columns = book.offer_columns
    grams = np.array(
        [order.remaining * grams_per_unit(book.products[order.product]) // 1000 for order in book.offers],
        dtype=np.int64,
    )
    offered = np.zeros(int(columns.party.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(offered, columns.party, grams)
    small: Bools = offered[columns.party] <= int(most)
    return small
