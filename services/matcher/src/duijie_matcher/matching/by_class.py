"""What of an offer depends on the class that a demand names: one row each for none, ambient, chilled, frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.calendar import MS_PER_DAY, day_start
from duijie_matcher.matching.terms import TEMPERATURES, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duijie_shared.events.base import Temperature
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.distance import Floats


def rates(offers: Sequence[Order], products: Mapping[str, Product], terms: Terms) -> tuple[Floats, Floats]:
    """The strictest class that offer or demand names sets the rate; where neither does, the product's."""
    rate, unit = np.zeros((4, len(offers))), np.ones((4, len(offers)))
    known: dict[tuple[str, int, int], tuple[int, int]] = {}
    for column, order in enumerate(offers):
        own = class_code(order.temperature)
        for named in range(4):
            key = (order.product, own, named)
            if key not in known:
                product = products[order.product]
                strictest = max(own, named)
                known[key] = terms.transport(
                    product, TEMPERATURES[strictest - 1] if strictest else product.temperature
                )
            rate[named, column], unit[named, column] = known[key]
    return rate, unit


def fresh_until(offers: Sequence[Order], products: Mapping[str, Product]) -> Floats:
    """24:00 of the harvest's day and the shelf life after it; infinite where the product keeps in no class known."""
    until = np.full((4, len(offers)), np.inf)
    for column, order in enumerate(offers):
        product = products[order.product]
        if order.harvest_date is None or product.shelf_life_days is None:
            continue
        # The shelf life is that of the product's own class. A warmer leg never makes it longer, so the figure
        # still bounds it; a colder one may, and there is no figure for that.
        own, known = class_code(order.temperature), class_code(product.temperature)
        last = day_start(order.harvest_date) + (product.shelf_life_days + 1) * MS_PER_DAY
        for named in range(4):
            if max(own, named) <= known:
                until[named, column] = last
    return until


def class_code(temperature: Temperature | None) -> int:
    """From lax to strict, 1 to 3; 0 for none named."""
    return TEMPERATURES.index(temperature) + 1 if temperature else 0
