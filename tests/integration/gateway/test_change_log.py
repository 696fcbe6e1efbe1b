"""The log of public changes: one gapless sequence of matches, listings and deals, told once each."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS, FeedFilter, change_item
from duijie_gateway.projection import Projection
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.tables import ChangeRow, FeedRow, ListingRow
from duijie_shared.events.parties import PartySnapshot
from gateway_records import NOW, Log, a_capacity, a_deal, a_match, an_id, an_order
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

if TYPE_CHECKING:
    from duijie_gateway.repository.changes import Stretch
    from duijie_shared.events.base import Contract
    from sqlalchemy import Engine

pytestmark = pytest.mark.database

ALL = FeedFilter(frozenset(SUBJECTS))


class Logged:
    """A read model, and what readers are told of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.projection = Projection(engine)
        self.log = Log()

    def add(self, *bodies: Contract) -> int:
        """Project bodies as one batch; the changes told."""
        events = [self.log.add(body) for body in bodies]
        return self.projection.apply(events, self.log.reached, now=NOW)

    def bury(self, *bodies: Contract) -> int:
        """Project tombstones as one batch."""
        events = [self.log.bury(body) for body in bodies]
        return self.projection.apply(events, self.log.reached, now=NOW)

    def read(
        self, wanted: FeedFilter = ALL, scope: Scope | None = None, *, after: int = 0, limit: int = 1000
    ) -> Stretch:
        """What a reader of this scope is told."""

        async def ask() -> Stretch:
            engine = create_async_engine(self.engine.url)
            try:
                return await ChangeReader(engine).read(scope or Scope(), wanted, after=after, limit=limit)
            finally:
                await engine.dispose()

        return asyncio.run(ask())

    def told(self, wanted: FeedFilter = ALL, scope: Scope | None = None) -> list[tuple[int, str, str]]:
        """(sequence, subject, verdict) of all that a reader is told."""
        return [(c.sequence, c.subject, verdict) for c, verdict in self.read(wanted, scope).told]


@pytest.fixture
def logged(engine: Engine) -> Logged:
    """An empty read model."""
    return Logged(engine)


def test_all_subjects_share_one_sequence(logged: Logged) -> None:
    """Without a gap, within a batch and over batches: matches first, then what else the batch changed."""
    assert logged.add(an_order("offer"), an_order("demand"), a_match(), a_capacity()) == 4
    assert logged.add(a_deal()) == 2  # the match is held, the deal is new
    assert logged.told() == [
        (1, "match", "item"), (2, "offer", "item"), (3, "demand", "item"), (4, "capacity", "item"),
        (5, "match", "item"), (6, "deal", "item"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "life"),
    [
        ("offer", [an_order("offer"), an_order("offer", version=2, status="withdrawn")]),
        ("demand", [an_order("demand"), an_order("demand", version=2, status="reserved", remaining=0)]),
        ("capacity", [a_capacity(), a_capacity(version=2, status="closed")]),
    ],
)
def test_what_closes_is_told_as_gone(logged: Logged, subject: str, life: list[Contract]) -> None:
    """Once: that it is over again, or off the topic, is no news."""
    assert [logged.add(body) for body in life] == [1, 1]
    assert logged.bury(life[0]) == 0
    assert logged.told() == [(1, subject, "item"), (2, subject, "tombstone")]


def test_the_same_face_again_is_no_change(logged: Logged) -> None:
    """What only the matcher looks at, a booking or a second record of the same, is not told; a version is."""
    logged.add(an_order("offer"), a_capacity())
    assert logged.add(an_order("offer"), an_order("offer", latitude_e7=1), a_capacity(fee=1)) == 0
    assert logged.add(an_order("offer", version=2)) == 1


def test_a_replay_tells_nothing_twice(logged: Logged) -> None:
    """Neither a second projector that is behind, nor a rebuilding after a rewind, in any batches."""
    bodies = [an_order("offer"), a_capacity(), a_deal(), an_order("offer", version=2, remaining=0), a_match()]
    for body in bodies:
        logged.add(body)
    once = logged.told()
    events, reached = logged.log.events, logged.log.reached
    assert [logged.projection.apply([event], {}, now=NOW) for event in events] == [0] * len(events)
    logged.projection.rewind()
    assert logged.projection.apply(events, reached, now=NOW, news=False) == 0
    assert logged.told() == once
    assert logged.add(an_order("offer", version=3)) == 1


def test_a_tombstone_is_told_to_whom_it_left(logged: Logged) -> None:
    """A filter that admitted it before hears that it is gone; one that never did hears nothing."""
    from_yunnan = FeedFilter(frozenset({"offer"}), area="53")
    from_shaanxi = FeedFilter(frozenset({"offer"}), area="61")
    nowhere = FeedFilter(frozenset({"offer"}), area="11")
    logged.add(an_order("offer"))
    logged.add(an_order("offer", version=2, county="610629"))
    assert logged.told(from_yunnan) == [(1, "offer", "item"), (2, "offer", "tombstone")]
    assert logged.told(from_shaanxi) == [(2, "offer", "item")]
    assert logged.told(nowhere) == []


def test_deals_and_matches_are_told_to_their_sides_alone(logged: Logged) -> None:
    """Listings to everybody; area staff hear of what touches their area."""
    logged.add(an_order("offer"), a_match(), a_deal())
    other = [(2, "offer", "item")]
    assert logged.told(scope=Scope(party=an_id("stranger"))) == other
    assert logged.told(scope=Scope(area="11")) == other
    for scope in (Scope(party=an_id("buyer")), Scope(area="31"), Scope()):
        assert [subject for _, subject, _ in logged.told(scope=scope)] == ["match", "offer", "deal"]


