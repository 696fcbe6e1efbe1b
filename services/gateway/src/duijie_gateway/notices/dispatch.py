"""Sending what was made, through `apprise`, and keeping what became of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import apprise
import structlog
from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlmodel import col

from duijie_gateway.domain.notices import RETRY_AFTER, next_due
from duijie_gateway.notice_tables import NoticeChannelRow, NoticeRow
from duijie_gateway.webhooks.secrets import SealError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.notices.addresses import Gateways
    from duijie_gateway.webhooks.secrets import Seal

AT_ONCE = 8
LEASE = dt.timedelta(minutes=5)
"""How long an attempt may last before another notifier makes it again."""

NOTICES = Counter("duijie_gateway_notice_attempts", "Attempts to send a notice", ["channel", "outcome"])

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """A message that was claimed, with its channel."""

    id: UUID
    channel_id: UUID
    channel: str
    target: str
    every_minutes: int
    title: str
    body: str
    attempt: int


class Dispatcher:
    """Sends messages that are due, several at once."""

    def __init__(
        self, engine: AsyncEngine, gateways: Gateways, seal: Seal, clock: Callable[[], dt.datetime]
    ) -> None:
        self._engine = engine
        self._gateways = gateways
        self._seal = seal
        self._clock = clock

    async def turn(self) -> int:
        """Send what is due now, `AT_ONCE` messages at the most; how many were tried."""
        due = await self._claim()
        await asyncio.gather(*(self._send(each) for each in due))
        return len(due)

    async def pending(self) -> int:
        """Messages that are neither sent nor given up."""
        query = select(func.count()).where(col(NoticeRow.status) == "pending")
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _claim(self) -> list[Due]:
        now = self._clock()
        query = (
            select(
                *(
                    col(getattr(NoticeRow, name))
                    for name in ("id", "channel_id", "title", "body", "attempts")
                ),
                *(col(getattr(NoticeChannelRow, name)) for name in ("channel", "target", "every_minutes")),
            )
            .join(NoticeChannelRow, col(NoticeChannelRow.id) == col(NoticeRow.channel_id))
            .where(
                col(NoticeRow.status) == "pending",
                col(NoticeRow.next_attempt_at) <= now,
                col(NoticeChannelRow.status) != "paused",
            )
            .order_by(col(NoticeRow.next_attempt_at))
            .limit(AT_ONCE)
            .with_for_update(of=NoticeRow, skip_locked=True)
        )
        async with self._engine.begin() as connection:
            rows = (await connection.execute(query)).all()
            if rows:
                await connection.execute(
                    update(NoticeRow)
                    .where(col(NoticeRow.id).in_([row.id for row in rows]))
                    .values(next_attempt_at=now + LEASE, attempts=col(NoticeRow.attempts) + 1)
                )
        return [
            Due(
                row.id, row.channel_id, row.channel, row.target, row.every_minutes, row.title, row.body, row.attempts + 1
            )
            for row in rows
        ]  # fmt: skip

    async def _send(self, due: Due) -> None:
        try:
            url = self._gateways.url(due.channel, self._seal.open(due.target))
        except SealError:
            log.error("an address cannot be opened: was the key changed?", channel=str(due.channel_id))
            sent = False
        else:
            sent = await asyncio.to_thread(send, url, due.title, due.body)
        NOTICES.labels(due.channel, "sent" if sent else "refused").inc()
        await self._record(due, sent=sent)

    async def _record(self, due: Due, *, sent: bool) -> None:
        now = self._clock()
        over = sent or due.attempt > len(RETRY_AFTER)
        values: dict[str, Any] = {"detail": None if sent else "refused"}
        if over:
            values |= {
                "status": "sent" if sent else "failed",
                "body": None,
                "next_attempt_at": None,
                "ended_at": now,
            }
        else:
            values["next_attempt_at"] = now + RETRY_AFTER[due.attempt - 1]
        async with self._engine.begin() as connection:
            await connection.execute(update(NoticeRow).where(col(NoticeRow.id) == due.id).values(**values))
            if over:
                await connection.execute(
                    update(NoticeChannelRow)
                    .where(col(NoticeChannelRow.id) == due.channel_id)
                    .values(due_at=next_due(now, due.every_minutes))
                )
        if over and not sent:
            log.warning("a notice was given up", channel=str(due.channel_id), kind=due.channel)


def send(url: str, title: str, body: str) -> bool:
    """One message by an `apprise` URL; whether the other side took it."""
    messenger = apprise.Apprise()
    if not messenger.add(url):
        raise ValueError("not a URL that apprise knows")
    return bool(messenger.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT))
