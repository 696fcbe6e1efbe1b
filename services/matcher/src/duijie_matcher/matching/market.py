"""Matching one market: the one pure entry point."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.domain import NO_CONSTRAINTS
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.bound import objective_bound
from duijie_matcher.matching.chains.gaps import with_gaps
from duijie_matcher.matching.chains.records import routed_records, with_routes
from duijie_matcher.matching.chains.routing import Chains, direct_pairs
from duijie_matcher.matching.chains.solving import Supplies
from duijie_matcher.matching.common_floor import plans_by_rung, value_of
from duijie_matcher.matching.diagnose import diagnoses
from duijie_matcher.matching.floor_record import Cleared, with_conditions
from duijie_matcher.matching.joint import Joint
from duijie_matcher.matching.limits import Limits
from duijie_matcher.matching.lines import Lines
from duijie_matcher.matching.moved import moved
from duijie_matcher.matching.network import InfeasibleError
from duijie_matcher.matching.packs import common_multiple
from duijie_matcher.matching.pins import minimum_unkept, pins_of
from duijie_matcher.matching.pool_shares import pool_shares
from duijie_matcher.matching.pooled_lots import PooledLots
from duijie_matcher.matching.pools import reach_alone
from duijie_matcher.matching.records import match_records, plan_record, tilt_sums
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import best_by_score, select_pairs
from duijie_matcher.matching.settling import Lots

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from duijie_shared.events.calls import CapacityCall
    from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Capacity, Constraints, Order
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.chains.lines import RoutedLine
    from duijie_matcher.matching.columns import Bools
    from duijie_matcher.matching.pins import Pins
    from duijie_matcher.matching.scorecard import Scorecard
    from duijie_matcher.matching.told import Told


@dataclass(frozen=True, slots=True)
class MarketResult:
    """What one clearing of a market says: who may trade with whom, why others may not, and the totals."""

    matches: tuple[MatchRecord, ...]
    diagnoses: tuple[Diagnosis, ...]
    plan: PlanRecord
    calls: tuple[CapacityCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One clearing before its matches are written out, as records or as bytes."""

    book: Book
    lines: Lines
    scorecard: Scorecard
    diagnoses: tuple[Diagnosis, ...]
    plan: PlanRecord
    calls: tuple[CapacityCall, ...] = ()
    routed: tuple[RoutedLine, ...] = ()


def match_market(
    market: str,
    orders: Iterable[Order],
    policy: Policy,
    as_of: dt.datetime | None,
    scorecard: Scorecard = RULES_1,
    constraints: Constraints = NO_CONSTRAINTS,
    capacities: Iterable[Capacity] | None = None,
    rung: int | None = None,
) -> MarketResult:
    """Match the open orders of a market.

    Pure: the same set of orders, policy, time, constraints and capacities gives the same records to the byte, in
    whatever order they come. Moments before `as_of` no longer count as available; None takes windows as written.
    Without `capacities` (None) they are left out of account; where none of them is posted, gaps are told all the same.
    `rung` is the price of a floor over all markets (`common_floor.rung_of` of all their curves), None where none keeps it.

    Raises
    ------
    ValueError
        For an order of another market, one that comes twice, an unknown product, or an `as_of` without a
        time zone.
    ConstraintError
        When pins, minima and maxima cannot all be kept.
    RuntimeError
        When the solver's answer cannot be certified as optimal.
    """
    outcome = outcome_of(market, orders, policy, as_of, scorecard, constraints, capacities, rung)
    records = (
        *match_records(outcome.book, outcome.lines, scorecard),
        *routed_records(outcome.book, outcome.routed, scorecard),
    )
    return MarketResult(records, outcome.diagnoses, outcome.plan, outcome.calls)


