"""Writes the demo market: four CSV files that the importer and `duijie match` read.

Everything but the names of parties is drawn from real tables or from stated assumptions: counties and
designations from `duijie_shared.geography`, products, seasons and grades from `duijie_shared.taxonomy`, price
levels from `figures.csv`, origins from `origins.csv`, the rest from `assumptions`. Parties are fictional and
marked. The same day and seed give the same bytes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duijie_shared.geography import counties, designations
from duijie_shared.posting.files import COLUMNS, FileKind

from duijie_local.demo.capacities import capacity_row
from duijie_local.demo.demands import demand_row
from duijie_local.demo.draw import Draw
from duijie_local.demo.offers import offer_row
from duijie_local.demo.parties import Party, Register
from duijie_local.demo.places import BUYER_DISTRICTS, PREFERRED_LIST
from duijie_local.demo.sellers import Seller, sellers_of, supplies
from duijie_local.demo.terms import category

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from duijie_shared.geography import County

    from duijie_local.demo.sellers import Supply

OFFERS: Final = 2_400
DEMANDS: Final = 480
CAPACITIES: Final = 160
BUYERS: Final = 110
SITE_SHARE: Final = 0.05
"""Share of offers that a village service site posts for households."""
PROCESSOR_DEMAND_SHARE: Final = 0.06

BUYER_TRADES: Final = ("鲜选", "优品", "田园", "山货", "云购", "严选", "社区团购", "直播优选", "生鲜", "农特")


@dataclass(frozen=True)
class DemoMarket:
    """What was written: the files, and what is in them."""

    parties: Path
    offers: Path
    demands: Path
    capacities: Path
    party_count: int
    offer_count: int
    demand_count: int
    capacity_count: int
    market_count: int
    county_count: int
    """Counties with offers."""
    designated_offer_count: int
    """Offers of sellers in counties of the preferred list."""


def write_demo_market(directory: Path, *, as_of: dt.date, seed: int) -> DemoMarket:
    """Write `parties.csv`, `offers.csv`, `demands.csv` and `capacities.csv` into `directory`, made if missing.

    Windows are open on `as_of` or open soon; products are in season or in store then. Raises OSError when
    the folder cannot be written.
    """
    draw, register = Draw(seed), Register()
    offers, sellers = _offers(draw, register, as_of)
    demands = _demands(draw, register, sellers, as_of)
    cities = [counties().get(code) for code in BUYER_DISTRICTS]
    capacities = [
        capacity_row(draw, register, f"k-{number:04d}", [seller for seller, _ in offers], cities, as_of)
        for number in range(1, CAPACITIES + 1)
    ]
    posted = [seller for seller, _ in offers]
    directory.mkdir(parents=True, exist_ok=True)
    return DemoMarket(
        parties=_write(directory, "parties", register.rows()),
        offers=_write(directory, "offers", [row for _, row in offers]),
        demands=_write(directory, "demands", demands),
        capacities=_write(directory, "capacities", capacities),
        party_count=len(register.parties),
        offer_count=len(offers),
        demand_count=len(demands),
        capacity_count=len(capacities),
        market_count=len({seller.supply.product.family for seller in posted}),
        county_count=len({seller.county.code for seller in posted}),
        designated_offer_count=sum(
            PREFERRED_LIST in designations().of(seller.county.code) for seller in posted
        ),
    )


def _offers(
    draw: Draw, register: Register, as_of: dt.date
) -> tuple[list[tuple[Seller, dict[str, str]]], dict[str, tuple[Seller, ...]]]:
    rows: list[tuple[Seller, dict[str, str]]] = []
    sellers: dict[str, tuple[Seller, ...]] = {}
    sites: dict[str, Party] = {}
    for supply in supplies(as_of, OFFERS):
        sellers[supply.product.slug] = sellers_of(draw, register, supply)
        for place in range(supply.offers):
            # In turn, so that nobody registered goes without an offer.
            seller = sellers[supply.product.slug][place % len(sellers[supply.product.slug])]
            party = seller.party
            if category(supply.product) != "processed" and draw.chance(SITE_SHARE):
                code = seller.county.code
                if code not in sites:
                    sites[code] = register.add(
                        "site", f"{seller.county.name_zh}村级电商服务站", seller.county
                    )
                party = sites[code]
            rows.append((seller, offer_row(draw, seller, f"o-{len(rows) + 1:04d}", party.row_key, as_of)))
    return rows, sellers


def _demands(
    draw: Draw, register: Register, sellers: dict[str, tuple[Seller, ...]], as_of: dt.date
) -> list[dict[str, str]]:
    buyers = [_buyer(draw, register) for _ in range(BUYERS)]
    rows: list[dict[str, str]] = []
    for supply in supplies(as_of, DEMANDS):
        for _ in range(supply.offers):
            buyer, place = draw.one(buyers)
            if draw.chance(PROCESSOR_DEMAND_SHARE):
                buyer, place = _processor_of(draw, register, supply, sellers[supply.product.slug])
            rows.append(
                demand_row(
                    draw, supply, buyer, place, f"d-{len(rows) + 1:04d}", as_of, sellers[supply.product.slug]
                )
            )
    return rows


def _buyer(draw: Draw, register: Register) -> tuple[Party, County]:
    place = counties().get(draw.weighted(BUYER_DISTRICTS))
    city = "" if place.prefecture == place.province else place.prefecture
    name = f"{city or place.province}{place.name_zh}{draw.one(BUYER_TRADES)}电商"
    return register.add("buyer", name, place), place


def _processor_of(
    draw: Draw, register: Register, supply: Supply, sellers: tuple[Seller, ...]
) -> tuple[Party, County]:
    place = draw.one(sellers).county
    name = f"{place.name_zh}{supply.product.name_zh.partition('(')[0]}精深加工企业"
    return register.add("processor", name, place), place


def _write(directory: Path, kind: FileKind, rows: list[dict[str, str]]) -> Path:
    path = directory / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS[kind], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
