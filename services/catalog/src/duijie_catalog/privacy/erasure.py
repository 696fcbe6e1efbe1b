"""Deleting a person's data on request, in one transaction: rows are redacted, what waits to be sent is dropped, and
the topics get the redacted snapshots and then tombstones (`docs/decisions/0007-erasure.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from duijie_shared.service.errors import Refusal, not_found
from sqlalchemy import text
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.erasure import erased_capacity, erased_order, erased_party
from duijie_catalog.files.imports import pending
from duijie_catalog.outgoing import outbox
from duijie_catalog.privacy.erasure_rows import forget_traces
from duijie_catalog.tables import CapacityRow, ErasureRow, OrderRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from duijie_catalog.domain.party import Party
    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork

BATCH = 500

Reason = Literal["own-request", "consent-withdrawn", "purpose-ended", "unlawful"]
"""The grounds of article 47 of the Personal Information Protection Law, as codes: no free text, no personal data."""
REASONS: tuple[Reason, ...] = ("own-request", "consent-withdrawn", "purpose-ended", "unlawful")


@dataclass(frozen=True)
class Counts:
    """How many rows an erasure redacted or dropped."""

    orders: int
    capacities: int
    traces: int


def request(uow: UnitOfWork, caller: Caller, party_id: UUID, now: dt.datetime) -> None:
    """Note that the party asks for its data to be deleted; asked again before it is done, nothing is added."""
    party = uow.parties.get(party_id, lock=True)
    if party is None:
        raise not_found()
    if party.status != "erased" and not any(row.event == "requested" for row in history(uow, party_id)):
        _note(uow, caller, party_id, "requested", "own-request", None, now)


def erase(uow: UnitOfWork, caller: Caller, party_id: UUID, reason: Reason, now: dt.datetime) -> Counts:
    """Delete what is personal of a party; done again, it finds what has come since and otherwise changes nothing.

    Raises
    ------
    Refusal
        404 for no party; 409 while an import is being worked off, whose file may hold the same data.
    """
    if not uow.try_lock("imports") or pending(uow.session):
        raise Refusal(
            409,
            "import-under-way",
            "有导入正在处理, 完成后再删除",
            "An import is being worked off; delete when it is done",
            headers={"Retry-After": "5"},
        )
    # From here on nobody posts for the party: posting takes a lock on its row and looks at its status.
    party = uow.parties.get(party_id, lock=True)
    if party is None:
        raise not_found()
    fresh = party.status != "erased"
    traces = forget_traces(uow, party, now)
    counts = Counts(_orders(uow, party_id, now), _capacities(uow, party_id, now), traces)
    if fresh:
        _party(uow, party, now)
    if fresh or counts.orders or counts.capacities:
        _note(uow, caller, party_id, "done", reason, counts, now)
    return counts


def history(uow: UnitOfWork, party_id: UUID) -> Sequence[ErasureRow]:
    """What was asked and done, oldest first."""
    query = select(ErasureRow).where(ErasureRow.party_id == party_id).order_by(col(ErasureRow.id))
    return list(uow.session.exec(query))


def _party(uow: UnitOfWork, party: Party, now: dt.datetime) -> None:
    _drop_pending(uow, [party.id])
    erased = erased_party(party, now)
    uow.store([erased], now)
    uow.publish([outbox.party_tombstone(erased)], now)


def _orders(uow: UnitOfWork, party_id: UUID, now: dt.datetime) -> int:
    return _postings(uow, uow.orders, OrderRow, erased_order, party_id, now)


def _capacities(uow: UnitOfWork, party_id: UUID, now: dt.datetime) -> int:
    return _postings(uow, uow.capacities, CapacityRow, erased_capacity, party_id, now)


def _postings(
    uow: UnitOfWork,
    repository: Any,
    table: type[OrderRow | CapacityRow],
    erased: Any,
    party_id: UUID,
    now: dt.datetime,
) -> int:
    query = select(table.id).where(table.party_id == party_id)
    if table is OrderRow:
        # Children of a demand for a category first: they would follow a parent of an earlier batch, unnoticed here.
        query = query.order_by(col(OrderRow.parent_id).is_(None))
    ids = list(uow.session.exec(query.order_by(col(table.id))))
    changed = 0
    for start in range(0, len(ids), BATCH):
        known = repository.locked(ids[start : start + BATCH]).values()
        after = [made for each in known if (made := erased(each, now)) is not each]
        if not after:
            continue
        _drop_pending(uow, [each.id for each in after])
        uow.store(after, now)
        uow.publish(outbox.tombstones(after), now)
        repository.mark_tombstoned([each.id for each in after], now)
        changed += len(after)
    return changed


def _drop_pending(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Records that wait to be sent hold the old values; the tombstone that follows ends all of them alike."""
    uow.session.execute(
        text("DELETE FROM outbox WHERE aggregate_id = ANY(:ids)"), {"ids": [str(id_) for id_ in ids]}
    )


def _note(
    uow: UnitOfWork,
    caller: Caller,
    party_id: UUID,
    event: str,
    reason: Reason,
    counts: Counts | None,
    now: dt.datetime,
) -> None:
    row = {
        "party_id": party_id,
        "event": event,
        "reason": reason,
        "by_role": caller.role,
        "by_key": caller.key_id,
        "counts": {} if counts is None else vars(counts),
        "correlation_id": uow.correlation_id,
        "at": now,
    }
    bulk.insert(uow.session, ErasureRow, [row])
