"""Listings: the public face of live orders, from the topic to every reader."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.tables import ListingRow
from duijie_shared.events.orders import OrderSnapshot, PriceBreak
from gateway_records import NOW, Log, an_id, an_order
from gateway_served import Gateway
from sqlalchemy import select
from sqlmodel import col

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_gateway.decoding import Event
    from sqlalchemy import Engine

pytestmark = pytest.mark.database

PUBLISHED = {"price": 1_600_000, "shows_price": True}


def ids(gateway: Gateway, **query: object) -> list[str]:
    """Ids of what a buyer's list shows."""
    with gateway.client(gateway.key("buyer")) as buyer:
        answer = buyer.get("/v1/listings", params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def named(side: str, *names: object) -> list[str]:
    """The ids of `an_order(side, name)`."""
    return [str(an_id(side, name)) for name in names]


def test_a_listing_says_what_is_for_sale_and_nothing_of_who_and_where(gateway: Gateway) -> None:
    """Product, grade, what is left, window, county, facts; no party, no point, no price that is not published."""
    gateway.project(
        an_order(
            "offer",
            remaining=12_500_000,
            min_lot=2_000_000,
            pack_multiple=500_000,
            certificates=("green",),
            evidence="inspected",
            catch_weight_ppm=30_000,
            harvest_date=dt.date(2027, 1, 5),
            price_breaks=(PriceBreak(quantity=5_000_000, price=1_500_000),),
        )
    )
    with gateway.client(gateway.key("buyer")) as buyer:
        one = buyer.get(f"/v1/listings/{an_id('offer', 1)}").json()
        (listed,) = buyer.get("/v1/listings").json()["items"]
    assert one == listed
    assert one == {
        "id": str(an_id("offer", 1)), "version": 1, "side": "offer", "market": "potato", "product": "potato",
        "unit": "kg", "grade": 4, "quantity": 12500, "min_lot": 2000, "pack_multiple": 500, "catch_weight": 0.03,
        "price": None, "price_breaks": [], "county": "532523", "designations": ["cn-832"],
        "window_from": "2027-01-10", "window_to": "2027-03-31", "harvest_date": "2027-01-05", "temperature": None,
        "certificates": ["green"], "evidence": "inspected", "origin_counties": [],
        "updated_at": NOW.isoformat(),
    }  # fmt: skip


def test_a_price_is_shown_only_where_its_poster_publishes_it(gateway: Gateway) -> None:
    """With its breaks; and what is not published is not even stored."""
    breaks = (PriceBreak(quantity=5_000_000, price=1_500_000),)
    gateway.project(
        an_order("offer", 1, **PUBLISHED, price_breaks=breaks),
        an_order("offer", 2, price=1_600_000, price_breaks=breaks),
    )
    with gateway.client(gateway.key("buyer")) as buyer:
        shown, hidden = (buyer.get(f"/v1/listings/{id_}").json() for id_ in named("offer", 1, 2))
    assert (shown["price"], shown["price_breaks"]) == (1.6, [{"quantity": 5000, "price": 1.5}])
    assert (hidden["price"], hidden["price_breaks"]) == (None, [])
    with gateway.engine.connect() as connection:
        row = (
            connection.execute(select(ListingRow).where(col(ListingRow.id) == an_id("offer", 2)))
            .mappings()
            .one()
        )
    assert (row["price"], row["price_breaks"]) == (None, [])


@pytest.mark.parametrize(
    "over",
    [{"status": "withdrawn"}, {"status": "expired"}, {"status": "closed", "remaining": 0},
     {"status": "reserved", "remaining": 0}, {"status": "draft"}],
    ids=lambda change: change["status"],
)  # fmt: skip
def test_an_order_that_is_over_or_used_up_has_no_listing(gateway: Gateway, over: dict[str, Any]) -> None:
    """It goes with the version that says so, and comes again with one that is live; one unit is enough."""
    gateway.project(an_order("offer"))
    gateway.project(an_order("offer", version=2, **over))
    with gateway.client(gateway.key("buyer")) as buyer:
        assert ids(gateway) == []
        assert buyer.get(f"/v1/listings/{an_id('offer', 1)}").status_code == 404
    gateway.project(an_order("offer", version=3, status="partly_filled", remaining=1))
    assert ids(gateway) == named("offer", 1)


def test_a_tombstone_takes_the_listing_away(engine: Engine, projection: Projection) -> None:
    """What is erased from the topic is erased here."""
    log = Log()
    projection.apply([log.add(an_order("offer"))], log.reached, now=NOW)
    projection.apply([log.bury(an_order("offer"))], log.reached, now=NOW)
    assert rows(engine) == []


def rows(engine: Engine) -> list[tuple[Any, ...]]:
    """All listings as stored, by id."""
    with engine.connect() as connection:
        query = select(ListingRow.__table__).order_by(col(ListingRow.id))  # type: ignore[attr-defined]
        return [tuple(row) for row in connection.execute(query)]


def an_orders_life() -> list[OrderSnapshot]:
    """Orders posted, amended, reserved, released and closed."""
    return [
        an_order("offer", 1),
        an_order("offer", 2, **PUBLISHED),
        an_order("offer", 1, version=2, quantity=20_000_000, remaining=20_000_000),
        an_order("offer", 2, version=2, status="withdrawn"),
        an_order("demand", 1),
        an_order("offer", 1, version=3, status="reserved", remaining=0),
        an_order("demand", 1, version=2, status="partly_filled", remaining=5),
        an_order("offer", 1, version=4, status="open"),
        an_order("demand", 2, status="expired"),
    ]


@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_batches_and_replays_make_the_same_listings(
    engine: Engine, projection: Projection, size: int
) -> None:
    """However records fall into batches, said again late or all anew: the same rows."""
    log = Log()
    events: Sequence[Event] = [log.add(body) for body in an_orders_life()]
    for start in range(0, len(events), size):
        projection.apply(events[start : start + size], log.reached, now=NOW)
    once = rows(engine)
    assert {row[0] for row in once} == {an_id("offer", 1), an_id("demand", 1)}
    for start in range(0, len(events), size):  # a second projector that is behind
        projection.apply(events[start : start + size], log.reached, now=NOW)
    assert rows(engine) == once
    projection.rewind()
    assert rows(engine) == []
    projection.apply(events, log.reached, now=NOW, news=False)
    assert rows(engine) == once


def test_a_topic_that_was_made_anew_replaces_listings(engine: Engine, projection: Projection) -> None:
    """Its offsets begin again, below those that are stored."""
    log = Log()
    projection.apply([log.add(body) for body in an_orders_life()], log.reached, now=NOW)
    projection.forget_offsets("orders-v1")
    again = Log()
    event = again.add(an_order("offer", 1, version=5, remaining=7))
    projection.apply([event], again.reached, now=NOW)
    (kept,) = [row for row in rows(engine) if row[0] == an_id("offer", 1)]
    assert 7 in kept


@pytest.fixture
def market(gateway: Gateway) -> Gateway:
    """Five listings that differ in what filters look at."""
    window = {"window_from": dt.date(2027, 1, 10), "window_to": dt.date(2027, 1, 20)}
    gateway.project(
        an_order("offer", 1, **PUBLISHED, sequence=1, certificates=("green",), **window),
        an_order("offer", 2, sequence=2, remaining=10_000_000, price=1_000_000),
        an_order(
            "offer", 3, sequence=3, product="fuji_apple", market="apple", county="610629", designations=()
        ),
        an_order("demand", 1, sequence=4, price=2_900_000, shows_price=True),
        an_order("demand", 2, sequence=5, county=None),
    )
    return gateway


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"side": "offer"}, ["offer-3", "offer-2", "offer-1"]),
        ({"side": "demand"}, ["demand-2", "demand-1"]),
        ({"product": "apple"}, ["offer-3"]),
        ({"product": "苹果"}, ["offer-3"]),
        ({"product": "fruit"}, ["offer-3"]),
        ({"product": "fuji_apple"}, ["offer-3"]),
        ({"county": "530000"}, ["offer-2", "offer-1"]),
        ({"county": "532500"}, ["offer-2", "offer-1"]),
        ({"county": "532523"}, ["offer-2", "offer-1"]),
        ({"county": "610000"}, ["offer-3"]),
        ({"designation": "cn-832"}, ["offer-2", "offer-1"]),
        ({"designation": "any", "side": "demand"}, []),
        ({"min_quantity": "10000.001", "side": "offer"}, ["offer-3", "offer-1"]),
        ({"min_quantity": "10000", "side": "offer"}, ["offer-3", "offer-2", "offer-1"]),
        ({"max_price": "1.6"}, ["offer-1"]),
        ({"max_price": "1.599999"}, []),
        ({"max_price": "2.9"}, ["demand-1", "offer-1"]),
        ({"certificate": "绿色食品"}, ["offer-1"]),
        ({"certificate": "green"}, ["offer-1"]),
        ({"from": "2027-01-20", "county": "532523"}, ["offer-2", "offer-1"]),
        ({"from": "2027-01-21", "county": "532523"}, ["offer-2"]),
        ({"to": "2027-01-10", "side": "offer"}, ["offer-3", "offer-2", "offer-1"]),
        ({"to": "2027-01-09"}, []),
    ],
)
def test_filters_take_what_they_say_and_no_more(
    market: Gateway, query: dict[str, object], found: list[str]
) -> None:
    """Each on both sides of its limit; newest posting first. A price filter sees published prices alone."""
    assert ids(market, **query) == [str(an_id(*(name.split("-")[0], int(name[-1])))) for name in found]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"product": "nothing"}, "product"),
        ({"county": "999999"}, "county"),
        ({"from": "2027-02-01", "to": "2027-01-01"}, "to"),
        ({"side": "both"}, "side"),
        ({"max_price": "NaN"}, "max_price"),
        ({"min_quantity": "-1"}, "min_quantity"),
    ],
)
def test_a_filter_that_names_nothing_is_refused_by_name(
    gateway: Gateway, query: dict[str, str], field: str
) -> None:
    """422 with the field, in both languages."""
    with gateway.client(gateway.key("buyer")) as buyer:
        answer = buyer.get("/v1/listings", params=query)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"].endswith(field)
    assert error["zh"]
    assert error["en"]


