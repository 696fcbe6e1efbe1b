"""What a running stack can replay: the orders and capacities that their topics still hold, and the policy in force.

`orders-v1` is compacted: it has the newest version of each order and none before it, and of an order that has ended
nothing once its record is a tombstone, seven days later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_matcher.domain import Capacity, capacity_of, order_of
from duijie_shared.events.base import LIVE
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.taxonomy import taxonomy
from kafka.errors import KafkaError

from duijie_local.simulation import Posting
from duijie_local.simulation.period import SHANGHAI

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from duijie_shared.kafka.ports import Record

TOPICS_READ = ("orders-v1", "capacities-v1", "policy-v1")
POLL_SECONDS = 0.2
DEADLINE_SECONDS = 30.0
"""After so long without a record the broker is taken for gone."""


class TopicsAwayError(Exception):
    """The broker does not answer, or not to the end."""


@dataclass(frozen=True, slots=True)
class Present:
    """What the topics hold now. `unread` counts records that are not what their topic promises."""

    postings: tuple[Posting, ...]
    capacities: tuple[Capacity, ...]
    policy: Policy
    unread: int


def read_present(kafka: str) -> Present:
    """Read the topics of the broker at `kafka` (host:port) from their beginnings to the ends they have now.

    No consumer group is joined and no offset is stored: the services notice nothing.

    Raises
    ------
    TopicsAwayError
        When the broker does not answer.
    """
    try:
        return present(_records(kafka))
    except KafkaError as error:
        raise TopicsAwayError(str(error)) from error


def present(records: Iterable[Record]) -> Present:
    """What records in the order of their partitions come to."""
    newest = {(record.topic, record.key): record for record in records}
    postings: list[Posting] = []
    capacities: list[Capacity] = []
    policy, unread = Policy(), 0
    for record in newest.values():
        if record.value is None:
            continue
        try:
            body, envelope = decode(record.topic, record.value, record.headers)
            if isinstance(body, Policy):
                policy = body
            elif isinstance(body, OrderSnapshot) and body.status != "draft":
                postings.append(_posting(body, envelope.time))
            elif isinstance(body, CapacitySnapshot) and body.status in LIVE:
                capacities.append(_capacity(body))
        except ContractError:
            unread += 1
    postings.sort(key=lambda each: (each.order.market, each.order.sequence, each.order.order_id))
    capacities.sort(key=lambda each: (each.sequence, each.capacity_id))
    return Present(tuple(postings), tuple(capacities), policy, unread)


def _posting(snapshot: OrderSnapshot, told: dt.datetime) -> Posting:
    """The order as it was posted: with its whole quantity, whatever deals have taken of it since."""
    try:
        taxonomy().product(snapshot.product)
        order = order_of(snapshot.model_copy(update={"remaining": snapshot.quantity}))
    except (KeyError, ValueError) as error:
        raise ContractError(str(error)) from error
    return Posting(
        order,
        until=told.astimezone(SHANGHAI).date() if snapshot.status == "withdrawn" else None,
        family=snapshot.parent_id,
    )


def _capacity(snapshot: CapacitySnapshot) -> Capacity:
    """The capacity as it was posted, with nothing booked."""
    try:
        return capacity_of(snapshot.model_copy(update={"booked": ()}))
    except ValueError as error:
        raise ContractError(str(error)) from error


def _records(kafka: str) -> Iterator[Record]:
    reader = KafkaReader(kafka, TOPICS_READ, client_id="duijie-simulate")
    try:
        last = time.monotonic()
        while reader.lag():
            found = reader.poll(POLL_SECONDS)
            yield from found
            if found:
                last = time.monotonic()
            elif time.monotonic() - last > DEADLINE_SECONDS:
                raise TopicsAwayError(f"nothing new for {DEADLINE_SECONDS:g} s")
    finally:
        reader.close()
