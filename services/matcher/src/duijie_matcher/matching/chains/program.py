"""Routes and direct pairs together, as a linear program: who gives what through which chain.

A column is what arrives by a route or a direct pair. Rows are what offers have, what demands want, what parties may trade at
the most, what is left of each capacity on each run of days that its columns use alike, and floors and guards. HiGHS solves
it, one thread, so the answer is the same for the same market. Integers and lots are seen to afterwards (`lines`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from duijie_shared.values import PRICE_SCALE
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csc_array, csr_array

from duijie_matcher.matching.network import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_matcher.matching.chains.facilities import Facility
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.limits import Limits

SCALE = 1e-6
"""Prices are in CNY per unit and quantities in units within the solver: its tolerances are absolute."""
UNIT = 1e-3
AGE = 2.0**-3
"""Weight of the product of ranks, in 1e-6 CNY for the whole market: below every difference of prices."""
NODES = 2_000
"""Branch-and-bound nodes at most: a limit in time would make answers depend on the machine."""
GAP = 1e-4
INFEASIBLE = 2
"""HiGHS' word for it, by way of SciPy."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What may trade: positions of offer and demand, what leaves per unit that arrives, gain, least lot and multiple.
    The first `routed` columns are routes, the others direct pairs.
    """

    offer: Ints
    demand: Ints
    leaving: Floats
    gain: Ints
    least: Ints
    multiple: Ints
    routed: int

    def __len__(self) -> int:
        return len(self.offer)

    def only(self, columns: Ints) -> Self:
        """Some of the direct pairs alone."""
        return type(self)(
            self.offer[columns],
            self.demand[columns],
            self.leaving[columns],
            self.gain[columns],
            self.least[columns],
            self.multiple[columns],
            0,
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """`sum(coefficient * quantity) + credit >= 0`: a floor or a guard. Coefficients are of the order of 1 per unit."""

    coefficient: Floats
    credit: float

    @classmethod
    def of(cls, floor: Floor) -> Self:
        """The floor over columns."""
        scale = floor.share[1] * (PRICE_SCALE if floor.of_value else 1)
        return cls(floor.coefficient / scale, floor.credit / scale)

    def only(self, columns: Ints) -> Self:
        """The same over some of the columns."""
        return type(self)(self.coefficient[columns], self.credit)


@dataclass(frozen=True, slots=True)
class Market:
    """What remains of offers and demands, the limits of parties (least quantities where `minima`), the routes whose
    facilities are shared, and conditions on the whole plan.
    """

    supply: Ints
    wanted: Ints
    limits: Limits
    routes: Sequence[Route] = ()
    conditions: Sequence[Condition] = ()
    minima: bool = False

    def rows(self, columns: Columns) -> tuple[csr_array, Floats]:
        """Coefficients and right-hand sides, in pricing units."""
        count = len(columns)
        at = np.arange(count)
        rows = [columns.offer, len(self.supply) + columns.demand]
        cols, values = [at, at], [columns.leaving, np.ones(count)]
        most: list[float] = [*self.supply.tolist(), *self.wanted.tolist()]
        for owner, weight, limits in (
            (columns.offer, columns.leaving, self.limits.offers),
            (columns.demand, np.ones(count), self.limits.demands),
        ):
            for limit in limits:
                mine = np.flatnonzero(np.isin(owner, limit.members))
                for sign, bound in ((1, limit.most), (-1, limit.least if self.minima else 0)):
                    if bound is not None and (sign > 0 or bound):
                        rows.append(np.full(len(mine), len(most)))
                        cols.append(mine)
                        values.append(sign * weight[mine])
                        most.append(sign * bound)
        for entries, left in shared_days(self.routes):
            rows.append(np.full(len(entries), len(most)))
            cols.append(np.array([column for column, _ in entries], dtype=np.int64))
            values.append(np.array([weight for _, weight in entries]))
            most.append(left)
        for condition in self.conditions:
            rows.append(np.full(count, len(most)))
            cols.append(at)
            values.append(-condition.coefficient)
            most.append(condition.credit)
        matrix = coo_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=(len(most), count)
        )
        return csr_array(matrix), np.array(most, dtype=np.float64) * UNIT


def shared_days(routes: Sequence[Route]) -> list[tuple[list[tuple[int, float]], int]]:
    """One row per facility and run of days on which the same routes use it: (route, share of its quantity a day), and the
    least that is left of those days.
    """
    uses: dict[int, list[tuple[int, int, int, float]]] = defaultdict(list)
    known: dict[int, Facility] = {}
    for column, route in enumerate(routes):
        leaving = 1.0
        for step, given in zip(reversed(route.used), reversed(route.given), strict=True):
            leaving /= float(given)
            if step.facility is not None:
                known[step.facility.number] = step.facility
                share = leaving if step.stored else leaving / (step.last - step.first + 1)
                uses[step.facility.number].append((step.first, step.last, column, share))
    found: list[tuple[list[tuple[int, float]], int]] = []
    for number in sorted(uses):
        ends = sorted({day for first, last, _, _ in uses[number] for day in (first, last + 1)})
        seen: dict[tuple[tuple[int, float], ...], int] = {}
        for first, beyond in pairwise(ends):
            using = tuple(
                (column, share) for one, last, column, share in uses[number] if one <= first <= last
            )
            if using:
                left = min(known[number].on(first, beyond - 1))
                seen[using] = min(left, seen.get(using, left))
        found.extend((list(using), left) for using, left in seen.items())
    return found


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The best quantities without lots; the dual prices of offers and demands in 1e-6 CNY per unit, and of conditions in
    1e-6 CNY per unit of theirs.
    """

    quantity: Floats
    offers: Floats
    demands: Floats
    conditions: Floats

    def missing(self, columns: Columns, conditions: Sequence[Condition]) -> Floats:
        """How much more a unit of each column earns than what it takes costs."""
        worth = columns.gain + 0.5 - self.offers[columns.offer] - self.demands[columns.demand]
        for price, condition in zip(self.conditions, conditions, strict=True):
            worth = worth + price * condition.coefficient
        return worth