def test_a_list_that_nobody_keeps_is_refused_by_name(whole_gateway: Gateway) -> None:
    """Whether there is one, catalog knows: staff keep lists of their own."""
    with whole_gateway.client(whole_gateway.key("buyer")) as buyer:
        answer = buyer.get("/v1/listings", params={"designation": "nothing"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "designation")


def test_pages_show_each_listing_once_and_belong_to_their_filter(gateway: Gateway) -> None:
    """Also while new ones come in; a cursor of another filter is refused."""
    gateway.project(*(an_order("offer", n, sequence=n) for n in range(1, 8)))
    with gateway.client(gateway.key("buyer")) as buyer:
        first = buyer.get("/v1/listings", params={"limit": 3}).json()
        gateway.project(an_order("offer", 8, sequence=8))
        second = buyer.get("/v1/listings", params={"limit": 3, "cursor": first["next"]}).json()
        third = buyer.get("/v1/listings", params={"limit": 3, "cursor": second["next"]}).json()
        other = buyer.get("/v1/listings", params={"side": "offer", "cursor": first["next"]})
    met = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert met == named("offer", 7, 6, 5, 4, 3, 2, 1)
    assert third["next"] is None
    assert other.status_code == 422


def test_what_is_held_already_is_not_sent_again(gateway: Gateway) -> None:
    """304 by ETag until something changes, for the list and for one."""
    gateway.project(an_order("offer"))
    with gateway.client(gateway.key("buyer")) as buyer:
        for path in ("/v1/listings", f"/v1/listings/{an_id('offer', 1)}"):
            tag = buyer.get(path).headers["etag"]
            held = buyer.get(path, headers={"If-None-Match": tag})
            assert (held.status_code, held.content) == (304, b"")
            gateway.project(an_order("offer", version=2, remaining=len(path)))
            assert buyer.get(path, headers={"If-None-Match": tag}).status_code == 200
