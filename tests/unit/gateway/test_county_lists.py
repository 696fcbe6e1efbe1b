"""The gateway's copy of the county lists: new when it must be, old rather than none."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from duijie_gateway.catalog_client import CatalogClient
from duijie_gateway.county_lists import FRESH, CountyLists
from duijie_shared.geography import ListEdition, ListEntry
from duijie_shared.geography.designation_json import edition_to_json
from duijie_shared.service.errors import Refusal

NOW = dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)
"""Half past midnight of the 24th in Shanghai."""
WEINING = "520526"


@dataclass
class Upstream:
    """What catalog would answer, and what it was asked."""

    editions: list[ListEdition] = field(default_factory=list)
    away: bool = False
    asked: list[str] = field(default_factory=list)
    now: dt.datetime = NOW

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Editions under a tag that counts them; 304 for who has it."""
        if self.away:
            raise httpx.ConnectError("away")
        tag = f'"{len(self.editions)}"'
        self.asked.append(request.headers.get("if-none-match", ""))
        if self.asked[-1] == tag:
            return httpx.Response(304, headers={"etag": tag})
        items = [
            {"uploaded_at": "2026-11-23T00:00:00+00:00", "edition": edition_to_json(e)} for e in self.editions
        ]
        return httpx.Response(200, headers={"etag": tag}, json={"items": items})

    def lists(self) -> CountyLists:
        """A copy that has not asked yet."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.handle), base_url="http://catalog")
        return CountyLists(CatalogClient(http), lambda: self.now)


def edition() -> ListEdition:
    """A list that names one county from ever on."""
    entries = (ListEntry(WEINING, WEINING, "威宁县"),)
    return ListEdition(
        "our-list", "名录", "List", "test", "while_valid", True, dt.date(2020, 1, 1), None, entries
    )


def known(lists: CountyLists) -> Any:
    """What a copy knows now."""
    return asyncio.run(lists.known())


def test_the_copy_is_asked_for_again_after_a_moment_by_its_tag() -> None:
    """Not within it; an upload is seen then, and at once where it went through this gateway."""
    upstream = Upstream()
    lists = upstream.lists()
    first = known(lists)
    upstream.editions.append(edition())
    assert known(lists) is first
    upstream.now += FRESH
    second = known(lists)
    assert second.book.of(WEINING, dt.date(2026, 1, 1))[-1] == "our-list"
    assert second.version != first.version
    assert second.uploaded_at(second.book.history("our-list")[0][0]) == "2026-11-23T00:00:00+00:00"
    assert second.uploaded_at(second.book.history("cn-832")[0][0]) is None
    upstream.now += FRESH
    assert known(lists) is second
    upstream.editions.append(edition())
    lists.forget()
    assert known(lists) is not second
    assert upstream.asked == ["", '"0"', '"1"', '"1"']


def test_a_catalog_that_is_away_leaves_what_is_known() -> None:
    """Old rather than none; where nothing is known the refusal says to come back."""
    upstream = Upstream(away=True)
    lists = upstream.lists()
    with pytest.raises(Refusal) as refused:
        known(lists)
    assert refused.value.status == 503
    upstream.away = False
    first = known(lists)
    upstream.away, upstream.now = True, upstream.now + FRESH
    assert known(lists) is first
    upstream.away = False
    upstream.editions.append(edition())
    assert known(lists) is not first


def test_lists_are_called_what_staff_call_them() -> None:
    """By their newest edition; while catalog is away by the release, and one of staff's not at all."""
    upstream = Upstream(editions=[edition()], away=True)
    lists = upstream.lists()
    titles = asyncio.run(lists.titles(["our-list", "cn-832", "no-list"], "zh"))
    assert titles.keys() == {"cn-832"}
    assert asyncio.run(lists.titles(["cn-832"], "en"))["cn-832"].startswith("Former")
    upstream.away = False
    titles = asyncio.run(lists.titles(["our-list", "cn-832", "no-list"], "zh"))
    assert titles["our-list"] == "名录"
    assert titles.keys() == {"our-list", "cn-832"}


def test_today_is_shanghais() -> None:
    """Past midnight there while it is still the day before in London."""
    assert Upstream().lists().today() == dt.date(2026, 11, 24)
