"""Demands for a category: one posting, a child in every market, and a quantity that they share."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from deal_market import DealMarket
from duijie_catalog.domain.errors import ShortError
from duijie_catalog.handlers import Caller
from duijie_catalog.privacy import erasure
from duijie_catalog.unit_of_work import unit_of_work

pytestmark = pytest.mark.database

LEAFY = {
    "product": "叶菜", "min_grade": 3, "quantity": 30, "unit": "t", "min_lot": 1, "bid_price": 4200,
    "county": "310115", "needed_from": "2026-11-25", "needed_to": "2027-01-20",
}  # fmt: skip
T = 1_000_000


def post(catalog: Any, **changes: object) -> dict[str, Any]:
    """Post a demand for leafy vegetables as a buyer."""
    made = catalog.client.post("/orders/demands", json=LEAFY | changes, headers=catalog.as_party("buyer"))
    assert made.status_code == 201, made.text
    posted: dict[str, Any] = made.json()
    return posted


def seen(catalog: Any, id_: object) -> dict[str, Any]:
    """The demand as its poster reads it."""
    found = catalog.client.get(f"/orders/demands/{id_}", headers=catalog.as_party("buyer"))
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


def change(catalog: Any, method: str, id_: object, version: int, **body: object) -> Any:
    """Amend or withdraw it."""
    headers = catalog.as_party("buyer", **{"If-Match": f'"{version}"'})
    return catalog.client.request(method, f"/orders/demands/{id_}", json=body or None, headers=headers)


def act(catalog: Any, child: object, step: str, quantity: int) -> None:
    """Hold, release or deal so much of a child, in a transaction of its own, as a deal does."""
    with unit_of_work(catalog.engine, str(uuid4())) as uow:
        order = uow.orders.locked([UUID(str(child))])[UUID(str(child))]
        uow.store([getattr(order, step)(quantity, catalog.now)], catalog.now)


def hold_both(catalog: Any, ids: list[UUID], quantity: int) -> None:
    """Hold so much of each, stored together."""
    with unit_of_work(catalog.engine, str(uuid4())) as uow:
        orders = uow.orders.locked(ids)
        uow.store([orders[id_].hold(quantity, catalog.now) for id_ in ids], catalog.now)


def newest(catalog: Any) -> dict[str, Any]:
    """Order id -> the newest snapshot that waits to be sent."""
    return {row.key: body for row, body, _ in catalog.outbox() if row.topic == "orders-v1"}


def family(catalog: Any) -> set[tuple[object, ...]]:
    """What distinguishes the children, as published: status and what remains."""
    return {(body.status, body.remaining) for body in newest(catalog).values()}


def test_one_posting_opens_a_child_in_every_market(catalog: Any) -> None:
    """The children are published in their markets, with the parent's quantity; the parent itself is not."""
    demand = post(catalog)
    assert (demand["product"], demand["remaining"], demand["left_out"]) == ("vegetables/leafy", 30, [])
    children = {child["id"]: child for child in demand["children"]}
    assert len(children) == 19
    snapshots = newest(catalog)
    assert snapshots.keys() == children.keys()
    for id_, body in snapshots.items():
        assert str(body.parent_id) == demand["id"]
        assert (body.market, body.product) == (children[id_]["market"], children[id_]["product"])
        assert (body.quantity, body.remaining, body.status, body.grade) == (30 * T, 30 * T, "open", 3)
    assert len({body.market for body in snapshots.values()}) == 19


def test_it_is_listed_as_one_and_each_child_can_be_read(catalog: Any) -> None:
    """By its poster and by staff; a child says whose it is."""
    demand = post(catalog)
    for headers in (catalog.as_party("buyer"), catalog.as_operator()):
        listed = catalog.client.get("/orders/demands", headers=headers).json()["items"]
        assert [(item["id"], len(item["children"])) for item in listed] == [(demand["id"], 19)]
    child = seen(catalog, demand["children"][0]["id"])
    assert (child["parent"], child["product"]) == (demand["id"], demand["children"][0]["product"])
    assert catalog.client.get("/statistics", headers=catalog.as_operator()).json()["orders"]["total"] == 1


