"""One market laid out for matching: its orders by age, their columns, and who may meet whom by product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.taxonomy import taxonomy
from numpy.typing import NDArray

from duijie_matcher.domain import NO_CONSTRAINTS
from duijie_matcher.matching.calendar import milliseconds
from duijie_matcher.matching.columns import (
    Bools,
    DemandColumns,
    Numbering,
    OfferColumns,
    demand_columns,
    offer_columns,
)
from duijie_matcher.matching.forbidden import Forbidden
from duijie_matcher.matching.pools import Neighbourhoods
from duijie_matcher.matching.terms import Terms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from duijie_shared.events.base import Side
    from duijie_shared.events.policy import Policy
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Constraints, Order

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Group:
    """Orders of one side that are alike in product (and, for demands, in the class they name), and the
    orders of the other side that they may meet by product. Positions ascend, so age is kept.
    """

    product: Product
    members: Positions
    counterparts: Positions


@dataclass(frozen=True, slots=True)
class Book:
    """The open orders of one market. Position + 1 in `offers` or `demands` is an order's rank by age."""

    market: str
    offers: tuple[Order, ...]
    demands: tuple[Order, ...]
    offer_columns: OfferColumns
    demand_columns: DemandColumns
    accepted_origins: Bools
    forbidden: Forbidden
    terms: Terms
    products: Mapping[str, Product]
    as_of: dt.datetime | None
    neighbourhoods: Neighbourhoods | None

    @classmethod
    def of(
        cls,
        market: str,
        orders: Iterable[Order],
        policy: Policy,
        as_of: dt.datetime | None,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Book:
        """Lay out a market; orders with nothing remaining are left out.

        Raises
        ------
        ValueError
            For an order of another market, an order that comes twice, an unknown product, or an `as_of`
            without a time zone.
        """
        moment = None if as_of is None else milliseconds(as_of)
        mine = _checked(market, orders)
        offers, demands = _by_age(mine, "offer"), _by_age(mine, "demand")
        known = {product.slug: product for product in taxonomy().products}
        unknown = {order.product for order in mine} - known.keys()
        if unknown:
            raise ValueError(f"market {market}: unknown products {sorted(unknown)}")
        terms, numbering = Terms.of(policy), Numbering.of(offers, demands)
        columns = offer_columns(offers, known, terms, numbering, moment)
        return cls(
            market=market,
            offers=offers,
            demands=demands,
            offer_columns=columns,
            demand_columns=demand_columns(demands, known, terms, numbering, moment),
            accepted_origins=numbering.accepted_origins(),
            forbidden=Forbidden.of(constraints.forbidden, places(offers), places(demands)),
            terms=terms,
            products=known,
            as_of=as_of,
            neighbourhoods=Neighbourhoods.among(offers, columns, known, policy.pooling),
        )

    def journey_terms(self, product: Product) -> tuple[tuple[int, int], int]:
        """Milliseconds per metre, as a ratio, and of handling; a booking is not moved."""
        return ((0, 1), 0) if product.dimension == "booking" else (self.terms.travel, self.terms.handling_ms)

    def demand_groups(self) -> list[Group]:
        """Demands by product and named class, with the offers of that product or a variety of it."""
        classes = self.demand_columns.temperature
        return [
            Group(group.product, group.members[classes[group.members] == named], group.counterparts)
            for group in self._groups(self.demands, self.offers, demands_first=True)
            for named in np.unique(classes[group.members])
        ]

    def offer_groups(self) -> list[Group]:
        """Offers by product, with the demands for that product or one it is a variety of."""
        return self._groups(self.offers, self.demands, demands_first=False)

    def _groups(
        self, members: Sequence[Order], counterparts: Sequence[Order], *, demands_first: bool
    ) -> list[Group]:
        is_descendant = taxonomy().is_descendant
        mine, theirs = _positions(members), _positions(counterparts)
        groups = []
        for slug, positions in mine.items():
            meeting = [
                at
                for other, at in theirs.items()
                if (is_descendant(other, slug) if demands_first else is_descendant(slug, other))
            ]
            together = np.sort(np.concatenate(meeting)) if meeting else np.empty(0, dtype=np.intp)
            groups.append(Group(self.products[slug], positions, together))
        return groups


def places(orders: Sequence[Order]) -> dict[UUID, int]:
    """The position of each order by its id."""
    return {order.order_id: position for position, order in enumerate(orders)}


def _checked(market: str, orders: Iterable[Order]) -> list[Order]:
    seen: set[object] = set()
    kept = []
    for order in orders:
        if order.market != market:
            raise ValueError(f"order {order.order_id} belongs to market {order.market}, not {market}")
        if order.order_id in seen:
            raise ValueError(f"order {order.order_id} comes twice")
        seen.add(order.order_id)
        if order.remaining > 0:
            kept.append(order)
    return kept


def _by_age(orders: Iterable[Order], side: Side) -> tuple[Order, ...]:
    return tuple(
        sorted(
            (order for order in orders if order.side == side),
            key=lambda order: (order.sequence, order.order_id.bytes),
        )
    )


def _positions(orders: Sequence[Order]) -> dict[str, Positions]:
    found: dict[str, list[int]] = defaultdict(list)
    for position, order in enumerate(orders):
        found[order.product].append(position)
    return {slug: np.array(positions, dtype=np.intp) for slug, positions in sorted(found.items())}
