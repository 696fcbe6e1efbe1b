"""Flags: raised after orders are stored, worked off by staff, and of no other effect."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from duijie_catalog.oversight.screening import Screener

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
OFFERS = "/orders/offers"


@pytest.fixture
def market(catalog: Any, an_offer: Body) -> Any:
    """A catalog in which nine parties ask about 1,800 CNY/t for potatoes, all looked over."""
    for number in range(9):
        headers = catalog.as_party(f"seller-{number}")
        posted = catalog.client.post(OFFERS, json=an_offer(ask_price=1760 + 10 * number), headers=headers)
        assert posted.status_code == 201, posted.text
    screen(catalog)
    assert flags(catalog) == []
    catalog.clear_outbox()
    return catalog


def screen(catalog: Any) -> None:
    """Look over all that waits."""
    screener = Screener(catalog.engine, lambda: catalog.now)
    while screener.step():
        pass


def flags(catalog: Any, **params: str) -> list[dict[str, Any]]:
    """The flags that staff see."""
    answer = catalog.client.get("/flags", params=params, headers=catalog.as_operator())
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def post(catalog: Any, body: dict[str, object], party: str = "p1", screened: bool = True) -> Any:
    """Post an offer and have it looked over."""
    posted = catalog.client.post(OFFERS, json=body, headers=catalog.as_party(party))
    assert posted.status_code == 201, posted.text
    if screened:
        screen(catalog)
    return posted


def amend(catalog: Any, url: str, version: int, **changes: object) -> None:
    """Amend as p1 and have it looked over."""
    headers = catalog.as_party("p1", **{"If-Match": f'"{version}"'})
    amended = catalog.client.patch(url, json=changes, headers=headers)
    assert amended.status_code == 200, amended.text
    screen(catalog)


def test_a_price_in_the_wrong_unit_is_flagged_with_its_numbers(market: Any, an_offer: Body) -> None:
    """1.8 CNY per tonne was meant per kilogram; the flag says so, and the order is matched as any other."""
    posted = post(market, an_offer(ask_price=1.8))
    (flag,) = flags(market)
    assert (flag["code"], flag["order"], flag["version"], flag["status"]) == (
        "unit-slip",
        posted.json()["id"],
        1,
        "open",
    )
    assert flag["facts"] == {
        "price": 0.0018, "level": 1.79, "ratio": 0.00101, "parties": 10, "posted_unit": "t", "likely_unit": "kg",
    }  # fmt: skip
    assert (flag["side"], flag["county"]) == ("offer", "520526")
    ((row, body, _),) = [each for each in market.outbox() if each[0].topic == "orders-v1"]
    assert (body.status, body.remaining, body.version) == ("open", 30_000_000, 1)
    assert "flag" not in row.value


def test_the_same_is_raised_once_and_something_new_again(market: Any, an_offer: Body) -> None:
    """Amending a note raises nothing, another bait price does, and a price as others ask does not."""
    url = post(market, an_offer(ask_price=600)).headers["location"]
    assert [flag["code"] for flag in flags(market)] == ["bait-price"]
    amend(market, url, 1, note="自提")
    assert len(flags(market)) == 1
    amend(market, url, 2, ask_price=500)
    assert [(flag["code"], flag["version"]) for flag in flags(market)] == [
        ("bait-price", 1),
        ("bait-price", 3),
    ]
    amend(market, url, 3, ask_price=1800)
    assert len(flags(market)) == 2


def test_a_level_needs_enough_parties(catalog: Any, an_offer: Body) -> None:
    """The eighth party makes one, its own order counted; without it twenty offers more of one party make none."""
    for number in range(7):
        post(catalog, an_offer(), party=f"seller-{number}", screened=False)
    post(catalog, an_offer(ask_price=2))
    assert [flag["code"] for flag in flags(catalog)] == ["unit-slip"]
    catalog.client.delete(
        f"{OFFERS}/{flags(catalog)[0]['order']}", headers=catalog.as_party("p1", **{"If-Match": '"1"'})
    )
    for _ in range(20):
        post(catalog, an_offer(ask_price=3), party="seller-1", screened=False)
    screen(catalog)
    assert len(flags(catalog)) == 1


def test_one_party_cannot_shift_the_level(market: Any, an_offer: Body) -> None:
    """Forty offers of one party at a tenth of the price count as one price, and each is flagged."""
    for _ in range(40):
        post(market, an_offer(ask_price=180), screened=False)
    screen(market)
    assert Counter(flag["code"] for flag in flags(market, limit="200")) == {"bait-price": 40}


def test_old_offers_are_no_level(market: Any, an_offer: Body) -> None:
    """After thirty days the prices of then say nothing."""
    market.now += dt.timedelta(days=30)
    post(market, an_offer(ask_price=600))
    assert [flag["code"] for flag in flags(market)] == ["bait-price"]
    market.now += dt.timedelta(seconds=1)
    post(market, an_offer(ask_price=599))
    assert len(flags(market)) == 1


def test_more_than_an_area_brings_is_flagged(catalog: Any, an_offer: Body) -> None:
    """5 t/mu of potatoes and half as much again: 75 t from 10 mu pass, one kilogram more does not."""
    post(catalog, an_offer(quantity=75, area=10))
    assert flags(catalog) == []
    post(catalog, an_offer(quantity=75.001, area=10))
    (flag,) = flags(catalog)
    assert (flag["code"], flag["facts"]["usual_most_kg_per_mu"], flag["facts"]["area_mu"]) == (
        "volume",
        5_000,
        10,
    )


def test_posting_the_same_again_within_a_week_is_flagged(catalog: Any, an_offer: Body) -> None:
    """Withdrawn and posted anew within seven days; not later, not with another quantity, not by another party."""
    first = post(catalog, an_offer())
    gone = catalog.as_party("p1", **{"If-Match": '"1"'})
    catalog.client.delete(first.headers["location"], headers=gone)
    post(catalog, an_offer(quantity=31))
    post(catalog, an_offer(), party="p2")
    assert flags(catalog) == []
    catalog.now += dt.timedelta(days=7)
    again = post(catalog, an_offer())
    (flag,) = flags(catalog)
    assert (flag["code"], flag["order"]) == ("repost", again.json()["id"])
    assert (flag["facts"]["earlier_order"], flag["facts"]["times"]) == (first.json()["id"], 1)
    catalog.now += dt.timedelta(seconds=1)
    post(catalog, an_offer(status="draft"))
    post(catalog, an_offer())
    assert len(flags(catalog)) == 1


def test_drafts_are_looked_over_when_they_open(market: Any, an_offer: Body) -> None:
    """Not before: nobody is baited by what nobody sees."""
    url = post(market, an_offer(ask_price=600, status="draft")).headers["location"]
    amend(market, url, 1, ask_price=601)
    assert flags(market) == []
    amend(market, url, 2, status="open")
    assert [flag["code"] for flag in flags(market)] == ["bait-price"]


def test_imported_rows_are_looked_over_in_a_batch(market: Any) -> None:
    """By the worker itself, with as many statements for three hundred rows as for three."""
    header = "row_key,party,product,grade,quantity,unit,ask_price,county,available_from,available_to"
    rows = [
        f"r{n},seller-1,potato,4,30,t,{1.8 if n % 100 == 0 else 1800},520526,2026-11-25,2027-01-20"
        for n in range(300)
    ]
    import_id = market.import_("offers", "\n".join([header, *rows]) + "\n")
    worker = market.worker()
    while worker.step():
        pass
    assert market.progress(import_id)["created"] == 300
    assert [flag["code"] for flag in flags(market)] == ["unit-slip"] * 3
    assert market.rows("SELECT count(*) FROM screenings") == [(0,)]


def test_what_fails_is_looked_over_again(market: Any, an_offer: Body) -> None:
    """A database that breaks in the middle leaves the order waiting, and no flag twice."""
    post(market, an_offer(ask_price=600), screened=False)
    with market.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE flags ADD CONSTRAINT none CHECK (code = '') NOT VALID")
    with pytest.raises(Exception, match="none"):
        screen(market)
    with market.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE flags DROP CONSTRAINT none")
    screen(market)
    assert len(flags(market)) == 1


def test_staff_decide_and_may_decide_otherwise(market: Any, an_offer: Body) -> None:
    """With who and when and why; the order is not touched; the list is by status, code and order."""
    posted = post(market, an_offer(ask_price=600))
    (flag,) = flags(market, status="open")
    url, key = f"/flags/{flag['id']}", str(uuid4())
    staff = market.as_operator(**{"X-Role": "staff", "X-Key-Id": key})
    decided = market.client.post(url, json={"decision": "dismissed", "note": "清仓"}, headers=staff).json()
    assert (decided["status"], decided["note"], decided["decided_by"]) == (
        "dismissed",
        "清仓",
        {"role": "staff", "key": key},
    )
    assert decided["decided_at"] == market.now.isoformat()
    market.now += dt.timedelta(hours=1)
    same = market.client.post(
        url, json={"decision": "dismissed", "note": "清仓"}, headers=market.as_operator()
    )
    assert same.json() == decided
    other = market.client.post(url, json={"decision": "confirmed"}, headers=market.as_operator()).json()
    assert (other["status"], other["note"], other["decided_by"]) == (
        "confirmed",
        None,
        {"role": "admin", "key": None},
    )
    assert flags(market, status="open") == []
    assert len(flags(market, status="confirmed", code="bait-price", order=posted.json()["id"])) == 1
    assert flags(market, order=str(uuid4())) == []
    reopened = market.client.post(url, json={"decision": "open"}, headers=staff).json()
    assert (reopened["status"], reopened["decided_at"], reopened["decided_by"]) == ("open", None, None)
    read = market.client.get(posted.headers["location"], headers=market.as_party("p1"))
    assert read.json() == posted.json()


def test_a_decision_is_one_of_three_words(market: Any, an_offer: Body) -> None:
    """422 naming the field; 404 for a flag that there is not."""
    post(market, an_offer(ask_price=600))
    url = f"/flags/{flags(market)[0]['id']}"
    bodies: tuple[tuple[dict[str, object], str], ...] = (
        ({}, "decision"),
        ({"decision": "banned"}, "decision"),
        ({"decision": "confirmed", "note": "x" * 2_001}, "note"),
        ({"decision": "confirmed", "party": "x"}, "party"),
    )
    for body, field in bodies:
        refused = market.client.post(url, json=body, headers=market.as_operator())
        assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (422, [field])
    nowhere = market.client.post(f"/flags/{uuid4()}", json={"decision": "open"}, headers=market.as_operator())
    assert nowhere.status_code == 404


def test_flags_are_for_staff_of_the_area(market: Any, an_offer: Body) -> None:
    """Staff of Guizhou and of the county see it, of another province not; parties are refused."""
    post(market, an_offer(ask_price=600))
    url = f"/flags/{flags(market)[0]['id']}"
    for area, seen in (("520000", 1), ("520500", 1), ("520526", 1), ("520527", 0), ("530000", 0)):
        staff = market.as_operator(**{"X-Role": "staff", "X-County": area})
        assert len(market.client.get("/flags", headers=staff).json()["items"]) == seen, area
        decided = market.client.post(url, json={"decision": "confirmed"}, headers=staff)
        assert decided.status_code == (200 if seen else 404), area
    party = market.as_party("p1")
    assert market.client.get("/flags", headers=party).status_code == 403
    assert market.client.post(url, json={"decision": "open"}, headers=party).status_code == 403


def test_a_walk_through_the_flags_meets_each_once(market: Any, an_offer: Body) -> None:
    """In the order in which they were raised."""
    for price in (600, 500, 400):
        post(market, an_offer(ask_price=price))
    first = market.client.get("/flags", params={"limit": "2"}, headers=market.as_operator()).json()
    rest = market.client.get(
        "/flags", params={"limit": "2", "cursor": first["next"]}, headers=market.as_operator()
    ).json()
    prices = [flag["facts"]["price"] for flag in first["items"] + rest["items"]]
    assert (prices, rest["next"]) == ([0.6, 0.5, 0.4], None)
