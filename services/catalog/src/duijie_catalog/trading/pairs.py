"""The two orders that a deal, a decline or a pin is about."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.service.errors import not_found

if TYPE_CHECKING:
    from duijie_shared.posting.fields import Fields

    from duijie_catalog.domain.order import Order
    from duijie_catalog.unit_of_work import UnitOfWork


def locked_pair(
    uow: UnitOfWork, offer_id: UUID, demand_id: UUID, *, lock: bool = True
) -> tuple[Order, Order]:
    """Both orders, locked in the order of their ids; 404 where one is not there or on the wrong side."""
    if lock:
        found = uow.orders.locked([offer_id, demand_id])
        offer, demand = found.get(offer_id), found.get(demand_id)
    else:
        offer, demand = uow.orders.get(offer_id), uow.orders.get(demand_id)
    if offer is None or demand is None or (offer.terms.side, demand.terms.side) != ("offer", "demand"):
        raise not_found()
    return offer, demand


def id_of(read: Fields, name: str) -> UUID | None:
    """A field that names an object; refused under its name where it is no UUID."""
    text = read.text(name)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        read.refuse(name, "not-an-id", "应为 UUID", "must be a UUID")
        return None
