"""Demands for a category: a parent that nobody trades with, and a child in every market that may serve it.

All children ask for the parent's quantity, in their own market; what a hold or deal takes of one is taken of all. So a
child's `remaining` is what remains of the shared quantity, its `held` what is held of itself, the parent's `held` the
sum of them; and a child is reserved or closed when the parent is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from duijie_shared.posting.categories import products_of, terms_for
from duijie_shared.taxonomy import Product

from duijie_catalog.domain.errors import ShortError
from duijie_catalog.domain.order import Order, status_of

ENDED = frozenset({"draft", "withdrawn", "expired"})
"""Statuses that do not follow from what is left."""


def is_parent(order: Order) -> bool:
    """Whether it is a demand for a category: it stands on no topic, its children do."""
    return bool(products_of(order.terms.market))


def child_id(parent_id: UUID, product: str) -> UUID:
    """The id of the child for a product, always the same."""
    return uuid5(parent_id, product)


def missing(parent: Order, there: Iterable[UUID]) -> list[Product]:
    """The products that the parent asks for and that have no child yet; none as long as it is a draft."""
    known = set(there)
    products = products_of(parent.terms.market) if parent.published else ()
    return [product for product in products if child_id(parent.id, product.slug) not in known]


def child_of(parent: Order, product: Product, sequence: int) -> Order:
    """The first version of a child, as its parent stands now."""
    return replace(
        parent,
        id=child_id(parent.id, product.slug),
        sequence=sequence,
        version=1,
        terms=terms_for(product, parent.terms),
        held=0,
        parent_id=parent.id,
        created_at=parent.updated_at,
    )


def following(parent: Order, child: Order) -> Order:
    """The child after a change of its parent: the same terms, status and quantity left; itself if nothing is new."""
    followed = replace(
        child,
        terms=replace(parent.terms, product=child.terms.product, market=child.terms.market),
        remaining=parent.remaining,
        status=parent.status,
        closed_at=parent.closed_at,
    )
    return child if followed == child else _newer(followed, parent.updated_at)


def sharing(parent: Order, before: Sequence[Order], after: Sequence[Order], now: dt.datetime) -> list[Order]:
    """The parent and all its children, after some of them (`after`) have changed what is left of them.

    `before` has all children as they stood. Those that nothing is new of are left out; those of `after` keep their
    version.

    Raises
    ------
    ShortError
        When together they take more than remains.
    """
    stood = {child.id: child for child in before}
    changed = {child.id: child for child in after}
    remaining = parent.remaining + sum(
        child.remaining - stood[id_].remaining for id_, child in changed.items()
    )
    if remaining < 0:
        raise ShortError(parent.remaining)
    held = sum(changed.get(id_, child).held for id_, child in stood.items())
    shared = _at(replace(parent, held=held), remaining, held, now)
    family = [] if shared == parent else [_newer(shared, now)]
    for id_, child in stood.items():
        if id_ in changed:
            family.append(_at(changed[id_], remaining, held, now))
        elif (followed := _at(child, remaining, held, now)) != child:
            family.append(_newer(followed, now))
    return family


def _at(order: Order, remaining: int, held: int, now: dt.datetime) -> Order:
    """The order with so much left of the shared quantity, and so much of that held by all children together."""
    if order.status in ENDED:
        return replace(order, remaining=remaining)
    status = status_of(order.terms.quantity, remaining, held)
    closed_at = (order.closed_at or now) if status == "closed" else None
    return replace(order, remaining=remaining, status=status, closed_at=closed_at)


def _newer(order: Order, now: dt.datetime) -> Order:
    return replace(order, version=order.version + 1, updated_at=now)
