"""The stream: nothing missed, nothing twice, whoever leaves, comes back, sleeps or loses its key."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.tables import FeedHeadRow, FeedRow
from duijie_shared.events.matches import Reasons
from gateway_records import NOW, a_match, an_id
from gateway_served import Event, Gateway, Key, read_events
from sqlalchemy import delete, text, update
from sqlmodel import col

pytestmark = pytest.mark.database


@pytest.fixture
def settings_changes() -> dict[str, object]:
    """Heartbeats that a test can wait for, little patience with readers that take nothing."""
    return {"stream_heartbeat_seconds": 0.2, "stream_send_timeout_seconds": 1.0}


@contextmanager
def listening(
    gateway: Gateway, key: Key | None = None, headers: dict[str, str] | None = None, **params: Any
) -> Iterator[Iterator[Event]]:
    """The events of a stream; the connection is open before the test goes on."""
    with (
        gateway.client(*([key] if key else [])) as client,
        client.stream("GET", "/v1/matches/stream", params=params, headers=headers) as response,
    ):
        assert response.status_code == 200, response.read()
        yield read_events(response)


def take(events: Iterator[Event], count: int) -> list[int | None]:
    """The ids of the next events."""
    return [next(events).id for _ in range(count)]


def test_news_arrive_as_they_happen(gateway: Gateway) -> None:
    """A proposal, its change and its withdrawal, each an item with the feed's sequence; nothing of before."""
    gateway.project(a_match(0))
    with listening(gateway) as events:
        gateway.project(a_match())
        gateway.project(a_match(quantity=1_000), a_match(status="withdrawn"))
        found = [next(events) for _ in range(3)]
    assert [event.id for event in found] == [2, 3, 4]
    assert [event.data["status"] for event in found] == ["proposed", "proposed", "withdrawn"]
    assert [event.data["quantity"] for event in found] == [12_500, 1, 12_500]
    with gateway.client() as staff:
        assert found[-1].data == staff.get(f"/v1/matches/{an_id('match', 1)}").json()


def test_a_reader_that_comes_back_misses_nothing_and_hears_nothing_twice(gateway: Gateway) -> None:
    """It leaves again and again, while changes go on, and resumes each time from the last id it has."""
    last = 200
    writer = threading.Thread(
        target=lambda: [gateway.project(a_match(number % 7, quantity=number + 1)) for number in range(last)]
    )
    writer.start()
    heard = [0]
    with gateway.client() as client:
        for visit in range(1, 1000):
            headers = {"Last-Event-ID": str(heard[-1])}
            with client.stream("GET", "/v1/matches/stream", headers=headers) as response:
                for event, _ in zip(read_events(response), range(visit % 13 + 1), strict=False):
                    heard.append(event.id or 0)
                    if event.id == last:
                        break
            if heard[-1] == last:
                break
    writer.join()
    assert heard == list(range(last + 1))


def test_two_readers_hear_the_same(gateway: Gateway) -> None:
    """One resumed from the database, one live from the start."""
    with listening(gateway) as live:
        for number in range(30):
            gateway.project(a_match(number))
        assert take(live, 30) == list(range(1, 31))
    with listening(gateway, after=10) as resumed:
        assert take(resumed, 20) == list(range(11, 31))


def test_filters_and_scopes_hold_on_the_stream_too(gateway: Gateway) -> None:
    """Resumed and live alike: a party hears of its own matches only."""
    own, other = gateway.key("producer", an_id("producer")), gateway.key("buyer", an_id("nobody's buyer"))
    gateway.project(a_match(1), a_match(2, offer_party=an_id("x"), demand_party=an_id("nobody's buyer")))
    with (
        listening(gateway, own, after=0) as mine,
        listening(gateway, other, after=0) as theirs,
        listening(gateway, after=0, min_score=80) as high,
    ):
        gateway.project(
            a_match(3, score=90.0), a_match(4, offer_party=an_id("x"), demand_party=an_id("nobody's buyer"))
        )
        gateway.project(a_match(3, score=70.0))
        assert take(mine, 3) == [1, 3, 5]
        assert take(theirs, 2) == [2, 4]
        assert take(high, 2) == [3, 5]


@pytest.mark.parametrize("given", ["abc", "-1", "1.5", "1" * 19, "٣", "1; DROP TABLE feed"])
def test_a_place_that_this_stream_never_gave_is_refused(gateway: Gateway, given: str) -> None:
    """Clearly, not by starting somewhere."""
    with gateway.client() as staff:
        refused = staff.get("/v1/matches/stream", headers={b"Last-Event-ID": given.encode()})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "Last-Event-ID"


