"""Routed lines as records, with every leg, and what they add to the totals of a plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.events.matches import MatchRecord, MatchVersion, Reasons, RouteLeg, Tilt

from duijie_matcher.matching.calendar import EPOCH_DAY
from duijie_matcher.matching.chains.amounts import forward
from duijie_matcher.matching.chains.words import route_words
from duijie_matcher.matching.explain import Features, score_parts, sentences
from duijie_matcher.matching.records import match_id, share, suggested_price
from duijie_matcher.matching.scorecard import POINT_SCALE
from duijie_matcher.matching.valuation import Deal, feature_cells, scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_shared.events.matches import PlanRecord

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.lines import RoutedLine
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.scorecard import Scorecard


def routed_records(book: Book, lines: Sequence[RoutedLine], scorecard: Scorecard) -> Iterator[MatchRecord]:
    """The record of each line, in their order."""
    policy, bonus = book.terms.policy, book.terms.bonus
    for line in lines:
        route = line.route
        offer, demand = book.offers[route.offer], book.demands[route.demand]
        arriving = _arriving(offer, route)
        deal = _deal(book, arriving, demand, route)
        cells = {name: int(cell[0]) for name, cell in feature_cells(deal).items()}
        features = Features(
            cells["grade"],
            cells["quantity"],
            cells["price"],
            cells["distance"],
            tilted=bool(deal.tilted(book.terms)[0]),
        )
        product = book.products[route.product]
        said = sentences(arriving, demand, product, features, route.landed, route.bid, policy.tilt)
        said.append(route_words(line, book.products))
        fair = suggested_price(route.landed, route.bid)
        moved = sum(step.cost for step in route.steps)
        designated = policy.tilt.designation in offer.designations
        yield MatchRecord(
            match_id=match_id(offer.order_id, demand.order_id, _ids(route)),
            version=MatchVersion(
                offer=offer.version, demand=demand.version, policy=policy.version, scorecard=scorecard.version
            ),
            kind="plan",
            status="proposed",
            market=book.market,
            product=route.product,
            unit=product.pricing_unit,
            offer_id=offer.order_id,
            demand_id=demand.order_id,
            offer_party=offer.party_id,
            demand_party=demand.party_id,
            offer_county=offer.county,
            demand_county=demand.county,
            quantity=line.quantity,
            score=int(scores(deal, book.terms, scorecard)[0]) / POINT_SCALE,
            parts=score_parts(features, bonus, scorecard),
            ask_price=offer.price,
            bid_price=demand.price,
            landed_cost=route.landed if route.known else None,
            suggested_price=fair if route.known else None,
            farm_gate_price=round((fair - moved) * route.total) if route.known else None,
            distance_m=route.distance,
            transport_cost=moved,
            route=tuple(_legs(line)),
            tilt=Tilt(
                designations=(policy.tilt.designation,) if designated else (),
                bonus=policy.tilt.bonus if features.tilted else 0.0,
            ),
            reasons=Reasons(zh=tuple(zh for zh, _ in said), en=tuple(en for _, en in said)),
            as_of=book.as_of,
            withdrawn_at=None,
        )


def with_routes(
    record: PlanRecord, book: Book, lines: Sequence[RoutedLine], direct: tuple[int, int]
) -> PlanRecord:
    """The totals with the lines by routes; `direct` is what the others come to by what the floor is of, designated
    ones and all. The bound of a market with too many pairs knows of no route, so it is left out.
    """
    if not lines:
        return record
    amounts = [(line.quantity, line.route) for line in lines]
    of_value = book.terms.policy.tilt.of_value
    weights = [(each * route.bid if of_value else each, route.offer) for each, route in amounts]
    designated = book.offer_columns.designated
    tilted = sum(weight for weight, offer in weights if designated[offer])
    return record.model_copy(
        update={
            "welfare": record.welfare + sum(each * (route.bid - route.landed) for each, route in amounts),
            "objective": record.objective + sum(each * route.gain for each, route in amounts),
            "cleared_quantity": record.cleared_quantity + sum(each for each, _ in amounts),
            "tilt_share": share((direct[0] + tilted, direct[1] + sum(weight for weight, _ in weights))),
            "objective_bound": None,
        }
    )


def _legs(line: RoutedLine) -> Iterator[RouteLeg]:
    amounts = iter([*line.taken])
    now = next(amounts)
    for step in line.route.steps:
        facility, taken = step.facility, now
        if facility is not None:
            now = next(amounts)
        yield RouteLeg(
            activity="road" if facility is None else facility.capacity.activity,
            capacity_id=None if facility is None else facility.capacity.capacity_id,
            party_id=None if facility is None else facility.capacity.party_id,
            product=step.product,
            from_county=step.from_county,
            to_county=step.to_county,
            distance_m=step.distance,
            temperature=step.temperature,
            first=None if facility is None else EPOCH_DAY + dt.timedelta(step.first),
            last=None if facility is None else EPOCH_DAY + dt.timedelta(step.last),
            taken=taken,
            given=now,
            per_day=0 if facility is None else step.per_day(taken),
            cost=step.cost,
        )


def _ids(route: Route) -> tuple[str, ...]:
    return tuple(str(step.facility.capacity.capacity_id) for step in route.used if step.facility is not None)


def _arriving(offer: Order, route: Route) -> Order:
    """The offer as the buyer gets it: graded, and what the chain gives of it."""
    most = forward(offer.remaining, route.given)
    return replace(offer, grade=route.grade, remaining=most, pack_multiple=0, product=route.product)


def _deal(book: Book, arriving: Order, demand: Order, route: Route) -> Deal:
    def one(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([value], dtype=np.float64)

    priced = arriving.price is not None and demand.price is not None
    return Deal(
        landed=one(route.landed),
        bid=one(route.bid),
        priced=np.array([priced]),
        open_both=np.array([not route.known]),
        offered=one(arriving.remaining),
        demanded=one(demand.remaining),
        grade_above=np.array([route.grade - demand.grade], dtype=np.uint8),
        designated=np.array([bool(book.offer_columns.designated[route.offer])]),
        distance=one(route.distance),
    )
