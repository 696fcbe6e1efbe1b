"""The history of a party's verification: lines are added, never changed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.verification import Step
from duijie_catalog.parties.attestations import actor_in
from duijie_catalog.tables import PartyStepRow

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlmodel import Session

    from duijie_catalog.domain.party import Party
    from duijie_catalog.domain.verification import Action, Actor


def add(
    session: Session,
    actor: Actor,
    before: Party | None,
    after: Party,
    action: Action,
    now: dt.datetime,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
) -> None:
    """Note that a party came from one status to another."""
    step = Step(
        party_id=after.id,
        party_version=after.version,
        at=now,
        actor=actor,
        action=action,
        from_status=before.status if before else None,
        to_status=after.status,
        reasons=reasons,
        note=note,
    )
    bulk.insert(session, PartyStepRow, [dataclasses.asdict(step)])


def of_party(session: Session, party_id: UUID) -> list[Step]:
    """All lines of a party, oldest first."""
    query = select(PartyStepRow).where(PartyStepRow.party_id == party_id)
    return [_step(row) for row in session.exec(query.order_by(col(PartyStepRow.id)))]


def _step(row: PartyStepRow) -> Step:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(Step)}
    return Step(**(values | {"actor": actor_in(row.actor), "reasons": tuple(row.reasons)}))
