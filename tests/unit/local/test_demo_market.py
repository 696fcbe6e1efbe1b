"""The demo market: large, real where it can be, repeatable, and with the awkward cases of life in it."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from duijie_local.demo import DemoMarket, write_demo_market
from duijie_local.demo.assumptions import CONVERSIONS, FARM_GATE_SHARE, LOT_KG
from duijie_local.demo.parties import credit_code
from duijie_local.demo.places import BUYER_DISTRICTS
from duijie_local.demo.season import availability, last_harvest_day
from duijie_local.demo.tables import figures, origins
from duijie_local.demo.terms import category
from duijie_shared.geography import counties
from duijie_shared.posting import parse_capacity, parse_demand, parse_offer, parse_party
from duijie_shared.posting.files import FileKind, read_rows
from duijie_shared.taxonomy import taxonomy

if TYPE_CHECKING:
    from pathlib import Path

    from duijie_shared.posting import OrderTerms

AS_OF = dt.date(2026, 11, 25)
SEED = 7


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> DemoMarket:
    return write_demo_market(tmp_path_factory.mktemp("demo"), as_of=AS_OF, seed=SEED)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def terms(market: DemoMarket) -> tuple[list[OrderTerms], list[OrderTerms]]:
    """Offers and demands as the system takes them in on the day."""
    kinds: tuple[FileKind, FileKind] = ("offers", "demands")
    offers, demands = (
        [row.fields for row in read_rows(getattr(market, kind).read_bytes(), kind)] for kind in kinds
    )
    return (
        [parse_offer(fields, source="text", today=AS_OF) for fields in offers],
        [parse_demand(fields, source="text", today=AS_OF) for fields in demands],
    )


@pytest.mark.parametrize("month", [1, 3, 5, 7, 9, 11])
def test_the_market_is_large_in_every_season(tmp_path: Path, month: int) -> None:
    """At least 2,000 offers, 400 demands, 30 markets, 200 counties, 150 capacities and 40 % preferred, all year."""
    made = write_demo_market(tmp_path, as_of=dt.date(2027, month, 10), seed=SEED)
    assert made.offer_count >= 2000
    assert made.demand_count >= 400
    assert made.capacity_count >= 150
    assert 300 <= made.party_count <= 999
    assert made.market_count >= 30
    assert made.county_count >= 200
    assert made.designated_offer_count >= 0.4 * made.offer_count


def test_the_counts_are_those_of_the_files(market: DemoMarket) -> None:
    """What is reported is what was written."""
    offers, _ = terms(market)
    assert market.offer_count == len(offers)
    assert market.demand_count == len(table(market.demands))
    assert market.capacity_count == len(table(market.capacities))
    assert market.party_count == len(table(market.parties))
    assert market.market_count == len({offer.market for offer in offers})


@pytest.mark.parametrize("as_of", [AS_OF, dt.date(2028, 2, 29), dt.date(2027, 6, 30)])
def test_every_row_is_accepted(tmp_path: Path, as_of: dt.date) -> None:
    """No row of the four files is refused on the day it is made for."""
    made = write_demo_market(tmp_path, as_of=as_of, seed=SEED + 1)
    for row in read_rows(made.offers.read_bytes(), "offers"):
        assert not row.errors
        parse_offer(row.fields, source="text", today=as_of)
    for row in read_rows(made.demands.read_bytes(), "demands"):
        assert not row.errors
        parse_demand(row.fields, source="text", today=as_of)
    for row in read_rows(made.capacities.read_bytes(), "capacities"):
        assert not row.errors
        parse_capacity(row.fields, source="text", today=as_of)
    for row in read_rows(made.parties.read_bytes(), "parties"):
        assert not row.errors
        parse_party(row.fields, source="text")


def test_same_seed_same_bytes(market: DemoMarket, tmp_path: Path) -> None:
    """The same day and seed give the same files; another seed gives others."""
    again = write_demo_market(tmp_path / "a", as_of=AS_OF, seed=SEED)
    other = write_demo_market(tmp_path / "b", as_of=AS_OF, seed=SEED + 1)
    for kind in ("parties", "offers", "demands", "capacities"):
        assert getattr(again, kind).read_bytes() == getattr(market, kind).read_bytes(), kind
        assert getattr(other, kind).read_bytes() != getattr(market, kind).read_bytes(), kind


def test_rows_name_parties_that_may_post_them(market: DemoMarket) -> None:
    """Every row's party is in parties.csv and of a kind that posts such rows; row keys are unique."""
    kinds = {row["row_key"]: row["kind"] for row in table(market.parties)}
    assert len(kinds) == market.party_count
    allowed = {
        market.offers: {"producer", "processor", "site"},
        market.demands: {"buyer", "processor"},
        market.capacities: {"processor", "storage", "carrier", "producer", "site"},
    }
    for path, may_post in allowed.items():
        rows = table(path)
        assert {kinds[row["party"]] for row in rows} <= may_post
        assert len({row["row_key"] for row in rows}) == len(rows)


