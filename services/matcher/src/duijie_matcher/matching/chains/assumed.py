"""Capacity that nobody posted, as far as it is assumed: a gap is told only where it would let a pair trade.

Assumed, for any quantity and on any day, are: grading, packing, processing and storage at the offer's own place that cost
and lose nothing, the store at the goods' class (chilled for ambient goods); a carrier of the class from door to door at
the road's rate, with precooling where goods come warmer; and where the road is too dear a line-haul at the policy's share of
its rate.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import numpy as np
from duijie_shared.geography.distance import distance_m
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.domain import Capacity
from duijie_matcher.domain.capacity import PPM
from duijie_matcher.domain.order import LARGEST_QUANTITY
from duijie_matcher.matching.by_class import class_code
from duijie_matcher.matching.chains.finding import LONGEST
from duijie_matcher.matching.chains.needs import (
    COOLING,
    HAUL,
    HOPELESS,
    NEEDED,
    PACKING,
    PROCESSING,
    STORAGE,
)
from duijie_matcher.matching.gates import fresh_moment, journey_ms
from duijie_matcher.matching.packs import common_multiple, in_packs
from duijie_matcher.matching.terms import TEMPERATURES, decimal_fraction, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.events.base import Activity, Temperature
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.needs import Block
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.terms import Terms

ASSUMED = UUID("5d1f6a0e-7a52-5b0e-9a57-0c4b7f5a8e21")
"""Whose they are, and the namespace of their ids, which nobody sees."""


def would_trade(book: Book, block: Block, left: tuple[Ints, Ints]) -> Bools:
    """Which pairs of a block what they lack would let trade, of what is `left` of offers and demands."""
    offers = book.offer_columns.take(block.offers, (1, -1))
    demands = book.demand_columns.take(block.demands, (-1, 1))
    needs, product = block.needs, book.products[book.offers[block.offers[0]].product]
    processed = (needs & PROCESSING) != 0
    possible: Bools = (needs != 0) & ((needs & HOPELESS) == 0) & _few_enough(book, block)
    share = ratio(decimal_fraction(book.terms.policy.matching.haul_share))
    road = road_price(book, block)
    road = np.where((needs & HAUL) != 0, np.rint(road * share[0] / share[1]), road)
    possible &= offers.price + road <= demands.price
    under_way = journey_ms(block.distance, book.terms.travel) + book.terms.handling_ms
    stored = (needs & STORAGE) != 0
    possible &= (offers.leaves <= offers.closes) & (stored | (offers.leaves + under_way <= demands.closes))
    # Goods are taken in as they leave. A store keeps them for longer only if it is colder than the figure is for.
    until = fresh_moment(offers, demands)
    arrival = np.maximum(offers.leaves + under_way, demands.opens)
    keeps = processed | (stored & (product.temperature == "ambient"))
    possible &= (offers.leaves <= until) & (keeps | (arrival <= until))
    packs = np.where(
        (needs & (PACKING | PROCESSING)) != 0, demands.pack, common_multiple(offers.pack, demands.pack)
    )
    most = np.minimum(left[0][block.offers][None, :], left[1][block.demands][:, None])
    lot = np.maximum(np.maximum(offers.min_lot, demands.min_lot), 1)
    possible &= in_packs(most, packs) >= lot
    return possible


def road_price(book: Book, block: Block) -> Floats:
    """What a unit costs on the pair's own road; what is processed travels at the class of what it became."""
    made = book.products[book.demands[block.demands[0]].product]
    offered = book.products[book.offers[block.offers[0]].product]
    if made.slug == offered.slug or not (block.needs & PROCESSING).any():
        return block.transport
    named = book.demand_columns.temperature[block.demands]
    rates = [
        book.terms.transport(made, TEMPERATURES[code - 1] if code else made.temperature)
        for code in named.tolist()
    ]
    numerator, denominator = (np.array(part, dtype=np.float64)[:, None] for part in zip(*rates, strict=True))
    road: Floats = np.rint(block.distance * numerator / denominator)
    return road


def _few_enough(book: Book, block: Block) -> Bools:
    """Whether a chain is no longer than chains are, and the direct road at its end open or among what is missing."""
    needs = block.needs
    kinds = np.bitwise_count(needs & ~np.uint8(HOPELESS))
    short: Bools = kinds + ((needs & COOLING) != 0) <= LONGEST
    if book.terms.policy.matching.cold_chain == "required" and (needs & PROCESSING).any():
        made = book.products[book.demands[block.demands[0]].product]
        named = book.demand_columns.temperature[block.demands][:, None]
        cold = np.where(named == 0, class_code(made.temperature), named) > class_code("ambient")
        far = block.distance > book.terms.policy.matching.local_km * 1000
        short &= ((needs & COOLING) != 0) | ~(cold & far)
    return short


def assumed(
    terms: Terms, products: Mapping[str, Product], offer: Order, demand: Order, missing: int
) -> list[Capacity]:
    """The capacities that a pair lacks, as they are assumed."""
    same = taxonomy().is_descendant(offer.product, demand.product)
    product = products[offer.product if same else demand.product]
    named = max(class_code(offer.temperature), class_code(demand.temperature))
    temperature = TEMPERATURES[named - 1] if named else product.temperature
    metres = distance_m(offer.latitude_e7, offer.longitude_e7, demand.latitude_e7, demand.longitude_e7)
    road = round(Fraction(metres) * Fraction(*terms.transport(product, temperature)))
    share = decimal_fraction(terms.policy.matching.haul_share)
    fees = {COOLING: road, HAUL: round(road * Fraction(*ratio(share)))}
    found = [
        _assumed(offer, demand, NEEDED[bit], product.slug, temperature, fees.get(bit, 0))
        for bit in NEEDED
        if missing & bit
    ]
    if missing & COOLING and offer.temperature and class_code(offer.temperature) < class_code(temperature):
        found.append(_assumed(offer, demand, "precooling", offer.product, temperature, 0))
    return found


def _assumed(
    sold: Order, wanted: Order, activity: Activity, kept: str, temperature: Temperature, fee: int
) -> Capacity:
    """`kept` is the product that is stored and moved: what was made, where anything is."""
    moved, processed = activity == "line_haul", activity == "processing"
    if activity == "cold_storage" and temperature == "ambient":
        temperature = "chilled"
    return Capacity(
        capacity_id=uuid5(ASSUMED, activity),
        version=1,
        sequence=0,
        party_id=ASSUMED,
        activity=activity,
        product_in=kept if moved or activity == "cold_storage" else sold.product,
        product_out=wanted.product if processed else None,
        yield_ppm=PPM if processed else None,
        loss_ppm=0,
        throughput_per_day=LARGEST_QUANTITY,
        fee=fee,
        county=sold.county,
        latitude_e7=sold.latitude_e7,
        longitude_e7=sold.longitude_e7,
        to_county=wanted.county if moved else None,
        to_latitude_e7=wanted.latitude_e7 if moved else None,
        to_longitude_e7=wanted.longitude_e7 if moved else None,
        available_from=min(sold.window_from, wanted.window_from),
        available_to=max(sold.window_to, wanted.window_to),
        temperature=temperature if moved or activity in {"cold_storage", "precooling"} else None,
    )
