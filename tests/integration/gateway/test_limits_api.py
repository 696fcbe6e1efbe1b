"""How much, how often and how long: the limits of the running service."""

from __future__ import annotations

import pytest
from gateway_records import a_match
from gateway_served import Gateway, read_events

pytestmark = pytest.mark.database


@pytest.fixture
def settings_changes() -> dict[str, object]:
    """Limits that a test reaches."""
    return {"key_requests_per_second": 20, "max_streams": 2, "stream_seconds": 1.0}


def test_a_key_that_asks_too_often_is_told_so_and_others_are_not(gateway: Gateway) -> None:
    """Retry-After says when there is room again."""
    with gateway.client(gateway.key("staff")) as busy, gateway.client(gateway.key("staff")) as quiet:
        answers = [busy.get("/v1/session") for _ in range(60)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert refused[0].headers["content-type"] == "application/problem+json"
        assert quiet.get("/v1/session").status_code == 200


def test_a_large_body_is_refused_and_the_service_lives(gateway: Gateway) -> None:
    """With its length said, and in pieces without."""
    with gateway.client() as admin:
        big = b"[" * 10_000_000
        assert admin.post("/v1/keys", content=big).status_code == 413
        pieces = (big[:65_536] for _ in range(100))
        assert admin.post("/v1/keys", content=pieces).status_code == 413
        assert admin.get("/v1/session").status_code == 200


def test_a_stream_ends_when_its_time_is_over_and_says_so(gateway: Gateway) -> None:
    """The reader resumes; nothing is missed in between."""
    with gateway.client() as staff:
        with staff.stream("GET", "/v1/matches/stream") as response:
            assert next(response.iter_lines()) == ": at most 1 s, then resume with Last-Event-ID"
        with staff.stream("GET", "/v1/matches/stream") as response:
            (ended,) = list(read_events(response))
        assert (ended.name, ended.data) == ("end", {"reason": "time"})
        gateway.project(a_match())
        with staff.stream("GET", "/v1/matches/stream", headers={"Last-Event-ID": "0"}) as response:
            assert [event.id for event in read_events(response)] == [1, None]


def test_there_is_a_last_stream(gateway: Gateway) -> None:
    """One more is told to come back later."""
    with (
        gateway.client() as staff,
        staff.stream("GET", "/v1/matches/stream"),
        staff.stream("GET", "/v1/matches/stream"),
    ):
        full = staff.get("/v1/matches/stream")
        assert full.status_code == 503
        assert "retry-after" in full.headers
