"""Products and units."""

from __future__ import annotations

from typing import Literal

from duijie_shared.events.base import Temperature
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

VERSION = ["2026-11-23.0123456789ab"]


class Hit(BaseModel):
    """Why a search found a thing; `score` runs to 100."""

    score: int = Field(examples=[90])
    matched: str = Field(description="The word that was found", examples=["西红柿"])
    why: str = Field(examples=["pinyin"])
    zh: str = Field(examples=["“西红柿”的拼音"])
    en: str = Field(examples=["pinyin of 西红柿"])


class Named(BaseModel):
    """A product by its slug and names."""

    slug: str = Field(examples=["tomato"])
    name_zh: str = Field(examples=["番茄"])
    name_en: str = Field(examples=["Tomato"])


class CategoryShown(BaseModel):
    """A shelf of the catalogue."""

    path: str = Field(examples=["vegetables/solanaceous"])
    name_zh: str
    name_en: str


class ProductShown(BaseModel):
    """One product; its family names the market. `status` says whose its planning values are."""

    code: str = Field(examples=["VEG015"])
    slug: str = Field(examples=["tomato"])
    name_zh: str = Field(examples=["番茄"])
    name_en: str = Field(examples=["Tomato"])
    category: str
    parent: str | None
    family: str = Field(examples=["tomato"])
    dimension: Literal["mass", "piece", "booking"]
    pricing_unit: str = Field(examples=["kg"])
    grams_per_piece: int | None
    temperature: Temperature
    shelf_life_days: int | None
    max_transport_hours: int | None
    harvest_months: list[int] = Field(examples=[[5, 6, 7]])
    synonyms_zh: list[str] = Field(examples=[["西红柿"]])
    synonyms_en: list[str]
    status: str = Field(examples=["rule_of_thumb"])
    hit: Hit | None = None


class ProductUnit(BaseModel):
    """A unit in which the product may be posted."""

    code: str = Field(examples=["斤"])
    in_pricing_units: Number = Field(description="How many pricing units one of it holds", examples=[0.5])


class FittingScheme(BaseModel):
    """A grade scheme that grades the product; `measured`: it has limits for it."""

    code: str = Field(examples=["PLATFORM_5"])
    title: str
    standard_status: str
    measured: bool


class ProductDetail(ProductShown):
    """A product with its ancestors (nearest first), varieties, market, units and grade schemes."""

    version: str = Field(examples=VERSION)
    parents: list[Named]
    varieties: list[Named]
    family_members: list[Named]
    category_path: list[CategoryShown]
    units: list[ProductUnit]
    grade_schemes: list[FittingScheme]


class UnitShown(BaseModel):
    """A unit; `size` is its content in grams, pieces or bookings."""

    code: str = Field(examples=["kg"])
    name_zh: str = Field(examples=["千克"])
    name_en: str = Field(examples=["kilogram"])
    rec20: str = Field(description="UN/ECE Recommendation 20; empty where it has none", examples=["KGM"])
    dimension: Literal["mass", "piece", "booking"]
    size: Number = Field(examples=[1000])
    aliases: list[str] = Field(examples=[["公斤"]])


class PackShown(BaseModel):
    """A pack, which is a unit together with its content."""

    code: str = Field(examples=["box"])
    name_zh: str = Field(examples=["箱"])
    name_en: str = Field(examples=["box"])
    rec20: str = Field(examples=["XBX"])
    aliases: list[str]
    example: str = Field(examples=["箱(10kg)"])


class Reference(BaseModel):
    """Reference data as a whole; `version` names the edition, `next` is always null."""

    version: str = Field(examples=VERSION)
    next: None


class Products(Reference):
    """Products."""

    items: list[ProductShown]


class Units(Reference):
    """Units and packs."""

    items: list[UnitShown]
    packs: list[PackShown]
