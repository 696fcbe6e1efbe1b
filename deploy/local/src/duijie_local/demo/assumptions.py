"""Levels that no data set gives. Every number here is the editor's assumption, chosen so that the market is plausible.

No set of Chinese supply and demand posts with quantities was found; prices alone have a source (`tables`).
"""

from __future__ import annotations

from typing import Final

FARM_GATE_SHARE: Final = {
    "vegetables": 0.55,
    "fruit": 0.58,
    "edible_fungi": 0.65,
    "cereals_oil": 0.80,
    "livestock": 0.80,
    "poultry_eggs": 0.82,
    "aquatic": 0.75,
    "tea_coffee": 0.70,
    "medicinal_herbs": 0.78,
    "nuts_dry_goods": 0.72,
    "processed": 0.76,
    "handicrafts": 0.60,
    "services": 0.80,
}
"""Farm-gate price as a share of the wholesale price, by category: what perishes loses more on its way to a market."""

LOT_KG: Final = {
    "vegetables": 8_000,
    "fruit": 6_000,
    "edible_fungi": 1_200,
    "cereals_oil": 12_000,
    "livestock": 2_500,
    "poultry_eggs": 2_000,
    "aquatic": 2_500,
    "tea_coffee": 150,
    "medicinal_herbs": 600,
    "nuts_dry_goods": 1_500,
    "processed": 2_500,
    "handicrafts": 120,
    "services": 60,
}
"""Median size of one offer in pricing units (kg, pieces, room-nights, seats), by category."""

LOT_SIGMA: Final = 0.8
"""Spread of lot sizes: about one in ten is above 2.8 times the median, one in ten below a third of it."""

DEMAND_LOTS: Final = 4.3
"""Median size of one demand, in median offers: buyers bundle several growers' lots."""

GRADE_FACTOR: Final = {5: 1.22, 4: 1.08, 3: 1.0, 2: 0.87, 1: 0.68}
"""Price of a common rank relative to rank 3."""

OFFER_GRADES: Final = {5: 12, 4: 33, 3: 35, 2: 15, 1: 5}
DEMAND_GRADES: Final = {5: 4, 4: 24, 3: 42, 2: 21, 1: 9}
"""How often, in a hundred, an offer has and a demand asks at least a common rank."""

DOOR_FACTOR: Final = 1.06
DOOR_SIGMA: Final = 0.10
"""Bids at the buyer's door about the wholesale level of the month: buyers pay a little for direct supply."""

LEAST_ASK_SIGMA: Final = 0.06
MOST_ASK_SIGMA: Final = 0.22
"""Bounds of the spread of asks between growers; within them it is half of what the price figures show."""

FEES: Final = {
    "grading": 0.08,
    "packing": 0.22,
    "precooling": 0.10,
    "cold_storage": 0.15,
    "local_delivery": 0.45,
}
"""Fees of services in CNY per kg taken in."""

LINE_HAUL_CNY_PER_KG_KM: Final = 0.0006
LINE_HAUL_DETOUR: Final = 1.3
"""A line-haul's fee follows the ambient rate and detour of the policy's defaults."""

CONVERSIONS: Final = (
    # raw product, product made of it, kg out per kg in, fee in CNY per kg taken in
    ("tomato", "tomato_paste", 0.16, 0.55),
    ("potato", "potato_starch", 0.17, 0.35),
    ("sweet_potato", "vermicelli", 0.22, 0.90),
    ("apple", "apple_juice", 0.14, 0.60),
    ("peanut_shell", "peanut_kernel", 0.70, 0.30),
    ("rapeseed", "rapeseed_oil", 0.36, 0.80),
    ("walnut", "walnut_kernel", 0.45, 2.50),
    ("shiitake_fresh", "shiitake_dried", 0.12, 1.20),
    ("chili_fresh", "dried_chili", 0.22, 0.90),
    ("paddy_rice", "rice_milled", 0.68, 0.20),
    ("live_pig", "pork_chilled", 0.70, 1.10),
    ("pork_chilled", "cured_pork", 0.62, 4.00),
    ("duck_egg", "salted_duck_egg", 0.97, 1.80),
    ("konjac", "konjac_flour", 0.09, 0.80),
)
"""Processing yields and fees: rules of thumb of the trade."""