def test_sides_see_prices_of_a_hold_to_the_cent_and_no_contact(logged: Logged) -> None:
    """Exact once both have accepted, as `/v1/deals` shows them."""
    logged.add(a_deal(price=3_003_999, farm_gate_price=1_706_001))
    logged.add(a_deal(version=2, status="dealt", price=3_003_999, farm_gate_price=1_706_001))
    prices = [
        [change_item(change, verdict, exact=exact)["item"]["price"] for change, verdict in logged.read().told]
        for exact in (False, True)
    ]
    assert prices == [[3.0, 3.003999], [3.003999, 3.003999]]


def test_pruning_keeps_what_stands_and_says_where_it_stopped(logged: Logged) -> None:
    """Of old rows the newest of each standing listing; a reader that starts from nothing still hears of it."""
    logged.add(an_order("offer", 1), an_order("offer", 2))
    logged.add(an_order("offer", 1, version=2), an_order("offer", 2, version=2, status="withdrawn"))
    assert logged.projection.prune_feed(NOW.replace(hour=9)) == 3
    assert logged.told() == [(3, "offer", "item")]
    assert bounds(logged) == (5, 4)
    logged.add(an_order("offer", 1, version=3, status="withdrawn"))
    assert logged.told()[-1] == (5, "offer", "tombstone")
    assert logged.projection.prune_feed(NOW.replace(hour=9)) == 2
    assert logged.told() == []


def bounds(logged: Logged) -> tuple[int, int]:
    """The log's bounds."""

    async def ask() -> tuple[int, int]:
        engine = create_async_engine(logged.engine.url)
        try:
            return await ChangeReader(engine).bounds()
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def test_an_erased_party_leaves_nothing_in_the_log(logged: Logged) -> None:
    """Its listings are emptied in every row, and told as gone; another's stay."""
    party = PartySnapshot(
        party_id=an_id("producer"), version=1, kind="producer", name="张三", county=None, status="approved"
    )
    logged.add(party, an_order("offer"), a_capacity())
    logged.bury(party)
    with logged.engine.connect() as connection:
        bodies = dict(connection.execute(select(col(ChangeRow.subject), col(ChangeRow.body))).all())
    assert bodies["offer"] is None
    assert bodies["capacity"] is not None
    assert logged.told() == [(1, "offer", "tombstone"), (2, "capacity", "item")]


def test_a_stretch_says_how_far_it_looked(logged: Logged) -> None:
    """A page ends behind its last item, an empty one at the head: what was passed over is not read again."""
    logged.add(*(an_order("offer", number) for number in range(5)))
    two = logged.read(limit=2)
    assert ([c.sequence for c in two.changes], two.reached) == ([1, 2], 2)
    assert logged.read(after=2, limit=9).reached == 5
    none = logged.read(FeedFilter(frozenset({"demand"})), limit=2)
    assert (none.told, none.reached) == ((), 5)
    assert logged.read(after=9, limit=2).reached == 9


@pytest.mark.parametrize("seed", range(4))
def test_folding_the_log_gives_what_the_filter_admits(logged: Logged, seed: int) -> None:
    """Over a random history of orders, in random batches, read from random places in random pages."""
    chance = random.Random(seed)
    wanted = FeedFilter(frozenset({"offer", "demand"}), area="53", min_quantity=5_000_000)
    versions = dict.fromkeys(range(6), 0)
    held: dict[str, Any] = {}
    place = 0
    for _ in range(25):
        batch: list[Contract] = []
        for _ in range(chance.randint(1, 3)):
            name = chance.randrange(6)
            versions[name] += 1
            batch.append(a_random_order(chance, name, versions[name]))
        logged.add(*batch)
        if chance.random() < 0.4:
            stretch = logged.read(wanted, after=place, limit=chance.randint(1, 4))
            fold(held, stretch)
            place = stretch.reached
    while (stretch := logged.read(wanted, after=place, limit=3)).reached > place:
        fold(held, stretch)
        place = stretch.reached
    assert {id_: item["version"] for id_, item in held.items()} == admitted(logged)
    assert gapless(logged)


def a_random_order(chance: random.Random, name: int, version: int) -> Contract:
    """One version of an order that may lie inside or outside the filter, live or over."""
    return an_order(
        "offer" if name % 2 else "demand",
        name,
        version=version,
        county=chance.choice(["532523", "310115", None]),
        status=chance.choice(["open", "open", "partly_filled", "withdrawn"]),
        remaining=chance.choice([1_000, 4_999_999, 5_000_000, 9_000_000]),
    )


def fold(held: dict[str, Any], stretch: Stretch) -> None:
    """What a subscriber does with what it is told."""
    for change, verdict in stretch.told:
        told = json.loads(json.dumps(change_item(change, verdict, exact=False)))
        if told["state"] == "present":
            held[told["id"]] = told["item"]
        else:
            held.pop(told["id"], None)


def admitted(logged: Logged) -> dict[str, int]:
    """What the table of listings says of the same filter."""
    query = select(col(ListingRow.id), col(ListingRow.version)).where(
        col(ListingRow.county).startswith("53"), col(ListingRow.quantity) >= 5_000_000
    )
    with logged.engine.connect() as connection:
        return {str(id_): version for id_, version in connection.execute(query)}


def gapless(logged: Logged) -> bool:
    """Whether every sequence up to the head was given once."""
    with logged.engine.connect() as connection:
        rows = [
            sequence
            for table in (FeedRow, ChangeRow)
            for sequence in connection.execute(select(col(table.sequence))).scalars()
        ]
        (most,) = connection.execute(select(func.max(col(ChangeRow.sequence)))).one()
    return sorted(rows) == list(range(1, most + 1))