def test_a_reader_from_the_future_or_from_long_ago_is_told_to_start_again(gateway: Gateway) -> None:
    """A reset names where to go on; what happens after it is heard."""
    gateway.project(*(a_match(number) for number in range(5)))
    with gateway.engine.begin() as connection:
        connection.execute(delete(FeedRow).where(col(FeedRow.sequence) <= 3))
        connection.execute(update(FeedHeadRow).values(pruned=3))
    for resumed in (2, 99):
        with listening(gateway, after=resumed) as events:
            reset = next(events)
            assert (reset.name, reset.id, reset.data) == ("reset", None, {"after": 5})
    with listening(gateway, after=3) as events:
        assert take(events, 2) == [4, 5]
    with listening(gateway, after=99) as events:
        assert next(events).name == "reset"
        gateway.project(a_match(9))
        assert take(events, 1) == [6]


def test_a_revoked_key_and_an_ended_session_lose_their_streams(
    gateway: Gateway, eventually: Callable[..., object]
) -> None:
    """Within seconds, and with the reason."""
    key = gateway.key("staff")
    with gateway.client() as admin, listening(gateway, key) as events:
        assert admin.delete(f"/v1/keys/{key.id}").status_code == 204
        ended = next(events)
        assert (ended.name, ended.data) == ("end", {"reason": "revoked"})
        assert next(events, None) is None
    with gateway.client(None) as browser:
        assert browser.post("/v1/session", json={"key": gateway.key("staff").secret}).status_code == 201
        with browser.stream("GET", "/v1/matches/stream") as response:
            assert response.status_code == 200
            httpx.delete(f"{gateway.url}/v1/session", cookies=dict(browser.cookies))
            assert next(read_events(response)).data == {"reason": "revoked"}
    eventually(lambda: gateway.services.hub.streams == 0)


def test_streams_hold_no_database_connection(gateway: Gateway) -> None:
    """More of them than the pool has connections, and everything else goes on."""
    clients = [gateway.client() for _ in range(40)]
    streams = [client.stream("GET", "/v1/matches/stream") for client in clients]
    responses = [stream.__enter__() for stream in streams]
    try:
        gateway.project(a_match())
        with gateway.client() as staff:
            assert staff.get("/v1/matches").status_code == 200
        assert [next(read_events(response)).id for response in responses] == [1] * 40
    finally:
        for stream in streams:
            stream.__exit__(None, None, None)
        for client in clients:
            client.close()


def test_quiet_streams_are_kept_alive_by_comments(gateway: Gateway) -> None:
    """And the first line says how long the stream lasts."""
    with gateway.client() as staff, staff.stream("GET", "/v1/matches/stream") as response:
        lines = response.iter_lines()
        assert next(lines).startswith(": at most 600 s")
        assert next(line for line in lines if line.startswith(": still"))


def test_a_reader_that_takes_nothing_is_dropped(gateway: Gateway, eventually: Callable[..., object]) -> None:
    """Its connection is reset, not closed behind what it does not take; others hear all the same."""
    long = Reasons(zh=("长" * 10_000,), en=("long " * 4_000,))
    gateway.project(
        *(a_match(number, reasons=long) for number in range(400))
    )  # some 20 MB: more than sockets hold
    with frozen_reader(gateway, "after=0") as frozen, listening(gateway) as events:
        eventually(lambda: gateway.services.hub.streams == 1)
        gateway.project(a_match(1_000))
        assert take(events, 1) == [401]
        assert reset_after_reading(frozen)


@contextmanager
def frozen_reader(gateway: Gateway, query: str) -> Iterator[socket.socket]:
    """A connection that asks for the stream and then reads nothing."""
    with socket.create_connection(("127.0.0.1", int(gateway.url.rpartition(":")[2]))) as frozen:
        frozen.sendall(
            f"GET /v1/matches/stream?{query} HTTP/1.1\r\nHost: gateway\r\n"
            f"Authorization: {gateway.key('staff').headers['Authorization']}\r\n\r\n".encode()
        )
        yield frozen


def reset_after_reading(connection: socket.socket) -> bool:
    """Whether the connection was reset rather than closed."""
    connection.settimeout(10)
    try:
        while connection.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    return False


def test_a_lost_wake_up_only_delays_the_news(gateway: Gateway) -> None:
    """Rows that come without a notice are found all the same."""
    with listening(gateway) as events:
        Projection(gateway.engine).apply([gateway.log.add(a_match())], gateway.log.reached, now=NOW)
        assert take(events, 1) == [1]
        with gateway.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO feed SELECT (jsonb_populate_record(f, '{\"sequence\": 2}')).* FROM feed f")
            )
            connection.execute(text("UPDATE feed_head SET sequence = 2"))
        assert take(events, 1) == [2]


def test_a_head_request_opens_no_stream(gateway: Gateway) -> None:
    """It would never end."""
    with gateway.client() as staff:
        assert staff.head("/v1/matches/stream").status_code in {200, 405}
    assert gateway.services.hub.streams == 0
