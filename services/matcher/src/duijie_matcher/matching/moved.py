"""Orders that a floor or a guard leaves short: what would have traded without it, or fits what is left and may not.

The poster can do nothing about a condition on the whole plan, not even with a better price: what is missing is goods that
count for it. So a near miss of this kind has a code and no changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.wording import quantity, unit_zh, units_en

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from duijie_shared.events.base import ConditionCode

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.floor_record import Cleared
    from duijie_matcher.matching.joint import Joint
    from duijie_matcher.matching.rows import RowKey, RowKind

CODES: dict[RowKind, ConditionCode] = {
    "floor": "TILT_FLOOR",
    "small": "SMALL_SHARE",
    "party": "PARTY_SHARE",
}
NAMES: dict[ConditionCode, tuple[str, str]] = {
    "TILT_FLOOR": ("名单内县的下限", "the floor for designated counties"),
    "SMALL_SHARE": ("小生产者的份额", "the share kept for small producers"),
    "PARTY_SHARE": ("单一主体的份额上限", "the cap on one party's share"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """The condition that leaves an order short, in code and in words."""

    code: ConditionCode
    zh: str
    en: str


def moved(book: Book, joint: Joint, cleared: Cleared) -> Mapping[UUID, Cause]:
    """The cause of each order that conditions leave short; nothing where none shaped the plan."""
    binding = _binding(book, cleared)
    if not binding:
        return {}
    offers, demands = len(book.offers), len(book.demands)
    plain, plan, pairs = cleared.plain, cleared.plan, joint.pairs
    sold, bought = plan.sold(pairs, offers), plan.bought(pairs, demands)
    lost = plain.sold(pairs, offers) - sold, plain.bought(pairs, demands) - bought
    kept_out = _kept_out(joint, sold, bought)
    found: dict[UUID, Cause] = {}
    for order, position, missing in (
        *_short(book.offers, lost[0], kept_out[0]),
        *_short(book.demands, lost[1], kept_out[1]),
    ):
        code = _code(binding, joint, position) if order.side == "offer" else CODES[binding[0][0]]
        found[order.order_id] = _cause(book, order, code, missing)
    return found


def _binding(book: Book, cleared: Cleared) -> list[RowKey]:
    """The conditions that cost something; a floor over all markets is one wherever its price is not 0."""
    found = [key for key, price in cleared.plan.guarded.prices.items() if price > 0]
    order: tuple[RowKind, ...] = ("floor", "small", "party")
    if book.terms.policy.tilt.over_all and cleared.rung:
        found.insert(0, ("floor", -1))
    return sorted(found, key=lambda key: (order.index(key[0]), key[1]))


def _kept_out(joint: Joint, sold: Ints, bought: Ints) -> tuple[Bools, Bools]:
    """The orders that have something left for each other which makes a whole lot, and do not trade it."""
    pairs, start = joint.pairs, joint.start
    room = np.minimum((start.supply - sold)[pairs.offer], (start.wanted - bought)[pairs.demand])
    able = (room > 0) & (room >= start.lots.least) & (room >= start.lots.multiple)
    offers, demands = np.zeros(len(start.supply), dtype=np.bool_), np.zeros(len(start.wanted), dtype=np.bool_)
    offers[pairs.offer[able]] = True
    demands[pairs.demand[able]] = True
    return offers, demands


def _short(orders: tuple[Order, ...], lost: Ints, kept_out: Bools) -> Iterator[tuple[Order, int, int]]:
    for position in np.flatnonzero((lost > 0) | kept_out).tolist():
        yield orders[position], position, int(lost[position])


def _code(binding: list[RowKey], joint: Joint, offer: int) -> ConditionCode:
    """The first condition that this offer counts against, else the first that there is."""
    for kind, party in binding:
        row = joint.rows.of_kind(kind)
        against = (
            int(joint.rows.party[offer]) == party
            if kind == "party"
            else row is None or not row.favoured[offer]
        )
        if against:
            return CODES[kind]
    return CODES[binding[0][0]]


def _cause(book: Book, order: Order, code: ConditionCode, lost: int) -> Cause:
    product, (zh, en) = book.products[order.product], NAMES[code]
    if lost <= 0:
        return Cause(
            code,
            f"可行的对手方仍有余量, 但{zh}不容许成交",
            f"Counterparts that would fit have something left, but {en} does not allow the trade",
        )
    amount = quantity(lost)
    return Cause(
        code,
        f"若无{zh}, 可再成交 {amount} {unit_zh(product)}",
        f"Without {en} it would trade {amount} more {units_en(product)}",
    )
