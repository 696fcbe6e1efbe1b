"""Digests: when they are due, and what a stretch of changes comes to."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from duijie_gateway.domain.changes import Change, change_item, change_text
from duijie_gateway.domain.digests import MOST_LINES, digest
from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.feeds import Feed, Schedule
from duijie_gateway.domain.listings import Listing, listing_facts, listing_item
from duijie_gateway.feed_digests import is_sent
from gateway_records import NOW, an_id, an_order

FEED = Feed(
    uuid4(), "红河 <马铃薯>", None, None, exact=False, filter={"subjects": ["offer"]}, start=0, created_at=NOW
)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def a_change(
    sequence: int, name: object = 1, *, new: bool = True, gone: bool = False, **order: Any
) -> Change:
    """A change of an offer; `new` where it was not there before."""
    listing = Listing.of(an_order("offer", name, **order), NOW)
    assert listing is not None
    facts, body = listing_facts(listing), json.dumps(listing_item(listing), ensure_ascii=False)
    before = None if new else facts
    return Change(
        sequence, "offer", listing.id, NOW, before, None if gone else facts, body=None if gone else body
    )


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("day", 7, "webhook"), "2026-11-20T06:59:59", "2026-11-20T07:00:00"),
        (Schedule("day", 7, "webhook"), "2026-11-20T07:00:00", "2026-11-21T07:00:00"),
        (Schedule("day", 0, "webhook"), "2026-12-31T23:00:00", "2027-01-01T00:00:00"),
        (Schedule("week", 7, "webhook", weekday=5), "2026-11-20T06:00:00", "2026-11-20T07:00:00"),
        (Schedule("week", 7, "webhook", weekday=5), "2026-11-20T07:00:00", "2026-11-27T07:00:00"),
        (Schedule("week", 7, "webhook", weekday=1), "2026-11-20T07:00:00", "2026-11-23T07:00:00"),
    ],
)
def test_a_digest_is_due_at_its_hour_in_shanghai(schedule: Schedule, after: str, due: str) -> None:
    """The first such moment after the given one; 2026-11-20 is a Friday."""
    at = dt.datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    found = schedule.next_due(at.astimezone(dt.UTC))
    assert found == dt.datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
    assert Schedule.from_json(schedule.to_json()) == schedule


def test_each_subject_is_told_once_as_it_is_at_the_end() -> None:
    """What came and went in between is left out; what was known before and is gone is counted."""
    made = digest(
        FEED,
        [
            (a_change(3, 1), "item"),
            (a_change(4, 2), "item"),
            (a_change(5, 1, new=False, version=2), "item"),
            (a_change(6, 2, new=False, gone=True), "tombstone"),
            (a_change(7, 3, new=False, gone=True), "tombstone"),
        ],
        after=2,
        upto=9,
    )
    assert [(item["sequence"], item["item"]["version"]) for item in made.present] == [(5, 2)]
    assert [item["id"] for item in made.gone] == [str(an_id("offer", 3))]
    assert made.id == f"{FEED.id}:2-9"
    assert made.text.splitlines() == [
        "红河 <马铃薯>: 1 条更新",
        "",
        "- 供应 马铃薯 30,000 kg, 云南省屏边苗族自治县, 截至 2027-03-31",
        "- 1 条已结束或不再符合条件",
    ]


def test_a_page_escapes_what_people_wrote() -> None:
    """The feed's name is its owner's text."""
    page = digest(FEED, [(a_change(1), "item")], after=0, upto=1).html
    assert "<h1>红河 &lt;马铃薯&gt;: 1 条更新</h1>" in page
    assert "<马铃薯>" not in page


@pytest.mark.parametrize(("count", "lines"), [(MOST_LINES, MOST_LINES), (MOST_LINES + 1, MOST_LINES + 1)])
def test_a_text_is_bounded_and_its_json_whole(count: int, lines: int) -> None:
    """Of 101 the last line says that one more is left out."""
    made = digest(FEED, [(a_change(n, n), "item") for n in range(count)], after=0, upto=count)
    assert len(made.to_json()["present"]) == count
    assert made.html.count("<li>") == lines
    assert ("另有 1 条" in made.text) == (count > MOST_LINES)


def test_an_empty_digest_is_sent_only_where_asked_for() -> None:
    """And says that nothing changed."""
    made = digest(FEED, [], after=4, upto=4)
    assert made.empty
    assert "没有变化" in made.text
    assert not is_sent(FEED, made)
    assert is_sent(replace(FEED, report_if_empty=True), made)


def test_text_and_item_of_a_change_are_the_same() -> None:
    """Whichever way they are written: a listing's stored text is not read first."""
    for change, verdict in ((a_change(1), "item"), (a_change(2, gone=True, new=False), "tombstone")):
        for exact in (False, True):
            text = change_text(change, verdict, exact=exact)  # type: ignore[arg-type]
            assert json.loads(text) == change_item(change, verdict, exact=exact)  # type: ignore[arg-type]


def test_facts_are_stored_and_read_back() -> None:
    """Whatever is empty is left out and comes back empty."""
    for facts in (listing_facts(Listing.of(an_order("offer"), NOW)), Facts(())):  # type: ignore[arg-type]
        assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
