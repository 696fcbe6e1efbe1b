"""How far from the best a plan over chosen pairs can be: an upper bound from dual prices, over every pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.candidates import feasible_pairs

if TYPE_CHECKING:
    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.scorecard import Scorecard


def objective_bound(book: Book, scorecard: Scorecard, offer_price: Ints) -> int:
    """No plan of this market has a larger objective (1e-9 CNY).

    Weak duality: with any price of each offer's quantity that is not negative (`offer_price`, in half units
    of gain) and the price of each demand's set to the most that any pair gains beyond it, supply and demand
    at these prices are worth at least any plan. Summed in Python's integers, block by block.
    """
    demand_price = np.zeros(len(book.demands), dtype=np.int64)
    for pairs in feasible_pairs(book, scorecard):
        np.maximum.at(demand_price, pairs.demand, 2 * pairs.gain - offer_price[pairs.offer])
    return (_worth(book.offers, offer_price) + _worth(book.demands, demand_price)) // 2


def _worth(orders: tuple[Order, ...], price: Ints) -> int:
    prices: list[int] = price.tolist()
    return sum(order.remaining * each for order, each in zip(orders, prices, strict=True))
