"""One stream's place in the feed."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

from duijie_gateway.domain.access import Caller, Scope
from duijie_gateway.domain.filters import MatchFacts, MatchFilter
from duijie_gateway.domain.read_model import face, facts_of
from duijie_gateway.feed import QUEUE_ITEMS, FeedItem, Subscription
from duijie_gateway.repository.matches import Told
from gateway_records import a_match, an_id

STAFF = Caller(uuid4(), "staff", None, None)


def an_item(
    sequence: int, *, before: MatchFacts | None = None, status: str = "proposed", **changes: object
) -> FeedItem:
    """News of a match."""
    seen = face(a_match(**changes), status)
    return FeedItem(Told(sequence, facts_of(seen), before, seen.model_dump_json()))


def taken(subscription: Subscription) -> list[int]:
    """The sequences that a stream would send now."""
    return [item.told.sequence for item in asyncio.run(subscription.take(0.0))]


def subscribed(scope: Scope | None = None, **wanted: object) -> Subscription:
    """A stream from sequence 0."""
    return Subscription(0, scope or Scope(), MatchFilter(**wanted), STAFF)  # type: ignore[arg-type]


def test_news_come_in_order_and_once() -> None:
    """What was taken is not given again."""
    stream = subscribed()
    for sequence in (1, 2, 3):
        stream.give(an_item(sequence))
    assert taken(stream) == [1, 2, 3]
    assert taken(stream) == []


def test_what_does_not_concern_the_reader_is_not_queued() -> None:
    """By filter, and by whose match it is."""
    stream = subscribed(Scope(party=an_id("producer")), kind="plan")
    stream.give(an_item(1))
    stream.give(an_item(2, kind="alternative"))
    stream.give(an_item(3, offer_party=an_id("somebody"), demand_party=an_id("else")))
    assert taken(stream) == [1]


def test_a_match_that_leaves_the_filter_is_told_once_more() -> None:
    """Else a reader would keep a match that is no more what was asked for."""
    stream = subscribed(min_score=70)
    high = facts_of(a_match(score=75.0))
    low = facts_of(a_match(score=60.0))
    stream.give(an_item(1, before=high, score=60.0))
    stream.give(an_item(2, before=low, score=50.0))
    assert taken(stream) == [1]


def test_a_withdrawal_reaches_whoever_saw_the_proposal() -> None:
    """Also a reader who asked for proposals only."""
    stream = subscribed(statuses=frozenset({"proposed"}))
    stream.give(an_item(1, before=facts_of(a_match()), status="withdrawn"))
    assert taken(stream) == [1]


def test_a_reader_that_falls_too_far_behind_is_closed() -> None:
    """At one item past the queue's room, not before; it can resume from where it was."""
    stream = subscribed()
    for sequence in range(QUEUE_ITEMS):
        stream.give(an_item(sequence))
    assert stream.closed is None
    stream.give(an_item(QUEUE_ITEMS))
    assert stream.closed == "slow"
    assert taken(stream) == []


def test_an_item_is_rendered_for_each_kind_of_reader() -> None:
    """Exact for staff, coarse for the sides, with the sequence as the event's id."""
    item = an_item(7)
    for exact, distance in ((True, 1956.658), (False, 1955)):
        first, second, *rest = item.event(exact=exact).decode().split("\n")
        assert first == "id: 7"
        assert json.loads(second.removeprefix("data: "))["distance_km"] == distance
        assert rest == ["", ""]