def test_a_hold_on_one_child_is_taken_from_all(catalog: Any) -> None:
    """Held, dealt, given back: what remains falls and rises everywhere at once, published in one transaction."""
    demand = post(catalog)
    first, second = (child["id"] for child in demand["children"][:2])
    act(catalog, first, "hold", 12 * T)
    assert family(catalog) == {("open", 18 * T)}
    act(catalog, second, "hold", 18 * T)
    assert family(catalog) == {("reserved", 0)}
    act(catalog, first, "deal", 12 * T)
    assert family(catalog) == {("reserved", 0)}
    assert seen(catalog, demand["id"])["status"] == "reserved"
    act(catalog, second, "release", 18 * T)
    assert family(catalog) == {("partly_filled", 18 * T)}
    act(catalog, second, "hold", 18 * T)
    act(catalog, second, "deal", 18 * T)
    assert family(catalog) == {("closed", 0)}
    shown = seen(catalog, demand["id"])
    assert (shown["status"], shown["remaining"]) == ("closed", 0)
    rows = dict(catalog.rows("SELECT id, held FROM orders"))
    assert set(rows.values()) == {0}


def test_deals_in_two_markets_share_the_quantity(catalog: Any) -> None:
    """Spinach for 5 t of 8; what is then asked of celery is refused as short, until the first hold is given back."""
    market = DealMarket(catalog)
    offers = {name: market.offer(product=name) for name in ("spinach", "celery")}
    demand = market.demand(product="叶菜", quantity=8)
    ids = {child["product"]: {"id": child["id"]} for child in demand["children"]}

    def child(name: str) -> dict[str, Any]:
        return market.now_of("orders/demands", "buyer", ids[name])

    hold = market.held(offers["spinach"], child("spinach"))
    assert (child("spinach")["remaining"], child("celery")["remaining"]) == (3, 3)
    short = market.hold("buyer", market.proposal(offers["celery"], child("celery")))
    assert (short.status_code, child("celery")["remaining"]) == (409, 3)
    assert market.release("seller", hold["id"]).status_code == 200
    second = market.held(offers["celery"], child("celery"))
    assert market.accept("seller", second["id"]).json()["status"] == "dealt"
    assert {child(name)["remaining"] for name in ids} == {3}
    parent = market.proposal(offers["celery"], market.now_of("orders/demands", "buyer", demand))
    assert market.hold("buyer", parent | {"quantity": T}).status_code == 409


def test_versions_of_a_child_rise_one_by_one(catalog: Any) -> None:
    """Whoever is changed and whoever follows: no record is published twice under one version."""
    demand = post(catalog)
    for child in demand["children"][:3]:
        act(catalog, child["id"], "hold", T)
    versions: dict[str, list[int]] = {}
    for row, _body, _ in catalog.outbox():
        if row.topic == "orders-v1":
            versions.setdefault(row.key, []).append(row.aggregate_version)
    assert set(map(tuple, versions.values())) == {(1, 2, 3, 4)}


def test_together_they_take_no_more_than_the_shared_quantity(catalog: Any) -> None:
    """In a transaction after another, and in one that changes two children at once."""
    demand = post(catalog)
    ids = [UUID(child["id"]) for child in demand["children"][:2]]
    act(catalog, ids[0], "hold", 20 * T)
    with pytest.raises(ShortError):
        act(catalog, ids[1], "hold", 11 * T)
    with pytest.raises(ShortError):
        hold_both(catalog, ids, 6 * T)
    hold_both(catalog, ids, 5 * T)
    assert seen(catalog, demand["id"])["remaining"] == 0


