"""Records as the gateway's projector gets them, and a small market that it has read already."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from duijie_gateway.decoding import Event
from duijie_shared.events.base import Contract
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.codec import encode, new_envelope
from duijie_shared.events.deals import DealRecord
from duijie_shared.events.matches import (
    Diagnosis,
    MatchRecord,
    MatchVersion,
    PlanRecord,
    Reasons,
    ScorePart,
    Tilt,
)
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.parties import PartySnapshot
from duijie_shared.kafka.ports import Record

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
TYPES = {
    MatchRecord: "duijie.match.v1",
    OrderSnapshot: "duijie.order.v1",
    DealRecord: "duijie.deal.v1",
    PlanRecord: "duijie.plan.v1",
    Diagnosis: "duijie.diagnosis.v1",
    PartySnapshot: "duijie.party.v1",
    CapacitySnapshot: "duijie.capacity.v1",
}


def an_id(*name: object) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, "/".join(map(str, name)))


def a_match(name: object = 1, **changes: Any) -> MatchRecord:
    """A plan line of a designated county; `versions=(offer, demand)` is short for its versions."""
    offer_version, demand_version = changes.pop("versions", (1, 1))
    designations = changes.pop("designations", ("cn-832",))
    values: dict[str, Any] = {
        "match_id": an_id("match", name),
        "version": MatchVersion(offer=offer_version, demand=demand_version, policy=1, scorecard="rules-1"),
        "kind": "plan",
        "status": "proposed",
        "market": "potato",
        "product": "potato",
        "unit": "kg",
        "offer_id": an_id("offer", name),
        "demand_id": an_id("demand", name),
        "offer_party": an_id("producer"),
        "demand_party": an_id("buyer"),
        "offer_county": "532523",
        "demand_county": "310115",
        "quantity": 12_500_000,
        "score": 78.25,
        "parts": (
            ScorePart(feature="grade", value=1.0, points=20.0),
            ScorePart(feature="quantity", value=0.8, points=16.0),
            ScorePart(feature="price", value=0.17, points=20.25),
            ScorePart(feature="distance", value=1955.0, points=12.0),
            ScorePart(feature="tilt", value=0.05, points=10.0),
        ),
        "ask_price": 1_600_000,
        "bid_price": 2_900_000,
        "landed_cost": 3_126_193,
        "suggested_price": 3_013_096,
        "farm_gate_price": 1_486_903,
        "distance_m": 1_956_658,
        "transport_cost": 1_526_193,
        "tilt": Tilt(designations=designations, bonus=0.05 if designations else 0.0),
        "reasons": Reasons(zh=("数量合适", "价格有余地"), en=("The quantity fits", "The price leaves room")),
    }
    return MatchRecord(**(values | changes))


def an_order(side: str, name: object = 1, **changes: Any) -> OrderSnapshot:
    """The order on one side of `a_match(name)`."""
    values: dict[str, Any] = {
        "order_id": an_id(side, name),
        "version": 1,
        "side": side,
        "status": "open",
        "sequence": 1,
        "party_id": an_id("producer" if side == "offer" else "buyer"),
        "market": "potato",
        "product": "potato",
        "grade": 4,
        "quantity": 30_000_000,
        "remaining": 30_000_000,
        "min_lot": 0,
        "price": 1_600_000,
        "county": "532523" if side == "offer" else "310115",
        "designations": ("cn-832",) if side == "offer" else (),
        "latitude_e7": 230_000_000,
        "longitude_e7": 1_030_000_000,
        "window_from": dt.date(2027, 1, 10),
        "window_to": dt.date(2027, 3, 31),
    }
    return OrderSnapshot(**(values | changes))


def a_deal(name: object = 1, **changes: Any) -> DealRecord:
    """A hold by the buyer on `a_match(name)`, made of the first versions of both orders."""
    values: dict[str, Any] = {
        "deal_id": an_id("deal", name),
        "version": 1,
        "status": "held",
        "match_id": an_id("match", name),
        "market": "potato",
        "product": "potato",
        "unit": "kg",
        "offer_id": an_id("offer", name),
        "demand_id": an_id("demand", name),
        "offer_version": 1,
        "demand_version": 1,
        "offer_after": 2,
        "demand_after": 2,
        "offer_party": an_id("producer"),
        "demand_party": an_id("buyer"),
        "offer_county": "532523",
        "demand_county": "310115",
        "quantity": 5_000_000,
        "price": 3_000_000,
        "farm_gate_price": 1_700_000,
        "accepted_by": "demand",
        "held_at": NOW,
        "deadline": NOW + dt.timedelta(days=2),
    }
    return DealRecord(**(values | changes))


def a_capacity(name: object = 1, **changes: Any) -> CapacitySnapshot:
    """A cold store in the county of `a_match`'s offer."""
    values: dict[str, Any] = {
        "capacity_id": an_id("capacity", name),
        "version": 1,
        "status": "open",
        "sequence": 1,
        "party_id": an_id("store"),
        "activity": "cold_storage",
        "product_in": "potato",
        "product_out": "potato",
        "yield_ppm": None,
        "loss_ppm": 10_000,
        "throughput_per_day": 20_000_000,
        "fee": 120_000,
        "county": "532523",
        "latitude_e7": 230_000_000,
        "longitude_e7": 1_030_000_000,
        "available_from": dt.date(2027, 1, 1),
        "available_to": dt.date(2027, 6, 30),
        "temperature": "chilled",
    }
    return CapacitySnapshot(**(values | changes))


