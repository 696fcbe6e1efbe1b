"""Records of evidence and certificates in their table, and what they say of orders."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from duijie_shared.taxonomy import taxonomy
from sqlalchemy import ARRAY, Uuid, any_, literal, update
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.evidence import Attestation, AttestationKind, certificates_of, level_of
from duijie_catalog.domain.verification import Actor
from duijie_catalog.tables import AttestationRow, PartyRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Mapping

    from duijie_shared.events.base import EvidenceLevel
    from duijie_shared.events.parties import PartyStatus
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from duijie_catalog.domain.order import Order


@dataclass(frozen=True)
class Standing:
    """What is known of a party beside its own words."""

    status: PartyStatus
    records: tuple[Attestation, ...] = ()


def standings(session: Session, party_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """The standing of each party, which stays as it is until the transaction ends.

    The lock comes first, in a statement of its own: the records are then those of whoever held the party before.
    """
    statuses = locked(session, party_ids)
    query = select(AttestationRow).where(of_any(statuses))
    rows = session.exec(query.execution_options(populate_existing=True)).all()
    return standings_of(statuses, rows)


def standings_of(statuses: Mapping[UUID, str], rows: Iterable[Any]) -> dict[UUID, Standing]:
    """The standings of parties that are `locked`, with their rows, which were read after that."""
    records: dict[UUID, list[Attestation]] = {id_: [] for id_ in statuses}
    for row in rows:
        records[row.party_id].append(_record(row))
    return {
        id_: Standing(cast("PartyStatus", status), tuple(records[id_])) for id_, status in statuses.items()
    }


def barred(session: Session, party_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the parties that are suspended, each as it stays until the transaction ends."""
    statuses = locked(session, party_ids)
    return frozenset(id_ for id_, status in statuses.items() if status == "suspended")


def locked(session: Session, party_ids: Iterable[UUID], approved: Container[UUID] = ()) -> dict[UUID, str]:
    """The status of each party, which stays until the transaction ends; of the `approved` this one knows it already."""
    ids = set(party_ids)
    statuses = {id_: "approved" for id_ in ids if id_ in approved}
    if others := ids - statuses.keys():
        wanted = any_(literal(list(others), ARRAY(Uuid)))
        query = select(PartyRow.id, PartyRow.status).where(col(PartyRow.id) == wanted)
        statuses |= session.exec(query.order_by(col(PartyRow.id)).with_for_update(read=True)).all()
    return statuses


def of_any(party_ids: Iterable[UUID]) -> ColumnElement[bool]:
    """The condition that a row is one of theirs."""
    return col(AttestationRow.party_id) == any_(literal(list(party_ids), ARRAY(Uuid)))


def attested(order: Order, standing: Standing, on: dt.date) -> tuple[EvidenceLevel, tuple[str, ...]]:
    """Evidence level and certificates of an order on a day; a demand's are what it asks for."""
    terms = order.terms
    if terms.side == "demand":
        return terms.evidence, terms.certificates
    lineage = taxonomy().lineage(terms.product)
    return (
        level_of(standing.records, lineage, on),
        certificates_of(terms.certificates, standing.records, lineage, on),
    )


def of_party(session: Session, party_id: UUID, kind: AttestationKind | None = None) -> list[Attestation]:
    """All records of a party, newest first, revoked ones too."""
    query = select(AttestationRow).where(AttestationRow.party_id == party_id)
    if kind is not None:
        query = query.where(AttestationRow.kind == kind)
    newest = query.order_by(col(AttestationRow.created_at).desc(), col(AttestationRow.id))
    return [_record(row) for row in session.exec(newest)]


def add(session: Session, record: Attestation) -> None:
    """Keep a new record."""
    bulk.insert(session, AttestationRow, [dataclasses.asdict(record)])


def save_revocation(session: Session, record: Attestation) -> None:
    """Keep that a record is taken back."""
    by = record.revoked_by and actor_out(record.revoked_by)
    changed = update(AttestationRow).where(col(AttestationRow.id) == record.id)
    session.execute(changed.values(revoked_at=record.revoked_at, revoked_by=by))


def attested_parties(session: Session, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of parties with evidence on record for all their products, in order, from behind `after`."""
    query = (
        select(AttestationRow.party_id)
        .where(AttestationRow.kind == "evidence", col(AttestationRow.product).is_(None))
        .distinct()
        .order_by(col(AttestationRow.party_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(AttestationRow.party_id > after)
    return list(session.exec(query))


def actor_in(stored: dict[str, Any]) -> Actor:
    """The actor that a row holds."""
    party = stored.get("party_id")
    return Actor(
        UUID(stored["key_id"]),
        stored["role"],
        stored["county"],
        stored["label"],
        UUID(party) if party else None,
    )


def actor_out(actor: Actor) -> dict[str, Any]:
    """An actor as a row holds it."""
    return {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in dataclasses.asdict(actor).items()
    }


def _record(row: AttestationRow) -> Attestation:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(Attestation)}
    values["created_by"] = actor_in(row.created_by)
    values["revoked_by"] = actor_in(row.revoked_by) if row.revoked_by else None
    return Attestation(**values)
