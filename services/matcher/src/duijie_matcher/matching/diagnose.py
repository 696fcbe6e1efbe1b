"""Why an order is left short, in codes and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.events.matches import Diagnosis, Reasons

from duijie_matcher.matching.gates import GATES
from duijie_matcher.matching.near_misses import standings
from duijie_matcher.matching.wording import cents_up, plural, quantity, unit_en, unit_zh, units_en

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_shared.events.base import GateCode, ShortCode, Side
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.near_misses import Standing

MS_PER_HOUR = 3_600_000
OTHER: dict[Side, Side] = {"offer": "demand", "demand": "offer"}
NAME_ZH: dict[Side, str] = {"offer": "供给", "demand": "需求"}


def diagnoses(book: Book, pairs: Pairs, planned: Ints) -> tuple[Diagnosis, ...]:
    """One diagnosis per order that the plan leaves short by anything: offers first, each side by age."""
    offered = _left(book.offers, pairs.offer, planned)
    wanted = _left(book.demands, pairs.demand, planned)
    return (*_side(book, "offer", offered, wanted), *_side(book, "demand", wanted, offered))


def _side(book: Book, side: Side, mine: Ints, theirs: Ints) -> Iterator[Diagnosis]:
    orders = book.offers if side == "offer" else book.demands
    others = book.demands if side == "offer" else book.offers
    short = np.flatnonzero(mine)
    found = dict(standings(book, side, short, theirs.astype(np.float64)))
    for position in short.tolist():
        order = orders[position]
        product = book.products[order.product]
        codes, reasons = _told(order, others, product, found[position])
        yield Diagnosis(
            order_id=order.order_id,
            version=order.version,
            party_id=order.party_id,
            market=book.market,
            unit=product.pricing_unit,
            side=side,
            short_by=int(mine[position]),
            codes=codes,
            reasons=reasons,
        )


def _left(orders: tuple[Order, ...], owner: np.ndarray, planned: Ints) -> Ints:
    left = np.array([order.remaining for order in orders], dtype=np.int64)
    np.subtract.at(left, owner, planned)
    return left


def _told(
    order: Order, others: tuple[Order, ...], product: Product, standing: Standing
) -> tuple[tuple[ShortCode, ...], Reasons]:
    other = OTHER[order.side]
    told: list[tuple[ShortCode, str, str]] = []
    if not standing.counterparts:
        zh = f"市场上目前没有{product.name_zh}的{NAME_ZH[other]}"
        told.append(("PRODUCT", zh, f"There is no {other} for {product.name_en} at present"))
    elif standing.left_over:
        zh = f"{standing.left_over} 个可行的{NAME_ZH[other]}仍有余量, 但不足一个起订量"
        some = plural(standing.left_over, other)
        en = f"{some} would fit, not used up, but without room for a whole minimum lot"
        told.append(("MIN_LOT", zh, en))
    elif standing.feasible:
        zh = f"可行的 {standing.feasible} 个{NAME_ZH[other]}已全部用于其他配对"
        en = f"{plural(standing.feasible, other)} would fit, all of it taken by other pairs"
        told.append(("QUANTITY", zh, en))
    # A stable sort: gates that equally many fail stay in their own order.
    for code in sorted(
        (code for code in GATES if code in standing.hits), key=lambda gate: -standing.hits[gate]
    ):
        zh, en = _gate(code, order, others[standing.example[code]], product, standing.gaps[code])
        head_zh, head_en = _closest(standing.hits[code], standing.nearest, other)
        if code not in {kept for kept, _, _ in told}:
            told.append((code, f"{head_zh}: {zh}", f"{head_en}: {en}"))
    return (
        tuple(code for code, _, _ in told),
        Reasons(zh=tuple(zh for _, zh, _ in told), en=tuple(en for _, _, en in told)),
    )


def _closest(hits: int, nearest: int, other: Side) -> tuple[str, str]:
    if nearest == 1:
        return f"最接近的一个{NAME_ZH[other]}", f"The closest {other}"
    if hits == nearest:
        return f"最接近的 {nearest} 个{NAME_ZH[other]}", f"All of the {nearest:,} closest {other}s"
    return (
        f"最接近的 {nearest} 个{NAME_ZH[other]}中有 {hits} 个",
        f"{hits:,} of the {nearest:,} closest {other}s",
    )


def _gate(code: GateCode, order: Order, example: Order, product: Product, gap: float) -> tuple[str, str]:
    """What fails, with the figure of the pair that fails it least."""
    selling = order.side == "offer"
    if code == "GRADE":
        zh, en = (
            ("要求等级更高", "a higher grade is asked") if selling else ("等级不够", "the grade is too low")
        )
        return f"{zh}, 至少差 {gap:.0f} 级", f"{en}, by {gap:.0f} at the least"
    if code == "WINDOW":
        return _window(gap)
    if code == "PRICE":
        amount = cents_up(gap)
        return (
            f"到货成本高于买价, 至少高 {amount} 元/{unit_zh(product)}",
            f"the landed cost is above the bid, by {amount} CNY/{unit_en(product)} at the least",
        )
    if code == "MIN_LOT":
        missing = quantity(int(gap))
        return (
            f"可成交数量低于起订量, 至少差 {missing} {unit_zh(product)}",
            f"what could trade is below a minimum lot, by {missing} {units_en(product)} at the least",
        )
    if code == "ORIGIN":
        return "产地不在需求指定的县", "the origin is not among the counties that the demand accepts"
    if code == "CERTIFICATE":
        offer, demand = (order, example) if selling else (example, order)
        missing = ", ".join(sorted(set(demand.certificates) - set(offer.certificates)))
        return f"缺少要求的认证, 例如 {missing}", f"a certificate that is asked is missing, such as {missing}"
    return "属于同一主体", "it is the same party's own"


def _window(gap: float) -> tuple[str, str]:
    if gap == float("inf"):
        return "供应时间已过", "the offer's window is over"
    hours = -int(-gap // MS_PER_HOUR)
    days = -(-hours // 24)
    if hours <= 48:
        zh, en = f"{hours} 小时", plural(hours, "hour")
    else:
        zh, en = f"{days} 天", plural(days, "day")
    return (
        f"时间窗口对不上 (已计运输), 至少差 {zh}",
        f"the windows do not meet, travel included, by {en} at the least",
    )
