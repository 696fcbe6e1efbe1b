"""The facts that go into the snapshots of orders, read in the transaction that stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from duijie_catalog.domain.facts import Facts
from duijie_catalog.parties import attestations
from duijie_catalog.reference.designation_facts import STATE, designations_on
from duijie_catalog.tables import AttestationRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Container, Sequence
    from uuid import UUID

    from sqlalchemy import Table
    from sqlmodel import Session

    from duijie_catalog.domain.order import Order


_RECORD: Table = AttestationRow.__table__  # type: ignore[attr-defined]


def facts_of(
    session: Session, orders: Sequence[Order], on: dt.date, approved: Container[UUID] = ()
) -> dict[UUID, Facts]:
    """The facts of every order on that day (Asia/Shanghai), by its id.

    `approved` are parties that this transaction has locked in an earlier statement and found so.
    """
    statuses = attestations.locked(session, {order.party_id for order in orders}, approved)
    # Both in one statement, on the way of every post: the state of the lists, and after it the records, if any.
    records = STATE.outerjoin(_RECORD, attestations.of_any(statuses))
    # Plain rows on the plain connection: a post makes no entities of what it only reads.
    query = select(STATE.c.revision, STATE.c.on_day, *_RECORD.c).select_from(records)
    rows = session.connection().execute(query).all()
    standings = attestations.standings_of(statuses, (row for row in rows if row.id is not None))
    designations = designations_on(session, rows[0].revision, rows[0].on_day, on)
    return {order.id: _facts(order, standings[order.party_id], designations, on) for order in orders}


def _facts(
    order: Order,
    standing: attestations.Standing,
    designations: Callable[[str], tuple[str, ...]],
    on: dt.date,
) -> Facts:
    county = order.terms.county
    evidence, certificates = attestations.attested(order, standing, on)
    return Facts(
        designations=designations(county) if county else (),
        evidence=evidence,
        certificates=certificates,
        barred=standing.status == "suspended",
    )