def test_parties_are_marked_as_fictional(market: DemoMarket) -> None:
    """Names say 演示 and are unique; contacts reach nobody; credit codes are of a division that does not exist."""
    rows = table(market.parties)
    assert len({row["name"] for row in rows}) == len(rows)
    assert all("演示" in row["name"] and row["contact"].endswith(".invalid") for row in rows)
    codes = [row["uscc"] for row in rows if row["uscc"]]
    assert len(set(codes)) == len(codes) < len(rows)
    assert all(code[2:8] == "999999" for code in codes)
    # 13x3 + 14x7 + 22x9 + 1x2 = 337, 11 - 337 % 11 = 4; the last character by GB 32100.
    assert credit_code(1) == "Y1999999DEM000014T"


def test_the_awkward_cases_of_life_are_there(market: DemoMarket) -> None:
    """Old codes, odd units, tiny lots, minimum lots, open prices, farms without county, windows that end today."""
    offers, demands = terms(market)
    rows = table(market.offers)
    units = Counter(row["unit"] for row in rows)
    assert {"kg", "t", "斤", "担", "公斤", "g", "枚", "件"} <= set(units)
    assert sum(row["county"] not in counties() for row in rows if row["county"]) >= 10
    assert sum(not row["county"] for row in rows) >= 5
    assert sum(bool(row["county"] and row["latitude"]) for row in rows) >= 50
    assert sum(offer.price is None for offer in offers) >= 30
    assert sum(demand.price is None for demand in demands) >= 3
    assert (
        sum(
            offer.quantity < 60_000
            for offer in offers
            if taxonomy().product(offer.product).dimension == "mass"
        )
        >= 50
    )
    assert sum(offer.min_lot > 0 for offer in offers) >= 200
    assert sum(offer.window_to == AS_OF for offer in offers) >= 5
    assert sum(offer.harvest_date is not None and offer.harvest_date > AS_OF for offer in offers) >= 10
    assert {offer.temperature for offer in offers} == {None, "ambient", "chilled", "frozen"}
    assert {offer.grade for offer in offers} == {1, 2, 3, 4, 5}
    assert sum(offer.grade_scheme is not None for offer in offers) >= 200
    assert {"green", "organic", "gi", "conformity"} <= {
        name for offer in offers for name in offer.certificates
    }
    assert sum(bool(demand.origin_counties) for demand in demands) >= 10
    assert sum(bool(demand.certificates) for demand in demands) >= 20
    assert {"piece", "booking"} <= {taxonomy().product(offer.product).dimension for offer in offers}


