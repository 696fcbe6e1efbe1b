"""The ways in which a subscriber reads a saved feed, and what it holds afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from gateway_served import read_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass
class Held:
    """What a subscriber holds: items by id, and the place up to which it has heard. It is all that it keeps."""

    place: int = 0
    items: dict[str, Any] = field(default_factory=dict)

    def take(self, told: dict[str, Any]) -> None:
        """Fold one change in; a change that was heard already is an error."""
        assert told["sequence"] > self.place, "told twice or out of order"
        self.place = told["sequence"]
        if told["state"] == "present":
            self.items[told["id"]] = told["item"]
        else:
            self.items.pop(told["id"], None)

    def forget(self) -> None:
        """Begin again with nothing."""
        self.place = 0
        self.items.clear()


def polled(
    client: httpx.Client, feed: str, *, after: int | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """All changes of a feed, page by page."""
    found: list[dict[str, Any]] = []
    params: dict[str, int] = {"limit": limit} | ({} if after is None else {"after": after})
    while True:
        answer = client.get(f"/v1/feeds/{feed}/items", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if not page["more"]:
            return found
        params["after"] = page["next"]


def poll_into(client: httpx.Client, feed: str, held: Held, *, limit: int = 100) -> bool:
    """Read one page behind what is held; whether there is more."""
    answer = client.get(f"/v1/feeds/{feed}/items", params={"after": held.place, "limit": limit})
    if answer.status_code == 410:
        held.forget()
        return True
    assert answer.status_code == 200, answer.text
    page = answer.json()
    for told in page["items"]:
        held.take(told)
    held.place = page["next"]
    return bool(page["more"])


def streamed(client: httpx.Client, feed: str, place: int | str | None) -> Iterator[dict[str, Any]]:
    """The changes of an open stream, behind a place."""
    headers = {} if place is None else {"Last-Event-ID": str(place)}
    with client.stream("GET", f"/v1/feeds/{feed}/stream", headers=headers) as response:
        assert response.status_code == 200, response.read()
        for event in read_events(response):
            if event.name == "message":
                assert event.id == event.data["sequence"]
                yield event.data
            else:
                yield {"event": event.name, **event.data}


def taken(stream: Iterable[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The next changes of a stream."""
    # The range first: it ends without taking one change more, which may never come.
    return [told for _, told in zip(range(count), stream, strict=False)]
