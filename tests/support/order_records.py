"""Orders, ticks and policies as records, with defaults for whatever a test does not care about."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid5

from duijie_shared.events.base import Contract
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.codec import encode, new_envelope
from duijie_shared.events.constraints import ConstraintRecord
from duijie_shared.events.orders import OrderSnapshot, Tick
from duijie_shared.events.policy import Policy
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.ports import Record

SPACE = UUID("6f5f5b0c-8a5e-4b0e-9d55-0d1f6c1b7e11")
NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
KG = 1_000
CNY = 1_000_000


def order_id(name: str) -> UUID:
    """The id that stands for `name` in these tests."""
    return uuid5(SPACE, name)


def snapshot(name: str, **changes: Any) -> OrderSnapshot:
    """An open offer of 100 kg of potatoes at 1 CNY, or with `side="demand"` a demand for it at 3 CNY."""
    side = changes.get("side", "offer")
    number = int.from_bytes(order_id(name).bytes[:3])
    fields: dict[str, Any] = {
        "order_id": order_id(name),
        "version": 1,
        "side": side,
        "status": "open",
        "sequence": number,
        "party_id": order_id(f"party of {name}"),
        "market": "potato",
        "product": changes.get("market", "potato"),
        "grade": 3,
        "quantity": 100 * KG,
        "remaining": changes.get("quantity", 100 * KG),
        "min_lot": 0,
        "price": 3 * CNY if side == "demand" else 1 * CNY,
        "county": None,
        "designations": (),
        "latitude_e7": 300_000_000,
        "longitude_e7": 1_000_000_000,
        "window_from": dt.date(2026, 11, 1),
        "window_to": dt.date(2026, 12, 31),
    }
    return OrderSnapshot(**(fields | changes))


def wire(
    body: Contract, type_: str, subject: str, *, time: dt.datetime = NOW, correlation_id: str = ""
) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """Value and headers as catalog writes them."""
    value, headers = encode(body, new_envelope("duijie/catalog", type_, subject, time, correlation_id))
    return value, tuple(headers)


def order_record(order: OrderSnapshot, offset: int = 0, **envelope: Any) -> Record:
    """The order's record in the partition of its market."""
    value, headers = wire(order, "duijie.order.v1", str(order.order_id), **envelope)
    key = str(order.order_id).encode()
    return Record("orders-v1", partition_for(order.market), offset, key, value, headers)


def tick_record(partition: int, as_of: dt.datetime, offset: int = 0) -> Record:
    """Catalog's clock in one partition."""
    value, headers = wire(Tick(partition=partition, as_of=as_of), "duijie.tick.v1", f"tick-{partition}")
    return Record("orders-v1", partition, offset, f"tick-{partition}".encode(), value, headers)


def tombstone_record(name: str, market: str = "potato", offset: int = 0) -> Record:
    """The end of an order's records."""
    return Record("orders-v1", partition_for(market), offset, str(order_id(name)).encode(), None, ())


def policy_record(policy: Policy, offset: int = 0) -> Record:
    """A policy's record."""
    value, headers = wire(policy, "duijie.policy.v1", "policy")
    return Record("policy-v1", 0, offset, b"policy", value, headers)


def constraint(name: str, kind: str, **changes: Any) -> ConstraintRecord:
    """An active constraint of staff; of a pair in the potato market where `offer` and `demand` name orders."""
    pair = {f"{side}_id": order_id(changes.pop(side)) for side in ("offer", "demand") if side in changes}
    fields: dict[str, Any] = {
        "constraint_id": order_id(name),
        "version": 1,
        "status": "active",
        "kind": kind,
        "market": "potato" if pair else None,
        "set_by": "staff",
        "reason": "tests",
        "since": NOW,
    }
    return ConstraintRecord(**(fields | pair | changes))


def constraint_record(body: ConstraintRecord, offset: int = 0, **envelope: Any) -> Record:
    """The constraint's record; the tests have no use for more than one partition of its topic."""
    value, headers = wire(body, "duijie.constraint.v1", str(body.constraint_id), **envelope)
    return Record("constraints-v1", 0, offset, str(body.constraint_id).encode(), value, headers)


def capacity(name: str, **changes: Any) -> CapacitySnapshot:
    """An open cold store for potatoes, 10 t a day at 0.1 CNY/kg, where the orders are."""
    fields: dict[str, Any] = {
        "capacity_id": order_id(name),
        "version": 1,
        "status": "open",
        "sequence": 1,
        "party_id": order_id(f"party of {name}"),
        "activity": "cold_storage",
        "product_in": "potato",
        "product_out": None,
        "yield_ppm": None,
        "loss_ppm": 0,
        "throughput_per_day": 10_000 * KG,
        "fee": CNY // 10,
        "county": None,
        "latitude_e7": 300_000_000,
        "longitude_e7": 1_000_000_000,
        "available_from": dt.date(2026, 11, 1),
        "available_to": dt.date(2027, 3, 31),
        "temperature": "chilled",
    }
    return CapacitySnapshot(**(fields | changes))


def capacity_record(body: CapacitySnapshot, offset: int = 0, **envelope: Any) -> Record:
    """The capacity's record."""
    value, headers = wire(body, "duijie.capacity.v1", str(body.capacity_id), **envelope)
    return Record("capacities-v1", 0, offset, str(body.capacity_id).encode(), value, headers)
