"""A feed's listings for readers of news, and digests that are due."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from duijie_gateway.bootstrap import utc_now
from duijie_gateway.feed_digests import make_digest
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.repository.feeds import FeedStore
from gateway_records import NOW, a_capacity, an_id, an_order
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    import httpx
    from gateway_served import Gateway

pytestmark = pytest.mark.database

ATOM = "{http://www.w3.org/2005/Atom}"


def keep(client: httpx.Client, **changes: Any) -> str:
    """The id of a new feed."""
    values = {"name": "土豆", "filter": {"subjects": ["offer", "capacity"]}, "stream": True} | changes
    answer = client.post("/v1/feeds", json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_atom_has_what_its_specification_asks_for(gateway: Gateway) -> None:
    """RFC 4287, 4.1: feed and entries with id, title and updated, an author, a link to itself; newest first."""
    gateway.project(an_order("offer", 1), an_order("offer", 2), a_capacity())
    gateway.project(an_order("offer", 1, version=2), an_order("offer", 2, version=2, status="withdrawn"))
    with gateway.client(gateway.key("buyer")) as buyer:
        feed = keep(buyer)
        answer = buyer.get(f"/v1/feeds/{feed}/atom?lang=en")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}id") == f"urn:uuid:{feed}"
    assert root.findtext(f"{ATOM}title") == "土豆"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == str(answer.url)  # type: ignore[union-attr]
    assert dt.datetime.fromisoformat(root.findtext(f"{ATOM}updated") or "") == NOW
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"urn:uuid:{an_id('offer', 1)}",
        f"urn:uuid:{an_id('capacity', 1)}",
    ]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Offered Potato 30,000 kg, Pingbianmiaozu Zizhixian, until 2027-03-31",
        "Capacity cold storage Potato 20,000 kg a day, Pingbianmiaozu Zizhixian, until 2027-06-30",
    ]
    assert all(dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") == NOW for entry in entries)


def test_json_feed_has_what_its_specification_asks_for(gateway: Gateway) -> None:
    """Version and title at the top, an id and a content in each item; titles in Chinese unless asked otherwise."""
    gateway.project(an_order("offer", 1, price=1_600_000, shows_price=True))
    with gateway.client(gateway.key("buyer")) as buyer:
        feed = keep(buyer)
        answer = buyer.get(f"/v1/feeds/{feed}/feed.json")
    assert answer.headers["content-type"].startswith("application/feed+json")
    found = answer.json()
    assert (found["version"], found["title"]) == ("https://jsonfeed.org/version/1.1", "土豆")
    (item,) = found["items"]
    assert item["id"] == f"urn:uuid:{an_id('offer', 1)}"
    assert item["title"] == "供应 马铃薯 30,000 kg, 云南省屏边苗族自治县, 截至 2027-03-31, 1.6 元/kg"
    assert item["content_text"]


def test_matches_are_no_news_for_others(gateway: Gateway) -> None:
    """409; and a feed of both shows its listings alone."""
    with gateway.client(gateway.key("buyer")) as buyer:
        refused = buyer.get(f"/v1/feeds/{keep(buyer, filter={'subjects': ['match']})}/atom")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-listings")


def test_a_digest_goes_on_where_the_last_one_ended(gateway: Gateway) -> None:
    """Due at its hour, made again until it is noted as sent, and noted by one sender alone."""
    schedule = {"every": "day", "hour": 7, "via": "webhook"}
    with gateway.client(gateway.key("buyer")) as buyer:
        feed = posted(buyer, schedule)
    gateway.project(an_order("offer", 1), an_order("demand", 1))

    async def ask() -> list[Any]:
        engine = create_async_engine(gateway.engine.url)
        store, changes = FeedStore(engine), ChangeReader(engine)
        try:
            now = utc_now()
            early = await store.due_digests(now)
            later = now + dt.timedelta(days=1)
            (due,) = await store.due_digests(later)
            first, again = await make_digest(changes, due), await make_digest(changes, due)
            noted = [await store.digested(due, first.upto, later) for _ in range(2)]
            (next_due,) = await store.due_digests(later + dt.timedelta(days=1))
            return [early, str(due.id), first == again, noted, first, await make_digest(changes, next_due)]
        finally:
            await engine.dispose()

    early, id_, same, noted, first, second = asyncio.run(ask())
    assert (early, id_, same, noted) == ([], feed, True, [True, False])
    assert [item["id"] for item in first.present] == [str(an_id("offer", 1))]
    assert (second.empty, second.after) == (True, first.upto)


def posted(client: httpx.Client, schedule: dict[str, Any]) -> str:
    """The id of a feed with a digest."""
    values = {"name": "每日", "filter": {"subjects": ["offer"]}, "schedule": schedule}
    answer = client.post("/v1/feeds", json=values)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["stream"], shown["schedule"]) == (False, schedule)
    return str(shown["id"])
