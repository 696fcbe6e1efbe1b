"""Processes without an API answer for their health, readiness and metrics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection

import pytest
from duijie_shared.service.probe import Probe

Get = Callable[[str], tuple[int, str, bytes]]


@pytest.fixture
def details() -> dict[str, object]:
    return {"ready": True, "lag": 0}


@pytest.fixture
def get(details: dict[str, object]) -> Iterator[Get]:
    probe = Probe("127.0.0.1", 0, lambda: details)
    probe.start()

    def ask(path: str) -> tuple[int, str, bytes]:
        connection = HTTPConnection("127.0.0.1", probe.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    yield ask
    probe.stop()


def test_readiness_is_the_details_with_200_or_503(get: Get, details: dict[str, object]) -> None:
    """`duijie status` reads the details in either case."""
    assert (get("/readyz")[0], json.loads(get("/readyz")[2])) == (200, {"ready": True, "lag": 0})
    details.update(ready=False, lag=7)
    assert (get("/readyz")[0], json.loads(get("/readyz")[2])) == (503, {"ready": False, "lag": 7})


def test_health_says_that_the_process_is_up(get: Get, details: dict[str, object]) -> None:
    """Whether ready or not."""
    details["ready"] = False
    assert get("/healthz")[0] == 200


def test_metrics_are_prometheus_text(get: Get) -> None:
    """With the type that Prometheus asks for."""
    status, content_type, body = get("/metrics")
    assert status == 200
    assert content_type.startswith("text/plain; version=")
    assert b"# HELP" in body


@pytest.mark.parametrize("path", ["/", "/readyz/", "/table", "/../etc/passwd"])
def test_nothing_else_is_served(get: Get, path: str) -> None:
    """Three addresses and no more."""
    assert get(path)[0] == 404
