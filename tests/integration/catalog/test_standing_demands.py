"""Standing demands: each instance is opened once, ahead of time, whatever the clock and the processes do."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from duijie_catalog import standing
from duijie_catalog.screening import Screener
from sqlalchemy import text

pytestmark = pytest.mark.database

WEEKLY: dict[str, object] = {
    "product": "土豆", "min_grade": 3, "quantity": 12.5, "unit": "t", "bid_price": 2900, "county": "310115",
    "note": "后门卸货", "repeats": "weekly", "weekdays": [1, 4], "needed_days": 2, "lead_days": 7,
    "starts_on": "2026-12-01", "ends_on": "2027-02-28",
}  # fmt: skip
"""From Thursday 3 December on, opened from 26 November on: three days after the tests' noon."""


def post(catalog: Any, **changes: object) -> dict[str, Any]:
    """Post a standing demand; a change to `...` leaves the field out."""
    body = {name: value for name, value in (WEEKLY | changes).items() if value is not ...}
    made = catalog.client.post("/standing-demands", json=body, headers=catalog.as_party("buyer"))
    assert made.status_code == 201, made.text
    posted: dict[str, Any] = made.json()
    return posted


def refused(catalog: Any, **changes: object) -> set[tuple[str, str]]:
    """Field and code of what is refused of it."""
    body = {name: value for name, value in (WEEKLY | changes).items() if value is not ...}
    answer = catalog.client.post("/standing-demands", json=body, headers=catalog.as_party("buyer"))
    assert answer.status_code == 422, answer.text
    for error in answer.json()["errors"]:
        assert error["zh"]
        assert error["en"]
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def change(catalog: Any, method: str, of: dict[str, Any], **body: object) -> Any:
    """Amend or end it in the version that was read."""
    headers = catalog.as_party("buyer", **{"If-Match": f'"{of["version"]}"'})
    return catalog.client.request(method, f"/standing-demands/{of['id']}", json=body or None, headers=headers)


def instances(catalog: Any, of: dict[str, Any], **params: str) -> dict[str, Any]:
    """What was opened of it and what is to come."""
    answer = catalog.client.get(
        f"/standing-demands/{of['id']}/instances", params=params, headers=catalog.as_party("buyer")
    )
    found: dict[str, Any] = answer.json()
    return found


def days(catalog: Any, of: dict[str, Any]) -> list[str]:
    """The first days of its instances, as opened."""
    return [item["needed_from"] for item in instances(catalog, of)["items"]]


def seen(catalog: Any, of: dict[str, Any]) -> dict[str, Any]:
    """It as it stands."""
    found: dict[str, Any] = catalog.client.get(
        f"/standing-demands/{of['id']}", headers=catalog.as_party("buyer")
    ).json()
    return found


def on(catalog: Any, day: str) -> None:
    """Set the clock to the morning of that day in Shanghai."""
    ticked = catalog.client.post(
        "/ticks", json={"as_of": f"{day}T08:00:00+08:00"}, headers=catalog.as_operator()
    )
    assert ticked.status_code == 200, ticked.text


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


