"""The clock: ticks, expiry, tombstones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]


def tick(catalog: Any, as_of: str) -> Any:
    """Set the clock."""
    return catalog.client.post("/ticks", json={"as_of": as_of}, headers=catalog.as_operator())


def ticks_in(catalog: Any) -> list[dt.datetime]:
    """The times that partition 0 is told, in order."""
    return [body.as_of for row, body, _ in catalog.outbox() if row.key == "tick-0"]


def post(catalog: Any, body: dict[str, object]) -> str:
    """Post an offer and return its id."""
    made = catalog.client.post("/orders/offers", json=body, headers=catalog.as_party("p1"))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_an_order_expires_when_its_last_day_is_over_in_shanghai(catalog: Any, an_offer: Body) -> None:
    """Not at 23:59:59 of its last day, at midnight; with an event, and a status that amending respects."""
    id_ = post(catalog, an_offer(available_to="2026-12-31"))
    catalog.clear_outbox()
    assert tick(catalog, "2026-12-31T23:59:59+08:00").json()["expired"] == 0
    assert tick(catalog, "2027-01-01T00:00:00+08:00").json()["expired"] == 1
    assert tick(catalog, "2027-01-01T01:00:00+08:00").json()["expired"] == 0
    orders = [body for row, body, _ in catalog.outbox() if row.key == id_]
    assert [(order.version, order.status, order.remaining) for order in orders] == [
        (2, "expired", 30_000_000)
    ]
    late = catalog.client.patch(
        f"/orders/offers/{id_}", json={"quantity": 5}, headers=catalog.as_party("p1", **{"If-Match": '"2"'})
    )
    assert (late.status_code, late.json()["code"]) == (409, "closed")


def test_every_partition_hears_the_tick(catalog: Any) -> None:
    """Twelve records, one a partition."""
    tick(catalog, "2026-12-01T08:00:00+08:00")
    assert sorted(row.partition for row, _, _ in catalog.outbox()) == list(range(12))


def test_the_clock_goes_back_only_when_it_is_told_to(catalog: Any) -> None:
    """The hourly tick stays at a time that was set ahead of it; setting it back sets it back."""
    tick(catalog, "2027-06-01T00:00:00+00:00")
    catalog.worker().step()
    tick(catalog, "2026-12-01T00:00:00+00:00")
    later = dt.datetime(2026, 12, 1, 5, tzinfo=dt.UTC)
    catalog.now = later
    catalog.worker().step()
    june, december = dt.datetime(2027, 6, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert ticks_in(catalog) == [june, june, december, later]


def test_the_worker_ticks_at_its_start_and_on_the_hour(catalog: Any) -> None:
    """Once at 12:00, not again at 12:59:59, again at 13:00."""
    worker = catalog.worker()
    for minutes in (0, 30, 59.98, 60, 61):
        catalog.now = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
        worker.step()
    assert [at.hour for at in ticks_in(catalog)] == [4, 5]


def test_a_closed_order_is_tombstoned_after_seven_days(catalog: Any, an_offer: Body) -> None:
    """Not before; once; where its records are; and it can still be read."""
    id_ = post(catalog, an_offer())
    catalog.client.delete(f"/orders/offers/{id_}", headers=catalog.as_party("p1", **{"If-Match": '"1"'}))
    catalog.clear_outbox()
    closed = catalog.now
    for seconds in (0, 1, 2):
        tick(catalog, (closed + dt.timedelta(days=7, seconds=seconds)).isoformat())
        found = [row for row, body, _ in catalog.outbox() if row.key == id_ and body is None]
        assert len(found) == (1 if seconds else 0)
    assert found[0].partition is not None
    read = catalog.client.get(f"/orders/offers/{id_}", headers=catalog.as_party("p1"))
    assert read.json()["status"] == "withdrawn"


def test_capacities_expire_too(catalog: Any) -> None:
    """With an event on their own topic."""
    body = {
        "activity": "grading", "throughput_per_day": 8, "unit": "t", "fee": 120, "county": "610822",
        "available_from": "2026-11-25", "available_to": "2026-12-31",
    }  # fmt: skip
    catalog.client.post("/capacities", json=body, headers=catalog.as_party("p1"))
    tick(catalog, "2027-01-01T00:00:00+08:00")
    found = [body.status for row, body, _ in catalog.outbox() if row.topic == "capacities-v1"]
    assert found == ["open", "expired"]


@pytest.mark.parametrize("as_of", ["", "tomorrow", "2026-12-01T00:00:00", "1999-01-01T00:00:00Z", None, 5])
def test_a_time_without_an_offset_is_no_instant(catalog: Any, as_of: object) -> None:
    """422 naming the field."""
    refused = catalog.client.post("/ticks", json={"as_of": as_of}, headers=catalog.as_operator())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "as_of")


def test_old_answers_are_forgotten(catalog: Any, an_offer: Body) -> None:
    """A key gives its first answer for two days and is free after that."""
    headers = catalog.as_party("p1", **{"Idempotency-Key": "k-1"})
    catalog.client.post("/orders/offers", json=an_offer(), headers=headers)
    for hours, left in ((47, 1), (49, 0)):
        catalog.now = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        catalog.worker().step()
        assert catalog.rows("SELECT count(*) FROM idempotency") == [(left,)]
