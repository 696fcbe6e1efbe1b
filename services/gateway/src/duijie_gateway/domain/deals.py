"""Deals as feeds show them: what both sides know of each, without contact or place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

from duijie_gateway.domain.facts import Facts

if TYPE_CHECKING:
    from duijie_shared.events.deals import DealRecord

COARSE_PRICE = PRICE_SCALE // 100


def deal_item(record: DealRecord, *, exact: bool) -> dict[str, Any]:
    """One hold or deal. The two sides see prices to 0.01 CNY until both have accepted, as `/v1/deals` shows them."""
    coarse = not exact and record.status != "dealt"
    return {
        "id": str(record.deal_id),
        "version": record.version,
        "status": record.status,
        "match": str(record.match_id),
        "offer": str(record.offer_id),
        "demand": str(record.demand_id),
        "market": record.market,
        "product": record.product,
        "quantity": to_number(record.quantity, QUANTITY_SCALE),
        "unit": record.unit,
        "price": _price(record.price, coarse=coarse),
        "farm_gate_price": _price(record.farm_gate_price, coarse=coarse),
        "offer_county": record.offer_county,
        "demand_county": record.demand_county,
        "accepted_by": record.accepted_by,
        "held_at": record.held_at.isoformat(),
        "deadline": record.deadline.isoformat(),
        "ended_at": record.ended_at and record.ended_at.isoformat(),
        "reason": record.reason,
    }


def _price(price: int, *, coarse: bool) -> int | float:
    return to_number(round(price / COARSE_PRICE) * COARSE_PRICE if coarse else price, PRICE_SCALE)


def deal_facts(record: DealRecord) -> Facts:
    """What filters of feeds look at."""
    return Facts(
        products=(record.product,),
        counties=(record.offer_county,) if record.offer_county else (),
        quantity=record.quantity,
        status=record.status,
    )