def test_versions_and_keys_are_those_of_any_posting(catalog: Any) -> None:
    """428 without a version, 412 for an old one, the first answer for a repeated key, 404 for another party."""
    headers = catalog.as_party("buyer", **{"Idempotency-Key": "once"})
    first, second = (catalog.client.post("/standing-demands", json=WEEKLY, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert first.headers["location"] == f"/standing-demands/{first.json()['id']}"
    made = first.json()
    address = f"/standing-demands/{made['id']}"
    unseen = catalog.client.patch(address, json={"quantity": 5}, headers=catalog.as_party("buyer"))
    assert unseen.status_code == 428
    change(catalog, "PATCH", made, quantity=5)
    assert change(catalog, "PATCH", made, quantity=6).status_code == 412
    for path in (address, f"{address}/instances"):
        assert catalog.client.get(path, headers=catalog.as_party("other")).status_code == 404
    listed = catalog.client.get("/standing-demands", headers=catalog.as_party("buyer")).json()
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    staff = catalog.client.get(address, headers=catalog.as_operator()).json()
    assert "note" not in staff


def test_every_field_is_refused_by_its_name(catalog: Any) -> None:
    """Those of the demand and those of its days, all at once; nothing is stored."""
    assert refused(catalog, product="no such thing", quantity=0, weekdays=[8], colour="green") == {
        ("product", "unknown-product"), ("quantity", "too-small"), ("weekdays", "not-an-option"), ("colour", "unknown"),
    }  # fmt: skip
    assert refused(catalog, needed_from="2026-12-01") == {("needed_from", "unknown")}
    assert refused(catalog, repeats="daily") == {("repeats", "not-an-option")}
    assert refused(catalog, repeats=..., starts_on=...) == {
        ("repeats", "required"),
        ("starts_on", "required"),
    }
    assert refused(catalog, weekdays=..., needed_days=...) == {
        ("weekdays", "required"), ("needed_days", "required"),
    }  # fmt: skip
    assert refused(catalog, season_from="09-15") == {("season_from", "other-pattern")}
    season = {"repeats": "seasonal", "weekdays": ..., "needed_days": ...}
    assert refused(catalog, **season, season_from="02-30", season_to="9-1") == {
        ("season_from", "not-a-month-day"), ("season_to", "not-a-month-day"),
    }  # fmt: skip
    assert refused(catalog, ends_on="2026-11-30") == {("ends_on", "window-reversed")}
    assert refused(catalog, starts_on="2026-01-01", ends_on="2026-11-22") == {("ends_on", "window-over")}
    assert refused(catalog, starts_on="2026-12-01", ends_on="2026-12-02") == {("repeats", "never-comes")}
    assert refused(catalog, ends_on="2047-01-01") == {("ends_on", "out-of-range")}
    assert refused(catalog, lead_days=181, needed_days=0, every_weeks=1.5) == {
        ("lead_days", "out-of-range"), ("needed_days", "out-of-range"), ("every_weeks", "out-of-range"),
    }  # fmt: skip
    assert refused(catalog, suppliers=["nobody"]) == {("suppliers", "not-an-id")}
    assert refused(catalog, suppliers=["00000000-0000-4000-8000-000000000000"]) == {
        ("suppliers", "unknown-party")
    }
    assert refused(catalog, yearly_adjustment=21) == {("yearly_adjustment", "out-of-range")}
    assert refused(catalog, yearly_adjustment=1, bid_price=...) == {
        ("yearly_adjustment", "adjustment-without-price")
    }
    assert catalog.rows("SELECT count(*) FROM standing_demands") == [(0,)]


@pytest.mark.parametrize(
    ("ends_on", "named", "long"),
    [
        ("2028-11-28", "suppliers", False),
        ("2028-11-29", "suppliers", True),
        ("2028-11-29", "origin_counties", True),
        ("2028-11-29", None, False),
        (..., "suppliers", False),
    ],
)
def test_a_long_contract_binds_somebody_for_two_years(
    catalog: Any, ends_on: object, named: str | None, long: bool
) -> None:
    """730 days with both ends, not 729; a supplier or a county must be named."""
    catalog.as_party("farm")
    named_as = {"suppliers": [str(catalog.parties["farm"])], "origin_counties": ["520526"]}
    changes = {named: named_as[named]} if named else {}
    made = post(catalog, starts_on="2026-12-01", ends_on=ends_on, **changes)
    assert made["long_contract"] is long
    assert catalog.rows("SELECT long_contract FROM standing_demands") == [(long,)]


def test_prices_are_adjusted_when_a_year_is_over(catalog: Any) -> None:
    """Exactly, by the year that the window begins in; the reserve price with the bid."""
    made = post(
        catalog, yearly_adjustment=2.5, reserve_price=3000, starts_on="2026-12-07", ends_on="2028-12-31",
        weekdays=[1], needed_days=1, lead_days=0,
    )  # fmt: skip
    for day in ("2027-12-06", "2027-12-13", "2028-12-11"):
        on(catalog, day)
    found = [(item["needed_from"], item["bid_price"]) for item in instances(catalog, made)["items"]]
    assert found == [("2027-12-06", 2900), ("2027-12-13", 2972.5), ("2028-12-11", 3046.8125)]
    assert catalog.rows("SELECT max(posted_reserve_price) FROM orders")[0][0] * 10**4 == 31518750


def test_an_adjustment_that_leads_nowhere_is_refused_at_posting(catalog: Any) -> None:
    """What the last year's price would be refused for is said before the first."""
    changes = {"bid_price": 900_000_000, "unit": "t", "yearly_adjustment": 20, "ends_on": "2036-12-31"}
    assert refused(catalog, **changes) == {("yearly_adjustment", "out-of-range")}


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


def test_a_preview_stores_nothing(catalog: Any) -> None:
    """It says what would be open now, what comes next, and when that opens."""
    answer = catalog.client.post(
        "/standing-demands/preview", json=WEEKLY | {"lead_days": 12}, headers=catalog.as_party("buyer")
    ).json()
    assert [window["needed_from"] for window in answer["due"]] == ["2026-12-03"]
    assert answer["upcoming"][0] == {
        "needed_from": "2026-12-07", "needed_to": "2026-12-08", "opens_on": "2026-11-25",
    }  # fmt: skip
    assert (len(answer["upcoming"]), answer["long_contract"]) == (10, False)
    assert catalog.rows("SELECT count(*) FROM standing_demands") == [(0,)]


def test_a_party_that_may_not_trade_gets_no_instances(catalog: Any) -> None:
    """While it is suspended nothing is opened for it."""
    made = post(catalog)
    with catalog.engine.begin() as connection:
        connection.execute(text("UPDATE parties SET status = 'suspended'"))
    on(catalog, "2026-11-26")
    assert days(catalog, made) == []


def test_exact_numbers_stay_exact(catalog: Any) -> None:
    """Digits that a binary number would lose come back, in the answer's number and in the order's row."""
    made = post(catalog, quantity=0.123456, unit="t", starts_on="2026-11-23")
    assert made["quantity"] == 0.123456
    assert catalog.rows("SELECT DISTINCT quantity, posted_quantity::text FROM orders") == [
        (123456, "0.123456")
    ]


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
