"""Pinned pairs: what they have to trade, or why they cannot."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.domain import ConstraintError, Unkept, most_tradable
from duijie_matcher.matching.book import places
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import BIT, GATES, failed_gates, journey_ms, transport_prices
from duijie_matcher.matching.packs import common_multiple, whole_lot
from duijie_matcher.matching.wording import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from duijie_shared.events.base import GateCode

    from duijie_matcher.domain import Constraints
    from duijie_matcher.domain.constraints import Pair
    from duijie_matcher.matching.book import Book

Pins = dict[tuple[int, int], int]
"""Positions of offer and demand -> what the pair has to trade."""


def pins_of(book: Book, constraints: Constraints) -> Pins:
    """The market's pins.

    Raises
    ------
    ConstraintError
        For every pin of a pair that fails a gate or has its other order elsewhere, of a quantity that is no
        whole lot of the pair or more than it has, and for pins that are more together than an order has or
        its party may trade.
    """
    offers, demands = places(book.offers), places(book.demands)
    pins: Pins = {}
    unkept: list[Unkept] = []
    for pair, asked in sorted(constraints.pins.items(), key=lambda pin: pin[0]):
        offer, demand = offers.get(pair[0]), demands.get(pair[1])
        if offer is None and demand is None:
            continue
        if offer is None or demand is None:
            unkept.append(_apart(pair))
            continue
        failed = _failed(book, constraints, offer, demand)
        most = most_tradable(book.offers[offer], book.demands[demand])
        amount = most if asked is None else asked
        if failed:
            unkept.append(_infeasible(pair, failed))
        elif not _is_lot(book, offer, demand, amount):
            unkept.append(_no_lot(pair, amount, most))
        else:
            pins[offer, demand] = amount
    unkept.extend(_too_much(book, pins))
    unkept.extend(_beyond_maximum(book, constraints, pins))
    if unkept:
        raise ConstraintError(unkept)
    return pins


def _failed(book: Book, constraints: Constraints, offer: int, demand: int) -> list[GateCode]:
    """The gates that one pair fails."""
    sold, wanted = book.offers[offer], book.demands[demand]
    if not taxonomy().is_descendant(sold.product, wanted.product):
        return ["PRODUCT"]
    offers = book.offer_columns.take(np.array([offer]))
    demands = book.demand_columns.take(np.array([demand]))
    distance = distances(offers.x, offers.y, offers.z, demands.x, demands.y, demands.z)
    travel, handling = book.journey_terms(book.products[sold.product])
    transport, journey = transport_prices(offers, demands, distance), journey_ms(distance, travel)
    bits = int(failed_gates(offers, demands, book.accepted_origins, transport, journey, handling)[0])
    if (sold.order_id, wanted.order_id) in constraints.forbidden:
        bits |= BIT["FORBIDDEN"]
    return [code for code in GATES if bits & BIT[code]]


def _is_lot(book: Book, offer: int, demand: int, amount: int) -> bool:
    sold, wanted = book.offers[offer], book.demands[demand]
    multiple = common_multiple(book.offer_columns.pack[[offer]], book.demand_columns.pack[[demand]])
    least = whole_lot(np.array([max(sold.min_lot, wanted.min_lot)]), multiple)
    return int(least[0]) <= amount <= min(sold.remaining, wanted.remaining) and amount % int(multiple[0]) == 0


def _too_much(book: Book, pins: Pins) -> Iterator[Unkept]:
    """Pins of orders that have less than all their pins together."""
    sold: dict[int, int] = defaultdict(int)
    bought: dict[int, int] = defaultdict(int)
    for (offer, demand), amount in pins.items():
        sold[offer] += amount
        bought[demand] += amount
    for offer, demand in pins:
        if sold[offer] > book.offers[offer].remaining or bought[demand] > book.demands[demand].remaining:
            yield Unkept(
                "pin",
                (book.offers[offer].order_id, book.demands[demand].order_id),
                "pins-too-much",
                "同一供需的固定数量之和超过其余量",
                "the pins of an order come to more than it has",
            )


def _beyond_maximum(book: Book, constraints: Constraints, pins: Pins) -> Iterator[Unkept]:
    sold: dict[UUID, int] = defaultdict(int)
    bought: dict[UUID, int] = defaultdict(int)
    for (offer, demand), amount in pins.items():
        sold[book.offers[offer].party_id] += amount
        bought[book.demands[demand].party_id] += amount
    for party, most in sorted(constraints.maximum.items()):
        pinned = max(sold[party], bought[party])
        if pinned > most:
            zh = f"固定的配对已有 {quantity(pinned)}, 超过上限"
            yield Unkept(
                "maximum", (party,), "pins-beyond-maximum", zh, f"pins come to {quantity(pinned)} already"
            )


def _apart(pair: Pair) -> Unkept:
    zh, en = (
        "两者不在同一市场, 或其中一个已无余量",
        "the two are in different markets, or one has nothing left",
    )
    return Unkept("pin", pair, "pin-apart", zh, en)


def _infeasible(pair: Pair, failed: list[GateCode]) -> Unkept:
    codes = ", ".join(failed)
    zh, en = f"该配对不可行: {codes}", f"the pair is not feasible: {codes}"
    return Unkept("pin", pair, "pin-infeasible", zh, en)


def _no_lot(pair: Pair, amount: int, most: int) -> Unkept:
    return Unkept(
        "pin",
        pair,
        "pin-no-lot",
        f"{quantity(amount)} 不是该配对可成交的数量: 须达起订量, 装成整包装, 且不超过 {quantity(most)}",
        f"{quantity(amount)} is no quantity that the pair can trade: a whole number of packs, no less than a minimum "
        f"lot, {quantity(most)} at the most",
    )


def minimum_unkept(constraints: Constraints, parties: Mapping[UUID, int]) -> ConstraintError:
    """The minima of these parties, one or several of which a market cannot keep."""
    return ConstraintError(
        [
            Unkept(
                "minimum",
                (party,),
                "minimum-out-of-reach",
                f"市场上各主体的最低数量无法同时达到 (该主体有 {quantity(had)})",
                f"the minima of this market cannot all be kept (this party has {quantity(had)})",
            )
            for party, had in sorted(parties.items())
            if party in constraints.minimum
        ]
    )
