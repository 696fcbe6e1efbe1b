"""Why an order is left short, in codes and in words."""

from __future__ import annotations

from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from duijie_shared.events.matches import Diagnosis, NearMiss, Reasons

from duijie_matcher.matching.advice import TOLD, near_misses
from duijie_matcher.matching.calendar import MS_PER_DAY, milliseconds
from duijie_matcher.matching.gate_words import NAME_ZH, gate_words, pooling_words
from duijie_matcher.matching.gates import BIT, GATES
from duijie_matcher.matching.limits import NO_LIMITS
from duijie_matcher.matching.mends import Miss
from duijie_matcher.matching.near_misses import standings
from duijie_matcher.matching.pools import NO_REACH
from duijie_matcher.matching.told import Told
from duijie_matcher.matching.wording import plural, quantity, unit_zh, units_en

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from duijie_shared.events.base import GateCode, ShortCode, Side
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.limits import Limits
    from duijie_matcher.matching.moved import Cause
    from duijie_matcher.matching.near_misses import Close, Standing
    from duijie_matcher.matching.pools import Reach

OTHER: dict[Side, Side] = {"offer": "demand", "demand": "offer"}


def diagnoses(
    book: Book,
    pairs: Pairs,
    planned: Ints,
    limits: Limits = NO_LIMITS,
    reach: Reach = NO_REACH,
    routed: tuple[Ints | int, Ints | int] = (0, 0),
    moved: Mapping[UUID, Cause] = MappingProxyType({}),
    told: Told | None = None,
) -> tuple[Diagnosis, ...]:
    """One diagnosis per order that the plan leaves short by anything: offers first, each side by age. `reach` is what
    neighbourhoods can bring together, `routed` what each offer gives and each demand gets by way of capacities, `moved`
    the orders that a floor or a guard leaves short. What was `told` at the last clearing saves work and changes nothing.
    """
    told = told or Told()
    offered = _left(book.offers, pairs.offer, planned) - routed[0]
    wanted = _left(book.demands, pairs.demand, planned) - routed[1]
    may_not_sell, may_not_buy = limits.reached(
        book.offer_columns.remaining.astype(np.int64) - offered,
        book.demand_columns.remaining.astype(np.int64) - wanted,
    )
    sold, bought = (offered, may_not_sell), (wanted, may_not_buy)
    found = (
        *_side(book, "offer", sold, bought, reach, moved, told),
        *_side(book, "demand", bought, sold, reach, moved, told),
    )
    told.finish()
    return found


def _side(
    book: Book,
    side: Side,
    own: tuple[Ints, Bools],
    counter: tuple[Ints, Bools],
    reach: Reach,
    moved: Mapping[UUID, Cause],
    told: Told,
) -> Iterator[Diagnosis]:
    """`own` and `counter` are what the plan leaves of either side's orders, and whether their parties may trade no more."""
    (mine, limited), (theirs, theirs_limited) = own, counter
    orders = book.offers if side == "offer" else book.demands
    others = book.demands if side == "offer" else book.offers
    short = np.flatnonzero(mine)
    found = dict(standings(book, side, short, theirs.astype(np.float64), theirs_limited, reach))
    moment = None if book.as_of is None else milliseconds(book.as_of)
    for position in short.tolist():
        order, standing = orders[position], found[position]
        left, cause = int(mine[position]), moved.get(order.order_id)
        case = Case(order, others, book, standing, left, bool(limited[position]), moment, cause)
        spoken_of = tuple(others[at] for at in standing.speaks_of())
        figures = (standing.figures(), left, case.limited, moment, cause)
        yield told.again(order, spoken_of, figures, partial(_diagnosis, case))


class Case(NamedTuple):
    """An order left short by `left`, the others of its market, how it stands with them, whether its party may trade no more,
    the moment before which nothing is available (ms), and the floor or guard that leaves it short.
    """

    order: Order
    others: tuple[Order, ...]
    book: Book
    standing: Standing
    left: int
    limited: bool
    moment: int | None
    cause: Cause | None


def _diagnosis(case: Case) -> Diagnosis:
    order, book, cause = case.order, case.book, case.cause
    product = book.products[order.product]
    near = near_misses(case.standing.closest, partial(_miss, case))
    if cause is None:
        head = _short(order, product, case.standing, case.left, limited=case.limited)
    else:
        head = [(cause.code, cause.zh, cause.en)]
        near = (*near[: TOLD - 1], NearMiss(codes=(cause.code,), changes=()))
    codes, reasons = _told(order, case.others, product, case.standing, head)
    return Diagnosis(
        order_id=order.order_id,
        version=order.version,
        party_id=order.party_id,
        market=book.market,
        unit=product.pricing_unit,
        side=order.side,
        short_by=case.left,
        codes=codes,
        reasons=reasons,
        near_misses=near,
    )


