"""What about an order does not look plausible. Findings are for staff to look at; they change nothing else."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.events.policy import PlausibilityPolicy
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

FlagCode = Literal["volume", "bait-price", "unit-slip", "repost"]

SLIPPED_UNITS = {"kg": 1_000, "斤": 500, "t": 1_000_000}
"""Units that are taken for one another, in contract units (grams): the price of one is written for another."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at of an order, in contract units; `unit_size` is the posted unit's.

    `by_mass` says that the product is priced by the kilogram, `most_per_mu` what an area may usually bring at most
    (kg/mu; None: not known, or no crop).
    """

    order_id: UUID
    version: int
    side: Side
    product: str
    unit: str
    unit_size: Decimal
    quantity: int
    price: int | None
    area_mu: Decimal | None
    by_mass: bool
    most_per_mu: int | None


@dataclass(frozen=True, slots=True)
class Level:
    """Quartiles of the prices of a product and side (contract units), each party counted once."""

    parties: int
    low: int
    median: int
    high: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last order that said the same and was withdrawn shortly before, and how many there were."""

    order_id: UUID
    withdrawn_at: dt.datetime
    times: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `basis` is what the order itself says: as long as it stands, the finding is the same."""

    code: FlagCode
    zh: str
    en: str
    basis: tuple[str, ...]
    facts: dict[str, int | float | str] = field(default_factory=dict)


def findings(
    subject: Subject, level: Level | None, earlier: Earlier | None, policy: PlausibilityPolicy
) -> list[Finding]:
    """All that is to be said of an order; of its price one thing at most."""
    found = [_volume(subject, policy), None if earlier is None else _repost(earlier)]
    if level is not None and subject.price is not None and level.low > 0:
        found.append(_price(subject, subject.price, level, policy))
    return [each for each in found if each is not None]


def _volume(subject: Subject, policy: PlausibilityPolicy) -> Finding | None:
    """More than the planted area can have brought, by the usual yields and a good measure on top."""
    if subject.side != "offer" or subject.area_mu is None or subject.most_per_mu is None:
        return None
    most = float(subject.area_mu) * subject.most_per_mu
    quantity = subject.quantity / QUANTITY_SCALE
    if quantity <= most * policy.yield_factor:
        return None
    area, per_mu = _short(float(subject.area_mu)), _short(quantity / float(subject.area_mu))
    return Finding(
        "volume",
        f"{area} 亩供 {_short(quantity)} kg, 合每亩 {per_mu} kg; 通常最高约 {subject.most_per_mu} kg",
        f"{_short(quantity)} kg from {area} mu is {per_mu} kg/mu; {subject.most_per_mu} is about the most",
        (str(subject.quantity), f"{subject.area_mu.normalize():f}", subject.product),
        {
            "quantity_kg": to_number(subject.quantity, QUANTITY_SCALE),
            "area_mu": float(subject.area_mu),
            "kg_per_mu": round(quantity / float(subject.area_mu), 1),
            "usual_most_kg_per_mu": subject.most_per_mu,
        },
    )


def _price(subject: Subject, price: int, level: Level, policy: PlausibilityPolicy) -> Finding | None:
    """An outlier that a wrong unit explains, or else one that is too good to be true for the other side."""
    fence = (level.high / level.low) ** policy.outlier_fence
    if level.low / fence <= price <= level.high * fence:
        return None
    facts: dict[str, int | float | str] = {
        "price": to_number(price, PRICE_SCALE),
        "level": to_number(level.median, PRICE_SCALE),
        "ratio": float(f"{price / level.median:.3g}"),
        "parties": level.parties,
    }
    basis = (str(price), subject.product)
    said_zh = (
        f"折合每 kg {_short(price / PRICE_SCALE)} 元, 同品同向中位价 {_short(level.median / PRICE_SCALE)} 元"
    )
    said_en = f"{_short(price / PRICE_SCALE)} CNY/kg beside a median of {_short(level.median / PRICE_SCALE)}"
    if not subject.by_mass:
        said_zh, said_en = said_zh.replace("每 kg", "每单位"), said_en.replace("CNY/kg", "CNY per unit")
    meant = _meant(subject, price / level.median, policy) if subject.by_mass and price else None
    if meant is not None:
        return Finding(
            "unit-slip",
            f"{said_zh}; 价格像是按“{meant}”而不是“{subject.unit}”填的",
            f"{said_en}; the price seems to be per {meant}, not per {subject.unit}",
            basis,
            facts | {"posted_unit": subject.unit, "likely_unit": meant},
        )
    if subject.side == "offer" and price < level.median * policy.bait_factor:
        return Finding(
            "bait-price", f"{said_zh}, 要价过低", f"{said_en}: an ask too low to trust", basis, facts
        )
    if subject.side == "demand" and price > level.median / policy.bait_factor:
        return Finding(
            "bait-price", f"{said_zh}, 出价过高", f"{said_en}: a bid too high to trust", basis, facts
        )
    return None


def _meant(subject: Subject, ratio: float, policy: PlausibilityPolicy) -> str | None:
    """The unit that the price was probably meant for: the one whose size over the posted one's is nearest the ratio."""
    misses = {}
    for name, size in SLIPPED_UNITS.items():
        if size != subject.unit_size:
            slip = math.log(size / float(subject.unit_size))
            misses[name] = abs(math.log(ratio) - slip) / abs(slip)
    name = min(misses, key=misses.__getitem__)
    return name if misses[name] <= policy.slip_tolerance else None


def _repost(earlier: Earlier) -> Finding:
    """The same again: who withdraws and posts anew looks new, and gives up the older one's place."""
    return Finding(
        "repost",
        f"与 {earlier.withdrawn_at:%Y-%m-%d} 撤回的订单相同 (产品、数量、价格), 近期共 {earlier.times} 次",
        f"is the same (product, quantity, price) as one withdrawn on {earlier.withdrawn_at:%Y-%m-%d}; "
        f"{earlier.times} of late",
        (str(earlier.order_id),),
        {
            "earlier_order": str(earlier.order_id),
            "withdrawn_at": earlier.withdrawn_at.isoformat(),
            "times": earlier.times,
        },
    )


def each_pair(subjects: list[Subject]) -> Iterator[tuple[str, Side]]:
    """Product and side of each priced subject, once."""
    return iter(dict.fromkeys((each.product, each.side) for each in subjects if each.price is not None))


def _short(value: float) -> str:
    """Three digits at least, and never an exponent."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