def relaxed(market: Market, columns: Columns, among: Bools) -> Relaxed:
    """The program without lots, over some of the columns.

    Raises
    ------
    InfeasibleError
        When conditions or minima cannot be kept.
    RuntimeError
        When HiGHS does not report an optimum.
    """
    matrix, most = market.rows(columns)
    chosen = np.flatnonzero(among)
    quantity = np.zeros(len(columns))
    answer = linprog(
        _cost(market, columns)[chosen],
        A_ub=csc_array(matrix)[:, chosen],
        b_ub=most,
        method="highs-ds",
    )
    if answer.status == INFEASIBLE:
        raise InfeasibleError("conditions on the plan cannot be kept")
    if not answer.success:
        raise RuntimeError(f"the linear program of chains: {answer.message}")
    quantity[chosen] = answer.x / UNIT
    prices = -answer.ineqlin.marginals / SCALE
    offers, demands = len(market.supply), len(market.wanted)
    return Relaxed(
        quantity,
        prices[:offers],
        prices[offers : offers + demands],
        prices[len(prices) - len(market.conditions) :],
    )


def in_lots(market: Market, columns: Columns) -> Floats | None:
    """The best quantities with minimum lots and packs, by branch and bound; None where it found none within its nodes."""
    matrix, most = market.rows(columns)
    count = len(columns)
    bound = _bounds(market, columns)
    binary = np.flatnonzero(columns.least > 1)
    packed = columns.multiple > 1
    unit = np.where(packed, columns.multiple * UNIT, 1.0)
    wide = csr_array(
        coo_array(
            (
                np.concatenate([matrix.tocoo().data * unit[matrix.tocoo().col]]),
                (matrix.tocoo().row, matrix.tocoo().col),
            ),
            shape=(len(most), count + len(binary)),
        )
    )
    rows = np.arange(len(binary))
    lots = columns.least[binary] * UNIT / unit[binary]
    tops = np.floor(bound[binary] * UNIT / unit[binary] + 1e-9)
    both, extra = np.concatenate([rows, rows]), count + rows
    shape = (len(binary), count + len(binary))
    at = np.concatenate([binary, extra])
    above = csr_array(coo_array((np.concatenate([np.ones(len(rows)), -lots]), (both, at)), shape=shape))
    below = csr_array(coo_array((np.concatenate([np.ones(len(rows)), -tops]), (both, at)), shape=shape))
    answer = milp(
        np.concatenate([_cost(market, columns) * unit, np.zeros(len(binary))]),
        constraints=[
            LinearConstraint(wide, -np.inf, most),
            LinearConstraint(above, 0, np.inf),
            LinearConstraint(below, -np.inf, 0),
        ],
        integrality=np.concatenate([packed.astype(int), np.ones(len(binary), dtype=int)]),
        bounds=Bounds(0, np.concatenate([np.full(count, np.inf), np.ones(len(binary))])),
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    if answer.x is None:
        return None
    quantity: Floats = answer.x[:count] * unit / UNIT
    return quantity


def _bounds(market: Market, columns: Columns) -> Floats:
    by_offer = market.supply[columns.offer] / columns.leaving
    bound: Floats = np.minimum(by_offer, market.wanted[columns.demand])
    return bound


def _cost(market: Market, columns: Columns) -> Floats:
    """Objective, then quantity, then age, as `clearing` weighs them, near enough for a program in fractions."""
    rank = (columns.offer + 1.0) * (columns.demand + 1.0) / max(1, len(market.supply) * len(market.wanted))
    cost: Floats = -(columns.gain + 0.5 - AGE * rank) * SCALE
    return cost
