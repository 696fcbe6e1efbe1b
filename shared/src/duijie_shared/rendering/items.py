"""Contract records as the items of the API and of `duijie match`.

Before a deal the two sides see distances rounded to 5 km and what follows from a distance rounded to
0.01 CNY, so that three buyers cannot triangulate a farm. Staff and `duijie match` see exact figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord, PoolShare, RouteLeg
from duijie_shared.rendering.advice import near_miss_item
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, VALUE_SCALE, to_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

COARSE_DISTANCE_M = 5_000
COARSE_PRICE = PRICE_SCALE // 100


def match_item(
    record: MatchRecord,
    *,
    exact: bool,
    offer: str | None = None,
    demand: str | None = None,
    status: str | None = None,
    capacities: Mapping[UUID, str] | None = None,
) -> dict[str, Any]:
    """One match as an item.

    `offer`, `demand` and `capacities` stand in for ids (row keys, in files); `status` overlays the record's own
    (held and dealt come from catalog).
    """
    return {
        "id": str(record.match_id),
        "version": record.version.model_dump(),
        "kind": record.kind,
        "status": status or record.status,
        "offer": offer or str(record.offer_id),
        "demand": demand or str(record.demand_id),
        "market": record.market,
        "product": record.product,
        "quantity": to_number(record.quantity, QUANTITY_SCALE),
        "unit": record.unit,
        "score": record.score,
        "parts": [part.model_dump() for part in record.parts],
        "ask_price": _price(record.ask_price),
        "bid_price": _price(record.bid_price),
        "landed_cost": _price(record.landed_cost, coarse=not exact),
        "suggested_price": _price(record.suggested_price, coarse=not exact),
        "farm_gate_price": _price(record.farm_gate_price, coarse=not exact),
        "distance_km": _distance(record.distance_m, exact=exact),
        "offer_county": record.offer_county,
        "demand_county": record.demand_county,
        "route": [_leg(leg, exact, capacities or {}) for leg in record.route],
        "pool": None if record.pool is None else _pool(record.pool),
        "tilt": {"designations": list(record.tilt.designations), "bonus": record.tilt.bonus},
        "reasons": {"zh": list(record.reasons.zh), "en": list(record.reasons.en)},
    }


def diagnosis_item(record: Diagnosis, *, order: str | None = None) -> dict[str, Any]:
    """Why an order is left short. `order` stands in for its id."""
    return {
        "kind": "diagnosis",
        "order": order or str(record.order_id),
        "side": record.side,
        "short_by": to_number(record.short_by, QUANTITY_SCALE),
        "unit": record.unit,
        "codes": list(record.codes),
        "reasons": {"zh": list(record.reasons.zh), "en": list(record.reasons.en)},
        "near_misses": [near_miss_item(miss, record.side, record.unit) for miss in record.near_misses],
    }


def call_item(record: CapacityCall) -> dict[str, Any]:
    """A call for capacity: quantity in the pricing unit, worth in CNY."""
    return {
        "kind": "call",
        "id": str(record.call_id),
        "market": record.market,
        "code": record.code,
        "activity": record.activity,
        "product_in": record.product_in,
        "product_out": record.product_out,
        "county": record.county,
        "to_county": record.to_county,
        "temperature": record.temperature,
        "quantity": to_number(record.quantity, QUANTITY_SCALE),
        "orders": record.orders,
        "needed_from": record.needed_from.isoformat(),
        "needed_to": record.needed_to.isoformat(),
        "worth": to_number(record.worth, VALUE_SCALE),
    }


def plan_item(record: PlanRecord) -> dict[str, Any]:
    """The totals of a market: money in CNY, quantity in the pricing unit."""
    bound = record.objective_bound
    return {
        "market": record.market,
        "policy": record.policy,
        "as_of": record.as_of.isoformat() if record.as_of else None,
        "welfare": to_number(record.welfare, VALUE_SCALE),
        "objective": to_number(record.objective, VALUE_SCALE),
        "objective_bound": None if bound is None else to_number(bound, VALUE_SCALE),
        "cleared_quantity": to_number(record.cleared_quantity, QUANTITY_SCALE),
        "tilt_share": record.tilt_share,
        "feasible_pairs": record.feasible_pairs,
        "offers": record.offers,
        "demands": record.demands,
        "floor": record.floor,
        "floor_of": record.floor_of,
        "floor_scope": record.floor_scope,
        "floor_status": record.floor_status,
        "shadow_price": _price(record.shadow_price),
        "welfare_given_up": None
        if record.welfare_given_up is None
        else to_number(record.welfare_given_up, VALUE_SCALE),
        "floor_reasons": None
        if record.floor_reasons is None
        else {"zh": list(record.floor_reasons.zh), "en": list(record.floor_reasons.en)},
        "guards": [
            {
                "kind": guard.kind,
                "asked": guard.asked,
                "reached": guard.reached,
                "status": guard.status,
                "shadow_price": _price(guard.shadow_price),
            }
            for guard in record.guards
        ],
    }


def _leg(leg: RouteLeg, exact: bool, capacities: Mapping[UUID, str]) -> dict[str, Any]:
    capacity = leg.capacity_id
    return {
        "activity": leg.activity,
        "capacity": None if capacity is None else capacities.get(capacity, str(capacity)),
        "product": leg.product,
        "from_county": leg.from_county,
        "to_county": leg.to_county,
        "distance_km": _distance(leg.distance_m, exact=exact),
        "temperature": leg.temperature,
        "first": leg.first.isoformat() if leg.first else None,
        "last": leg.last.isoformat() if leg.last else None,
        "taken": to_number(leg.taken, QUANTITY_SCALE),
        "given": to_number(leg.given, QUANTITY_SCALE),
        "per_day": to_number(leg.per_day, QUANTITY_SCALE),
        "cost": _price(leg.cost, coarse=not exact),
    }


def _pool(pool: PoolShare) -> dict[str, Any]:
    return {
        "id": str(pool.pool_id),
        "county": pool.county,
        "members": pool.members,
        "quantity": to_number(pool.quantity, QUANTITY_SCALE),
    }


def _price(price: int | None, *, coarse: bool = False) -> int | float | None:
    if price is None:
        return None
    if coarse:
        price = round(price / COARSE_PRICE) * COARSE_PRICE
    return to_number(price, PRICE_SCALE)


def _distance(metres: int, *, exact: bool) -> int | float:
    if exact:
        return metres / 1000
    return round(metres / COARSE_DISTANCE_M) * COARSE_DISTANCE_M // 1000
