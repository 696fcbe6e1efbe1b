"""What was told of orders left short at a market's last clearing: between two clearings most stand as they stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from uuid import UUID

    from duijie_shared.events.matches import Diagnosis

    from duijie_matcher.domain import Order


class _Entry(NamedTuple):
    orders: tuple[Order, ...]  # kept, so that no other order takes the identity of one
    standing: Hashable
    diagnosis: Diagnosis


class Told:
    """A diagnosis follows from its order, those that it speaks of, and where it stands with them. Orders are told apart by
    identity: whoever keeps the same object says that the order has not changed.
    """

    def __init__(self) -> None:
        self._last: dict[UUID, _Entry] = {}
        self._now: dict[UUID, _Entry] = {}

    def again(
        self, order: Order, others: tuple[Order, ...], standing: Hashable, make: Callable[[], Diagnosis]
    ) -> Diagnosis:
        """The diagnosis of the last clearing where nothing of this is other than it was; else a new one."""
        orders = (order, *others)
        known = self._last.get(order.order_id)
        if (
            known is None
            or known.standing != standing
            or len(known.orders) != len(orders)
            or any(one is not other for one, other in zip(known.orders, orders, strict=True))
        ):
            known = _Entry(orders, standing, make())
        self._now[order.order_id] = known
        return known.diagnosis

    def finish(self) -> None:
        """The clearing is over: what it did not tell again is forgotten."""
        self._last, self._now = self._now, {}
