"""Matching one market: the one pure entry point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.book import Book
from duijie_matcher.matching.bound import objective_bound
from duijie_matcher.matching.clearing import Lots, clear
from duijie_matcher.matching.diagnose import diagnoses
from duijie_matcher.matching.packs import common_multiple
from duijie_matcher.matching.records import match_records, plan_record
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import best_by_score, select_pairs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
    from duijie_shared.events.policy import Policy

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class MarketResult:
    """What one clearing of a market says: who may trade with whom, why others may not, and the totals."""

    matches: tuple[MatchRecord, ...]
    diagnoses: tuple[Diagnosis, ...]
    plan: PlanRecord


def match_market(
    market: str,
    orders: Iterable[Order],
    policy: Policy,
    as_of: dt.datetime | None,
    scorecard: Scorecard = RULES_1,
) -> MarketResult:
    """Match the open orders of a market.

    Pure: the same set of orders, policy and time gives the same records to the byte, in whatever order the
    orders come. Moments before `as_of` no longer count as available; None takes windows as written.

    Raises
    ------
    ValueError
        For an order of another market, one that comes twice, an unknown product, or an `as_of` without a
        time zone.
    RuntimeError
        When the solver's answer cannot be certified as optimal.
    """
    book = Book.of(market, orders, policy, as_of)
    chosen = select_pairs(book, scorecard)
    pairs = chosen.pairs
    offers, demands = book.offer_columns, book.demand_columns
    cleared = clear(
        pairs,
        supply=offers.remaining.astype(np.int64),
        wanted=demands.remaining.astype(np.int64),
        lots=Lots.of(
            np.maximum(offers.min_lot[pairs.offer], demands.min_lot[pairs.demand]).astype(np.int64),
            common_multiple(offers.pack[pairs.offer], demands.pack[pairs.demand]),
        ),
    )
    bound = objective_bound(book, scorecard, cleared.offer_price) if chosen.pruned else None
    published = (cleared.quantity > 0) | best_by_score(pairs, policy.matching.alternatives)
    return MarketResult(
        matches=match_records(book, pairs.take(published), cleared.quantity[published], scorecard),
        diagnoses=diagnoses(book, pairs, cleared.quantity),
        plan=plan_record(book, pairs, cleared.quantity, chosen.feasible, bound),
    )
