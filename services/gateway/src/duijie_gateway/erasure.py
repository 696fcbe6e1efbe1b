"""A party that is taken off its topic was erased: its keys end with it, and what they were called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import col

from duijie_gateway.domain.keys import KEYS_CHANGED
from duijie_gateway.notice_tables import NoticeChannelRow
from duijie_gateway.tables import KeyRow, SavedFeedRow, SessionRow
from duijie_gateway.webhook_tables import EndpointRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from duijie_gateway.decoding import Event


def end_keys_of_erased(connection: Connection, events: Sequence[Event], now: dt.datetime) -> None:
    """Revoke the keys of parties whose tombstone is among `events`, end their sessions, forget the keys' labels,
    the saved feeds, the webhooks and the notice channels.

    Done again, in a replay, it changes nothing.
    """
    erased = [event.key for event in events if event.topic == "parties-v1" and event.body is None]
    if not erased:
        return
    theirs = col(KeyRow.party_id).in_(erased)
    connection.execute(
        delete(SessionRow).where(col(SessionRow.key_id).in_(select(col(KeyRow.id)).where(theirs)))
    )
    change = (
        update(KeyRow)
        .where(theirs, or_(col(KeyRow.revoked_at).is_(None), col(KeyRow.label) != ""))
        .values(revoked_at=func.coalesce(col(KeyRow.revoked_at), now), label="")
    )
    connection.execute(delete(SavedFeedRow).where(col(SavedFeedRow.party).in_(erased)))
    connection.execute(delete(NoticeChannelRow).where(col(NoticeChannelRow.party_id).in_(erased)))
    connection.execute(delete(EndpointRow).where(col(EndpointRow.party_id).in_(erased)))
    if connection.execute(change).rowcount:
        connection.exec_driver_sql(f"NOTIFY {KEYS_CHANGED}")
