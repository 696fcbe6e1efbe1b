"""A sender over a real database, with a clock that a test moves."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS
from duijie_gateway.domain.targets import TargetPolicy
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.repository.feeds import FeedStore
from duijie_gateway.tables import KeyRow
from duijie_gateway.webhook_tables import EndpointRow
from duijie_gateway.webhooks.digests import Digests
from duijie_gateway.webhooks.handing_out import HandOut
from duijie_gateway.webhooks.log import AttemptLog
from duijie_gateway.webhooks.queue import Queue
from duijie_gateway.webhooks.secrets import Seal, new_secret
from duijie_gateway.webhooks.sender import Places, Sender
from duijie_gateway.webhooks.store import WebhookStore
from duijie_gateway.webhooks.transport import Resolver, Transport
from gateway_records import NOW
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from webhook_receiver import Receiver, status

OWN = TargetPolicy.of("127.0.0.1")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **parts: float) -> None:
        """Let time pass, in the words of `timedelta`."""
        self.now += dt.timedelta(**parts)


@dataclass
class Sending:
    """What a test of delivery needs; endpoints are made straight in the database."""

    engine: AsyncEngine
    clock: Clock = field(default_factory=Clock)
    seal: Seal = field(default_factory=lambda: Seal("a webhook key of some length"))
    resolver: Resolver = field(default_factory=Resolver)

    @property
    def store(self) -> WebhookStore:
        """Owners' view."""
        return WebhookStore(self.engine)

    @property
    def log(self) -> AttemptLog:
        """The delivery log."""
        return AttemptLog(self.engine)

    def sender(self, *, seconds: float = 15.0, chance: float = 0.0, places: Places | None = None) -> Sender:
        """A sender of its own, as a process would have."""
        changes, feeds = ChangeReader(self.engine), FeedStore(self.engine)
        return Sender(
            Queue(self.engine),
            HandOut(self.engine, changes, feeds, self.clock),
            Digests(self.engine, changes, feeds, self.clock),
            self.log,
            Transport(OWN, self.resolver, total_seconds=seconds),
            self.seal,
            clock=self.clock,
            chance=lambda: chance,
            places=places or Places(),
        )

    async def endpoint(self, url: str, **changes: Any) -> tuple[EndpointRow, str]:
        """A webhook that begins with everything, and its secret. `party` makes it a party's, else it is staff's."""
        party: UUID | None = changes.pop("party", None)
        secret, key = new_secret(), uuid4()
        scope = Scope(party=party)
        values: dict[str, Any] = {
            "id": uuid4(),
            "owner": scope.key(),
            "key_id": key,
            "party_id": party,
            "exact": party is None,
            "url": url,
            "events": list(SUBJECTS),
            "secret": self.seal.close(secret),
            "position": 0,
            "created_at": self.clock(),
        }
        row = EndpointRow(**(values | changes))
        role = "staff" if party is None else "producer"
        async with self.engine.begin() as connection:
            await connection.execute(
                insert(KeyRow).values(
                    id=key, sha256=key.hex, role=role, party_id=party, label="", created_at=self.clock()
                )
            )
        assert await self.store.create(row, most=10_000)
        return row, secret

    async def row(self, endpoint: EndpointRow) -> EndpointRow:
        """The endpoint as it is now."""
        found = await self.store.one(endpoint.owner, endpoint.id)
        assert found is not None
        return found


SendingTest = Callable[[Sending], Awaitable[None]]
RunSending = Callable[[SendingTest], None]
"""Runs a test's coroutine over a migrated database."""
PostOffers = Callable[..., None]
"""Posts offers by name, with changes: a change of the log each."""


@asynccontextmanager
async def sending(database_url: str) -> AsyncIterator[Sending]:
    """Over a migrated database, within the running loop."""
    engine = create_async_engine(database_url, pool_size=20, max_overflow=10)
    found = Sending(engine)
    try:
        yield found
    finally:
        found.resolver.close()
        await engine.dispose()


def events(target: Receiver) -> list[dict[str, Any]]:
    """What a receiver was sent, in order."""
    return [json.loads(request.body) for request in target.received]


def sequences(target: Receiver) -> list[int]:
    """The sequences that a receiver was sent, in order."""
    return [event["data"]["sequence"] for event in events(target)]


async def until(condition: Callable[[], bool], seconds: float = 25.0) -> None:
    """Wait for a condition, with a deadline."""
    for _ in range(int(seconds * 50)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come true")


def failing(*_: object) -> bytes:
    """A receiver that has a bad day."""
    return status(500, body=b"no")
