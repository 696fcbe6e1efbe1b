"""Any history of an order: its numbers add up, its status says what they say, its versions rise by one."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from duijie_catalog.domain.errors import ClosedError, ShortError
from duijie_catalog.domain.order import Order
from duijie_shared.posting import OrderTerms, PostingError, parse_offer
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

START = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
ENDED = {"withdrawn", "expired"}
KILOGRAMS = st.integers(1, 40)
SHARES = st.sampled_from([0.0, 0.3, 0.5, 1.0])
PRODUCTS = st.sampled_from(["potato", "favorita_potato", "garlic"])


def terms(kilograms: int, product: str = "potato", ask: int = 2) -> OrderTerms:
    """Terms of an offer of so many kilograms."""
    fields: dict[str, object] = {
        "product": product, "grade": 4, "quantity": kilograms, "unit": "kg", "ask_price": ask,
        "county": "520526", "available_from": "2026-11-25", "available_to": "2027-01-20",
    }  # fmt: skip
    return parse_offer(fields, source="json", today=None)


class OrderLife(RuleBasedStateMachine):
    """Whatever may be done to an order, in any order; `before` is what it was one step ago."""

    order: Order
    before: Order | None
    held: int
    dealt: int
    sequence: int
    now: dt.datetime

    @initialize(kilograms=KILOGRAMS, draft=st.booleans())
    def post(self, kilograms: int, draft: bool) -> None:
        """A draft or an open order."""
        self.now = START
        self.sequence = 1
        self.before = None
        self.held = self.dealt = 0
        self.order = Order.post(UUID(int=1), 1, UUID(int=2), terms(kilograms), START, draft=draft)

    def becomes(self, after: Order) -> None:
        """Take the step."""
        self.before, self.order = self.order, after

    def fails(self, error: type[Exception], act: Any) -> None:
        """The step is refused, and nothing of the order is another."""
        self.before = None
        with pytest.raises(error):
            act()

    @rule(kilograms=KILOGRAMS, product=PRODUCTS, ask=st.integers(1, 3))
    def amend(self, kilograms: int, product: str, ask: int) -> None:
        """Refused once it has ended, out of its market once it was public, and below what is taken."""
        new = terms(kilograms, product, ask)
        self.now += dt.timedelta(minutes=1)
        if new == self.order.terms:
            assert self.order.amend(new, self.now) is self.order
        elif self.order.status in ENDED:
            self.fails(ClosedError, lambda: self.order.amend(new, self.now))
        elif (new.market != self.order.terms.market and self.order.published) or (
            new.quantity < self.held + self.dealt
        ):
            self.fails(PostingError, lambda: self.order.amend(new, self.now))
        else:
            self.becomes(self.order.amend(new, self.now))
            assert self.order.terms == new

    @rule(more=st.integers(0, 5))
    def open(self, more: int) -> None:
        """A draft opens and is as young as its opening; what is live is amended; what has ended stays so."""
        self.now += dt.timedelta(minutes=1)
        self.sequence += 1
        new = terms(self.order.terms.quantity // 1_000 + more, self.order.terms.product)
        if self.order.status in ENDED or (self.order.status == "closed" and more == 0):
            self.fails(ClosedError, lambda: self.order.open(new, self.sequence, self.now))
        elif self.order.status == "draft":
            self.becomes(self.order.open(new, self.sequence, self.now))
            assert (self.order.status, self.order.sequence, self.order.opened_at) == (
                "open",
                self.sequence,
                self.now,
            )
        elif (opened := self.order.open(new, self.sequence, self.now)) is not self.order:
            place = self.order.sequence
            self.becomes(opened)
            assert self.order.sequence == place

    @rule(share=SHARES)
    def hold(self, share: float) -> None:
        """What remains may be held, no gram more, and of live orders alone."""
        grams = max(1, round(share * self.order.remaining))
        if self.order.status not in {"open", "reserved", "partly_filled"}:
            self.fails(ClosedError, lambda: self.order.hold(grams, self.now))
            return
        self.fails(ShortError, lambda: self.order.hold(self.order.remaining + 1, self.now))
        if grams <= self.order.remaining:
            self.becomes(self.order.hold(grams, self.now))
            self.held += grams

    @precondition(lambda self: self.held > 0)
    @rule(share=SHARES, dealt=st.booleans())
    def settle(self, share: float, dealt: bool) -> None:
        """What is held is dealt or released, also after the order has ended; more than is held is a fault."""
        grams = max(1, round(share * self.held))
        self.fails(ValueError, lambda: self.order.deal(self.held + 1, self.now))
        self.fails(ValueError, lambda: self.order.release(self.held + 1, self.now))
        self.becomes(self.order.deal(grams, self.now) if dealt else self.order.release(grams, self.now))
        self.held -= grams
        self.dealt += grams if dealt else 0

    @rule(expired=st.booleans())
    def end(self, expired: bool) -> None:
        """Withdrawing twice is withdrawing once; what has ended otherwise or is closed is neither."""
        if self.order.status == "withdrawn" and not expired:
            assert self.order.withdraw(self.now) is self.order
        elif self.order.status in ENDED | {"closed"}:
            self.fails(ClosedError, lambda: self.ended(expired))
        else:
            self.becomes(self.ended(expired))
            assert self.order.status == ("expired" if expired else "withdrawn")

    def ended(self, expired: bool) -> Order:
        """The order, expired or withdrawn."""
        return self.order.expire(self.now) if expired else self.order.withdraw(self.now)

    @invariant()
    def numbers_add_up(self) -> None:
        """Remaining, held and dealt are the quantity, and none is negative."""
        assert self.order.remaining + self.order.held + self.order.dealt == self.order.terms.quantity
        assert (self.order.held, self.order.dealt) == (self.held, self.dealt)
        assert min(self.order.remaining, self.held, self.dealt) >= 0

    @invariant()
    def status_is_what_the_numbers_say(self) -> None:
        """Of a live or closed order; a draft has neither holds nor deals."""
        if self.order.status == "draft":
            assert (self.held, self.dealt, self.order.published) == (0, 0, False)
        elif self.order.status not in ENDED:
            said = {
                (True, False): "open",
                (True, True): "partly_filled",
                (False, True): "closed" if self.held == 0 else "reserved",
                (False, False): "reserved",
            }[self.order.remaining > 0, self.dealt > 0]
            assert self.order.status == said
        over = self.order.status in ENDED | {"closed"}
        assert (self.order.closed_at is not None) == over

    @invariant()
    def a_step_is_one_version(self) -> None:
        """Of the same order of the same party; what has ended stays, and closed opens by more quantity alone."""
        if self.before is None:
            return
        before, self.before = self.before, None
        assert self.order.version == before.version + 1
        assert (self.order.id, self.order.party_id, self.order.created_at) == (
            before.id,
            before.party_id,
            before.created_at,
        )
        assert self.order.updated_at >= before.updated_at
        if before.status in ENDED:
            assert (self.order.status, self.order.closed_at) == (before.status, before.closed_at)
        if before.status == "closed" and self.order.status != "closed":
            assert self.order.terms.quantity > before.terms.quantity
        if before.opened_at is not None:
            assert (self.order.opened_at, self.order.sequence) == (before.opened_at, before.sequence)


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
