"""A chain that arrived, as a route: what each step costs at the door and on what days, the prices, and the least lot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from duijie_shared.geography.distance import distance_m

from duijie_matcher.matching.chains.amounts import backward, forward
from duijie_matcher.matching.chains.route import Route, Step

if TYPE_CHECKING:
    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.windows import Phase


class Impassable(Exception):
    """The chain cannot be gone."""


@dataclass(frozen=True, slots=True)
class Travelled:
    """Goods of an offer that came to a demand (positions): the steps, the price of each per unit that goes into it, what
    each facility gives of what it takes in, when they moved, and what arrived.
    """

    at: tuple[int, int]
    steps: list[Step]
    prices: list[Fraction]
    given: list[Fraction]
    phases: list[Phase]
    product: str
    grade: int
    packed: bool


def route_of(book: Book, goods: Travelled) -> Route:
    """The route of goods that arrived. Impassable where the landed cost is above the bid."""
    steps, costs, total = _carried(goods)
    offer, demand = book.offers[goods.at[0]], book.demands[goods.at[1]]
    given = goods.given
    ask, landed, bid = _prices(offer, demand, sum(costs), total)
    even = total == 1 and all(each == 1 for each in given)
    pack = 1 if goods.packed else offer.pack_multiple or 1
    multiple = lcm(pack, demand.pack_multiple or 1) if even else demand.pack_multiple or 1
    lot = forward(offer.min_lot, given)
    wanted = max(demand.min_lot, lot + (backward(lot, given) < offer.min_lot), 1)
    bonus = book.terms.bonus
    designated = bool(book.offer_columns.designated[goods.at[0]])
    return Route(
        offer=goods.at[0],
        demand=goods.at[1],
        steps=steps,
        given=tuple(given),
        grade=goods.grade,
        product=goods.product,
        ask=ask,
        landed=landed,
        bid=bid,
        known=not (offer.price is None and demand.price is None),
        gain=bid - landed + (round(Fraction(bid * bonus[0], bonus[1])) if designated else 0),
        distance=distance_m(offer.latitude_e7, offer.longitude_e7, demand.latitude_e7, demand.longitude_e7),
        pack=pack,
        multiple=multiple,
        least=-(-wanted // multiple) * multiple,
    )


def _carried(goods: Travelled) -> tuple[tuple[Step, ...], list[int], Fraction]:
    """The steps with their costs at the door and their days."""
    total, number = Fraction(1), len(goods.given)
    costs = []
    for step, price in zip(reversed(goods.steps), reversed(goods.prices), strict=True):
        if step.facility is not None:
            number -= 1
            total *= goods.given[number]
        costs.append(round(price / total))
    costs.reverse()
    moving = [entry for phase in goods.phases for entry in ((phase, one) for one in phase.steps)]
    found = []
    for step, cost in zip(goods.steps, costs, strict=True):
        first = last = 0
        if step.stored:
            first, last = _rest_days(goods)
        elif step.facility is not None:
            phase, (_, shift) = moving.pop(0)
            first, last = phase.days(shift)
        found.append(replace(step, cost=cost, first=first, last=last))
    return tuple(found), costs, total


def _rest_days(goods: Travelled) -> tuple[int, int]:
    """As short as may be: goods that go straight in come on the last day, straight out they leave on the first."""
    before, after = goods.phases[0], goods.phases[1]
    came = before.days(before.shift)
    left = after.days(0)
    last = left[1] if after.steps else left[0]
    return min(came[0] if before.steps else came[1], last), last


def _prices(offer: Order, demand: Order, costs: int, total: Fraction) -> tuple[int, int, int]:
    """The ask at the door, landed cost and bid that count; Impassable where they do not fit."""
    if offer.price is None:
        if demand.price is None:
            return 0, 0, 0
        if costs > demand.price:
            raise Impassable
        return demand.price - costs, demand.price, demand.price
    ask = round(offer.price / total)
    landed = ask + costs
    if demand.price is None:
        return ask, landed, landed
    if landed > demand.price:
        raise Impassable
    return ask, landed, demand.price
