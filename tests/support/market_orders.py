"""Orders of a market by name, with defaults for whatever a test does not care about."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid5

from duijie_matcher.domain import Order
from duijie_shared.events.base import EVIDENCE_LEVELS
from hypothesis import strategies as st

SPACE = UUID("c2a9f3f2-0c3f-5c57-9e0a-6a4b3a6f9a01")
KG = 1_000
CNY = 1_000_000
DAY = dt.date(2026, 11, 25)
NOON = dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC)
"""Of that day in Shanghai."""
PLACES = ((312000000, 1214000000), (399000000, 1164000000), (230000000, 1133000000), (266000000, 1051000000))
"""Shanghai, Beijing, Guangzhou and Bijie, roughly, in 1e-7 degree."""


def name_id(name: str) -> UUID:
    """The id that stands for `name` in these tests."""
    return uuid5(SPACE, name)


def an_offer(name: str = "o", sequence: int = 0, **changes: Any) -> Order:
    """100 kg of potatoes, grade 4, at 1 CNY, from its own party, in Shanghai, for two months."""
    return _order(
        "offer", name, sequence, {"grade": 4, "price": CNY, "window_to": DAY + dt.timedelta(60), **changes}
    )


def a_demand(name: str = "d", sequence: int = 0, **changes: Any) -> Order:
    """A demand for 100 kg of potatoes of grade 3 at 3 CNY, by its own party, in Shanghai, for three months."""
    return _order(
        "demand",
        name,
        sequence,
        {"grade": 3, "price": 3 * CNY, "window_to": DAY + dt.timedelta(90), **changes},
    )


def _order(side: str, name: str, sequence: int, changes: dict[str, Any]) -> Order:
    fields: dict[str, Any] = {
        "order_id": name_id(f"{side} {name}"),
        "version": 1,
        "side": side,
        "sequence": sequence,
        "party_id": name_id(f"party of {side} {name}"),
        "market": "potato",
        "product": "potato",
        "remaining": 100 * KG,
        "min_lot": 0,
        "county": "310115",
        "designations": (),
        "latitude_e7": PLACES[0][0],
        "longitude_e7": PLACES[0][1],
        "window_from": DAY,
        **changes,
    }
    return Order(**fields)


@st.composite
def orders(draw: st.DrawFn, side: str, sequence: int, product: str = "apple") -> Order:
    """An order of the apple market with the awkward cases of life in it."""
    start = DAY + dt.timedelta(draw(st.integers(0, 6)))
    remaining = draw(st.integers(1, 12)) * draw(st.sampled_from([1, 500, KG]))
    latitude, longitude = draw(st.sampled_from(PLACES))
    selling = side == "offer"
    low, high = (0, 30) if selling else (10, 45)
    names = ("gi", "green", "organic")
    return _order(
        side,
        f"{sequence}",
        sequence,
        {
            "market": product,
            "product": draw(st.sampled_from([product, product, "fuji_apple", "gala_apple"])),
            "party_id": name_id(f"party {draw(st.integers(0, 8))}"),
            "grade": draw(st.integers(2, 5) if selling else st.integers(1, 4)),
            "remaining": remaining,
            "min_lot": draw(st.sampled_from([0, 0, 0, 1, 500, KG, 2 * KG])),
            "price": draw(st.none() | st.integers(low, high).map(lambda tenths: tenths * CNY // 10)),
            "county": draw(st.sampled_from([None, "310115", "520526", "520526"])),
            "designations": draw(st.sampled_from([(), (), ("cn-832",)])) if selling else (),
            "latitude_e7": latitude + draw(st.integers(0, 2)) * 1_000_000,
            "longitude_e7": longitude,
            "window_from": start,
            "window_to": start + dt.timedelta(draw(st.integers(0, 5))),
            "temperature": draw(st.sampled_from([None, None, "ambient", "chilled", "frozen"])),
            "evidence": draw(
                st.sampled_from(EVIDENCE_LEVELS if selling else EVIDENCE_LEVELS[:1] * 3 + EVIDENCE_LEVELS)
            ),
            "pack_multiple": draw(st.sampled_from([0, 0, 0, 3, 500, KG, 3 * KG])),
            "posted_at": draw(
                st.none() | st.integers(-120, 24).map(lambda hours: NOON + dt.timedelta(hours=hours))
            ),
            "harvest_date": draw(
                st.none() | st.integers(-154, -140).map(lambda days: DAY + dt.timedelta(days))
            )
            if selling
            else None,
            "certificates": tuple(
                sorted(draw(st.sets(st.sampled_from(names), max_size=3 if selling else 1)))
            ),
            "origin_counties": ()
            if selling
            else draw(st.sampled_from([(), (), (), ("520526",), ("310115", "520526")])),
        },
    )


@st.composite
def markets(draw: st.DrawFn, most: int = 7) -> list[Order]:
    """Offers and demands of one market, in any order."""
    count = draw(st.integers(0, most)), draw(st.integers(0, most))
    offers = [draw(orders("offer", 2 * place)) for place in range(count[0])]
    demands = [draw(orders("demand", 2 * place + 1)) for place in range(count[1])]
    return draw(st.permutations([*offers, *demands]))
