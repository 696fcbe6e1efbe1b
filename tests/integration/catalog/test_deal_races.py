"""Many accepts at once on a real PostgreSQL: one wins, nothing is sold twice, sums hold, nothing half done stays."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from deal_market import TONNE, DealMarket
from duijie_catalog.api.deals import HoldBody
from duijie_catalog.domain.deal import Leg, Proposal
from duijie_catalog.handlers import Caller
from duijie_catalog.trading import deal_clock, deal_rows, deals
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work
from duijie_shared.service.errors import Refusal
from serving import served
from sqlalchemy import exc, text

pytestmark = pytest.mark.database

RACERS = 100
DAY = dt.date(2026, 11, 26)


@pytest.fixture
def market(catalog: Any) -> DealMarket:
    """A catalog with nobody in it yet."""
    return DealMarket(catalog)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of calls that all start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(60)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def answered(url: str, headers: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    """What a request gets once it is served: on a busy machine it may be told to come back, with nothing stored."""
    for _ in range(100):
        answer = httpx.post(url, json=body, headers=headers, timeout=60, trust_env=False)
        if answer.status_code != 503:
            break
    return answer


def test_a_hundred_racing_accepts_for_the_last_five_tonnes(market: DealMarket) -> None:
    """Over HTTP, each from a party of its own: one 201, 99 times 409 with what stands now, and nothing below zero."""
    offer = market.offer(quantity=5)
    bodies = []
    for number in range(RACERS):
        demand = market.demand(f"buyer {number}", quantity=5)
        bodies.append((market.catalog.as_party(f"buyer {number}"), market.proposal(offer, demand)))
    with served(market.catalog.client.app) as url:
        answers = at_once(
            [
                lambda headers=headers, body=body: answered(f"{url}/holds", headers, body)  # type: ignore[misc]
                for headers, body in bodies
            ]
        )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: RACERS - 1}
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert {tuple(each["obstacles"]) for each in lost} == {("VERSION", "QUANTITY")}
    assert {each["present"]["offer"]["status"] for each in lost} == {"reserved"}
    remaining = Counter(left for left, _, _ in market.quantities())
    assert remaining == {0: 2, 5 * TONNE: RACERS - 1}
    assert market.catalog.rows("SELECT count(*) FROM deals") == [(1,)]


def test_both_sides_accepting_at_once_make_one_hold(market: DealMarket) -> None:
    """Whoever is second is told of the hold, and answers that."""
    offer, demand = market.offer(), market.demand()
    sides = {"seller": "offer", "buyer": "demand"}
    answers = at_once(
        [
            lambda party=party, side=side: market.hold(party, market.proposal(offer, demand, side=side))  # type: ignore[misc]
            for party, side in sides.items()
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert lost["code"] == "held"
    second = {"offer": "buyer", "demand": "seller"}
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert lost["present"]["deal"]["id"] == made["id"]
    assert market.accept(second[made["accepted_by"]], made["id"]).json()["status"] == "dealt"


@pytest.mark.parametrize("round_", range(3))
def test_two_markets_cannot_have_the_last_slot_of_a_day_both(market: DealMarket, round_: int) -> None:
    """Potatoes and apples for the last 5 t of a cold store: one is held, the other is refused whole."""
    store = market.capacity(throughput_per_day=5 + round_)
    leg = {"capacity_id": store["id"], "first": str(DAY), "last": str(DAY), "quantity": 5 * TONNE}
    bodies = [
        market.proposal(
            market.offer(f"grower of {product}", product=product),
            market.demand(f"buyer of {product}", product=product),
            legs=[leg],
        )
        for product in ("土豆", "苹果")
    ]
    answers = at_once(
        [
            lambda product=product, body=body: market.hold(f"buyer of {product}", body)  # type: ignore[misc]
            for product, body in zip(("土豆", "苹果"), bodies, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert lost["obstacles"] == ["CAPACITY"]
    assert market.days() == [(str(DAY), 5 * TONNE, round_ * TONNE)]
    assert Counter(held for _, held, _ in market.quantities()) == {5 * TONNE: 2, 0: 2}


def test_whatever_happens_at_once_the_sums_hold(market: DealMarket) -> None:
    """Holds, accepts, declines and lapses by eight threads at random, over the same orders and cold stores.

    Of every order remaining + held + dealt is its quantity, of every day what is booked is what its deals book,
    and nothing waits for anything in a ring: PostgreSQL would say so.
    """
    now = market.catalog.now
    offers = [market.offer(f"grower {number}", quantity=12) for number in range(3)]
    demands = [market.demand(f"buyer {number}", quantity=12) for number in range(3)]
    stores = [UUID(market.capacity(throughput_per_day=9)["id"]) for _ in range(2)]
    parties = market.catalog.parties

    def trader(seed: int) -> Counter[str]:
        chance, done = random.Random(seed), Counter[str]()
        for _ in range(40):
            pair = chance.randrange(3), chance.randrange(3)
            callers = (
                Caller(parties[f"grower {pair[0]}"], "producer"),
                Caller(parties[f"buyer {pair[1]}"], "buyer"),
            )
            try:
                done[step(chance, pair, callers)] += 1
            except Refusal as refusal:
                done[str(refusal.status)] += 1
        return done

    def step(chance: random.Random, pair: tuple[int, int], callers: tuple[Caller, Caller]) -> str:
        what = chance.choice(["hold", "hold", "accept", "release", "lapse"])
        offer_id, demand_id = UUID(offers[pair[0]]["id"]), UUID(demands[pair[1]]["id"])
        with unit_of_work(market.catalog.engine, "race") as uow:
            if what == "hold":
                first = DAY + dt.timedelta(chance.randrange(3))
                legs = [
                    Leg(store, first, first + dt.timedelta(chance.randrange(2)), 2 * TONNE)
                    for store in chance.sample(stores, chance.randrange(3))
                ]
                legs = [leg for number, leg in enumerate(legs) if number == 0 or leg.first >= legs[0].last]
                side = chance.choice([0, 1])
                versions = [uow.orders.get(id_) for id_ in (offer_id, demand_id)]
                uow.session.expunge_all()
                deals.hold(
                    uow,
                    callers[side],
                    Proposal(
                        match_id=uuid4(),
                        offer_id=offer_id,
                        demand_id=demand_id,
                        offer_version=versions[0].version if versions[0] else 0,
                        demand_version=versions[1].version if versions[1] else 0,
                        quantity=2 * TONNE,
                        price=2_500_000,
                        farm_gate_price=1_700_000,
                        legs=tuple(legs),
                        side="offer" if side == 0 else "demand",
                        deadline=now + dt.timedelta(hours=chance.randrange(1, 5)),
                    ),
                    now,
                )
                return "held"
            if what == "lapse":
                deal_clock.lapse_due(market.catalog.engine, now + dt.timedelta(hours=1), "race")
                return what
            of_offer = deal_rows.Wanted(status="held", order_id=offer_id)
            held = [d for d in deal_rows.page(uow, of_offer, after=0, limit=100) if d.demand_id == demand_id]
            uow.session.expunge_all()
            if not held:
                return "nothing to answer"
            deal = chance.choice(held)
            if what == "release":
                deals.release(uow, chance.choice(callers), deal.id, "price", now)
            else:
                deals.accept(uow, callers[1] if deal.accepted_by == "offer" else callers[0], deal.id, now)
            return what

    total: Counter[str] = sum(at_once([lambda seed=seed: trader(seed) for seed in range(8)]), Counter())  # type: ignore[misc]
    assert set(total) <= {"held", "accept", "release", "lapse", "nothing to answer", "409"}
    assert min(total[name] for name in ("held", "accept", "release", "409")) > 0, total
    assert sums(market) == []


def sums(market: DealMarket) -> list[Any]:
    """Orders and days whose numbers are not those of their deals."""
    orders = market.catalog.rows("""
        SELECT o.id FROM orders o LEFT JOIN deals d ON o.id IN (d.offer_id, d.demand_id)
        GROUP BY o.id
        HAVING o.held <> coalesce(sum(d.quantity) FILTER (WHERE d.status = 'held'), 0)
            OR o.quantity - o.remaining - o.held <> coalesce(sum(d.quantity) FILTER (WHERE d.status = 'dealt'), 0)
    """)
    days = market.catalog.rows("""
        WITH wanted AS (
            SELECT (leg->>'capacity_id')::uuid capacity_id, day::date, sum((leg->>'quantity')::bigint) booked
            FROM deals d, jsonb_array_elements(d.legs) leg,
                generate_series((leg->>'first')::date, (leg->>'last')::date, interval '1 day') day
            WHERE d.status IN ('held', 'dealt') GROUP BY 1, 2
        )
        SELECT * FROM wanted FULL JOIN capacity_days USING (capacity_id, day)
        WHERE wanted.booked IS DISTINCT FROM capacity_days.booked
    """)
    return [*orders, *days]


@pytest.mark.parametrize("step", ["hold", "accept", "release"])
def test_a_killed_transaction_leaves_nothing(market: DealMarket, step: str) -> None:
    """Its connection dies after all is written and before it is committed; then the same succeeds."""
    offer, demand = market.offer(), market.demand()
    body = market.proposal(offer, demand)
    callers = {name: Caller(market.catalog.parties[name], "x") for name in ("seller", "buyer")}
    held = None if step == "hold" else UUID(market.hold("buyer", body).json()["id"])
    proposal = HoldBody.model_validate_json(json.dumps(body)).proposal()

    def act(uow: UnitOfWork) -> None:
        now = market.catalog.now
        if held is None:
            deals.hold(uow, callers["buyer"], proposal, now)
        elif step == "accept":
            deals.accept(uow, callers["seller"], held, now)
        else:
            deals.release(uow, callers["seller"], held, "price", now)

    before = everything(market)
    with pytest.raises(exc.OperationalError):
        killed(market, act)
    assert everything(market) == before
    with unit_of_work(market.catalog.engine, "again") as uow:
        act(uow)
    assert everything(market) != before
    assert sums(market) == []


def killed(market: DealMarket, act: Callable[[UnitOfWork], None]) -> None:
    """`act` in a transaction whose connection is cut before it is committed."""
    with unit_of_work(market.catalog.engine, "killed") as uow:
        act(uow)
        backend = uow.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with market.catalog.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": backend})


def everything(market: DealMarket) -> list[Any]:
    """All that a deal could have changed."""
    return [
        market.catalog.rows(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
        for table in ("orders", "deals", "capacity_days", "outbox")
    ]
