"""Small markets with answers worked out by hand or by an independent linear program (see each `expected.json`)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from duijie_local.commands.match_capacities import CapacityRows
from duijie_local.commands.match_files import Rows
from duijie_local.commands.match_floor import common_rung
from duijie_local.commands.match_policy import read_policy
from duijie_matcher.domain import NO_CONSTRAINTS
from duijie_matcher.matching import match_market
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, VALUE_SCALE
from matching_oracle import judge

HERE = Path(__file__).parent
CASES = sorted(path.name for path in HERE.iterdir() if (path / "expected.json").is_file())


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Path:
    return HERE / str(request.param)


def capacities_of(case: Path) -> CapacityRows:
    posted = CapacityRows()
    if (case / "capacities.csv").is_file():
        posted.read(case / "capacities.csv")
    assert posted.refused == []
    return posted


def matched(
    case: Path, expected: dict[str, Any]
) -> tuple[Rows, list[MatchRecord], list[Diagnosis], list[PlanRecord]]:
    rows = Rows()
    rows.read_orders(case / "offers.csv", "offer", None)
    rows.read_orders(case / "demands.csv", "demand", None)
    assert rows.refused == []
    policy, moment = read_policy(case / "policy.toml"), expected.get("as_of")
    as_of = None if moment is None else dt.datetime.fromisoformat(moment)
    posted = capacities_of(case)
    by_market = {
        market: [order for order in rows.orders if order.market == market]
        for market in sorted({order.market for order in rows.orders})
    }
    rung = common_rung(by_market, policy, as_of, NO_CONSTRAINTS, posted) if policy.tilt.over_all else None
    results = [
        match_market(market, orders, policy, as_of, capacities=posted.counted, rung=rung)
        for market, orders in by_market.items()
    ]
    return (
        rows,
        [match for result in results for match in result.matches],
        [each for result in results for each in result.diagnoses],
        [result.plan for result in results],
    )


def of_market(expected: Any, plan: PlanRecord) -> float:
    """A figure of one market, where a case has one for each."""
    figure: float = expected[plan.market] if isinstance(expected, dict) else expected
    return figure


def test_the_plan_is_the_worked_out_one(case: Path) -> None:
    """Allocations to 1 g, distances to 0.1 km, landed costs to 0.001 and totals to 0.02 CNY."""
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    rows, matches, _, plans = matched(case, expected)
    lines = {
        (rows.row_keys[line.offer_id], rows.row_keys[line.demand_id]): line
        for line in matches
        if line.kind == "plan" and not line.route
    }
    assert lines.keys() == {(each["offer"], each["demand"]) for each in expected["allocations"]}
    for each in expected["allocations"]:
        line = lines[each["offer"], each["demand"]]
        assert line.quantity == round(each.get("quantity", each.get("quantity_kg")) * QUANTITY_SCALE)
        assert line.distance_m / 1000 == pytest.approx(each["distance_km"], abs=0.1)
        if each["landed_cost"] is None:
            assert line.landed_cost is None
        else:
            assert line.landed_cost is not None
            assert line.landed_cost / PRICE_SCALE == pytest.approx(each["landed_cost"], abs=0.001)
        pool = None if line.pool is None else [line.pool.members, line.pool.quantity / QUANTITY_SCALE]
        assert pool == each.get("pool")
        if "designated" in each:
            assert bool(line.tilt.designations) is each["designated"]
    totals = {
        "welfare": sum(plan.welfare for plan in plans) / VALUE_SCALE,
        "objective": sum(plan.objective for plan in plans) / VALUE_SCALE,
        "cleared": sum(plan.cleared_quantity for plan in plans) / QUANTITY_SCALE,
    }
    for name, value in totals.items():
        assert value == pytest.approx(expected.get(name, expected.get(f"{name}_kg")), abs=0.02)
    for plan in plans:
        if plan.cleared_quantity:
            assert plan.tilt_share == pytest.approx(of_market(expected["tilt_share"], plan), abs=1e-6)
        assert plan.floor_status == expected.get("floor_status", "none")
        if "shadow_price" in expected:
            price = None if plan.shadow_price is None else plan.shadow_price / PRICE_SCALE
            assert price == pytest.approx(expected["shadow_price"], abs=0.0001)
            given_up = None if plan.welfare_given_up is None else plan.welfare_given_up / VALUE_SCALE
            assert given_up == pytest.approx(of_market(expected["welfare_given_up"], plan), abs=0.02)
        guards = [
            [each.kind, each.asked, each.reached, each.status, each.shadow_price / PRICE_SCALE]
            for each in plan.guards
        ]
        assert guards == expected.get("guards", [])


def test_the_feasible_pairs_are_the_worked_out_ones(case: Path) -> None:
    """As many pairs are feasible as expected, and the contract written out pair by pair names the same; pairs that
    only a pooled lot makes feasible are named by the case.
    """
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    rows, matches, _, plans = matched(case, expected)
    feasible = {(offer, demand) for offer, demand in expected["feasible_pairs"]}
    assert sum(plan.feasible_pairs for plan in plans) == len(feasible)
    direct = [each for each in matches if not each.route]
    assert {(rows.row_keys[each.offer_id], rows.row_keys[each.demand_id]) for each in direct} <= feasible
    moment = expected.get("as_of")
    as_of = None if moment is None else dt.datetime.fromisoformat(moment)
    policy = read_policy(case / "policy.toml")
    judged = {
        (rows.row_keys[offer.order_id], rows.row_keys[demand.order_id])
        for offer in rows.orders
        for demand in rows.orders
        if offer.side == "offer"
        and demand.side == "demand"
        and not judge(offer, demand, policy, as_of).failed
    }
    pooled = {(offer, demand) for offer, demand in expected.get("pooled_pairs", [])}
    # What the policy leaves to posted carriers passes every gate of the pair itself.
    closed = {(offer, demand) for offer, demand in expected.get("closed", [])}
    assert judged | pooled == feasible | closed
    assert not judged & pooled


def test_what_is_left_short_is_told_why(case: Path) -> None:
    """Every order that the case names is left short with exactly these codes, and no other order is."""
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    rows, _, diagnoses, _ = matched(case, expected)
    assert {rows.row_keys[each.order_id]: list(each.codes) for each in diagnoses} == expected["codes"]


def test_the_routes_are_the_worked_out_ones(case: Path) -> None:
    """Capacities, days, what leaves and arrives, and the landed cost of every route of the plan."""
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    rows, matches, _, _ = matched(case, expected)
    keys = capacities_of(case).row_keys
    found = []
    for line in matches:
        if not line.route:
            continue
        used = [leg for leg in line.route if leg.capacity_id is not None]
        assert line.route[-1].given == line.quantity
        found.append(
            {
                "offer": rows.row_keys[line.offer_id],
                "demand": rows.row_keys[line.demand_id],
                "capacities": [keys[leg.capacity_id] for leg in used if leg.capacity_id],
                "taken": line.route[0].taken / QUANTITY_SCALE,
                "quantity": line.quantity / QUANTITY_SCALE,
                "landed_cost": None if line.landed_cost is None else line.landed_cost / PRICE_SCALE,
                "days": [[str(leg.first), str(leg.last)] for leg in used],
            }
        )
    assert found == expected.get("routes", [])
