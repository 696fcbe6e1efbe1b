"""What is due to whom, under leases: two senders never work on one endpoint, and a killed one loses nothing.

An attempt is stored after it was made. A sender that dies between the two leaves a lease behind that ends by itself; the
message is then sent again, under the same id.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlmodel import col

from duijie_gateway.domain.retries import MAX_RETRY_AFTER, Outcome, gives_up, next_attempt
from duijie_gateway.repository.keys import holds
from duijie_gateway.tables import KeyRow
from duijie_gateway.webhook_tables import AttemptRow, EndpointRow, MessageRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from duijie_gateway.webhooks.transport import Answer

LEASE = dt.timedelta(seconds=30)
"""Twice what an attempt may take; so long the endpoints of a killed sender wait."""
SLOW_MS = 2_000
HOLDS = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 30, 60, 120, 300))
"""How long a failing endpoint is left alone after its first failure in a row, its second and so on."""
OUTAGE = 2
"""Failures in a row after which everything that waits is sent at once when the target takes something again."""

GONE, FAILING = "gone", "failing"
"""Why an endpoint was disabled: it answered 410, or took nothing for `retries.GIVE_UP_AFTER`."""

Lane = Literal["healthy", "troubled"]
Result = Literal["delivered", "failed", "exhausted", "disabled", "lost"]


@dataclass(frozen=True, slots=True)
class Claim:
    """An endpoint that this sender may work on while its row holds this lease; secrets are sealed."""

    id: UUID
    lease: UUID
    url: str
    secret: str
    previous_secret: str | None
    previous_until: dt.datetime | None
    lane: Lane

    def sealed_secrets(self, now: dt.datetime) -> list[str]:
        """The sealed secrets in force, the newest first."""
        previous = self.previous_secret
        if previous is None or self.previous_until is None or self.previous_until <= now:
            return [self.secret]
        return [self.secret, previous]


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose time has come. `attempts` were made of it."""

    id: str
    sequence: int | None
    type: str
    body: str
    attempts: int


class Queue:
    """The sender's view of the tables."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, lane: Lane, limit: int, now: dt.datetime) -> list[Claim]:
        """Lease up to `limit` endpoints of a lane that have something due, those that waited longest first."""
        if limit <= 0:
            return []
        troubled = or_(col(EndpointRow.failures) > 0, col(EndpointRow.last_ms) >= SLOW_MS)
        due = (
            select(col(EndpointRow.id))
            .where(
                col(EndpointRow.status) == "active",
                col(EndpointRow.pending) > 0,
                troubled if lane == "troubled" else ~troubled,
                _over(EndpointRow.leased_until, now),
                _over(EndpointRow.not_before, now),
                _live_owner(now),
                exists().where(
                    col(MessageRow.endpoint_id) == col(EndpointRow.id),
                    col(MessageRow.status) == "pending",
                    col(MessageRow.next_attempt_at) <= now,
                ),
            )
            .order_by(col(EndpointRow.leased_until).nulls_first(), col(EndpointRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True, of=EndpointRow)
        )
        lease = uuid4()
        async with self._engine.begin() as connection:
            ids = list((await connection.execute(due)).scalars())
            if not ids:
                return []
            change = (
                update(EndpointRow)
                .where(col(EndpointRow.id).in_(ids))
                .values(lease=lease, leased_until=now + LEASE)
                .returning(*_CLAIMED)
            )
            rows = (await connection.execute(change)).mappings().all()
        return [Claim(lease=lease, lane=lane, **row) for row in rows]

    async def due(self, claim: Claim, now: dt.datetime) -> Due | None:
        """The next message for a leased endpoint, lowest sequence first, and the lease renewed; None when none is due
        or the lease is another's.
        """
        async with self._engine.begin() as connection:
            renewed = await connection.execute(
                update(EndpointRow)
                .where(*_held(claim), col(EndpointRow.status) == "active")
                .values(leased_until=now + LEASE)
            )
            if not renewed.rowcount:
                return None
            row = (
                await connection.execute(
                    select(
                        col(MessageRow.id),
                        col(MessageRow.sequence),
                        col(MessageRow.type),
                        col(MessageRow.body),
                        col(MessageRow.attempts),
                    )
                    .where(
                        col(MessageRow.endpoint_id) == claim.id,
                        col(MessageRow.status) == "pending",
                        col(MessageRow.next_attempt_at) <= now,
                    )
                    .order_by(col(MessageRow.sequence).nulls_first(), col(MessageRow.id))
                    .limit(1)
                )
            ).one_or_none()
        return None if row is None else Due(*cast("Any", row))

    async def record(
        self, claim: Claim, due: Due, answer: Answer, at: dt.datetime, now: dt.datetime, chance: float
    ) -> Result:
        """Store what an attempt begun `at` came to, and what follows from it. `lost`: the lease was another's by then."""
        outcome = answer.outcome
        again = (
            None
            if outcome.delivered or outcome.gone
            else next_attempt(due.attempts + 1, now, chance, outcome.retry_after)
        )
        # A message that met a 410 waits on: whoever resumes the endpoint gets it.
        over = outcome.delivered or (again is None and not outcome.gone)
        values: dict[str, object] = {"last_ms": answer.duration_ms}
        if over:
            values["pending"] = col(EndpointRow.pending) - 1
        async with self._engine.begin() as connection:
            held = (
                await connection.execute(
                    select(col(EndpointRow.failures), col(EndpointRow.failing_since))
                    .where(*_held(claim))
                    .with_for_update()
                )
            ).one_or_none()
            if held is None:
                return "lost"
            failures, failing_since = held
            await _store_attempt(connection, claim, due, answer, at, again)
            await _store_message(connection, due, outcome, again or now, over=over)
            if outcome.delivered:
                values |= {"failures": 0, "failing_since": None, "not_before": None}
                if failures >= OUTAGE:
                    await _send_all_that_waits(connection, claim.id, now)
            else:
                values |= _failed(failures, failing_since or now, outcome, now)
            await connection.execute(
                update(EndpointRow).where(col(EndpointRow.id) == claim.id).values(**values)
            )
        if outcome.delivered:
            return "delivered"
        if "status" in values:
            return "disabled"
        return "exhausted" if over else "failed"

    async def release(self, claim: Claim, now: dt.datetime) -> None:
        """Give a lease back; `leased_until` stays as when it was last worked on."""
        async with self._engine.begin() as connection:
            await connection.execute(
                update(EndpointRow).where(*_held(claim)).values(lease=None, leased_until=now)
            )

    async def backlog(self) -> int:
        """Messages that wait for endpoints that are active."""
        query = select(func.coalesce(func.sum(col(EndpointRow.pending)), 0)).where(
            col(EndpointRow.status) == "active"
        )
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())


