"""Saved feeds: kept by their owner, read by poll and stream from any kept place, previewed."""

from __future__ import annotations

import datetime as dt
import random
import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from duijie_gateway.bootstrap import utc_now
from duijie_gateway.projection import Projection
from duijie_gateway.tables import SavedFeedRow
from duijie_shared.events.parties import PartySnapshot
from feed_readers import Held, poll_into, polled, streamed, taken
from gateway_records import NOW, a_capacity, a_deal, a_match, an_id, an_order
from sqlalchemy import func, select

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from gateway_served import Gateway

pytestmark = pytest.mark.database

OFFERS = {"name": "马铃薯", "filter": {"subjects": ["offer"]}, "stream": True, "start": "all"}


def keep(client: httpx.Client, **changes: Any) -> str:
    """The id of a new feed."""
    answer = client.post("/v1/feeds", json=OFFERS | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def seen(items: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(sequence, state) of changes."""
    return [(item["sequence"], item["state"]) for item in items]


def test_a_feed_is_kept_changed_and_forgotten_by_its_owner_alone(gateway: Gateway) -> None:
    """Keys of the same party share it; another party's and the operator's find nothing."""
    party = an_id("buyer")
    mine, mine_too = gateway.key("buyer", party), gateway.key("buyer", party)
    with gateway.client(mine) as owner, gateway.client(mine_too) as same:
        feed = keep(owner, filter={"subjects": ["demand", "offer"], "product": "苹果", "county": "530000"})
        shown = same.get(f"/v1/feeds/{feed}").json()
        assert shown["filter"] == {"subjects": ["demand", "offer"], "product": "苹果", "county": "530000"}
        assert same.get("/v1/feeds").json() == {"items": [shown], "next": None}
        changed = same.patch(f"/v1/feeds/{feed}", json={"name": "云南"}).json()
        assert changed == shown | {"name": "云南"}
        for role in ("buyer", "staff"):
            with gateway.client(gateway.key(role)) as other:
                assert other.get("/v1/feeds").json()["items"] == []
                for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/items"), ("GET", "/stream")):
                    assert other.request(method, f"/v1/feeds/{feed}{path}").status_code == 404
        assert owner.delete(f"/v1/feeds/{feed}").status_code == 204
        assert owner.get(f"/v1/feeds/{feed}").status_code == 404
        assert owner.delete(f"/v1/feeds/{feed}").status_code == 404


SCHEDULE = {"every": "day", "hour": 7, "via": "webhook"}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"filter": {"subjects": []}}, "filter.subjects", "malformed"),
        ({"filter": {"subjects": ["offer"], "produkt": "potato"}}, "filter.produkt", "unknown-field"),
        ({"filter": {"subjects": ["offer"], "product": "nothing"}}, "filter.product", "unknown-product"),
        ({"filter": {"subjects": ["offer"], "county": "999999"}}, "filter.county", "unknown-county"),
        ({"filter": {"subjects": ["match"], "min_grade": 3}}, "filter.min_grade", "not-of-subject"),
        ({"filter": {"subjects": ["offer", "match"], "max_price": 3}}, "filter.max_price", "not-of-subject"),
        ({"filter": {"subjects": ["offer"], "activity": "packing"}}, "filter.activity", "not-of-subject"),
        (
            {"filter": {"subjects": ["offer"], "min_price": 3, "max_price": 2}},
            "filter.max_price",
            "out-of-range",
        ),
        ({"stream": None}, "schedule", "exactly-one"),
        ({"schedule": SCHEDULE}, "schedule", "exactly-one"),
        ({"stream": None, "schedule": SCHEDULE | {"hour": 24}}, "schedule.hour", "malformed"),
        ({"stream": None, "schedule": SCHEDULE | {"via": "email"}}, "schedule.email", "required"),
        ({"stream": None, "schedule": SCHEDULE | {"email": "a@b.cn"}}, "schedule.email", "required"),
        ({"start": 1}, "start", "unknown-place"),
        ({"name": ""}, "name", "malformed"),
    ],
)
def test_what_a_feed_may_not_be_is_refused_by_name(
    gateway: Gateway, changes: dict[str, Any], field: str, code: str
) -> None:
    """In both languages."""
    posting = {name: value for name, value in (OFFERS | changes).items() if value is not None}
    with gateway.client() as staff:
        answer = staff.post("/v1/feeds", json=posting)
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert error["zh"]
    assert error["en"]


def test_a_filter_is_not_changed(gateway: Gateway) -> None:
    """A place in the old one would be no place in the new."""
    with gateway.client() as staff:
        feed = keep(staff)
        refused = staff.patch(f"/v1/feeds/{feed}", json={"filter": {"subjects": ["demand"]}})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "filter")


def test_an_owner_keeps_a_bounded_number(gateway: Gateway) -> None:
    """50, and as many of another."""
    with gateway.client(gateway.key("buyer")) as buyer:
        for _ in range(50):
            keep(buyer)
        refused = buyer.post("/v1/feeds", json=OFFERS)
        assert (refused.status_code, refused.json()["code"]) == (409, "too-many-feeds")
    with gateway.client(gateway.key("buyer")) as other:
        keep(other)


def test_an_erased_party_keeps_no_feed(gateway: Gateway) -> None:
    """Its address for digests goes with it."""
    party = PartySnapshot(party_id=an_id("buyer"), version=1, name="买方", kind="buyer", county=None)
    gateway.project(party)
    with gateway.client(gateway.key("buyer", an_id("buyer"))) as buyer:
        keep(buyer)
    Projection(gateway.engine).apply([gateway.log.bury(party)], gateway.log.reached, now=NOW)
    with gateway.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(SavedFeedRow)).scalar_one() == 0


def test_poll_and_stream_tell_the_same(gateway: Gateway) -> None:
    """Item by item, in pages of any size, resumed or live, of every subject."""
    gateway.project(an_order("offer"), an_order("demand"), a_match(), a_capacity(), a_deal())
    key = gateway.key("buyer", an_id("buyer"))
    subjects = ["match", "offer", "demand", "capacity", "deal"]
    with gateway.client(key) as buyer:
        feed = keep(buyer, filter={"subjects": subjects})
        live = streamed(buyer, feed, 2)
        first = taken(live, 3)
        gateway.project(an_order("offer", version=2, status="withdrawn"), a_capacity(version=2))
        rest = taken(live, 2)
        live.close()  # type: ignore[attr-defined]
        whole = polled(buyer, feed)
        assert [item["sequence"] for item in whole] == list(range(1, 8))
        assert first + rest == whole[2:]
        assert polled(buyer, feed, limit=1) == polled(buyer, feed, limit=3) == whole
        assert taken(streamed(buyer, feed, None), 7) == whole
        assert whole[-2]["subject"] == "offer"
        assert (whole[-2]["state"], whole[-2]["item"]) == ("gone", None)


def test_items_are_what_their_routes_show(gateway: Gateway) -> None:
    """A listing as `/v1/listings` has it, a match as `/v1/matches` shows it to this caller."""
    gateway.project(an_order("offer"), a_match())
    for key in (gateway.key("buyer", an_id("buyer")), gateway.key("staff")):
        with gateway.client(key) as client:
            told = {
                item["subject"]: item["item"]
                for item in polled(client, keep(client, filter={"subjects": ["match"]}))
            }
            assert told["match"] == client.get(f"/v1/matches/{an_id('match', 1)}").json()
            (offer,) = polled(client, keep(client))
            assert offer["item"] == client.get(f"/v1/listings/{an_id('offer', 1)}").json()


def test_another_partys_matches_and_deals_are_not_told(gateway: Gateway) -> None:
    """Whatever the filter names."""
    gateway.project(a_match(), a_deal())
    with gateway.client(gateway.key("buyer", an_id("stranger"))) as stranger:
        assert polled(stranger, keep(stranger, filter={"subjects": ["match", "deal"]})) == []


def test_what_is_passed_over_is_not_read_again(gateway: Gateway) -> None:
    """An empty answer has a place too, and so has a stream that has nothing to tell."""
    gateway.project(*(an_order("demand", number) for number in range(9)))
    with gateway.client() as staff:
        feed = keep(staff)
        assert staff.get(f"/v1/feeds/{feed}/items").json() == {"items": [], "next": 9, "more": False}
        with staff.stream("GET", f"/v1/feeds/{feed}/stream") as response:
            assert "id: 9" in next(line for line in response.iter_lines() if line.startswith("id"))


def test_a_feed_starts_where_it_was_asked_to(gateway: Gateway) -> None:
    """From now on, with all that stands, or behind a place."""
    gateway.project(an_order("offer", 1), an_order("offer", 2))
    with gateway.client() as staff:
        now, all_, behind = (keep(staff, start=start) for start in ("now", "all", 1))
        gateway.project(an_order("offer", 3))
        found = [[sequence for sequence, _ in seen(polled(staff, feed))] for feed in (now, all_, behind)]
    assert found == [[3], [1, 2, 3], [2, 3]]


def prune(gateway: Gateway) -> None:
    """Take away what is older than now."""
    Projection(gateway.engine).prune_feed(NOW + dt.timedelta(hours=1))


@pytest.mark.parametrize("place", ["1", "99", "garbage", "-1", "1" * 19])
def test_a_place_that_cannot_be_gone_on_from_resets(gateway: Gateway, place: str) -> None:
    """Long gone, not come yet, or none at all: the stream says so and tells all that stands; a poll is refused."""
    gateway.project(an_order("offer", 1), an_order("offer", 2))
    gateway.project(an_order("offer", 1, version=2))
    prune(gateway)
    with gateway.client() as staff:
        feed = keep(staff, start="now")
        reset, *rest = taken(streamed(staff, feed, place), 3)
        assert reset == {"event": "reset", "after": 0}
        assert seen(rest) == [(2, "present"), (3, "present")]
        if place in {"1", "99"}:
            refused = staff.get(f"/v1/feeds/{feed}/items", params={"after": place})
            assert (refused.status_code, refused.json()["code"]) == (410, "place-gone")
        assert seen(polled(staff, feed, after=0)) == [(2, "present"), (3, "present")]
        assert polled(staff, feed, after=3) == []


def test_a_preview_is_what_a_reading_would_be(gateway: Gateway) -> None:
    """Of the last 30 days: a change of 31 days ago is not in it. The same items as a poll behind its place."""
    projection, log = Projection(gateway.engine), gateway.log
    now = utc_now()
    for days, body in ((31, an_order("offer", 1)), (29, an_order("offer", 2)), (1, an_order("demand", 1)),
                       (0, an_order("offer", 1, version=2, county="310115"))):  # fmt: skip
        projection.apply([log.add(body)], log.reached, now=now - dt.timedelta(days=days))
    posted = {"subjects": ["offer"], "county": "530000"}
    with gateway.client(gateway.key("buyer")) as buyer:
        previewed = buyer.post("/v1/feeds/preview", json={"filter": posted}).json()
        assert previewed["after"] == 1
        assert seen(previewed["items"]) == [(2, "present"), (4, "gone")]
        feed = keep(buyer, filter=posted, start=previewed["after"])
        assert polled(buyer, feed) == previewed["items"]
        short = buyer.post("/v1/feeds/preview?limit=1", json={"filter": posted}).json()
        assert (seen(short["items"]), short["more"]) == ([(2, "present")], True)


def test_a_revoked_key_and_a_deleted_feed_end_their_streams(
    gateway: Gateway, eventually: Callable[..., object]
) -> None:
    """With the reason; what ends counts as a stream no more."""
    key = gateway.key("buyer", an_id("buyer"))
    with gateway.client(key) as buyer, gateway.client(gateway.key("buyer", an_id("buyer"))) as same:
        one, other = keep(buyer), keep(buyer)
        gateway.project(an_order("offer"))
        revoked, deleted = streamed(buyer, one, 0), streamed(same, other, 0)
        taken(revoked, 1)
        taken(deleted, 1)
        assert same.delete(f"/v1/feeds/{other}").status_code == 204
        assert next(deleted) == {"event": "end", "reason": "deleted"}
        with gateway.client() as admin:
            assert admin.delete(f"/v1/keys/{key.id}").status_code == 204
        assert next(revoked) == {"event": "end", "reason": "revoked"}
        eventually(lambda: gateway.services.hub.streams == 0)


def test_a_subscriber_killed_at_random_points_ends_with_the_servers_state(gateway: Gateway) -> None:
    """By poll and by stream, whatever page or event it was killed at, while orders change under it."""
    chance = random.Random(7)
    party = an_id("reader")
    posted = {"subjects": ["offer", "demand"], "county": "530000", "min_quantity": 5000}
    last = 60

    def write() -> None:
        versions = dict.fromkeys(range(8), 0)
        for _ in range(last):
            name = chance.randrange(8)
            versions[name] += 1
            gateway.project(a_change(chance, name, versions[name]))

    with gateway.client(gateway.key("buyer", party)) as client:
        feed = keep(client, filter=posted)
        writer = threading.Thread(target=write)
        writer.start()
        by_poll, by_stream, turn = Held(), Held(), 0
        while writer.is_alive() or turn < 5:
            turn = turn + 1 if not writer.is_alive() else 0
            poll_into(client, feed, by_poll, limit=turn % 4 + 1)
            for told in taken(streamed_now(client, feed, by_stream.place), turn % 3 + 1):
                by_stream.take(told)
        while poll_into(client, feed, by_poll):
            pass
        for told in polled(client, feed, after=by_stream.place):
            by_stream.take(told)
        listed = client.get("/v1/listings?county=530000&min_quantity=5000&limit=200").json()["items"]
    assert by_poll.items == by_stream.items == {item["id"]: item for item in listed}


def streamed_now(client: httpx.Client, feed: str, place: int) -> Any:
    """A stream that is left when it has told what there was to tell."""
    waiting = len(client.get(f"/v1/feeds/{feed}/items", params={"after": place}).json()["items"])
    return iter(taken(streamed(client, feed, place), waiting))


def a_change(chance: random.Random, name: int, version: int) -> Any:
    """One version of an order, inside or outside the filter, live or over."""
    return an_order(
        "offer" if name % 2 else "demand",
        name,
        version=version,
        county=chance.choice(["532523", "532522", "310115"]),
        status=chance.choice(["open", "open", "open", "withdrawn"]),
        remaining=chance.choice([4_999_999, 5_000_000, 9_000_000]),
    )


def test_ids_are_uuids(gateway: Gateway) -> None:
    """A feed that is no id is 404, as every object."""
    with gateway.client() as staff:
        assert staff.get("/v1/feeds/nothing").status_code == 404
        assert UUID(keep(staff))
