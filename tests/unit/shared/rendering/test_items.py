"""Contract records as items: numbers people read, and nothing that gives a place away before a deal."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from duijie_shared.events.matches import Change, Diagnosis, MatchRecord, NearMiss, PlanRecord
from duijie_shared.rendering import diagnosis_item, match_item, plan_item
from duijie_shared.rendering.advice import near_miss_item

EXAMPLES = Path(str(files("duijie_shared.events"))) / "examples"
ITEM_FIELDS = {
    "id", "version", "kind", "status", "offer", "demand", "product", "quantity", "unit", "score", "parts",
    "ask_price", "bid_price", "landed_cost", "suggested_price", "distance_km", "route", "tilt", "reasons",
}  # fmt: skip


def a_match(name: str = "plan_line", **changes: Any) -> MatchRecord:
    path = EXAMPLES / "matches-v1" / "duijie.match.v1" / f"{name}.json"
    return MatchRecord.model_validate_json(json.dumps({**json.loads(path.read_text("utf-8")), **changes}))


def test_an_item_has_what_is_promised_as_json_numbers() -> None:
    """Every field of the item; kg and CNY/kg; whole numbers stay whole; JSON takes it as it is."""
    item = match_item(a_match(), exact=True)
    assert set(item) >= ITEM_FIELDS
    assert (item["quantity"], item["unit"]) == (12_500, "kg")
    assert (item["ask_price"], item["bid_price"], item["landed_cost"]) == (1.8, 4.4, 3.162286)
    assert item["distance_km"] == 1746.521
    assert item["tilt"] == {"designations": ["cn-832"], "bonus": 0.05}
    assert isinstance(item["quantity"], int)
    assert json.loads(json.dumps(item, allow_nan=False)) == item


def test_row_keys_stand_in_for_ids_and_a_hold_overlays_the_status() -> None:
    """Files speak of row keys; catalog knows of holds and deals."""
    item = match_item(a_match(), exact=True, offer="o1", demand="d1", status="held")
    assert (item["offer"], item["demand"], item["status"]) == ("o1", "d1", "held")


def test_before_a_deal_distance_and_what_follows_from_it_are_coarse() -> None:
    """5 km and 0.01 CNY, so that three buyers cannot triangulate a farm; ask and bid are exact."""
    item = match_item(a_match(), exact=False)
    assert item["distance_km"] == 1745
    assert (item["landed_cost"], item["suggested_price"], item["farm_gate_price"]) == (3.16, 3.78, 2.42)
    assert (item["ask_price"], item["bid_price"]) == (1.8, 4.4)


@pytest.mark.parametrize(
    ("metres", "coarse"), [(0, 0), (2_499, 0), (2_501, 5), (7_499, 5), (7_501, 10), (19_000_000, 19_000)]
)
def test_distances_go_to_the_nearest_five_km(metres: int, coarse: int) -> None:
    """Both sides of the halves."""
    item = match_item(a_match(distance_m=metres), exact=False)
    assert item["distance_km"] == coarse
    assert match_item(a_match(distance_m=metres), exact=True)["distance_km"] == metres / 1000


@pytest.mark.parametrize(
    ("micro", "coarse"), [(3_154_999, 3.15), (3_155_001, 3.16), (1_000_000_004_999, 1_000_000)]
)
def test_costs_go_to_the_nearest_hundredth(micro: int, coarse: float) -> None:
    """Also where a float would have to count past its digits."""
    assert match_item(a_match(landed_cost=micro), exact=False)["landed_cost"] == coarse


def test_no_two_distances_five_km_apart_are_told_from_a_coarse_item() -> None:
    """Farms at 1,743 and 1,747 km look alike but for what the poster's own figures say: the sentences stay."""
    near, far = (match_item(a_match(distance_m=m), exact=False) for m in (1_743_000, 1_747_000))
    assert near == far


def test_prices_negotiable_on_both_sides_are_null() -> None:
    """Null, not zero."""
    item = match_item(a_match("negotiable_on_both_sides"), exact=False)
    for field in ("ask_price", "bid_price", "landed_cost", "suggested_price", "farm_gate_price"):
        assert item[field] is None
    assert (item["quantity"], item["unit"]) == (1.5, "piece")


def test_no_item_names_a_party_or_a_point() -> None:
    """Who and where exactly is disclosed only after both accepted."""
    for exact in (True, False):
        text = json.dumps(match_item(a_match(), exact=exact))
        assert str(a_match().offer_party) not in text
        assert str(a_match().demand_party) not in text
        assert "latitude" not in text
        assert "transport" not in text


def test_a_diagnosis_says_by_how_much_and_why() -> None:
    """In the pricing unit; the row key where there is one."""
    path = EXAMPLES / "diagnoses-v1" / "duijie.diagnosis.v1" / "short_of_price.json"
    record = Diagnosis.model_validate_json(path.read_bytes())
    item = diagnosis_item(record, order="o4")
    assert (item["kind"], item["order"], item["side"]) == ("diagnosis", "o4", "offer")
    assert (item["short_by"], item["unit"], item["codes"]) == (12_000, "kg", ["PRICE", "GRADE"])
    assert diagnosis_item(record)["order"] == str(record.order_id)
    assert len(item["reasons"]["zh"]) == len(item["reasons"]["en"]) == 2


