"""Holds and deals lie over matches, whichever topic is ahead."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.tables import DealRow, FeedRow, MatchRow
from gateway_records import NOW, Log, a_deal, a_match, an_order
from sqlalchemy import select
from sqlmodel import col

if TYPE_CHECKING:
    from duijie_gateway.decoding import Event
    from gateway_served import Gateway
    from sqlalchemy import Engine

pytestmark = pytest.mark.database

ORDERS = (an_order("offer"), an_order("demand"))
HELD_ORDERS = (an_order("offer", version=2), an_order("demand", version=2))


class Read:
    """A read model and the log behind it."""

    def __init__(self, engine: Engine, projection: Projection) -> None:
        self.engine = engine
        self.projection = projection
        self.log = Log()

    def add(self, *bodies: Any) -> list[Event]:
        """Append and project as one batch."""
        events = [self.log.add(body) for body in bodies]
        self.projection.apply(events, self.log.reached, now=NOW)
        return events

    def told(self) -> list[str]:
        """The statuses that readers were told."""
        return self._column(select(col(FeedRow.status)).order_by(col(FeedRow.sequence)))

    def statuses(self) -> list[str]:
        """What is listed."""
        return self._column(select(col(MatchRow.status)))

    def rows(self) -> list[list[Any]]:
        """All rows of matches and deals."""
        with self.engine.connect() as connection:
            tables: list[Any] = [MatchRow.__table__, DealRow.__table__]  # type: ignore[attr-defined]
            return [[tuple(row) for row in connection.execute(select(table))] for table in tables]

    def _column(self, query: Any) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())


@pytest.fixture
def read(engine: Engine, projection: Projection) -> Read:
    """An empty read model."""
    return Read(engine, projection)


def test_a_hold_a_deal_and_the_next_round_are_told_in_order(read: Read) -> None:
    """In one batch with the orders they change, a match goes from proposed to held without being withdrawn.

    While it is held the matcher may plan with the rest: the match is told in its new version, held as before.
    """
    read.add(*ORDERS, a_match())
    read.add(*HELD_ORDERS, a_deal())
    read.add(a_match(status="withdrawn", withdrawn_at=NOW))
    read.add(a_match(versions=(2, 2), quantity=15_000))
    read.add(a_deal(version=2, status="dealt", offer_after=3, demand_after=3))
    read.add(an_order("offer", version=3), an_order("demand", version=3))
    read.add(a_match(versions=(3, 3)))
    assert read.told() == ["proposed", "held", "held", "dealt", "proposed"]


def test_what_is_released_is_withdrawn_until_it_is_proposed_again(read: Read) -> None:
    """Both orders have later versions by then; the matcher makes the pair again at once."""
    read.add(*ORDERS, a_match())
    read.add(*HELD_ORDERS, a_deal())
    read.add(a_deal(version=2, status="released", reason="price"))
    read.add(a_match(versions=(3, 3)))
    assert read.told() == ["proposed", "held", "withdrawn", "proposed"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whichever_topic_is_ahead_the_end_is_the_same(read: Read, order: tuple[int, ...]) -> None:
    """The match, its hold and the orders after it, in any order of arrival."""
    batches: list[list[Any]] = [[a_match()], [a_deal()], list(HELD_ORDERS)]
    for number in order:
        read.add(*batches[number])
    assert read.statuses() == ["held"]


def test_a_replay_gives_the_same_rows_and_no_news(read: Read) -> None:
    """Over what is there, and after a rewind."""
    read.add(*ORDERS, a_match(), a_match(2))
    read.add(*HELD_ORDERS, a_deal(), a_deal(2, status="dealt"))
    read.add(a_deal(version=2, status="lapsed"))
    rows, told = read.rows(), read.told()
    assert read.projection.apply(read.log.events, read.log.reached, now=NOW) == 0
    assert (read.rows(), read.told()) == (rows, told)
    read.projection.rewind()
    assert read.rows() == [[], []]
    read.projection.apply(read.log.events, read.log.reached, now=NOW, news=False)
    assert (read.rows(), read.told()) == (rows, told)


def test_a_dealt_match_that_leaves_the_topic_is_not_told_as_withdrawn(read: Read) -> None:
    """It leaves the list; the deal stands."""
    read.add(*ORDERS, a_match())
    read.add(a_deal(status="dealt"))
    gone = read.log.bury(a_match())
    read.projection.apply([gone], read.log.reached, now=NOW)
    assert (read.statuses(), read.told()) == ([], ["proposed", "dealt"])


def test_the_api_shows_held_matches_with_what_is_held(gateway: Gateway) -> None:
    """In the list, by its filter, and by id: status, quantity and price of the hold."""
    gateway.project(a_match(), a_match(2), a_deal())
    with gateway.client() as admin:
        (listed,) = admin.get("/v1/matches", params={"status": "held"}).json()["items"]
        one = admin.get(f"/v1/matches/{listed['id']}").json()
    assert listed == one
    assert (one["status"], one["quantity"], one["suggested_price"]) == ("held", 5000, 3)
