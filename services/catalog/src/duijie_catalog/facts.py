"""The facts that go into the snapshots of orders, read in the transaction that stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.geography import designations

from duijie_catalog.domain.facts import Facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from sqlmodel import Session

    from duijie_catalog.domain.order import Order


def facts_of(_session: Session, orders: Sequence[Order], on: dt.date) -> dict[UUID, Facts]:
    """The facts of every order on that day (Asia/Shanghai), by its id."""
    return {order.id: _facts(order, on) for order in orders}


def _facts(order: Order, on: dt.date) -> Facts:
    county = order.terms.county
    return Facts(
        designations=designations().of(county, on) if county else (),
        evidence=order.terms.evidence,
        certificates=order.terms.certificates,
    )
