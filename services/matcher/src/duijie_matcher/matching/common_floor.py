"""One floor over all markets: every market says what it would trade at each price of the floor, and one price is
chosen from what all say.

The prices are the rungs of a fixed ladder, so what a market says (its curve) depends on its own orders alone, the price
on the curves alone, and a market is cleared anew for others' sake only when the price moves by a rung.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.floor import Floor
from duijie_matcher.matching.rows import Priceable
from duijie_matcher.matching.terms import decimal_fraction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.events.policy import TiltPolicy

    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.joint import Joint, Plan

Curve = tuple[tuple[int, int], ...]
"""By rung: the value that designated offers would trade, and all, in 1e-9 CNY."""

PARTS = 128
"""Rungs are in this part of a CNY of welfare per CNY of floor."""
RUNGS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Below the last one, at which nobody but designated sellers trades: a step is a third to a half of the price, at the
foot a hundredth of a CNY."""


def price_of(rung: int, share: tuple[int, int]) -> Fraction:
    """The price of a rung, in CNY per CNY of floor; the last rung is dear enough for any floor."""
    numerator, denominator = share
    top = PARTS * ceil(Fraction(denominator, numerator)) + 1
    return Fraction((*RUNGS, top)[rung], PARTS)


def rung_of(tilt: TiltPolicy, curves: Iterable[Curve]) -> int | None:
    """The lowest rung at which all markets together keep the floor and trade anything; None where none is."""
    numerator, denominator = Floor.share_of(decimal_fraction(tilt.floor))
    known = [curve for curve in curves if len(curve) == len(RUNGS) + 1]
    for rung in range(len(RUNGS) + 1):
        favoured = sum(curve[rung][0] for curve in known)
        every = sum(curve[rung][1] for curve in known)
        if every and favoured * denominator >= every * numerator:
            return rung
    return None


def plans_by_rung(joint: Joint, tilt: TiltPolicy, designated: Bools, plain: Plan) -> tuple[Plan, ...]:
    """The plan of a market at every rung; `plain` is the one at the first.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept.
    """
    share = Floor.share_of(decimal_fraction(tilt.floor))
    last = len(RUNGS)
    found: dict[int, Plan] = {0: plain, last: _at(joint, designated, share, last)}
    # Between two prices at which the same exact plan is best, it is best at all.
    exact = not (joint.rows.kinds or joint.chains.routes or (joint.start.lots.least > 1).any())

    def between(low: int, high: int) -> None:
        if high - low < 2:
            return
        middle = (low + high) // 2
        one, other = (found[each].guarded.clearing.quantity for each in (low, high))
        same = exact and np.array_equal(one, other)
        found[middle] = found[low] if same else _at(joint, designated, share, middle)
        between(low, middle)
        between(middle, high)

    between(0, last)
    return tuple(found[rung] for rung in range(last + 1))


def value_of(joint: Joint, plan: Plan, designated: Bools) -> tuple[int, int]:
    """What a plan trades by value: of designated offers, and of all."""
    lines = [(each.route.offer, each.quantity * each.route.bid) for each in plan.routed.lines]
    quantity = plan.guarded.clearing.quantity
    at = np.flatnonzero(quantity)
    lines += [
        (offer, amount * bid)
        for offer, amount, bid in zip(
            joint.pairs.offer[at].tolist(), quantity[at].tolist(), joint.bid[at].tolist(), strict=True
        )
    ]
    return sum(value for offer, value in lines if designated[offer]), sum(value for _, value in lines)


def _at(joint: Joint, designated: Bools, share: tuple[int, int], rung: int) -> Plan:
    """The plan where what counts for the floor gains by its price, and what counts against it loses."""
    price = price_of(rung, share)
    pairs = Priceable(joint.pairs.offer, joint.bid, joint.bid)
    routes = joint.chains.routes
    through = Priceable(
        np.array([route.offer for route in routes], dtype=np.int64),
        np.array([route.bid for route in routes], dtype=np.int64),
        np.zeros(len(routes), dtype=np.int64),
    )
    lifted = [
        replace(route, gain=route.gain + rise)
        for route, rise in zip(routes, _rise(through, designated, share, price).tolist(), strict=True)
    ]
    known = {(route.offer, route.demand, route.key): route for route in routes}
    market = replace(
        joint,
        pairs=replace(joint.pairs, gain=joint.pairs.gain + _rise(pairs, designated, share, price)),
        chains=replace(joint.chains, routes=tuple(route for route in lifted if route.gain >= 0)),
    )
    plan = market.kept(market.plain())
    lines = tuple(
        replace(line, route=known[line.route.offer, line.route.demand, line.route.key])
        for line in plan.routed.lines
    )
    return replace(plan, routed=replace(plan.routed, lines=lines))


def _rise(plan: Priceable, designated: Bools, share: tuple[int, int], price: Fraction) -> Ints:
    numerator, denominator = share
    sign = np.where(designated[plan.offer], denominator - numerator, -numerator)
    rise: Ints = sign * plan.bid * price.numerator // (price.denominator * denominator)
    return rise
