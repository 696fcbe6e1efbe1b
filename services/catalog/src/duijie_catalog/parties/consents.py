"""Consents in their table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.consents import Consent
from duijie_catalog.parties.attestations import actor_in, actor_out
from duijie_catalog.tables import ConsentRow

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlmodel import Session
    from sqlmodel.sql.expression import SelectOfScalar

    from duijie_catalog.domain.consents import Act


def add(session: Session, consent: Consent) -> None:
    """Keep a new consent."""
    bulk.insert(session, ConsentRow, [dataclasses.asdict(consent)])


def of_party(session: Session, party_id: UUID) -> list[Consent]:
    """Those that a party gave and those given to it, newest first, revoked ones too."""
    mine = or_(col(ConsentRow.party_id) == party_id, col(ConsentRow.site_id) == party_id)
    query = select(ConsentRow).where(mine)
    return _read(session, query.order_by(col(ConsentRow.created_at).desc(), col(ConsentRow.id)))


def get(session: Session, consent_id: UUID) -> Consent | None:
    """One consent, locked until the transaction ends."""
    query = select(ConsentRow).where(ConsentRow.id == consent_id).with_for_update()
    found = _read(session, query)
    return found[0] if found else None


def save_revocation(session: Session, consent: Consent) -> None:
    """Keep that a consent is taken back."""
    by = consent.revoked_by and actor_out(consent.revoked_by)
    changed = update(ConsentRow).where(col(ConsentRow.id) == consent.id)
    session.execute(changed.values(revoked_at=consent.revoked_at, revoked_by=by))


def allowing(session: Session, party_id: UUID, site_id: UUID, act: Act | None, on: dt.date) -> bool:
    """Whether a consent of the party lets the site do this (None: anything) on that day.

    The consents stay as they are until the transaction ends.
    """
    query = select(ConsentRow).where(ConsentRow.party_id == party_id, ConsentRow.site_id == site_id)
    standing = _read(session, query.with_for_update(read=True))
    return any(each.stands(on) if act is None else each.allows(act, on) for each in standing)


def principals(session: Session, site_id: UUID, on: dt.date) -> list[UUID]:
    """The parties for which the site may act on that day."""
    query = select(ConsentRow).where(ConsentRow.site_id == site_id)
    return sorted({each.party_id for each in _read(session, query) if each.stands(on)})


def _read(session: Session, query: SelectOfScalar[Any]) -> list[Consent]:
    rows = session.exec(query.execution_options(populate_existing=True))
    return [_consent(row) for row in rows]


def _consent(row: ConsentRow) -> Consent:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(Consent)}
    values["scope"] = tuple(row.scope)
    values["created_by"] = actor_in(row.created_by)
    values["revoked_by"] = actor_in(row.revoked_by) if row.revoked_by else None
    return Consent(**values)
