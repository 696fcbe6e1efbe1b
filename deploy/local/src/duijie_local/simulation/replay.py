"""A period, day by day: every market is cleared, its plan counts as traded, and the next day goes on with the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from duijie_matcher.domain.floor_ladder import rung_of
from duijie_matcher.matching import match_market, outcome_of

from duijie_local.simulation.bookings import book_route
from duijie_local.simulation.period import midnight

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from uuid import UUID

    from duijie_matcher.domain import Capacity, Order
    from duijie_shared.events.matches import MatchRecord
    from duijie_shared.events.policy import Policy

    from duijie_local.simulation.period import Period
    from duijie_local.simulation.postings import Posting


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of a day's plan, taken as traded.

    `quantity` is what arrives and `taken` what leaves the offer (more where a chain loses some), in thousandths of the
    pricing unit. `welfare` and `value` (quantity x bid) are in 1e-9 CNY; a negotiable bid counts as the landed cost,
    and where both sides are negotiable there is no price: both are 0. `designations` are the offer's.
    """

    day: dt.date
    market: str
    unit: str
    offer_id: UUID
    demand_id: UUID
    offer_county: str | None
    demand_county: str | None
    designations: tuple[str, ...]
    quantity: int
    taken: int
    welfare: int
    value: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What was traded in a period under a policy, by day, market and rank in its plan."""

    policy: Policy
    period: Period
    trades: tuple[Trade, ...]


def replay(
    postings: Iterable[Posting],
    policy: Policy,
    period: Period,
    day_done: Callable[[], None] = lambda: None,
    capacities: Iterable[Capacity] = (),
) -> Replay:
    """Replay a period under a policy.

    Pure and deterministic: the same postings in any order give the same trades. The clearing of a day is at its
    beginning, with all orders posted on it or before whose windows are not over. What a route takes of a capacity is
    booked, for later days and for the markets that are cleared after it. `day_done` is called after each day.
    Raises as `match_market`.
    """
    by_market: dict[str, list[Posting]] = defaultdict(list)
    family_rest: dict[UUID, int] = {}
    for posting in postings:
        by_market[posting.order.market].append(posting)
        if posting.family is not None:
            known = family_rest.get(posting.family, posting.order.remaining)
            family_rest[posting.family] = min(known, posting.order.remaining)
    calendar = {capacity.capacity_id: capacity for capacity in capacities}
    markets = [_Market(name, by_market[name], family_rest, calendar) for name in sorted(by_market)]
    trades: list[Trade] = []
    for day in period:
        rung = rung_of(policy.tilt, _curves(markets, day, policy)) if policy.tilt.over_all else None
        for market in markets:
            trades.extend(market.clear(day, policy, rung))
        day_done()
    return Replay(policy, period, tuple(trades))


def _curves(markets: Iterable[_Market], day: dt.date, policy: Policy) -> list[tuple[tuple[int, int], ...]]:
    """What each market would trade that day at each price of a floor over all."""
    return [market.curve(day, policy) for market in markets]


@dataclass(slots=True)
class _Market:
    """One market between two days. `rest` is what is left of each order that is open, `family_rest` of each shared
    quantity and `capacities` of each capacity, in all markets.
    """

    name: str
    waiting: list[Posting]
    family_rest: dict[UUID, int]
    capacities: dict[UUID, Capacity]
    open: dict[UUID, Posting] = field(default_factory=dict)
    rest: dict[UUID, int] = field(default_factory=dict)
    is_settled: bool = False
    """Whether the last clearing traded nothing and nothing was posted since. Time alone only closes windows, so
    another clearing would trade nothing either.
    """

    def curve(self, day: dt.date, policy: Policy) -> tuple[tuple[int, int], ...]:
        """What would be traded that day at each price of a floor over all markets."""
        self._turn_to(day)
        capacities = tuple(self.capacities.values()) or None
        outcome = outcome_of(self.name, self._orders(), policy, midnight(day), capacities=capacities)
        return outcome.plan.floor_curve

    def clear(self, day: dt.date, policy: Policy, rung: int | None) -> Iterator[Trade]:
        """The trades of a day; `rung` is the price of a floor over all markets."""
        self._turn_to(day)
        if self.is_settled:
            return
        orders = list(self._orders())
        if len({order.side for order in orders}) < 2:
            self.is_settled = True
            return
        result = match_market(
            self.name,
            orders,
            policy,
            midnight(day),
            capacities=tuple(self.capacities.values()) or None,
            rung=rung,
        )
        lines = [match for match in result.matches if match.kind == "plan"]
        # A floor over all markets may leave room tomorrow for what it kept out today, and searches widen by the day.
        self.is_settled = not lines and not policy.tilt.over_all and not policy.widening.start_km
        for line in lines:
            taken = line.route[0].taken if line.route else line.quantity
            if self._take(line, taken):
                yield self._trade(day, line, taken)

    def _turn_to(self, day: dt.date) -> None:
        for posting in (each for each in self.waiting if each.is_posted(day)):
            self.open[posting.order.order_id] = posting
            self.rest[posting.order.order_id] = posting.order.remaining
            self.is_settled = False
        self.waiting = [each for each in self.waiting if not each.is_posted(day)]
        for key in [key for key, each in self.open.items() if each.is_over(day) or not self.rest[key]]:
            del self.open[key], self.rest[key]

    def _orders(self) -> Iterator[Order]:
        for key, posting in self.open.items():
            left = self.rest[key]
            if posting.family is not None:
                left = min(left, self.family_rest[posting.family])
            if left:
                yield replace(posting.order, remaining=left)

    def _take(self, line: MatchRecord, taken: int) -> bool:
        """Take a line off what is left; False where a family's other children have traded its quantity before."""
        family = self.open[line.demand_id].family
        if family is not None:
            if self.family_rest[family] < line.quantity:
                return False
            self.family_rest[family] -= line.quantity
        self.rest[line.offer_id] -= taken
        self.rest[line.demand_id] -= line.quantity
        book_route(self.capacities, line)
        return True

    def _trade(self, day: dt.date, line: MatchRecord, taken: int) -> Trade:
        bid, landed = line.bid_price, line.landed_cost
        margin = 0 if bid is None or landed is None else bid - landed
        return Trade(
            day=day,
            market=self.name,
            unit=line.unit,
            offer_id=line.offer_id,
            demand_id=line.demand_id,
            offer_county=line.offer_county,
            demand_county=line.demand_county,
            designations=self.open[line.offer_id].order.designations,
            quantity=line.quantity,
            taken=taken,
            welfare=line.quantity * margin,
            value=line.quantity * ((landed if bid is None else bid) or 0),
        )
