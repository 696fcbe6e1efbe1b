"""What parties may and must trade, and what pairs have to: exact, against every plan there is."""

from __future__ import annotations

import numpy as np
import pytest
from duijie_matcher.matching import pricing
from duijie_matcher.matching.clearing import clear
from duijie_matcher.matching.limits import Limit, Limits
from duijie_matcher.matching.network import InfeasibleError
from duijie_matcher.matching.settling import Lots
from every_plan import Problem, aims, any_lots, plans, problems
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import name_id

COUNTS = st.none() | st.integers(0, 4)


@st.composite
def limits(draw: st.DrawFn, problem: Problem) -> Limits:
    """Each order belongs to one of two parties or to none; each party has a minimum, a maximum, both or neither."""
    return Limits(*(tuple(_side(draw, len(had))) for had in problem[1:]))


def _side(draw: st.DrawFn, count: int) -> list[Limit]:
    owner = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    return [
        Limit(
            party=name_id(f"party {party}"),
            members=np.flatnonzero(np.array(owner) == party),
            least=draw(st.sampled_from([0, 0, 1, 2])),
            most=draw(COUNTS),
        )
        for party in (0, 1)
        if party in owner
    ]


def allowed(problem: Problem, limit: Limits) -> list[tuple[int, ...]]:
    pairs, supply, wanted = problem

    def within(each: Limit, traded: np.ndarray) -> bool:
        total = traded[each.members].sum()
        return bool(total >= each.least and (each.most is None or total <= each.most))

    return [
        plan
        for plan in plans(problem)
        if all(within(each, np.bincount(pairs.offer, plan, len(supply))) for each in limit.offers)
        and all(within(each, np.bincount(pairs.demand, plan, len(wanted))) for each in limit.demands)
    ]


@given(problems(), st.data())
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("one_by_one", [True, False])
def test_limits_are_kept_and_cost_no_more_than_they_must(
    one_by_one: bool, problem: Problem, data: st.DataObject
) -> None:
    """Of all plans within the limits, the one that is best by the three aims; an error exactly where there is none.
    Whether all pairs are solved at once or the prices have to ask for each.
    """
    limit = data.draw(limits(problem))
    within = allowed(problem, limit)
    pairs, supply, wanted = problem
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ARCS_PER_NODE", "FIRST_PER_NODE", "MORE_PER_NODE") if one_by_one else ():
            patch.setattr(pricing, name, 0)
        if not within:
            with pytest.raises(InfeasibleError):
                clear(pairs, supply, wanted, any_lots(len(pairs)), limit)
            return
        cleared = clear(pairs, supply, wanted, any_lots(len(pairs)), limit)
    assert aims(problem, tuple(cleared.quantity.tolist())) == min(aims(problem, plan) for plan in within)
    assert (cleared.offer_price >= 0).all()


@given(problems(), st.data())
@settings(max_examples=100, deadline=None)
def test_pins_are_kept_and_cost_no_more_than_they_must(problem: Problem, data: st.DataObject) -> None:
    """Of all plans that give each pinned pair its quantity or more, within the limits, the best."""
    pairs, supply, wanted = problem
    pinned = data.draw(st.sampled_from(plans(problem)))
    limit = data.draw(limits(problem))
    within = [
        plan for plan in allowed(problem, limit) if all(q >= p for q, p in zip(plan, pinned, strict=True))
    ]
    asked = np.array(pinned, dtype=np.int64)
    if not within:
        return
    cleared = clear(pairs, supply, wanted, any_lots(len(pairs)), limit, asked)
    assert (cleared.quantity >= asked).all()
    assert aims(problem, tuple(cleared.quantity.tolist()))[:2] == min(
        aims(problem, plan)[:2] for plan in within
    )


@given(problems(), st.data())
@settings(max_examples=150, deadline=None)
def test_limits_hold_beside_lots_and_packs(problem: Problem, data: st.DataObject) -> None:
    """Whatever is rounded, no maximum is passed and no line is broken; a minimum is kept or refused."""
    pairs, supply, wanted = problem
    limit = data.draw(limits(problem))
    numbers = st.lists(st.integers(1, 2), min_size=len(pairs), max_size=len(pairs))
    lots = Lots.of(*(np.array(data.draw(numbers), dtype=np.int64) for _ in range(2)))
    try:
        quantity = clear(pairs, supply, wanted, lots, limit).quantity
    except InfeasibleError:
        assert any(each.least for each in (*limit.offers, *limit.demands))
        return
    assert tuple(quantity.tolist()) in allowed(problem, limit)
    assert ((quantity == 0) | (quantity >= lots.least)).all()
    assert not (quantity % lots.multiple).any()
