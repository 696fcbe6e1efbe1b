"""Workers die and share; what is published in the end is what an undisturbed run publishes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy
from duijie_shared.events.topics import MARKET_PARTITIONS, partition_for
from matchers import Matcher, Topics, called_for, eventually
from order_records import CNY, order_record, policy_record, snapshot

pytestmark = pytest.mark.broker

StartMatcher = Callable[..., Matcher]
MARKETS = ("potato", "garlic", "walnut", "tomato", "onion", "apple", "carrot", "ginger", "celery", "cabbage")


def order(number: int, **changes: object) -> OrderSnapshot:
    """The order of this number: every fourth is a demand, in turn over the markets."""
    market = MARKETS[number % len(MARKETS)]
    side = "demand" if number // len(MARKETS) % 4 == 0 else "offer"
    price = (3 if side == "demand" else 1) * CNY + number * 1000
    fields = {"side": side, "market": market, "price": price, "sequence": number} | changes
    return snapshot(f"n{number}", **fields)


def test_killed_in_the_middle_of_two_thousand_orders(topics: Topics, start_matcher: StartMatcher) -> None:
    """Twice, with amendments and withdrawals among the orders: as if nothing had happened."""
    final = {number: order(number) for number in range(2000)}
    topics.send(policy_record(Policy()))
    matcher = start_matcher().ready()
    for part in range(2):
        numbers = range(part * 1000, part * 1000 + 1000)
        topics.send(*(order_record(final[number]) for number in numbers))
        least = part * 1000 + 100
        eventually(lambda: int(matcher.status().get("orders", 0)), least.__le__, "part of the burst")
        matcher.kill()
        for number in numbers[::7]:
            final[number] = order(number, version=2, status="withdrawn")
        for number in numbers[::11]:
            final[number] = order(number, version=3, quantity=77_000)
        topics.send(*(order_record(final[number]) for number in {*numbers[::7], *numbers[::11]}))
        matcher.start()
    status = matcher.at_rest()
    assert status["partitions"] == list(range(MARKET_PARTITIONS))
    assert status["orders"] == sum(order.status == "open" for order in final.values())
    assert topics.live() == called_for(final.values())
    assert status["matches"] == len(topics.live())


def test_two_workers_share_and_one_takes_over(topics: Topics, start_matcher: StartMatcher) -> None:
    """Every partition has one owner; when a worker dies for good the other owns all of them."""
    topics.send(policy_record(Policy()))
    first = start_matcher("m1").ready()
    second = start_matcher("m2").ready()
    orders = [order(number) for number in range(200)]

    def owned() -> list[int]:
        return sorted([*first.status().get("partitions", []), *second.status().get("partitions", [])])

    eventually(
        lambda: (owned(), second.status().get("partitions")),
        lambda found: found[0] == list(range(MARKET_PARTITIONS)) and bool(found[1]),
        "shared partitions",
    )
    topics.send(*(order_record(each) for each in orders[:100]))
    first.at_rest()
    second.at_rest()
    assert topics.live() == called_for(orders[:100])
    second.kill()
    topics.send(*(order_record(each) for each in orders[100:]))
    first.until(lambda status: len(status.get("partitions", [])) == MARKET_PARTITIONS, "all partitions")
    first.at_rest(orders=len(orders))
    assert topics.live() == called_for(orders)
    assert {record.partition for record in topics.read("matches-v1")} == {partition_for(m) for m in MARKETS}
