"""Standing demands: each instance is opened once, ahead of time, whatever the clock and the processes do."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from duijie_catalog.demands import standing
from duijie_catalog.oversight.screening import Screener
from sqlalchemy import text
from standing_market import change, days, instances, on, post, seen

pytestmark = pytest.mark.database


def test_an_instance_is_an_ordinary_demand_opened_ahead_of_its_days(catalog: Any) -> None:
    """Not on the eighth day before, on the seventh; published like any other, with its own window."""
    made = post(catalog)
    on(catalog, "2026-11-25")
    assert days(catalog, made) == []
    catalog.clear_outbox()
    on(catalog, "2026-11-26")
    (item,) = instances(catalog, made)["items"]
    assert (item["needed_from"], item["needed_to"], item["status"]) == ("2026-12-03", "2026-12-04", "open")
    snapshots = [body for row, body, _ in catalog.outbox() if row.key == item["order_id"]]
    assert [(body.version, body.quantity, str(body.window_from)) for body in snapshots] == [
        (1, 12_500_000, "2026-12-03")
    ]
    headers = catalog.as_party("buyer")
    order = catalog.client.get(f"/orders/demands/{item['order_id']}", headers=headers).json()
    assert (order["standing_demand"], order["note"], order["bid_price"]) == (made["id"], "后门卸货", 2900)
    amended = catalog.client.patch(
        f"/orders/demands/{item['order_id']}", json={"quantity": 20}, headers=headers | {"If-Match": '"1"'}
    )
    assert amended.json()["quantity"] == 20


def test_what_is_due_already_is_open_at_once(catalog: Any) -> None:
    """Posted on the day, for today and the next days: no wait for the clock."""
    made = post(catalog, starts_on="2026-11-23", lead_days=7)
    assert days(catalog, made) == ["2026-11-23", "2026-11-26", "2026-11-30"]
    assert [window["needed_from"] for window in instances(catalog, made)["upcoming"]][:2] == [
        "2026-12-03",
        "2026-12-07",
    ]


def test_the_same_days_open_once_whatever_the_clock_does(catalog: Any) -> None:
    """Set forth, back and forth again, and by a worker that was started anew."""
    made = post(catalog)
    for day in ("2026-12-05", "2026-11-25", "2026-12-05", "2026-12-01", "2026-12-05"):
        on(catalog, day)
        catalog.worker().step()
    assert sorted(days(catalog, made)) == ["2026-12-03", "2026-12-07", "2026-12-10"]


def test_two_workers_at_once_open_one_of_each(catalog: Any) -> None:
    """Eight turns of the clock at the same moment: the ten days of each that posting left to them are opened once."""
    daily = {"weekdays": [1, 2, 3, 4, 5, 6, 7], "starts_on": "2026-11-23", "lead_days": 14}
    made = [post(catalog, quantity=number + 1, **daily) for number in range(10)]
    assert {len(days(catalog, each)) for each in made} == {5}
    as_of = catalog.now
    opened: list[int] = []
    together = threading.Barrier(8)

    def turn() -> None:
        with catalog.engine.connect():
            together.wait()  # with a connection each, so that none is late for want of one
        opened.append(standing.turn(catalog.engine, as_of, "turn"))

    threads = [threading.Thread(target=turn) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(opened), len(opened)) == (100, 8)
    for each in made:
        assert len(set(days(catalog, each))) == 15


def test_what_was_withdrawn_is_not_opened_again(catalog: Any) -> None:
    """An instance that its poster took back stays so."""
    made = post(catalog)
    on(catalog, "2026-11-26")
    (item,) = instances(catalog, made)["items"]
    catalog.client.delete(
        f"/orders/demands/{item['order_id']}", headers=catalog.as_party("buyer", **{"If-Match": '"1"'})
    )
    on(catalog, "2026-11-27")
    assert [each["status"] for each in instances(catalog, made)["items"]] == ["withdrawn"]


def test_after_a_time_away_the_days_not_over_are_opened_and_the_others_counted(catalog: Any) -> None:
    """Back on the second day of a window: that one still opens; those before are missed, and counted once."""
    made = post(catalog)
    on(catalog, "2026-12-11")
    assert days(catalog, made) == ["2026-12-10", "2026-12-14", "2026-12-17"]
    for _ in range(2):
        assert (seen(catalog, made)["missed"], seen(catalog, made)["version"]) == (2, 1)
        on(catalog, "2026-12-11")
    on(catalog, "2026-12-12")
    assert seen(catalog, made)["missed"] == 2


def test_pausing_opens_nothing_and_withdraws_nothing(catalog: Any) -> None:
    """Open again, it opens what is not over by then; what ended meanwhile was not missed."""
    made = post(catalog)
    on(catalog, "2026-11-26")
    paused = change(catalog, "PATCH", made, status="paused").json()
    assert (paused["status"], paused["version"]) == ("paused", 2)
    on(catalog, "2026-12-12")
    (item,) = instances(catalog, made)["items"]
    assert (item["needed_from"], item["status"]) == ("2026-12-03", "expired")
    catalog.now = dt.datetime(2026, 12, 12, 4, tzinfo=dt.UTC)
    resumed = change(catalog, "PATCH", paused, status="open").json()
    assert (resumed["status"], resumed["missed"]) == ("open", 0)
    assert days(catalog, made) == ["2026-12-03", "2026-12-14", "2026-12-17"]


def test_ending_withdraws_nothing_that_is_open(catalog: Any) -> None:
    """And nothing comes any more; ending it again changes nothing, amending it is refused."""
    made = post(catalog)
    on(catalog, "2026-11-26")
    ended = change(catalog, "DELETE", made).json()
    assert (ended["status"], ended["version"]) == ("ended", 2)
    on(catalog, "2026-12-03")
    found = instances(catalog, made)
    assert [(item["needed_from"], item["status"]) for item in found["items"]] == [("2026-12-03", "open")]
    assert found["upcoming"] == []
    assert change(catalog, "DELETE", ended).json() == ended
    late = change(catalog, "PATCH", ended, quantity=5)
    assert (late.status_code, late.json()["code"]) == (409, "ended")


def test_an_amendment_is_for_instances_to_come(catalog: Any) -> None:
    """Those that are open keep what they were opened with; the pattern may change altogether."""
    made = post(catalog)
    on(catalog, "2026-11-26")
    amended = change(catalog, "PATCH", made, quantity=20, weekdays=["周五"]).json()
    assert (amended["version"], amended["quantity"], amended["weekdays"]) == (2, 20, [5])
    on(catalog, "2026-12-04")
    assert [(item["needed_from"], item["quantity"]) for item in instances(catalog, made)["items"]] == [
        ("2026-12-03", 12.5), ("2026-12-04", 20), ("2026-12-11", 20),
    ]  # fmt: skip
    season = {"repeats": "seasonal", "season_from": "02-15", "season_to": "03-20"}
    seasonal = change(catalog, "PATCH", amended, **season).json()
    assert ("weekdays" in seasonal, seasonal["season_from"]) == (False, "02-15")
    assert [window["needed_to"] for window in instances(catalog, made)["upcoming"]] == ["2027-03-20"]


def test_an_instance_that_can_no_longer_be_posted_pauses_with_the_reasons(catalog: Any) -> None:
    """As when a product has left the catalogue; mended and open again it goes on. The clock and the others go on."""
    made, other = post(catalog), post(catalog, quantity=7)
    with catalog.engine.begin() as connection:
        query = "UPDATE standing_demands SET template = jsonb_set(template, '{product}', '\"gone\"') WHERE id = :id"
        connection.execute(text(query), {"id": made["id"]})
    on(catalog, "2026-11-26")
    stopped = seen(catalog, made)
    assert (stopped["status"], stopped["version"], days(catalog, made)) == ("paused", 2, [])
    assert [problem["field"] for problem in stopped["problems"]] == ["product"]
    assert days(catalog, other) == ["2026-12-03"]
    assert change(catalog, "PATCH", stopped, status="open").status_code == 422
    catalog.now = dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)
    mended = change(catalog, "PATCH", stopped, status="open", product="土豆").json()
    assert (mended["status"], mended["problems"]) == ("open", [])
    assert days(catalog, made) == ["2026-12-03"]


def test_a_standing_demand_for_a_category_opens_whole_families(catalog: Any) -> None:
    """Each instance is a demand for the category with its children; in the list it is one."""
    made = post(catalog, product="叶菜", starts_on="2026-11-26", lead_days=3, weekdays=[4])
    (item,) = instances(catalog, made)["items"]
    order = catalog.client.get(
        f"/orders/demands/{item['order_id']}", headers=catalog.as_party("buyer")
    ).json()
    assert (order["product"], len(order["children"])) == ("vegetables/leafy", 19)


def test_a_party_that_may_not_trade_gets_no_instances(catalog: Any) -> None:
    """While it is suspended nothing is opened for it."""
    made = post(catalog)
    with catalog.engine.begin() as connection:
        connection.execute(text("UPDATE parties SET status = 'suspended'"))
    on(catalog, "2026-11-26")
    assert days(catalog, made) == []


def test_instances_are_read_page_by_page(catalog: Any) -> None:
    """In the order they were opened, each once."""
    made = post(catalog, starts_on="2026-11-23", lead_days=14)
    first = instances(catalog, made, limit="2")
    rest = instances(catalog, made, cursor=first["next"])
    assert [item["needed_from"] for item in first["items"] + rest["items"]] == [
        "2026-11-23", "2026-11-26", "2026-11-30", "2026-12-03", "2026-12-07",
    ]  # fmt: skip
    assert rest["next"] is None


def test_instances_are_looked_over_and_are_no_repetition(catalog: Any) -> None:
    """A bid far beyond the others' is flagged; saying the same as the week before, which was withdrawn, is not."""
    demand = {
        "product": "土豆", "quantity": 5, "unit": "t", "county": "310115",
        "needed_from": "2026-11-25", "needed_to": "2027-01-20",
    }  # fmt: skip
    for number in range(9):
        body = demand | {"bid_price": 2900 + number}
        catalog.client.post("/orders/demands", json=body, headers=catalog.as_party(f"buyer-{number}"))
    same = post(catalog, weekdays=[2, 3], needed_days=1, lead_days=1, starts_on="2026-11-24")
    far = post(catalog, bid_price=29_000, starts_on="2026-11-26", lead_days=3)
    withdrawn, beyond = (instances(catalog, each)["items"][0]["order_id"] for each in (same, far))
    headers = catalog.as_party("buyer", **{"If-Match": '"1"'})
    assert catalog.client.delete(f"/orders/demands/{withdrawn}", headers=headers).status_code == 200
    on(catalog, "2026-11-24")
    assert days(catalog, same) == ["2026-11-24", "2026-11-25"]
    screener = Screener(catalog.engine, lambda: catalog.now)
    while screener.step():
        pass
    assert [(str(id_), code) for id_, code in catalog.rows("SELECT order_id, code FROM flags")] == [
        (beyond, "bait-price")
    ]
