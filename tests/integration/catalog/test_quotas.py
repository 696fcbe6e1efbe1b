"""Quotas: a party's own orders stop at the limits of the policy in force, however many requests come at once."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from duijie_shared.events.policy import Policy, PostingPolicy
from sqlalchemy import text

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
OFFERS = "/orders/offers"


def limit(catalog: Any, **limits: int) -> None:
    """Put another version of the policy in force."""
    policy = Policy(version=2, posting=PostingPolicy(**limits))
    with catalog.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO policies (version, body, created_at) VALUES (2, :body, now())"),
            {"body": json.dumps(policy.model_dump(mode="json"))},
        )


def post(catalog: Any, body: dict[str, object], party: str = "p1", url: str = OFFERS) -> Any:
    """Post as a party."""
    return catalog.client.post(url, json=body, headers=catalog.as_party(party))


def test_the_day_has_a_limit_and_midnight_in_shanghai_ends_it(catalog: Any, an_offer: Body) -> None:
    """The third of three is taken, the fourth is 429 until midnight; withdrawing does not give it back."""
    limit(catalog, postings_per_day=3)
    catalog.now = dt.datetime(2026, 11, 23, 15, 0, 0, 500_000, tzinfo=dt.UTC)
    posted = [post(catalog, an_offer(status=status)) for status in ("open", "draft", "open")]
    assert [answer.status_code for answer in posted] == [201] * 3
    late = post(catalog, an_offer())
    assert (late.status_code, late.json()["code"], late.headers["retry-after"]) == (
        429,
        "posting-limit",
        "3600",
    )
    assert late.json()["zh"]
    assert late.json()["en"]
    first = posted[0].headers["location"]
    assert (
        catalog.client.delete(first, headers=catalog.as_party("p1", **{"If-Match": '"1"'})).status_code == 200
    )
    assert post(catalog, an_offer()).status_code == 429
    assert post(catalog, an_offer(), party="p2").status_code == 201
    catalog.now = dt.datetime(2026, 11, 23, 15, 59, 59, tzinfo=dt.UTC)
    assert post(catalog, an_offer()).headers["retry-after"] == "1"
    catalog.now += dt.timedelta(seconds=1)
    assert post(catalog, an_offer()).status_code == 201


def test_amending_opening_and_withdrawing_are_free(catalog: Any, an_offer: Body) -> None:
    """At the limit of the day a draft is still amended, opened and withdrawn."""
    limit(catalog, postings_per_day=1)
    url = post(catalog, an_offer(status="draft")).headers["location"]
    for version, changes in ((1, {"quantity": 20}), (2, {"status": "open"}), (3, {"quantity": 25})):
        headers = catalog.as_party("p1", **{"If-Match": f'"{version}"'})
        assert catalog.client.patch(url, json=changes, headers=headers).status_code == 200
    headers = catalog.as_party("p1", **{"If-Match": '"4"'})
    assert catalog.client.delete(url, headers=headers).status_code == 200


def test_standing_orders_have_a_limit_that_withdrawing_relieves(catalog: Any, an_offer: Body) -> None:
    """Offers, demands and drafts count together; past the limit 409, and one less makes room for one."""
    limit(catalog, open_orders_per_party=3)
    demand = {
        "product": "potato", "quantity": 1, "unit": "t", "county": "310115", "needed_from": "2026-11-25",
        "needed_to": "2027-01-20",
    }  # fmt: skip
    posted = [
        post(catalog, an_offer()),
        post(catalog, an_offer(status="draft")),
        post(catalog, demand, url="/orders/demands"),
    ]
    assert [answer.status_code for answer in posted] == [201] * 3
    refused = post(catalog, an_offer())
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-orders")
    assert "retry-after" not in refused.headers
    headers = catalog.as_party("p1", **{"If-Match": '"1"'})
    catalog.client.delete(posted[0].headers["location"], headers=headers)
    assert post(catalog, an_offer()).status_code == 201
    assert post(catalog, an_offer()).status_code == 409


def test_two_at_once_cannot_pass_a_limit(catalog: Any, an_offer: Body) -> None:
    """Of sixteen posts at the same time ten are taken, whatever the order; a second party is not held up."""
    limit(catalog, postings_per_day=10)
    catalog.as_party("p1")
    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(lambda _: post(catalog, an_offer()).status_code, range(16)))
    assert statuses == {201: 10, 429: 6}
    assert catalog.rows("SELECT count(*) FROM orders") == [(10,)]


def test_a_repeated_request_counts_once(catalog: Any, an_offer: Body) -> None:
    """The same Idempotency-Key gets its first answer also at the limit."""
    limit(catalog, postings_per_day=1)
    headers = catalog.as_party("p1", **{"Idempotency-Key": "k-1"})
    answers = [catalog.client.post(OFFERS, json=an_offer(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert catalog.client.post(OFFERS, json=an_offer(), headers=catalog.as_party("p1")).status_code == 429


def test_imports_and_capacities_are_not_counted(catalog: Any, an_offer: Body) -> None:
    """The operator's rows of a party neither stop at its limits nor use them up; capacities have no limit."""
    limit(catalog, postings_per_day=1, open_orders_per_party=1)
    catalog.as_party("p1")
    header = "row_key,party,product,grade,quantity,unit,county,available_from,available_to"
    rows = [f"r{n},p1,potato,4,30,t,520526,2026-11-25,2027-01-20" for n in range(5)]
    done = catalog.finished(catalog.import_("offers", "\n".join([header, *rows]) + "\n"))
    assert (done["created"], done["refused"]) == (5, 0)
    assert post(catalog, an_offer()).status_code == 201
    assert post(catalog, an_offer()).status_code == 429
    capacity = {
        "activity": "grading", "throughput_per_day": 8, "unit": "t", "fee": 120, "county": "610822",
        "available_from": "2026-11-25", "available_to": "2026-12-31",
    }  # fmt: skip
    assert post(catalog, capacity, url="/capacities").status_code == 201


def test_a_policy_of_an_earlier_release_has_the_default_limits(catalog: Any, an_offer: Body) -> None:
    """A stored body that knows nothing of quotas is read with them."""
    with catalog.engine.begin() as connection:
        connection.execute(text("UPDATE policies SET body = body - 'posting' - 'plausibility'"))
    assert post(catalog, an_offer()).status_code == 201
