"""Demands for a category and their children are stored together: whichever changes, the others follow.

Who locks one has locked its whole family (`repository.Orders.locked`), parents first, so that no two transactions
wait for each other. In one transaction children of one family are stored together, or read again in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.service.errors import Refusal

from duijie_catalog.domain.category import child_of, following, is_parent, missing, sharing
from duijie_catalog.domain.order import Order

if TYPE_CHECKING:
    from duijie_catalog.domain.capacity import Capacity
    from duijie_catalog.unit_of_work import UnitOfWork


def completed(uow: UnitOfWork, orders: Sequence[Order], now: dt.datetime) -> list[Order]:
    """The orders, and with each parent or child among them those of its family that change with it."""
    parents = {order.id: order for order in orders if is_parent(order)}
    changed: dict[UUID, list[Order]] = {}
    for order in orders:
        if order.parent_id is not None and order.parent_id not in parents:
            changed.setdefault(order.parent_id, []).append(order)
    if not parents and not changed:
        return list(orders)
    stored = {order.id: order for order in orders}
    families = uow.orders.families([*parents, *changed])
    for parent in parents.values():
        children = [child for child in families.get(parent.id, []) if child.parent_id is not None]
        for each in _followers(uow, parent, children):
            stored.setdefault(each.id, each)
    for parent_id, after in changed.items():
        family = families[parent_id]
        before = [child for child in family if child.parent_id is not None]
        (parent,) = (order for order in family if order.parent_id is None)
        stored |= {each.id: each for each in sharing(parent, before, after, now)}
    return list(stored.values())


def must_be_whole(order: Order | Capacity) -> None:
    """409 for the child of a demand for a category: it changes with its parent alone."""
    if isinstance(order, Order) and order.parent_id is not None:
        raise Refusal(
            409,
            "child-of-category",
            f"属于品类需求 {order.parent_id}, 请修改或撤回该需求",
            f"It is part of the demand for a category {order.parent_id}; amend or withdraw that one",
        )


def _followers(uow: UnitOfWork, parent: Order, children: Sequence[Order]) -> list[Order]:
    followers = []
    for child in children:
        followed = following(parent, child)
        if followed is not child:
            followers.append(followed)
    new = missing(parent, (child.id for child in children))
    places = uow.sequences(len(new)) if new else []
    return followers + [child_of(parent, product, place) for product, place in zip(new, places, strict=True)]
