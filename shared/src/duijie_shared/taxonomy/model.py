"""A product and a category, as the rest of the system knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from duijie_shared.events.base import Temperature

Dimension = Literal["mass", "piece", "booking"]
"""What is counted: kilograms, pieces, or bookable units (a room-night, a seat)."""


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue, `vegetables` or `vegetables/leafy`. It is no product: nothing is traded as one."""

    path: str
    name_zh: str
    name_en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """One tradable product.

    `family` is the slug of the family's head and names the market. A variety names its `parent`; a demand
    for the parent accepts it. `grams_per_piece` is the planning weight of one piece (transport of piece
    goods; posting a mass product by the piece); None where a piece has no sensible weight. `shelf_life_days`
    and `max_transport_hours` are planning values at the `temperature` class, None for what does not spoil
    or is not moved. `harvest_months` is empty for what is at hand all year. `status` says whose values
    these are (see docs/data.md).
    """

    code: str
    slug: str
    name_zh: str
    name_en: str
    category: str
    parent: str | None
    family: str
    dimension: Dimension
    pricing_unit: str
    grams_per_piece: int | None
    temperature: Temperature
    shelf_life_days: int | None
    max_transport_hours: int | None
    harvest_months: tuple[int, ...]
    synonyms_zh: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    status: str = "rule_of_thumb"

    @property
    def is_head(self) -> bool:
        """Whether this product gives its family, and so its market, the name."""
        return self.family == self.slug
