"""Clearing problems so small that every plan can be tried, and what makes one plan better than another."""

from __future__ import annotations

from itertools import product as every

import numpy as np
from duijie_matcher.matching.candidates import Pairs
from duijie_matcher.matching.settling import Lots
from hypothesis import strategies as st

Problem = tuple[Pairs, np.ndarray, np.ndarray]


def pairs_of(tail: list[int], head: list[int], gain: list[int]) -> Pairs:
    """Feasible pairs from offers to demands with these gains."""
    return Pairs(
        offer=np.array(tail, dtype=np.int32),
        demand=np.array(head, dtype=np.int32),
        distance=np.zeros(len(tail), dtype=np.int32),
        gain=np.array(gain, dtype=np.int64),
        score=np.zeros(len(tail), dtype=np.int32),
    )


def any_lots(count: int) -> Lots:
    """Any quantity will do."""
    return Lots.of(np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Few enough units for every plan to be tried, with many ties."""
    offers, demands = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    supply = np.array(draw(st.lists(st.integers(1, 2), min_size=offers, max_size=offers)), dtype=np.int64)
    wanted = np.array(draw(st.lists(st.integers(1, 2), min_size=demands, max_size=demands)), dtype=np.int64)
    chosen = draw(st.sets(st.tuples(st.integers(0, offers - 1), st.integers(0, demands - 1)), max_size=6))
    arcs = sorted(chosen)
    gains = draw(st.lists(st.integers(0, 2), min_size=len(arcs), max_size=len(arcs)))
    return pairs_of([arc[0] for arc in arcs], [arc[1] for arc in arcs], gains), supply, wanted


def plans(problem: Problem) -> list[tuple[int, ...]]:
    """Every plan that gives out no more than there is."""
    pairs, supply, wanted = problem
    rooms = [
        range(int(min(supply[o], wanted[d])) + 1) for o, d in zip(pairs.offer, pairs.demand, strict=True)
    ]
    return [
        plan
        for plan in every(*rooms)
        if (np.bincount(pairs.offer, plan, len(supply)) <= supply).all()
        and (np.bincount(pairs.demand, plan, len(wanted)) <= wanted).all()
    ]


def aims(problem: Problem, plan: tuple[int, ...]) -> tuple[int, int, int]:
    """What is to be least, in strict order: lost objective, lost quantity, quantity x rank x rank."""
    pairs = problem[0]
    ranks = (pairs.offer.astype(np.int64) + 1) * (pairs.demand + 1)
    return (
        -int(pairs.gain @ np.array(plan, dtype=np.int64)),
        -sum(plan),
        int(ranks @ np.array(plan, dtype=np.int64)),
    )
