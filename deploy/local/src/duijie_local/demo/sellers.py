"""Who sells what and where: producers, processors and service sites, spread over the counties of origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duijie_shared.geography import County, counties
from duijie_shared.taxonomy import Product, taxonomy

from duijie_local.demo.places import growers_counties
from duijie_local.demo.season import Availability, availability
from duijie_local.demo.tables import Origin, origins
from duijie_local.demo.terms import category

if TYPE_CHECKING:
    import datetime as dt

    from duijie_local.demo.draw import Draw
    from duijie_local.demo.parties import Party, Register

OFFERS_PER_SELLER: Final = 6
KNOWN_SHARE: Final = 0.35
PREFERRED_SHARE: Final = 0.58
"""Of the sellers outside the well-known counties, the share in counties of the preferred list."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A product that is at hand on the day, with the offers it gets."""

    product: Product
    origin: Origin
    how: Availability
    offers: int


@dataclass(frozen=True, slots=True)
class Seller:
    """One party that sells one product in one county."""

    party: Party
    county: County
    supply: Supply


def supplies(as_of: dt.date, offers: int) -> tuple[Supply, ...]:
    """The products at hand, with `offers` shared out by weight (largest remainder, file order breaking ties)."""
    known = taxonomy()
    at_hand = [
        (product, origin, how)
        for origin in origins()
        for product in (known.product(origin.product),)
        for how in (availability(product, origin, as_of),)
        if how is not None
    ]
    total = sum(origin.weight for _, origin, _ in at_hand)
    shares = [offers * origin.weight / total for _, origin, _ in at_hand]
    counts = [int(share) for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda place: counts[place] - shares[place])
    for place in by_rest[: offers - sum(counts)]:
        counts[place] += 1
    return tuple(Supply(*row, offers=count) for row, count in zip(at_hand, counts, strict=True))


def sellers_of(draw: Draw, register: Register, supply: Supply) -> tuple[Seller, ...]:
    """New sellers of one product, at least three."""
    return tuple(
        _seller(draw, register, supply) for _ in range(max(3, round(supply.offers / OFFERS_PER_SELLER)))
    )


def _seller(draw: Draw, register: Register, supply: Supply) -> Seller:
    county = _county(draw, supply)
    name = f"{county.name_zh}{plain_name(supply.product)}"
    if category(supply.product) == "processed":
        party = register.add("processor", f"{name}加工厂", county)
    elif draw.chance(0.72):
        party = register.add("producer", f"{name}专业合作社", county)
    else:
        party = register.add("producer", f"{name}家庭农场", county, registered=draw.chance(0.5))
    return Seller(party, county, supply)


def _county(draw: Draw, supply: Supply) -> County:
    origin = supply.origin
    provinces = origin.off_season_provinces if supply.how == "off_season" else origin.provinces
    known = [code for code in origin.known_counties if code[:2] in provinces]
    if known and draw.chance(KNOWN_SHARE):
        return counties().get(draw.one(known))
    preferred = draw.chance(PREFERRED_SHARE)
    return draw.one(
        growers_counties(provinces, preferred=preferred)
        or growers_counties(provinces, preferred=not preferred)
    )


def plain_name(product: Product) -> str:
    """The zh name without remarks, fit for a company's name."""
    return product.name_zh.partition("(")[0].partition("/")[0]
