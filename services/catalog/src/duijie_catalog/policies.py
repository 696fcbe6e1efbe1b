"""The policy in force, and its first version."""

from __future__ import annotations

import datetime as dt

from duijie_shared.events.policy import Policy
from sqlmodel import col, select

from duijie_catalog import bulk, outbox
from duijie_catalog.tables import PolicyRow
from duijie_catalog.unit_of_work import UnitOfWork


def current(uow: UnitOfWork) -> Policy:
    """The newest version."""
    newest = select(PolicyRow).order_by(col(PolicyRow.version).desc()).limit(1)
    return Policy.model_validate(uow.session.exec(newest).one().body)


def seed(uow: UnitOfWork, now: dt.datetime) -> None:
    """Put version 1, all defaults, in force where there is no policy yet, and publish it."""
    uow.lock("policies")
    if uow.session.exec(select(PolicyRow.version).limit(1)).first() is None:
        first = Policy()
        row = {"version": first.version, "body": first.model_dump(mode="json"), "created_at": now}
        bulk.insert(uow.session, PolicyRow, [row])
        uow.publish([outbox.policy(first)], now)
