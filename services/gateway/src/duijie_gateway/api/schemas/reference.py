"""Reference data."""

from __future__ import annotations

from typing import Literal

from duijie_shared.events.base import Temperature
from pydantic import BaseModel

from duijie_gateway.api.schemas.common import Number


class ProductShown(BaseModel):
    """One product; its family names the market."""

    code: str
    slug: str
    name_zh: str
    name_en: str
    category: str
    parent: str | None
    family: str
    dimension: Literal["mass", "piece", "booking"]
    pricing_unit: str
    grams_per_piece: int | None
    temperature: Temperature
    shelf_life_days: int | None
    max_transport_hours: int | None
    harvest_months: list[int]
    synonyms_zh: list[str]
    synonyms_en: list[str]


class GradeShown(BaseModel):
    """One grade of a scheme; `rank` is the common scale, 5 best."""

    code: str
    name_zh: str
    name_en: str
    rank: int


class SchemeShown(BaseModel):
    """A grade scheme, best grade first. `products` are slugs, `category:<path>` or `*`."""

    code: str
    title: str
    authority: str
    standard: str
    products: list[str]
    grades: list[GradeShown]


class CountyShown(BaseModel):
    """A county of today with the priority lists that name it."""

    code: str
    name_zh: str
    name_en: str
    prefecture: str
    province: str
    latitude: Number | None
    longitude: Number | None
    designations: list[str]


class UnitShown(BaseModel):
    """A unit; `size` is its content in grams, pieces or bookings."""

    code: str
    name_zh: str
    name_en: str
    dimension: Literal["mass", "piece", "booking"]
    size: Number
    aliases: list[str]


class Reference(BaseModel):
    """Reference data as a whole; `next` is always null."""

    next: None


class Products(Reference):
    """All products."""

    items: list[ProductShown]


class Grades(Reference):
    """All grade schemes."""

    items: list[SchemeShown]


class Counties(Reference):
    """Counties."""

    items: list[CountyShown]


class Units(Reference):
    """All units."""

    items: list[UnitShown]
