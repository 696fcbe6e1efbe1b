"""A filter means the same in SQL and on the stream, and a list in pages is the list."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.filters import MatchFilter, may_see
from duijie_gateway.projection import Projection
from duijie_gateway.repository.matches import MatchReader, Told
from duijie_gateway.repository.plans import PlanReader
from duijie_shared.events.matches import MatchRecord
from gateway_records import NOW, Log, a_match, an_id, an_order
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.database

PARTIES = [an_id("party", number) for number in range(4)]
ORDERS = [an_id("order", number) for number in range(6)]
AREAS = ("530000", "532500", "532523", "310115", "440106")
LAST = 2**63 - 1


def draws(seed: int) -> Iterator[dict[str, Any]]:
    """Matches with few values in each field, so that filters meet many of them."""
    draw = random.Random(seed)
    while True:
        yield {
            "kind": draw.choice(["plan", "alternative"]),
            "status": draw.choice(["proposed", "proposed", "proposed", "withdrawn"]),
            "market": (product := draw.choice(["apple", "potato"])),
            "product": product,
            "offer_id": draw.choice(ORDERS[:3]),
            "demand_id": draw.choice(ORDERS[3:]),
            "offer_party": draw.choice(PARTIES),
            "demand_party": draw.choice(PARTIES),
            "offer_county": draw.choice([*AREAS, None]),
            "demand_county": draw.choice([*AREAS, None]),
            "designations": draw.choice([(), ("cn-832",), ("cn-key-160", "cn-832")]),
            "score": float(draw.choice([50, 60, 60, 70.5])),
        }


def filters(seed: int, count: int) -> Iterator[tuple[Scope, MatchFilter]]:
    """Scopes and filters with a condition or two each."""
    draw = random.Random(seed)
    possible: dict[str, list[Any]] = {
        "order": [*ORDERS, an_id("nobody's")],
        "offer": ORDERS[:3],
        "demand": ORDERS[3:],
        "products": [frozenset({"apple"}), frozenset({"apple", "potato"}), frozenset()],
        "area": ["53", "5325", "532523", "31", "%", "_"],
        "designation": ["any", "cn-832", "cn-key-160", "none"],
        "min_score": [60.0, 60.01, 70.5],
        "kind": ["plan", "alternative"],
        "statuses": [frozenset({"proposed"}), frozenset({"withdrawn"}), frozenset({"held", "proposed"})],
        "market": ["apple", "x"],
    }
    scopes = [
        Scope(),
        Scope(),
        *(Scope(party=party) for party in PARTIES),
        Scope(area="53"),
        Scope(area="310115"),
    ]
    for _ in range(count):
        chosen = draw.sample(sorted(possible), draw.randint(0, 3))
        yield draw.choice(scopes), MatchFilter(**{name: draw.choice(possible[name]) for name in chosen})


LASTING = {"market", "product", "offer_id", "demand_id", "offer_party", "demand_party", "demand_county"}
"""What never changes of a match."""


Check = Callable[[MatchReader], Awaitable[None]]


@pytest.fixture
def checked(embedded_postgres: str, projection: Projection) -> Callable[[Check], None]:
    """Runs a check over two hundred matches, half of which changed once."""
    log = Log()
    drawn = draws(1)
    first = [next(drawn) for _ in range(200)]
    for name, values in enumerate(first):
        log.add(a_match(name, **values))
    for name, values in enumerate(first[:100]):
        changed = next(drawn) | {field: value for field, value in values.items() if field in LASTING}
        log.add(a_match(name, **changed))
    projection.apply(log.events, log.reached, now=NOW)

    async def run(check: Check) -> None:
        engine = create_async_engine(embedded_postgres, isolation_level="AUTOCOMMIT")
        await check(MatchReader(engine))
        await engine.dispose()

    return lambda check: asyncio.run(run(check))


async def everything(reader: MatchReader) -> list[Told]:
    """The whole feed."""
    return await reader.feed(Scope(), MatchFilter(), after=0, upto=LAST, limit=10_000)


def test_the_stream_and_sql_admit_the_same_news(checked: Callable[[Check], None]) -> None:
    """What a resumed reader gets from the database is what it would have got on the stream."""

    async def check(reader: MatchReader) -> None:
        feed = await everything(reader)
        met = 0
        for scope, wanted in filters(2, 300):
            by_sql = [t.sequence for t in await reader.feed(scope, wanted, after=0, upto=LAST, limit=10_000)]
            by_stream = [
                told.sequence
                for told in feed
                if may_see(scope, told.facts)
                and (wanted.admits(told.facts) or (told.before is not None and wanted.admits(told.before)))
            ]
            assert by_sql == by_stream, (scope, wanted)
            met += len(by_sql)
        assert met > 1_000

    checked(check)


def test_the_list_is_the_last_word_of_the_feed(checked: Callable[[Check], None]) -> None:
    """Folding all news of a match gives what the list shows of it."""

    async def check(reader: MatchReader) -> None:
        newest: dict[UUID, Told] = {}
        for told in await everything(reader):
            newest[MatchRecord.model_validate_json(told.record).match_id] = told
        for scope, wanted in filters(3, 200):
            listed = await reader.page(scope, wanted, limit=10_000)
            shown = {match.record.match_id for match in listed if match.status != "withdrawn"}
            folded = {
                match_id
                for match_id, told in newest.items()
                if told.facts.status != "withdrawn"
                and wanted.admits(told.facts)
                and may_see(scope, told.facts)
            }
            assert shown == folded, (scope, wanted)

    checked(check)


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_pages_put_together_are_the_list(checked: Callable[[Check], None], limit: int) -> None:
    """In its order, nothing twice and nothing left out, also among equal scores."""

    async def check(reader: MatchReader) -> None:
        whole = await reader.page(Scope(), MatchFilter(), limit=10_000)
        assert len(whole) > 150
        keys = [(match.record.kind, match.record.score, match.record.match_id) for match in whole]
        assert keys == sorted(keys, reverse=True)
        found: list[Any] = []
        after = None
        while True:
            page = await reader.page(Scope(), MatchFilter(), limit=limit, after=after)
            if not page:
                break
            found += [(match.record.kind, match.record.score, match.record.match_id) for match in page]
            after = found[-1]
        assert found == keys

    checked(check)


def test_orders_and_areas_of_others_are_in_no_total(projection: Projection, embedded_postgres: str) -> None:
    """The page's head counts what its reader may see."""
    log = Log()
    for body in (
        an_order("offer"),
        an_order("demand"),
        a_match(),
        an_order("offer", 2, party_id=an_id("other")),
    ):
        log.add(body)
    projection.apply(log.events, log.reached, now=NOW)
    plans = PlanReader(create_async_engine(embedded_postgres, poolclass=NullPool))

    async def check() -> None:
        everyone = await plans.totals(Scope())
        assert (everyone.offers, everyone.demands, everyone.matches) == (2, 1, 1)
        assert everyone.tilt_share == 1.0
        own = await plans.totals(Scope(party=an_id("producer")))
        assert (own.offers, own.demands, own.matches, own.welfare) == (1, 0, 1, None)
        other = await plans.totals(Scope(party=an_id("other")))
        assert (other.offers, other.demands, other.matches, other.tilt_share) == (1, 0, 0, 0.0)

    asyncio.run(check())
