"""The shared quantity of a demand for a category, whatever happens to its children."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from duijie_catalog.domain.category import child_of, following, is_parent, missing, sharing
from duijie_catalog.domain.errors import ClosedError, ShortError
from duijie_catalog.domain.order import Order
from duijie_shared.posting import PostingError
from duijie_shared.posting.categories import parse_any_demand
from hypothesis import given
from hypothesis import strategies as st
from postings import DEMAND, TODAY, a_demand

NOW = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
KG = 1_000
PARTY = UUID("00000000-0000-4000-8000-000000000001")

steps = st.lists(
    st.tuples(st.sampled_from(["hold", "release", "deal", "amend"]), st.integers(0, 4), st.integers(1, 12)),
    max_size=40,
)


def a_parent(quantity: int = 10, **post: Any) -> Order:
    """A demand for so many kg of any solanaceous vegetable: five children."""
    fields = DEMAND | {"product": "vegetables/solanaceous", "quantity": quantity, "unit": "kg"}
    terms = parse_any_demand(fields, source="json", today=TODAY)
    return Order.post(UUID(int=1), 1, PARTY, terms, NOW, **post)


def a_family(parent: Order) -> dict[UUID, Order]:
    """The parent with its children, by id."""
    children = [child_of(parent, product, number + 2) for number, product in enumerate(missing(parent, ()))]
    return {order.id: order for order in (parent, *children)}


def changed(family: dict[UUID, Order], child: Order) -> dict[UUID, Order]:
    """The family after one child was changed."""
    parent, *children = family.values()
    return family | {order.id: order for order in sharing(parent, children, [child], NOW)}


def amended(family: dict[UUID, Order], quantity: int) -> dict[UUID, Order]:
    """The family after the parent was amended."""
    parent, *children = family.values()
    after = parent.amend(replace(a_parent(quantity).terms), NOW)
    return family | {order.id: order for order in (after, *(following(after, child) for child in children))}


@given(steps)
def test_what_remains_is_one_number_for_all(history: list[tuple[str, int, int]]) -> None:
    """After any history: nothing is taken twice, statuses agree, versions rise by one with what was changed alone."""
    family = a_family(a_parent())
    dealt = dict.fromkeys(family, 0)
    for step, number, kg in history:
        before, (parent, *children) = family, family.values()
        child = children[number]
        try:
            family = (
                amended(family, kg)
                if step == "amend"
                else changed(family, getattr(child, step)(kg * KG, NOW))
            )
        except (ShortError, ClosedError, ValueError, PostingError):
            continue  # refused: nothing has changed
        if step == "deal":
            dealt[child.id] += kg * KG
        parent, *children = family.values()
        assert {each.remaining for each in children} == {parent.remaining}
        assert {each.status for each in children} == {parent.status}
        assert parent.held == sum(each.held for each in children)
        assert parent.dealt == sum(dealt.values())
        assert parent.remaining + parent.held + parent.dealt == parent.terms.quantity
        assert {each.terms.quantity for each in children} == {parent.terms.quantity}
        for id_, each in family.items():
            content = replace(each, version=0, updated_at=NOW)
            was = replace(before[id_], version=0, updated_at=NOW)
            assert each.version - before[id_].version == (content != was)


def test_children_are_the_demand_in_each_market() -> None:
    """The same quantity and price, each in a market of its own, under its parent."""
    parent, *children = a_family(a_parent()).values()
    assert is_parent(parent)
    assert not any(is_parent(child) for child in children)
    assert len({child.terms.market for child in children}) == len(children) == 5
    for child in children:
        assert (child.parent_id, child.version, child.remaining) == (parent.id, 1, 10 * KG)
        alone = a_demand(product=child.terms.product, quantity=10, unit="kg")
        assert child.terms == alone


def test_a_draft_has_no_children_yet() -> None:
    """And a family that is whole misses none."""
    assert missing(a_parent(draft=True), ()) == []
    parent, *children = a_family(a_parent()).values()
    assert missing(parent, [child.id for child in children]) == []


def test_two_children_at_once_take_from_the_same() -> None:
    """6 and 4 of 10 may be held together, 6 and 5 may not."""
    parent, *children = a_family(a_parent()).values()
    both = [children[0].hold(6 * KG, NOW), children[1].hold(4 * KG, NOW)]
    after = sharing(parent, children, both, NOW)
    assert {order.remaining for order in after} == {0}
    assert {order.status for order in after} == {"reserved"}
    with pytest.raises(ShortError):
        sharing(parent, children, [children[0].hold(6 * KG, NOW), children[1].hold(5 * KG, NOW)], NOW)


def test_what_is_given_back_after_the_end_opens_nothing() -> None:
    """A hold that outlives its demand: the numbers come right, every status stays."""
    family = changed(
        a_family(a_parent()), next(iter(list(a_family(a_parent()).values())[1:])).hold(4 * KG, NOW)
    )
    parent, *children = family.values()
    withdrawn = parent.withdraw(NOW)
    gone = {order.id: order for order in (withdrawn, *(following(withdrawn, child) for child in children))}
    child = list(gone.values())[1]
    after = changed(gone, child.release(4 * KG, NOW))
    assert {order.status for order in after.values()} == {"withdrawn"}
    assert {order.remaining for order in after.values()} == {10 * KG}
