"""Which products are at hand on a day, and when they were harvested."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from duijie_shared.taxonomy import Product

    from duijie_local.demo.tables import Origin

Availability = Literal["all_year", "harvest", "store", "off_season"]

KEEP_DAYS = 14
"""What is sold from store must keep at least that long still."""


def availability(product: Product, origin: Origin, on: dt.date) -> Availability | None:
    """How the product comes to be at hand: fresh from the field, from store, from the off-season provinces, or not."""
    if not product.harvest_months:
        return "all_year"
    if on.month in product.harvest_months:
        return "harvest"
    if product.shelf_life_days is not None:
        oldest = on - dt.timedelta(days=product.shelf_life_days - KEEP_DAYS)
        if last_harvest_day(product, on) >= oldest:
            return "store"
    return "off_season" if origin.off_season_provinces else None


def last_harvest_day(product: Product, on: dt.date) -> dt.date:
    """The last day of the harvest month that ended last before `on`; ValueError for a product of all the year."""
    if not product.harvest_months:
        raise ValueError(f"{product.slug} has no harvest months")
    year, month = on.year, on.month
    while True:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        if month in product.harvest_months:
            return dt.date(year, month, monthrange(year, month)[1])
