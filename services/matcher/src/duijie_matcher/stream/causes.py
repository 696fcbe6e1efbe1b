"""Which events made a market dirty: their correlation ids go out with what they caused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Causes:
    """The newest event of each order since the market's last clearing. Orders are the integers of their ids."""

    def __init__(self) -> None:
        self._by_order: dict[int, tuple[int, str]] = {}
        self._newest = (-1, "")

    def note(self, order: int, offset: int, correlation_id: str) -> None:
        """The event at `offset` changed the order."""
        self._by_order[order] = (offset, correlation_id)
        self._newest = max(self._newest, (offset, correlation_id))

    def note_condition(self, orders: Iterable[int], offset: int, correlation_id: str) -> None:
        """Something beside the orders changed while events up to `offset` were in: of these orders, or of all."""
        for order in orders:
            self._by_order[order] = (offset, correlation_id)
        self._newest = max(self._newest, (offset, correlation_id))

    def of(self, orders: Iterable[int]) -> str:
        """The correlation id of the newest event of these orders, else of the newest of all; empty where
        no event was the cause.
        """
        own = [self._by_order[order] for order in orders if order in self._by_order]
        return max(own, default=self._newest)[1]

    def newest(self, most: int) -> list[str]:
        """The correlation ids of the newest events, newest first."""
        events = sorted(self._by_order.values(), reverse=True)[:most]
        return list(dict.fromkeys(correlation_id for _, correlation_id in events if correlation_id))
