"""What the list can be filtered by: the products and places that have matches, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duijie_shared.geography import counties

from duijie_gateway.pages.places import province_name
from duijie_gateway.pages.views import product_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_gateway.pages.messages import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province and its counties that have matches."""

    whole: Choice
    counties: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """All options of the filter."""

    products: tuple[Choice, ...]
    provinces: tuple[Province, ...]


def choices_of(found: tuple[Iterable[str], Iterable[str]], text: Text) -> Choices:
    """The options for the products and counties that were found."""
    products, codes = found
    by_province: dict[str, list[Choice]] = {}
    for code in sorted(codes):
        if code in counties():
            county = counties().get(code)
            name = text.pick(county.name_zh, county.name_en)
            by_province.setdefault(code[:2], []).append(Choice(code, name))
    return Choices(
        products=tuple(sorted((_product(slug, text) for slug in products), key=lambda choice: choice.label)),
        provinces=tuple(
            Province(Choice(f"{prefix}0000", province_name(prefix, text)), tuple(inside))
            for prefix, inside in sorted(by_province.items())
        ),
    )


def _product(slug: str, text: Text) -> Choice:
    name, aside = product_name(slug, text)
    return Choice(slug, f"{name} · {aside}" if aside else name)
