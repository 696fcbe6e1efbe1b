"""What concerns a reader of a feed: each condition on both sides of its limit, before and after a change."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from duijie_gateway.domain.access import Caller, Scope
from duijie_gateway.domain.changes import Change, FeedFilter, Subject, concerns
from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.feeds import Feed
from duijie_gateway.feed import QUEUE_ITEMS, ChangeEvent, FeedSubscription
from gateway_records import NOW, an_id

IN = Facts(
    products=("potato",),
    counties=("532523",),
    designations=("cn-832",),
    certificates=("green", "organic"),
    grade=3,
    quantity=5_000,
    price=1_600_000,
    first=dt.date(2027, 1, 10),
    last=dt.date(2027, 1, 20),
    activity="packing",
    score=60.0,
)


def a_change(before: Facts | None, after: Facts | None, subject: Subject = "offer", **more: Any) -> Change:
    """One change; a body where there is something now."""
    body = None if after is None else "{}"
    return Change(7, subject, an_id("offer", 1), NOW, before, after, **{"body": body, **more})


def wanting(**conditions: Any) -> FeedFilter:
    """A filter of offers."""
    return FeedFilter(frozenset({"offer"}), **conditions)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ({"products": frozenset({"potato", "tomato"})}, {"products": frozenset({"tomato"})}),
        ({"products": None}, {"products": frozenset()}),
        ({"area": "53"}, {"area": "52"}),
        ({"area": "532523"}, {"area": "532524"}),
        ({"designation": "any"}, {"designation": "other"}),
        ({"min_grade": 3}, {"min_grade": 4}),
        ({"max_grade": 3}, {"max_grade": 2}),
        ({"min_quantity": 5_000}, {"min_quantity": 5_001}),
        ({"min_price": 1_600_000}, {"min_price": 1_600_001}),
        ({"max_price": 1_600_000}, {"max_price": 1_599_999}),
        ({"first": dt.date(2027, 1, 20)}, {"first": dt.date(2027, 1, 21)}),
        ({"last": dt.date(2027, 1, 10)}, {"last": dt.date(2027, 1, 9)}),
        ({"certificates": frozenset({"green"})}, {"certificates": frozenset({"green", "halal"})}),
        ({"activity": "packing"}, {"activity": "grading"}),
        ({"min_score": 60.0}, {"min_score": 60.1}),
    ],
)
def test_each_condition_takes_what_it_says(inside: dict[str, Any], outside: dict[str, Any]) -> None:
    """An item where it admits what is there, a tombstone where it admitted what was, else nothing."""
    for now, was, verdict in (
        (IN, None, "item"),
        (IN, IN, "item"),
        (None, IN, "tombstone"),
        (None, None, None),
    ):
        assert concerns(wanting(**inside), Scope(), a_change(was, now)) == verdict
    for now, was in ((IN, None), (IN, IN), (None, IN)):
        assert concerns(wanting(**outside), Scope(), a_change(was, now)) is None


@pytest.mark.parametrize("condition", ["min_grade", "min_quantity", "min_price", "max_price", "min_score"])
def test_what_is_not_there_meets_no_condition_on_it(condition: str) -> None:
    """A price that is not published passes no price filter, not even a low one."""
    assert concerns(wanting(**{condition: 0}), Scope(), a_change(None, Facts(("potato",)))) is None


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(), True),
        (Scope(party=an_id("buyer")), True),
        (Scope(party=an_id("stranger")), False),
        (Scope(area="31"), True),
        (Scope(area="11"), False),
    ],
)
def test_matches_and_deals_are_of_their_scope_and_listings_of_everybody(scope: Scope, seen: bool) -> None:
    """Whatever the filter admits."""
    reach: dict[str, Any] = {"parties": (an_id("producer"), an_id("buyer")), "counties": ("532523", "310115")}
    for subject in ("match", "deal"):
        wanted = FeedFilter(frozenset({subject}))
        change = a_change(None, IN, subject, **reach)
        assert (concerns(wanted, scope, change) == "item") == seen
    assert concerns(wanting(), scope, a_change(None, IN)) == "item"


def test_what_was_erased_is_told_as_gone() -> None:
    """To whom its filter admits it, whether or not it was shown before."""
    erased = a_change(None, IN, body=None)
    assert concerns(wanting(), Scope(), erased) == "tombstone"
    assert concerns(wanting(area="11"), Scope(), erased) is None


def a_stream(**posted: Any) -> FeedSubscription:
    """An open stream of offers."""
    posted = {"subjects": ["offer"], **posted}
    feed = Feed(uuid4(), "x", None, None, exact=False, filter=posted, start=0, created_at=NOW)
    return FeedSubscription(0, feed, Caller(uuid4(), "staff", None, None))


def test_a_change_is_rendered_once_for_all_streams() -> None:
    """The very same bytes; a tombstone has its own."""
    event = ChangeEvent(a_change(None, IN))
    streams = [a_stream(), a_stream(county="530000"), a_stream(county="110000")]
    for stream in streams:
        stream.give(event)
    first, second, third = (asyncio.run(stream.take(0.0)) for stream in streams)
    assert third == []
    ((one, verdict),), ((other, _),) = first, second
    assert one.event(verdict, exact=False) is other.event("item", exact=False)
    assert one.event("tombstone", exact=False) != one.event("item", exact=False)
    assert one.event("item", exact=False).startswith(b"id: 7\ndata: {")


def test_a_stream_that_lags_too_far_is_closed() -> None:
    """At the limit it still is not."""
    stream, event = a_stream(), ChangeEvent(a_change(None, IN))
    for _ in range(QUEUE_ITEMS):
        stream.give(event)
    assert stream.closed is None
    stream.give(event)
    assert stream.closed == "slow"