def a_plan(market: str = "potato", **changes: Any) -> PlanRecord:
    """A market's totals."""
    values: dict[str, Any] = {
        "market": market,
        "policy": 1,
        "as_of": NOW,
        "welfare": 5_000_000_000_000,
        "objective": 5_500_000_000_000,
        "cleared_quantity": 12_500_000,
        "tilt_share": 1.0,
        "feasible_pairs": 1,
        "offers": 1,
        "demands": 1,
    }
    return PlanRecord(**(values | changes))


def a_diagnosis(side: str = "offer", name: object = 1, **changes: Any) -> Diagnosis:
    """Why an order is left short."""
    values: dict[str, Any] = {
        "order_id": an_id(side, name),
        "version": 1,
        "party_id": an_id("producer" if side == "offer" else "buyer"),
        "market": "potato",
        "unit": "kg",
        "side": side,
        "short_by": 17_500_000,
        "codes": ("PRICE",),
        "reasons": Reasons(zh=("价格差距 0.30 元/kg",), en=("0.30 CNY/kg apart",)),
    }
    return Diagnosis(**(values | changes))


class Log:
    """Numbers events as one partition of each topic would."""

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}
        self.events: list[Event] = []

    def add(self, body: Contract) -> Event:
        """Append a body."""
        topic, key = place_of(body)
        return self._append(topic, key, body)

    def bury(self, body: Contract) -> Event:
        """Append the tombstone of a body's key."""
        topic, key = place_of(body)
        return self._append(topic, key, None)

    @property
    def reached(self) -> dict[tuple[str, int], int]:
        """The positions behind all that was added."""
        return {(topic, 0): end for topic, end in self.ends.items()}

    def _append(self, topic: str, key: UUID | str, body: Contract | None) -> Event:
        offset = self.ends.get(topic, 0)
        self.ends[topic] = offset + 1
        event = Event(topic, 0, offset, key, body)
        self.events.append(event)
        return event


def place_of(body: Contract) -> tuple[str, UUID | str]:
    """Topic and key of a body."""
    match body:
        case MatchRecord():
            return "matches-v1", body.match_id
        case OrderSnapshot():
            return "orders-v1", body.order_id
        case DealRecord():
            return "deals-v1", body.deal_id
        case CapacitySnapshot():
            return "capacities-v1", body.capacity_id
        case PlanRecord():
            return "plans-v1", body.market
        case Diagnosis():
            return "diagnoses-v1", body.order_id
        case PartySnapshot():
            return "parties-v1", body.party_id
        case _:
            raise TypeError(type(body).__name__)


def wire(
    body: Contract, *, tombstone: bool = False
) -> tuple[str, bytes, bytes | None, list[tuple[str, bytes]]]:
    """Topic, key, value and headers as a producer sends them."""
    topic, key = place_of(body)
    value, headers = encode(body, new_envelope("test", TYPES[type(body)], str(key), NOW, "test"))
    return topic, str(key).encode(), None if tombstone else value, headers


def a_record(body: Contract, offset: int = 0, **changes: Any) -> Record:
    """A record as a reader returns it."""
    topic, key, value, headers = wire(body)
    values: dict[str, Any] = {
        "topic": topic,
        "partition": 0,
        "offset": offset,
        "key": key,
        "value": value,
        "headers": tuple(headers),
    }
    return Record(**(values | changes))