def _failed(failures: int, since: dt.datetime, outcome: Outcome, now: dt.datetime) -> dict[str, object]:
    """What a failure does to the endpoint: it is left alone for a while, or for good."""
    hold = HOLDS[min(failures, len(HOLDS) - 1)]
    if outcome.retry_after is not None:
        hold = max(hold, min(outcome.retry_after, MAX_RETRY_AFTER))
    values: dict[str, object] = {
        "failures": failures + 1,
        "failing_since": since,
        "not_before": now + hold,
    }
    if outcome.gone or gives_up(since, now):
        reason = GONE if outcome.gone else FAILING
        values |= {"status": "disabled", "disabled_reason": reason, "disabled_at": now}
    return values


async def _store_attempt(
    connection: AsyncConnection,
    claim: Claim,
    due: Due,
    answer: Answer,
    at: dt.datetime,
    again: dt.datetime | None,
) -> None:
    await connection.execute(
        insert(AttemptRow).values(
            endpoint_id=claim.id,
            message_id=due.id,
            sequence=due.sequence,
            type=due.type,
            attempt=due.attempts + 1,
            at=at,
            duration_ms=answer.duration_ms,
            status=answer.outcome.status,
            error=answer.outcome.error,
            answer=answer.text,
            next_attempt_at=again,
        )
    )


async def _store_message(
    connection: AsyncConnection, due: Due, outcome: Outcome, again: dt.datetime, *, over: bool
) -> None:
    values: dict[str, object] = {"attempts": due.attempts + 1, "next_attempt_at": again}
    if over:
        values |= {
            "status": "delivered" if outcome.delivered else "failed",
            "next_attempt_at": None,
            "body": None,
        }
    await connection.execute(update(MessageRow).where(col(MessageRow.id) == due.id).values(**values))


async def _send_all_that_waits(connection: AsyncConnection, endpoint: UUID, now: dt.datetime) -> None:
    await connection.execute(
        update(MessageRow)
        .where(
            col(MessageRow.endpoint_id) == endpoint,
            col(MessageRow.status) == "pending",
            col(MessageRow.next_attempt_at) > now,
        )
        .values(next_attempt_at=now)
    )


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return col(EndpointRow.id) == claim.id, col(EndpointRow.lease) == claim.lease


def _over(column: Any, now: dt.datetime) -> ColumnElement[bool]:
    return or_(col(column).is_(None), col(column) <= now)


def _live_owner(now: dt.datetime) -> ColumnElement[bool]:
    """An operator's webhook ends with the key that made it, a party's with the last key of the party."""
    return exists().where(
        holds(now),
        or_(
            and_(col(EndpointRow.party_id).is_(None), col(KeyRow.id) == col(EndpointRow.key_id)),
            col(KeyRow.party_id) == col(EndpointRow.party_id),
        ),
    )


_CLAIMED = tuple(
    col(getattr(EndpointRow, name)) for name in ("id", "url", "secret", "previous_secret", "previous_until")
)
