"""How much a party may and must trade, as further nodes of the flow.

Offers of a party that has S and may sell K at the most must keep S - K: a node that takes exactly that from
them, at no cost, holds the maximum. Where it must sell k at the least, its offers may leave unsold only through
nodes, and what these take in sum is S - k at the most. Demands alike. A simple residual cycle still changes the
quantity cleared by one unit at most: between two such nodes it gains a pair where it goes from a node of offers
to one of demands and loses one on the way back, and it passes the hub once. So all that holds for the flow
without limits holds with them, dual prices included.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.network import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from duijie_matcher.domain import Constraints, Order
    from duijie_matcher.matching.book import Book, Positions
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.network import Network, Nodes


ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class Limit:
    """What orders of one party and side trade together: `least` to `most`, None for as much as they have."""

    party: UUID
    members: Positions
    least: int
    most: int | None

    def after(self, traded: Ints) -> Self:
        """The limit of what is left once each order has traded this much."""
        done = int(traded[self.members].sum())
        most = None if self.most is None else max(0, self.most - done)
        return replace(self, least=max(0, self.least - done), most=most)

    def whole(self, owner: Nodes, multiple: Ints) -> Self:
        """The limit in what all lines of its orders are multiples of: the rest of it nobody can use."""
        if self.most is None:
            return self
        common = int(np.gcd.reduce(multiple[np.isin(owner, self.members)], initial=0)) or 1
        return replace(self, most=self.most // common * common)

    def split(self, had: Ints) -> tuple[int, int]:
        """What its orders must keep of what they had, and what they may keep beyond that.

        Raises
        ------
        InfeasibleError
            When they have less than they must trade.
        """
        total = int(had[self.members].sum())
        must = 0 if self.most is None else max(0, total - self.most)
        may = total - must - self.least
        if may < 0:
            raise InfeasibleError(f"party {self.party} cannot trade {self.least}")
        return must, may


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a market, on both sides."""

    offers: tuple[Limit, ...] = ()
    demands: tuple[Limit, ...] = ()

    @classmethod
    def of(cls, book: Book, constraints: Constraints) -> Self:
        """The limits of the parties that have orders in this market."""
        return cls(tuple(_limits(book.offers, constraints)), tuple(_limits(book.demands, constraints)))

    def __bool__(self) -> bool:
        return bool(self.offers or self.demands)

    def after(self, sold: Ints, bought: Ints) -> Self:
        """The limits of what is left once orders have sold and bought this much."""
        return type(self)(
            tuple(limit.after(sold) for limit in self.offers),
            tuple(limit.after(bought) for limit in self.demands),
        )

    def above(self) -> Self:
        """The maxima alone."""
        return type(self)(
            tuple(replace(limit, least=0) for limit in self.offers),
            tuple(replace(limit, least=0) for limit in self.demands),
        )

    def whole(self, tail: Nodes, head: Nodes, multiple: Ints) -> Self:
        """The limits in whole packs of the pairs from `tail` to `head`."""
        return type(self)(
            tuple(limit.whole(tail, multiple) for limit in self.offers),
            tuple(limit.whole(head, multiple) for limit in self.demands),
        )

    def missed(self, sold: Ints, bought: Ints) -> tuple[UUID, ...]:
        """Parties that trade less than they must."""
        left = self.after(sold, bought)
        return tuple(limit.party for limit in (*left.offers, *left.demands) if limit.least)

    def reached(self, sold: Ints, bought: Ints) -> tuple[Bools, Bools]:
        """Which offers and demands can trade no more because of their party's maximum."""
        left = self.after(sold, bought)
        return _reached(left.offers, len(sold)), _reached(left.demands, len(bought))

    def shares(self, offers: int, demands: int) -> tuple[Shares, Shares]:
        """What each of so many offers and demands may still trade, to be counted down line by line."""
        return Shares.of(self.offers, offers), Shares.of(self.demands, demands)

    def bounded(self, network: Network) -> Network:
        """The network in which the limits hold: its own nodes and arcs first, further ones behind.

        Raises
        ------
        InfeasibleError
            When a party has less than it must trade.
        """
        if not self:
            return network
        unsold, unserved = network.unsold.copy(), network.unserved.copy()
        sinks = list(_nodes(self.offers, network.supply, unsold))
        sources = list(_nodes(self.demands, network.wanted, unserved))
        offers, demands = len(network.supply), len(network.wanted)
        to_sinks = [
            (members, np.full(len(members), demands + at)) for at, (members, _, _) in enumerate(sinks)
        ]
        to_demands = [
            (np.full(len(members), offers + at), members) for at, (members, _, _) in enumerate(sources)
        ]
        added = [*to_sinks, *to_demands]
        return replace(
            network,
            supply=np.concatenate([network.supply, _column(amount for _, amount, _ in sources)]),
            wanted=np.concatenate([network.wanted, _column(amount for _, amount, _ in sinks)]),
            tail=np.concatenate([network.tail, *(tail for tail, _ in added)]).astype(np.int32),
            head=np.concatenate([network.head, *(head for _, head in added)]).astype(np.int32),
            unsold=np.concatenate([unsold, [free for _, _, free in sources]]).astype(np.bool_),
            unserved=np.concatenate([unserved, [free for _, _, free in sinks]]).astype(np.bool_),
        )


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Shares:
    """What the parties of one side may still trade; `owner` is each order's limit, the last entry of `left`, which
    never ends, where it has none.
    """

    owner: Ints
    left: Ints

    @classmethod
    def of(cls, limits: Sequence[Limit], count: int) -> Self:
        """The shares of `count` orders."""
        owner = np.full(count, len(limits), dtype=np.int64)
        for at, limit in enumerate(limits):
            owner[limit.members] = at
        most = [ENDLESS if limit.most is None else limit.most for limit in limits]
        return cls(owner, np.array([*most, ENDLESS], dtype=np.int64))

    def of_order(self, order: int) -> int:
        """What one order may still trade for its party."""
        return int(self.left[self.owner[order]])

    def take(self, order: int, quantity: int) -> None:
        """Count a trade of the order."""
        if self.left[self.owner[order]] != ENDLESS:
            self.left[self.owner[order]] -= quantity


def _limits(orders: Sequence[Order], constraints: Constraints) -> Iterator[Limit]:
    members: dict[UUID, list[int]] = defaultdict(list)
    for position, order in enumerate(orders):
        if order.party_id in constraints.minimum or order.party_id in constraints.maximum:
            members[order.party_id].append(position)
    for party, positions in members.items():
        yield Limit(
            party=party,
            members=np.array(positions, dtype=np.intp),
            least=constraints.minimum.get(party, 0),
            most=constraints.maximum.get(party),
        )


def _nodes(limits: Sequence[Limit], had: Ints, to_hub: Bools) -> Iterator[tuple[Positions, int, bool]]:
    """The nodes that hold these limits: orders, quantity, and whether the hub may stand in for them.

    Orders that must trade lose their own arc to the hub in `to_hub`.
    """
    for limit in limits:
        must, may = limit.split(had)
        if must:
            yield limit.members, must, False
        if limit.least:
            to_hub[limit.members] = False
            if may:
                yield limit.members, may, True


def _reached(limits: Sequence[Limit], count: int) -> Bools:
    reached = np.zeros(count, dtype=np.bool_)
    for limit in limits:
        reached[limit.members] = limit.most == 0
    return reached


def _column(amounts: Iterator[int]) -> NDArray[np.int64]:
    return np.fromiter(amounts, dtype=np.int64)
