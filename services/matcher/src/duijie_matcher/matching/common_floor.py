"""What one market trades at each price of a floor over all markets (`domain.floor_ladder`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.domain.floor_ladder import RUNGS, price_of, share_of
from duijie_matcher.matching.rows import Priceable

if TYPE_CHECKING:
    from fractions import Fraction

    from duijie_shared.events.policy import TiltPolicy

    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.joint import Joint, Plan


def plans_by_rung(joint: Joint, tilt: TiltPolicy, designated: Bools, plain: Plan) -> tuple[Plan, ...]:
    """The plan of a market at every rung; `plain` is the one at the first.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept.
    """
    share = share_of(tilt.floor)
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