def test_a_near_miss_says_what_to_change_in_posted_units_and_in_both_languages() -> None:
    """CNY and kg, days and words; nothing is said of a near miss that the order cannot mend."""
    path = EXAMPLES / "diagnoses-v1" / "duijie.diagnosis.v1" / "near_misses.json"
    record = Diagnosis.model_validate_json(path.read_bytes())
    price, grade = diagnosis_item(record)["near_misses"]
    assert price["changes"] == [{"field": "price", "from": 3, "to": 2.85, "unit": "CNY/kg"}]
    assert price["advice"]["en"] == ["Change the ask from 3 to 2.85 CNY/kg"]
    assert price["advice"]["zh"] == ["要价由 3 改为 2.85 元/公斤"]
    assert grade["changes"] == [{"field": "grade", "from": 3, "to": 4, "unit": None}]
    changes = (
        Change(field="min_lot", before=40_000, after=30_500),
        Change(field="evidence", before="self_declared", after="inspected"),
        Change(field="origin_counties", before=("520526",), after=()),
        Change(field="window_to", before="2026-11-25", after="2026-12-01"),
    )
    miss = NearMiss(codes=("MIN_LOT",), changes=changes, size=1.0)
    item = diagnosis_item(
        record.model_copy(update={"near_misses": (miss, NearMiss(codes=("ORIGIN",), changes=()))})
    )
    assert item["near_misses"][0]["advice"]["zh"][1:3] == [
        "证据等级由 自报 改为 已查验",
        "产地县由 520526 改为 不限",
    ]
    assert item["near_misses"][0]["changes"][0] == {"field": "min_lot", "from": 40, "to": 30.5, "unit": "kg"}
    assert item["near_misses"][1] == {
        "codes": ["ORIGIN"],
        "size": None,
        "wait_days": 0,
        "changes": [],
        "advice": {"zh": [], "en": []},
    }
    json.dumps(item, allow_nan=False)


@pytest.mark.parametrize(("days", "en"), [(1, "Wait 1 more day"), (3, "Wait 3 more days")])
def test_a_near_miss_beyond_the_radius_says_how_long_to_wait(days: int, en: str) -> None:
    """After the changes, in both languages; nothing of waiting where there is none to do."""
    miss = NearMiss(codes=("RADIUS",), changes=(), size=0.1, wait_days=days)
    item = near_miss_item(miss, "offer", "kg")
    assert item["wait_days"] == days
    assert item["advice"] == {
        "zh": [f"再等 {days} 天, 寻找范围会扩大到那里"],
        "en": [f"{en} for the search to reach it"],
    }


def test_totals_of_a_plan_are_in_cny_and_in_the_pricing_unit() -> None:
    """1e-9 CNY and grams inside; exact to the float outside."""
    path = EXAMPLES / "plans-v1" / "duijie.plan.v1" / "plan.json"
    record = PlanRecord.model_validate_json(path.read_bytes())
    item = plan_item(record)
    assert item["welfare"] == pytest.approx((4.4 - 3.162286) * 12_500)
    assert item["objective"] == pytest.approx(item["welfare"] + 12_500 * 4.4 * 0.05)
    assert (item["cleared_quantity"], item["objective_bound"]) == (12_500, None)
    json.dumps(item, allow_nan=False)


def test_the_legs_of_a_chain_name_their_capacity_and_sum_to_the_landed_cost() -> None:
    """By row key where there is one, by id else; ask and costs come to what the goods cost at the buyer's door."""
    record = a_match("chain_through_a_cold_store")
    road, store, _ = match_item(record, exact=True)["route"]
    assert (road["activity"], road["capacity"], road["first"]) == ("road", None, None)
    assert (store["activity"], store["first"], store["last"]) == ("cold_storage", "2026-11-25", "2026-12-04")
    assert store["taken"] == store["per_day"] == match_item(record, exact=True)["quantity"]
    identity = record.route[1].capacity_id
    assert identity is not None
    assert store["capacity"] == str(identity)
    assert match_item(record, exact=True, capacities={identity: "s1"})["route"][1]["capacity"] == "s1"
    assert record.ask_price is not None
    assert record.ask_price + sum(leg.cost for leg in record.route) == record.landed_cost


def test_before_a_deal_legs_are_coarse_too() -> None:
    """A leg's length and cost would give the farm away as well as the whole way's."""
    road, _, onward = match_item(a_match("chain_through_a_cold_store"), exact=False)["route"]
    assert (road["distance_km"], road["cost"]) == (210, 0.16)
    assert (onward["distance_km"], onward["cost"]) == (900, 1.12)


def test_a_share_says_what_its_pool_brings_together() -> None:
    """How many and how much, never who; a line of its own has no pool."""
    pool = match_item(a_match("share_of_a_pooled_lot"), exact=True)["pool"]
    assert set(pool) == {"id", "county", "members", "quantity"}
    assert (pool["members"], pool["quantity"]) == (3, 37_500)
    assert match_item(a_match(), exact=True)["pool"] is None


def test_a_plan_with_a_floor_says_what_it_costs() -> None:
    """The price of priority in CNY per unit of floor, and the welfare given up in CNY; none without a floor."""
    folder = EXAMPLES / "plans-v1" / "duijie.plan.v1"
    item = plan_item(PlanRecord.model_validate_json((folder / "floor_met.json").read_bytes()))
    assert (item["floor"], item["floor_of"], item["floor_status"]) == (0.3, "quantity", "met")
    assert (item["shadow_price"], item["welfare_given_up"]) == (0.3253, 1200)
    without = plan_item(PlanRecord.model_validate_json((folder / "plan.json").read_bytes()))
    assert (without["floor_status"], without["shadow_price"]) == ("none", None)
