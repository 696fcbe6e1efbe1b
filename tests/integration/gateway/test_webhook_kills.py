"""Senders killed at random points, receivers that come and go: in the end the receiver holds the server's state."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS, FeedFilter, change_item
from duijie_gateway.projection import Projection
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.webhooks.queue import LEASE
from duijie_gateway.webhooks.sender import Sender
from gateway_records import NOW, Log, a_match, an_order
from sqlalchemy import Engine
from webhook_receiver import Received, Receiver, receiver, status
from webhook_sending import Sending, sending

pytestmark = pytest.mark.database

ROUNDS = 12


async def killed(sender: Sender, after: float) -> None:
    """Let a sender work and end it in the middle of whatever it does: nothing is given back, nothing stored."""
    turning = asyncio.create_task(sender.settle())
    await asyncio.wait([turning], timeout=after)

    async def nothing(*_: object) -> None:
        return None

    sender._queue.release = nothing  # type: ignore[method-assign,assignment]
    tasks = [turning, *sender._work]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Market:
    """Orders that come, change and close, by chance."""

    def __init__(self, engine: Engine, chance: random.Random) -> None:
        self._projection = Projection(engine)
        self._chance = chance
        self._log = Log()
        self._versions: dict[int, int] = {}

    def move(self) -> None:
        """A few changes of the log."""
        for _ in range(self._chance.randint(1, 6)):
            name = self._chance.randint(1, 8)
            version = self._versions[name] = self._versions.get(name, 0) + 1
            remaining = self._chance.choice((0, 10_000_000, 20_000_000))
            bodies = [an_order("offer", name, version=version, remaining=remaining)]
            if self._chance.random() < 0.4:
                bodies.append(a_match(name, versions=(version, 1)))  # type: ignore[arg-type]
            for body in bodies:
                self._projection.apply([self._log.add(body)], self._log.reached, now=NOW)


def folded(items: list[dict[str, Any]]) -> dict[str, Any]:
    """What a reader holds who took these items in any order and any number: the newest of each subject counts."""
    newest: dict[str, dict[str, Any]] = {}
    for item in items:
        if item["sequence"] >= newest.get(item["id"], item)["sequence"]:
            newest[item["id"]] = item
    return {id_: item["item"] for id_, item in newest.items() if item["state"] == "present"}


def items_of(target: Receiver, taken: list[Received]) -> list[dict[str, Any]]:
    """The items of what a receiver took."""
    return [json.loads(request.body)["data"] for request in taken]


@pytest.mark.parametrize("seed", range(3))
def test_a_receiver_ends_with_the_servers_state_whatever_is_killed_and_when(
    engine: Engine, embedded_postgres: str, seed: int
) -> None:
    """Two webhooks, senders killed in every round, answers that fail or never come: the folded items are those of the log,
    nothing waits any more, and each message came under one id.
    """
    chance = random.Random(seed)
    taken: list[Received] = []

    def moody(request: Received) -> bytes | None:
        mood = chance.random()
        if mood < 0.1:
            return None
        if mood < 0.3:
            return status(chance.choice((500, 503, 429, 302)))
        taken.append(request)
        return b"HTTP/1.1 200 OK\r\n\r\n" if mood < 0.35 else status(204)

    async def test(on: Sending) -> None:
        market = Market(engine, chance)
        with receiver(moody) as target, receiver() as steady:
            endpoint, _ = await on.endpoint(target.url)
            other, _ = await on.endpoint(steady.url)
            for _ in range(ROUNDS):
                await asyncio.to_thread(market.move)
                await killed(on.sender(seconds=0.2), chance.random() * 0.25)
                on.clock.pass_(seconds=LEASE.total_seconds() + chance.randint(0, 600))
            target.reply = lambda request: taken.append(request) or status(204)  # type: ignore[func-returns-value]
            for _ in range(40):
                await on.sender().settle()
                if (await on.row(endpoint)).pending == (await on.row(other)).pending == 0:
                    break
                on.clock.pass_(hours=1)
            wanted = FeedFilter(frozenset(SUBJECTS))
            stretch = await ChangeReader(on.engine).read(Scope(), wanted, after=0, limit=10_000)
            server = [change_item(change, verdict, exact=True) for change, verdict in stretch.told]
            assert folded(items_of(target, taken)) == folded(server)
            assert folded(items_of(steady, steady.received)) == folded(server)
            for requests in (taken, steady.received):
                ids = {json.loads(r.body)["data"]["sequence"]: r.headers["webhook-id"] for r in requests}
                assert ids.keys() == {item["sequence"] for item in server}
                assert {r.headers["webhook-id"] for r in requests} == set(ids.values())
            assert (await on.row(endpoint)).pending == (await on.row(other)).pending == 0

    async def main() -> None:
        async with sending(embedded_postgres) as on:
            await test(on)

    asyncio.run(main())