def outcome_of(
    market: str,
    orders: Iterable[Order],
    policy: Policy,
    as_of: dt.datetime | None,
    scorecard: Scorecard = RULES_1,
    constraints: Constraints = NO_CONSTRAINTS,
    capacities: Iterable[Capacity] | None = None,
    rung: int | None = None,
    told: Told | None = None,
) -> Outcome:
    """As `match_market`, up to the numbers that its matches are written from. What was `told` of the market's orders at the
    last clearing saves work and changes nothing.
    """
    book = Book.of(market, orders, policy, as_of, constraints)
    pins, limits = pins_of(book, constraints), Limits.of(book, constraints)
    chosen = select_pairs(book, scorecard, pins)
    pairs, uncarried = direct_pairs(book, chosen.pairs, pins)
    pools = PooledLots.among(book, pairs, pins)
    chains = Chains.of(book, capacities)
    start = _start(book, pairs, pools, pins, limits)
    joint = Joint.of(book, pairs, chains, start, pooled=pools is not None)
    cleared = _clear(book, joint, constraints, rung)
    plan = cleared.plan
    routed, quantity = plan.routed, plan.guarded.clearing.quantity
    bound = objective_bound(book, scorecard, plan.guarded.clearing.offer_price) if chosen.pruned else None
    shares = pool_shares(book, pairs, quantity, pools)
    published = (quantity > 0) | _alternatives(book, pairs)
    causes = moved(book, joint, cleared)
    short = diagnoses(book, pairs, quantity, limits, chosen.reach, (routed.sold, routed.bought), causes, told)
    found = chains.gaps(book, pairs, quantity, routed, limits)
    record = with_routes(
        plan_record(book, pairs, quantity, chosen.feasible - uncarried, bound),
        book,
        routed.lines,
        tilt_sums(book, pairs, quantity),
    )
    return Outcome(
        book=book,
        lines=Lines.of(book, pairs, quantity, published, shares),
        scorecard=scorecard,
        diagnoses=with_gaps(book, short, found.pairs, pairs),
        plan=with_conditions(record, book, joint, cleared),
        calls=found.calls,
        routed=routed.lines,
    )


def _alternatives(book: Book, pairs: Pairs) -> Bools:
    """The best pairs of either side; what reaches a minimum lot in a pool alone is none."""
    count = book.terms.policy.matching.alternatives
    if book.neighbourhoods is None:
        return best_by_score(pairs, count)
    alone = reach_alone(book, pairs)
    alone[alone] = best_by_score(pairs.take(alone), count)
    return alone


def _start(book: Book, pairs: Pairs, pools: PooledLots | None, pins: Pins, limits: Limits) -> Supplies:
    offers, demands = book.offer_columns, book.demand_columns
    pinned = np.zeros(len(pairs), dtype=np.int64)
    for (offer, demand), amount in pins.items():
        pinned[(pairs.offer == offer) & (pairs.demand == demand)] = amount
    return Supplies(
        supply=offers.remaining.astype(np.int64),
        wanted=demands.remaining.astype(np.int64),
        lots=Lots.of(
            np.maximum(offers.min_lot[pairs.offer], demands.min_lot[pairs.demand]).astype(np.int64),
            common_multiple(offers.pack[pairs.offer], demands.pack[pairs.demand]),
        ).pooled(pools, offers.min_lot[pairs.offer].astype(np.int64)),
        limits=limits,
        pinned=pinned,
    )


def _clear(book: Book, joint: Joint, constraints: Constraints, rung: int | None) -> Cleared:
    """The plan without conditions, the one that keeps them, and where a floor is over all markets those at its prices."""
    tilt, designated = book.terms.policy.tilt, book.offer_columns.designated
    try:
        plain = joint.plain()
        kept = joint.kept(plain)
        if not tilt.over_all:
            return Cleared(plain, kept)
        plans = plans_by_rung(joint, tilt, designated, kept)
    except InfeasibleError as error:
        had: dict[UUID, int] = defaultdict(int)
        for order in (*book.offers, *book.demands):
            had[order.party_id] += order.remaining
        raise minimum_unkept(constraints, had) from error
    curve = tuple(value_of(joint, each, designated) for each in plans)
    return Cleared(plain, plans[rung or 0], curve, rung)