def _miss(case: Case, close: Close) -> Miss:
    order, other = case.order, case.others[close.position]
    return Miss(
        own=order,
        other=other,
        product=case.book.products[(order if order.side == "offer" else other).product],
        codes=_codes(close.failed),
        price_gap=close.price_gap,
        under_way=close.under_way,
        # What is available now may not be so any more when the search has come so far.
        as_of=None if case.moment is None else case.moment + close.wait_days * MS_PER_DAY,
        wait_days=close.wait_days,
    )


@cache
def _codes(failed: int) -> tuple[GateCode, ...]:
    return tuple(code for code in GATES if failed & BIT[code])


def _left(orders: tuple[Order, ...], owner: np.ndarray, planned: Ints) -> Ints:
    left = np.array([order.remaining for order in orders], dtype=np.int64)
    np.subtract.at(left, owner, planned)
    return left


def _short(
    order: Order, product: Product, standing: Standing, short_by: int, *, limited: bool
) -> list[tuple[ShortCode, str, str]]:
    """Why the counterparts that pass every gate did not take it all."""
    other = OTHER[order.side]
    if not standing.counterparts:
        zh = f"市场上目前没有{product.name_zh}的{NAME_ZH[other]}"
        return [("PRODUCT", zh, f"There is no {other} for {product.name_en} at present")]
    if standing.feasible and limited:
        return [("PARTY_LIMIT", "本主体已达数量上限", "The maximum of its own party is reached")]
    if standing.feasible and short_by < order.pack_multiple:
        left, pack = quantity(short_by), quantity(order.pack_multiple)
        zh = f"余下 {left} {unit_zh(product)}, 不足一个包装 ({pack} {unit_zh(product)})"
        en = f"The {left} {units_en(product)} left are less than one pack of {pack} {units_en(product)}"
        return [("PACK", zh, en)]
    if standing.left_over:
        return list(_without_room(standing, other))
    if standing.limited:
        zh = f"{standing.limited} 个可行的{NAME_ZH[other]}仍有余量, 但其主体已达数量上限"
        some = plural(standing.limited, other)
        return [("PARTY_LIMIT", zh, f"{some} would fit, not used up, but their parties' maximum is reached")]
    if standing.feasible:
        zh = f"可行的 {standing.feasible} 个{NAME_ZH[other]}已全部用于其他配对"
        en = f"{plural(standing.feasible, other)} would fit, all of it taken by other pairs"
        return [("QUANTITY", zh, en)]
    return []


def _told(
    order: Order,
    others: tuple[Order, ...],
    product: Product,
    standing: Standing,
    told: list[tuple[ShortCode, str, str]],
) -> tuple[tuple[ShortCode, ...], Reasons]:
    """`told`, and then the gates that the nearest counterparts fail."""
    other = OTHER[order.side]
    # A stable sort: gates that equally many fail stay in their own order.
    for code in sorted(
        (code for code in GATES if code in standing.hits), key=lambda gate: -standing.hits[gate]
    ):
        zh, en = gate_words(code, order, others[standing.example[code]], product, standing.gaps[code])
        if code == "MIN_LOT":
            more_zh, more_en = pooling_words(order.side, product, standing.pool_gap)
            zh, en = zh + more_zh, en + more_en
        head_zh, head_en = _closest(standing.hits[code], standing.nearest, other)
        if code not in {kept for kept, _, _ in told}:
            told.append((code, f"{head_zh}: {zh}", f"{head_en}: {en}"))
    return (
        tuple(code for code, _, _ in told),
        Reasons(zh=tuple(zh for _, zh, _ in told), en=tuple(en for _, _, en in told)),
    )


def _without_room(standing: Standing, other: Side) -> Iterator[tuple[ShortCode, str, str]]:
    """Counterparts that pass all gates and have something left, yet not enough for a line."""
    kinds: tuple[tuple[ShortCode, int, str, str], ...] = (
        ("MIN_LOT", standing.left_over - standing.in_packs, "起订量", "minimum lot"),
        ("PACK", standing.in_packs, "包装", "pack"),
    )
    for code, count, zh, en in kinds:
        if count:
            yield (
                code,
                f"{count} 个可行的{NAME_ZH[other]}仍有余量, 但不足一个{zh}",
                f"{plural(count, other)} would fit, not used up, but without room for a whole {en}",
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
