"""Pairs as the records that the matcher publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import numpy as np
from duijie_shared.events.matches import MatchRecord, MatchVersion, PlanRecord, Tilt

from duijie_matcher.domain import most_tradable
from duijie_matcher.matching.explain import match_reasons, score_parts
from duijie_matcher.matching.lines import deals_of
from duijie_matcher.matching.pool_shares import pool_words
from duijie_matcher.matching.scorecard import POINT_SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.lines import Lines
    from duijie_matcher.matching.scorecard import Scorecard

MATCHES = UUID("6f1f3c0e-52f4-5f0e-9d7e-2f6a8f1f9a57")
"""Namespace of match ids; fixed for good."""

MAJOR = 1
"""Major version of what a match is; part of its id."""


def match_id(offer: UUID, demand: UUID, route: tuple[str, ...] = (), round_: int = 0) -> UUID:
    """The id of a pair by a route; `round_` counts the holds already made on it. The same from any input."""
    return uuid5(MATCHES, f"{MAJOR}|{offer}|{demand}|{','.join(route)}|{round_}")


def plan_record(book: Book, pairs: Pairs, quantity: Ints, feasible: int, bound: int | None) -> PlanRecord:
    """Totals of the lines, recomputed here in Python's integers: no solver, no float, no overflow."""
    lines = np.flatnonzero(quantity)
    chosen = pairs.take(lines)
    deals, _ = deals_of(book, chosen)
    amounts = quantity[lines].tolist()
    margins = (deals.bid - deals.landed).astype(np.int64).tolist()
    cleared = sum(amounts)
    return PlanRecord(
        market=book.market,
        policy=book.terms.policy.version,
        as_of=book.as_of,
        welfare=sum(amount * margin for amount, margin in zip(amounts, margins, strict=True)),
        objective=sum(amount * gain for amount, gain in zip(amounts, chosen.gain.tolist(), strict=True)),
        cleared_quantity=cleared,
        tilt_share=share(tilt_sums(book, pairs, quantity)),
        feasible_pairs=feasible,
        objective_bound=bound,
        offers=len(book.offers),
        demands=len(book.demands),
    )


def welfare(book: Book, pairs: Pairs, quantity: Ints) -> int:
    """The welfare of a plan alone, in 1e-9 CNY."""
    lines = np.flatnonzero(quantity)
    deals, _ = deals_of(book, pairs.take(lines))
    margins = (deals.bid - deals.landed).astype(np.int64).tolist()
    return sum(amount * margin for amount, margin in zip(quantity[lines].tolist(), margins, strict=True))


def tilt_sums(book: Book, pairs: Pairs, quantity: Ints) -> tuple[int, int]:
    """What the lines of designated offers come to, and all lines, by what the policy's floor is of."""
    lines = np.flatnonzero(quantity)
    deals, _ = deals_of(book, pairs.take(lines))
    amounts = quantity[lines].tolist()
    of_value = book.terms.policy.tilt.of_value
    bids = deals.bid.astype(np.int64).tolist() if of_value else [1] * len(amounts)
    weights = [amount * bid for amount, bid in zip(amounts, bids, strict=True)]
    favoured = sum(weight for weight, named in zip(weights, deals.designated.tolist(), strict=True) if named)
    return favoured, sum(weights)


def share(sums: tuple[int, int]) -> float:
    """One sum's share of the other, to 1e-6; 0 of nothing."""
    part, whole = sums
    return round(part / whole, 6) if whole else 0.0


def match_records(book: Book, lines: Lines, scorecard: Scorecard) -> Iterator[MatchRecord]:
    """The record of each line. An alternative is for as much as both sides have left."""
    policy, bonus = book.terms.policy, book.terms.bonus
    for at, (offer_at, demand_at) in enumerate(zip(lines.offers, lines.demands, strict=True)):
        offer, demand = book.offers[offer_at], book.demands[demand_at]
        product = book.products[offer.product]
        features = lines.features[at]
        landed, bid = lines.landed[at], lines.bids[at]
        suggested = suggested_price(landed, bid)
        designated = policy.tilt.designation in offer.designations
        yield MatchRecord(
            match_id=match_id(offer.order_id, demand.order_id),
            version=MatchVersion(
                offer=offer.version, demand=demand.version, policy=policy.version, scorecard=scorecard.version
            ),
            kind="plan" if lines.amounts[at] else "alternative",
            status="proposed",
            market=book.market,
            product=offer.product,
            unit=product.pricing_unit,
            offer_id=offer.order_id,
            demand_id=demand.order_id,
            offer_party=offer.party_id,
            demand_party=demand.party_id,
            offer_county=offer.county,
            demand_county=demand.county,
            quantity=lines.amounts[at] or most_tradable(offer, demand),
            score=lines.scores[at] / POINT_SCALE,
            parts=score_parts(features, bonus, scorecard),
            ask_price=offer.price,
            bid_price=demand.price,
            landed_cost=landed if lines.known[at] else None,
            suggested_price=suggested if lines.known[at] else None,
            farm_gate_price=suggested - lines.transport[at] if lines.known[at] else None,
            distance_m=lines.metres[at],
            transport_cost=lines.transport[at],
            route=(),
            pool=lines.pools[at],
            tilt=Tilt(
                designations=(policy.tilt.designation,) if designated else (),
                bonus=policy.tilt.bonus if features.tilted else 0.0,
            ),
            reasons=match_reasons(
                offer,
                demand,
                product,
                features,
                landed,
                bid,
                policy,
                pool_words(lines.pools[at], lines.amounts[at], product),
            ),
            as_of=book.as_of,
            withdrawn_at=None,
        )


def suggested_price(landed: int, bid: int) -> int:
    """Half way between landed cost and bid, at the buyer's door."""
    return landed + round((bid - landed) / 2)