def test_children_that_are_held_at_the_same_time_wait_for_each_other(catalog: Any) -> None:
    """Forty holds of a tonne by eight threads, each on another child: thirty succeed, and none is in a deadlock."""
    demand = post(catalog)
    ids = [child["id"] for child in demand["children"]]
    outcomes: list[str] = []

    def work(start: int) -> None:
        for number in range(5):
            try:
                act(catalog, ids[(start * 5 + number) % len(ids)], "hold", T)
            except ShortError:
                outcomes.append("short")
            else:
                outcomes.append("held")

    threads = [threading.Thread(target=work, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("held"), outcomes.count("short")) == (30, 10)
    assert seen(catalog, demand["id"])["remaining"] == 0
    assert catalog.rows("SELECT sum(held) FROM orders WHERE parent_id IS NOT NULL") == [(30 * T,)]
    assert catalog.rows("SELECT held FROM orders WHERE parent_id IS NULL") == [(30 * T,)]


def test_an_amendment_of_the_parent_carries_to_the_children(catalog: Any) -> None:
    """Less what is taken already; never below that."""
    demand = post(catalog)
    act(catalog, demand["children"][0]["id"], "hold", 10 * T)
    refused = change(catalog, "PATCH", demand["id"], 2, quantity=9)
    assert refused.json()["errors"][0]["code"] == "below-consumed"
    amended = change(catalog, "PATCH", demand["id"], 2, quantity=40, bid_price=4500)
    assert (amended.status_code, amended.json()["remaining"], amended.json()["version"]) == (200, 30, 3)
    assert {(body.quantity, body.remaining, body.price) for body in newest(catalog).values()} == {
        (40 * T, 30 * T, 4_500_000)
    }
    assert len(amended.json()["children"]) == 19
    other = change(catalog, "PATCH", demand["id"], 3, product="水果")
    assert other.json()["errors"][0]["code"] == "other-market"


def test_withdrawing_the_parent_withdraws_the_children(catalog: Any) -> None:
    """All of them, in the same transaction; a hold that is given back later opens none of them again."""
    demand = post(catalog)
    first = demand["children"][0]["id"]
    act(catalog, first, "hold", 10 * T)
    assert change(catalog, "DELETE", demand["id"], 2).json()["status"] == "withdrawn"
    assert family(catalog) == {("withdrawn", 20 * T)}
    act(catalog, first, "release", 10 * T)
    assert {body.status for body in newest(catalog).values()} == {"withdrawn"}


def test_a_child_cannot_be_changed_alone(catalog: Any) -> None:
    """409 with the parent's id; nothing is stored."""
    demand = post(catalog)
    child = demand["children"][0]["id"]
    for method, body in (("PATCH", {"quantity": 5}), ("DELETE", {})):
        refused = change(catalog, method, child, 1, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "child-of-category")
        assert demand["id"] in refused.json()["en"]
    assert seen(catalog, child)["version"] == 1


def test_a_draft_opens_its_children_when_it_is_opened(catalog: Any) -> None:
    """And not before; until then it may even become a demand for another category."""
    demand = post(catalog, status="draft")
    assert (demand["status"], demand["children"], newest(catalog)) == ("draft", [], {})
    change(catalog, "PATCH", demand["id"], 1, product="edible_fungi/fresh")
    opened = change(catalog, "PATCH", demand["id"], 2, status="open").json()
    assert (opened["status"], len(opened["children"])) == ("open", 10)
    assert {body.version for body in newest(catalog).values()} == {1}


def test_the_whole_family_expires_and_is_tombstoned(catalog: Any) -> None:
    """With its window, once; the parent leaves no tombstone, for it was on no topic."""
    demand = post(catalog)
    for as_of in ("2027-01-21T00:00:00+08:00", "2027-01-21T01:00:00+08:00"):
        catalog.client.post("/ticks", json={"as_of": as_of}, headers=catalog.as_operator())
    assert {(body.status, body.version) for body in newest(catalog).values() if hasattr(body, "status")} == {
        ("expired", 2)
    }
    assert seen(catalog, demand["id"])["status"] == "expired"
    catalog.clear_outbox()
    catalog.client.post("/ticks", json={"as_of": "2027-01-28T02:00:00+08:00"}, headers=catalog.as_operator())
    gone = [row.key for row, body, _ in catalog.outbox() if body is None]
    assert sorted(gone) == sorted(child["id"] for child in demand["children"])


def test_an_erasure_reaches_every_child_whatever_the_batches(
    catalog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits to be sent has no exact place left, and each child that was published ends with a tombstone."""
    demand = post(catalog, latitude=31.2345, longitude=121.5678, note="后门卸货")
    monkeypatch.setattr(erasure, "BATCH", 7)
    with unit_of_work(catalog.engine, "erasure") as uow:
        erasure.erase(uow, Caller(None, "admin"), catalog.parties["buyer"], "own-request", catalog.now)
    left = [(row.key, body) for row, body, _ in catalog.outbox() if row.topic == "orders-v1"]
    assert 312_345_000 not in {body.latitude_e7 for _, body in left if body}
    assert {key for key, body in left if body is None} == {child["id"] for child in demand["children"]}
    assert catalog.rows("SELECT count(*) FROM orders WHERE status = 'withdrawn' AND note IS NULL") == [(20,)]


def test_the_same_request_twice_is_one_family(catalog: Any) -> None:
    """The answer of the first, and no more children."""
    headers = catalog.as_party("buyer", **{"Idempotency-Key": "once"})
    first, second = (catalog.client.post("/orders/demands", json=LEAFY, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert catalog.rows("SELECT count(*) FROM orders") == [(20,)]


def test_a_file_still_names_products(catalog: Any) -> None:
    """A row is one order: one for a category is refused by its name, and nothing of it is stored."""
    catalog.as_party("buyer")
    head = "row_key,party,product,quantity,unit,county,needed_from,needed_to\n"
    done = catalog.finished(
        catalog.import_("demands", head + "d1,buyer,叶菜,30,t,310115,2026-11-25,2027-01-20\n")
    )
    assert (done["created"], done["refused"]) == (0, 1)
    assert done["errors"][0]["code"] == "category"
    assert catalog.rows("SELECT count(*) FROM orders") == [(0,)]
