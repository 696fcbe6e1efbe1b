"""What an order allows: the domain alone, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from duijie_catalog.domain.errors import ClosedError, StaleVersionError
from duijie_catalog.domain.facts import Facts
from duijie_catalog.domain.order import Order
from duijie_shared.posting import OrderTerms, PostingError

LATER = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)


def consumed(order: Order, tonnes: int) -> Order:
    """The order after deals took some of it."""
    return replace(order, remaining=order.remaining - tonnes * 1_000_000)


def test_a_new_order_is_open_and_whole(offer: Callable[..., Order]) -> None:
    """Version 1, open, all of the quantity left, in grams."""
    made = offer()
    assert (made.version, made.status, made.remaining) == (1, "open", 30_000_000)


def test_the_same_terms_change_nothing(
    offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """An amendment that says what stands makes no version, even when a number is written otherwise."""
    made = offer()
    assert made.amend(offer_terms(quantity=30.0), LATER) is made


def test_other_terms_make_the_next_version(
    offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """What was consumed stays consumed; age and birth stay."""
    amended = consumed(offer(), 12).amend(offer_terms(quantity=20, ask_price=1700), LATER)
    assert (amended.version, amended.remaining, amended.terms.price) == (2, 8_000_000, 1_700_000)
    assert (amended.sequence, amended.created_at < amended.updated_at) == (5, True)


def test_a_quantity_may_fall_to_what_is_consumed_but_not_below(
    offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """Exactly the consumed 12 t fills the order; a kilogram less is refused and says how much is taken."""
    made = consumed(offer(), 12)
    filled = made.amend(offer_terms(quantity=12), LATER)
    assert (filled.status, filled.remaining, filled.closed_at) == ("closed", 0, LATER)
    with pytest.raises(PostingError) as refused:
        made.amend(offer_terms(quantity=11.999), LATER)
    assert [(error.field, error.code) for error in refused.value.errors] == [("quantity", "below-consumed")]
    assert "12 t" in refused.value.errors[0].en


def test_a_filled_order_opens_again_with_more(
    offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """More quantity on a filled order is quantity to be had."""
    filled = consumed(offer(), 12).amend(offer_terms(quantity=12), LATER)
    again = filled.amend(offer_terms(quantity=13), LATER)
    assert (again.status, again.remaining, again.closed_at, again.version) == (
        "partly_filled",
        1_000_000,
        None,
        3,
    )


def test_the_product_may_change_within_its_market_only(
    offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """A product of another market is refused by the field, with the way out."""
    with pytest.raises(PostingError) as refused:
        offer().amend(offer_terms(product="garlic"), LATER)
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("product", "other-market")
    assert "repost" in error.en
    assert "重新发布" in error.zh


def test_withdrawing_twice_is_withdrawing_once(offer: Callable[..., Order]) -> None:
    """The second time changes nothing, also for a caller that still holds the first version."""
    gone = offer().withdraw(LATER, expected=1)
    assert (gone.status, gone.version, gone.closed_at) == ("withdrawn", 2, LATER)
    assert gone.withdraw(LATER, expected=1) is gone


@pytest.mark.parametrize("end", ["withdraw", "expire"])
def test_a_closed_order_is_not_amended(
    end: str, offer: Callable[..., Order], offer_terms: Callable[..., OrderTerms]
) -> None:
    """Withdrawn and expired orders say so and stay as they are; the same terms are no amendment."""
    closed: Order = getattr(offer(), end)(LATER)
    assert closed.amend(offer_terms(), LATER) is closed
    with pytest.raises(ClosedError) as refused:
        closed.amend(offer_terms(quantity=31), LATER)
    assert refused.value.status == closed.status


def test_an_expired_order_is_neither_withdrawn_nor_expired_again(offer: Callable[..., Order]) -> None:
    """It ended already, in another way."""
    expired = offer().expire(LATER)
    with pytest.raises(ClosedError):
        expired.withdraw(LATER)
    with pytest.raises(ClosedError):
        expired.expire(LATER)


def test_a_stale_version_is_refused_with_the_one_that_stands(offer: Callable[..., Order]) -> None:
    """Version 1 passes, version 2 does not exist yet."""
    assert offer().at_version(1) == offer()
    with pytest.raises(StaleVersionError) as refused:
        offer().withdraw(LATER, expected=2)
    assert refused.value.current == 1


def test_the_snapshot_carries_what_the_matcher_needs_and_no_more(offer: Callable[..., Order]) -> None:
    """Contract integers and the facts of the day; no note, no row key, no reserve price."""
    snapshot = offer(note="门卫老王 13800000000", reserve_price=1234.5).snapshot(
        Facts(("cn-832",), "inspected", ("green",))
    )
    assert (snapshot.quantity, snapshot.price, snapshot.market) == (30_000_000, 1_800_000, "potato")
    assert (snapshot.designations, snapshot.evidence) == (("cn-832",), "inspected")
    assert snapshot.certificates == ("green",)
    assert snapshot.posted_at == offer().created_at
    assert "1234" not in snapshot.model_dump_json()
    assert "138" not in snapshot.model_dump_json()
    assert "row_key" not in snapshot.model_dump_json()
