"""Random markets of apples with the capacities that their goods may pass through."""

from __future__ import annotations

import datetime as dt
import random
from uuid import UUID

from duijie_matcher.domain import Capacity, Order
from duijie_shared.events.policy import MatchingPolicy, Policy

START = dt.date(2026, 12, 1)
ACTIVITIES = ("grading", "packing", "precooling", "cold_storage", "processing", "line_haul", "local_delivery")


def day(number: int) -> dt.date:
    """A day of December and on."""
    return START + dt.timedelta(number)


def order(draw: random.Random, number: int, side: str, lots: bool) -> Order:
    """An offer of apples, or a demand for apples or juice; `lots` with packs and minimum lots."""
    first = draw.randrange(0, 25)
    selling = side == "offer"
    product = (
        draw.choice(["apple", "fuji_apple"]) if selling else draw.choice(["apple", "apple", "apple_juice"])
    )
    quantity = draw.randrange(1_000, 50_000)
    return Order(
        order_id=UUID(int=number + (1 << 64 if selling else 0)),
        version=1,
        side="offer" if selling else "demand",
        sequence=number,
        party_id=UUID(int=number + (3 << 64 if selling else 4 << 64)),
        market="apple",
        product=product,
        grade=draw.randrange(2, 6),
        remaining=quantity,
        min_lot=draw.choice([0, 0, quantity // 4]) if lots else 0,
        price=draw.randrange(1_000_000, 3_000_000) if selling else draw.randrange(2_500_000, 9_000_000),
        county=None,
        designations=("cn-832",) if draw.random() < 0.4 else (),
        latitude_e7=draw.randrange(300_000_000, 340_000_000),
        longitude_e7=draw.randrange(1_100_000_000, 1_160_000_000),
        window_from=day(first),
        window_to=day(first + draw.randrange(0, 8)),
        pack_multiple=draw.choice([0, 0, 500]) if lots else 0,
    )


def capacity(draw: random.Random, number: int) -> Capacity:
    """A capacity of any kind, partly booked."""
    activity = draw.choice(ACTIVITIES)
    made = activity == "processing"
    hauls = activity == "line_haul"
    first = draw.randrange(0, 10)
    return Capacity(
        capacity_id=UUID(int=number + (7 << 64)),
        version=1,
        sequence=number,
        party_id=UUID(int=number + (8 << 64)),
        activity=activity,  # type: ignore[arg-type]
        product_in="apple" if made or draw.random() < 0.3 else None,
        product_out="apple_juice" if made else None,
        yield_ppm=draw.choice([600_000, 777_777]) if made else 850_000 if activity == "grading" else None,
        loss_ppm=draw.choice([0, 12_345]),
        throughput_per_day=draw.randrange(100, 8_000),
        fee=draw.randrange(0, 300_000),
        county=None,
        latitude_e7=draw.randrange(300_000_000, 340_000_000),
        longitude_e7=draw.randrange(1_100_000_000, 1_160_000_000),
        to_county=None,
        to_latitude_e7=draw.randrange(300_000_000, 340_000_000) if hauls else None,
        to_longitude_e7=draw.randrange(1_100_000_000, 1_160_000_000) if hauls else None,
        available_from=day(first),
        available_to=day(first + draw.randrange(5, 60)),
        temperature=draw.choice([None, "chilled"]),
        booked={day(draw.randrange(0, 40)): draw.randrange(1, 3_000) for _ in range(draw.randrange(0, 6))},
    )


def market(seed: int, size: int, posted: int, *, lots: bool) -> tuple[list[Order], list[Capacity]]:
    """So many offers and as many demands, and capacities."""
    draw = random.Random(seed)
    orders = [order(draw, each, side, lots) for each in range(size) for side in ("offer", "demand")]
    return orders, [capacity(draw, each) for each in range(posted)]


def policy(seed: int) -> Policy:
    """The cold chain is required by every third."""
    return Policy(matching=MatchingPolicy(cold_chain="required" if seed % 3 == 0 else "assumed", local_km=80))