def test_windows_of_one_seller_overlap(market: DemoMarket) -> None:
    """Some party offers the same product twice over the same days."""
    windows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in table(market.offers):
        windows.setdefault((row["party"], row["product"]), []).append(
            (row["available_from"], row["available_to"])
        )
    assert any(
        first[0] <= second[1] and second[0] <= first[1]
        for spans in windows.values()
        for place, first in enumerate(spans)
        for second in spans[place + 1 :]
    )


def test_products_are_in_season(market: DemoMarket) -> None:
    """No litchi in November, apples from the autumn's store, winter tomatoes from the south or Shandong alone."""
    offers, _ = terms(market)
    assert not [offer for offer in offers if offer.market == "litchi"]
    assert [offer for offer in offers if offer.market == "apple"]
    tomatoes = [offer.county for offer in offers if offer.product == "tomato" and offer.county]
    assert tomatoes
    assert {code[:2] for code in tomatoes} <= {"37", "45", "46", "53"}


def test_season_on_both_sides_of_its_limits() -> None:
    """Garlic is dug in May and June and keeps 180 days: fresh then, from store after, gone before the next harvest."""
    garlic = taxonomy().product("garlic")
    origin = next(row for row in origins() if row.product == "garlic")
    assert availability(garlic, origin, dt.date(2026, 5, 1)) == "harvest"
    assert availability(garlic, origin, dt.date(2026, 7, 1)) == "store"
    # 30 June plus 180 days less the fortnight it must still keep.
    assert availability(garlic, origin, dt.date(2026, 12, 13)) == "store"
    assert availability(garlic, origin, dt.date(2026, 12, 14)) is None
    assert last_harvest_day(garlic, dt.date(2026, 4, 30)) == dt.date(2025, 6, 30)
    with pytest.raises(ValueError, match="no harvest months"):
        last_harvest_day(taxonomy().product("hen_egg"), AS_OF)


def test_figures_and_origins_speak_of_the_same_products() -> None:
    """Every product has a price figure and an origin, in the taxonomy's unit, with ordered levels and twelve months."""
    assert set(figures()) == {origin.product for origin in origins()}
    for figure in figures().values():
        product = taxonomy().product(figure.product)
        assert figure.unit == product.pricing_unit
        assert category(product) in FARM_GATE_SHARE.keys() & LOT_KG.keys()
        assert 0 < figure.low <= figure.median <= figure.high
        assert len(figure.month_factors) in {0, 12}
        assert all(0.5 <= factor <= 2 for factor in figure.month_factors)
        assert (figure.source == "assumption") == (figure.observations == 0)


def test_origins_are_real_places() -> None:
    """Well-known counties lie in the provinces named beside them; buyers' districts exist."""
    for origin in origins():
        assert origin.provinces
        for code in origin.known_counties:
            assert code[:2] in origin.provinces, (origin.product, code)
            assert counties().get(code).latitude_e7 is not None
    assert all(code in counties() for code in BUYER_DISTRICTS)


def test_conversions_stay_within_a_market() -> None:
    """What is processed and what comes of it are of one family, and the yield is below one."""
    for raw, made, ratio, fee in CONVERSIONS:
        assert taxonomy().product(raw).family == taxonomy().product(made).family
        assert 0 < ratio < 1
        assert fee > 0


def test_asks_lie_below_and_bids_about_the_wholesale_level(market: DemoMarket) -> None:
    """Growers ask less than the wholesale market pays, buyers bid about as much: most pairs leave room for transport."""
    offers, demands = terms(market)
    heads = {
        slug: origin.product
        for origin in origins()
        for slug in (origin.product, *taxonomy().children(origin.product))
    }
    level = {slug: figures()[head].wholesale(AS_OF.month) for slug, head in heads.items()}
    asks = [offer.price / 1e6 / level[offer.product] for offer in offers if offer.price]
    bids = [demand.price / 1e6 / level[demand.product] for demand in demands if demand.price]
    assert sum(ask < 1 for ask in asks) > 0.85 * len(asks)
    assert 0.9 < sorted(bids)[len(bids) // 2] < 1.25
