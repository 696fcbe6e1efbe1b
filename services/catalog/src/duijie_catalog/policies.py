"""The policy in force, how it is changed, and every version it has had."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.events.policy import Policy
from duijie_shared.policy_knobs import KnobChange, changes
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.errors import StaleVersionError
from duijie_catalog.outgoing import outbox
from duijie_catalog.tables import PolicyRow
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_catalog.handlers import Caller

LOCK = "policies"
"""Held by whoever makes a version, so that of two changes at once the second sees the first."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it was stored, and what it changed of the one before."""

    row: PolicyRow
    policy: Policy
    changes: tuple[KnobChange, ...]


def current(uow: UnitOfWork) -> Policy:
    """The newest version."""
    newest = select(PolicyRow).order_by(col(PolicyRow.version).desc()).limit(1)
    return Policy.model_validate(uow.session.exec(newest).one().body)


def locked(uow: UnitOfWork, expected: int) -> Policy:
    """The newest version, which stays the newest until the transaction ends.

    Raises
    ------
    StaleVersionError
        Where it is not the `expected` one.
    """
    uow.lock(LOCK)
    found = current(uow)
    if found.version != expected:
        raise StaleVersionError(found.version)
    return found


def replace(
    uow: UnitOfWork, old: Policy, wanted: Policy, caller: Caller, reason: str, now: dt.datetime
) -> Policy:
    """Put `wanted` in force after `old`, which is `locked`, and publish it; `old` where they are alike."""
    if not changes(old, wanted):
        return old
    new = wanted.model_copy(update={"version": old.version + 1})
    row = {
        "version": new.version,
        "body": new.model_dump(mode="json"),
        "created_at": now,
        "by_role": caller.role,
        "by_key": caller.key_id,
        "by_label": caller.label,
        "reason": reason,
    }
    bulk.insert(uow.session, PolicyRow, [row])
    uow.publish([outbox.policy(new)], now)
    return new


def versions(uow: UnitOfWork, before: int | None, limit: int) -> list[Version]:
    """Up to `limit` versions below `before`, newest first."""
    query = select(PolicyRow).order_by(col(PolicyRow.version).desc()).limit(limit + 1)
    if before is not None:
        query = query.where(PolicyRow.version < before)
    rows = uow.session.exec(query).all()
    read = [(row, Policy.model_validate(row.body)) for row in rows]
    earlier = [policy for _, policy in read[1:]]
    found = []
    for place, (row, policy) in enumerate(read[:limit]):
        # The first version changed nothing: nothing came before it.
        old = earlier[place] if place < len(earlier) else policy
        found.append(Version(row, policy, changes(old, policy)))
    return found


def seed(uow: UnitOfWork, now: dt.datetime) -> None:
    """Put version 1, all defaults, in force where there is no policy yet, and publish it."""
    uow.lock(LOCK)
    if uow.session.exec(select(PolicyRow.version).limit(1)).first() is None:
        first = Policy()
        row = {"version": first.version, "body": first.model_dump(mode="json"), "created_at": now}
        bulk.insert(uow.session, PolicyRow, [row])
        uow.publish([outbox.policy(first)], now)
