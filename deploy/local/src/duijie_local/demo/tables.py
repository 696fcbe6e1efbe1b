"""The two tables the demo market is drawn from.

`figures.csv` holds wholesale price levels, CNY per unit, a few numbers per product. They are derived from two
public data sets that are not part of this repository (docs/data.md names them and how each number comes
about), or are the editor's planning values, marked `assumption`. Levels are those of their years
(2013-2016, 2018), not indexed to today.

`origins.csv` says where a product is grown or made: provinces, some counties well known for it, and the provinces
that supply it out of season (winter vegetables of the south, greenhouses of Shandong). It is general
knowledge of the editor, good enough for a demonstration, and no statistics. `weight` is the product's share
of the market.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Figure:
    """Wholesale prices of one product, CNY per pricing unit: low and high are about the 10 % and 90 % quantiles.

    `month_factors` are twelve factors, January first, or empty where the season is unknown. `source` is
    `xinfadi`, `markets_2018`, both, or `assumption`.
    """

    product: str
    unit: str
    low: float
    median: float
    high: float
    month_factors: tuple[float, ...]
    source: str
    observations: int

    def wholesale(self, month: int) -> float:
        """The level of a month, 1 to 12."""
        return self.median * (self.month_factors[month - 1] if self.month_factors else 1.0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a product comes from: two-digit province codes, and six-digit codes of well-known counties."""

    product: str
    weight: int
    provinces: tuple[str, ...]
    off_season_provinces: tuple[str, ...]
    known_counties: tuple[str, ...]


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = files("duijie_local.demo").joinpath(name)
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _items(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


@cache
def figures() -> dict[str, Figure]:
    """The price figures by product slug."""
    return {
        row["product"]: Figure(
            product=row["product"],
            unit=row["unit"],
            low=float(row["wholesale_low"]),
            median=float(row["wholesale_median"]),
            high=float(row["wholesale_high"]),
            month_factors=tuple(float(factor) for factor in _items(row["month_factors"])),
            source=row["source"],
            observations=int(row["observations"]),
        )
        for row in _rows("figures.csv")
    }


@cache
def origins() -> tuple[Origin, ...]:
    """The origins in the file's order."""
    return tuple(
        Origin(
            product=row["product"],
            weight=int(row["weight"]),
            provinces=_items(row["provinces"]),
            off_season_provinces=_items(row["off_season_provinces"]),
            known_counties=_items(row["known_counties"]),
        )
        for row in _rows("origins.csv")
    )
