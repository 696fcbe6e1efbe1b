"""What runs in a child process of `clearing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_matcher.matching import match_market
from duijie_matcher.stream.events import order_from
from duijie_matcher.stream.items import Cleared, Digests, encode_result

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Order

_read: dict[str, dict[bytes, Order]] = {}
"""Market -> the orders of its last clearing by value: between two clearings few change, and reading is slow."""


def clear_market(
    market: str,
    orders: tuple[bytes, ...],
    policy: Policy,
    as_of: dt.datetime | None,
    published: Digests,
) -> Cleared:
    """One clearing. It remembers nothing but how the orders it saw last were read."""
    before = _read.get(market, {})
    now = _read[market] = {value: before.get(value) or order_from(value) for value in orders}
    return encode_result(match_market(market, tuple(now.values()), policy, as_of), published)
