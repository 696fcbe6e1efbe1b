"""Who was shown what is private of a party: every such answer leaves a row in the transaction that gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.tables import RevealRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from duijie_catalog.unit_of_work import UnitOfWork

PrivateField = Literal["contact", "latitude", "longitude", "reserve_price", "area", "note"]
"""What nobody but its owner reads without a reveal."""

Reason = Literal["deal", "dispute", "verification", "support", "authority"]
"""`deal`: both sides accepted. The others are what staff may name: a dispute over a deal, checking an application,
help that was asked for, an order of an authority.
"""
STAFF_REASONS: tuple[Reason, ...] = ("dispute", "verification", "support", "authority")


def note_reveal(
    uow: UnitOfWork,
    *,
    party_id: UUID,
    fields: Sequence[PrivateField],
    reason: Reason,
    now: dt.datetime,
    to_party: UUID | None = None,
    to_role: str | None = None,
    to_key: UUID | None = None,
    object_id: UUID | None = None,
) -> None:
    """Note that `party_id`'s `fields` are being shown to a party, or to someone of a role who shows a key.

    `object_id` is what it was about (the deal, the party). Nothing is noted where no field is shown.

    Raises
    ------
    ValueError
        Unless exactly one of `to_party` and `to_role` is given.
    """
    if (to_party is None) == (to_role is None):
        raise ValueError("a reveal is to one party or to one role")
    if not fields:
        return
    row = {
        "party_id": party_id,
        "to_party": to_party,
        "to_role": to_role,
        "to_key": to_key,
        "fields": sorted(fields),
        "reason": reason,
        "object_id": object_id,
        "correlation_id": uow.correlation_id,
        "revealed_at": now,
    }
    bulk.insert(uow.session, RevealRow, [row])


def reveals_of(uow: UnitOfWork, party_id: UUID, *, after: int, limit: int) -> Sequence[RevealRow]:
    """What was revealed of a party, oldest first, from behind the row `after`."""
    query = (
        select(RevealRow)
        .where(RevealRow.party_id == party_id, col(RevealRow.id) > after)
        .order_by(col(RevealRow.id))
        .limit(limit)
    )
    return list(uow.session.exec(query))
