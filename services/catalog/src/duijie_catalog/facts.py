"""The facts that go into the snapshots of orders, read in the transaction that stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_catalog.domain.facts import Facts
from duijie_catalog.parties import attestations
from duijie_catalog.reference.designation_facts import designations_on

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlmodel import Session

    from duijie_catalog.domain.order import Order


def facts_of(session: Session, orders: Sequence[Order], on: dt.date) -> dict[UUID, Facts]:
    """The facts of every order on that day (Asia/Shanghai), by its id."""
    standings = attestations.standings(session, {order.party_id for order in orders})
    designations = designations_on(session, on)
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
