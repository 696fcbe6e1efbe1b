"""What every request passes before any route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from duijie_gateway.api.edge import BODY_BYTES, IMPORT_BYTES, AddressLimit, BodyLimit, Edge
from duijie_gateway.limiting import Limiter
from starlette.types import Receive, Scope, Send

seen: list[int] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body, notes its length and answers 200."""
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    seen.append(length)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def ask(asgi: object, do: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response:
    """One request to an application in this process."""
    seen.clear()

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=asgi)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await do(client)

    return asyncio.run(run())


async def pieces(total: int) -> AsyncIterator[bytes]:
    """A body of `total` bytes without a Content-Length."""
    while total > 0:
        yield b"x" * min(total, 10_000)
        total -= 10_000


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("size", "status"), [(BODY_BYTES, 200), (BODY_BYTES + 1, 413), (10 * BODY_BYTES, 413)]
)
def test_a_body_is_cut_at_its_limit(size: int, status: int, chunked: bool) -> None:
    """With and without an honest Content-Length; the route sees nothing of one that is too large."""
    content = pieces(size) if chunked else b"x" * size
    response = ask(BodyLimit(app), lambda client: client.post("/v1/offers", content=content))
    assert response.status_code == status
    assert seen == ([size] if status == 200 else [])
    if status == 413:
        assert response.headers["content-type"] == "application/problem+json"


def test_an_import_may_be_larger() -> None:
    """It is streamed on; only what says itself that it is too large is refused here."""
    response = ask(BodyLimit(app), lambda client: client.post("/v1/imports", content=b"x" * (BODY_BYTES + 1)))
    assert (response.status_code, seen) == (200, [BODY_BYTES + 1])
    too_large = {"Content-Length": str(IMPORT_BYTES + 1)}
    response = ask(BodyLimit(app), lambda client: client.post("/v1/imports", content=b"", headers=too_large))
    assert response.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    """Before anything is read."""
    response = ask(
        BodyLimit(app),
        lambda client: client.post("/v1/offers", content=b"", headers={"Content-Length": length}),
    )
    assert (response.status_code, seen) == (413, [])


def test_a_compressed_body_is_refused() -> None:
    """A kilobyte that unpacks to a gigabyte is nothing that any client of ours sends."""
    response = ask(
        BodyLimit(app), lambda client: client.post("/", content=b"x", headers={"Content-Encoding": "gzip"})
    )
    assert (response.status_code, seen) == (415, [])


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    """What is allowed passes, and soon after it nothing does (the window slides, so a request more may slip in)."""
    limited = AddressLimit(app, Limiter(per_key=1, per_address=20))
    statuses: list[int] = []

    async def often(client: httpx.AsyncClient) -> httpx.Response:
        while True:
            response = await client.get("/")
            statuses.append(response.status_code)
            if response.status_code != 200 or len(statuses) == 25:
                return response

    response = ask(limited, often)
    assert response.status_code == 429
    assert len(statuses) > 20
    assert int(response.headers["retry-after"]) >= 1


def test_keys_and_addresses_are_counted_apart() -> None:
    """One busy key leaves room for the others, and for an address of the same name."""

    async def run() -> list[bool]:
        limiter = Limiter(per_key=1, per_address=1)
        busy = [await limiter.admits_key("a") for _ in range(5)]
        return [busy[0], busy[-1], await limiter.admits_key("b"), await limiter.admits_address("a")]

    assert asyncio.run(run()) == [True, False, True, True]


def test_every_answer_carries_the_security_headers() -> None:
    """A refusal of the edge too."""
    for asgi, path in ((Edge(app), "/"), (Edge(AddressLimit(app, Limiter(per_key=1, per_address=1))), "/")):
        headers = ask(asgi, lambda client, path=path: client.get(path)).headers  # type: ignore[misc]
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("order-12345678", True), ("short", False), ("a b c d e f g", False), ("x" * 65, False)],
)
def test_a_fit_correlation_id_is_kept_and_any_other_replaced(given: str, kept: bool) -> None:
    """It goes into logs and Kafka headers, so its form is judged."""
    response = ask(Edge(app), lambda client: client.get("/", headers={"X-Correlation-Id": given}))
    assert (response.headers["x-correlation-id"] == given) is kept
