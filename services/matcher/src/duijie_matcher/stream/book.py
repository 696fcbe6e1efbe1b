"""The book of one partition: the newest version of every order, in memory, rebuilt from the topic at will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_matcher.stream.events import OrderChanged, OrderRemoved, Ticked

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_matcher.stream.events import Event


@dataclass(frozen=True, slots=True)
class _Entry:
    version: int
    party: UUID
    market: str
    is_open: bool  # a closed order's version still guards against older records


class Book:
    """Open orders by market, and the partition's clock.

    What the book holds depends on the records alone, not on how often or in which order they came: an older
    or equal version changes nothing. Only a tombstone makes an order unknown again.
    """

    def __init__(self) -> None:
        self.as_of: dt.datetime | None = None
        """The newest tick."""
        self.latest: dt.datetime | None = None
        """The newest time of an order event; it stands in for the clock before the first tick."""
        self._entries: dict[UUID, _Entry] = {}
        self._open: dict[str, dict[UUID, bytes]] = {}
        self._parties: dict[UUID, UUID] = {}  # one object a party, however many orders it has

    def apply(self, event: Event) -> set[str]:
        """Take an event in and return the markets whose matching it may change."""
        match event:
            case OrderChanged():
                return self._change(event)
            case OrderRemoved(order_id):
                return self._forget(order_id)
            case Ticked(as_of):
                if self.as_of is not None and as_of <= self.as_of:
                    return set()
                self.as_of = as_of
                return set(self._open)

    def orders(self, market: str) -> tuple[bytes, ...]:
        """The open orders of a market as they were sent, in no particular order."""
        return tuple(self._open.get(market, {}).values())

    @property
    def markets(self) -> set[str]:
        """Markets with open orders."""
        return set(self._open)

    def markets_of(self, party: UUID) -> set[str]:
        """Markets in which the party has open orders."""
        return {entry.market for entry in self._entries.values() if entry.is_open and entry.party == party}

    def __len__(self) -> int:
        return sum(len(orders) for orders in self._open.values())

    def _change(self, event: OrderChanged) -> set[str]:
        known = self._entries.get(event.order_id)
        if known is not None and event.version <= known.version:
            return set()
        self.latest = event.time if self.latest is None else max(self.latest, event.time)
        changed = self._close(event.order_id, known)
        party = self._parties.setdefault(event.party_id, event.party_id)
        self._entries[event.order_id] = _Entry(event.version, party, event.market, event.value is not None)
        if event.value is not None:
            self._open.setdefault(event.market, {})[event.order_id] = event.value
            changed.add(event.market)
        return changed

    def _forget(self, order_id: UUID) -> set[str]:
        return self._close(order_id, self._entries.pop(order_id, None))

    def _close(self, order_id: UUID, known: _Entry | None) -> set[str]:
        if known is None or not known.is_open:
            return set()
        orders = self._open[known.market]
        del orders[order_id]
        if not orders:
            del self._open[known.market]
        return {known.market}
