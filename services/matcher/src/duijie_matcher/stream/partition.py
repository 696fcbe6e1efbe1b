"""One partition of the market topics as its owner holds it: book, publication and ledger together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from duijie_matcher.stream.book import Book
from duijie_matcher.stream.causes import Causes
from duijie_matcher.stream.events import OrderChanged
from duijie_matcher.stream.ledger import Ledger
from duijie_matcher.stream.publication import Change, Publication, diff

if TYPE_CHECKING:
    from duijie_matcher.stream.conditions import Touch
    from duijie_matcher.stream.events import Event
    from duijie_matcher.stream.items import Body, Cleared
    from duijie_matcher.stream.ledger import Ack


class Partition:
    """Pure state; whoever holds it does the I/O.

    `start` and `end` are the offsets between which `orders-v1` was read to build it. Until every market
    found there is cleared once, nothing counts as settled: a predecessor may have died in the middle.
    """

    def __init__(self, number: int, start: int) -> None:
        self.number = number
        self.book = Book()
        self.ledger = Ledger(start)
        self._published: dict[str, Publication] = {}
        self._causes: dict[str, Causes] = defaultdict(Causes)

    def load_event(self, offset: int, event: Event) -> None:
        """Take in a record of `orders-v1` while loading."""
        self._note_cause(offset, event, self.book.apply(event))

    def load_output(self, body: Body) -> None:
        """Take in a record that the matcher itself published; the newest of a key."""
        self._published.setdefault(body.market, Publication()).add(body)

    def loaded(self, end: int) -> None:
        """Everything before `end` is in: all markets are to be cleared, whatever was published."""
        self.ledger.applied_up_to(end, self.markets())

    def apply(self, offset: int, event: Event | None, ack: Ack | None) -> list[Ack]:
        """Take in the record at `offset`. Returns what to acknowledge, in order of offset."""
        changed = set() if event is None else self._apply(offset, event)
        return self.ledger.applied_up_to(offset + 1, changed, ack)

    def touch(self) -> None:
        """Everything is to be cleared again, because the policy changed."""
        self.ledger.touch(self.markets())

    def touch_by(self, touch: Touch) -> None:
        """Markets that a change beside the orders concerns are to be cleared again."""
        markets = self.markets()
        if touch.markets is not None:
            markets &= touch.markets
        if touch.party is not None:
            markets |= self.book.markets_of(touch.party)
        for market in markets:
            self._causes[market].note_condition(touch.orders, self.ledger.applied, touch.correlation_id)
        self.ledger.touch(markets)

    def markets(self) -> set[str]:
        """Markets with open orders or with something published."""
        return self.book.markets | {market for market, published in self._published.items() if published}

    def publication(self, market: str) -> Publication:
        """What is published of a market."""
        return self._published.get(market) or Publication()

    def live_matches(self) -> int:
        """Matches on the topic that are not withdrawn."""
        return sum(published.live() for published in self._published.values())

    def causes(self, market: str) -> Causes:
        """Hand over what changed the market since the last call."""
        return self._causes.pop(market, None) or Causes()

    def changes(self, market: str, cleared: Cleared) -> tuple[list[Change], Publication]:
        """What must be sent so that the topics say what `cleared` says."""
        now = self.book.as_of or self.book.latest
        return diff(cleared, self.publication(market), self.book.as_of, now)

    def published(self, market: str, number: int, publication: Publication) -> list[Ack]:
        """The changes of the clearing that began at `number` are acknowledged. Returns what to acknowledge."""
        if publication:
            self._published[market] = publication
        else:
            self._published.pop(market, None)
        return self.ledger.finish(market, number)

    def _apply(self, offset: int, event: Event) -> set[str]:
        before = self.book.as_of
        changed = self.book.apply(event)
        self._note_cause(offset, event, changed)
        # A tick also reaches markets without open orders: their withdrawn matches grow old.
        return changed if self.book.as_of == before else self.markets()

    def _note_cause(self, offset: int, event: Event, changed: set[str]) -> None:
        if isinstance(event, OrderChanged):
            for market in changed:
                self._causes[market].note(event.order_id.int, offset, event.correlation_id)
